// SPDX-License-Identifier: Apache-2.0
#include "restore_root.h"

#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/mount.h"
#include "masu/sys/path.h"
#include "masu/sys/process.h"
#include "masu/sys/raw.h"

#include <cerrno>
#include <csignal>

#include <linux/sched.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

namespace masu::container {
namespace {

int mount(const char* source, const char* target, unsigned long flags) {
  return static_cast<int>(sys::raw::call(SYS_mount, source, target, nullptr, flags, nullptr));
}

// CRIU writes the content of a tmpfs itself, the mount points in it among it; those of cgroups appear with
// what they are mounted on.
bool is_made_by_criu(const Plan& plan, const MountPlan& mount) {
  if (mount.kind == MountPlan::Kind::cgroup || mount.kind == MountPlan::Kind::remount) return true;
  for (const auto& other : plan.mounts)
    if (other.kind == MountPlan::Kind::file_system && other.type == "tmpfs" &&
        mount.destination.starts_with(other.destination + "/"))
      return true;
  return mount.destination.empty();
}

Result<> make_place(int root, const MountPlan& mount, std::vector<sys::Fd>& bound) {
  struct stat info{};
  info.st_mode = S_IFDIR;
  const bool bind = mount.kind == MountPlan::Kind::bind;
  if (bind)
    if (const int got = sys::raw::fstatat(AT_FDCWD, mount.source.c_str(), &info, 0); got < 0)
      return fail(Error::sys(-got, cat("bind mount source ", quote(mount.source))));
  const auto kind = S_ISDIR(info.st_mode) ? sys::MakeKind::directory : sys::MakeKind::file;
  sys::Fd place(sys::make_in_root(root, mount.destination.c_str(), kind));
  if (!place.valid())
    return fail(Error::sys(-place.get(), cat("make mount point ", quote("/" + mount.destination))));
  if (!bind) return {};
  // Later mounts may be inside of this one, and their mount points with it.
  const sys::Fd tree(sys::clone_mount(AT_FDCWD, mount.source.c_str(), mount.options.recursive_bind,
                                      !mount.options.source_nofollow));
  const int attached = tree.valid() ? sys::attach_mount(tree.get(), place.get()) : tree.get();
  if (attached < 0) return fail(Error::sys(-attached, cat("bind ", quote(mount.source))));
  bound.push_back(sys::Fd(sys::open_in_root(root, mount.destination.c_str(), O_PATH)));
  return {};
}

}  // namespace

Result<MountNamespace> MountNamespace::enter() {
  MountNamespace space;
  space.own_ = TRY(sys::open("/proc/self/ns/mnt", O_RDONLY));
  space.root_ = TRY(sys::open("/", O_PATH | O_DIRECTORY));
  space.directory_ = TRY(sys::open(".", O_PATH | O_DIRECTORY));
  if (const int left = sys::raw::unshare(CLONE_NEWNS); left < 0)
    return fail(Error::sys(-left, "make a mount namespace for CRIU"));
  if (const int set = mount(nullptr, "/", MS_REC | MS_SLAVE); set < 0)
    return fail(Error::sys(-set, "keep the mounts for CRIU apart"));
  return space;
}

Result<> MountNamespace::leave() {
  if (!own_.valid()) return {};
  int result = sys::raw::setns(own_.get(), CLONE_NEWNS);  // which goes to the root of the namespace
  if (result >= 0) result = sys::raw::fchdir(root_.get());
  if (result >= 0) result = sys::raw::chroot(".");
  if (result >= 0) result = sys::raw::fchdir(directory_.get());
  own_.reset();
  if (result < 0) return fail(Error::sys(-result, "return to the runtime's mount namespace"));
  return {};
}

MountNamespace::~MountNamespace() {
  if (auto left = leave(); !left) log::write(log::Level::warning, left.error().message());
}

Result<MountPlaces> prepare_restore_root(const Plan& plan, const std::string& target) {
  if (const int mounted = mount(plan.rootfs.c_str(), target.c_str(), MS_BIND | MS_REC); mounted < 0)
    return fail(Error::sys(-mounted, cat("bind the root file system ", quote(plan.rootfs))).at("root.path"));
  const sys::Fd root = TRY(sys::open(target, O_PATH | O_DIRECTORY));
  std::vector<sys::Fd> bound;
  for (std::size_t i = 0; i < plan.mounts.size(); ++i) {
    if (is_made_by_criu(plan, plan.mounts[i])) continue;
    if (auto made = make_place(root.get(), plan.mounts[i], bound); !made)
      return fail(std::move(made).error().at(cat("mounts[", i, "]")));
  }
  MountPlaces places = find_places(root.get(), plan);
  // CRIU binds them again, in their order.
  while (!bound.empty()) {
    const std::string path = cat("/proc/self/fd/", bound.back().get());
    (void)sys::raw::umount2(path.c_str(), MNT_DETACH);
    bound.pop_back();
  }
  return places;
}

// By a process of its own, which needs not come back from there.
Result<> make_root_read_only(int pidfd) {
  int helper = -1;
  clone_args args{};
  args.flags = CLONE_PIDFD | CLONE_CLEAR_SIGHAND;
  args.pidfd = reinterpret_cast<std::uint64_t>(&helper);
  args.exit_signal = SIGCHLD;
  const long started = sys::raw::clone3(&args);
  if (started == 0) {
    mount_attr read_only{};
    read_only.attr_set = MOUNT_ATTR_RDONLY;
    int result = sys::raw::setns(pidfd, CLONE_NEWNS);  // which goes to the root of the namespace
    if (result >= 0) result = sys::raw::mount_setattr(AT_FDCWD, "/", 0, &read_only);
    sys::raw::exit(result < 0 ? -result : 0);
  }
  int status = 0;
  long waited = started;
  if (started > 0) waited = sys::wait_spawned(helper, -1, &status);
  if (started > 0) sys::raw::close(helper);
  const int err = waited < 0 ? static_cast<int>(-waited) : WIFEXITED(status) ? WEXITSTATUS(status) : ECHILD;
  if (err == 0) return {};
  return fail(Error::sys(err, "make the restored root file system read-only").at("root.readonly"));
}

}  // namespace masu::container
