// SPDX-License-Identifier: Apache-2.0
//
// process: who the program is, what it was given, what it may do.
#include "checks.h"
#include "look.h"
#include "masu/base/text.h"

#include <algorithm>
#include <array>
#include <climits>
#include <cstring>
#include <string>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace masu::conformance {

void check_identity(Report& report, Value config) {
  const auto user = find(config, "process", "user");
  if (!user) return;
  const std::string uid(text_of(*user, "uid"));
  const std::string gid(text_of(*user, "gid"));
  // Real, effective, saved and of the file system.
  report.same("process.user.uid", cat(uid, " ", uid, " ", uid, " ", uid), squeeze(status_field("Uid")));
  report.same("process.user.gid", cat(gid, " ", gid, " ", gid, " ", gid), squeeze(status_field("Gid")));
  if (const auto groups = find(*user, "additionalGids")) {
    const std::string seen = squeeze(status_field("Groups"));
    const auto have = text::split(seen, ' ');
    const auto wanted = words_of(groups);
    for (const std::string_view group : wanted)
      report.check("process.user.additionalGids", std::ranges::find(have, group) != have.end(),
                   cat(group, " is missing in '", seen, "'"));
    for (const std::string_view group : have)
      report.check("process.user.additionalGids",
                   group.empty() || group == gid || std::ranges::find(wanted, group) != wanted.end(),
                   cat("the process is in group ", group, ", which is not asked for"));
  }
  if (find(*user, "umask")) {
    const mode_t mask = umask(0);
    umask(mask);
    report.same("process.user.umask", number_of(*user, "umask"), mask);
  }
}

void check_program(Report& report, Value config, const Arguments& arguments) {
  const auto process = find(config, "process");
  if (!process) return;
  const auto args = words_of(find(*process, "args"));
  report.same("process.args", static_cast<long long>(args.size()),
              static_cast<long long>(arguments.args.size()));
  for (std::size_t i = 0; i < std::min(args.size(), arguments.args.size()); ++i)
    report.same(cat("process.args[", i, "]"), args[i], arguments.args[i]);

  const auto env = words_of(find(*process, "env"));
  std::vector<std::string_view> seen;
  for (char* const* entry = arguments.environment; *entry != nullptr; ++entry) seen.emplace_back(*entry);
  for (const std::string_view entry : env)
    report.check("process.env", std::ranges::count(seen, entry) == 1,
                 cat(quote(entry), " is not there once"));
  // What the suite puts into the environment of the runtime itself.
  report.check("process.env",
               std::ranges::none_of(seen, [](std::string_view s) { return s.starts_with("MASU_CANARY="); }),
               "it has a variable of the runtime's own environment");

  char directory[PATH_MAX] = "";
  if (getcwd(directory, sizeof directory) == nullptr) directory[0] = '\0';
  report.same("process.cwd", text_of(*process, "cwd"), directory);

  constexpr std::array<std::pair<std::string_view, int>, 16> kLimits = {
      {{"RLIMIT_CPU", RLIMIT_CPU},
       {"RLIMIT_FSIZE", RLIMIT_FSIZE},
       {"RLIMIT_DATA", RLIMIT_DATA},
       {"RLIMIT_STACK", RLIMIT_STACK},
       {"RLIMIT_CORE", RLIMIT_CORE},
       {"RLIMIT_RSS", RLIMIT_RSS},
       {"RLIMIT_NPROC", RLIMIT_NPROC},
       {"RLIMIT_NOFILE", RLIMIT_NOFILE},
       {"RLIMIT_MEMLOCK", RLIMIT_MEMLOCK},
       {"RLIMIT_AS", RLIMIT_AS},
       {"RLIMIT_LOCKS", RLIMIT_LOCKS},
       {"RLIMIT_SIGPENDING", RLIMIT_SIGPENDING},
       {"RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE},
       {"RLIMIT_NICE", RLIMIT_NICE},
       {"RLIMIT_RTPRIO", RLIMIT_RTPRIO},
       {"RLIMIT_RTTIME", RLIMIT_RTTIME}}};
  const auto limits = list_of(find(*process, "rlimits"));
  for (std::size_t i = 0; i < limits.size(); ++i) {
    const Value limit = limits[i];
    const auto* known =
        std::ranges::find(kLimits, text_of(limit, "type"), &std::pair<std::string_view, int>::first);
    if (known == kLimits.end()) continue;
    // The call itself: musl takes the numbers, glibc an enum.
    rlimit value{};
    syscall(SYS_prlimit64, 0, known->second, nullptr, &value);
    report.same(cat("process.rlimits[", i, "].soft"), text_of(limit, "soft"), std::to_string(value.rlim_cur));
    report.same(cat("process.rlimits[", i, "].hard"), text_of(limit, "hard"), std::to_string(value.rlim_max));
  }
}

namespace {

// capabilities(7), by number.
constexpr std::array<std::string_view, 41> kCapabilities = {"CAP_CHOWN",
                                                            "CAP_DAC_OVERRIDE",
                                                            "CAP_DAC_READ_SEARCH",
                                                            "CAP_FOWNER",
                                                            "CAP_FSETID",
                                                            "CAP_KILL",
                                                            "CAP_SETGID",
                                                            "CAP_SETUID",
                                                            "CAP_SETPCAP",
                                                            "CAP_LINUX_IMMUTABLE",
                                                            "CAP_NET_BIND_SERVICE",
                                                            "CAP_NET_BROADCAST",
                                                            "CAP_NET_ADMIN",
                                                            "CAP_NET_RAW",
                                                            "CAP_IPC_LOCK",
                                                            "CAP_IPC_OWNER",
                                                            "CAP_SYS_MODULE",
                                                            "CAP_SYS_RAWIO",
                                                            "CAP_SYS_CHROOT",
                                                            "CAP_SYS_PTRACE",
                                                            "CAP_SYS_PACCT",
                                                            "CAP_SYS_ADMIN",
                                                            "CAP_SYS_BOOT",
                                                            "CAP_SYS_NICE",
                                                            "CAP_SYS_RESOURCE",
                                                            "CAP_SYS_TIME",
                                                            "CAP_SYS_TTY_CONFIG",
                                                            "CAP_MKNOD",
                                                            "CAP_LEASE",
                                                            "CAP_AUDIT_WRITE",
                                                            "CAP_AUDIT_CONTROL",
                                                            "CAP_SETFCAP",
                                                            "CAP_MAC_OVERRIDE",
                                                            "CAP_MAC_ADMIN",
                                                            "CAP_SYSLOG",
                                                            "CAP_WAKE_ALARM",
                                                            "CAP_BLOCK_SUSPEND",
                                                            "CAP_AUDIT_READ",
                                                            "CAP_PERFMON",
                                                            "CAP_BPF",
                                                            "CAP_CHECKPOINT_RESTORE"};

unsigned long long capability_set(Value capabilities, std::string_view set) {
  unsigned long long bits = 0;
  for (const std::string_view name : words_of(find(capabilities, set))) {
    const auto* known = std::ranges::find(kCapabilities, name);
    if (known != kCapabilities.end()) bits |= 1ULL << (known - kCapabilities.begin());
  }
  return bits;
}

std::string capability_names(unsigned long long bits) {
  std::string names;
  for (std::size_t i = 0; i < 64; ++i)
    if (bits >> i & 1)
      names += cat(names.empty() ? "" : " ", i < kCapabilities.size() ? kCapabilities[i] : "CAP_?");
  return names;
}

}  // namespace

// execve(2) makes new sets of those that the runtime has set, by the rules of capabilities(7).
void check_capabilities(Report& report, Value config) {
  const auto given = find(config, "process", "capabilities");
  const auto user = find(config, "process", "user");
  if (!given || !user) return;
  const auto bounding = capability_set(*given, "bounding");
  const auto permitted = capability_set(*given, "permitted");
  const auto inheritable = capability_set(*given, "inheritable");
  const auto ambient = capability_set(*given, "ambient") & permitted & inheritable;
  auto gained = number_of(*user, "uid") == 0 ? bounding | inheritable : ambient;
  if (is_true(find(config, "process", "noNewPrivileges"))) gained &= permitted;
  const auto effective = number_of(*user, "uid") == 0 ? gained : ambient;

  const std::array<std::tuple<std::string_view, const char*, unsigned long long>, 5> sets = {
      {{"bounding", "CapBnd", bounding},
       {"permitted", "CapPrm", gained},
       {"effective", "CapEff", effective},
       {"inheritable", "CapInh", inheritable},
       {"ambient", "CapAmb", ambient}}};
  for (const auto& [name, field, expected] : sets) {
    const auto seen = text::parse_int<unsigned long long>(status_field(field), 16);
    report.same(cat("process.capabilities.", name), capability_names(expected),
                seen ? capability_names(*seen) : "nothing, for want of /proc/self/status");
  }
}

namespace {

// sched_setattr(2); in no header that all libraries share.
struct SchedAttributes {
  unsigned size, policy;
  unsigned long long flags;
  int nice;
  unsigned priority;
  unsigned long long runtime, deadline, period;
  unsigned util_min, util_max;
};

void check_scheduler(Report& report, Value scheduler) {
  constexpr std::array<std::string_view, 7> kPolicies = {
      "SCHED_OTHER", "SCHED_FIFO", "SCHED_RR", "SCHED_BATCH", "SCHED_ISO", "SCHED_IDLE", "SCHED_DEADLINE"};
  SchedAttributes seen{.size = sizeof(SchedAttributes)};
  if (syscall(SYS_sched_getattr, 0, &seen, sizeof seen, 0) != 0) seen.policy = 4;
  const std::string_view policy = text_of(scheduler, "policy");
  report.same("process.scheduler.policy", policy, kPolicies[std::min<unsigned>(seen.policy, 6)]);
  if (find(scheduler, "nice")) report.same("process.scheduler.nice", number_of(scheduler, "nice"), seen.nice);
  if (find(scheduler, "priority"))
    report.same("process.scheduler.priority", number_of(scheduler, "priority"), seen.priority);
  if (policy == "SCHED_DEADLINE") {
    report.same("process.scheduler.runtime", text_of(scheduler, "runtime"), std::to_string(seen.runtime));
    report.same("process.scheduler.deadline", text_of(scheduler, "deadline"), std::to_string(seen.deadline));
    report.same("process.scheduler.period", text_of(scheduler, "period"), std::to_string(seen.period));
  }
}

void check_io_priority(Report& report, Value priority) {
  constexpr std::array<std::string_view, 4> kClasses = {"", "IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE",
                                                        "IOPRIO_CLASS_IDLE"};
  const long seen = syscall(SYS_ioprio_get, 1 /* IOPRIO_WHO_PROCESS */, 0);
  report.same("process.ioPriority.class", text_of(priority, "class"),
              kClasses[seen < 0 ? 0 : seen >> 13 & 3]);
  report.same("process.ioPriority.priority", number_of(priority, "priority"), seen & 7);
}

// "unconfined" or "profile (enforce)", "user:role:type:level".
std::string label() {
  std::string label = read_file("/proc/self/attr/current");
  while (!label.empty() && (label.back() == '\n' || label.back() == '\0')) label.pop_back();
  return label;
}

}  // namespace

void check_attributes(Report& report, Value config) {
  const auto process = find(config, "process");
  if (!process) return;
  if (const auto wanted = find(*process, "noNewPrivileges"))
    report.same("process.noNewPrivileges", wanted->boolean() ? "1" : "0", status_field("NoNewPrivs"));
  if (find(*process, "oomScoreAdj"))
    report.same("process.oomScoreAdj", text_of(*process, "oomScoreAdj"),
                squeeze(read_file("/proc/self/oom_score_adj")));
  if (const auto scheduler = find(*process, "scheduler")) check_scheduler(report, *scheduler);
  if (const auto priority = find(*process, "ioPriority")) check_io_priority(report, *priority);
  if (const auto profile = text_of(*process, "apparmorProfile"); !profile.empty()) {
    const std::string seen = label();
    report.same("process.apparmorProfile", profile, std::string_view(seen).substr(0, seen.find(' ')));
  }
  if (const auto wanted = text_of(*process, "selinuxLabel"); !wanted.empty())
    report.same("process.selinuxLabel", wanted, label());
}

void check_terminal(Report& report, Value config) {
  const auto process = find(config, "process");
  if (!process || !is_true(find(*process, "terminal"))) return;
  struct stat terminal{}, console{};
  const bool open = fstat(0, &terminal) == 0;
  for (const int fd : {0, 1, 2}) {
    struct stat seen{};
    report.check("process.terminal", isatty(fd) == 1, cat("descriptor ", fd, " is no terminal"));
    report.check("process.terminal", open && fstat(fd, &seen) == 0 && seen.st_rdev == terminal.st_rdev,
                 cat("descriptor ", fd, " is another terminal than stdin"));
  }
  // That of the container, not of another process that was started in it with a terminal of its own.
  if (getpid() == 1)
    report.check("process.terminal",
                 stat("/dev/console", &console) == 0 && console.st_rdev == terminal.st_rdev,
                 "/dev/console is not the terminal");
  const int controlling = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  report.check("process.terminal", controlling >= 0, "it is not the controlling terminal");
  if (controlling >= 0) close(controlling);
  report.check("process.terminal", terminal.st_uid == getuid(), cat("it belongs to user ", terminal.st_uid));
  if (const auto size = find(*process, "consoleSize")) {
    winsize seen{};
    ioctl(0, TIOCGWINSZ, &seen);
    report.same("process.consoleSize.height", number_of(*size, "height"), seen.ws_row);
    report.same("process.consoleSize.width", number_of(*size, "width"), seen.ws_col);
  }
}

// Not a member of config.json: the program must not get a descriptor of the runtime's or of its caller's.
void check_descriptors(Report& report, Value) {
  DIR* directory = opendir("/proc/self/fd");
  report.check("descriptors", directory != nullptr, "/proc/self/fd cannot be read");
  if (directory == nullptr) return;
  while (const dirent* entry = readdir(directory)) {
    const auto fd = text::parse_int<int>(entry->d_name);
    if (!fd || *fd <= 2 || *fd == dirfd(directory)) continue;
    report.check("descriptors", false, cat(*fd, " is open: ", read_link(cat("/proc/self/fd/", *fd).c_str())));
  }
  closedir(directory);
}

}  // namespace masu::conformance
