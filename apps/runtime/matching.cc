// SPDX-License-Identifier: Apache-2.0
#include "matching.h"

#include "masu/base/scope_exit.h"
#include "masu/base/text.h"
#include "masu/base/try.h"

#include <regex.h>

namespace masu::runtime {

Result<std::vector<std::string>> matching_ids(const cli::Call& call, const container::Context& context) {
  const std::string given(call.arguments.positional(0));
  if (!call.arguments.has(kRegex)) return std::vector{given};
  regex_t pattern;
  if (::regcomp(&pattern, given.c_str(), REG_EXTENDED | REG_NOSUB) != 0)
    return fail(Error::make(Kind::usage, cat("invalid regular expression ", quote(given))));
  const ScopeExit free_pattern([&] { ::regfree(&pattern); });
  std::vector<std::string> ids;
  for (const container::State& state : TRY(container::list(context, nullptr)))
    if (::regexec(&pattern, state.id.c_str(), 0, nullptr, 0) == 0) ids.push_back(state.id);
  return ids;
}

}  // namespace masu::runtime
