// SPDX-License-Identifier: Apache-2.0
//
// `linux` of config.json but its resources and seccomp (runtime-spec config-linux.md).
#include "read.h"

namespace masu::spec {
namespace {

constexpr std::int64_t kMaxMajor =
    (1 << 12) - 1;  // the kernel keeps 12 bits of a major number and 20 of a minor;
constexpr std::int64_t kMaxMinor =
    (1 << 20) - 1;  // mknod(2) would silently make another device of a larger one
constexpr std::int64_t kMaxNanoseconds = 999'999'999;
constexpr int kMpolDefault = 0, kMpolLocal = 4;

Result<> read_device_type(json::Reader in, char& out) {
  TRY(in.expect(json::Type::string));
  const std::string_view type = in.value().text();
  if (type != "b" && type != "c" && type != "u" && type != "p")
    return fail(in.error(cat("unknown device type ", quote(type), ", expected b, c, u or p")));
  out = type == "u" ? 'c' : type.front();
  return {};
}

Result<> read_namespace_path(json::Reader in, std::string& out) {
  TRY(json::read(in, out));
  if (!out.empty() && !out.starts_with('/'))
    return fail(in.error(cat(quote(out), " is not an absolute path")));
  return {};
}

Result<> read_propagation(json::Reader in, std::string& out) {
  TRY(json::read(in, out));
  if (!out.empty() && !find_value(propagations(), out))
    return fail(in.error(cat("unknown mount propagation ", quote(out))));
  return {};
}

Result<> refuse_duplicates(json::Reader in, const std::vector<Namespace>& entries) {
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if ((seen & entries[i].type) != 0)
      return fail(
          Error::spec(cat(in.path(), "[", i, "].type"),
                      cat("the ", find_name(namespaces(), entries[i].type), " namespace is given twice")));
    seen |= entries[i].type;
  }
  return {};
}

}  // namespace

Result<> read(json::Reader in, IdMapping& out) {
  TRY(in.require("containerID", out.container_id));
  TRY(in.require("hostID", out.host_id));
  TRY(in.require("size", out.size));
  if (out.size == 0) return fail(in.error("size", "must not be 0"));
  constexpr std::uint64_t kIds = std::uint64_t{1} << 32;
  if (std::uint64_t{out.container_id} + out.size > kIds || std::uint64_t{out.host_id} + out.size > kIds)
    return fail(in.error("size", cat(out.size, " leads beyond the last id")));
  return {};
}

static Result<> read(json::Reader in, Namespace& out) {
  TRY(in.require("type", out.type, named(namespaces(), "namespace")));
  return in.optional("path", out.path, read_namespace_path);
}

static Result<> read(json::Reader in, TimeOffset& out) {
  TRY(in.optional("secs", out.secs));
  return in.optional("nanosecs", out.nanosecs, within(0, kMaxNanoseconds));
}

static Result<> read_time_offsets(json::Reader in, std::map<std::string, TimeOffset>& out) {
  TRY(json::read(in, out));
  for (const auto& [clock, offset] : out)
    if (!find_value(clocks(), clock)) return fail(in.error(clock, cat("unknown clock ", quote(clock))));
  return {};
}

static Result<> read(json::Reader in, Device& out) {
  TRY(in.require("type", out.type, read_device_type));
  TRY(in.require("path", out.path, read_nonempty));
  if (out.type != 'p') {
    TRY(in.require("major", out.major, within(0, kMaxMajor)));
    TRY(in.require("minor", out.minor, within(0, kMaxMinor)));
  }
  TRY(in.optional("fileMode", out.file_mode));
  TRY(in.optional("uid", out.uid));
  return in.optional("gid", out.gid);
}

static Result<> read(json::Reader in, NetDevice& out) {
  TRY(in.optional("name", out.name));
  if (!out.name.empty() && !is_interface_name(out.name, true))
    return fail(in.error("name", cat(quote(out.name), " is not the name of a network interface")));
  return {};
}

static Result<> read_net_devices(json::Reader in, std::map<std::string, NetDevice>& out) {
  TRY(json::read(in, out));
  for (const auto& [name, device] : out)
    if (!is_interface_name(name, false))
      return fail(in.error(name, cat(quote(name), " is not the name of a network interface")));
  return {};
}

// closID names a folder of resctrl; "/" is its root.
static Result<> read(json::Reader in, IntelRdt& out) {
  TRY(in.optional("closID", out.clos_id));
  const bool folder = out.clos_id != "." && out.clos_id != ".." && out.clos_id.find('/') == std::string::npos;
  if (!folder && out.clos_id != "/")
    return fail(in.error("closID", cat(quote(out.clos_id), " is not the name of a folder")));
  TRY(in.optional("schemata", out.schemata));
  TRY(in.optional("l3CacheSchema", out.l3_cache_schema));
  TRY(in.optional("memBwSchema", out.mem_bw_schema));
  return in.optional("enableMonitoring", out.enable_monitoring);
}

static Result<> read(json::Reader in, MemoryPolicy& out) {
  TRY(in.require("mode", out.mode, named(memory_policy_modes(), "memory policy")));
  TRY(in.optional("nodes", out.nodes, read_number_list));
  TRY(in.optional("flags", out.flags, bits(memory_policy_flags(), "memory policy flag")));
  const bool no_nodes = out.mode == kMpolDefault || out.mode == kMpolLocal;
  if (no_nodes != out.nodes.empty())
    return fail(in.error("nodes", cat(no_nodes ? "must be empty for " : "must be given for ",
                                      find_name(memory_policy_modes(), out.mode))));
  return {};
}

// The spec defines no flag yet.
static Result<> read(json::Reader in, Personality& out) {
  TRY(in.require("domain", out.domain, named(personalities(), "personality")));
  TRY(in.optional("flags", out.flags));
  if (!out.flags.empty())
    return fail(in.error("flags", cat("unknown personality flag ", quote(out.flags.front()))));
  return {};
}

Result<> read(json::Reader in, Linux& out) {
  TRY(in.optional("namespaces", out.namespaces));
  if (const auto entries = in.find("namespaces")) TRY(refuse_duplicates(*entries, out.namespaces));
  TRY(in.optional("uidMappings", out.uid_mappings));
  TRY(in.optional("gidMappings", out.gid_mappings));
  TRY(in.optional("timeOffsets", out.time_offsets, read_time_offsets));
  TRY(in.optional("devices", out.devices));
  TRY(in.optional("netDevices", out.net_devices, read_net_devices));
  TRY(in.optional("cgroupsPath", out.cgroups_path));
  TRY(in.optional("resources", out.resources));
  TRY(in.optional("intelRdt", out.intel_rdt));
  TRY(in.optional("memoryPolicy", out.memory_policy));
  TRY(in.optional("sysctl", out.sysctl));
  TRY(in.optional("seccomp", out.seccomp));
  TRY(in.optional("rootfsPropagation", out.rootfs_propagation, read_propagation));
  TRY(in.optional("maskedPaths", out.masked_paths, each(read_absolute_path)));
  TRY(in.optional("readonlyPaths", out.readonly_paths, each(read_absolute_path)));
  TRY(in.optional("mountLabel", out.mount_label));
  return in.optional("personality", out.personality);
}

}  // namespace masu::spec
