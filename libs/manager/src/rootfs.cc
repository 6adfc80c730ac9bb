// SPDX-License-Identifier: Apache-2.0
#include "bundle.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/root.h"
#include "masu/manager/storage_driver.h"
#include "masu/store/copy.h"
#include "masu/store/tree.h"
#include "masu/sys/mount.h"
#include "masu/sys/process.h"
#include "masu/sys/raw.h"
#include "overlay.h"

#include <array>
#include <cerrno>
#include <optional>

#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>

namespace masu::manager {
namespace {

namespace raw = sys::raw;

std::string layer_folder(const std::string& folder, const std::string& diff_id) {
  return cat(folder, "/", diff_id.substr(diff_id.find(':') + 1), "/diff");
}

// From the top; overlayfs does not look whether the root of a layer is opaque, so what that hides is left
// out.
std::vector<std::string> layer_folders(const std::string& folder, const std::vector<std::string>& layers) {
  std::vector<std::string> out;
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
    out.push_back(layer_folder(folder, *layer));
    if (store::is_opaque(AT_FDCWD, out.back())) break;
  }
  return out;
}

}  // namespace

std::string layers_of(const Place& place, const UserSpace& users) {
  return users.view.empty() ? place.root + "/layers" : users.view + "/layers";
}

Result<sys::Fd> mount_above(const std::string& lower, std::vector<std::string> upper, const Facts& facts) {
  return mount_overlay({lower}, std::move(upper), facts);
}

Result<sys::Fd> mount_layers(const std::string& folder, const std::vector<std::string>& layers,
                             std::vector<std::string> upper, const Facts& facts) {
  std::vector<std::string> lower = layer_folders(folder, layers);
  if (upper.empty() && lower.size() == 1) {  // an overlay of one folder alone is none
    const int cloned = sys::clone_mount(AT_FDCWD, lower.front().c_str(), false);
    if (cloned < 0) return fail(Error::sys(-cloned, cat("bind ", quote(lower.front()))));
    return sys::Fd(cloned);
  }
  return mount_overlay(lower, std::move(upper), facts);
}

namespace {

Result<> attach(const sys::Fd& mount, const std::string& path) {
  const sys::Fd target = TRY(sys::open(path, O_PATH | O_DIRECTORY));
  if (const int attached = sys::attach_mount(mount.get(), target.get()); attached < 0)
    return fail(Error::sys(-attached, cat("mount on ", quote(path))));
  return {};
}

// The container's, with mapped ids where there is such a view.
std::string own_folder(const Place& place, const Request& request, const UserSpace& users) {
  return users.view.empty() ? place.folder(request.id) : users.view + "/own";
}

// An image may have no layer, and overlayfs wants one.
Result<std::vector<std::string>> lower_folders(const Place& place, const Request& request,
                                               const UserSpace& users) {
  if (!request.layers.empty()) return layer_folders(layers_of(place, users), request.layers);
  TRY(store::make_folders(place.folder(request.id) + "/lower", 0755));
  return std::vector{own_folder(place, request, users) + "/lower"};
}

Result<> mount_overlay_rootfs(const Place& place, const Request& request, const Facts& facts,
                              UserSpace& users) {
  if (users.shifts()) {
    if (!request.layers.empty())
      users.image = TRY(mount_layers(place.root + "/layers", request.layers, {}, facts));
    TRY(attach_view(place, request, users));
  }
  const std::string folder = own_folder(place, request, users);
  std::vector<std::string> rest = {cat("upperdir=", folder, "/upper"), cat("workdir=", folder, "/work")};
  // A container's own layer need not survive a power failure that it has not survived itself; a kept one
  // does.
  if (request.remove) rest.emplace_back("volatile");
  const std::vector<std::string> lower = TRY(lower_folders(place, request, users));
  std::optional<FilesOfRoot> maker;  // overlayfs makes folders of its own in a layer
  if (!users.view.empty()) maker.emplace(TRY(FilesOfRoot::enter(users.users, users.groups)));
  const sys::Fd mount = TRY(mount_overlay(lower, std::move(rest), facts));
  maker.reset();
  return attach(mount, place.rootfs(request.id));
}

// The program serves the mount as long as there is one, and would be in a mount namespace that has it. So the
// shim gets a copy of that namespace, and in the program's own it is unmounted: it ends with the shim's.
Result<> leave_to_shim(const std::string& rootfs) {
  const sys::Fd its_own = TRY(sys::open("/proc/self/ns/mnt", O_RDONLY));
  if (const int made = raw::unshare(CLONE_NEWNS); made < 0) return fail(Error::sys(-made, "unshare mounts"));
  const sys::Fd shims = TRY(sys::open("/proc/self/ns/mnt", O_RDONLY));
  if (const int back = raw::setns(its_own.get(), CLONE_NEWNS); back < 0)
    return fail(Error::sys(-back, "join a mount namespace"));
  const int unmounted = raw::umount2(rootfs.c_str(), MNT_DETACH);
  if (const int joined = raw::setns(shims.get(), CLONE_NEWNS); joined < 0)
    return fail(Error::sys(-joined, "join a mount namespace"));
  if (unmounted < 0) return fail(Error::sys(-unmounted, cat("unmount ", quote(rootfs))));
  return {};
}

// What is N on disk is seen as that.
std::string fuse_maps(const char* option, const std::vector<sys::IdRange>& ranges) {
  std::string out = cat(",", option, "=");
  for (const sys::IdRange& range : ranges)
    out += cat(out.ends_with('=') ? "" : ":", range.inside, ":", range.outside, ":", range.count);
  return out;
}

Result<> mount_by_fuse(const Place& place, const Request& request, const UserSpace& users) {
  const std::string folder = place.folder(request.id), rootfs = place.rootfs(request.id);
  const auto program = find_fuse_overlayfs();
  if (!program)
    return fail(Error::make(Kind::unsupported, "fuse-overlayfs, the storage driver, is not installed")
                    .hint("install the package fuse-overlayfs, or take another: --storage-driver"));
  std::string options = "lowerdir=";
  const std::vector<std::string> lower = TRY(lower_folders(place, request, {}));
  for (const std::string& path : lower) options += cat(options.ends_with('=') ? "" : ":", escape_path(path));
  options += cat(",upperdir=", escape_path(folder + "/upper"), ",workdir=", escape_path(folder + "/work"));
  if (users.shifts()) options += fuse_maps("uidmapping", users.users) + fuse_maps("gidmapping", users.groups);
  std::vector<std::string> words = {*program, "-o", options, rootfs};
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  int pidfd = -1;
  const sys::Fd null = TRY(sys::open("/dev/null", O_RDWR));
  // It says things that mean nothing; a file, since the program that stays has its stderr from here too.
  const sys::Fd words_of_it(static_cast<int>(raw::call(SYS_memfd_create, "stderr", MFD_CLOEXEC)));
  const long pid = sys::spawn({.path = program->c_str(),
                               .argv = argv.data(),
                               .envp = environ,
                               .stdin_fd = null.get(),
                               .stdout_fd = null.get(),
                               .stderr_fd = words_of_it.get()},
                              &pidfd);
  if (pid < 0) return fail(Error::sys(static_cast<int>(-pid), cat("execute ", quote(*program))));
  const int code = TRY(sys::Process(static_cast<pid_t>(pid), sys::Fd(pidfd)).reap());
  (void)raw::call(SYS_lseek, words_of_it.get(), 0, SEEK_SET);
  const std::string said = sys::read_all(words_of_it.get()).value_or("");
  if (code != 0)
    return fail(Error::make(Kind::system, cat("fuse-overlayfs ended with code ", code, ": ",
                                              text::split(text::trim(said), '\n').back()))
                    .hint("is /dev/fuse there, and may it be opened? modprobe fuse"));
  return leave_to_shim(rootfs);
}

// Once, at the first start: what the container writes is in the copy.
Result<> copy_layers(const Place& place, const Request& request) {
  const sys::Fd bundle = TRY(sys::open(place.folder(request.id) + "/bundle", O_RDONLY | O_DIRECTORY));
  TRY(store::remove_tree(bundle.get(), "rootfs"));  // of a copy that was cut off
  if (const int made = raw::mkdirat(bundle.get(), "rootfs", 0755); made < 0)
    return fail(Error::sys(-made, cat("make folder ", quote(place.rootfs(request.id)))));
  const sys::Fd rootfs = TRY(sys::open_at(bundle.get(), "rootfs", O_RDONLY | O_DIRECTORY));
  for (const std::string& layer : request.layers) {
    const sys::Fd from = TRY(sys::open(layer_folder(place.root + "/layers", layer), O_RDONLY | O_DIRECTORY));
    TRY_IN(store::apply_layer(from.get(), rootfs.get()), cat("copy layer ", layer));
  }
  const sys::Fd mark = TRY(sys::open(place.folder(request.id) + "/copied", O_WRONLY | O_CREAT, 0644));
  return {};
}

// Its files on itself, with mapped ids.
Result<> map_folder(const Place& place, const Request& request, UserSpace& users) {
  const std::string rootfs = place.rootfs(request.id);
  users.image = TRY(sys::open(rootfs, O_PATH | O_DIRECTORY));
  TRY(attach_view(place, request, users));
  const sys::Fd mapped(sys::clone_mount(AT_FDCWD, cat(users.view, "/own/bundle/rootfs").c_str(), false));
  if (!mapped.valid()) return fail(Error::sys(-mapped.get(), cat("bind ", quote(rootfs))));
  return attach(mapped, rootfs);
}

// --rootfs: as it is, or below a layer of the container's own.
Result<> mount_folder(const Place& place, const Request& request, const Facts& facts) {
  if (request.rootfs_overlay) {
    const std::string own = place.folder(request.id);
    return attach(TRY(mount_above(request.rootfs,
                                  {cat("upperdir=", own, "/upper"), cat("workdir=", own, "/work")}, facts)),
                  place.rootfs(request.id));
  }
  const sys::Fd folder(sys::clone_mount(AT_FDCWD, request.rootfs.c_str(), true));
  if (!folder.valid()) return fail(Error::sys(-folder.get(), cat("--rootfs: bind ", quote(request.rootfs))));
  return attach(folder, place.rootfs(request.id));
}

// Of an ordinary user the kernel maps no ids of a mount, so its overlayfs is not of use.
Result<StorageDriver> driver_for(const Place& place, const Request& request, const Facts& facts) {
  const StorageDriver chosen = TRY(choose_driver(place)).driver;
  UserSpace wish;
  wish.users = request.uid_maps;
  wish.groups = request.gid_maps;
  if (!wish.shifts() || !facts.in_user_namespace || chosen == StorageDriver::fuse_overlayfs) return chosen;
  if (chosen == StorageDriver::overlay && find_fuse_overlayfs()) return StorageDriver::fuse_overlayfs;
  return fail(Error::make(Kind::unsupported,
                          cat("--userns ", request.userns, ": an ordinary user's mounts have no mapped ids"))
                  .hint("fuse-overlayfs maps them, and is not there: install the package fuse-overlayfs"));
}

}  // namespace

Result<> mount_rootfs(const Place& place, const Request& request, const Facts& facts, UserSpace& users) {
  if (!request.rootfs.empty()) return mount_folder(place, request, facts);
  const StorageDriver driver = TRY(driver_for(place, request, facts));
  struct stat status{};
  const bool copied = raw::fstatat(AT_FDCWD, cat(place.folder(request.id), "/copied").c_str(), &status,
                                   AT_SYMLINK_NOFOLLOW) == 0;
  if (driver == StorageDriver::overlay && !copied) return mount_overlay_rootfs(place, request, facts, users);
  if (driver == StorageDriver::fuse_overlayfs && !copied) return mount_by_fuse(place, request, users);
  if (!copied) TRY(copy_layers(place, request));
  return users.shifts() ? map_folder(place, request, users) : Result<>();
}

}  // namespace masu::manager
