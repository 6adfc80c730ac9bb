// SPDX-License-Identifier: Apache-2.0
#include "rootfs.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/container/mount_options.h"
#include "masu/sys/fd.h"
#include "masu/sys/mount.h"
#include "masu/sys/raw.h"

#include <array>
#include <cerrno>

#include <sys/mount.h>

namespace masu::containerd {
namespace {

namespace raw = sys::raw;

std::string rootfs_of(const std::string& bundle) { return bundle + "/rootfs"; }

Result<sys::Fd> bind(const Mount& mount, const container::MountOptions& options) {
  sys::Fd tree(sys::clone_mount(AT_FDCWD, mount.source.c_str(), options.recursive_bind));
  if (!tree.valid()) return fail(Error::sys(-tree.take(), cat("bind ", quote(mount.source))));
  if (const int set = sys::set_mount_attributes(tree.get(), options.attributes, false); set < 0)
    return fail(Error::sys(-set, cat("set the options of the bind of ", quote(mount.source))));
  return tree;
}

constexpr std::string_view kLower = "lowerdir=";

// lowerdir+ takes one folder as it is, and any number of them (Linux 6.8).
std::vector<std::string> split_lower(const std::vector<std::string>& options) {
  std::vector<std::string> out;
  for (const std::string& option : options) {
    const bool plain = option.find('\\') == std::string::npos && option.find("::") == std::string::npos;
    if (!option.starts_with(kLower) || !plain) {
      out.push_back(option);
      continue;
    }
    for (const std::string_view path : text::split(std::string_view(option).substr(kLower.size()), ':'))
      out.push_back(cat("lowerdir+=", path));
  }
  return out;
}

// The folder that all of them are below, with its slash.
std::string common_folder(const std::vector<std::string_view>& paths) {
  std::string_view common = paths.front();
  for (const std::string_view path : paths) {
    std::size_t same = 0;
    while (same < common.size() && same < path.size() && common[same] == path[same]) ++same;
    common = common.substr(0, same);
  }
  return std::string(common.substr(0, common.rfind('/') + 1));
}

// Before that, fsconfig(2) takes 256 bytes for lowerdir and mount(2) a page for all options: enough for some
// hundred layers by paths that are relative to the working directory.
Result<> mount_by_string(const Mount& mount, const container::MountOptions& options,
                         const std::string& rootfs) {
  std::string data, folder = "/";
  for (const std::string& option : options.file_system) {
    if (!data.empty()) data += ',';
    if (!option.starts_with(kLower)) {
      data += option;
      continue;
    }
    const auto paths = text::split(std::string_view(option).substr(kLower.size()), ':');
    folder = common_folder(paths);
    data += kLower;
    for (const std::string_view path : paths)
      data += cat(data.ends_with('=') ? "" : ":", path.substr(folder.size()));
  }
  if (const int entered = raw::chdir(folder.empty() ? "/" : folder.c_str()); entered < 0)
    return fail(Error::sys(-entered, cat("enter ", quote(folder))));
  constexpr unsigned long kSameBits = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
  const long mounted = raw::call(SYS_mount, mount.source.c_str(), rootfs.c_str(), mount.type.c_str(),
                                 options.attributes.set & kSameBits, data.c_str());
  (void)raw::chdir("/");
  if (mounted < 0)
    return fail(Error::sys(static_cast<int>(-mounted), cat("mount ", mount.type, " by mount(2)")));
  return {};
}

Result<sys::Fd> make(const Mount& mount, const container::MountOptions& options) {
  std::array<char, 256> message{};
  const auto attempt = [&](const std::vector<std::string>& given) {
    std::vector<const char*> words;
    words.reserve(given.size());
    for (const std::string& word : given) words.push_back(word.c_str());
    message = {};
    return sys::new_mount(mount.type.c_str(), mount.source.c_str(), words.data(),
                          static_cast<unsigned>(words.size()), static_cast<unsigned>(options.attributes.set),
                          message.data(), message.size());
  };
  int made = -EINVAL;
  if (mount.type == "overlay") made = attempt(split_lower(options.file_system));
  if (made < 0) made = attempt(options.file_system);
  if (made >= 0) return sys::Fd(made);
  const std::string why = message.data();
  return fail(
      Error::sys(-made, cat("mount ", mount.type, " ", quote(mount.source), why.empty() ? "" : ": ", why)));
}

Result<> attach(const sys::Fd& mount, const std::string& path) {
  const sys::Fd target = TRY(sys::open(path, O_PATH | O_DIRECTORY));
  if (const int attached = sys::attach_mount(mount.get(), target.get()); attached < 0)
    return fail(Error::sys(-attached, cat("mount on ", quote(path))));
  return {};
}

Result<> mount_one(const Mount& mount, const std::string& rootfs) {
  container::MountOptions options = container::parse_mount_options(mount.options);
  const bool binds = options.bind || mount.type == "bind";
  if (options.read_only) options.attributes.set |= MOUNT_ATTR_RDONLY;
  auto mounted = binds ? bind(mount, options) : make(mount, options);
  if (!mounted && !binds && mounted.error().err() == EINVAL && mount_by_string(mount, options, rootfs))
    return {};
  const sys::Fd made = TRY(std::move(mounted));
  if (options.propagation != 0)
    if (const int set = sys::set_mount_attributes(made.get(), {.propagation = options.propagation}, false);
        set < 0)
      return fail(Error::sys(-set, cat("set the propagation of ", quote(rootfs))));
  return attach(made, rootfs);
}

}  // namespace

Result<> mount_rootfs(const std::string& bundle, const std::vector<Mount>& mounts) {
  if (mounts.empty()) return {};
  const std::string rootfs = rootfs_of(bundle);
  if (const int made = raw::mkdirat(AT_FDCWD, rootfs.c_str(), 0711); made < 0 && made != -EEXIST)
    return fail(Error::sys(-made, cat("make folder ", quote(rootfs))));
  for (const Mount& mount : mounts) {
    auto mounted = mount_one(mount, rootfs);
    if (mounted) continue;
    (void)unmount_rootfs(bundle);
    return fail(std::move(mounted).error().within("root file system"));
  }
  return {};
}

Result<> unmount_rootfs(const std::string& bundle) {
  const std::string rootfs = rootfs_of(bundle);
  constexpr int kMost = 64;  // as many may lie upon each other
  for (int i = 0; i < kMost; ++i) {
    int done = raw::umount2(rootfs.c_str(), UMOUNT_NOFOLLOW);
    // Whoever else has opened something there keeps it, and nobody sees it any more.
    if (done == -EBUSY) done = raw::umount2(rootfs.c_str(), UMOUNT_NOFOLLOW | MNT_DETACH);
    if (done == -EINVAL || done == -ENOENT) return {};
    if (done < 0) return fail(Error::sys(-done, cat("unmount ", quote(rootfs))));
  }
  return fail(Error::make(Kind::timeout, cat("more than ", kMost, " mounts are on ", quote(rootfs))));
}

}  // namespace masu::containerd
