// SPDX-License-Identifier: Apache-2.0
//
// --regex of kill and delete: a command for each container whose id matches.
#pragma once

#include "create_options.h"
#include "masu/base/error.h"
#include "masu/cli/env.h"
#include "masu/container/container.h"

#include <optional>
#include <string>

namespace masu::runtime {

inline constexpr cli::Option kRegex{
    .name = "regex",
    .letter = 'r',
    .help = "ID is an extended regular expression; each container that matches is meant"};

/// The ids that are meant: that of the call, or those of the containers that match.
Result<std::vector<std::string>> matching_ids(const cli::Call& call, const container::Context& context);

/// Applies `action` to all of them; the first error is returned at the end.
template <class Action>
Result<int> for_each_match(const cli::Call& call, const container::Context& context, const Action& action) {
  auto ids = matching_ids(call, context);
  if (!ids) return fail(std::move(ids).error());
  std::optional<Error> first;
  for (const std::string& id : *ids)
    if (Result<> done = action(id); !done && !first) first = std::move(done).error();
  if (first) return fail(*std::move(first));
  return 0;
}

}  // namespace masu::runtime
