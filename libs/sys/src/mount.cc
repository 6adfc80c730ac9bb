// SPDX-License-Identifier: Apache-2.0
#include "masu/sys/mount.h"

#include <cerrno>
#include <cstring>

#include <sys/mount.h>

namespace masu::sys {
namespace {

// One option of a file system context. "key=value" has to be split here; a key alone is a flag.
int set_option(int fs, const char* option) noexcept {
  const char* equals = strchr(option, '=');
  if (equals == nullptr) return raw::fsconfig(fs, FSCONFIG_SET_FLAG, option, nullptr, 0);
  char key[64];
  const auto length = static_cast<std::size_t>(equals - option);
  if (length >= sizeof key) return -EINVAL;
  memcpy(key, option, length);
  key[length] = '\0';
  return raw::fsconfig(fs, FSCONFIG_SET_STRING, key, equals + 1, 0);
}

// The context's log: lines such as "e tmpfs: Bad value for 'size'".
void read_message(int fs, char* message, std::size_t size) noexcept {
  if (message == nullptr || size == 0) return;
  char line[512];  // a message that does not fit is lost (EMSGSIZE), so ours is cut afterwards
  const long got = raw::read(fs, line, sizeof line);
  std::size_t length = got > 0 ? static_cast<std::size_t>(got) : 0;
  while (length > 0 && line[length - 1] == '\n') --length;
  const std::size_t begin = length > 2 && line[1] == ' ' ? 2 : 0;
  length -= begin;
  if (length >= size) length = size - 1;
  memcpy(message, line + begin, length);
  message[length] = '\0';
}

unsigned long mount_flags(unsigned attributes) noexcept {
  unsigned long flags =
      attributes & (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
  static_assert(MOUNT_ATTR_RDONLY == MS_RDONLY && MOUNT_ATTR_NOSUID == MS_NOSUID &&
                MOUNT_ATTR_NODEV == MS_NODEV && MOUNT_ATTR_NOEXEC == MS_NOEXEC);
  if ((attributes & MOUNT_ATTR__ATIME) == MOUNT_ATTR_NOATIME) flags |= MS_NOATIME;
  if ((attributes & MOUNT_ATTR__ATIME) == MOUNT_ATTR_STRICTATIME) flags |= MS_STRICTATIME;
  if ((attributes & MOUNT_ATTR_NODIRATIME) != 0) flags |= MS_NODIRATIME;
  constexpr unsigned long kNoSymlinkFollow = 256;  // MS_NOSYMFOLLOW, in no libc yet
  if ((attributes & MOUNT_ATTR_NOSYMFOLLOW) != 0) flags |= kNoSymlinkFollow;
  return flags;
}

}  // namespace

int set_mount_attributes(int fd, const MountAttributes& attributes, bool recursive) noexcept {
  mount_attr change{};
  change.attr_set = attributes.set;
  change.attr_clr = attributes.clear;
  change.propagation = attributes.propagation;
  return raw::mount_setattr(fd, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), &change);
}

int clone_mount(int dir, const char* path, bool recursive, bool follow) noexcept {
  const unsigned links = follow ? 0 : AT_SYMLINK_NOFOLLOW;
  return raw::open_tree(dir, path, OPEN_TREE_CLONE | AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0) | links);
}

int attach_mount(int mount, int target) noexcept {
  return raw::move_mount(mount, target, "", MOVE_MOUNT_T_EMPTY_PATH);
}

int new_mount(const char* type, const char* source, const char* const* options, unsigned count,
              unsigned attributes, char* message, std::size_t size) noexcept {
  const int fs = raw::fsopen(type);
  if (fs < 0) return fs;
  int result = source != nullptr ? raw::fsconfig(fs, FSCONFIG_SET_STRING, "source", source, 0) : 0;
  for (unsigned i = 0; result >= 0 && i < count; ++i) result = set_option(fs, options[i]);
  if (result >= 0) result = raw::fsconfig(fs, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0);
  if (result >= 0) result = raw::fsmount(fs, attributes);
  if (result < 0) read_message(fs, message, size);
  raw::close(fs);
  return result;
}

int mount_onto(int target, const char* type, const char* source, unsigned attributes,
               const char* data) noexcept {
  if (const int moved = raw::fchdir(target); moved < 0) return moved;
  return static_cast<int>(raw::call(SYS_mount, source, ".", type, mount_flags(attributes), data));
}

}  // namespace masu::sys
