// SPDX-License-Identifier: Apache-2.0
#include "put.h"

namespace masu::spec {
namespace {

std::vector<std::string> capability_names(std::uint64_t set) {
  std::vector<std::string> names;
  for (const auto& [name, bit] : capabilities())
    if ((set >> bit & 1) != 0) names.emplace_back(name);
  return names;
}

}  // namespace

static void write(json::Writer& out, const Box& size) {
  out.begin_object().member("height", size.height).member("width", size.width).end_object();
}

static void write(json::Writer& out, const User& user) {
  out.begin_object().member("uid", user.uid).member("gid", user.gid);
  put(out, "umask", user.umask);
  put(out, "additionalGids", user.additional_gids);
  out.end_object();
}

static void write(json::Writer& out, const Capabilities& sets) {
  std::vector<std::string> bounding = capability_names(sets.bounding);
  bounding.insert(bounding.end(), sets.unknown.begin(), sets.unknown.end());
  out.begin_object();
  put(out, "bounding", bounding);
  put(out, "effective", capability_names(sets.effective));
  put(out, "inheritable", capability_names(sets.inheritable));
  put(out, "permitted", capability_names(sets.permitted));
  put(out, "ambient", capability_names(sets.ambient));
  out.end_object();
}

static void write(json::Writer& out, const Rlimit& limit) {
  out.begin_object().member("type", find_name(rlimits(), limit.resource));
  out.member("hard", limit.hard).member("soft", limit.soft).end_object();
}

static void write(json::Writer& out, const Scheduler& scheduler) {
  out.begin_object().member("policy", find_name(scheduler_policies(), scheduler.policy));
  put(out, "nice", scheduler.nice);
  put(out, "priority", scheduler.priority);
  put(out, "flags", names_of(scheduler_flags(), scheduler.flags));
  put(out, "runtime", scheduler.runtime);
  put(out, "deadline", scheduler.deadline);
  put(out, "period", scheduler.period);
  out.end_object();
}

static void write(json::Writer& out, const IoPriority& io) {
  out.begin_object().member("class", find_name(io_priority_classes(), io.class_));
  out.member("priority", io.priority).end_object();
}

static void write(json::Writer& out, const ExecCpuAffinity& affinity) {
  out.begin_object();
  put(out, "initial", affinity.initial);
  put(out, "final", affinity.final);
  out.end_object();
}

void write(json::Writer& out, const Process& process) {
  out.begin_object();
  put(out, "terminal", process.terminal);
  put(out, "consoleSize", process.console_size);
  keep(out, "user", process.user);
  keep(out, "args", process.args);
  put(out, "env", process.env);
  keep(out, "cwd", process.cwd);
  put(out, "capabilities", process.capabilities);
  put(out, "rlimits", process.rlimits);
  put(out, "noNewPrivileges", process.no_new_privileges);
  put(out, "apparmorProfile", process.apparmor_profile);
  put(out, "oomScoreAdj", process.oom_score_adj);
  put(out, "scheduler", process.scheduler);
  put(out, "selinuxLabel", process.selinux_label);
  put(out, "ioPriority", process.io_priority);
  put(out, "execCPUAffinity", process.exec_cpu_affinity);
  out.end_object();
}

}  // namespace masu::spec
