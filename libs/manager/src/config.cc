// SPDX-License-Identifier: Apache-2.0
#include "bundle.h"
#include "capabilities.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/spec/names.h"
#include "masu/spec/template.h"
#include "masu/spec/write.h"
#include "masu/sys/raw.h"
#include "mounts.h"
#include "passwd.h"
#include "seccomp.h"

#include <algorithm>

#include <linux/capability.h>
#include <sched.h>
#include <sys/resource.h>

namespace masu::manager {
namespace {

constexpr std::string_view kPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr std::int64_t kCpuPeriod = 100'000;

bool has_variable(const std::vector<std::string>& env, std::string_view name) {
  return std::ranges::any_of(env, [name](std::string_view entry) {
    return entry.starts_with(name) && entry.size() > name.size() && entry[name.size()] == '=';
  });
}

std::vector<std::string> environment(const Request& request, const Identity& identity) {
  std::vector<std::string> env = request.env;
  if (!has_variable(env, "PATH")) env.insert(env.begin(), std::string(kPath));
  if (request.tty && !has_variable(env, "TERM")) env.emplace_back("TERM=xterm");
  if (!has_variable(env, "HOSTNAME")) env.push_back("HOSTNAME=" + request.hostname);
  if (!has_variable(env, "HOME")) env.push_back("HOME=" + identity.home);
  if (!has_variable(env, "container")) env.emplace_back("container=masu");
  return env;
}

// Without CAP_SYS_RESOURCE, as is common in containers and services, a limit above the caller's own is
// clamped to it.
spec::Rlimit clamp(spec::Rlimit limit, const Facts& facts) {
  struct rlimit own{};
  const bool may_raise = (facts.kernel_capabilities >> CAP_SYS_RESOURCE & 1) != 0 && !facts.in_user_namespace;
  if (may_raise || sys::raw::call(SYS_prlimit64, 0, limit.resource, nullptr, &own) < 0) return limit;
  limit.hard = std::min<std::uint64_t>(limit.hard, own.rlim_max);
  limit.soft = std::min(limit.soft, limit.hard);
  return limit;
}

Result<> set_process(spec::Config& config, const Request& request, const Facts& facts, int rootfs) {
  const Identity identity = TRY(find_identity(rootfs, request.user, request.groups));
  spec::Process& process = *config.process;
  process.terminal = request.tty;
  process.user = identity.user;
  process.args = request.args;
  process.env = environment(request, identity);
  process.cwd = request.cwd.empty() ? "/" : request.cwd;
  process.no_new_privileges = request.no_new_privileges;
  process.oom_score_adj = request.oom_score_adj;
  process.capabilities = TRY(choose_capabilities(request, facts, identity.user.uid == 0));
  process.rlimits.clear();
  for (const Ulimit& limit : request.ulimits)
    process.rlimits.push_back(
        clamp({*spec::find_value(spec::rlimits(), limit.name), limit.soft, limit.hard}, facts));
  if (std::ranges::none_of(process.rlimits,
                           [](const auto& limit) { return limit.resource == RLIMIT_NOFILE; }))
    process.rlimits.push_back(clamp({RLIMIT_NOFILE, 1048576, 1048576}, facts));
  return {};
}

void set_network(spec::Config& config, const Place& place, const Request& request,
                 const NetworkSpace& network) {
  if (request.network == kHostNetwork)
    std::erase_if(config.linux_.namespaces,
                  [](const spec::Namespace& entry) { return entry.type == CLONE_NEWNET; });
  if (!network.space.valid()) return;
  for (spec::Namespace& entry : config.linux_.namespaces)
    if (entry.type == CLONE_NEWNET) entry.path = place.network_space(request.id);
}

void set_resources(spec::Config& config, const Request& request, const Facts& facts) {
  constexpr std::int64_t kDefaultPids = 2048;
  spec::Resources resources;
  if (!facts.in_user_namespace)  // whoever cannot make device nodes needs no list of them
    resources.devices = {{.allow = request.privileged,
                          .type = 'a',
                          .major = {},
                          .minor = {},
                          .read = true,
                          .write = true,
                          .mknod = true}};
  if (request.memory != 0 || request.memory_swap != 0) {
    spec::Memory& memory = resources.memory.emplace();
    if (request.memory != 0) memory.limit = request.memory;
    if (request.memory_swap != 0) memory.swap = request.memory_swap;
  }
  if (request.cpu_quota != 0 || request.cpu_shares != 0 || !request.cpuset_cpus.empty()) {
    spec::Cpu& cpu = resources.cpu.emplace();
    if (request.cpu_quota != 0) {
      cpu.quota = request.cpu_quota;
      cpu.period = kCpuPeriod;
    }
    if (request.cpu_shares != 0) cpu.shares = request.cpu_shares;
    cpu.cpus = request.cpuset_cpus;
  }
  if (request.pids_limit != 0)
    resources.pids_limit = request.pids_limit;
  else if (facts.limits_processes)
    resources.pids_limit = kDefaultPids;
  // Nothing asked for and nothing to be had: an ordinary user's container runs without.
  if (facts.in_user_namespace && !resources.memory && !resources.cpu && !resources.pids_limit)
    config.linux_.resources.reset();
  else
    config.linux_.resources = std::move(resources);
}

}  // namespace

Result<spec::Config> make_config(const Place& place, const Request& request, const Facts& facts, int rootfs,
                                 const NetworkSpace& network) {
  spec::Config config = spec::make_default_config(false, 0, 0, facts.cgroup_v2);
  config.root.readonly = request.read_only;
  config.hostname = request.hostname;
  config.annotations = request.annotations;
  TRY(set_process(config, request, facts, rootfs));
  TRY(set_mounts(config, place, request, facts, config.process->user, network));
  set_network(config, place, request, network);
  set_resources(config, request, facts);
  if (facts.user_systemd)
    config.linux_.cgroups_path = "user.slice:masu:" + request.id;
  else if (!facts.in_user_namespace)
    config.linux_.cgroups_path = "/masu/" + request.id;
  config.linux_.sysctl = request.sysctls;
  config.linux_.masked_paths.emplace_back("/sys/devices/virtual/powercap");
  config.linux_.masked_paths.emplace_back("/proc/interrupts");
  if (request.privileged) {
    config.linux_.masked_paths.clear();
    config.linux_.readonly_paths.clear();
  } else {
    config.linux_.seccomp = TRY(choose_seccomp(request.seccomp, process_capabilities(config)));
  }
  return config;
}

}  // namespace masu::manager
