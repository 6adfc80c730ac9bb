// SPDX-License-Identifier: Apache-2.0
#include "put.h"

namespace masu::spec {
namespace {

std::vector<std::string> architecture_names(const std::vector<std::uint32_t>& architectures) {
  std::vector<std::string> names;
  for (const auto architecture : architectures)
    names.emplace_back(find_name(seccomp_architectures(), architecture));
  return names;
}

std::string_view name_of(const SeccompAction& action) { return find_name(seccomp_actions(), action.ret); }

}  // namespace

void write(json::Writer& out, const IdMapping& mapping) {
  out.begin_object().member("containerID", mapping.container_id).member("hostID", mapping.host_id);
  out.member("size", mapping.size).end_object();
}

static void write(json::Writer& out, const Namespace& entry) {
  out.begin_object().member("type", find_name(namespaces(), entry.type));
  put(out, "path", entry.path);
  out.end_object();
}

static void write(json::Writer& out, const TimeOffset& offset) {
  out.begin_object();
  put(out, "secs", offset.secs);
  put(out, "nanosecs", offset.nanosecs);
  out.end_object();
}

static void write(json::Writer& out, const Device& device) {
  out.begin_object().member("path", device.path).member("type", std::string_view(&device.type, 1));
  if (device.type != 'p') out.member("major", device.major).member("minor", device.minor);
  put(out, "fileMode", device.file_mode);
  put(out, "uid", device.uid);
  put(out, "gid", device.gid);
  out.end_object();
}

static void write(json::Writer& out, const NetDevice& device) {
  out.begin_object();
  put(out, "name", device.name);
  out.end_object();
}

static void write(json::Writer& out, const IntelRdt& rdt) {
  out.begin_object();
  put(out, "closID", rdt.clos_id);
  put(out, "schemata", rdt.schemata);
  put(out, "l3CacheSchema", rdt.l3_cache_schema);
  put(out, "memBwSchema", rdt.mem_bw_schema);
  put(out, "enableMonitoring", rdt.enable_monitoring);
  out.end_object();
}

static void write(json::Writer& out, const MemoryPolicy& policy) {
  out.begin_object().member("mode", find_name(memory_policy_modes(), policy.mode));
  put(out, "nodes", policy.nodes);
  put(out, "flags", names_of(memory_policy_flags(), policy.flags));
  out.end_object();
}

static void write(json::Writer& out, const Personality& personality) {
  out.begin_object().member("domain", find_name(personalities(), personality.domain));
  put(out, "flags", personality.flags);
  out.end_object();
}

static void write(json::Writer& out, const SeccompArg& arg) {
  out.begin_object().member("index", arg.index).member("value", arg.value);
  put(out, "valueTwo", arg.value_two);
  out.member("op", find_name(seccomp_operators(), arg.op)).end_object();
}

static void write(json::Writer& out, const SeccompRule& rule) {
  out.begin_object();
  keep(out, "names", rule.names);
  out.member("action", name_of(rule.action));
  put(out, "errnoRet", rule.errno_ret);
  put(out, "args", rule.args);
  out.end_object();
}

void write(json::Writer& out, const Seccomp& seccomp) {
  out.begin_object().member("defaultAction", name_of(seccomp.default_action));
  put(out, "defaultErrnoRet", seccomp.default_errno_ret);
  put(out, "architectures", architecture_names(seccomp.architectures));
  put(out, "flags", seccomp.flags);
  put(out, "listenerPath", seccomp.listener_path);
  put(out, "listenerMetadata", seccomp.listener_metadata);
  put(out, "syscalls", seccomp.syscalls);
  out.end_object();
}

void write(json::Writer& out, const Linux& linux_) {
  out.begin_object();
  put(out, "uidMappings", linux_.uid_mappings);
  put(out, "gidMappings", linux_.gid_mappings);
  put(out, "sysctl", linux_.sysctl);
  put(out, "resources", linux_.resources);
  put(out, "cgroupsPath", linux_.cgroups_path);
  put(out, "namespaces", linux_.namespaces);
  put(out, "devices", linux_.devices);
  put(out, "netDevices", linux_.net_devices);
  put(out, "seccomp", linux_.seccomp);
  put(out, "rootfsPropagation", linux_.rootfs_propagation);
  put(out, "maskedPaths", linux_.masked_paths);
  put(out, "readonlyPaths", linux_.readonly_paths);
  put(out, "mountLabel", linux_.mount_label);
  put(out, "intelRdt", linux_.intel_rdt);
  put(out, "memoryPolicy", linux_.memory_policy);
  put(out, "personality", linux_.personality);
  put(out, "timeOffsets", linux_.time_offsets);
  out.end_object();
}

}  // namespace masu::spec
