// SPDX-License-Identifier: Apache-2.0
//
// Mounts of a running container (`mounts add`, `mounts remove`): the parent's side of child_live_mounts.cc.
#include "child.h"
#include "creation.h"
#include "failure.h"
#include "helper_clone.h"
#include "id_maps.h"
#include "inspect.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/mount.h"
#include "masu/sys/procfs.h"
#include "masu/sys/raw.h"
#include "masu/sys/socket.h"
#include "namespaces.h"

#include <algorithm>
#include <csignal>

#include <sched.h>

namespace masu::container {
namespace {

Result<> refuse_unless_alive(const Inspection& container) {
  if (container.status == Status::created || container.status == Status::running ||
      container.status == Status::paused)
    return {};
  return fail(Error::make(Kind::invalid_state, cat("cannot change the mounts of a ",
                                                   status_name(container.status), " container")));
}

// The root's own mounts and those of the runtime are not for others to touch.
Result<> check_mounts(const Plan& plan) {
  for (std::size_t i = 0; i < plan.mounts.size(); ++i) {
    const MountPlan& mount = plan.mounts[i];
    const std::string at = cat("[", i, "]");
    if (mount.kind == MountPlan::Kind::cgroup)
      return fail(Error::spec(at + ".type", "a cgroup mount is made at the container's start only"));
    if (mount.kind == MountPlan::Kind::remount)
      return fail(Error::spec(at + ".options", "\"remount\" changes a mount, and adds none"));
    if (mount.options.copy_symlink)
      return fail(Error::spec(at + ".options", "\"copy-symlink\" makes a link, and adds no mount"));
    if (mount.destination.empty()) return fail(Error::spec(at + ".destination", "is the container's root"));
  }
  return {};
}

class LiveMounts {
 public:
  LiveMounts(const Context& context, Inspection container, bool add)
      : context_(context), container_(std::move(container)) {
    live_.add = add;
  }
  Result<> plan(const std::vector<spec::Mount>& mounts);
  Result<> carry_out();

 private:
  void open_sources();
  Result<> clone_child(const sys::Procfs& procfs);
  Result<> talk(const sys::Procfs& procfs);

  const Context& context_;
  Inspection container_;
  spec::Config config_;
  Plan plan_;
  LiveMountsPlan live_;
  std::vector<sys::Fd> sources_;
  ProgressPage progress_;
  std::optional<sys::Process> process_;
  Conversation talk_;
};

Result<> LiveMounts::plan(const std::vector<spec::Mount>& mounts) {
  config_ = TRY(container_.entry.read_config());
  if (config_.find_namespace(CLONE_NEWNS) == nullptr)
    return fail(Error::make(Kind::invalid_state, "the container has no mount namespace of its own"));
  config_.mounts = mounts;
  PlanRequest request;
  request.config = &config_;
  request.bundle = container_.record.bundle;
  request.id = container_.record.id;
  plan_ = TRY(build_plan(request, read_host_facts()));
  return check_mounts(plan_);
}

// What a user namespace's root cannot reach, the caller may.
void LiveMounts::open_sources() {
  if (!live_.joins_user) return;
  for (auto& mount : plan_.mounts) {
    if (mount.kind != MountPlan::Kind::bind) continue;
    sys::Fd tree(sys::clone_mount(AT_FDCWD, mount.source.c_str(), mount.options.recursive_bind,
                                  !mount.options.source_nofollow));
    if (!tree.valid()) continue;
    mount.source_fd = tree.get();
    sources_.push_back(std::move(tree));
  }
}

Result<> LiveMounts::clone_child(const sys::Procfs& procfs) {
  auto [ours, theirs] = TRY(sys::socket_pair());
  progress_ = TRY(ProgressPage::make());
  constexpr std::uint64_t kAtBirth = CLONE_NEWUSER | CLONE_NEWPID;
  const std::vector<NamespaceJoin> joins{{live_.namespaces & kAtBirth, live_.init_pidfd, "of the container"}};
  live_.namespaces &= ~kAtBirth;
  clone_args args{};
  args.flags = CLONE_PIDFD | CLONE_CLEAR_SIGHAND;
  args.exit_signal = SIGCHLD;
  int pidfd = -1;
  std::size_t failed = joins.size();
  Inheritance inherited{true, {0, 1, 2}, {theirs.get(), procfs.fd(), live_.init_pidfd}};
  for (const auto& source : sources_) inherited.kept.push_back(source.get());
  std::ranges::sort(inherited.kept);
  const long pid = clone_by_helper(joins, args, {.undumpable = context_.embedded}, &pidfd, &failed);
  if (pid == 0) {
    ours.reset();  // or the child would hold open what is to tell it of the parent's end
    Child child{plan_.process, *progress_.get()};
    if (context_.embedded) child.inherited = &inherited;
    child.sync = theirs.get();
    child.proc = procfs.fd();
    run_live_mounts(live_, child);
  }
  if (pid < 0) return fail(Error::sys(static_cast<int>(-pid), "clone a process for the container"));
  process_.emplace(static_cast<pid_t>(pid), sys::Fd(pidfd));
  talk_ = Conversation(std::move(ours), &*process_, progress_.get());
  return {};
}

Result<> LiveMounts::talk(const sys::Procfs& procfs) {
  for (;;) {
    sys::Fd fd;
    const auto message = TRY(talk_.next(&fd));
    if (!message) return fail(describe_end(*process_, talk_.step()));
    if (message->word == Word::ready) return {};
    if (message->word == Word::failure) return fail(describe_failure(*message, {&plan_, nullptr}));
    const bool maps = message->word == Word::map_mount && message->index < plan_.mounts.size();
    if (!maps || !plan_.mounts[message->index].id_map)
      return fail(Error::make(Kind::internal, "the container's process spoke out of turn"));
    TRY_IN(map_mount_ids(procfs, container_.init->pid(), *plan_.mounts[message->index].id_map, fd.get()),
           cat("mounts[", message->index, "]"));
    TRY(talk_.say(Word::mount_mapped));
  }
}

Result<> LiveMounts::carry_out() {
  const sys::Procfs procfs = TRY(sys::Procfs::open_host());
  const ForeignNamespaces foreign = foreign_namespaces(config_, procfs, container_.init->pid());
  live_.init_pidfd = container_.init->pidfd();
  live_.namespaces = foreign.types;
  live_.joins_user = foreign.user;
  live_.container = &plan_;
  if (live_.add) open_sources();
  TRY(hide_from_ptrace(context_));  // before anything of ours is visible in the container (CVE-2016-9962)
  TRY(clone_child(procfs));
  auto told = talk(procfs);
  if (!told) (void)process_->signal(SIGKILL);
  reap_killed(*process_);
  return told;
}

Result<> change_mounts(const Context& context, const std::string& id, const std::vector<spec::Mount>& mounts,
                       bool add) {
  Inspection container = TRY(inspect(context, id));
  TRY(refuse_unless_alive(container));
  const sys::Fd lock = TRY(container.entry.lock());
  LiveMounts change(context, std::move(container), add);
  TRY(change.plan(mounts));
  return change.carry_out();
}

}  // namespace

Result<> add_mounts(const Context& context, const std::string& id, const std::vector<spec::Mount>& mounts) {
  return change_mounts(context, id, mounts, true);
}

Result<> remove_mounts(const Context& context, const std::string& id,
                       const std::vector<spec::Mount>& mounts) {
  return change_mounts(context, id, mounts, false);
}

}  // namespace masu::container
