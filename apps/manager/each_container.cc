// SPDX-License-Identifier: Apache-2.0
#include "each_container.h"

#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "program.h"

namespace masu::manager {

Result<int> each_container(const cli::Call& call, Which which,
                           const std::function<Result<std::string>(const Place&, const Request&)>& work) {
  const Place place = TRY(make_place(call));
  std::vector<std::string> names;
  for (const std::string_view name : call.arguments.positionals()) names.emplace_back(name);
  if (which.all)
    for (const Request& container : TRY(list(place))) names.push_back(container.id);
  if (names.empty() && !which.all)
    return fail(Error::make(Kind::usage, cat(quote(call.command.name), " requires a container")));
  int code = 0;
  for (const std::string& name : names) {
    auto container = find(place, name);
    auto done = container ? work(place, *container) : fail(std::move(container).error());
    if (done) {
      TRY(call.env.print(cat(done->empty() ? name : *done, "\n")));
    } else if (!which.ignore_missing || done.error().kind() != Kind::not_found) {
      print_error(done.error());
      code = 1;
    }
  }
  return code;
}

}  // namespace masu::manager
