// SPDX-License-Identifier: Apache-2.0
#include "inspect.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/json/writer.h"
#include "masu/manager/life.h"
#include "masu/manager/network.h"
#include "masu/manager/shim_client.h"
#include "masu/store/walk.h"

#include <algorithm>
#include <map>
#include <tuple>

#include <fcntl.h>

namespace masu::manager {
namespace {

constexpr std::string_view kNoTime = "0001-01-01T00:00:00Z";

void put(json::Writer& out, std::string_view key, const std::vector<std::string>& list) {
  out.key(key).begin_array();
  for (const std::string& item : list) out.value(item);
  out.end_array();
}

void put(json::Writer& out, std::string_view key, const std::map<std::string, std::string>& map) {
  out.key(key).begin_object();
  for (const auto& [name, value] : map) out.member(name, value);
  out.end_object();
}

// What the shim alone knows, as it says it; empty for a container that has none.
struct Lively {
  int restarts = 0;
  bool restarting = false;
  std::string health;  // JSON, docker's form
};

// The shim's health record with docker's names.
Result<std::string> describe_health(json::Reader in) {
  std::string text, status;
  int failures = 0;
  TRY(in.optional("status", status));
  TRY(in.optional("failingStreak", failures));
  json::Writer out(text);
  out.begin_object().member("Status", status).member("FailingStreak", failures).key("Log").begin_array();
  const auto log = in.find("log");
  if (log && log->value().is(json::Type::array))
    for (const json::Value each : log->value().elements()) {
      const json::Reader entry = log->at(each);
      std::string start, end, output;
      int code = 0;
      TRY(entry.optional("start", start));
      TRY(entry.optional("end", end));
      TRY(entry.optional("output", output));
      TRY(entry.optional("exitCode", code));
      out.begin_object().member("Start", start).member("End", end).member("ExitCode", code);
      out.member("Output", output).end_object();
    }
  out.end_array().end_object();
  return text;
}

Result<Lively> ask_shim(const Place& place, const Request& request) {
  Lively out;
  const std::string text = TRY(ShimClient(place.shim_folder(request.id)).get("GET", "/"));
  const json::Document document = TRY(json::Document::parse(text));
  const json::Reader in(document);
  TRY(in.optional("restarts", out.restarts));
  TRY(in.optional("restarting", out.restarting));
  if (const auto health = in.find("health")) out.health = TRY(describe_health(*health));
  return out;
}

void put_state(json::Writer& out, const State& state, const Lively& lively) {
  out.key("State").begin_object().member("Status", phase_name(state.phase));
  out.member("Running", state.phase == Phase::running || state.phase == Phase::paused);
  out.member("Paused", state.phase == Phase::paused)
      .member("OOMKilled", state.oom_killed)
      .member("Pid", state.pid);
  out.member("ExitCode", state.exit_code)
      .member("StartedAt", state.started.empty() ? kNoTime : std::string_view(state.started));
  out.member("FinishedAt", state.finished.empty() ? kNoTime : std::string_view(state.finished));
  out.member("Restarting", lively.restarting).member("Dead", false).member("Error", "");
  if (!lively.health.empty()) out.key("Health").raw(lively.health);
  out.end_object();
}

std::string port_name(const network::Port& port) { return cat(port.container_port, "/", port.protocol); }

// As docker has it: each port of the container with the places that lead to it, and null for one that is only
// exposed.
void put_ports(json::Writer& out, std::string_view key, const std::vector<network::Port>& ports,
               const std::vector<std::string>& exposed) {
  std::map<std::string, std::vector<const network::Port*>> places;
  for (const std::string& name : exposed) places[name];
  for (const network::Port& port : ports) places[port_name(port)].push_back(&port);
  out.key(key).begin_object();
  for (const auto& [name, list] : places) {
    out.key(name);
    if (list.empty()) {
      out.null();
      continue;
    }
    out.begin_array();
    for (const network::Port* port : list)
      out.begin_object()
          .member("HostIp", port->host_ip.empty() ? "0.0.0.0" : port->host_ip)
          .member("HostPort", port->host_port == 0 ? "" : cat(port->host_port))
          .end_object();
    out.end_array();
  }
  out.end_object();
}

std::pair<std::string, int> split_address(std::string_view text) {
  const auto slash = std::min(text.find('/'), text.size());
  return {std::string(text.substr(0, slash)),
          text::parse_int<int>(text.substr(std::min(slash + 1, text.size()))).value_or(0)};
}

void put_endpoint(json::Writer& out, const network::Joined& joined) {
  std::string gateway, address, address6;
  int prefix = 0, prefix6 = 0;
  for (const std::string& text : joined.addresses) {
    const bool v6 = text.find(':') != std::string::npos;
    std::tie(v6 ? address6 : address, v6 ? prefix6 : prefix) = split_address(text);
  }
  for (const network::Segment& segment : joined.network.segments)
    if (segment.gateway && !segment.subnet.base.v6) gateway = segment.gateway->text();
  out.begin_object().member("NetworkID", joined.network.id).member("Gateway", gateway);
  out.member("IPAddress", address).member("IPPrefixLen", prefix);
  out.member("GlobalIPv6Address", address6).member("GlobalIPv6PrefixLen", prefix6);
  out.member("MacAddress", joined.mac);
  put(out, "Aliases", joined.aliases);
  out.end_object();
}

void put_network(json::Writer& out, const Place& place, const Request& request) {
  const auto found = network::read_record(network_folders(place), request.id);
  const network::Record record = found && *found ? **found : network::Record{};
  const std::vector<std::string> own = network::own_addresses(record);
  out.key("NetworkSettings").begin_object();
  out.member("IPAddress", own.empty() ? "" : own.front());
  out.member("MacAddress", record.joined.empty() ? "" : record.joined.front().mac);
  put_ports(out, "Ports", record.ports, request.exposed);
  out.key("Networks").begin_object();
  if (record.joined.empty())
    for (const network::Join& join : request.joins) out.key(join.network).begin_object().end_object();
  for (const network::Joined& joined : record.joined) {
    out.key(joined.network.name);
    put_endpoint(out, joined);
  }
  out.end_object().end_object();
}

std::string or_private(const std::string& mode) { return mode.empty() ? "private" : mode; }

void put_restart(json::Writer& out, const Request& request) {
  const auto colon = std::min(request.restart.find(':'), request.restart.size());
  const std::string name = request.restart.substr(0, colon);
  const std::string count = request.restart.substr(std::min(colon + 1, request.restart.size()));
  out.key("RestartPolicy").begin_object().member("Name", name.empty() ? "no" : name);
  out.member("MaximumRetryCount", text::parse_int<int>(count).value_or(0)).end_object();
}

void put_rates(json::Writer& out, std::string_view key, std::string_view what,
               const std::map<std::string, std::uint64_t>& rates) {
  out.key(key).begin_array();
  for (const auto& [path, rate] : rates)
    out.begin_object().member("Path", path).member(what, rate).end_object();
  out.end_array();
}

void put_limits(json::Writer& out, const Request& request) {
  out.member("Memory", request.memory).member("MemorySwap", request.memory_swap);
  out.member("MemoryReservation", request.memory_reservation);
  out.key("MemorySwappiness");
  if (request.memory_swappiness)
    out.value(*request.memory_swappiness);
  else
    out.value(-1);
  out.member("OomKillDisable", request.oom_kill_disable);
  out.member("OomScoreAdj", request.oom_score_adj.value_or(0));
  out.member("NanoCpus", request.cpu_period == 0 ? request.cpu_quota * 10'000 : std::int64_t{0});
  out.member("CpuShares", request.cpu_shares).member("CpuPeriod", request.cpu_period);
  out.member("CpuQuota", request.cpu_quota).member("CpuRealtimePeriod", request.cpu_rt_period);
  out.member("CpuRealtimeRuntime", request.cpu_rt_runtime).member("CpusetCpus", request.cpuset_cpus);
  out.member("CpusetMems", request.cpuset_mems).member("PidsLimit", request.pids_limit);
  out.member("BlkioWeight", request.blkio_weight);
  put_rates(out, "BlkioWeightDevice", "Weight", request.blkio_weights);
  put_rates(out, "BlkioDeviceReadBps", "Rate", request.read_bps);
  put_rates(out, "BlkioDeviceWriteBps", "Rate", request.write_bps);
  put_rates(out, "BlkioDeviceReadIOps", "Rate", request.read_iops);
  put_rates(out, "BlkioDeviceWriteIOps", "Rate", request.write_iops);
  out.member("CgroupParent", request.cgroup_parent);
  out.member("Cgroups", request.cgroups ? "default" : "disabled");
  out.key("Ulimits").begin_array();
  for (const Ulimit& limit : request.ulimits)
    out.begin_object()
        .member("Name", limit.name)
        .member("Soft", limit.soft)
        .member("Hard", limit.hard)
        .end_object();
  out.end_array();
}

void put_mount_options(json::Writer& out, const Request& request) {
  std::vector<std::string> binds;
  std::map<std::string, std::string> tmpfs;
  for (const Mount& mount : request.mounts) {
    const std::string options = text::join(mount.options, ",");
    if (mount.type == "tmpfs") tmpfs.emplace(mount.destination, options);
    if (mount.type == "bind" || mount.type == "volume")
      binds.push_back(cat(mount.source, ":", mount.destination, options.empty() ? "" : ":", options));
  }
  put(out, "Binds", binds);
  put(out, "Tmpfs", tmpfs);
}

void put_devices(json::Writer& out, const Request& request) {
  out.key("Devices").begin_array();
  for (const std::string& device : request.devices) {
    const auto parts = text::split(device, ':');
    if (parts.size() != 3) continue;
    out.begin_object().member("PathOnHost", parts[0]).member("PathInContainer", parts[1]);
    out.member("CgroupPermissions", parts[2]).end_object();
  }
  out.end_array();
  put(out, "DeviceCgroupRules", request.device_rules);
}

std::vector<std::string> security_options(const Request& request) {
  std::vector<std::string> out;
  if (request.no_new_privileges) out.emplace_back("no-new-privileges");
  if (!request.seccomp.empty()) out.push_back("seccomp=" + request.seccomp);
  if (!request.apparmor.empty()) out.push_back("apparmor=" + request.apparmor);
  for (const std::string& label : request.selinux) out.push_back("label=" + label);
  return out;
}

void put_id_maps(json::Writer& out, const Request& request) {
  if (request.uid_maps.empty()) return;
  const auto texts = [](const std::vector<sys::IdRange>& ranges) {
    std::vector<std::string> all;
    for (const sys::IdRange& range : ranges)
      all.push_back(cat(range.inside, ":", range.outside, ":", range.count));
    return all;
  };
  out.key("IDMappings").begin_object();
  put(out, "UidMap", texts(request.uid_maps));
  put(out, "GidMap", texts(request.gid_maps));
  out.end_object();
}

// docker's names, and podman's where docker has none.
void put_host_config(json::Writer& out, const Request& request) {
  out.key("HostConfig").begin_object().member("NetworkMode", request.network);
  put_mount_options(out, request);
  put_ports(out, "PortBindings", request.ports, {});
  put_restart(out, request);
  out.member("AutoRemove", request.remove).member("Privileged", request.privileged);
  out.member("ReadonlyRootfs", request.read_only).member("Init", request.init);
  for (const auto& [key, list] : {std::pair{"CapAdd", &request.cap_add},
                                  {"CapDrop", &request.cap_drop},
                                  {"Dns", &request.dns},
                                  {"DnsOptions", &request.dns_options},
                                  {"DnsSearch", &request.dns_search},
                                  {"ExtraHosts", &request.extra_hosts},
                                  {"GroupAdd", &request.groups},
                                  {"MaskedPaths", &request.masked}})
    put(out, key, *list);
  put(out, "SecurityOpt", security_options(request));
  put(out, "Sysctls", request.sysctls);
  out.member("PidMode", or_private(request.pid_mode)).member("IpcMode", or_private(request.ipc_mode));
  out.member("UTSMode", or_private(request.uts_mode)).member("CgroupnsMode", or_private(request.cgroup_mode));
  out.member("UsernsMode", request.userns);
  put_id_maps(out, request);
  out.member("ShmSize", request.shm_size);
  out.key("LogConfig")
      .begin_object()
      .member("Type", request.log_driver.empty() ? "json" : request.log_driver);
  out.key("Config").begin_object();
  if (!request.log_max_size.empty()) out.member("max-size", request.log_max_size);
  if (request.log_max_files != 0) out.member("max-file", cat(request.log_max_files));
  out.end_object().end_object();
  put_limits(out, request);
  put_devices(out, request);
  out.end_object();
}

// Which they are, and nothing of what is in them.
void put_secrets(json::Writer& out, const Request& request) {
  out.key("Secrets").begin_array();
  for (const SecretUse& use : request.secrets) {
    out.begin_object().member("Name", use.name).member("ID", use.id);
    out.member("UID", use.uid).member("GID", use.gid).member("Mode", use.mode).end_object();
  }
  out.end_array();
}

void put_config(json::Writer& out, const Request& request) {
  out.key("Config").begin_object().member("Hostname", request.hostname).member("User", request.user);
  put(out, "Env", request.env);
  put(out, "Cmd", request.args);
  out.member("Image", request.image);
  put(out, "Labels", request.labels);
  out.member("WorkingDir", request.cwd).member("StopSignal", request.stop_signal).member("Tty", request.tty);
  out.member("OpenStdin", request.interactive).member("StopTimeout", request.stop_timeout);
  put_secrets(out, request);
  out.end_object();
}

}  // namespace

Result<std::string> describe_container(const Place& place, const Request& request, bool size) {
  std::string text;
  json::Writer out(text, json::Layout::spaces);
  out.begin_object().member("Id", request.id).member("Created", request.created);
  out.member("Path", request.args.empty() ? "" : request.args.front());
  put(out, "Args",
      std::vector<std::string>(request.args.begin() + (request.args.empty() ? 0 : 1), request.args.end()));
  const State state = read_live_state(place, request);
  const Lively lively = is_running(state.phase) ? ask_shim(place, request).value_or(Lively{}) : Lively{};
  put_state(out, state, lively);
  out.member("Image", request.image_id).member("ImageName", request.image).member("Name", request.name);
  out.member("LogPath", request.log_path.empty() ? place.folder(request.id) + "/log" : request.log_path)
      .member("OCIRuntime", place.runtime);
  out.member("RestartCount", lively.restarts).member("Driver", "overlay").member("Platform", "linux");
  out.member("ResolvConfPath", place.folder(request.id) + "/resolv.conf");
  out.member("HostnamePath", place.folder(request.id) + "/hostname");
  out.member("HostsPath", place.folder(request.id) + "/hosts");
  if (size) {
    const std::uint64_t written = store::tree_size(AT_FDCWD, (place.folder(request.id) + "/upper").c_str());
    out.member("SizeRw", written);
  }
  put_host_config(out, request);
  out.key("Mounts").begin_array();
  for (const Mount& mount : request.mounts) {
    out.begin_object()
        .member("Type", mount.type)
        .member("Source", mount.source)
        .member("Destination", mount.destination);
    put(out, "Options", mount.options);
    const auto has = [&mount](std::string_view option) {
      return std::ranges::find(mount.options, option) != mount.options.end();
    };
    std::string_view propagation = mount.type == "bind" ? "rprivate" : "";
    for (const std::string_view kind : {"shared", "rshared", "slave", "rslave", "private", "unbindable"})
      if (has(kind)) propagation = kind;
    out.member("Mode", has("z") ? "z" : has("Z") ? "Z" : "").member("RW", !has("ro"));
    out.member("Propagation", propagation);
    out.end_object();
  }
  out.end_array();
  put_config(out, request);
  put_network(out, place, request);
  out.end_object();
  return text;
}

}  // namespace masu::manager
