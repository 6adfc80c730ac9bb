// SPDX-License-Identifier: Apache-2.0
#include "network_words.h"

#include "masu/base/text.h"
#include "masu/base/try.h"

#include <algorithm>

#include <net/if.h>

namespace masu::manager {
namespace {

Error wrong(std::string_view what, std::string_view text, std::string_view why) {
  return Error::make(Kind::usage, cat(what, " ", quote(text), ": ", why));
}

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

Result<> set_interface(network::Join& join, std::string_view text) {
  if (text.empty() || text.size() >= IFNAMSIZ || text == "lo" ||
      text.find_first_of("/ \t:") != std::string_view::npos)
    return fail(wrong("interface_name", text, "expected a name of 15 characters at most"));
  join.interface = text;
  return {};
}

}  // namespace

Result<> add_address(network::Join& join, std::string_view text) {
  const auto address = network::Address::parse(text);
  if (!address) return fail(wrong("address", text, "expected one of IPv4 or IPv6"));
  join.addresses.push_back(*address);
  return {};
}

Result<> set_mac(network::Join& join, std::string_view text) {
  const auto parts = text::split(text, ':');
  const bool six = parts.size() == 6 && std::ranges::all_of(parts, [](std::string_view part) {
                     return part.size() == 2 && is_hex(part[0]) && is_hex(part[1]);
                   });
  // The lowest bit of the first byte is that of groups.
  const auto first = six ? text::parse_int<unsigned>(parts[0], 16) : std::nullopt;
  if (!first || (*first & 1) != 0)
    return fail(wrong("MAC address", text, "expected one like 02:00:00:00:00:01, of one interface"));
  join.mac = text;
  return {};
}

Result<> add_alias(network::Join& join, std::string_view text) {
  if (text.empty() || text.size() > 253 || text.find_first_of(" \t,/:\n") != std::string_view::npos)
    return fail(wrong("network alias", text, "expected a name"));
  join.aliases.emplace_back(text);
  return {};
}

Result<network::Join> parse_join(std::string_view text) {
  network::Join out;
  const auto colon = text.find(':');
  out.network = text.substr(0, colon);
  if (out.network.empty()) return fail(wrong("network", text, "expected a name"));
  if (colon == std::string_view::npos) return out;
  for (const std::string_view option : text::split(text.substr(colon + 1), ',')) {
    const auto equals = option.find('=');
    const std::string_view name = option.substr(0, equals);
    const std::string_view value = equals == std::string_view::npos ? "" : option.substr(equals + 1);
    if (name == "ip" || name == "ip6")
      TRY(add_address(out, value));
    else if (name == "mac")
      TRY(set_mac(out, value));
    else if (name == "alias")
      TRY(add_alias(out, value));
    else if (name == "interface_name")
      TRY(set_interface(out, value));
    else
      return fail(wrong("network", text, "its options are ip, ip6, mac, alias and interface_name"));
  }
  return out;
}

}  // namespace masu::manager
