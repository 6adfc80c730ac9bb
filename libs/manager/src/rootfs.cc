// SPDX-License-Identifier: Apache-2.0
#include "bundle.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/mount.h"
#include "masu/sys/raw.h"

#include <array>
#include <cerrno>

namespace masu::manager {
namespace {

namespace raw = sys::raw;

std::string layer_folder(const Place& place, const std::string& diff_id) {
  return cat(place.root, "/layers/", diff_id.substr(diff_id.find(':') + 1), "/diff");
}

// A path's commas and backslashes mean something in options that are one string; a colon, in lowerdir.
std::string escape_path(std::string_view path) {
  std::string out;
  for (const char c : path) {
    if (c == '\\' || c == ':' || c == ',') out += '\\';
    out += c;
  }
  return out;
}

int mount_overlay(const std::vector<std::string>& options, std::string& reason) {
  std::vector<const char*> words;
  words.reserve(options.size());
  for (const std::string& option : options) words.push_back(option.c_str());
  std::array<char, 256> message{};
  const int mounted = sys::new_mount("overlay", "masu", words.data(), static_cast<unsigned>(words.size()), 0,
                                     message.data(), message.size());
  reason = message.data();
  return mounted;
}

// lowerdir+ takes one folder as it is, in any number (Linux 6.8); lowerdir all of them as one string.
Result<sys::Fd> mount_folders(const std::vector<std::string>& lower, const std::vector<std::string>& rest) {
  std::vector<std::string> options;
  for (const std::string& path : lower) options.push_back("lowerdir+=" + path);
  options.insert(options.end(), rest.begin(), rest.end());
  std::string reason;
  int mounted = mount_overlay(options, reason);
  if (mounted == -EINVAL) {
    std::string all = "lowerdir=";
    for (const std::string& path : lower) all += cat(all.ends_with('=') ? "" : ":", escape_path(path));
    options = {all};
    options.insert(options.end(), rest.begin(), rest.end());
    mounted = mount_overlay(options, reason);
  }
  if (mounted < 0)
    return fail(
        Error::sys(-mounted, cat("mount the layers by overlayfs", reason.empty() ? "" : ": ", reason)));
  return sys::Fd(mounted);
}

std::vector<std::string> layer_folders(const Place& place, const std::vector<std::string>& layers) {
  std::vector<std::string> out;
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer)
    out.push_back(layer_folder(place, *layer));
  return out;
}

}  // namespace

Result<sys::Fd> mount_above(const std::string& lower, std::vector<std::string> upper, const Facts& facts) {
  if (facts.in_user_namespace) upper.emplace_back("userxattr");
  return mount_folders({lower}, upper);
}

Result<sys::Fd> mount_layers(const Place& place, const std::vector<std::string>& layers,
                             std::vector<std::string> upper, const Facts& facts) {
  std::vector<std::string> lower = layer_folders(place, layers);
  if (upper.empty() && lower.size() == 1) {  // an overlay of one folder alone is none
    const int cloned = sys::clone_mount(AT_FDCWD, lower.front().c_str(), false);
    if (cloned < 0) return fail(Error::sys(-cloned, cat("bind ", quote(lower.front()))));
    return sys::Fd(cloned);
  }
  if (facts.in_user_namespace) upper.emplace_back("userxattr");
  return mount_folders(lower, upper);
}

Result<> mount_rootfs(const Place& place, const Request& request, const Facts& facts) {
  const std::string folder = place.folder(request.id);
  std::vector<std::string> rest = {cat("upperdir=", folder, "/upper"), cat("workdir=", folder, "/work")};
  if (facts.in_user_namespace) rest.emplace_back("userxattr");
  // A container's own layer need not survive a power failure that it has not survived itself; a kept one
  // does.
  if (request.remove) rest.emplace_back("volatile");
  const sys::Fd mount = TRY(mount_folders(layer_folders(place, request.layers), rest));
  const sys::Fd target = TRY(sys::open(place.rootfs(request.id), O_PATH | O_DIRECTORY));
  if (const int attached = sys::attach_mount(mount.get(), target.get()); attached < 0)
    return fail(Error::sys(-attached, cat("mount on ", quote(place.rootfs(request.id)))));
  return {};
}

}  // namespace masu::manager
