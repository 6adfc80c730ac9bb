// SPDX-License-Identifier: Apache-2.0
#include "bundle.h"
#include "capabilities.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/spec/names.h"
#include "masu/spec/template.h"
#include "masu/spec/write.h"
#include "masu/sys/fd.h"
#include "masu/sys/raw.h"
#include "mounts.h"
#include "namespaces.h"
#include "passwd.h"
#include "resources.h"
#include "seccomp.h"
#include "secrets.h"

#include <algorithm>

#include <linux/capability.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

namespace masu::manager {
namespace {

constexpr std::string_view kPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

constexpr std::uint32_t kUmask = 022;
constexpr std::uint64_t kManyFiles = 1048576;  // podman's, of files and of processes

bool has_variable(const std::vector<std::string>& env, std::string_view name) {
  return std::ranges::any_of(env, [name](std::string_view entry) {
    return entry.starts_with(name) && entry.size() > name.size() && entry[name.size()] == '=';
  });
}

std::vector<std::string> environment(const Request& request, const Identity& identity) {
  std::vector<std::string> env = request.env;
  if (!has_variable(env, "PATH")) env.insert(env.begin(), std::string(kPath));
  if (request.tty && !has_variable(env, "TERM")) env.emplace_back("TERM=xterm");
  if (!has_variable(env, "HOSTNAME") && request.uts_mode != "host")
    env.push_back("HOSTNAME=" + request.hostname);
  if (!has_variable(env, "HOME")) env.push_back("HOME=" + identity.home);
  if (!has_variable(env, "container")) env.emplace_back("container=masu");
  return env;
}

// Without CAP_SYS_RESOURCE, as is common in containers and services, a limit above the caller's own is
// clamped to it.
bool may_raise(const Facts& facts) {
  return (facts.kernel_capabilities >> CAP_SYS_RESOURCE & 1) != 0 && !facts.in_user_namespace;
}

spec::Rlimit clamp(spec::Rlimit limit, const Facts& facts) {
  struct rlimit own{};
  if (may_raise(facts) || sys::raw::call(SYS_prlimit64, 0, limit.resource, nullptr, &own) < 0) return limit;
  limit.hard = std::min<std::uint64_t>(limit.hard, own.rlim_max);
  limit.soft = std::min(limit.soft, limit.hard);
  return limit;
}

// Nor may a process be less likely to be killed than its caller.
std::optional<int> clamp_oom_score(std::optional<int> score, const Facts& facts) {
  if (!score || may_raise(facts)) return score;
  const std::string text = sys::read_kernel_file("/proc/self/oom_score_adj").value_or("");
  return std::max(*score, text::parse_int<int>(text::trim(text)).value_or(0));
}

Result<> set_process(spec::Config& config, const Request& request, const Facts& facts, int rootfs) {
  const Identity identity = TRY(find_identity(rootfs, request.user, request.groups));
  spec::Process& process = *config.process;
  process.terminal = request.tty;
  process.user = identity.user;
  process.user.umask = request.umask.value_or(kUmask);
  process.args = request.args;
  if (request.init) process.args.insert(process.args.begin(), {kInitInside, "--"});
  process.env = environment(request, identity);
  process.cwd = request.cwd.empty() ? "/" : request.cwd;
  process.no_new_privileges = request.no_new_privileges;
  process.oom_score_adj = clamp_oom_score(request.oom_score_adj, facts);
  process.capabilities = TRY(choose_capabilities(request, facts, identity.user.uid == 0));
  process.rlimits.clear();
  for (const Ulimit& limit : request.ulimits)
    process.rlimits.push_back(
        clamp({*spec::find_value(spec::rlimits(), limit.name), limit.soft, limit.hard}, facts));
  for (const int resource : {RLIMIT_NOFILE, RLIMIT_NPROC})
    if (!request.host_ulimits && std::ranges::none_of(process.rlimits, [resource](const auto& limit) {
          return limit.resource == resource;
        }))
      process.rlimits.push_back(clamp({resource, kManyFiles, kManyFiles}, facts));
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

void set_users(spec::Config& config, const Place& place, const Request& request, const UserSpace& users) {
  if (!users.space.valid()) return;
  config.linux_.namespaces.push_back({CLONE_NEWUSER, place.user_space(request.id)});
  const auto maps = [](const std::vector<sys::IdRange>& ranges) {
    std::vector<spec::IdMapping> out;
    for (const sys::IdRange& range : ranges) out.push_back({range.inside, range.outside, range.count});
    return out;
  };
  // Those of the namespace, again: runc asks for both.
  config.linux_.uid_mappings = maps(users.users);
  config.linux_.gid_mappings = maps(users.groups);
}

bool is_shown(const Request& request, const std::string& path) {
  return std::ranges::any_of(request.shown,
                             [&path](const std::string& one) { return one == "ALL" || one == path; });
}

// What a program that looks around must not see or change, unless asked otherwise.
void set_hidden_paths(spec::Config& config, const Request& request) {
  auto& masked = config.linux_.masked_paths;
  masked.emplace_back("/sys/devices/virtual/powercap");
  masked.emplace_back("/proc/interrupts");
  if (request.privileged) {
    masked.clear();
    config.linux_.readonly_paths.clear();
  }
  for (auto* paths : {&masked, &config.linux_.readonly_paths})
    std::erase_if(*paths, [&request](const std::string& path) { return is_shown(request, path); });
  masked.insert(masked.end(), request.masked.begin(), request.masked.end());
}

// AppArmor and SELinux, where the kernel has them: asked for on others they are the caller's mistake, except
// that nothing is to be confined.
void set_labels(spec::Config& config, const Request& request) {
  constexpr const char* kAppArmor = "/sys/kernel/security/apparmor";
  const bool unconfined = request.apparmor == "unconfined" || request.privileged;
  if (!unconfined || (!request.apparmor.empty() && access(kAppArmor, F_OK) == 0))
    config.process->apparmor_profile = request.apparmor;
}

}  // namespace

Result<spec::Config> make_config(const Place& place, const Request& request, const Facts& facts, int rootfs,
                                 const NetworkSpace& network, const UserSpace& users) {
  spec::Config config = spec::make_default_config(false, 0, 0, facts.cgroup_v2);
  config.root.readonly = request.read_only;
  config.hostname = request.hostname;
  config.annotations = request.annotations;
  TRY(set_process(config, request, facts, rootfs));
  TRY(set_secret_variables(place, request, config.process->env));
  TRY(set_mounts(config, place, request, facts, config.process->user, network, users));
  TRY(set_resources(config, request, facts));
  TRY(set_namespaces(config, place, request));
  set_network(config, place, request, network);
  set_users(config, place, request, users);
  if (facts.user_systemd)
    config.linux_.cgroups_path = "user.slice:masu:" + request.id;
  else if (!facts.in_user_namespace && request.cgroups)
    config.linux_.cgroups_path =
        cat(request.cgroup_parent.empty() ? "/masu" : request.cgroup_parent, "/", request.id);
  config.linux_.sysctl = request.sysctls;
  set_hidden_paths(config, request);
  set_labels(config, request);
  if (!request.personality.empty())
    config.linux_.personality = {.domain = *spec::find_value(spec::personalities(), request.personality),
                                 .flags = {}};
  if (!request.privileged || !request.seccomp.empty())
    config.linux_.seccomp = TRY(choose_seccomp(request.seccomp, process_capabilities(config)));
  return config;
}

}  // namespace masu::manager
