// SPDX-License-Identifier: Apache-2.0
#include "run_network.h"

namespace masu::manager {

Result<> read_network(const cli::Call& call, const image::Config&, Request& out) {
  const cli::Arguments& given = call.arguments;
  out.network = given.value(kNetwork, given.value(kNet, "none"));
  out.hostname = given.value(kHostname);
  if (out.hostname.size() > 64 || out.hostname.find_first_of("\n\t /") != std::string::npos)
    return fail(wrong(kHostname, out.hostname, "expected a name of 64 characters at most"));
  for (const std::string_view host : given.values(kAddHost)) {
    if (host.find(':') == std::string_view::npos || host.find_first_of("\n\t ") != std::string_view::npos)
      return fail(wrong(kAddHost, host, "expected NAME:ADDRESS"));
    out.extra_hosts.emplace_back(host);
  }
  for (const std::string_view server : given.values(kDns)) {
    if (server.empty() || server.find_first_of("\n\t ") != std::string_view::npos)
      return fail(wrong(kDns, server, "expected an address"));
    out.dns.emplace_back(server);
  }
  return {};
}

}  // namespace masu::manager
