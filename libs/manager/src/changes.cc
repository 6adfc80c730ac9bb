// SPDX-License-Identifier: Apache-2.0
#include "masu/manager/changes.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/store/walk.h"
#include "masu/sys/path.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>
#include <string_view>

#include <sys/sysmacros.h>
#include <sys/xattr.h>

namespace masu::manager {
namespace {

// Deletions of overlayfs: a character device 0:0, or a file with an attribute; a folder with an attribute
// hides all that is below it (overlayfs.rst).
bool has_mark(int parent, const char* name, const char* mark) {
  const sys::Fd file(sys::raw::openat(parent, name, O_PATH | O_NOFOLLOW));
  if (!file.valid()) return false;
  const std::string path = cat("/proc/self/fd/", file.get());
  for (const char* space : {"trusted.overlay.", "user.overlay."}) {
    std::array<char, 8> value{};
    if (getxattr(path.c_str(), cat(space, mark).c_str(), value.data(), value.size()) >= 0) return true;
  }
  return false;
}

bool is_whiteout(int parent, const char* name, const struct stat& status) {
  if (S_ISCHR(status.st_mode)) return status.st_rdev == makedev(0, 0);
  return S_ISREG(status.st_mode) && status.st_size == 0 && has_mark(parent, name, "whiteout");
}

// The folder of a path in a layer and the name in it; nothing if the layer does not have that folder. No link
// is followed: the layers are as they are, and the path is one of a real folder.
enum class Seen { absent, here, hidden };

// Whether one layer has the path, hides it, or says nothing.
Seen look(int layer, const std::string& path) {
  for (std::size_t slash = path.find('/');; slash = path.find('/', slash + 1)) {
    const std::string part = path.substr(0, slash);
    const auto last = part.rfind('/');
    const std::string folder = last == std::string::npos ? "." : part.substr(0, last);
    const std::string name = last == std::string::npos ? part : part.substr(last + 1);
    const sys::Fd parent(sys::open_without_links(layer, folder.c_str(), O_PATH | O_DIRECTORY));
    struct stat status{};
    if (!parent.valid() || sys::raw::fstatat(parent.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0)
      return Seen::absent;
    if (is_whiteout(parent.get(), name.c_str(), status)) return Seen::hidden;
    if (slash == std::string::npos) return Seen::here;
    if (!S_ISDIR(status.st_mode)) return Seen::hidden;  // a file in the place of the folder
    if (has_mark(parent.get(), name.c_str(), "opaque")) {
      // Below it this layer alone counts.
      const sys::Fd rest(
          sys::open_without_links(layer, path.substr(0, path.rfind('/')).c_str(), O_PATH | O_DIRECTORY));
      const std::string own = path.substr(path.rfind('/') + 1);
      const bool here = rest.valid() &&
                        sys::raw::fstatat(rest.get(), own.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                        !is_whiteout(rest.get(), own.c_str(), status);
      return here ? Seen::here : Seen::hidden;
    }
  }
}

bool is_in(const std::vector<int>& lower, const std::string& path) {
  for (const int layer : lower) {
    const Seen seen = look(layer, path);
    if (seen != Seen::absent) return seen == Seen::here;
  }
  return false;
}

// All that the lower layers show in a folder that an opaque one covers, and the upper one does not have.
void add_hidden(int upper, const std::vector<int>& lower, const std::string& path, std::vector<Change>& out) {
  std::set<std::string> names;
  for (const int layer : lower) {
    const sys::Fd folder(sys::open_without_links(layer, path.c_str(), O_RDONLY | O_DIRECTORY));
    if (folder.valid())
      (void)store::walk(folder.get(), true, [&names](const store::Found& found) -> Result<store::Walk> {
        names.insert(found.path);
        return store::Walk::past;
      });
  }
  for (const std::string& name : names) {
    const std::string below = cat(path, "/", name);
    const sys::Fd own(sys::open_without_links(upper, path.c_str(), O_PATH | O_DIRECTORY));
    struct stat status{};
    const bool kept =
        own.valid() && sys::raw::fstatat(own.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
    if (!kept && is_in(lower, below)) out.push_back({Change::Kind::deleted, "/" + below});
  }
}

}  // namespace

char change_letter(Change::Kind kind) {
  return kind == Change::Kind::added ? 'A' : kind == Change::Kind::deleted ? 'D' : 'C';
}

Result<std::vector<Change>> compare_layers(int upper, const std::vector<int>& lower) {
  std::vector<Change> out;
  TRY(store::walk(upper, true, [&](const store::Found& found) -> Result<store::Walk> {
    const std::string path = "/" + found.path;
    const bool before = is_in(lower, found.path);
    if (is_whiteout(found.parent, found.name, found.status)) {
      if (before) out.push_back({Change::Kind::deleted, path});
      return store::Walk::past;
    }
    out.push_back({before ? Change::Kind::changed : Change::Kind::added, path});
    if (before && S_ISDIR(found.status.st_mode) && has_mark(found.parent, found.name, "opaque"))
      add_hidden(upper, lower, found.path, out);
    return store::Walk::on;
  }));
  std::ranges::stable_sort(out, {}, &Change::path);
  return out;
}

Result<std::vector<Change>> read_changes(const Place& place, const Request& request) {
  const sys::Fd upper = TRY(sys::open(place.folder(request.id) + "/upper", O_RDONLY | O_DIRECTORY));
  std::vector<sys::Fd> layers;
  std::vector<int> lower;
  for (auto layer = request.layers.rbegin(); layer != request.layers.rend(); ++layer) {
    const std::string path = cat(place.root, "/layers/", layer->substr(layer->find(':') + 1), "/diff");
    layers.push_back(TRY(sys::open(path, O_RDONLY | O_DIRECTORY)));
    lower.push_back(layers.back().get());
  }
  std::vector<Change> all = TRY(compare_layers(upper.get(), lower));
  // Mount points are made in the container's layer, and are not its doing.
  std::set<std::string, std::less<>> mounted = {
      "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/run/.containerenv", "/dev", "/proc", "/sys"};
  for (const Mount& mount : request.mounts) mounted.insert(mount.destination);
  std::erase_if(all, [&](const Change& change) {
    return change.kind == Change::Kind::added && std::ranges::any_of(mounted, [&](std::string_view point) {
             return change.path == point ||
                    (change.path.starts_with(point) && change.path[point.size()] == '/');
           });
  });
  // Nor is a folder that only holds such: "C /etc" with nothing below it stays only if its own times say so.
  std::erase_if(all, [&](const Change& change) {
    if (change.kind != Change::Kind::changed || !std::ranges::any_of(mounted, [&](std::string_view point) {
          return point.starts_with(change.path + "/");
        }))
      return false;
    return std::ranges::none_of(
        all, [&](const Change& other) { return other.path.starts_with(change.path + "/"); });
  });
  return all;
}

}  // namespace masu::manager
