// SPDX-License-Identifier: Apache-2.0
//
// `linux.resources` of config.json (runtime-spec config-linux.md, "Control groups").
#include "read.h"

namespace masu::spec {
namespace {

constexpr std::int64_t kMaxMajor =
    (1 << 12) - 1;  // the kernel keeps 12 bits of a major number and 20 of a minor
constexpr std::int64_t kMaxMinor = (1 << 20) - 1;

// Bytes, or a count, where -1 is "unlimited".
Result<> read_limit(json::Reader in, std::optional<std::int64_t>& out) {
  TRY(json::read(in, out));
  if (*out < -1) return fail(in.error(cat(*out, " is neither -1 nor ≥ 0")));
  return {};
}

// A device number in a rule: absent and -1 are both "any".
auto number_or_any(std::int64_t max) {
  return [max](json::Reader in, std::optional<std::int64_t>& out) -> Result<> {
    TRY(within(-1, max)(in, out));
    if (*out == -1) out.reset();
    return {};
  };
}

Result<> read_rule_type(json::Reader in, char& out) {
  TRY(in.expect(json::Type::string));
  const std::string_view type = in.value().text();
  if (type != "a" && type != "b" && type != "c")
    return fail(in.error(cat("unknown device type ", quote(type), ", expected a, b or c")));
  out = type.front();
  return {};
}

Result<> read_access(json::Reader in, DeviceRule& out) {
  TRY(in.expect(json::Type::string));
  if (in.value().text().empty()) return fail(in.error("must not be empty"));
  for (const char letter : in.value().text()) {
    switch (letter) {
      case 'r':
        out.read = true;
        break;
      case 'w':
        out.write = true;
        break;
      case 'm':
        out.mknod = true;
        break;
      default:
        return fail(in.error(cat(quote(in.value().text()), " has other letters than r, w and m")));
    }
  }
  return {};
}

// 0 is "unset": Docker writes it into every container.
Result<> read_weight(json::Reader in, std::optional<std::uint16_t>& out) {
  TRY(json::read(in, out));
  if (*out != 0 && (*out < 10 || *out > 1000))
    return fail(in.error(cat(*out, " is not between 10 and 1000")));
  return {};
}

template <class Device>
Result<> read_numbers(json::Reader in, Device& out) {
  TRY(in.require("major", out.major, within(0, kMaxMajor)));
  return in.require("minor", out.minor, within(0, kMaxMinor));
}

// "64KB", "2MB", "1GB": it becomes a part of the name of a cgroup file.
Result<> read_page_size(json::Reader in, std::string& out) {
  TRY(json::read(in, out));
  const std::string_view text = out;
  const bool unit = text.ends_with("KB") || text.ends_with("MB") || text.ends_with("GB");
  const auto count = unit ? text::parse_int<std::uint64_t>(text.substr(0, text.size() - 2)) : std::nullopt;
  if (!count || *count == 0 || text.starts_with('0'))
    return fail(in.error(cat(quote(text), " is not a page size such as 2MB")));
  return {};
}

// "memory.high": a file of the cgroup, never a path.
bool is_unified_key(std::string_view key) {
  const auto dot = key.find('.');
  if (dot == 0 || dot == std::string_view::npos || dot + 1 == key.size()) return false;
  return key.find('/') == std::string_view::npos;
}

Result<> read_unified(json::Reader in, std::map<std::string, std::string>& out) {
  TRY(json::read(in, out));
  for (const auto& [key, value] : out)
    if (!is_unified_key(key))
      return fail(in.error(key, cat(quote(key), " is not of the form CONTROLLER.PARAMETER")));
  return {};
}

}  // namespace

static Result<> read(json::Reader in, DeviceRule& out) {
  TRY(in.require("allow", out.allow));
  TRY(in.optional("type", out.type, read_rule_type));
  TRY(in.optional("major", out.major, number_or_any(kMaxMajor)));
  TRY(in.optional("minor", out.minor, number_or_any(kMaxMinor)));
  return in.require("access", out, read_access);
}

static Result<> read(json::Reader in, Memory& out) {
  TRY(in.optional("limit", out.limit, read_limit));
  TRY(in.optional("reservation", out.reservation, read_limit));
  TRY(in.optional("swap", out.swap, read_limit));
  TRY(in.optional("kernel", out.kernel, read_limit));
  TRY(in.optional("kernelTCP", out.kernel_tcp, read_limit));
  TRY(in.optional("swappiness", out.swappiness, within(0, 200)));
  TRY(in.optional("disableOOMKiller", out.disable_oom_killer));
  TRY(in.optional("useHierarchy", out.use_hierarchy));
  return in.optional("checkBeforeUpdate", out.check_before_update);
}

static Result<> read(json::Reader in, Cpu& out) {
  TRY(in.optional("shares", out.shares));
  TRY(in.optional("quota", out.quota));
  TRY(in.optional("burst", out.burst));
  TRY(in.optional("period", out.period));
  TRY(in.optional("realtimeRuntime", out.realtime_runtime));
  TRY(in.optional("realtimePeriod", out.realtime_period));
  TRY(in.optional("cpus", out.cpus, read_number_list));
  TRY(in.optional("mems", out.mems, read_number_list));
  return in.optional("idle", out.idle, within(0, 1));
}

static Result<> read(json::Reader in, WeightDevice& out) {
  TRY(read_numbers(in, out));
  TRY(in.optional("weight", out.weight, read_weight));
  return in.optional("leafWeight", out.leaf_weight, read_weight);
}

static Result<> read(json::Reader in, ThrottleDevice& out) {
  TRY(read_numbers(in, out));
  return in.require("rate", out.rate);
}

static Result<> read(json::Reader in, BlockIo& out) {
  TRY(in.optional("weight", out.weight, read_weight));
  TRY(in.optional("leafWeight", out.leaf_weight, read_weight));
  TRY(in.optional("weightDevice", out.weight_device));
  TRY(in.optional("throttleReadBpsDevice", out.throttle_read_bps_device));
  TRY(in.optional("throttleWriteBpsDevice", out.throttle_write_bps_device));
  TRY(in.optional("throttleReadIOPSDevice", out.throttle_read_iops_device));
  return in.optional("throttleWriteIOPSDevice", out.throttle_write_iops_device);
}

static Result<> read(json::Reader in, HugepageLimit& out) {
  TRY(in.require("pageSize", out.page_size, read_page_size));
  return in.require("limit", out.limit);
}

static Result<> read(json::Reader in, InterfacePriority& out) {
  TRY(in.require("name", out.name));
  if (!is_interface_name(out.name, false))
    return fail(in.error("name", cat(quote(out.name), " is not the name of a network interface")));
  return in.require("priority", out.priority);
}

static Result<> read(json::Reader in, NetworkResources& out) {
  TRY(in.optional("classID", out.class_id));
  return in.optional("priorities", out.priorities);
}

static Result<> read(json::Reader in, Rdma& out) {
  TRY(in.optional("hcaHandles", out.hca_handles));
  TRY(in.optional("hcaObjects", out.hca_objects));
  if (!out.hca_handles && !out.hca_objects) return fail(in.error("needs hcaHandles, hcaObjects or both"));
  return {};
}

static Result<> read_pids(json::Reader in, std::optional<std::int64_t>& out) {
  return in.optional("limit", out, read_limit);
}

Result<> read(json::Reader in, Resources& out) {
  TRY(in.optional("devices", out.devices));
  TRY(in.optional("memory", out.memory));
  TRY(in.optional("cpu", out.cpu));
  TRY(in.optional("pids", out.pids_limit, read_pids));
  TRY(in.optional("blockIO", out.block_io));
  TRY(in.optional("hugepageLimits", out.hugepage_limits));
  TRY(in.optional("network", out.network));
  TRY(in.optional("rdma", out.rdma));
  return in.optional("unified", out.unified, read_unified);
}

}  // namespace masu::spec
