// SPDX-License-Identifier: Apache-2.0
#include "overlay.h"

#include "bundle.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/mount.h"
#include "masu/sys/private_mounts.h"
#include "masu/sys/raw.h"

#include <array>
#include <cerrno>

namespace masu::manager {
namespace {

namespace raw = sys::raw;

// Each folder by an option of its own, lowerdir+, in any number: Linux 6.7.
int mount_one_by_one(const std::vector<std::string>& lower, const std::vector<std::string>& rest,
                     std::string& reason) {
  std::vector<std::string> options;
  for (const std::string& path : lower) options.push_back("lowerdir+=" + path);
  options.insert(options.end(), rest.begin(), rest.end());
  std::vector<const char*> words;
  words.reserve(options.size());
  for (const std::string& option : options) words.push_back(option.c_str());
  std::array<char, 256> message{};
  const int mounted = sys::new_mount("overlay", "masu", words.data(), static_cast<unsigned>(words.size()), 0,
                                     message.data(), message.size());
  reason = message.data();
  return mounted;
}

// Before that all have to fit into one page, of which fsconfig(2) takes 255 bytes at a time. mount(2) takes
// it whole, and a folder seen from /proc/self/fd has the shortest name that there is. It needs a place to
// mount on: any folder, in a mount namespace that nobody else sees.
Result<sys::Fd> mount_by_a_page(const std::vector<std::string>& lower, const std::vector<std::string>& rest) {
  const sys::PrivateMounts mounts = TRY(sys::PrivateMounts::enter());
  std::vector<sys::Fd> folders;
  std::string data = "lowerdir=";
  for (const std::string& path : lower) {
    folders.push_back(TRY(sys::open(path, O_PATH | O_DIRECTORY)));
    data += cat(data.ends_with('=') ? "" : ":", folders.back().get());
  }
  for (const std::string& option : rest) {
    const auto value = option.find('=');
    data += cat(",", value == std::string::npos
                         ? option
                         : cat(option.substr(0, value + 1), escape_path(option.substr(value + 1))));
  }
  constexpr std::size_t kPage = 4096;
  constexpr const char* kPlace = "/sys";
  if (data.size() >= kPage)
    return fail(Error::make(Kind::unsupported, cat(lower.size(), " layers are more than this kernel mounts"))
                    .hint("Linux 6.7 and newer can"));
  if (const long moved = raw::call(SYS_chdir, "/proc/self/fd"); moved < 0)
    return fail(Error::sys(static_cast<int>(-moved), "enter /proc/self/fd"));
  if (const long mounted = raw::call(SYS_mount, "masu", kPlace, "overlay", 0, data.c_str()); mounted < 0)
    return fail(Error::sys(static_cast<int>(-mounted), "mount the layers by overlayfs"));
  const int cloned = sys::clone_mount(AT_FDCWD, kPlace, false);
  if (cloned < 0) return fail(Error::sys(-cloned, "take the mount of the layers"));
  return sys::Fd(cloned);
}

}  // namespace

std::string escape_path(std::string_view path) {
  std::string out;
  for (const char c : path) {
    if (c == '\\' || c == ':' || c == ',') out += '\\';
    out += c;
  }
  return out;
}

Result<sys::Fd> mount_overlay(const std::vector<std::string>& lower, std::vector<std::string> upper,
                              const Facts& facts) {
  if (facts.in_user_namespace)
    upper.emplace_back("userxattr");
  else if (!upper.empty())  // an upper folder that means something without those below it, and so can be a
                            // layer
    upper.insert(upper.end(), {"redirect_dir=off", "metacopy=off"});
  std::string reason;
  const int mounted = mount_one_by_one(lower, upper, reason);
  if (mounted >= 0) return sys::Fd(mounted);
  if (mounted == -EINVAL) {
    auto by_page = mount_by_a_page(lower, upper);
    if (by_page || by_page.error().kind() == Kind::unsupported) return by_page;
  }
  return fail(Error::sys(-mounted, cat("mount the layers by overlayfs", reason.empty() ? "" : ": ", reason)));
}

}  // namespace masu::manager
