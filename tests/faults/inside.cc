// SPDX-License-Identifier: Apache-2.0
//
// `masu-faults inside`: the container's program. It prints everything that the runtime is to have set for it,
// so that two starts can be compared, and stays until it is killed; with `once` it ends.
#include "inside.h"

#include "masu/base/text.h"
#include "world.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <dirent.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace masu::faults {
namespace {

void say(const std::string& text) { (void)fwrite(text.data(), 1, text.size(), stdout); }

std::string link_of(const std::string& path) {
  char target[512];
  const ssize_t length = readlink(path.c_str(), target, sizeof target);
  return {target, length < 0 ? 0 : static_cast<std::size_t>(length)};
}

std::string without_digits(std::string text) {
  std::erase_if(text, [](char c) { return c >= '0' && c <= '9'; });
  return text;
}

// The runtime's share of status: ids, capabilities, filters, signals.
void print_status() {
  constexpr std::string_view kFields[] = {
      "Umask", "Uid",    "Gid",    "Groups", "NoNewPrivs",       "Seccomp",
      "Cap",   "SigBlk", "SigIgn", "SigCgt", "Cpus_allowed_list"};
  const std::string status = read_text("/proc/self/status");
  for (const auto line : text::split(status, '\n'))
    for (const auto field : kFields)
      if (line.starts_with(field)) say(cat(line, "\n"));
}

// Without the numbers of mounts and devices, which are new each time, and sorted: a bind's tree may be an
// older clone.
void print_mounts() {
  std::vector<std::string> lines;
  const std::string mounts = read_text("/proc/self/mountinfo");
  for (const auto line : text::split(mounts, '\n')) {
    std::size_t at = 0;
    for (int field = 0; field < 3 && at != std::string_view::npos; ++field) at = line.find(' ', at + 1);
    if (at == std::string_view::npos) continue;
    std::string rest(line.substr(at));
    if (const auto peer = rest.find("master:"); peer != std::string::npos)
      rest.erase(peer, rest.find(' ', peer) - peer);
    // mount(2) makes the file system read-only with the mount, fsmount(2) the mount alone.
    if (const auto options = rest.rfind(' '); rest.substr(options + 1, 2) == "ro")
      rest.replace(options + 1, 2, "rw");
    lines.push_back(cat("mount", rest, "\n"));
  }
  std::ranges::sort(lines);
  for (const auto& line : lines) say(line);
}

void print_descriptors() {
  for (int fd = 0; fd < 64; ++fd)
    if (const std::string target = link_of(cat("/proc/self/fd/", fd)); !target.empty())
      say(cat("fd ", fd, " ", without_digits(target), "\n"));
}

void print_namespaces() {
  // The first of their kind have fixed numbers (include/linux/proc_ns.h).
  constexpr const char* kFirst[][2] = {{"ipc", "4026531839"},    {"uts", "4026531838"},
                                       {"user", "4026531837"},   {"pid", "4026531836"},
                                       {"cgroup", "4026531835"}, {"time", "4026531834"}};
  for (const auto& [name, number] : kFirst) {
    const bool first = link_of(cat("/proc/self/ns/", name)) == cat(name, ":[", number, "]");
    say(cat("namespace ", name, first ? " of the host\n" : " of its own\n"));
  }
}

void print_tree(const std::string& path) {
  DIR* dir = opendir(path.c_str());
  if (dir == nullptr) return;
  while (const dirent* entry = readdir(dir)) {
    const std::string below = cat(path, "/", entry->d_name);
    struct stat info;
    if (entry->d_name[0] == '.' || lstat(below.c_str(), &info) < 0) continue;
    say(cat(below, " mode ", info.st_mode, " device ", info.st_rdev, " owner ", info.st_uid, ":", info.st_gid,
            " ", link_of(below), "\n"));
  }
  (void)closedir(dir);
}

void print_loopback() {
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  memcpy(request.ifr_name, "lo", 3);
  if (ioctl(socket, SIOCGIFFLAGS, &request) < 0) say("no lo\n");
  say(cat("lo ", request.ifr_flags, "\n"));
  (void)close(socket);
}

void print_names() {
  utsname names{};
  (void)uname(&names);
  say(cat("host ", names.nodename, "\n"));
  char cwd[512] = "";
  (void)!getcwd(cwd, sizeof cwd);
  say(cat("directory ", cwd, "\n"));
  say(getsid(0) == getpid() ? "leads its session\n" : "leads no session\n");
  char keyring[256] = "";
  constexpr int kDescribe = 6, kSessionKeyring = -3;  // keyctl(2)
  if (syscall(SYS_keyctl, kDescribe, kSessionKeyring, keyring, sizeof keyring - 1) >= 0)
    say(cat("keyring", std::string_view(strrchr(keyring, ';')), "\n"));
}

}  // namespace

int look_inside(bool once) {
  print_descriptors();
  print_status();
  print_mounts();
  print_namespaces();
  print_tree("/dev");
  print_loopback();
  print_names();
  for (const char* file :
       {"limits", "oom_score_adj", "cgroup", "personality", "timens_offsets", "environ", "cmdline"})
    say(cat(file, ": ", read_text(cat("/proc/self/", file)), "\n"));
  for (const char* sysctl : {"net/ipv4/ip_forward", "kernel/msgmax"})
    say(cat(sysctl, ": ", read_text(cat("/proc/sys/", sysctl))));
  errno = 0;
  (void)syscall(SYS_swapoff, "");  // which the profile forbids
  say(cat("swapoff: ", errno, "\nend\n"));
  (void)fflush(stdout);
  if (once) return 0;
  for (;;) (void)pause();
}

}  // namespace masu::faults
