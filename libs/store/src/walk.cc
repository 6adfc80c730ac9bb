// SPDX-License-Identifier: Apache-2.0
#include "masu/store/walk.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/store/tree.h"
#include "masu/sys/fd.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <cerrno>
#include <set>
#include <utility>
#include <vector>

namespace masu::store {
namespace {

struct Level {
  sys::Fd folder;
  std::string path;                // with a slash at its end, but for the root's, which is empty
  std::vector<std::string> names;  // what is left, the next at the end
};

Result<Level> enter(int parent, const char* name, std::string path) {
  Level out{.folder = TRY(sys::open_at(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)),
            .path = std::move(path),
            .names = {}};
  out.names = TRY(list_folder(out.folder.get(), "."));
  std::ranges::sort(out.names, std::greater());
  return out;
}

}  // namespace

Result<> walk(int folder, bool one_file_system, const std::function<Result<Walk>(const Found&)>& visit) {
  struct stat root{};
  if (const int failed = sys::raw::fstat(folder, &root); failed < 0) return fail(Error::sys(-failed, "stat"));
  std::vector<Level> levels;
  levels.push_back(TRY(enter(folder, ".", "")));
  while (!levels.empty()) {
    Level& level = levels.back();
    if (level.names.empty()) {
      levels.pop_back();
      continue;
    }
    const std::string name = std::move(level.names.back());
    level.names.pop_back();
    Found found{.path = level.path + name, .parent = level.folder.get(), .name = name.c_str(), .status = {}};
    const int failed = sys::raw::fstatat(found.parent, found.name, &found.status, AT_SYMLINK_NOFOLLOW);
    if (failed == -ENOENT) continue;
    if (failed < 0) return fail(Error::sys(-failed, cat("stat ", quote(found.path))));
    if (TRY(visit(found)) == Walk::past || !S_ISDIR(found.status.st_mode)) continue;
    if (one_file_system && found.status.st_dev != root.st_dev) continue;
    auto next = enter(found.parent, found.name, found.path + "/");
    if (next)
      levels.push_back(*std::move(next));
    else if (next.error().err() != ENOENT)
      return fail(Error::sys(next.error().err(), cat("read folder ", quote(found.path))));
  }
  return {};
}

std::uint64_t tree_size(int dir, const char* name) {
  const auto folder = sys::open_at(dir, name, O_RDONLY | O_DIRECTORY);
  std::uint64_t bytes = 0;
  std::set<ino_t> linked;
  if (folder)
    (void)walk(folder->get(), true, [&](const Found& found) -> Result<Walk> {
      if (S_ISREG(found.status.st_mode) &&
          (found.status.st_nlink == 1 || linked.insert(found.status.st_ino).second))
        bytes += static_cast<std::uint64_t>(found.status.st_size);
      return Walk::on;
    });
  return bytes;
}

}  // namespace masu::store
