// SPDX-License-Identifier: Apache-2.0
//
// pasta (of passt) copies this host's address into the container's namespace and carries connections to and
// fro as an ordinary process. It goes to the background once it is ready.
#include "helper.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/netlink.h"
#include "masu/sys/private_mounts.h"
#include "masu/sys/process.h"
#include "masu/sys/raw.h"

#include <algorithm>

#include <fcntl.h>
#include <sys/socket.h>

namespace masu::network {
namespace {

// Where pasta answers DNS questions, by asking the host's name server.
constexpr const char* kNameServer = "169.254.1.1";
constexpr const char* kInterface = "eth0";

void add_ports(std::vector<std::string>& words, const Record& record, const char* option,
               std::string_view protocol) {
  bool any = false;
  for (const Port& port : record.ports) {
    if (port.protocol != protocol) continue;
    any = true;
    const bool v6 = port.host_ip.find(':') != std::string::npos;
    words.insert(words.end(),
                 {option, cat(v6 ? "[" : "", port.host_ip, v6 ? "]" : "", port.host_ip.empty() ? "" : "/",
                              port.host_port, ":", port.container_port)});
  }
  if (!any) words.insert(words.end(), {option, "none"});
}

// That of the interface, which is the host's.
Result<std::string> address_in(int space) {
  sys::Netlink netlink = TRY(sys::Netlink::open_in(space));
  constexpr unsigned kGlobal = 0;  // RT_SCOPE_UNIVERSE
  for (const sys::Netlink::Link& link : TRY(netlink.links())) {
    if (link.name != kInterface) continue;
    for (const sys::Netlink::Address& found : TRY(netlink.addresses(link.index))) {
      Address address{.v6 = found.family == AF_INET6};
      std::ranges::copy(found.local.substr(0, address.bits() / 8), address.bytes.begin());
      if (found.scope == kGlobal) return address.text();
    }
  }
  return std::string();
}

// It gives up its rights, that to look at our fds too, before it opens the namespace. From the mounts that it
// is started in it takes leave by itself.
Result<Ran> run_beside(int space, const std::string& space_file, const std::vector<std::string>& words) {
  const sys::PrivateMounts mounts = TRY(sys::PrivateMounts::enter());
  TRY(mount_space(space, space_file));
  return run(words, "");
}

// Its last line says why it gave up; those before are notes.
std::string last_line(std::string_view text) {
  const auto lines = text::split(text::trim(text), '\n');
  for (auto line = lines.rbegin(); line != lines.rend(); ++line)
    if (line->find("to syslog") == std::string_view::npos) return std::string(text::trim(*line));
  return "it failed without a word";
}

}  // namespace

Result<> pasta_set_up(const Folders& folders, Record& record, int space) {
  const std::string program = find_helper("pasta");
  if (program.empty())
    return fail(Error::make(Kind::not_found, "pasta is not installed").hint("apt install passt"));
  const std::string files = cat(folders.state, "/networks/containers/", record.id);
  const std::string pid_file = files + ".pid", space_file = files + ".netns";
  // As root, of this namespace of users or of all, it would become nobody, who may not enter the container's.
  std::vector<std::string> words = {program,       "--config-net",  "--quiet",   "--no-map-gw", "--ns-ifname",
                                    kInterface,    "--dns-forward", kNameServer, "--runas",     "0",
                                    "--netns-only"};
  words.insert(words.end(), {"-T", "none", "-U", "none"});
  add_ports(words, record, "-t", "tcp");
  add_ports(words, record, "-u", "udp");
  words.insert(words.end(), {"--pid", pid_file, "--netns", space_file});
  const Ran ran = TRY(run_beside(space, space_file, words));
  if (ran.code != 0)
    return fail(
        Error::make(Kind::system, cat("pasta: ", last_line(ran.err)))
            .hint("pasta needs an interface with a default route; --network slirp4netns does without"));
  record.helper = text::parse_int<int>(text::trim(TRY(sys::read_file(pid_file)))).value_or(0);
  if (const auto stat = sys::read_process_stat(record.helper)) record.helper_started = stat->start_time;
  record.dns = {kNameServer};
  record.address = TRY(address_in(space));
  return {};
}

}  // namespace masu::network
