// SPDX-License-Identifier: Apache-2.0
#include "masu/sys/path.h"

#include "masu/sys/raw.h"

#include <cerrno>
#include <cstring>

#include <limits.h>

namespace masu::sys {
namespace {

constexpr int kMaxLinks = 40;  // as the kernel's MAXSYMLINKS
constexpr int kMaxRetries =
    128;  // openat2 gives EAGAIN when a rename raced it; bounded, so nobody can hang us

// The walk's own "..": the fds of the directories from the root down to here would be one way; re-walking the
// path so far from the root is simpler, needs one fd at a time, and ".." at the root stays there by
// construction.
class Walk {
 public:
  Walk(int root, const char* path) noexcept : root_(root) {
    const std::size_t length = strlen(path);
    error_ = length >= sizeof rest_ ? -ENAMETOOLONG : length == 0 ? -ENOENT : 0;
    if (error_ == 0) memcpy(rest_, path, length + 1);
  }
  ~Walk() {
    if (at_ >= 0) raw::close(at_);
  }
  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;

  // Walks all but the last component; afterwards dir() and last() name the object, "" standing for dir()
  // itself.
  int to_parent(bool follow_last, bool make) noexcept {
    if (error_ != 0) return error_;
    at_ = raw::openat(root_, ".", O_PATH | O_DIRECTORY);
    if (at_ < 0) return at_;
    for (;;) {
      const bool last = next_component();
      if (error_ != 0) return error_;
      if (component_[0] == '\0') return 0;
      if (strcmp(component_, "..") == 0) {
        if (const int up = step_up(); up < 0) return up;
        if (last) component_[0] = '\0';
      } else if (!last || follow_last || must_be_directory_) {
        if (const int followed = follow_link(); followed < 0)
          return followed;
        else if (followed > 0)
          continue;  // the link's target now stands before the rest
        if (last) return 0;
        if (const int down = step_down(make); down < 0) return down;
      }
      if (last) return 0;
    }
  }
  int dir() const noexcept { return at_; }
  const char* last() const noexcept { return component_; }
  bool must_be_directory() const noexcept { return must_be_directory_; }

 private:
  // Moves the next component from rest_ to component_; true if it is the last one.
  bool next_component() noexcept {
    std::size_t begin = 0;
    for (;;) {
      begin = strspn(rest_, "/");
      const std::size_t length = strcspn(rest_ + begin, "/");
      if (length > NAME_MAX) {
        error_ = -ENAMETOOLONG;
        component_[0] = '\0';
        return true;
      }
      memcpy(component_, rest_ + begin, length);
      component_[length] = '\0';
      const std::size_t skip = begin + length + strspn(rest_ + begin + length, "/");
      // A slash at the end binds through all links that follow: "link/" is what the link leads to, and a
      // directory.
      if (rest_[skip] == '\0' && length != 0 && skip > begin + length) must_be_directory_ = true;
      memmove(rest_, rest_ + skip, strlen(rest_ + skip) + 1);
      if (strcmp(component_, ".") != 0) return rest_[0] == '\0';
      if (rest_[0] == '\0') {
        component_[0] = '\0';
        return true;
      }
    }
  }

  int step_up() noexcept {
    if (depth_ == 0) return 0;
    // The names so far lose their last; the directory is found again from the root, no link among them.
    char* slash = strrchr(done_, '/');
    *slash = '\0';
    --depth_;
    const int next = raw::openat(root_, ".", O_PATH | O_DIRECTORY);
    if (next < 0) return next;
    raw::close(at_);
    at_ = next;
    for (const char* name = done_; *name == '/';) {
      char one[NAME_MAX + 1];
      const std::size_t length = strcspn(name + 1, "/");
      memcpy(one, name + 1, length);
      one[length] = '\0';
      const int below = raw::openat(at_, one, O_PATH | O_DIRECTORY | O_NOFOLLOW);
      if (below < 0) return below;
      raw::close(at_);
      at_ = below;
      name += 1 + length;
    }
    return 0;
  }

  int step_down(bool make) noexcept {
    int next = raw::openat(at_, component_, O_PATH | O_DIRECTORY | O_NOFOLLOW);
    if (next == -ENOENT && make) {
      if (const int made = raw::mkdirat(at_, component_, 0755); made < 0 && made != -EEXIST) return made;
      next = raw::openat(at_, component_, O_PATH | O_DIRECTORY | O_NOFOLLOW);
    }
    if (next < 0) return next;
    const std::size_t used = strlen(done_);
    const std::size_t length = strlen(component_);
    if (used + length + 2 > sizeof done_) {
      raw::close(next);
      return -ENAMETOOLONG;
    }
    done_[used] = '/';
    memcpy(done_ + used + 1, component_, length + 1);
    ++depth_;
    raw::close(at_);
    at_ = next;
    return 0;
  }

  // 1 if component_ was a link and its target has been put before the rest, 0 if it is none, else -errno.
  int follow_link() noexcept {
    char target[PATH_MAX];
    const long length = raw::readlinkat(at_, component_, target, sizeof target);
    if (length == -EINVAL || length == -ENOENT) return 0;
    if (length < 0) return static_cast<int>(length);
    if (++links_ > kMaxLinks) return -ELOOP;
    if (const int plain = check_plain_link(); plain < 0) return plain;
    const auto size = static_cast<std::size_t>(length);
    const std::size_t rest = strlen(rest_);
    if (size + 1 + rest + 1 > sizeof rest_) return -ENAMETOOLONG;
    if (target[0] == '/') {
      const int top = raw::openat(root_, ".", O_PATH | O_DIRECTORY);
      if (top < 0) return top;
      raw::close(at_);
      at_ = top;
      done_[0] = '\0';
      depth_ = 0;
    }
    memmove(rest_ + size + (rest != 0 ? 1 : 0), rest_, rest + 1);
    memcpy(rest_, target, size);
    if (rest != 0)
      rest_[size] = '/';
    else
      rest_[size] = '\0';
    return 1;
  }

  // Links of procfs may be magic ones, which RESOLVE_NO_MAGICLINKS refuses; those of its root directory
  // (self, mounts, net) are not.
  int check_plain_link() noexcept {
    constexpr long kProcMagic = 0x9fa0;
    constexpr ino_t kProcRootInode = 1;
    long magic = 0;
    if (const int got = raw::fs_magic(at_, &magic); got < 0) return got;
    if (magic != kProcMagic) return 0;
    struct stat directory;
    if (const int got = raw::fstat(at_, &directory); got < 0) return got;
    return directory.st_ino == kProcRootInode ? 0 : -ELOOP;
  }

  int root_;
  int at_ = -1;
  int error_ = 0;
  int links_ = 0;
  int depth_ = 0;
  bool must_be_directory_ = false;
  char rest_[PATH_MAX] = {};
  char done_[PATH_MAX] = {};
  char component_[NAME_MAX + 1] = {};
};

int openat2(int dir, const char* path, int flags, unsigned mode, std::uint64_t resolve) noexcept {
  // Unlike open(2), openat2 refuses a mode without O_CREAT, and flags that O_PATH would ignore.
  if ((flags & O_PATH) != 0) flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW;
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
  how.mode = (flags & O_CREAT) != 0 ? mode : 0;
  how.resolve = resolve;
  int fd = -EAGAIN;
  for (int i = 0; i < kMaxRetries && (fd == -EAGAIN || fd == -EINTR); ++i)
    fd = static_cast<int>(raw::call(SYS_openat2, dir, path, &how, sizeof how));
  return fd;
}

// EPERM may also be the file's own answer: the walk gives it again. EAGAIN: somebody renames faster than we
// retry.
bool needs_walk(int result) noexcept { return result == -ENOSYS || result == -EPERM || result == -EAGAIN; }

// An O_PATH | O_NOFOLLOW fd of what was a directory or file a moment ago may be that of a link by now.
int refuse_link(int fd) noexcept {
  struct stat info;
  const int got = fd < 0 ? fd : raw::fstat(fd, &info);
  if (got >= 0 && !S_ISLNK(info.st_mode)) return fd;
  if (fd >= 0) raw::close(fd);
  return got < 0 ? got : -ELOOP;
}

bool has_dotdot(const char* path) noexcept {
  for (const char* part = path; *part != '\0';) {
    const std::size_t length = strcspn(part, "/");
    if (length == 2 && part[0] == '.' && part[1] == '.') return true;
    part += length;
    part += strspn(part, "/");
  }
  return false;
}

int open_in_mount(int dir, const char* name, int flags, std::uint64_t mount) noexcept {
  const int fd = raw::openat(dir, name, flags | O_NOFOLLOW);
  if (fd < 0) return fd;
  std::uint64_t found = 0;
  int checked = raw::mount_id(fd, &found);
  if (checked >= 0 && found != mount) checked = -EXDEV;
  if (checked >= 0) return fd;
  raw::close(fd);
  return checked;
}

// Opens one component, which has to lie in the mount `mount`. By O_PATH first: to open what was put over a
// file of procfs could do anything.
int open_component(int dir, const char* name, int flags, std::uint64_t mount) noexcept {
  const int path_flags = O_PATH | (flags & O_DIRECTORY);
  int fd = open_in_mount(dir, name, path_flags, mount);
  if ((flags & O_PATH) == 0 && fd >= 0) {
    raw::close(fd);
    fd = open_in_mount(dir, name, flags, mount);
  }
  char target;  // a link is ELOOP to openat2, but only no directory to open(2)
  if (fd == -ENOTDIR && raw::readlinkat(dir, name, &target, 1) > 0) return -ELOOP;
  return (flags & O_NOFOLLOW) != 0 ? fd : refuse_link(fd);
}

int walk_beneath(int dir, const char* path, int flags) noexcept {
  if (path[0] == '\0') return -ENOENT;
  if (path[0] == '/') return -EXDEV;
  std::uint64_t mount = 0;
  if (const int got = raw::mount_id(dir, &mount); got < 0) return got;
  int at = raw::openat(dir, ".", O_PATH | O_DIRECTORY);
  while (at >= 0) {
    const std::size_t length = strcspn(path, "/");
    const char* rest = path + length + strspn(path + length, "/");
    const bool last = *rest == '\0';
    char name[NAME_MAX + 1];
    int next = -ENAMETOOLONG;
    if (length <= NAME_MAX) {
      memcpy(name, path, length);
      name[length] = '\0';
      const int slash = path[length] == '/' ? O_DIRECTORY : 0;
      next = open_component(at, name, last ? flags | slash : O_PATH | O_DIRECTORY, mount);
    }
    raw::close(at);
    if (last || next < 0) return next;
    at = next;
    path = rest;
  }
  return at;
}

}  // namespace

int walk_in_root(int root, const char* path, int flags, unsigned mode) noexcept {
  Walk walk(root, path);
  const bool nofollow = (flags & O_NOFOLLOW) != 0 || (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL);
  if (const int error = walk.to_parent(!nofollow, false); error < 0) return error;
  if (walk.last()[0] == '\0') return raw::openat(walk.dir(), ".", flags, mode);
  if (walk.must_be_directory() && (flags & O_CREAT) != 0) return -EISDIR;
  const int more = walk.must_be_directory() ? O_DIRECTORY : 0;
  const int fd = raw::openat(walk.dir(), walk.last(), flags | more | O_NOFOLLOW, mode);
  return (flags & O_PATH) != 0 && !nofollow ? refuse_link(fd) : fd;
}

namespace {

// The ordinary case of make_in_root(): only the last part is missing, and no link is in its way. Any failure
// is for the walk to look into.
int make_last(int root, const char* path, MakeKind kind) noexcept {
  char parent[PATH_MAX];
  const char* slash = strrchr(path, '/');
  const std::size_t length = slash != nullptr ? static_cast<std::size_t>(slash - path) : 0;
  if (kind != MakeKind::directory || length == 0 || length >= sizeof parent || slash[1] == '\0')
    return -ENOENT;
  memcpy(parent, path, length);
  parent[length] = '\0';
  const int dir = open_without_links(root, parent, O_PATH | O_DIRECTORY);
  if (dir < 0) return dir;
  int made = raw::mkdirat(dir, slash + 1, 0755);
  // A link put there meanwhile is no directory to open(2).
  if (made >= 0) made = raw::openat(dir, slash + 1, O_PATH | O_DIRECTORY | O_NOFOLLOW);
  raw::close(dir);
  return made;
}

}  // namespace

int open_in_root(int root, const char* path, int flags, unsigned mode) noexcept {
  const int fd = openat2(root, path, flags, mode, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
  return needs_walk(fd) ? walk_in_root(root, path, flags, mode) : fd;
}

int open_without_links(int root, const char* path, int flags) noexcept {
  const int fd = openat2(root, path, flags, 0, RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS);
  if (!needs_walk(fd)) return fd;
  while (*path == '/') ++path;
  return strchr(path, '/') != nullptr ? -ELOOP : refuse_link(raw::openat(root, path, flags | O_NOFOLLOW));
}

int open_beneath(int dir, const char* path, int flags) noexcept {
  if (has_dotdot(path)) return -EXDEV;
  const int fd = openat2(dir, path, flags, 0,
                         RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV);
  return needs_walk(fd) ? walk_beneath(dir, path, flags) : fd;
}

int make_in_root(int root, const char* path, MakeKind kind) noexcept {
  int fd = open_in_root(root, path, O_PATH);
  if (fd != -ENOENT) return fd;
  return make_missing_in_root(root, path, kind);
}

int make_missing_in_root(int root, const char* path, MakeKind kind, bool* through_links) noexcept {
  int fd = make_last(root, path, kind);
  if (through_links != nullptr) *through_links = fd < 0;
  if (fd >= 0) return fd;
  Walk walk(root, path);
  if (const int error = walk.to_parent(true, true); error < 0) return error;
  if (walk.last()[0] == '\0') return raw::openat(walk.dir(), ".", O_PATH);
  if (kind == MakeKind::directory) {
    const int made = raw::mkdirat(walk.dir(), walk.last(), 0755);
    if (made < 0 && made != -EEXIST) return made;
  } else {
    fd = raw::openat(walk.dir(), walk.last(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644);
    if (fd < 0 && fd != -EEXIST) return fd;
    if (fd >= 0) raw::close(fd);
  }
  return refuse_link(raw::openat(walk.dir(), walk.last(), O_PATH | O_NOFOLLOW));
}

}  // namespace masu::sys
