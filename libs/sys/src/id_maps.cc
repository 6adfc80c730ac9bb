// SPDX-License-Identifier: Apache-2.0
#include "masu/sys/id_maps.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/fd.h"
#include "masu/sys/process.h"
#include "masu/sys/raw.h"

#include <csignal>

#include <linux/sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace masu::sys {

std::string map_text(std::span<const IdRange> ranges) {
  std::string text;
  for (const IdRange& range : ranges) text += cat(range.inside, " ", range.outside, " ", range.count, "\n");
  return text;
}

std::vector<IdRange> parse_map(std::string_view text) {
  std::vector<IdRange> out;
  for (const std::string_view line : text::split(text, '\n')) {
    std::vector<std::uint32_t> numbers;
    for (const std::string_view word : text::split(line, ' '))
      if (const auto number = text::parse_int<std::uint32_t>(word)) numbers.push_back(*number);
    if (numbers.size() == 3) out.push_back({numbers[0], numbers[1], numbers[2]});
  }
  return out;
}

Result<std::string> find_map_helper(const char* name) {
  for (const std::string_view folder : {"/usr/bin/", "/bin/", "/usr/local/bin/"}) {
    std::string path = cat(folder, name);
    struct stat status{};
    if (raw::fstatat(AT_FDCWD, path.c_str(), &status, 0) == 0) return path;
  }
  return fail(Error::make(Kind::unsupported, cat(name, " is not installed"))
                  .hint("more ids than your own need it: install the package uidmap"));
}

std::vector<std::string> map_helper_words(const char* name, pid_t pid, std::span<const IdRange> ranges) {
  std::vector<std::string> words{name, std::to_string(pid)};
  for (const IdRange& range : ranges)
    for (const std::uint32_t number : {range.inside, range.outside, range.count})
      words.push_back(std::to_string(number));
  return words;
}

Error map_helper_failed(std::string_view path, int code) {
  return Error::make(Kind::system, cat(path, " ended with code ", code))
      .hint("are the ids of the map yours in /etc/subuid and /etc/subgid?");
}

std::vector<IdRange> parse_subordinate_ids(std::string_view text, uid_t uid, std::string_view name) {
  std::vector<IdRange> out;
  const std::string number = std::to_string(uid);
  for (const std::string_view line : text::split(text, '\n')) {
    const auto fields = text::split(line, ':');  // name or number, first id, count
    if (fields.size() != 3 || (fields[0] != number && (name.empty() || fields[0] != name))) continue;
    const auto first = text::parse_int<std::uint32_t>(text::trim(fields[1])),
               count = text::parse_int<std::uint32_t>(text::trim(fields[2]));
    if (first && count && *count != 0) out.push_back({0, *first, *count});
  }
  return out;
}

std::string find_user_name(std::string_view passwd, uid_t uid) {
  for (const std::string_view line : text::split(passwd, '\n')) {
    const auto fields = text::split(line, ':');
    if (fields.size() > 2 && fields[2] == std::to_string(uid)) return std::string(fields[0]);
  }
  return {};
}

// A magic link, followed on purpose, of the host's own procfs.
Result<Fd> open_user_namespace(const Procfs& procfs, pid_t pid) {
  const int fd = raw::openat(procfs.fd(), cat(pid, "/ns/user").c_str(), O_RDONLY);
  if (fd < 0) return fail(Error::sys(-fd, "open a user namespace"));
  return Fd(fd);
}

// A user namespace is known to the kernel by a process in it: ours waits to be killed, once it is held by an
// fd.
Result<Fd> make_user_namespace(const Procfs& procfs, std::span<const IdRange> users,
                               std::span<const IdRange> groups) {
  int pidfd = -1;
  clone_args args{};
  args.flags = CLONE_NEWUSER | CLONE_PIDFD;
  args.pidfd = reinterpret_cast<std::uint64_t>(&pidfd);
  args.exit_signal = SIGCHLD;
  const long pid = raw::clone3(&args);
  if (pid == 0) {
    (void)raw::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) (void)raw::call(SYS_pause);
  }
  if (pid < 0) return fail(Error::sys(static_cast<int>(-pid), "make a user namespace for the id map"));
  const Process holder(static_cast<pid_t>(pid), Fd(pidfd));
  const auto hold = [&]() -> Result<Fd> {
    TRY_IN(procfs.write(cat(pid, "/uid_map").c_str(), map_text(users)), "uidMappings");
    TRY_IN(procfs.write(cat(pid, "/gid_map").c_str(), map_text(groups)), "gidMappings");
    return open_user_namespace(procfs, static_cast<pid_t>(pid));
  };
  auto held = hold();
  (void)holder.signal(SIGKILL);
  (void)holder.reap();
  return held;
}

int set_mount_ids(int mount, int user_namespace, bool recursive) noexcept {
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_IDMAP;
  attributes.userns_fd = static_cast<std::uint64_t>(user_namespace);
  return raw::mount_setattr(mount, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), &attributes);
}

uid_t outer_user() {
  const uid_t own = geteuid();
  const std::string map = read_file("/proc/self/uid_map").value_or("");
  for (const IdRange& range : parse_map(map))
    if (own >= range.inside && own - range.inside < range.count) return range.outside + (own - range.inside);
  return own;
}

bool in_user_namespace() {
  constexpr ino_t kInitialUserNamespace = 0xEFFFFFFD;  // PROC_USER_INIT_INO of the kernel's proc_ns.h
  struct stat status{};
  return raw::fstatat(AT_FDCWD, "/proc/self/ns/user", &status, 0) == 0 &&
         status.st_ino != kInitialUserNamespace;
}

}  // namespace masu::sys
