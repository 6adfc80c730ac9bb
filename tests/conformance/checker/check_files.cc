// SPDX-License-Identifier: Apache-2.0
//
// What the file system is made of: root, mounts, masked and read-only paths, devices.
#include "checks.h"
#include "look.h"
#include "masu/base/text.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace masu::conformance {
namespace {

bool is_read_only(const char* path) {
  struct statvfs seen{};
  return statvfs(path, &seen) == 0 && (seen.f_flag & ST_RDONLY) != 0;
}

// What the options of mount(8) for propagation look like in mountinfo.
void check_propagation(Report& report, const std::string& member, const MountEntry& mount,
                       std::string_view wanted) {
  const std::string_view type = wanted.starts_with('r') ? wanted.substr(1) : wanted;
  const bool shared = mount.has_peers("shared:");
  const bool unbindable = mount.has_peers("unbindable");
  if (type == "shared") report.check(member, shared, cat(mount.target, " is not shared"));
  if (type == "slave" || type == "private") report.check(member, !shared, cat(mount.target, " is shared"));
  if (type == "private")
    report.check(member, !mount.has_peers("master:"), cat(mount.target, " receives mounts from elsewhere"));
  if (type == "unbindable") report.check(member, unbindable, cat(mount.target, " is not unbindable"));
}

struct Flag {
  std::string_view option;  // of config.json
  std::string_view shown;   // in mountinfo
  bool there;
};
constexpr std::array<Flag, 13> kFlags = {{{"ro", "ro", true},
                                          {"rw", "rw", true},
                                          {"nosuid", "nosuid", true},
                                          {"suid", "nosuid", false},
                                          {"nodev", "nodev", true},
                                          {"dev", "nodev", false},
                                          {"noexec", "noexec", true},
                                          {"exec", "noexec", false},
                                          {"noatime", "noatime", true},
                                          {"relatime", "relatime", true},
                                          {"strictatime", "relatime", false},
                                          {"nodiratime", "nodiratime", true},
                                          {"nosymfollow", "nosymfollow", true}}};

void check_flag(Report& report, const std::string& member, const MountEntry& mount, std::string_view option) {
  const auto* flag = std::ranges::find(kFlags, option, &Flag::option);
  if (flag == kFlags.end()) return;
  report.check(member, mount.has(flag->shown) == flag->there,
               cat(option, " is not in force on ", mount.target, ", whose options are ",
                   text::join({mount.options.begin(), mount.options.end()}, ",")));
}

bool is_propagation(std::string_view option) {
  if (option.starts_with('r')) option.remove_prefix(1);
  return option == "shared" || option == "slave" || option == "private" || option == "unbindable";
}

// An option that has its word in mountinfo, for the mount or, if it is recursive, all below it.
void check_option(Report& report, const std::string& member, const MountTable& table, const MountEntry& mount,
                  std::string_view option) {
  if (is_propagation(option)) return check_propagation(report, member, mount, option);
  check_flag(report, member, mount, option);
  const bool recursive =
      option.size() > 2 && option.starts_with('r') && option != "relatime" && option != "remount";
  if (!recursive) return;
  for (const MountEntry& below : table.entries())
    if (below.target == mount.target || below.target.starts_with(mount.target + "/"))
      check_flag(report, member, below, option.substr(1));
}

// Bytes of "64k", "1m"; 0 if there is no such number.
unsigned long long bytes(std::string_view text) {
  unsigned long long unit = 1;
  if (text.ends_with('k')) unit = 1ULL << 10;
  if (text.ends_with('m')) unit = 1ULL << 20;
  if (unit != 1) text.remove_suffix(1);
  return text::parse_int<unsigned long long>(text).value_or(0) * unit;
}

void check_tmpfs(Report& report, const std::string& member, const MountEntry& mount,
                 std::string_view option) {
  if (option.starts_with("size=")) {
    struct statvfs seen{};
    statvfs(mount.target.c_str(), &seen);
    report.same(member, std::to_string(bytes(option.substr(5))),
                std::to_string(seen.f_blocks * seen.f_frsize));
  }
  if (option.starts_with("mode=")) {
    struct stat seen{};
    stat(mount.target.c_str(), &seen);
    report.same(member, text::parse_int<int>(option.substr(5), 8).value_or(-1),
                static_cast<int>(seen.st_mode & 07777));
  }
}

void check_mount(Report& report, const std::string& path, const MountTable& table, Value mount) {
  const std::string_view target = text_of(mount, "destination");
  const MountEntry* entry = table.on(target);
  report.check(cat(path, ".destination"), entry != nullptr, cat("nothing is mounted on ", target));
  if (entry == nullptr) return;
  const auto options = words_of(find(mount, "options"));
  const bool bind = std::ranges::any_of(options, [](auto o) { return o == "bind" || o == "rbind"; });
  const std::string_view type = text_of(mount, "type");
  if (!bind && type != "cgroup") report.same(cat(path, ".type"), type, entry->type);
  for (std::size_t i = 0; i < options.size(); ++i) {
    check_option(report, cat(path, ".options[", i, "]"), table, *entry, options[i]);
    if (type == "tmpfs" && !bind) check_tmpfs(report, cat(path, ".options[", i, "]"), *entry, options[i]);
  }
}

}  // namespace

void check_root(Report& report, Value config) {
  const auto root = find(config, "root");
  if (!root) return;
  if (const auto read_only = find(*root, "readonly"))
    report.same("root.readonly", read_only->boolean() ? "true" : "false",
                is_read_only("/") ? "true" : "false");
  const std::string_view propagation =
      find(config, "linux") ? text_of(*find(config, "linux"), "rootfsPropagation") : "";
  if (propagation.empty()) return;
  const MountTable table;
  if (const MountEntry* top = table.on("/"))
    check_propagation(report, "linux.rootfsPropagation", *top, propagation);
  else
    report.check("linux.rootfsPropagation", false, "nothing is mounted on /");
}

void check_mounts(Report& report, Value config) {
  const MountTable table;
  const auto mounts = list_of(find(config, "mounts"));
  for (std::size_t i = 0; i < mounts.size(); ++i) {
    // Of several on one destination, the last is what is seen.
    const std::string_view target = text_of(mounts[i], "destination");
    const bool covered = std::any_of(mounts.begin() + static_cast<std::ptrdiff_t>(i) + 1, mounts.end(),
                                     [&](Value later) { return text_of(later, "destination") == target; });
    if (!covered) check_mount(report, cat("mounts[", i, "]"), table, mounts[i]);
  }
}

namespace {

// A directory without an entry, or one that refuses to be read.
bool directory_is_empty(const char* path) {
  DIR* directory = opendir(path);
  if (directory == nullptr) return errno == EACCES || errno == EPERM;
  bool empty = true;
  while (const dirent* entry = readdir(directory))
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) empty = false;
  closedir(directory);
  return empty;
}

// A file without a byte, or one that refuses to be read.
bool reads_as_empty(const char* path) {
  struct stat seen{};
  if (stat(path, &seen) == 0 && S_ISDIR(seen.st_mode)) return directory_is_empty(path);
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return errno == EACCES || errno == EPERM;
  char byte = 0;
  const bool empty = read(fd, &byte, 1) <= 0;
  close(fd);
  return empty;
}

bool refuses_writing(const std::string& path) {
  struct stat seen{};
  if (stat(path.c_str(), &seen) == 0 && S_ISDIR(seen.st_mode)) return is_read_only(path.c_str());
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return true;
  close(fd);
  return false;
}

}  // namespace

void check_paths(Report& report, Value config) {
  const auto masked = words_of(find(config, "linux", "maskedPaths"));
  for (std::size_t i = 0; i < masked.size(); ++i) {
    const std::string path(masked[i]);
    if (access(path.c_str(), F_OK) == 0)
      report.check(cat("linux.maskedPaths[", i, "]"), reads_as_empty(path.c_str()),
                   cat(path, " can be read"));
  }
  const auto read_only = words_of(find(config, "linux", "readonlyPaths"));
  for (std::size_t i = 0; i < read_only.size(); ++i) {
    const std::string path(read_only[i]);
    if (access(path.c_str(), F_OK) == 0)
      report.check(cat("linux.readonlyPaths[", i, "]"), refuses_writing(path),
                   cat(path, " can be written to"));
  }
}

namespace {

void check_node(Report& report, const std::string& member, const char* path, mode_t type, dev_t number) {
  struct stat seen{};
  if (stat(path, &seen) != 0) return report.check(member, false, cat(path, ": ", strerror(errno)));
  report.check(member, (seen.st_mode & S_IFMT) == type, cat(path, " is of another type"));
  if (type != S_IFIFO)
    report.same(member, cat(major(number), ":", minor(number)),
                cat(major(seen.st_rdev), ":", minor(seen.st_rdev)));
}

// "Default Devices" of the runtime-spec's config-linux.md, "Dev symbolic links" of its runtime-linux.md.
void check_default_devices(Report& report) {
  struct Node {
    const char* path;
    unsigned major, minor;
  };
  for (const Node node : {Node{"/dev/null", 1, 3},
                          {"/dev/zero", 1, 5},
                          {"/dev/full", 1, 7},
                          {"/dev/random", 1, 8},
                          {"/dev/urandom", 1, 9},
                          {"/dev/tty", 5, 0},
                          {"/dev/ptmx", 5, 2}}) {
    check_node(report, "default-devices", node.path, S_IFCHR, makedev(node.major, node.minor));
    const int fd = open(node.path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    // No terminal controls the process, so that /dev/tty opens for nobody.
    report.check("default-devices", fd >= 0 || errno == ENXIO,
                 cat("open ", node.path, ": ", strerror(errno)));
    if (fd >= 0) close(fd);
  }
  for (const auto& [path, target] : {std::pair{"/dev/fd", "/proc/self/fd"},
                                     {"/dev/stdin", "/proc/self/fd/0"},
                                     {"/dev/stdout", "/proc/self/fd/1"},
                                     {"/dev/stderr", "/proc/self/fd/2"}})
    report.same("default-devices", cat(path, " -> ", target), cat(path, " -> ", read_link(path)));
}

}  // namespace

void check_devices(Report& report, Value config) {
  if (find(config, "linux")) check_default_devices(report);
  const auto devices = list_of(find(config, "linux", "devices"));
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const Value device = devices[i];
    const std::string path(text_of(device, "path"));
    const std::string member = cat("linux.devices[", i, "]");
    const std::string_view type = text_of(device, "type");
    const mode_t kind = type == "b" ? S_IFBLK : type == "p" ? S_IFIFO : S_IFCHR;
    check_node(report, member, path.c_str(), kind,
               makedev(static_cast<unsigned>(number_of(device, "major")),
                       static_cast<unsigned>(number_of(device, "minor"))));
    struct stat seen{};
    if (stat(path.c_str(), &seen) != 0) continue;
    if (find(device, "fileMode"))
      report.same(cat(member, ".fileMode"), number_of(device, "fileMode") & 07777, seen.st_mode & 07777);
    if (find(device, "uid")) report.same(cat(member, ".uid"), number_of(device, "uid"), seen.st_uid);
    if (find(device, "gid")) report.same(cat(member, ".gid"), number_of(device, "gid"), seen.st_gid);
  }
}

}  // namespace masu::conformance
