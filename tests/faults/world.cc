// SPDX-License-Identifier: Apache-2.0
#include "world.h"

#include "masu/base/text.h"
#include "masu/sys/fd.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace masu::faults {
namespace {

constexpr char kCgroups[] = "/sys/fs/cgroup";
constexpr const char* kFolders[] = {"/run", "/tmp", "/dev/shm"};

bool complain(const char* what) {
  (void)fprintf(stderr, "masu-faults: %s: %s\n", what, strerror(errno));
  return false;
}

// cp(1) keeps links and modes.
bool copy(const std::string& from, const char* to) {
  const pid_t pid = fork();
  if (pid == 0) {
    execlp("cp", "cp", "-a", "--", from.c_str(), to, nullptr);
    _exit(127);
  }
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// Others' mounts below our folders would go when they remove what these are on.
void leave_mounts_below(const std::string& folder) {
  const std::string mounts = read_text("/proc/self/mountinfo");
  for (const auto line : text::split(mounts, '\n')) {
    const auto fields = text::split(line, ' ');
    constexpr std::size_t kMountPoint = 4;  // proc_pid_mountinfo(5)
    if (fields.size() > kMountPoint && fields[kMountPoint].starts_with(folder + "/"))
      (void)umount2(std::string(fields[kMountPoint]).c_str(), MNT_DETACH);
  }
}

// Every path below `path`; directories alone where nothing else is asked for.
void walk(const std::string& path, bool directories_only, std::vector<std::string>& out) {
  DIR* dir = opendir(path.c_str());
  if (dir == nullptr) return;
  while (const dirent* entry = readdir(dir)) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    const bool is_directory = entry->d_type == DT_DIR;
    if (directories_only && !is_directory) continue;
    std::string below = cat(path, "/", name);
    if (is_directory) walk(below, directories_only, out);
    out.push_back(std::move(below));
  }
  (void)closedir(dir);
}

}  // namespace

bool enter_world(const std::string& source) {
  const int from =
      open(source.c_str(), O_PATH | O_DIRECTORY);  // NOLINT(android-cloexec-open): cp(1) reads through it
  if (from < 0) return complain(source.c_str());
  if (unshare(CLONE_NEWNS) < 0) return complain("make a mount namespace");
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) < 0)
    return complain("make the mounts private");
  for (const char* folder : kFolders) leave_mounts_below(folder);
  for (const char* folder : kFolders)
    if (mount("tmpfs", folder, "tmpfs", 0, nullptr) < 0) return complain(folder);
  if (!copy(cat("/proc/self/fd/", from, "/."), kHome)) return complain("copy the bundles");
  (void)close(from);
  if (chdir("/") < 0) return complain("/");
  return prctl(PR_SET_CHILD_SUBREAPER, 1) == 0 || complain("become a subreaper");
}

std::vector<std::string> look_around(const std::string& token) {
  std::vector<std::string> all;
  for (const char* folder : kFolders) walk(folder, false, all);
  std::vector<std::string> cgroups;
  walk(kCgroups, true, cgroups);
  for (auto& path : cgroups)
    if (path.find(token) != std::string::npos) all.push_back(std::move(path));
  const std::string mounts = read_text("/proc/self/mountinfo");
  for (const auto line : text::split(mounts, '\n'))
    if (!line.empty()) all.push_back(cat("mount ", line));
  std::ranges::sort(all);
  return all;
}

std::vector<pid_t> living_children() {
  while (waitpid(-1, nullptr, WNOHANG | __WALL) > 0) continue;
  std::vector<pid_t> pids;
  const std::string text = read_text("/proc/thread-self/children");
  for (const auto word : text::split(text::trim(text), ' '))
    if (const auto pid = text::parse_int<pid_t>(word)) pids.push_back(*pid);
  return pids;
}

std::string limits_of(const std::string& name) {
  constexpr const char* kFiles[] = {"memory/$/memory.limit_in_bytes",
                                    "pids/$/pids.max",
                                    "cpu/$/cpu.shares",
                                    "cpu/$/cpu.cfs_quota_us",
                                    "cpu/$/cpu.cfs_period_us",
                                    "cpuset/$/cpuset.cpus",
                                    "cpuset/$/cpuset.mems",
                                    "devices/$/devices.list",
                                    "$/memory.max",
                                    "$/pids.max",
                                    "$/cpu.max",
                                    "$/cpu.weight",
                                    "$/cpuset.cpus"};
  std::string out;
  for (const std::string_view file : kFiles) {
    const auto place = file.find('$');
    const std::string text =
        read_text(cat(kCgroups, "/", file.substr(0, place), name, file.substr(place + 1)));
    if (!text.empty()) out += cat(file, ": ", text);
  }
  return out;
}

std::string read_text(const std::string& path) {
  auto text = sys::read_file(path);
  return text ? std::move(*text) : std::string();
}

void write_text(const std::string& path, const std::string& text) {
  auto file = sys::open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (!file || !sys::write_all(file->get(), text)) (void)complain(path.c_str());
}

}  // namespace masu::faults
