// SPDX-License-Identifier: Apache-2.0
#include "run_network.h"

#include "globals.h"
#include "masu/manager/network.h"
#include "network_words.h"
#include "program.h"

#include <algorithm>

namespace masu::manager {
namespace {

constexpr std::string_view kPrivate = "private";  // podman's word for the default

bool has_blank(std::string_view text) {
  return text.empty() || text.find_first_of("\n\t ") != std::string_view::npos;
}

Result<> read_names(const cli::Arguments& given, Request& out) {
  out.hostname = given.value(kHostname);
  if (out.hostname.size() > 64 || out.hostname.find_first_of("\n\t /") != std::string::npos)
    return fail(wrong(kHostname, out.hostname, "expected a name of 64 characters at most"));
  out.no_hosts = given.has(kNoHosts);
  for (const std::string_view host : given.values(kAddHost)) {
    const auto colon = host.find(':');
    const std::string_view address = colon == std::string_view::npos ? "" : host.substr(colon + 1);
    if (colon == 0 || has_blank(host) || (address != "host-gateway" && !network::Address::parse(address)))
      return fail(wrong(kAddHost, host, "expected NAME:ADDRESS, or NAME:host-gateway"));
    out.extra_hosts.emplace_back(host);
  }
  for (const std::string_view server : given.values(kDns)) {
    if (!network::Address::parse(server)) return fail(wrong(kDns, server, "expected an address"));
    out.dns.emplace_back(server);
  }
  for (const auto& [option, list] : {std::pair{&kDnsSearch, &out.dns_search},
                                     {&kDnsOption, &out.dns_options},
                                     {&kDnsOpt, &out.dns_options}})
    for (const std::string_view word : given.values(*option)) {
      if (has_blank(word)) return fail(wrong(*option, word, "expected one word"));
      list->emplace_back(word);
    }
  return {};
}

// What --network is when it is not given: a warning says why a container has none.
std::string chosen_default(const cli::Call& call) {
  if (const std::string_view asked = call.env.variable("MASU_NETWORK"); !asked.empty())
    return std::string(asked);
  std::string hint;
  std::string mode = default_network(&hint);
  if (!hint.empty()) print_warning(cat("the container gets no network: ", hint));
  return mode;
}

Result<> add_mode(const cli::Call& call, std::string_view word, Request& out) {
  std::string mode(word);
  if (mode.starts_with(kContainerNetwork)) {
    const Place place = TRY(make_place(call));
    mode = cat(kContainerNetwork, TRY(find(place, word.substr(kContainerNetwork.size()))).id);
  } else if (mode.starts_with(kPathNetwork)) {
    mode = cat(kPathNetwork, TRY(call.env.absolute(word.substr(kPathNetwork.size()))));
  } else if (mode != kNoNetwork && mode != kHostNetwork && mode != kPastaNetwork && mode != kSlirpNetwork) {
    network::Join join = TRY(parse_join(word));
    if (join.network == kBridgeNetwork) join.network = network::kDefaultNetwork;
    const Place place = TRY(make_place(call));
    join.network = TRY(network::find(network_folders(place), join.network)).name;
    if (std::ranges::any_of(out.joins,
                            [&](const network::Join& other) { return other.network == join.network; }))
      return fail(wrong(kNetwork, word, "it is given twice"));
    out.joins.push_back(std::move(join));
    mode = kBridgeNetwork;
  }
  if (!out.network.empty() && (out.network != kBridgeNetwork || mode != kBridgeNetwork))
    return fail(wrong(kNetwork, word, "only networks with bridges go together"));
  out.network = std::move(mode);
  return {};
}

Result<> read_mode(const cli::Call& call, Request& out) {
  std::vector<std::string_view> words = call.arguments.values(kNetwork);
  for (const std::string_view word : call.arguments.values(kNet)) words.push_back(word);
  if (words.empty()) words.push_back(kPrivate);
  for (const std::string_view word : words) {
    const std::string standard =
        word == kPrivate || word == "default" ? chosen_default(call) : std::string(word);
    TRY_IN(add_mode(call, standard, out), "--network");
  }
  return {};
}

// --ip and the like are for the one network that there is.
Result<> read_place(const cli::Arguments& given, Request& out) {
  for (const cli::Option* option : {&kIp, &kIp6, &kMacAddress, &kNetworkAlias}) {
    const std::vector<std::string_view> words = given.values(*option);
    if (words.empty()) continue;
    const bool all = option == &kNetworkAlias;
    if (out.joins.empty() || (!all && out.joins.size() > 1))
      return fail(wrong(*option, words.front(),
                        out.joins.empty() ? "only a network with a bridge has that"
                                          : "which of the networks? say --network NAME:ip=…,mac=…"));
    for (network::Join& join : out.joins)
      for (const std::string_view word : words)
        TRY_IN(option == &kMacAddress ? set_mac(join, word)
               : all                  ? add_alias(join, word)
                                      : add_address(join, word),
               cat("--", option->name));
  }
  return {};
}

bool is_published(const std::vector<network::Port>& ports, std::string_view exposed) {
  return std::ranges::any_of(ports, [exposed](const network::Port& port) {
    return cat(port.container_port, "/", port.protocol) == exposed;
  });
}

Result<> read_ports(const cli::Arguments& given, const image::Config& image, Request& out) {
  std::vector<std::string_view> exposed(image.exposed_ports.begin(), image.exposed_ports.end());
  for (const std::string_view word : given.values(kExpose)) exposed.push_back(word);
  for (const std::string_view word : exposed)
    for (std::string& port : TRY_IN(network::parse_expose(word), "--expose"))
      if (std::ranges::find(out.exposed, port) == out.exposed.end()) out.exposed.push_back(std::move(port));
  for (const std::string_view word : given.values(kPublish))
    for (network::Port& port : TRY_IN(network::parse_publish(word), "--publish")) {
      if (port.host_port != 0 && std::ranges::any_of(out.ports, [&](const network::Port& other) {
            return other.host_port == port.host_port && other.host_ip == port.host_ip &&
                   other.protocol == port.protocol;
          }))
        return fail(wrong(kPublish, word, cat("port ", port.host_port, " of the host is given twice")));
      out.ports.push_back(std::move(port));
    }
  if (given.has(kPublishAll))
    for (const std::string& port : out.exposed)
      if (!is_published(out.ports, port)) out.ports.push_back(TRY(network::parse_publish(port)).front());
  if (out.ports.empty() || has_own_network(out)) return {};
  if (!given.values(kPublish).empty() && out.network != kHostNetwork)
    return fail(wrong(kPublish, given.values(kPublish).front(),
                      cat("the network ", quote(out.network), " has no ports of its own to publish")));
  if (!given.values(kPublish).empty())
    print_warning("--publish does nothing with --network host: the program's ports are the host's");
  out.ports.clear();
  return {};
}

}  // namespace

Result<> read_network(const cli::Call& call, const image::Config& image, Request& out) {
  TRY(read_names(call.arguments, out));
  TRY(read_mode(call, out));
  TRY(read_place(call.arguments, out));
  return read_ports(call.arguments, image, out);
}

}  // namespace masu::manager
