// SPDX-License-Identifier: Apache-2.0
#include "masu/store/copy.h"

#include "descent.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/store/tree.h"
#include "masu/store/walk.h"
#include "masu/sys/fd.h"
#include "masu/sys/raw.h"

#include <array>
#include <cerrno>
#include <map>
#include <string>
#include <vector>

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/stat.h>

namespace masu::store {
namespace {

namespace raw = sys::raw;

constexpr unsigned kModeBits = 07777;
constexpr std::size_t kPiece = 65536;

Result<> check(long result, const char* what, const std::string& name) {
  if (result < 0) return fail(Error::sys(static_cast<int>(-result), cat(what, " ", quote(name))));
  return {};
}

// The host's labels are not the file's own, and what overlayfs keeps in trusted.* is of its upper folder.
bool is_copied(std::string_view attribute) {
  return !attribute.starts_with("trusted.") && !attribute.starts_with("security.selinux") &&
         !attribute.starts_with("user.overlay.");
}

Result<> copy_attributes(const std::string& from, const std::string& to) {
  std::array<char, kPiece> names{}, value{};
  const long size = raw::call(SYS_llistxattr, from.c_str(), names.data(), names.size());
  if (size == -ENOTSUP) return {};
  TRY(check(size, "list the attributes of", from));
  for (const std::string_view name :
       text::split(std::string_view(names.data(), static_cast<std::size_t>(size)), '\0')) {
    if (name.empty() || !is_copied(name)) continue;
    const std::string attribute(name);
    const long got = raw::call(SYS_lgetxattr, from.c_str(), attribute.c_str(), value.data(), value.size());
    TRY(check(got, "read an attribute of", from));
    const long set = raw::call(SYS_lsetxattr, to.c_str(), attribute.c_str(), value.data(),
                               static_cast<std::size_t>(got), 0);
    if (set != -ENOTSUP) TRY(check(set, "set an attribute of", to));
  }
  return {};
}

Result<> set_times(int dir, const char* name, const struct stat& status) {
  const std::array<timespec, 2> times = {status.st_atim, status.st_mtim};
  return check(raw::call(SYS_utimensat, dir, name, times.data(), AT_SYMLINK_NOFOLLOW), "set the times of",
               name);
}

// From `at` to `end`; the kernel copies, or shares the extents, where it can.
Result<> copy_range(int from, int to, std::int64_t at, std::int64_t end) {
  std::int64_t read_at = at, write_at = at;
  bool by_kernel = true;
  std::string buffer;
  while (read_at < end) {
    const auto left = static_cast<std::size_t>(end - read_at);
    long copied = -ENOSYS;
    if (by_kernel) copied = raw::call(SYS_copy_file_range, from, &read_at, to, &write_at, left, 0);
    if (copied < 0 || (copied == 0 && by_kernel)) {  // some file systems say 0 for what they cannot copy
      by_kernel = false;
      buffer.resize(kPiece);
      copied = raw::call(SYS_pread64, from, buffer.data(), std::min(left, kPiece), read_at);
      if (copied > 0)
        copied = raw::call(SYS_pwrite64, to, buffer.data(), static_cast<std::size_t>(copied), write_at);
      if (copied > 0) {
        read_at += copied;
        write_at += copied;
      }
    }
    if (copied == -EINTR) continue;
    TRY(check(copied, "copy", "data"));
    if (copied == 0) return {};  // it has become shorter meanwhile
  }
  return {};
}

Result<> copy_data(int from, int to, std::int64_t size) {
  if (raw::ioctl(to, FICLONE, from) == 0) return {};
  TRY(check(raw::call(SYS_ftruncate, to, size), "set the size of", "a file"));
  for (std::int64_t at = 0; at < size;) {
    const long data = raw::call(SYS_lseek, from, at, SEEK_DATA);
    if (data == -ENXIO) return {};  // a hole to the end
    const long hole = data < 0 ? -1 : raw::call(SYS_lseek, from, data, SEEK_HOLE);
    const std::int64_t begin = data < 0 ? at : data, end = hole < 0 ? size : hole;
    TRY(copy_range(from, to, begin, end));
    at = end;
  }
  return {};
}

Result<> copy_file(int from_dir, const std::string& name, std::int64_t size, int to_dir,
                   const std::string& to_name) {
  const sys::Fd from = TRY(sys::open_at(from_dir, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
  const sys::Fd to =
      TRY(sys::open_at(to_dir, to_name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
  return copy_data(from.get(), to.get(), size);
}

Result<> make_special(int from, const std::string& name, const struct stat& status, int to,
                      const std::string& to_name) {
  if (!S_ISLNK(status.st_mode))
    return check(raw::mknodat(to, to_name.c_str(), status.st_mode, status.st_rdev), "make", name);
  std::array<char, 4097> target{};
  TRY(check(raw::readlinkat(from, name.c_str(), target.data(), target.size() - 1), "read link", name));
  return check(raw::symlinkat(target.data(), to, to_name.c_str()), "make link", name);
}

class Copy {
 public:
  enum class Onto { nothing, layers };
  explicit Copy(Onto onto) : onto_(onto) {}

  Result<> run(int from, int to) {
    TRY(enter(from, ".", to, ""));
    while (!levels_.empty()) {
      if (levels_.back().left.empty()) {
        TRY(leave());
        continue;
      }
      const std::string name = std::move(levels_.back().left.back());
      levels_.back().left.pop_back();
      TRY_IN(copy_entry(name), cat("copy ", quote(name)));
    }
    return {};
  }

 private:
  struct Level {
    std::string path;  // of `to`, with a slash behind it, below the folder that all is copied into
    struct stat status{};
    std::vector<std::string> left;
  };

  Result<> enter(int from_dir, const char* name, int to_dir, std::string path) {
    sys::Fd from = TRY(sys::open_at(from_dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    sys::Fd to = TRY(sys::open_at(to_dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    Level level{.path = std::move(path), .left = {}};
    TRY(check(raw::fstat(from.get(), &level.status), "look at", name));
    // Another file system's mount point stays empty.
    if (levels_.empty() || level.status.st_dev == levels_.front().status.st_dev)
      level.left = TRY(list_folder(from.get(), "."));
    levels_.push_back(std::move(level));
    TRY(from_.push(std::move(from)));
    return to_.push(std::move(to));
  }

  // A folder's own times and mode come last: what is made in it would change the first, and be refused by
  // the second.
  Result<> leave() {
    const Level& level = levels_.back();
    const int from = from_.here(), to = to_.here();
    TRY(check(raw::fchown(to, level.status.st_uid, level.status.st_gid), "set the owner of", "a folder"));
    TRY(copy_attributes(cat("/proc/self/fd/", from, "/."), cat("/proc/self/fd/", to, "/.")));
    TRY(check(raw::fchmod(to, level.status.st_mode & kModeBits), "set the mode of", "a folder"));
    TRY(set_times(to, ".", level.status));
    levels_.pop_back();
    TRY(from_.pop());
    return to_.pop();
  }

  Result<> copy_entry(const std::string& name) {
    const int from = from_.here(), to = to_.here();
    struct stat status{};
    TRY(check(raw::fstatat(from, name.c_str(), &status, AT_SYMLINK_NOFOLLOW), "look at", name));
    if (onto_ == Onto::layers) {
      TRY(make_room(status, name));
      if (is_whiteout(status)) return {};
    }
    if (S_ISDIR(status.st_mode)) {
      const int made = raw::mkdirat(to, name.c_str(), 0700);
      if (made != -EEXIST || onto_ != Onto::layers) TRY(check(made, "make folder", name));
      return enter(from, name.c_str(), to, cat(levels_.back().path, name, "/"));
    }
    if (status.st_nlink > 1 && TRY(link_known(status, name))) return {};
    return copy_object(from, name, status, to, name);
  }

  // What is of lower layers goes, unless it is a folder that this one is merged with.
  Result<> make_room(const struct stat& status, const std::string& name) const {
    const int from = from_.here(), to = to_.here();
    struct stat below{};
    if (raw::fstatat(to, name.c_str(), &below, AT_SYMLINK_NOFOLLOW) < 0) return {};
    if (S_ISDIR(status.st_mode) && S_ISDIR(below.st_mode) && !is_opaque(from, name)) return {};
    return remove_tree(to, name.c_str());
  }

  // Of several names of one file, the later become links to the first.
  Result<bool> link_known(const struct stat& status, const std::string& name) {
    const auto [known, fresh] =
        links_.try_emplace({status.st_dev, status.st_ino}, cat(levels_.back().path, name));
    if (fresh) return false;
    TRY(check(raw::linkat(to_.first(), known->second.c_str(), to_.here(), name.c_str(), 0), "link", name));
    return true;
  }

  Onto onto_;
  std::vector<Level> levels_;
  Descent from_, to_;
  std::map<std::pair<dev_t, ino_t>, std::string> links_;
};

}  // namespace

Result<> copy_object(int from, const std::string& name, const struct stat& status, int to,
                     const std::string& to_name) {
  if (S_ISREG(status.st_mode))
    TRY(copy_file(from, name, status.st_size, to, to_name));
  else
    TRY(make_special(from, name, status, to, to_name));
  TRY(check(raw::fchownat(to, to_name.c_str(), status.st_uid, status.st_gid, AT_SYMLINK_NOFOLLOW),
            "set the owner of", name));
  TRY(copy_attributes(cat("/proc/self/fd/", from, "/", name), cat("/proc/self/fd/", to, "/", to_name)));
  if (!S_ISLNK(status.st_mode))
    TRY(check(raw::call(SYS_fchmodat, to, to_name.c_str(), status.st_mode & kModeBits), "set the mode of",
              name));
  return set_times(to, to_name.c_str(), status);
}

bool is_whiteout(const struct stat& status) { return S_ISCHR(status.st_mode) && status.st_rdev == 0; }

bool is_opaque(int dir, const std::string& name) {
  char value = 0;
  const std::string path = cat(dir == AT_FDCWD ? "" : cat("/proc/self/fd/", dir, "/"), name);
  for (const char* attribute : {"trusted.overlay.opaque", "user.overlay.opaque"})
    if (raw::call(SYS_lgetxattr, path.c_str(), attribute, &value, 1) == 1 && value == 'y') return true;
  return false;
}

Result<> copy_tree(int from, int to) { return Copy(Copy::Onto::nothing).run(from, to); }

Result<> apply_layer(int from, int to) {
  if (is_opaque(from, "."))
    for (const std::string& name : TRY(list_folder(to, "."))) TRY(remove_tree(to, name.c_str()));
  return Copy(Copy::Onto::layers).run(from, to);
}

Result<> chown_tree(int folder, std::optional<std::uint32_t> uid, std::optional<std::uint32_t> gid) {
  constexpr std::uint32_t kAsIs = UINT32_MAX;  // chown(2): -1
  const auto give = [&](int dir, const char* name) -> Result<> {
    return check(raw::fchownat(dir, name, uid.value_or(kAsIs), gid.value_or(kAsIs),
                               AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH),
                 "set the owner of", name);
  };
  TRY(give(folder, ""));
  struct stat top{};
  TRY(check(raw::fstat(folder, &top), "look at", "the folder"));
  return walk(folder, true, [&](const Found& found) -> Result<Walk> {
    if (S_ISDIR(found.status.st_mode) && found.status.st_dev != top.st_dev) return Walk::past;
    TRY(give(found.parent, found.name));
    return Walk::on;
  });
}

}  // namespace masu::store
