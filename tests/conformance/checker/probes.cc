// SPDX-License-Identifier: Apache-2.0
#include "probes.h"

#include "calls.h"
#include "look.h"
#include "masu/base/text.h"
#include "report.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace masu::conformance {
namespace {

long number(const char* text) { return text::parse_int<long>(text).value_or(0); }

// "EACCES"; not strerror(3), whose words differ between C libraries. Of those that the cases meet; others by
// number.
std::string errno_name(int error) {
  constexpr std::array<std::pair<int, const char*>, 16> kNames = {{{EPERM, "EPERM"},
                                                                   {ENOENT, "ENOENT"},
                                                                   {ENXIO, "ENXIO"},
                                                                   {EAGAIN, "EAGAIN"},
                                                                   {ENOMEM, "ENOMEM"},
                                                                   {EACCES, "EACCES"},
                                                                   {EBUSY, "EBUSY"},
                                                                   {EEXIST, "EEXIST"},
                                                                   {ENODEV, "ENODEV"},
                                                                   {ENOTDIR, "ENOTDIR"},
                                                                   {EISDIR, "EISDIR"},
                                                                   {EINVAL, "EINVAL"},
                                                                   {ETXTBSY, "ETXTBSY"},
                                                                   {ENOSPC, "ENOSPC"},
                                                                   {EROFS, "EROFS"},
                                                                   {ELOOP, "ELOOP"}}};
  const auto* known = std::ranges::find(kNames, error, &std::pair<int, const char*>::first);
  return known == kNames.end() ? cat("errno ", error) : known->second;
}

// "open /x: ok", "open /x: EACCES"
int outcome(std::string_view what, bool succeeded) {
  const std::string result = succeeded ? "ok" : errno_name(errno);
  say(cat(what, ": ", result));
  return 0;
}

int print_words(Words words) {
  for (const char* word : words) say(word);
  return 0;
}

int print_file(Words words) {
  std::string text = read_file(words[0]);
  if (text.ends_with('\n')) text.pop_back();
  say(text);
  return 0;
}

int print_link(Words words) {
  say(cat(words[0], " -> ", read_link(words[0])));
  return 0;
}

int print_names(Words words) {
  std::vector<std::string> names;
  DIR* directory = opendir(words[0]);
  if (directory == nullptr) return outcome(cat("list ", words[0]), false);
  while (const dirent* entry = readdir(directory))
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  closedir(directory);
  std::ranges::sort(names);
  say(cat(words[0], ":", names.empty() ? "" : " ", text::join(names, " ")));
  return 0;
}

// "/x: d 755 0:0", "/dev/null: c 666 0:0 1:3"
int print_stat(Words words) {
  struct stat seen{};
  if (lstat(words[0], &seen) != 0) return outcome(words[0], false);
  constexpr std::array<char, 16> kTypes = {'?', 'p', 'c', '?', 'd', '?', 'b', '?',
                                           '-', '?', 'l', '?', 's', '?', '?', '?'};
  char mode[8] = "";
  std::to_chars(mode, mode + sizeof mode - 1, seen.st_mode & 07777, 8);
  const char type[] = {kTypes[seen.st_mode >> 12 & 15], '\0'};
  const bool device = S_ISCHR(seen.st_mode) || S_ISBLK(seen.st_mode);
  say(cat(words[0], ": ", type, " ", mode, " ", seen.st_uid, ":", seen.st_gid,
          device ? cat(" ", major(seen.st_rdev), ":", minor(seen.st_rdev)) : ""));
  return 0;
}

int try_open(Words words) {
  const std::string_view how = words[1];
  const int flags = how == "c" ? O_WRONLY | O_CREAT : how == "w" ? O_WRONLY : O_RDONLY;
  const int fd = open(words[0], flags | O_CLOEXEC | O_NONBLOCK, 0644);
  outcome(cat("open ", words[0]), fd >= 0);
  if (fd >= 0) close(fd);
  return 0;
}

int try_write(Words words) {
  const int fd = open(words[0], O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  const auto size = static_cast<ssize_t>(strlen(words[1]));
  outcome(cat("write ", words[0]), fd >= 0 && write(fd, words[1], static_cast<std::size_t>(size)) == size);
  if (fd >= 0) close(fd);
  return 0;
}

int try_execute(Words words) {
  const pid_t child = fork();
  if (child == 0) {
    execl(words[0], words[0], "exit", "7", nullptr);
    outcome(cat("execute ", words[0]), false);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 7) say(cat("execute ", words[0], ": ok"));
  return 0;
}

// The device is opened, too: cgroups may allow the one and not the other.
int try_device(Words words) {
  const mode_t type = words[0][0] == 'b' ? S_IFBLK : S_IFCHR;
  const dev_t device =
      makedev(static_cast<unsigned>(number(words[1])), static_cast<unsigned>(number(words[2])));
  const std::string name = cat(words[0], " ", words[1], ":", words[2]);
  if (mknod("/tmp/node", type | 0600, device) != 0) return outcome(cat("make ", name), false);
  const int fd = open("/tmp/node", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  outcome(cat("open ", name), fd >= 0);
  if (fd >= 0) close(fd);
  unlink("/tmp/node");
  return 0;
}

int try_unmount(Words words) { return outcome(cat("umount ", words[0]), umount2(words[0], MNT_DETACH) == 0); }
int try_tmpfs(Words words) {
  return outcome(cat("mount ", words[0]), mount("x", words[0], "tmpfs", 0, nullptr) == 0);
}

int try_call(Words words) {
  const auto answer = call_harmlessly(words[0]);
  say(answer ? cat(words[0], " ", *answer) : cat(words[0], " is unknown"));
  return 0;
}

int print_seconds(Words words) {
  timespec now{};
  (void)clock_gettime(words[0] == std::string_view("boottime") ? CLOCK_BOOTTIME : CLOCK_MONOTONIC, &now);
  say(cat(words[0], " ", now.tv_sec));
  return 0;
}

int print_processors(Words) {
  std::vector<std::string> names;
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_getaffinity(0, sizeof set, &set);
  for (int i = 0; i < CPU_SETSIZE; ++i)
    if (CPU_ISSET(i, &set)) names.push_back(std::to_string(i));
  say(cat("processors ", text::join(names, ",")));
  return 0;
}

int print_session(Words) {
  say(cat("pid ", getpid(), " session ", getsid(0) == getpid() ? "own" : "another's", " group ",
          getpgrp() == getpid() ? "own" : "another's"));
  return 0;
}

// "signals blocked 0000000000000000 ignored 0000000000000000"
int print_signals(Words) {
  say(cat("signals blocked ", status_field("SigBlk"), " ignored ", status_field("SigIgn")));
  return 0;
}

// How many children could be there at the same time.
int try_forks(Words words) {
  std::vector<pid_t> children;
  while (static_cast<long>(children.size()) < number(words[0])) {
    const pid_t child = fork();
    if (child == 0) {
      pause();
      _exit(0);
    }
    if (child < 0) break;
    children.push_back(child);
  }
  for (const pid_t child : children) kill(child, SIGKILL);
  while (wait(nullptr) > 0) continue;
  say(cat("children ", children.size()));
  return 0;
}

// Touches memory; where a limit forbids that, the kernel's OOM killer ends the process before it says so.
int try_memory(Words words) {
  constexpr std::size_t kMebibyte = 1 << 20;
  for (long i = 0; i < number(words[0]); ++i) {
    auto* block = static_cast<volatile char*>(malloc(kMebibyte));
    if (block == nullptr) return outcome("memory", false);
    for (std::size_t at = 0; at < kMebibyte; at += 4096) block[at] = 1;
  }
  return outcome("memory", true);
}

int end_with(Words words) { _exit(static_cast<int>(number(words[0]))); }

volatile sig_atomic_t stop_signal = 0;
void note_signal(int signal) { stop_signal = signal; }

// Says "waiting", then names the first of the signals that programs handle, and ends. As pid 1 it also reaps.
int wait_for_signal(Words) {
  struct sigaction action{};
  action.sa_handler = note_signal;
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGWINCH})
    sigaction(signal, &action, nullptr);
  sigset_t blocked, before;
  sigfillset(&blocked);
  sigprocmask(SIG_BLOCK, &blocked, &before);
  say("waiting");
  while (stop_signal == 0) sigsuspend(&before);
  say(cat("signal ", stop_signal));
  return 0;
}

int pass_time(Words words) {
  sleep(static_cast<unsigned>(number(words[0])));
  return 0;
}

constexpr std::array<Probe, 21> kProbes = {{{"say", "TEXT", print_words},
                                            {"cat", "FILE", print_file},
                                            {"link", "PATH", print_link},
                                            {"list", "DIRECTORY", print_names},
                                            {"stat", "PATH", print_stat},
                                            {"open", "PATH r|w|c", try_open},
                                            {"write", "PATH TEXT", try_write},
                                            {"execute", "PATH", try_execute},
                                            {"device", "c|b MAJOR MINOR", try_device},
                                            {"umount", "PATH", try_unmount},
                                            {"tmpfs", "PATH", try_tmpfs},
                                            {"call", "NAME", try_call},
                                            {"clock", "monotonic|boottime", print_seconds},
                                            {"processors", "", print_processors},
                                            {"session", "", print_session},
                                            {"signals", "", print_signals},
                                            {"forks", "NUMBER", try_forks},
                                            {"memory", "MEBIBYTES", try_memory},
                                            {"exit", "CODE", end_with},
                                            {"wait", "", wait_for_signal},
                                            {"sleep", "SECONDS", pass_time}}};

}  // namespace

std::span<const Probe> probes() { return kProbes; }

}  // namespace masu::conformance
