// SPDX-License-Identifier: Apache-2.0
#include "masu/network/port.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/network/address.h"

#include <algorithm>
#include <array>
#include <optional>

namespace masu::network {
namespace {

// Each published port is an open socket of the shim's.
constexpr unsigned kMostPorts = 512;

struct Range {
  std::uint16_t first = 0, last = 0;
  unsigned size() const { return last - first + 1U; }
};

std::optional<Range> parse_range(std::string_view text) {
  const auto dash = text.find('-');
  const auto first = text::parse_int<std::uint16_t>(text.substr(0, dash));
  const auto last =
      dash == std::string_view::npos ? first : text::parse_int<std::uint16_t>(text.substr(dash + 1));
  if (!first || !last || *first == 0 || *last < *first) return std::nullopt;
  return Range{*first, *last};
}

Error refused(std::string_view text, std::string_view why) {
  return Error::make(Kind::usage, cat("invalid port ", quote(text), ": ", why));
}

// The protocol behind the slash, which is taken off `text`.
Result<std::string> take_protocol(std::string_view& text, std::string_view whole) {
  const auto slash = text.find('/');
  std::string out = "tcp";
  if (slash == std::string_view::npos) return out;
  out.clear();
  for (const char c : text.substr(slash + 1))
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  text = text.substr(0, slash);
  if (out == "tcp" || out == "udp" || out == "sctp") return out;
  return fail(refused(whole, "the protocol is tcp, udp or sctp"));
}

// The address before the ports, which is taken off `text` with its colon.
Result<std::string> take_address(std::string_view& text, std::string_view whole) {
  std::string_view ip;
  if (text.starts_with('[')) {
    const auto end = text.find("]:");
    if (end == std::string_view::npos) return fail(refused(whole, "expected ']:' behind the address"));
    ip = text.substr(1, end - 1);
    text.remove_prefix(end + 2);
  } else if (std::ranges::count(text, ':') > 1) {
    const auto colon = text.find(':');
    ip = text.substr(0, colon);
    text.remove_prefix(colon + 1);
    if (text.find(':') != text.rfind(':'))
      return fail(refused(whole, "an address of IPv6 stands in brackets"));
  }
  if (!ip.empty() && !Address::parse(ip)) return fail(refused(whole, cat(quote(ip), " is no address")));
  return std::string(ip);
}

bool follows(const Port& before, const Port& port) {
  return before.host_ip == port.host_ip && before.protocol == port.protocol &&
         before.host_port + 1 == port.host_port && before.container_port + 1 == port.container_port;
}

std::string shown_range(std::uint16_t first, std::uint16_t last) {
  return first == last ? cat(first) : cat(first, "-", last);
}

}  // namespace

Result<std::vector<Port>> parse_publish(std::string_view text) {
  const std::string_view whole = text;
  Port base;
  base.protocol = TRY(take_protocol(text, whole));
  base.host_ip = TRY(take_address(text, whole));
  const auto colon = text.find(':');
  const std::string_view host_text = colon == std::string_view::npos ? "" : text.substr(0, colon);
  const auto inner = parse_range(colon == std::string_view::npos ? text : text.substr(colon + 1));
  const auto host = host_text.empty() ? Range{} : parse_range(host_text);
  if (!inner || !host)
    return fail(refused(whole, "expected [[ip:][hostPort]:]containerPort[/protocol], ports from 1 to 65535"));
  if (inner->size() > kMostPorts)
    return fail(refused(whole, cat("more than ", kMostPorts, " ports at once")));
  const bool any_of_range = !host_text.empty() && inner->size() == 1;  // the first free one
  if (!host_text.empty() && !any_of_range && host->size() != inner->size())
    return fail(refused(whole, "the ranges of host and container differ in length"));
  std::vector<Port> out;
  for (unsigned i = 0; i < inner->size(); ++i) {
    Port port = base;
    port.container_port = static_cast<std::uint16_t>(inner->first + i);
    if (!host_text.empty()) {
      port.host_port = static_cast<std::uint16_t>(host->first + i);
      port.host_last = any_of_range ? host->last : port.host_port;
    }
    out.push_back(std::move(port));
  }
  return out;
}

Result<std::vector<std::string>> parse_expose(std::string_view text) {
  const std::string_view whole = text;
  const std::string protocol = TRY(take_protocol(text, whole));
  const auto range = parse_range(text);
  if (!range || range->size() > kMostPorts) return fail(refused(whole, "expected a port or a range of them"));
  std::vector<std::string> out;
  for (unsigned port = range->first; port <= range->last; ++port) out.push_back(cat(port, "/", protocol));
  return out;
}

std::string shown_host_side(const Port& port) {
  const bool v6 = port.host_ip.find(':') != std::string::npos;
  return cat(v6 ? "[" : "", port.host_ip.empty() ? "0.0.0.0" : port.host_ip, v6 ? "]" : "", ":",
             port.host_port);
}

std::string shown_ports(const std::vector<Port>& ports) {
  std::string out;
  for (std::size_t first = 0; first < ports.size();) {
    std::size_t last = first;
    while (last + 1 < ports.size() && follows(ports[last], ports[last + 1])) ++last;
    std::string host = shown_host_side(ports[first]);
    if (last > first) host += cat("-", ports[last].host_port);
    out +=
        cat(out.empty() ? "" : ", ", host, "->",
            shown_range(ports[first].container_port, ports[last].container_port), "/", ports[first].protocol);
    first = last + 1;
  }
  return out;
}

}  // namespace masu::network
