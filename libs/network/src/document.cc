// SPDX-License-Identifier: Apache-2.0
//
// Networks as JSON: podman's members, which are netavark's too.
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/writer.h"
#include "masu/network/definition.h"

namespace masu::network {
namespace {

Result<> read_address(json::Reader in, std::string_view key, std::optional<Address>& out) {
  std::string text;
  TRY(in.optional(key, text));
  if (text.empty()) return {};
  out = Address::parse(text);
  if (!out) return fail(in.error(key, cat(quote(text), " is no address")));
  return {};
}

Result<> read_segment(json::Reader in, Segment& out) {
  std::string text;
  TRY(in.require("subnet", text));
  const auto subnet = Subnet::parse(text);
  if (!subnet) return fail(in.error("subnet", cat(quote(text), " is no subnet")));
  out.subnet = *subnet;
  TRY(read_address(in, "gateway", out.gateway));
  if (const auto range = in.find("lease_range")) {
    TRY(read_address(*range, "start_ip", out.first));
    TRY(read_address(*range, "end_ip", out.last));
  }
  return {};
}

Result<> read_segments(json::Reader in, std::vector<Segment>& out) {
  TRY(in.expect(json::Type::array));
  for (const json::Value item : in.value().elements()) TRY(read_segment(in.at(item), out.emplace_back()));
  return {};
}

void put_segment(json::Writer& out, const Segment& segment) {
  out.begin_object().member("subnet", segment.subnet.text());
  if (segment.gateway) out.member("gateway", segment.gateway->text());
  if (segment.first && segment.last) {
    out.key("lease_range").begin_object().member("start_ip", segment.first->text());
    out.member("end_ip", segment.last->text()).end_object();
  }
  out.end_object();
}

void put_map(json::Writer& out, std::string_view key, const std::map<std::string, std::string>& map) {
  out.key(key).begin_object();
  for (const auto& [name, value] : map) out.member(name, value);
  out.end_object();
}

}  // namespace

std::string to_json(const Network& network) {
  std::string text;
  json::Writer out(text, json::Layout::spaces);
  out.begin_object().member("name", network.name).member("id", network.id).member("driver", network.driver);
  out.member("network_interface", network.interface).member("created", network.created);
  out.key("subnets").begin_array();
  for (const Segment& segment : network.segments) put_segment(out, segment);
  out.end_array().member("ipv6_enabled", network.ipv6).member("internal", network.internal);
  out.member("dns_enabled", network.dns);
  out.key("network_dns_servers").begin_array();
  for (const std::string& server : network.dns_servers) out.value(server);
  out.end_array();
  put_map(out, "labels", network.labels);
  put_map(out, "options", network.options);
  out.key("ipam_options").begin_object().member("driver", "host-local").end_object().end_object();
  return text;
}

Result<> read(json::Reader in, Network& out) {
  TRY(in.require("name", out.name));
  TRY(in.require("id", out.id));
  TRY(in.require("driver", out.driver));
  TRY(in.optional("network_interface", out.interface));
  TRY(in.optional("created", out.created));
  TRY(in.optional("subnets", out.segments, read_segments));
  TRY(in.optional("ipv6_enabled", out.ipv6));
  TRY(in.optional("internal", out.internal));
  TRY(in.optional("dns_enabled", out.dns));
  TRY(in.optional("network_dns_servers", out.dns_servers));
  TRY(in.optional("labels", out.labels));
  return in.optional("options", out.options);
}

}  // namespace masu::network
