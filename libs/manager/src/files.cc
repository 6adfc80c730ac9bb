// SPDX-License-Identifier: Apache-2.0
//
// /etc/hosts, /etc/hostname and /etc/resolv.conf of a container: files of its folder, which are bound into
// it.
#include "bundle.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/network.h"
#include "masu/sys/fd.h"

#include <algorithm>

#include <fcntl.h>

namespace masu::manager {
namespace {

constexpr std::string_view kHostGateway = "host-gateway";
constexpr std::string_view kHostNames = "host.containers.internal host.docker.internal";

struct Resolver {
  std::vector<std::string> servers, search, options;
};

bool is_loopback(std::string_view address) { return address.starts_with("127.") || address == "::1"; }

Resolver parse_resolver(std::string_view text) {
  Resolver out;
  for (const std::string_view line : text::split(text, '\n')) {
    std::vector<std::string> words;
    for (std::string_view part : text::split(line, ' '))
      for (const std::string_view word : text::split(part, '\t'))
        if (!word.empty()) words.emplace_back(word);
    if (words.empty() || words[0].starts_with('#') || words[0].starts_with(';')) continue;
    const std::vector<std::string> values(words.begin() + 1, words.end());
    if (words[0] == "nameserver" && !values.empty()) out.servers.push_back(values[0]);
    if (words[0] == "search" || words[0] == "domain") out.search = values;
    if (words[0] == "options") out.options.insert(out.options.end(), values.begin(), values.end());
  }
  return out;
}

// The host's. An address of its loopback leads nowhere in a network of the container's own; where
// systemd-resolved has put its own there, it keeps the true ones beside it.
Resolver host_resolver(bool own_network) {
  Resolver out = parse_resolver(sys::read_file("/etc/resolv.conf").value_or(""));
  if (!own_network) return out;
  if (!out.servers.empty() && std::ranges::all_of(out.servers, is_loopback))
    if (const auto behind = sys::read_file("/run/systemd/resolve/resolv.conf"))
      out.servers = parse_resolver(*behind).servers;
  std::erase_if(out.servers, is_loopback);
  return out;
}

// The address that stands for this machine in the container.
std::string host_address(const Request& request, const std::optional<network::Record>& record) {
  if (request.network == kHostNetwork) return "127.0.0.1";
  return record ? record->host : std::string();
}

}  // namespace

std::string resolv_text(const Request& request, const std::optional<network::Record>& record) {
  Resolver out = host_resolver(request.network != kHostNetwork);
  // A network's own name server asks the servers of --dns itself.
  const bool bridge = request.network == kBridgeNetwork;
  if (record && !record->dns.empty() && (bridge || request.dns.empty()))
    out.servers = record->dns;
  else if (!request.dns.empty())
    out.servers = request.dns;
  if (record) out.search.insert(out.search.end(), record->search.begin(), record->search.end());
  if (!request.dns_search.empty()) out.search = request.dns_search;
  std::erase(out.search, ".");  // --dns-search . means none
  if (!request.dns_options.empty()) out.options = request.dns_options;
  std::string text;
  if (!out.search.empty()) text += cat("search ", text::join(out.search, " "), "\n");
  for (const std::string& server : out.servers) text += cat("nameserver ", server, "\n");
  if (!out.options.empty()) text += cat("options ", text::join(out.options, " "), "\n");
  return text;
}

Result<std::string> hosts_text(const Request& request, const std::optional<network::Record>& record) {
  const std::string host = host_address(request, record);
  std::string out;
  if (request.network == kHostNetwork) out = sys::read_file("/etc/hosts").value_or("");
  if (out.empty()) out = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n";
  if (!out.ends_with('\n')) out += '\n';
  const std::vector<std::string> own = record ? network::own_addresses(*record) : std::vector<std::string>();
  for (const std::string& address : own) out += cat(address, "\t", request.hostname, " ", request.name, "\n");
  if (own.empty() && request.network != kHostNetwork)
    out += cat("127.0.1.1\t", request.hostname, " ", request.name, "\n");
  for (const std::string& entry : request.extra_hosts) {
    const auto colon = entry.find(':');
    std::string_view address = std::string_view(entry).substr(colon + 1);
    if (address == kHostGateway && host.empty())
      return fail(Error::make(Kind::unsupported,
                              cat("--add-host ", quote(entry), ": the network ", quote(request.network),
                                  " has no address that leads to this machine")));
    out +=
        cat(address == kHostGateway ? std::string_view(host) : address, "\t", entry.substr(0, colon), "\n");
  }
  if (!host.empty()) out += cat(host, "\t", kHostNames, "\n");
  return out;
}

Result<> write_network_files(const Place& place, const Request& request,
                             const std::optional<network::Record>& record) {
  const sys::Fd folder = TRY(sys::open(place.folder(request.id), O_RDONLY | O_DIRECTORY));
  const std::string hosts = TRY(hosts_text(request, record));
  TRY(sys::replace_file_at(folder.get(), "hosts", hosts, 0644));
  TRY(sys::replace_file_at(folder.get(), "hostname", request.hostname + "\n", 0644));
  return sys::replace_file_at(folder.get(), "resolv.conf", resolv_text(request, record), 0644);
}

}  // namespace masu::manager
