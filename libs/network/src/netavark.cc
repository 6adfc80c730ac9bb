// SPDX-License-Identifier: Apache-2.0
//
// Bridges and their rules are made by netavark, names are served by aardvark-dns, which netavark starts.
#include "helper.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/writer.h"
#include "masu/store/tree.h"
#include "names.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>

namespace masu::network {
namespace {

bool is_named(const std::vector<std::string>& names, const Joined& joined) {
  return std::ranges::find(names, joined.network.name) != names.end();
}

void put_joined(json::Writer& out, const Record& record, const Joined& joined) {
  out.key(joined.network.name).begin_object().member("interface_name", joined.interface);
  out.key("static_ips").begin_array();
  for (const std::string& address : joined.addresses) out.value(address.substr(0, address.find('/')));
  out.end_array();
  if (!joined.mac.empty()) out.member("static_mac", joined.mac);
  out.key("aliases").begin_array().value(record.id.substr(0, 12));
  for (const std::string& alias : joined.aliases) out.value(alias);
  out.end_array().end_object();
}

void put_ports(json::Writer& out, const std::vector<Port>& ports) {
  out.key("port_mappings").begin_array();
  for (const Port& port : ports) {
    out.begin_object().member("host_ip", port.host_ip).member("host_port", port.host_port);
    out.member("container_port", port.container_port).member("range", 1).member("protocol", port.protocol);
    out.end_object();
  }
  out.end_array();
}

// netavark's answers and errors are JSON on its stdout.
Error failure(const Ran& ran) {
  std::string words(text::trim(ran.err.empty() ? ran.out : ran.err));
  if (const auto document = json::Document::parse(ran.out)) {
    std::string error;
    if (json::Reader(*document).optional("error", error) && !error.empty()) words = error;
  }
  Error out =
      Error::make(Kind::system, cat("netavark: ", words.empty() ? cat("exit code ", ran.code) : words));
  if (words.find("iptables") != std::string::npos)
    return std::move(out).hint("netavark needs iptables: apt install iptables");
  if (words.find("ermission denied") != std::string::npos || words.find("not permitted") != std::string::npos)
    return std::move(out).hint("a bridge is for root; --network pasta works without");
  return out;
}

Result<Ran> call(const Folders& folders, std::string_view verb, const std::string& input, int space) {
  const std::string program = find_helper("netavark"), names = find_helper("aardvark-dns");
  if (program.empty())
    return fail(
        Error::make(Kind::not_found, "netavark is not installed, which makes the bridges of containers")
            .hint("apt install netavark aardvark-dns, or --network host, or --network none"));
  std::vector<std::string> words = {program, "--config", folders.state + "/networks", "--rootless", "false"};
  if (!names.empty()) words.insert(words.end(), {"--aardvark-binary", names});
  words.insert(words.end(), {std::string(verb), path_of(space)});
  // Rules and bridges belong to the network namespace that we are in, and netavark looks before it makes: one
  // at a time there, and only there.
  const sys::Fd own = TRY(sys::open("/proc/thread-self/ns/net", O_RDONLY));
  TRY(lock_file(own.get(), "the network namespace"));
  return run(words, input);
}

void add_new(std::vector<std::string>& list, std::string item) {
  if (std::ranges::find(list, item) == list.end()) list.push_back(std::move(item));
}

Result<> take_status(json::Reader status, const Joined& joined, Record& record, std::string& mac) {
  std::vector<std::string> servers, domains;
  TRY(status.optional("dns_server_ips", servers));
  TRY(status.optional("dns_search_domains", domains));
  if (joined.network.dns)
    for (std::string& server : servers) add_new(record.dns, std::move(server));
  // netavark gives podman's own domain, which nothing here is named by.
  std::erase(domains, "dns.podman");
  for (std::string& domain : domains) add_new(record.search, std::move(domain));
  const auto interfaces = status.find("interfaces");
  const auto own = interfaces ? interfaces->find(joined.interface) : std::nullopt;
  return own ? own->optional("mac_address", mac) : Result<>();
}

}  // namespace

std::string netavark_request(const Record& record, const std::vector<std::string>& names,
                             const std::vector<std::string>& dns) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("container_id", record.id).member("container_name", record.name);
  out.key("networks").begin_object();
  for (const Joined& joined : record.joined)
    if (is_named(names, joined)) put_joined(out, record, joined);
  out.end_object().key("network_info").begin_object();
  for (const Joined& joined : record.joined) {
    if (!is_named(names, joined)) continue;
    Network network = joined.network;
    if (find_helper("aardvark-dns").empty()) network.dns = false;
    out.key(network.name).raw(to_json(network));
  }
  out.end_object();
  put_ports(out, record.ports);
  if (!dns.empty()) {
    out.key("dns_servers").begin_array();
    for (const std::string& server : dns) out.value(server);
    out.end_array();
  }
  out.end_object();
  return text;
}

Result<> netavark_set_up(const Folders& folders, Record& record, const std::vector<std::string>& names,
                         int space, const std::vector<std::string>& dns) {
  TRY(store::make_folders(folders.state + "/networks"));
  const Ran ran = TRY(call(folders, "setup", netavark_request(record, names, dns), space));
  if (ran.code != 0) return fail(failure(ran));
  const auto document = TRY_IN(json::Document::parse(ran.out), "the answer of netavark");
  for (Joined& joined : record.joined) {
    const auto status = json::Reader(document).find(joined.network.name);
    if (status) TRY_IN(take_status(*status, joined, record, joined.mac), "the answer of netavark");
  }
  return {};
}

Result<> netavark_tear_down(const Folders& folders, const Record& record,
                            const std::vector<std::string>& names, int space) {
  const Ran ran = TRY(call(folders, "teardown", netavark_request(record, names, {}), space));
  if (ran.code != 0) return fail(failure(ran));
  return {};
}

}  // namespace masu::network
