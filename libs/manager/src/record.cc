// SPDX-License-Identifier: Apache-2.0
//
// container.json: a request, written and read.
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/json/writer.h"
#include "masu/manager/container.h"

namespace masu::manager {

// Found by the types' namespace, so not in an unnamed one.
// The members of a record are said once, for reading and writing.
template <class Visit>
static Result<> visit_members(Mount& mount, const Visit& visit) {
  TRY(visit("type", mount.type));
  TRY(visit("source", mount.source));
  TRY(visit("destination", mount.destination));
  TRY(visit("options", mount.options));
  TRY(visit("subpath", mount.subpath));
  TRY(visit("overlay", mount.overlay));
  TRY(visit("chown", mount.chown));
  TRY(visit("noCopy", mount.no_copy));
  TRY(visit("manifest", mount.manifest));
  return visit("layers", mount.layers);
}

static Result<> read(json::Reader in, Mount& out) {
  return visit_members(out, [&in](std::string_view name, auto& value) { return in.optional(name, value); });
}

template <class Visit>
static Result<> visit_members(SecretUse& use, const Visit& visit) {
  TRY(visit("id", use.id));
  TRY(visit("name", use.name));
  TRY(visit("target", use.target));
  TRY(visit("uid", use.uid));
  TRY(visit("gid", use.gid));
  TRY(visit("mode", use.mode));
  return visit("variable", use.is_variable);
}

static Result<> read(json::Reader in, SecretUse& out) {
  return visit_members(out, [&in](std::string_view name, auto& value) { return in.optional(name, value); });
}

static Result<> read(json::Reader in, Ulimit& out) {
  TRY(in.require("name", out.name));
  TRY(in.require("soft", out.soft));
  return in.require("hard", out.hard);
}

}  // namespace masu::manager

namespace masu::sys {

static Result<> read(json::Reader in, IdRange& out) {
  TRY(in.require("inside", out.inside));
  TRY(in.require("outside", out.outside));
  return in.require("count", out.count);
}

}  // namespace masu::sys

namespace masu::manager {
namespace {

constexpr std::size_t kIdDigits = 64;

// Those that few containers have.
template <class Visit>
Result<> visit_more_members(Request& request, const Visit& visit) {
  TRY(visit("rootfs", request.rootfs));
  TRY(visit("rootfsOverlay", request.rootfs_overlay));
  TRY(visit("timeout", request.timeout));
  TRY(visit("pidMode", request.pid_mode));
  TRY(visit("ipcMode", request.ipc_mode));
  TRY(visit("utsMode", request.uts_mode));
  TRY(visit("cgroupMode", request.cgroup_mode));
  TRY(visit("userns", request.userns));
  TRY(visit("uidMaps", request.uid_maps));
  TRY(visit("gidMaps", request.gid_maps));
  TRY(visit("umask", request.umask));
  TRY(visit("timezone", request.timezone));
  TRY(visit("passwdEntry", request.passwd_entry));
  TRY(visit("groupEntry", request.group_entry));
  TRY(visit("addPasswd", request.add_passwd));
  TRY(visit("initPath", request.init_path));
  TRY(visit("personality", request.personality));
  TRY(visit("apparmor", request.apparmor));
  TRY(visit("procOptions", request.proc_options));
  TRY(visit("selinux", request.selinux));
  TRY(visit("masked", request.masked));
  TRY(visit("shown", request.shown));
  TRY(visit("devices", request.devices));
  TRY(visit("deviceRules", request.device_rules));
  TRY(visit("memoryReservation", request.memory_reservation));
  TRY(visit("memorySwappiness", request.memory_swappiness));
  TRY(visit("oomKillDisable", request.oom_kill_disable));
  TRY(visit("cpuPeriod", request.cpu_period));
  TRY(visit("cpuRtRuntime", request.cpu_rt_runtime));
  TRY(visit("cpuRtPeriod", request.cpu_rt_period));
  TRY(visit("cpusetMems", request.cpuset_mems));
  TRY(visit("blkioWeight", request.blkio_weight));
  TRY(visit("blkioWeights", request.blkio_weights));
  TRY(visit("readBps", request.read_bps));
  TRY(visit("writeBps", request.write_bps));
  TRY(visit("readIops", request.read_iops));
  TRY(visit("writeIops", request.write_iops));
  TRY(visit("cgroupConf", request.cgroup_conf));
  TRY(visit("cgroupParent", request.cgroup_parent));
  TRY(visit("cgroups", request.cgroups));
  TRY(visit("hostUlimits", request.host_ulimits));
  TRY(visit("healthTest", request.health_test));
  TRY(visit("healthInterval", request.health_interval));
  TRY(visit("healthTimeout", request.health_timeout));
  TRY(visit("healthStartPeriod", request.health_start_period));
  TRY(visit("healthStartInterval", request.health_start_interval));
  TRY(visit("healthOnFailure", request.health_on_failure));
  TRY(visit("healthRetries", request.health_retries));
  TRY(visit("logDriver", request.log_driver));
  TRY(visit("logPath", request.log_path));
  TRY(visit("logMaxSize", request.log_max_size));
  TRY(visit("logMaxFiles", request.log_max_files));
  TRY(visit("logTag", request.log_tag));
  TRY(visit("startupTest", request.startup_test));
  TRY(visit("startupInterval", request.startup_interval));
  TRY(visit("startupTimeout", request.startup_timeout));
  TRY(visit("startupRetries", request.startup_retries));
  TRY(visit("startupSuccess", request.startup_success));
  TRY(visit("pidFile", request.pid_file));
  TRY(visit("secrets", request.secrets));
  return {};
}

template <class Visit>
Result<> visit_members(Request& request, const Visit& visit) {
  TRY(visit("id", request.id));
  TRY(visit("name", request.name));
  TRY(visit("image", request.image));
  TRY(visit("imageId", request.image_id));
  TRY(visit("manifest", request.manifest));
  TRY(visit("created", request.created));
  TRY(visit("args", request.args));
  TRY(visit("env", request.env));
  TRY(visit("cwd", request.cwd));
  TRY(visit("user", request.user));
  TRY(visit("hostname", request.hostname));
  TRY(visit("labels", request.labels));
  TRY(visit("annotations", request.annotations));
  TRY(visit("tty", request.tty));
  TRY(visit("interactive", request.interactive));
  TRY(visit("remove", request.remove));
  TRY(visit("readOnly", request.read_only));
  TRY(visit("readOnlyTmpfs", request.read_only_tmpfs));
  TRY(visit("init", request.init));
  TRY(visit("privileged", request.privileged));
  TRY(visit("noNewPrivileges", request.no_new_privileges));
  TRY(visit("network", request.network));
  TRY(visit("joins", request.joins));
  TRY(visit("ports", request.ports));
  TRY(visit("exposed", request.exposed));
  TRY(visit("mounts", request.mounts));
  TRY(visit("ulimits", request.ulimits));
  TRY(visit("capAdd", request.cap_add));
  TRY(visit("capDrop", request.cap_drop));
  TRY(visit("groups", request.groups));
  TRY(visit("seccomp", request.seccomp));
  TRY(visit("memory", request.memory));
  TRY(visit("memorySwap", request.memory_swap));
  TRY(visit("pidsLimit", request.pids_limit));
  TRY(visit("cpuQuota", request.cpu_quota));
  TRY(visit("cpuShares", request.cpu_shares));
  TRY(visit("cpusetCpus", request.cpuset_cpus));
  TRY(visit("shmSize", request.shm_size));
  TRY(visit("oomScoreAdj", request.oom_score_adj));
  TRY(visit("sysctls", request.sysctls));
  TRY(visit("extraHosts", request.extra_hosts));
  TRY(visit("dns", request.dns));
  TRY(visit("dnsSearch", request.dns_search));
  TRY(visit("dnsOptions", request.dns_options));
  TRY(visit("noHosts", request.no_hosts));
  TRY(visit("restart", request.restart));
  TRY(visit("stopSignal", request.stop_signal));
  TRY(visit("stopTimeout", request.stop_timeout));
  TRY(visit("layers", request.layers));
  TRY(visit_more_members(request, visit));
  return visit("command", request.command);
}

template <class T>
void put(json::Writer& out, const T& value) {
  out.value(value);
}
void put(json::Writer& out, const std::vector<std::string>& list) {
  out.begin_array();
  for (const std::string& item : list) out.value(item);
  out.end_array();
}
template <class T>
void put(json::Writer& out, const std::map<std::string, T>& map) {
  out.begin_object();
  for (const auto& [key, value] : map) out.member(key, value);
  out.end_object();
}
// What is as it is without being said is left out.
template <class T>
bool is_default(const T& value) {
  return value == T{};
}
template <class T>
void put_records(json::Writer& out, const std::vector<T>& records) {
  out.begin_array();
  for (T record : records) {
    out.begin_object();
    (void)visit_members(record, [&out](std::string_view name, auto& value) -> Result<> {
      if (is_default(value)) return {};
      out.key(name);
      put(out, value);
      return {};
    });
    out.end_object();
  }
  out.end_array();
}
void put(json::Writer& out, const std::vector<Mount>& mounts) { put_records(out, mounts); }
void put(json::Writer& out, const std::vector<SecretUse>& uses) { put_records(out, uses); }
void put(json::Writer& out, const std::vector<Ulimit>& limits) {
  out.begin_array();
  for (const Ulimit& limit : limits)
    out.begin_object()
        .member("name", limit.name)
        .member("soft", limit.soft)
        .member("hard", limit.hard)
        .end_object();
  out.end_array();
}
void put(json::Writer& out, const std::vector<sys::IdRange>& ranges) {
  out.begin_array();
  for (const sys::IdRange& range : ranges)
    out.begin_object()
        .member("inside", range.inside)
        .member("outside", range.outside)
        .member("count", range.count)
        .end_object();
  out.end_array();
}
using network::put;
template <class T>
void put(json::Writer& out, const std::optional<T>& number) {
  if (number)
    out.value(*number);
  else
    out.null();
}

}  // namespace

// A list of many containers reads many records: what is empty is left out. Flags and numbers are not, since
// some are not 0 without being said.
template <class T>
static bool is_left_out(const T& value) {
  if constexpr (requires { value.empty(); }) return value.empty();
  if constexpr (requires { value.has_value(); }) return !value.has_value();
  return false;
}

std::string to_json(const Request& request) {
  std::string text;
  json::Writer out(text, json::Layout::spaces);
  out.begin_object();
  Request copy = request;
  (void)visit_members(copy, [&out](std::string_view name, auto& value) -> Result<> {
    if (is_left_out(value)) return {};
    out.key(name);
    put(out, value);
    return {};
  });
  out.end_object();
  return text + "\n";
}

Result<Request> parse_request(std::string_view text) {
  const json::Document document = TRY(json::Document::parse(text));
  const json::Reader in(document);
  Request out;
  TRY(visit_members(out, [&in](std::string_view name, auto& value) { return in.optional(name, value); }));
  if (out.id.size() != kIdDigits || out.name.empty())
    return fail(Error::make(Kind::invalid_spec, "it has no id or no name"));
  return out;
}

}  // namespace masu::manager
