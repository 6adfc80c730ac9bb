// SPDX-License-Identifier: Apache-2.0
#include "network_command.h"

#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/life.h"
#include "program.h"

namespace masu::manager {

Result<int> each_network(
    const cli::Call& call,
    const std::function<Result<std::string>(const Place&, const network::Network&)>& work) {
  const Place place = TRY(make_place(call));
  int code = 0;
  for (const std::string_view name : call.arguments.positionals()) {
    auto found = network::find(network_folders(place), name);
    auto done = found ? work(place, *found) : fail(std::move(found).error());
    if (done) {
      TRY(call.env.print(*done));
    } else {
      print_error(done.error());
      code = 1;
    }
  }
  return code;
}

Result<> remove_network(const Place& place, const network::Network& network, bool containers) {
  for (const Request& user : TRY(network_users(place, network))) {
    if (!containers)
      return fail(
          Error::make(Kind::invalid_state, cat("network ", network.name, " is that of container ", user.name))
              .hint(cat("masu network rm -f ", network.name, " removes its containers too")));
    const auto held = lock(place, user.id);
    if (held) TRY(remove(place, user));
  }
  return network::remove(network_folders(place), network);
}

}  // namespace masu::manager
