// SPDX-License-Identifier: Apache-2.0
#include "creation.h"

#include "annotations.h"
#include "cgroup_owner.h"
#include "child.h"
#include "failure.h"
#include "foreground.h"
#include "helper_clone.h"
#include "hooks.h"
#include "id_maps.h"
#include "labels.h"
#include "landlock.h"
#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cgroups/files.h"
#include "masu/seccomp/refusals.h"
#include "masu/spec/parse.h"
#include "masu/sys/mount.h"
#include "masu/sys/procfs.h"
#include "masu/sys/raw.h"
#include "masu/sys/socket.h"
#include "mount_table.h"
#include "net_devices.h"
#include "preparation.h"
#include "process_limits.h"
#include "workload.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>

#include <linux/sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

namespace masu::container {
namespace {

constexpr std::chrono::seconds kRemoveDeadline{10};

Result<> check_rootfs(const std::string& rootfs) {
  struct stat info;
  const int got = sys::raw::fstatat(AT_FDCWD, rootfs.c_str(), &info, 0);
  if (got < 0) return fail(Error::sys(-got, cat("root file system ", quote(rootfs))).at("root.path"));
  if (!S_ISDIR(info.st_mode))
    return fail(Error::sys(ENOTDIR, cat("root file system ", quote(rootfs))).at("root.path"));
  return {};
}

}  // namespace

Result<> Creation::read_config() {
  auto read = TRY(read_bundle_config(options_->bundle, options_->config));
  config_text_ = std::move(read.text);
  config_ = std::move(read.config);
  workload_ = TRY(choose_workload(*context_, *config_));
  for (const auto& name :
       config_->process->capabilities ? config_->process->capabilities->unknown : std::vector<std::string>())
    log::write(log::Level::warning, cat("unknown capability ", quote(name), " ignored"));
  // Fds passed by socket activation (sd_listen_fds(3)): the payload is pid 1 of its own namespace.
  if (options_->listen_fds > 0) {
    config_->process->env.push_back(cat("LISTEN_FDS=", options_->listen_fds));
    config_->process->env.emplace_back("LISTEN_PID=1");
  }
  return check_terminal(*config_, options_->console_socket, options_->detached);
}

Result<> Creation::reserve_id() {
  store_ = TRY(StateStore::open(context_->root, true));
  entry_ = TRY(store_->create(options_->id));
  return {};
}

Result<> Creation::record_intent(Next next) {
  record_ = TRY(make_record(*context_, options_->id, options_->bundle, *config_));
  if (!options_->no_new_keyring) record_.keyring = cat("_ses.", options_->id);
  record_.descriptors = describe_streams(*config_, options_->stdio);
  record_.has_cgroups = cgroups_.has_value();
  if (cgroups_) record_.cgroups = cgroups_->saved();
  TRY(entry_->write_config(config_text_));
  if (!context_->notify_socket.empty()) {
    TRY(offer_notify_socket(*entry_, context_->root, *config_));
    if (next == Next::run_at_once) relay_ = TRY(NotifyRelay::open(*entry_, context_->notify_socket));
  }
  TRY(entry_->write(record_));
  if (next == Next::wait_for_start)
    listener_ = TRY(sys::listen_at(entry_->dir(), kStartSocket, SOCK_SEQPACKET));
  return {};
}

Result<> Creation::make_plan() {
  PlanRequest request;
  request.config = config_.get();
  request.bundle = options_->bundle;
  request.id = options_->id;
  request.no_pivot = options_->no_pivot;
  request.keyring = record_.keyring;
  request.preserved_fds = options_->listen_fds + options_->preserve_fds;
  if (cgroups_) {
    request.cgroup_v2 = cgroups_->saved().kind == cgroups::LayoutKind::v2;
    request.cgroups = views_of(*cgroups_);
    if (request.cgroup_v2 && !request.cgroups.empty()) request.cgroup_v2_path = request.cgroups.front().path;
  } else if (std::ranges::any_of(config_->mounts, [](const auto& mount) { return mount.type == "cgroup"; })) {
    request.cgroup_v2 = TRY(cgroups::detect_layout()).kind == cgroups::LayoutKind::v2;
  }
  plan_ = TRY(build_plan(request, read_host_facts()));
  TRY(check_rootfs(plan_.rootfs));
  TRY(plan_labels(plan_.process, *config_->process));
  plan_workload(plan_.process, workload_, *config_);
  TRY(check_mount_label(config_->linux_.mount_label));
  TRY(plan_landlock(plan_.process, config_->annotations));
  TRY(plan_seccomp(plan_.process, *config_, context_->root));
  prepare_probe();
  TRY(open_hook_output());
  if (plan_.setup_propagation == MS_SHARED) plan_.shared_parent = TRY(mount_point_of(plan_.rootfs));
  if (!plan_.pivot) plan_.hidden_mounts = TRY(mount_points_of_types({"proc", "sysfs"}));
  if (log::enabled(log::Level::trace)) log::write(log::Level::trace, describe(plan_));
  return {};
}

void Creation::prepare_probe() {
  if (probe_ == nullptr) return;
  ProcessPlan& process = plan_.process;
  process.find_program = !probe_->without_program;
  // A profile with an agent of its own has the one listener that there can be.
  if (!probe_->report_refusals || !process.has_seccomp || process.seccomp.notifies) return;
  probe_->profile = std::move(process.seccomp);
  process.seccomp = seccomp::with_refusals_reported(probe_->profile);
}

// The hooks that run in the container's namespaces cannot open the host's files.
Result<> Creation::open_hook_output() {
  if (plan_.create_container.empty() && plan_.start_container.empty()) return {};
  auto output = TRY(annotations::open_hook_output(config_->annotations, options_->bundle));
  for (auto* hooks : {&plan_.create_container, &plan_.start_container})
    for (HookPlan& hook : *hooks) {
      hook.stdout_fd = output.out.get();
      hook.stderr_fd = output.err.get();
    }
  for (auto* file : {&output.out, &output.err})
    if (file->valid()) given_.push_back(std::move(*file));
  return {};
}

Result<> Creation::open_namespaces() {
  for (auto& join : plan_.joins) {
    auto fd = sys::open(join.path, O_RDONLY | O_NONBLOCK);
    if (!fd) return fail(std::move(fd).error().within("join namespace").at("linux.namespaces"));
    long magic = 0;
    constexpr long kNsfs = 0x6e736673;
    if (sys::raw::fs_magic(fd->get(), &magic) < 0 || magic != kNsfs)
      return fail(Error::make(Kind::invalid_spec, cat(quote(join.path), " is not a namespace"))
                      .at("linux.namespaces"));
    constexpr unsigned long kGetType = 0xb703;  // NS_GET_NSTYPE, ioctl_ns(2)
    const int type = sys::raw::ioctl(fd->get(), kGetType, 0);
    if (type < 0 || static_cast<std::uint64_t>(type) != join.type)
      return fail(Error::make(Kind::invalid_spec, cat(quote(join.path), " is a namespace of another type"))
                      .at("linux.namespaces"));
    join.fd = fd->get();
    given_.push_back(std::move(*fd));
  }
  return {};
}

Result<> Creation::clone_child(Next next) {
  auto [ours, theirs] = TRY(sys::socket_pair());
  progress_ = TRY(ProgressPage::make());
  procfs_ = TRY(sys::Procfs::open_host());
  const HookStateText hook_state = hook_state_text(record_);
  clone_args args{};
  int pidfd = -1;
  args.flags = plan_.clone_flags | CLONE_PIDFD | CLONE_CLEAR_SIGHAND;
  args.pidfd = reinterpret_cast<std::uint64_t>(&pidfd);
  args.exit_signal = SIGCHLD;
  if (cgroups_ && !cgroups_->has_unit()) {
    TRY(cgroups_->create_unified());
    // From another user namespace there is no right to the cgroup.
    if (const int fd = TRY(cgroups_->clone_fd()); fd >= 0 && !plan_.helper_joins) {
      args.flags |= CLONE_INTO_CGROUP;
      args.cgroup = static_cast<std::uint64_t>(fd);
    }
  }
  Inheritance inherited{euid_ == 0, options_->stdio, {theirs.get(), listener_.get(), procfs_->fd()}};
  for (const auto& fd : given_) inherited.kept.push_back(fd.get());
  std::ranges::sort(inherited.kept);
  // A process is born into the pid namespace that its parent has joined; we go back to our own afterwards.
  by_helper_ = plan_.helper_joins;
  std::vector<NamespaceJoin> helps;
  if (by_helper_) helps = plan_.joins;
  sys::Fd own_pids;
  for (const auto& join : plan_.joins) {
    if (join.type != CLONE_NEWPID || plan_.helper_joins) continue;
    own_pids = TRY(sys::open(kOwnPids, O_RDONLY));
    if ((context_->embedded && is_exposed_at_birth()) || !may_return(own_pids.get())) {
      by_helper_ = true;
      helps = {join};
      own_pids.reset();
      continue;
    }
    if (const int joined = sys::raw::setns(join.fd, CLONE_NEWPID); joined < 0)
      return fail(Error::sys(-joined, cat("join namespace ", quote(join.path))).at("linux.namespaces"));
  }
  std::size_t failed = helps.size();
  const HelperSetup setup{context_->embedded && euid_ == 0, procfs_->fd(), config_->process->oom_score_adj};
  const long pid =
      by_helper_ ? clone_by_helper(helps, args, setup, &pidfd, &failed) : sys::raw::clone3(&args);
  if (pid == 0) {
    ours.reset();  // or the child would hold open what is to tell it of the parent's end
    Child child{plan_.process, *progress_.get()};
    if (context_->embedded) child.inherited = &inherited;
    if (!plan_.start_container.empty())
      child.hook_output = {plan_.start_container[0].stdout_fd, plan_.start_container[0].stderr_fd};
    child.sync = theirs.get();
    child.listener = listener_.get();
    child.proc = procfs_->fd();
    child.state_head = hook_state.head;
    child.state_tail = hook_state.tail;
    if (next == Next::run_at_once) child.listener = -1;
    run_init(plan_, child);
  }
  const int back = own_pids.valid() ? sys::raw::setns(own_pids.get(), CLONE_NEWPID) : 0;
  if (pid < 0 && failed > helps.size()) return fail(describe_oom_score(static_cast<int>(-pid)));
  if (pid < 0 && failed < helps.size())
    return fail(Error::sys(static_cast<int>(-pid), cat("join namespace ", quote(helps[failed].path)))
                    .at("linux.namespaces"));
  if ((args.flags & CLONE_INTO_CGROUP) != 0 && is_about_cgroup(pid))
    return fail(cgroups_->explain_clone(static_cast<int>(-pid)).at("linux.cgroupsPath"));
  if (pid < 0) {
    Error error = Error::sys(static_cast<int>(-pid), "clone the container's first process");
    if (pid == -ENOSPC)
      error = std::move(error).hint("a limit of /proc/sys/user/max_*_namespaces is reached");
    if (pid == -EPERM)
      error = std::move(error).hint("new namespaces need root, or a user namespace in the config");
    return fail(std::move(error));
  }
  process_ = std::make_unique<sys::Process>(static_cast<pid_t>(pid), sys::Fd(pidfd));
  talk_ = Conversation(std::move(ours), process_.get(), progress_.get());
  if (back < 0) return fail(Error::sys(-back, "return to the runtime's pid namespace"));
  return {};
}

// A source that only the host's root can reach is out of reach for a mapped one: it gets a clone of its mount
// from us.
void Creation::open_sources() {
  if (!plan_.maps_ids && !plan_.joins_user) return;
  if (sys::Fd root(sys::clone_mount(AT_FDCWD, plan_.rootfs.c_str(), true)); root.valid()) {
    plan_.rootfs_fd = root.get();
    given_.push_back(std::move(root));
  }
  for (auto& mount : plan_.mounts) {
    if (mount.kind != MountPlan::Kind::bind) continue;
    sys::Fd tree(sys::clone_mount(AT_FDCWD, mount.source.c_str(), mount.options.recursive_bind,
                                  !mount.options.source_nofollow));
    if (!tree.valid()) continue;  // it may be made by an earlier mount; else the child says what is wrong
    mount.source_fd = tree.get();
    given_.push_back(std::move(tree));
  }
}

// The child is making its namespaces and mounts meanwhile.
Result<> Creation::settle_child() {
  const pid_t pid = process_->pid();
  // Before the child goes on and changes what it is: its files in /proc are root's then, and an ordinary
  // user's helper has set the score already.
  if (!by_helper_) TRY(set_oom_score(*procfs_, pid, config_->process->oom_score_adj));
  if (plan_.maps_ids) {
    TRY(write_id_maps(*procfs_, pid, config_->linux_));
    TRY(talk_.say(Word::maps_written));
  }
  const sys::ProcessStat stat = TRY(sys::read_process_stat(pid));
  record_.pid = pid;
  record_.start_time = stat.start_time;
  progress_.get()->ignored_signals = TRY(sys::read_ignored_signals(pid));
  return {};
}

Result<> Creation::join_cgroups() {
  const spec::Resources none;
  const spec::Resources& resources = config_->linux_.resources ? *config_->linux_.resources : none;
  std::vector<sys::Fd> files;
  std::vector<int> numbers;
  if (cgroups_) {
    const bool has_unit = cgroups_->has_unit();
    if (has_unit) TRY(cgroups_->start_unit(process_->pid(), resources, config_->annotations));
    TRY(cgroups_->create());
    record_.cgroups = cgroups_->saved();  // a rootless caller may not have got them all
    // Before the child joins: v1's device list refuses everything while it is written, and with it the
    // child's mknod(2). Without resources too: a container that lists no devices gets the default ones and no
    // other.
    TRY(cgroups_->apply(resources));
    TRY(settle_cgroup_owner(*cgroups_, *config_));
    files = TRY(cgroups_->open_join(has_unit ? !cgroups_->saved().unit.is_slice() : !plan_.helper_joins));
    if (plan_.delegates_cgroup)
      files.push_back(TRY(
          cgroups_->open_delegated(annotations::value(config_->annotations, annotations::kDelegateCgroup))));
    for (const auto& file : files) numbers.push_back(file.get());
  }
  if (const auto& rdt = config_->linux_.intel_rdt)
    TRY_IN(enter_resctrl(record_.resctrl, *rdt, process_->pid()), "linux.intelRdt");
  auto said = talk_.say(Word::cgroups, numbers);
  sys::close_all(std::move(files));
  return said;
}

// Until now the child was known by its cgroups alone, and would have died with us.
Result<> Creation::record(bool ready) {
  record_.ready = ready;
  return entry_->write(record_);
}

// The last word before the exec, unless something of ours has to come between: hooks see a container that is
// still being created, and the limits of a user namespace's process are for us to set, once it has finished
// opening files.
Result<> Creation::let_go(Next next) {
  return talk_.say(next == Next::wait_for_start ? Word::wait : Word::proceed);
}

Result<> Creation::give_console(sys::Fd master) {
  if (!console_socket_.valid()) {
    adopt_terminal(master);
    master_ = std::move(master);
    return {};
  }
  return send_master(console_socket_.get(), master.get());
}

Result<> Creation::map_mount(std::size_t index, int mount) {
  if (index >= plan_.mounts.size() || !plan_.mounts[index].id_map)
    return fail(Error::make(Kind::internal, "the container's process spoke out of turn"));
  auto mapped = map_mount_ids(*procfs_, process_->pid(), *plan_.mounts[index].id_map, mount);
  if (!mapped)
    return fail(std::move(mapped)
                    .error()
                    .within(cat("error mounting ", quote(plan_.mounts[index].source)))
                    .at(cat("mounts[", index, "]")));
  return {};
}

Result<> Creation::prepare_module(int program) {
  if (workload_ == nullptr || program < 0)
    return fail(Error::make(Kind::internal, "the container's process spoke out of turn"));
  const sys::Fd prepared = TRY(prepare_workload(*workload_, cgroups_, program, *config_->process));
  return talk_.say(Word::prepared, std::array{prepared.get()});
}

Error Creation::died() const {
  const bool oom = cgroups_ && cgroups_->oom_kills() > 0;
  Error error = describe_end(*process_, talk_.step(), oom);
  const std::string cause = oom ? cgroups_->oom_ancestor() : "";
  if (cause.empty()) return error;
  return std::move(error).hint(cat("the limit that was reached is that of the cgroup above: ", quote(cause)));
}

std::string Creation::shortage() const {
  if (!cgroups_) return "";
  if (cgroups_->oom_kills() > 0) {
    const std::string above = cgroups_->oom_ancestor();
    return cat("The kernel ended a process for want of memory: the limit of ",
               above.empty() ? "the container" : cat("cgroup ", quote(above)), " was reached.");
  }
  for (const auto& directory : cgroups_->directories()) {
    const auto events = sys::read_file(directory.path + "/pids.events");
    const auto hits = events ? cgroups::find_flat(*events, "max") : std::nullopt;
    if (hits.value_or(0) > 0) return cat("The limit of processes was reached ", *hits, " time(s).");
  }
  return "";
}

Result<> Creation::talk_until_ready() {
  for (;;) {
    sys::Fd fd;
    const auto message = TRY(talk_.next(&fd));
    if (!message) return fail(died());
    switch (message->word) {
      case Word::failure:
        return fail(describe_failure(*message, {&plan_, &*config_->process}));
      case Word::hooks_wanted:
        if (!config_->linux_.net_devices.empty())
          TRY(move_net_devices(*procfs_, process_->pid(), config_->linux_.net_devices));
        TRY(run_hooks(config_->hooks.prestart, "prestart", "creating", process_->pid(), record_));
        TRY(run_hooks(config_->hooks.create_runtime, "createRuntime", "creating", process_->pid(), record_));
        TRY(talk_.say(Word::hooks_done));
        break;
      case Word::map_mount:
        TRY(map_mount(message->index, fd.get()));
        TRY(talk_.say(Word::mount_mapped));
        break;
      case Word::console:
        TRY(give_console(std::move(fd)));
        break;
      case Word::module:
        TRY(prepare_module(fd.get()));
        break;
      case Word::ready:
        return {};
      default:
        return fail(Error::make(Kind::internal, "the container's process spoke out of turn"));
    }
  }
}

Result<> Creation::hand_over(Next next) {
  const std::string receiver = annotations::value(config_->annotations, annotations::kPidfdReceiver);
  if (!receiver.empty())
    TRY_IN(send_pidfd(receiver, process_->pidfd(), "standard"),
           cat("annotation ", annotations::kPidfdReceiver));
  if (!options_->pidfd_socket.empty())
    TRY_IN(send_pidfd(options_->pidfd_socket, process_->pidfd(), "standard"), "--pidfd-socket");
  if (!options_->pid_file.empty()) TRY(write_pid_file(options_->pid_file, process_->pid()));
  if (next == Next::wait_for_start) TRY(trace_.write(progress_.get()));
  return {};
}

Result<Creation> Creation::make(const Context& context, const CreateOptions& options, Next next,
                                Probe* probe) {
  Creation creation(context, options, probe);
  Trace& trace = creation.trace_;
  TRY(check_id(options.id));
  trace.step("config");
  TRY(reserve_fds(options.listen_fds + options.preserve_fds));
  TRY(creation.read_config());
  if (!options.console_socket.empty())
    creation.console_socket_ =
        TRY_IN(sys::connect_to(options.console_socket, SOCK_STREAM), "--console-socket");
  trace.step("state");
  TRY(creation.reserve_id());
  const auto build = [&]() -> Result<> {
    creation.cgroups_ = TRY(plan_cgroups(context, *creation.config_, options.id));
    TRY(creation.record_intent(next));
    trace.step("plan");
    TRY(creation.make_plan());
    TRY(creation.open_namespaces());
    creation.open_sources();
    // An ordinary user's helper has to reach the child's /proc files; the child is undumpable once it has
    // changed ids.
    if (creation.euid_ == 0) TRY(hide_from_ptrace(context));
    trace.step("clone");
    TRY(creation.clone_child(next));
    trace.step("settle");
    TRY(creation.settle_child());
    trace.step("cgroups");
    TRY(creation.join_cgroups());
    trace.step("record");
    // A terminal that we relay has to be right before the program writes to it.
    const bool relayed = creation.plan_.process.terminal && !creation.console_socket_.valid();
    const bool asked = creation.plan_.runtime_hooks || !creation.plan_.create_container.empty() ||
                       creation.plan_.maps_mounts || creation.workload_ != nullptr || relayed;
    const bool has_users = creation.plan_.maps_ids || creation.plan_.joins_user;
    const bool early = !asked && !has_users;
    TRY(creation.record(early));
    if (early) TRY(creation.let_go(next));
    trace.step("wait_for_child");
    TRY(creation.talk_until_ready());
    if (!early) {
      trace.step("limits");
      if (has_users) TRY(set_rlimits(creation.process_->pid(), creation.config_->process->rlimits));
      TRY(creation.record(true));
      TRY(creation.let_go(next));
    }
    trace.step("hand_over");
    return creation.hand_over(next);
  };
  if (auto built = build(); !built) {
    Error error = std::move(built).error();
    if (creation.cgroups_ && creation.cgroups_->oom_kills() > 0 && error.kind() != Kind::invalid_spec)
      error = std::move(error).hint("container init was OOM-killed (memory limit too low?)");
    creation.undo();
    (void)trace.write(creation.progress_.get());
    return fail(std::move(error));
  }
  return creation;
}

Result<> Creation::finish() {
  trace_.step("exec");
  TRY(await_exec(talk_, *process_, *config_, record_, {nullptr, &*config_->process}, probe_));
  trace_.step("poststart_hooks");
  TRY(run_hooks(config_->hooks.poststart, "poststart", "running", process_->pid(), record_));
  return trace_.write(progress_.get());
}

Result<> Creation::dispose() {
  Result<> result;
  if (cgroups_) result = cgroups_->remove(std::chrono::steady_clock::now() + kRemoveDeadline);
  if (result) result = leave_resctrl(record_.resctrl);
  // What could not be removed stays on record, for `delete` to try again.
  if (result && store_ && entry_) result = store_->remove(*entry_);
  if (config_ && process_) run_poststop_hooks(*config_, record_);
  return result;
}

void Creation::undo() {
  if (process_) {
    (void)process_->signal(SIGKILL);
    if (cgroups_) (void)cgroups_->thaw();  // a frozen v1 cgroup keeps the signal pending
    reap_killed(*process_);
  }
  if (auto disposed = dispose(); !disposed) log::write(log::Level::warning, disposed.error().message());
}

}  // namespace masu::container
