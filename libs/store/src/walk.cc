// SPDX-License-Identifier: Apache-2.0
#include "masu/store/walk.h"

#include "descent.h"
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

// The names in the folder, the first at the end.
Result<std::vector<std::string>> enter(int parent, const char* name, Descent& way) {
  sys::Fd folder = TRY(sys::open_at(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  std::vector<std::string> names = TRY(list_folder(folder.get(), "."));
  std::ranges::sort(names, std::greater());
  TRY(way.push(std::move(folder)));
  return names;
}

}  // namespace

Result<> walk(int folder, bool one_file_system, const std::function<Result<Walk>(const Found&)>& visit) {
  struct stat root{};
  if (const int failed = sys::raw::fstat(folder, &root); failed < 0) return fail(Error::sys(-failed, "stat"));
  Descent way;
  std::string path;  // of the folder that we are in, with a slash at its end; of the first it is empty
  std::vector<std::vector<std::string>> left;
  left.push_back(TRY(enter(folder, ".", way)));
  while (!left.empty()) {
    if (left.back().empty()) {
      left.pop_back();
      TRY_IN(way.pop(), cat("read folder ", quote(path)));
      path.erase(path.size() < 2 ? 0 : path.rfind('/', path.size() - 2) + 1);
      continue;
    }
    const std::string name = std::move(left.back().back());
    left.back().pop_back();
    Found found{.path = path + name, .parent = way.here(), .name = name.c_str(), .status = {}};
    const int failed = sys::raw::fstatat(found.parent, found.name, &found.status, AT_SYMLINK_NOFOLLOW);
    if (failed == -ENOENT) continue;
    if (failed < 0) return fail(Error::sys(-failed, cat("stat ", quote(found.path))));
    if (TRY(visit(found)) == Walk::past || !S_ISDIR(found.status.st_mode)) continue;
    if (one_file_system && found.status.st_dev != root.st_dev) continue;
    auto next = enter(found.parent, found.name, way);
    if (next) {
      left.push_back(*std::move(next));
      path = found.path + "/";
    } else if (next.error().err() != ENOENT) {
      return fail(Error::sys(next.error().err(), cat("read folder ", quote(found.path))));
    }
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
