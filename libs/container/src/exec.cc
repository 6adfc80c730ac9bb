// SPDX-License-Identifier: Apache-2.0
#include "annotations.h"
#include "child.h"
#include "creation.h"
#include "failure.h"
#include "foreground.h"
#include "helper_clone.h"
#include "inspect.h"
#include "labels.h"
#include "landlock.h"
#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/spec/names.h"
#include "masu/spec/parse.h"
#include "masu/sys/procfs.h"
#include "masu/sys/raw.h"
#include "masu/sys/socket.h"
#include "namespaces.h"
#include "process_limits.h"
#include "workload.h"

#include <algorithm>
#include <cerrno>
#include <csignal>

#include <linux/sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>

namespace masu::container {
namespace {

// ---- the process that is asked for
// -----------------------------------------------------------------------------------

// UID[:GID], all of both strings: a lenient parser once made root of a typing error (CVE-2026-30892).
Result<> set_user(spec::User& user, const std::string& text) {
  const auto colon = text.find(':');
  const auto uid = text::parse_int<std::uint32_t>(std::string_view(text).substr(0, colon));
  const bool has_gid = colon != std::string::npos;
  const auto gid =
      has_gid ? text::parse_int<std::uint32_t>(std::string_view(text).substr(colon + 1)) : user.gid;
  if (!uid || !gid)
    return fail(Error::make(Kind::usage,
                            cat("--user ", quote(text), ": expected UID or UID:GID, both decimal numbers")));
  user.uid = *uid;
  user.gid = *gid;
  return {};
}

Result<> add_variables(spec::Process& process, const std::vector<std::string>& given) {
  for (const auto& entry : given) {
    const auto equals = entry.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(Error::make(Kind::usage, cat("--env ", quote(entry), ": expected NAME=VALUE")));
    process.env.push_back(entry);
  }
  return {};
}

Result<> add_capabilities(spec::Process& process, const std::vector<std::string>& names) {
  if (names.empty()) return {};
  if (!process.capabilities) process.capabilities.emplace();
  auto& sets = *process.capabilities;
  for (const auto& name : names) {
    const auto number =
        spec::find_value(spec::capabilities(), name.starts_with("CAP_") ? name : "CAP_" + name);
    if (!number) return fail(Error::make(Kind::usage, cat("--cap ", quote(name), ": unknown capability")));
    const std::uint64_t bit = std::uint64_t{1} << *number;
    sets.bounding |= bit;
    sets.effective |= bit;
    sets.permitted |= bit;
    if ((sets.inheritable & bit) != 0) sets.ambient |= bit;  // never inheritable by itself (CVE-2022-29162)
  }
  return {};
}

// What a process object leaves out is the container's (contract 1.4).
Result<spec::Process> read_process(std::string_view text, const spec::Process& base) {
  spec::Process process = TRY(spec::parse_process(text));
  if (!process.capabilities) process.capabilities = base.capabilities;
  if (process.rlimits.empty()) process.rlimits = base.rlimits;
  if (process.apparmor_profile.empty()) process.apparmor_profile = base.apparmor_profile;
  if (process.selinux_label.empty()) process.selinux_label = base.selinux_label;
  if (!process.oom_score_adj) process.oom_score_adj = base.oom_score_adj;
  if (!process.scheduler) process.scheduler = base.scheduler;
  if (!process.io_priority) process.io_priority = base.io_priority;
  if (!process.exec_cpu_affinity) process.exec_cpu_affinity = base.exec_cpu_affinity;
  return process;
}

Result<spec::Process> process_of(const ExecOptions& options, const spec::Process& base) {
  if (!options.process_text.empty()) return read_process(options.process_text, base);
  if (!options.process_file.empty()) {
    const std::string text = TRY_IN(sys::read_file(options.process_file), "--process");
    return TRY_IN(read_process(text, base), cat("--process ", quote(options.process_file)));
  }
  spec::Process process = base;
  process.args = options.args;
  TRY(add_variables(process, options.env));
  if (!options.cwd.empty()) process.cwd = options.cwd;
  if (!process.cwd.starts_with('/'))
    return fail(Error::make(Kind::usage, "Cwd must be an absolute path").at("--cwd"));
  if (!options.user.empty()) TRY(set_user(process.user, options.user));
  auto& groups = process.user.additional_gids;
  groups.insert(groups.end(), options.additional_gids.begin(), options.additional_gids.end());
  process.terminal = options.tty.value_or(false);
  process.no_new_privileges = process.no_new_privileges || options.no_new_privileges;
  if (!options.apparmor_profile.empty()) process.apparmor_profile = options.apparmor_profile;
  if (!options.process_label.empty()) process.selinux_label = options.process_label;
  TRY(add_capabilities(process, options.capabilities));
  return process;
}

// ---- where it goes
// ---------------------------------------------------------------------------------------------------

// --cgroup [controller,…:]path, below the container's own cgroups.
Result<cgroups::Saved> sub_cgroups(cgroups::Saved saved, const std::vector<std::string>& wanted) {
  for (const auto& text : wanted) {
    const auto colon = text.find(':');
    const std::string controllers = colon == std::string::npos ? "" : text.substr(0, colon);
    const std::string path = colon == std::string::npos ? text : text.substr(colon + 1);
    for (auto part : text::split(path, '/'))
      if (part == "..")
        return fail(Error::make(Kind::usage, cat("--cgroup ", quote(text), ": .. is not a sub cgroup path")));
    bool found = false;
    for (auto& directory : saved.directories) {
      bool meant = controllers.empty() ? directory.is_v2() : true;
      for (auto name : text::split(controllers, ','))
        if (!controllers.empty() && !directory.has(name)) meant = false;
      if (!meant) continue;
      found = true;
      directory.path += (path.starts_with('/') ? "" : "/") + path;
    }
    if (!found)
      return fail(
          Error::make(Kind::usage, cat("--cgroup ", quote(text), ": the container has no such controller")));
  }
  return saved;
}

Result<> refuse_unless_running(const Inspection& container, bool ignore_paused) {
  switch (container.status) {
    case Status::stopped:
      return fail(
          Error::make(Kind::invalid_state, "cannot exec in a stopped container: container not running"));
    case Status::paused:
      if (ignore_paused) return {};
      return fail(Error::make(Kind::invalid_state, "cannot exec in a paused container")
                      .hint("resume it, or use --ignore-paused"));
    case Status::creating:
      return fail(Error::make(Kind::invalid_state, "cannot exec: the container is being created"));
    default:
      return {};
  }
}

// One process joining a container, from its options to its exec.
class Joining {
 public:
  Joining(const Context& context, const ExecOptions& options, Inspection container)
      : context_(context), options_(options), trace_(context), container_(std::move(container)) {}

  Result<> prepare();
  Result<> launch();
  void undo() {
    if (!process_) return;
    (void)process_->signal(SIGKILL);
    reap_killed(*process_);
  }
  const sys::Process& process() const { return *process_; }
  sys::Process take_process() { return std::move(*process_); }
  sys::Fd take_master() { return std::move(master_); }

 private:
  Result<> plan_namespaces(const sys::Procfs& procfs);
  Result<> plan_cgroups();
  Result<> clone_child(const sys::Procfs& procfs);
  Result<> talk();

  const Context& context_;
  const ExecOptions& options_;
  Trace trace_;
  Inspection container_;
  spec::Config config_;
  spec::Process asked_;
  ProcessPlan plan_;
  ExecPlan exec_;
  int cgroup_fd_ = -1;
  bool by_helper_ = false;  // clone_by_helper() has made the process
  std::optional<cgroups::Manager> cgroups_;
  std::vector<sys::Fd> files_;
  sys::Fd console_socket_;
  sys::Fd master_;
  ProgressPage progress_;
  std::unique_ptr<sys::Process> process_;
  Conversation talk_;
};

Result<> Joining::prepare() {
  trace_.step("config");
  TRY(reserve_fds(options_.preserve_fds));
  config_ = TRY(container_.entry.read_config());
  TRY(annotations::adopt(config_));
  asked_ = TRY(process_of(options_, *config_.process));
  const Workload* workload = TRY(choose_workload(context_, config_, asked_, container_.init->pid()));
  if (asked_.terminal && options_.detach && options_.console_socket.empty())
    return fail(
        Error::make(Kind::usage, "cannot allocate tty if runc will detach without setting console socket"));
  if (!asked_.terminal && !options_.console_socket.empty())
    return fail(
        Error::make(Kind::usage, "cannot use console socket if runc will not detach or allocate tty"));
  if (!options_.console_socket.empty())
    console_socket_ = TRY_IN(sys::connect_to(options_.console_socket, SOCK_STREAM), "--console-socket");
  trace_.step("plan");
  plan_ = TRY(build_process_plan(asked_, config_.linux_, read_host_facts()));
  plan_.preserved_fds = options_.preserve_fds;
  plan_.keyring = container_.record.keyring;
  TRY(plan_labels(plan_, asked_));
  plan_workload(plan_, workload, config_);
  TRY(plan_landlock(plan_, config_.annotations));
  return plan_seccomp(plan_, config_, context_.root);
}

Result<> Joining::plan_namespaces(const sys::Procfs& procfs) {
  exec_.init_pidfd = container_.init->pidfd();
  const ForeignNamespaces foreign = foreign_namespaces(config_, procfs, container_.init->pid());
  exec_.namespaces = foreign.types;
  exec_.joins_user = foreign.user;
  if ((exec_.namespaces & CLONE_NEWNS) == 0) {
    const int root =
        sys::raw::openat(procfs.fd(), cat(container_.init->pid(), "/root").c_str(), O_PATH | O_DIRECTORY);
    if (root < 0) return fail(Error::sys(-root, "open the container's root"));
    files_.emplace_back(root);
    exec_.root = root;
    // A number that still is the container's afterwards was so when it was used.
    if (TRY(container_.init->wait_ended(0)))
      return fail(
          Error::make(Kind::invalid_state, "cannot exec in a stopped container: container not running"));
  }
  return {};
}

Result<> Joining::plan_cgroups() {
  if (!container_.cgroups) return {};
  cgroups::Saved saved = TRY(sub_cgroups(container_.record.cgroups, options_.cgroups));
  cgroups_ = TRY(cgroups::Manager::from_saved(std::move(saved)));
  if (cgroups_->saved().unit.user) return {};  // a user's systemd may have to help, once there is a process
  if (options_.cgroups.empty() && cgroups_->saved().kind == cgroups::LayoutKind::v2)
    cgroups_ = TRY(cgroups_->follow(container_.init->pid()));
  // Born in its cgroup, a process could not have other CPUs before.
  if (!exec_.joins_user && plan_.initial_cpus.empty()) cgroup_fd_ = TRY(cgroups_->clone_fd());
  for (auto& file : TRY(cgroups_->open_join(cgroup_fd_ >= 0))) {
    exec_.cgroup_files.push_back(file.get());
    files_.push_back(std::move(file));
  }
  return {};
}

Result<> Joining::clone_child(const sys::Procfs& procfs) {
  auto [ours, theirs] = TRY(sys::socket_pair());
  progress_ = TRY(ProgressPage::make());
  clone_args args{};
  int pidfd = -1;
  args.flags = CLONE_PIDFD | CLONE_CLEAR_SIGHAND;
  args.pidfd = reinterpret_cast<std::uint64_t>(&pidfd);
  args.exit_signal = SIGCHLD;
  if (cgroup_fd_ >= 0) {
    args.flags |= CLONE_INTO_CGROUP;
    args.cgroup = static_cast<std::uint64_t>(cgroup_fd_);
  }
  // One that the container has joined by path may belong to another user namespace than its own: it takes who
  // has rights over both, and so comes in one call with the user namespace (setns(2)).
  constexpr std::uint64_t kAtBirth = CLONE_NEWUSER | CLONE_NEWPID;
  constexpr std::uint64_t kForeign = CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWTIME;
  const std::uint64_t first = exec_.namespaces & (exec_.joins_user ? kAtBirth | kForeign : kAtBirth);
  const std::vector<NamespaceJoin> joins{{first, exec_.init_pidfd, "of the container"}};
  // A process is born into the pid namespace that its parent has joined; we go back to our own afterwards.
  by_helper_ = exec_.joins_user || (context_.embedded && is_exposed_at_birth());
  sys::Fd own_pids;
  if (!by_helper_ && joins.front().type != 0) {
    own_pids = TRY(sys::open(kOwnPids, O_RDONLY));
    by_helper_ = !may_return(own_pids.get());
  }
  if (by_helper_) own_pids.reset();
  if (own_pids.valid()) {
    if (const int joined = sys::raw::setns(exec_.init_pidfd, CLONE_NEWPID); joined < 0)
      return fail(Error::sys(-joined, "join the container's pid namespace"));
  }
  exec_.namespaces &= ~joins.front().type;
  std::size_t failed = joins.size();
  Inheritance inherited{true, options_.stdio, {theirs.get(), procfs.fd(), exec_.init_pidfd}};
  for (const auto& file : files_) inherited.kept.push_back(file.get());
  std::ranges::sort(inherited.kept);
  const HelperSetup setup{context_.embedded, procfs.fd(), asked_.oom_score_adj};
  const long pid =
      by_helper_ ? clone_by_helper(joins, args, setup, &pidfd, &failed) : sys::raw::clone3(&args);
  if (pid == 0) {
    ours.reset();  // or the child would hold open what is to tell it of the parent's end
    Child child{plan_, *progress_.get()};
    if (context_.embedded) child.inherited = &inherited;
    child.sync = theirs.get();
    child.proc = procfs.fd();
    run_exec(exec_, child);
  }
  const int back = own_pids.valid() ? sys::raw::setns(own_pids.get(), CLONE_NEWPID) : 0;
  if (pid == -ENOMEM && (joins.front().type & CLONE_NEWPID) != 0)  // clone(2): it has no init any more
    return fail(
        Error::make(Kind::invalid_state, "cannot exec in a stopped container: container not running"));
  if (pid < 0 && failed > joins.size()) return fail(describe_oom_score(static_cast<int>(-pid)));
  if (cgroup_fd_ >= 0 && is_about_cgroup(pid)) return fail(cgroups_->explain_clone(static_cast<int>(-pid)));
  if (pid < 0)
    return fail(Error::sys(static_cast<int>(-pid), failed < joins.size()
                                                       ? "join the container's namespaces"
                                                       : "clone a process for the container"));
  process_ = std::make_unique<sys::Process>(static_cast<pid_t>(pid), sys::Fd(pidfd));
  talk_ = Conversation(std::move(ours), process_.get(), progress_.get());
  if (back < 0) return fail(Error::sys(-back, "return to the runtime's pid namespace"));
  return {};
}

Result<> Joining::talk() {
  for (;;) {
    sys::Fd fd;
    const auto message = TRY(talk_.next(&fd));
    if (!message) return fail(describe_end(*process_, talk_.step()));
    if (message->word == Word::failure) return fail(describe_failure(*message, {nullptr, &asked_}));
    if (message->word == Word::ready) return {};
    if (message->word == Word::module && plan_.workload != nullptr && fd.valid()) {
      const sys::Fd prepared = TRY(prepare_workload(*plan_.workload, container_.cgroups, fd.get(), asked_));
      TRY(talk_.say(Word::prepared, std::array{prepared.get()}));
      continue;
    }
    if (message->word != Word::console)
      return fail(Error::make(Kind::internal, "the process spoke out of turn"));
    if (console_socket_.valid())
      TRY(send_master(console_socket_.get(), fd.get()));
    else {
      adopt_terminal(fd);
      master_ = std::move(fd);
    }
  }
}

Result<> Joining::launch() {
  const sys::Procfs procfs = TRY(sys::Procfs::open_host());
  TRY(plan_namespaces(procfs));
  TRY(plan_cgroups());
  trace_.step("clone");
  TRY(hide_from_ptrace(context_));  // before anything of ours is visible in the container (CVE-2016-9962)
  if (exec_.joins_user) plan_.rlimits.clear();
  TRY(clone_child(procfs));
  trace_.step("wait_for_child");
  if (cgroups_ && cgroups_->saved().unit.user) TRY(cgroups_->attach(process_->pid()));
  if (!by_helper_) TRY(set_oom_score(procfs, process_->pid(), asked_.oom_score_adj));
  // In a user namespace the limits are for us to set, once the process has finished opening files. A terminal
  // that we relay has to be right before the program writes to it.
  const bool relayed = plan_.terminal && !console_socket_.valid();
  const bool early = !exec_.joins_user && plan_.workload == nullptr && !relayed;
  if (early) TRY(talk_.say(Word::proceed));
  TRY(talk());
  if (exec_.joins_user) TRY(set_rlimits(process_->pid(), asked_.rlimits));
  if (!early) TRY(talk_.say(Word::proceed));
  trace_.step("exec");
  TRY(await_exec(talk_, *process_, config_, container_.record, {nullptr, &asked_}));
  if (!options_.pidfd_socket.empty())
    TRY_IN(send_pidfd(options_.pidfd_socket, process_->pidfd(), "setns"), "--pidfd-socket");
  if (!options_.pid_file.empty()) TRY(write_pid_file(options_.pid_file, process_->pid()));
  return trace_.write(progress_.get());
}

// Kills and reaps the process if it does not get as far as to its program.
Result<> start(Joining& joining) {
  TRY(joining.prepare());
  if (auto launched = joining.launch(); !launched) {
    joining.undo();
    return launched;
  }
  return {};
}

}  // namespace

Result<int> exec(const Context& context, const std::string& id, const ExecOptions& options) {
  Inspection container = TRY(inspect(context, id));
  TRY(refuse_unless_running(container, options.ignore_paused));
  std::optional<SignalGate> gate;
  if (!options.detach) {
    gate.emplace();
    (void)sys::raw::prctl(PR_SET_CHILD_SUBREAPER, 1);
  }
  Joining joining(context, options, std::move(container));
  auto started = start(joining);
  if (!started && options.detach) return fail(std::move(started).error().exits({}));
  TRY(std::move(started));
  if (options.detach) return 0;
  return supervise(joining.process(), Foreground{.master = joining.take_master()});
}

Result<Launched> spawn(const Context& context, const std::string& id, const ExecOptions& options) {
  Inspection container = TRY(inspect(context, id));
  TRY(refuse_unless_running(container, options.ignore_paused));
  Joining joining(context, options, std::move(container));
  TRY(start(joining));
  return Launched{joining.take_process(), joining.take_master()};
}

}  // namespace masu::container
