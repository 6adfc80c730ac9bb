// SPDX-License-Identifier: Apache-2.0
//
// `process` of config.json (runtime-spec config.md, "Process").
#include "read.h"

#include <algorithm>

namespace masu::spec {
namespace {

constexpr int kSchedFifo = 1, kSchedRr = 2, kSchedDeadline = 6;

// Names this build does not know go to `unknown`: the spec wants a warning for them, not a refusal.
auto capability_set(std::vector<std::string>& unknown) {
  return [&unknown](json::Reader in, std::uint64_t& out) -> Result<> {
    std::vector<std::string> names;
    TRY(json::read(in, names));
    for (auto& name : names) {
      if (const auto bit = find_value(capabilities(), name))
        out |= std::uint64_t{1} << *bit;
      else if (std::ranges::find(unknown, name) == unknown.end())
        unknown.push_back(std::move(name));
    }
    return {};
  };
}

// A value that only some policies have.
Result<> only_for(json::Reader in, std::string_view key, bool allowed, std::string_view policies) {
  if (allowed) return {};
  return fail(in.error(key, cat("is only for ", policies)));
}

// runc's words, which clients know.
Result<> read_cwd(json::Reader in, std::string& out) {
  TRY(json::read(in, out));
  if (out.starts_with('/')) return {};
  return fail(in.error(cat("Cwd must be an absolute path, not ", quote(out))));
}

Result<> refuse_duplicates(json::Reader in, const std::vector<Rlimit>& limits) {
  for (std::size_t i = 0; i < limits.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (limits[i].resource == limits[j].resource)
        return fail(Error::spec(cat(in.path(), "[", i, "].type"),
                                cat(find_name(rlimits(), limits[i].resource), " is given twice")));
  return {};
}

}  // namespace

static Result<> read(json::Reader in, Box& out) {
  TRY(in.require("height", out.height));
  return in.require("width", out.width);
}

// uid and gid default to 0, as in every runtime that clients were written against.
static Result<> read(json::Reader in, User& out) {
  TRY(in.optional("uid", out.uid));
  TRY(in.optional("gid", out.gid));
  TRY(in.optional("umask", out.umask, within(0, 0777)));
  return in.optional("additionalGids", out.additional_gids);
}

static Result<> read(json::Reader in, Capabilities& out) {
  const auto set = capability_set(out.unknown);
  TRY(in.optional("bounding", out.bounding, set));
  TRY(in.optional("effective", out.effective, set));
  TRY(in.optional("inheritable", out.inheritable, set));
  TRY(in.optional("permitted", out.permitted, set));
  return in.optional("ambient", out.ambient, set);
}

static Result<> read(json::Reader in, Rlimit& out) {
  TRY(in.require("type", out.resource, named(rlimits(), "resource limit")));
  TRY(in.require("soft", out.soft));
  TRY(in.require("hard", out.hard));
  if (out.soft > out.hard)
    return fail(in.error("soft", cat(out.soft, " is above the hard limit ", out.hard)));
  return {};
}

static Result<> read(json::Reader in, Scheduler& out) {
  TRY(in.require("policy", out.policy, named(scheduler_policies(), "scheduling policy")));
  TRY(in.optional("nice", out.nice, within(-20, 19)));
  TRY(in.optional("priority", out.priority, within(0, 99)));
  TRY(in.optional("flags", out.flags, bits(scheduler_flags(), "scheduler flag")));
  TRY(in.optional("runtime", out.runtime));
  TRY(in.optional("deadline", out.deadline));
  TRY(in.optional("period", out.period));

  const bool realtime = out.policy == kSchedFifo || out.policy == kSchedRr;
  const bool deadline = out.policy == kSchedDeadline;
  TRY(only_for(in, "priority", realtime || out.priority == 0, "SCHED_FIFO and SCHED_RR"));
  TRY(only_for(in, "runtime", deadline || out.runtime == 0, "SCHED_DEADLINE"));
  TRY(only_for(in, "deadline", deadline || out.deadline == 0, "SCHED_DEADLINE"));
  return only_for(in, "period", deadline || out.period == 0, "SCHED_DEADLINE");
}

static Result<> read(json::Reader in, IoPriority& out) {
  TRY(in.require("class", out.class_, named(io_priority_classes(), "I/O priority class")));
  return in.optional("priority", out.priority, within(0, 7));
}

static Result<> read(json::Reader in, ExecCpuAffinity& out) {
  TRY(in.optional("initial", out.initial, read_number_list));
  return in.optional("final", out.final, read_number_list);
}

Result<> read(json::Reader in, Process& out) {
  TRY(in.optional("terminal", out.terminal));
  TRY(in.optional("consoleSize", out.console_size));
  TRY(in.optional("user", out.user));
  TRY(in.require("args", out.args));
  if (out.args.empty()) return fail(in.error("args", "must not be empty"));
  TRY(in.optional("env", out.env, read_environment));
  TRY(in.require("cwd", out.cwd, read_cwd));
  TRY(in.optional("capabilities", out.capabilities));
  TRY(in.optional("rlimits", out.rlimits));
  if (const auto limits = in.find("rlimits")) TRY(refuse_duplicates(*limits, out.rlimits));
  TRY(in.optional("noNewPrivileges", out.no_new_privileges));
  TRY(in.optional("apparmorProfile", out.apparmor_profile));
  TRY(in.optional("selinuxLabel", out.selinux_label));
  TRY(in.optional("oomScoreAdj", out.oom_score_adj, within(-1000, 1000)));
  TRY(in.optional("scheduler", out.scheduler));
  TRY(in.optional("ioPriority", out.io_priority));
  return in.optional("execCPUAffinity", out.exec_cpu_affinity);
}

}  // namespace masu::spec
