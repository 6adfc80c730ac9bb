// SPDX-License-Identifier: Apache-2.0
#include "masu/container/mount_options.h"

#include <algorithm>

#include <sys/mount.h>

namespace masu::container {
namespace {

enum class Act {
  attribute,
  recursive,
  propagation,
  file_system,
  file_system_recursive,  // "rsync": of a mount that has nothing below it yet, "sync" without the "r"
  bind,
  remount,
  copy_up,
  copy_symlink,
  source_nofollow,
  destination_nofollow,
  id_map,
  nothing
};

struct Option {
  std::string_view name;
  Act act;
  unsigned long set = 0;
  unsigned long clear = 0;
};

// The atime kinds are one field of mount_attr: each of them has to clear the whole field (mount_setattr(2)).
constexpr unsigned long kAtime = MOUNT_ATTR__ATIME;
constexpr unsigned long kNoSymFollow = 0x00200000;  // MOUNT_ATTR_NOSYMFOLLOW, Linux 5.14

// Sorted by name. fsconfig(2) has no word for iversion, and since Linux 6.1 file systems count without being
// asked. A "relatime" that is switched off falls back to the kernel's default, which is relatime.
constexpr Option kOptions[] = {
    {"async", Act::file_system},
    {"atime", Act::attribute, MOUNT_ATTR_RELATIME, kAtime},
    {"bind", Act::bind},
    {"copy-symlink", Act::copy_symlink},
    {"defaults", Act::nothing},
    {"dest-nofollow", Act::destination_nofollow},
    {"dev", Act::attribute, 0, MOUNT_ATTR_NODEV},
    {"diratime", Act::attribute, 0, MOUNT_ATTR_NODIRATIME},
    {"dirsync", Act::file_system},
    {"exec", Act::attribute, 0, MOUNT_ATTR_NOEXEC},
    {"idmap", Act::id_map},
    {"iversion", Act::nothing},
    {"lazytime", Act::file_system},
    {"loud", Act::nothing},
    {"mand", Act::file_system},
    {"noatime", Act::attribute, MOUNT_ATTR_NOATIME, kAtime},
    {"nodev", Act::attribute, MOUNT_ATTR_NODEV},
    {"nodiratime", Act::attribute, MOUNT_ATTR_NODIRATIME},
    {"noexec", Act::attribute, MOUNT_ATTR_NOEXEC},
    {"noiversion", Act::nothing},
    {"nolazytime", Act::file_system},
    {"nomand", Act::file_system},
    {"norelatime", Act::attribute, MOUNT_ATTR_RELATIME, kAtime},
    {"nostrictatime", Act::attribute, MOUNT_ATTR_RELATIME, kAtime},
    {"nosuid", Act::attribute, MOUNT_ATTR_NOSUID},
    {"nosymfollow", Act::attribute, kNoSymFollow},
    {"private", Act::propagation, MS_PRIVATE},
    {"rasync", Act::file_system_recursive},
    {"ratime", Act::recursive, MOUNT_ATTR_RELATIME, kAtime},
    {"rbind", Act::bind, MS_REC},
    {"rdev", Act::recursive, 0, MOUNT_ATTR_NODEV},
    {"rdiratime", Act::recursive, 0, MOUNT_ATTR_NODIRATIME},
    {"rdirsync", Act::file_system_recursive},
    {"relatime", Act::attribute, MOUNT_ATTR_RELATIME, kAtime},
    {"remount", Act::remount},
    {"rexec", Act::recursive, 0, MOUNT_ATTR_NOEXEC},
    {"ridmap", Act::id_map, MS_REC},
    {"rmand", Act::file_system_recursive},
    {"rnoatime", Act::recursive, MOUNT_ATTR_NOATIME, kAtime},
    {"rnodev", Act::recursive, MOUNT_ATTR_NODEV},
    {"rnodiratime", Act::recursive, MOUNT_ATTR_NODIRATIME},
    {"rnoexec", Act::recursive, MOUNT_ATTR_NOEXEC},
    {"rnomand", Act::file_system_recursive},
    {"rnorelatime", Act::recursive, MOUNT_ATTR_RELATIME, kAtime},
    {"rnostrictatime", Act::recursive, MOUNT_ATTR_RELATIME, kAtime},
    {"rnosuid", Act::recursive, MOUNT_ATTR_NOSUID},
    {"rnosymfollow", Act::recursive, kNoSymFollow},
    {"ro", Act::attribute, MOUNT_ATTR_RDONLY},
    {"rprivate", Act::propagation, MS_PRIVATE, MS_REC},
    {"rrelatime", Act::recursive, MOUNT_ATTR_RELATIME, kAtime},
    {"rro", Act::recursive, MOUNT_ATTR_RDONLY},
    {"rrw", Act::recursive, 0, MOUNT_ATTR_RDONLY},
    {"rshared", Act::propagation, MS_SHARED, MS_REC},
    {"rslave", Act::propagation, MS_SLAVE, MS_REC},
    {"rstrictatime", Act::recursive, MOUNT_ATTR_STRICTATIME, kAtime},
    {"rsuid", Act::recursive, 0, MOUNT_ATTR_NOSUID},
    {"rsymfollow", Act::recursive, 0, kNoSymFollow},
    {"rsync", Act::file_system_recursive},
    {"runbindable", Act::propagation, MS_UNBINDABLE, MS_REC},
    {"rw", Act::attribute, 0, MOUNT_ATTR_RDONLY},
    {"shared", Act::propagation, MS_SHARED},
    {"silent", Act::nothing},
    {"slave", Act::propagation, MS_SLAVE},
    {"src-nofollow", Act::source_nofollow},
    {"strictatime", Act::attribute, MOUNT_ATTR_STRICTATIME, kAtime},
    {"suid", Act::attribute, 0, MOUNT_ATTR_NOSUID},
    {"symfollow", Act::attribute, 0, kNoSymFollow},
    {"sync", Act::file_system},
    {"tmpcopyup", Act::copy_up},
    {"unbindable", Act::propagation, MS_UNBINDABLE},
};
static_assert(std::ranges::is_sorted(kOptions, {}, &Option::name));

const Option* find_option(std::string_view name) {
  const auto* option = std::ranges::lower_bound(kOptions, name, {}, &Option::name);
  return option != std::end(kOptions) && option->name == name ? option : nullptr;
}

// A later option overrides an earlier one: "ro,rw" is rw.
void change(sys::MountAttributes& attributes, const Option& option) {
  attributes.set = (attributes.set & ~option.clear) | option.set;
  attributes.clear = (attributes.clear & ~option.set) | option.clear;
}

}  // namespace

MountOptions parse_mount_options(const std::vector<std::string>& options) {
  MountOptions parsed;
  for (const auto& text : options) {
    const auto equals = std::string_view(text).find('=');
    const Option* option = find_option(std::string_view(text).substr(0, equals));
    // Only a map has a value; "mode=0755" and "ro=1" are the file system's own.
    if (option == nullptr || (equals != std::string_view::npos && option->act != Act::id_map)) {
      if (!text.empty()) parsed.file_system.push_back(text);
      continue;
    }
    switch (option->act) {
      case Act::attribute:
        change(parsed.attributes, *option);
        parsed.read_only = (parsed.attributes.set & MOUNT_ATTR_RDONLY) != 0;
        break;
      case Act::recursive:
        change(parsed.recursive, *option);
        break;
      case Act::propagation:
        parsed.propagation = option->set;
        parsed.propagation_recursive = option->clear != 0;
        break;
      case Act::file_system:
        parsed.file_system.push_back(text);
        break;
      case Act::file_system_recursive:
        parsed.file_system.push_back(text.substr(1));
        break;
      case Act::bind:
        parsed.bind = true;
        parsed.recursive_bind = parsed.recursive_bind || option->set != 0;
        break;
      case Act::remount:
        parsed.remount = true;
        break;
      case Act::copy_up:
        parsed.copy_up = true;
        break;
      case Act::copy_symlink:
        parsed.copy_symlink = true;
        break;
      case Act::source_nofollow:
        parsed.source_nofollow = true;
        break;
      case Act::destination_nofollow:
        parsed.destination_nofollow = true;
        break;
      case Act::id_map:
        parsed.id_mapped = true;
        parsed.id_mapped_recursive = parsed.id_mapped_recursive || option->set != 0;
        if (equals != std::string_view::npos) parsed.id_map = text.substr(equals + 1);
        break;
      case Act::nothing:
        break;
    }
  }
  return parsed;
}

bool is_file_system_flag(std::string_view option) {
  const Option* found = find_option(option);
  return found != nullptr && found->act == Act::file_system;
}

std::vector<std::string_view> mount_option_names() {
  std::vector<std::string_view> names;
  for (const auto& option : kOptions) names.push_back(option.name);
  return names;
}

}  // namespace masu::container
