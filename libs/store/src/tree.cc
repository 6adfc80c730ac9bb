// SPDX-License-Identifier: Apache-2.0
#include "masu/store/tree.h"

#include "descent.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/fd.h"
#include "masu/sys/raw.h"

#include <cerrno>

#include <dirent.h>

namespace masu::store {
namespace {

using sys::raw::unlinkat;

Result<std::vector<std::string>> names_in(sys::Fd folder) {
  DIR* listing = fdopendir(folder.get());
  if (listing == nullptr) return fail(Error::sys(errno, "read folder"));
  (void)folder.take();
  std::vector<std::string> names;
  while (const dirent* entry = readdir(listing)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  (void)closedir(listing);
  return names;
}

// The files of a folder go; its folders are returned.
Result<std::vector<std::string>> remove_files(int folder) {
  std::vector<std::string> folders;
  sys::Fd listed = TRY(sys::open_at(folder, ".", O_RDONLY | O_DIRECTORY));
  for (std::string& name : TRY(names_in(std::move(listed)))) {
    const int removed = unlinkat(folder, name.c_str(), 0);
    if (removed == -EISDIR || removed == -EPERM)
      folders.push_back(std::move(name));
    else if (removed < 0 && removed != -ENOENT)
      return fail(Error::sys(-removed, cat("remove ", quote(name))));
  }
  return folders;
}

// Enters the folder, and removes its files; its folders are returned.
Result<std::vector<std::string>> enter(int parent, const char* name, Descent& way) {
  auto folder = sys::open_at(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (!folder && folder.error().err() == EACCES) {  // ours, but not open to us
    (void)sys::raw::call(SYS_fchmodat, parent, name, 0700);
    folder = sys::open_at(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  }
  if (!folder) return fail(std::move(folder).error());
  auto left = remove_files(folder->get());
  if (!left && left.error().err() == EACCES) {
    (void)sys::raw::fchmod(folder->get(), 0700);
    left = remove_files(folder->get());
  }
  if (left) TRY(way.push(*std::move(folder)));
  return left;
}

}  // namespace

Result<> make_folders(const std::string& path, unsigned mode) {
  for (auto slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
    const std::string part = path.substr(0, slash);
    if (const int made = sys::raw::mkdirat(AT_FDCWD, part.c_str(), mode); made < 0 && made != -EEXIST)
      return fail(Error::sys(-made, cat("make folder ", quote(part))));
    if (slash == std::string::npos) return {};
  }
}

// Depth first, with lists in place of a stack of calls: of the folders between `name` and where we are, the
// names and what is left in each.
Result<> remove_tree(int dir, const char* name) {
  const int removed = unlinkat(dir, name, 0);
  if (removed >= 0 || removed == -ENOENT) return {};
  if (removed != -EISDIR && removed != -EPERM) return fail(Error::sys(-removed, cat("remove ", quote(name))));
  Descent way;
  std::vector<std::string> path{name};
  std::vector<std::vector<std::string>> left;
  left.push_back(TRY_IN(enter(dir, name, way), cat("remove ", quote(name))));
  while (!left.empty()) {
    if (!left.back().empty()) {
      path.push_back(std::move(left.back().back()));
      left.back().pop_back();
      left.push_back(TRY_IN(enter(way.here(), path.back().c_str(), way), cat("remove ", quote(path.back()))));
      continue;
    }
    left.pop_back();
    TRY_IN(way.pop(), cat("remove ", quote(path.back())));
    const int parent = way.empty() ? dir : way.here();
    if (const int gone = unlinkat(parent, path.back().c_str(), AT_REMOVEDIR); gone < 0 && gone != -ENOENT)
      return fail(Error::sys(-gone, cat("remove folder ", quote(path.back()))));
    path.pop_back();
  }
  return {};
}

Result<std::vector<std::string>> list_folder(int dir, const char* name) {
  sys::Fd folder = TRY(sys::open_at(dir, name, O_RDONLY | O_DIRECTORY));
  return names_in(std::move(folder));
}

}  // namespace masu::store
