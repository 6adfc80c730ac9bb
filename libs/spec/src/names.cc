// SPDX-License-Identifier: Apache-2.0
//
// Numbers are written out where the C libraries' headers lack the name or define it differently; they are the
// kernel's ABI and do not change.
#include "masu/spec/names.h"

#include "masu/base/text.h"

#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <time.h>

namespace masu::spec {
namespace {

// include/uapi/linux/capability.h
constexpr Named<int> kCapabilities[] = {
    {"CAP_CHOWN", CAP_CHOWN},
    {"CAP_DAC_OVERRIDE", CAP_DAC_OVERRIDE},
    {"CAP_DAC_READ_SEARCH", CAP_DAC_READ_SEARCH},
    {"CAP_FOWNER", CAP_FOWNER},
    {"CAP_FSETID", CAP_FSETID},
    {"CAP_KILL", CAP_KILL},
    {"CAP_SETGID", CAP_SETGID},
    {"CAP_SETUID", CAP_SETUID},
    {"CAP_SETPCAP", CAP_SETPCAP},
    {"CAP_LINUX_IMMUTABLE", CAP_LINUX_IMMUTABLE},
    {"CAP_NET_BIND_SERVICE", CAP_NET_BIND_SERVICE},
    {"CAP_NET_BROADCAST", CAP_NET_BROADCAST},
    {"CAP_NET_ADMIN", CAP_NET_ADMIN},
    {"CAP_NET_RAW", CAP_NET_RAW},
    {"CAP_IPC_LOCK", CAP_IPC_LOCK},
    {"CAP_IPC_OWNER", CAP_IPC_OWNER},
    {"CAP_SYS_MODULE", CAP_SYS_MODULE},
    {"CAP_SYS_RAWIO", CAP_SYS_RAWIO},
    {"CAP_SYS_CHROOT", CAP_SYS_CHROOT},
    {"CAP_SYS_PTRACE", CAP_SYS_PTRACE},
    {"CAP_SYS_PACCT", CAP_SYS_PACCT},
    {"CAP_SYS_ADMIN", CAP_SYS_ADMIN},
    {"CAP_SYS_BOOT", CAP_SYS_BOOT},
    {"CAP_SYS_NICE", CAP_SYS_NICE},
    {"CAP_SYS_RESOURCE", CAP_SYS_RESOURCE},
    {"CAP_SYS_TIME", CAP_SYS_TIME},
    {"CAP_SYS_TTY_CONFIG", CAP_SYS_TTY_CONFIG},
    {"CAP_MKNOD", CAP_MKNOD},
    {"CAP_LEASE", CAP_LEASE},
    {"CAP_AUDIT_WRITE", CAP_AUDIT_WRITE},
    {"CAP_AUDIT_CONTROL", CAP_AUDIT_CONTROL},
    {"CAP_SETFCAP", CAP_SETFCAP},
    {"CAP_MAC_OVERRIDE", CAP_MAC_OVERRIDE},
    {"CAP_MAC_ADMIN", CAP_MAC_ADMIN},
    {"CAP_SYSLOG", CAP_SYSLOG},
    {"CAP_WAKE_ALARM", CAP_WAKE_ALARM},
    {"CAP_BLOCK_SUSPEND", CAP_BLOCK_SUSPEND},
    {"CAP_AUDIT_READ", CAP_AUDIT_READ},
    {"CAP_PERFMON", CAP_PERFMON},
    {"CAP_BPF", CAP_BPF},
    {"CAP_CHECKPOINT_RESTORE", CAP_CHECKPOINT_RESTORE},
};

// include/uapi/linux/sched.h
constexpr Named<std::uint64_t> kNamespaces[] = {
    {"cgroup", 0x02000000}, {"ipc", 0x08000000},  {"mount", 0x00020000}, {"network", 0x40000000},
    {"pid", 0x20000000},    {"time", 0x00000080}, {"user", 0x10000000},  {"uts", 0x04000000},
};

constexpr Named<int> kRlimits[] = {
    {"RLIMIT_AS", RLIMIT_AS},
    {"RLIMIT_CORE", RLIMIT_CORE},
    {"RLIMIT_CPU", RLIMIT_CPU},
    {"RLIMIT_DATA", RLIMIT_DATA},
    {"RLIMIT_FSIZE", RLIMIT_FSIZE},
    {"RLIMIT_LOCKS", RLIMIT_LOCKS},
    {"RLIMIT_MEMLOCK", RLIMIT_MEMLOCK},
    {"RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE},
    {"RLIMIT_NICE", RLIMIT_NICE},
    {"RLIMIT_NOFILE", RLIMIT_NOFILE},
    {"RLIMIT_NPROC", RLIMIT_NPROC},
    {"RLIMIT_RSS", RLIMIT_RSS},
    {"RLIMIT_RTPRIO", RLIMIT_RTPRIO},
    {"RLIMIT_RTTIME", RLIMIT_RTTIME},
    {"RLIMIT_SIGPENDING", RLIMIT_SIGPENDING},
    {"RLIMIT_STACK", RLIMIT_STACK},
};

constexpr Named<std::uint64_t> kPropagations[] = {
    {"private", MS_PRIVATE},       {"rprivate", MS_PRIVATE | MS_REC},
    {"shared", MS_SHARED},         {"rshared", MS_SHARED | MS_REC},
    {"slave", MS_SLAVE},           {"rslave", MS_SLAVE | MS_REC},
    {"unbindable", MS_UNBINDABLE}, {"runbindable", MS_UNBINDABLE | MS_REC},
};

constexpr Named<int> kClocks[] = {{"boottime", CLOCK_BOOTTIME}, {"monotonic", CLOCK_MONOTONIC}};

// include/uapi/linux/sched.h
constexpr Named<int> kSchedulerPolicies[] = {
    {"SCHED_OTHER", 0}, {"SCHED_FIFO", 1}, {"SCHED_RR", 2},       {"SCHED_BATCH", 3},
    {"SCHED_ISO", 4},   {"SCHED_IDLE", 5}, {"SCHED_DEADLINE", 6},
};
constexpr Named<std::uint64_t> kSchedulerFlags[] = {
    {"SCHED_FLAG_RESET_ON_FORK", 0x01},  {"SCHED_FLAG_RECLAIM", 0x02},
    {"SCHED_FLAG_DL_OVERRUN", 0x04},     {"SCHED_FLAG_KEEP_POLICY", 0x08},
    {"SCHED_FLAG_KEEP_PARAMS", 0x10},    {"SCHED_FLAG_UTIL_CLAMP_MIN", 0x20},
    {"SCHED_FLAG_UTIL_CLAMP_MAX", 0x40},
};

// include/uapi/linux/ioprio.h
constexpr Named<int> kIoPriorityClasses[] = {
    {"IOPRIO_CLASS_RT", 1}, {"IOPRIO_CLASS_BE", 2}, {"IOPRIO_CLASS_IDLE", 3}};

// include/uapi/linux/mempolicy.h
constexpr Named<int> kMemoryPolicyModes[] = {
    {"MPOL_DEFAULT", 0},
    {"MPOL_PREFERRED", 1},
    {"MPOL_BIND", 2},
    {"MPOL_INTERLEAVE", 3},
    {"MPOL_LOCAL", 4},
    {"MPOL_PREFERRED_MANY", 5},
    {"MPOL_WEIGHTED_INTERLEAVE", 6},
};
constexpr Named<std::uint32_t> kMemoryPolicyFlags[] = {{"MPOL_F_STATIC_NODES", 1u << 15},
                                                       {"MPOL_F_RELATIVE_NODES", 1u << 14},
                                                       {"MPOL_F_NUMA_BALANCING", 1u << 13}};

// include/uapi/linux/personality.h
constexpr Named<std::uint32_t> kPersonalities[] = {{"LINUX", 0}, {"LINUX32", 8}};

constexpr Named<std::uint32_t> kSeccompActions[] = {
    {"SCMP_ACT_ALLOW", SECCOMP_RET_ALLOW},
    {"SCMP_ACT_ERRNO", SECCOMP_RET_ERRNO},
    {"SCMP_ACT_KILL", SECCOMP_RET_KILL_THREAD},
    {"SCMP_ACT_KILL_PROCESS", SECCOMP_RET_KILL_PROCESS},
    {"SCMP_ACT_KILL_THREAD", SECCOMP_RET_KILL_THREAD},
    {"SCMP_ACT_LOG", SECCOMP_RET_LOG},
    {"SCMP_ACT_NOTIFY", SECCOMP_RET_USER_NOTIF},
    {"SCMP_ACT_TRACE", SECCOMP_RET_TRACE},
    {"SCMP_ACT_TRAP", SECCOMP_RET_TRAP},
};

// ELF machine | __AUDIT_ARCH_64BIT (0x80000000) | __AUDIT_ARCH_LE (0x40000000); n32 adds 0x20000000.
// (include/uapi/linux/audit.h)
constexpr Named<std::uint32_t> kSeccompArchitectures[] = {
    {"SCMP_ARCH_AARCH64", AUDIT_ARCH_AARCH64},
    {"SCMP_ARCH_ARM", AUDIT_ARCH_ARM},
    {"SCMP_ARCH_LOONGARCH64", 0xc0000102},
    {"SCMP_ARCH_M68K", AUDIT_ARCH_M68K},
    {"SCMP_ARCH_MIPS", AUDIT_ARCH_MIPS},
    {"SCMP_ARCH_MIPS64", AUDIT_ARCH_MIPS64},
    {"SCMP_ARCH_MIPS64N32", AUDIT_ARCH_MIPS64N32},
    {"SCMP_ARCH_MIPSEL", AUDIT_ARCH_MIPSEL},
    {"SCMP_ARCH_MIPSEL64", AUDIT_ARCH_MIPSEL64},
    {"SCMP_ARCH_MIPSEL64N32", AUDIT_ARCH_MIPSEL64N32},
    {"SCMP_ARCH_PARISC", AUDIT_ARCH_PARISC},
    {"SCMP_ARCH_PARISC64", AUDIT_ARCH_PARISC64},
    {"SCMP_ARCH_PPC", AUDIT_ARCH_PPC},
    {"SCMP_ARCH_PPC64", AUDIT_ARCH_PPC64},
    {"SCMP_ARCH_PPC64LE", AUDIT_ARCH_PPC64LE},
    {"SCMP_ARCH_RISCV64", 0xc00000f3},
    {"SCMP_ARCH_S390", AUDIT_ARCH_S390},
    {"SCMP_ARCH_S390X", AUDIT_ARCH_S390X},
    {"SCMP_ARCH_SH", AUDIT_ARCH_SHEL},
    {"SCMP_ARCH_SHEB", AUDIT_ARCH_SH},
    {"SCMP_ARCH_X32", kArchX32},
    {"SCMP_ARCH_X86", AUDIT_ARCH_I386},
    {"SCMP_ARCH_X86_64", AUDIT_ARCH_X86_64},
};

constexpr Named<SeccompOp> kSeccompOperators[] = {
    {"SCMP_CMP_EQ", SeccompOp::eq}, {"SCMP_CMP_GE", SeccompOp::ge},
    {"SCMP_CMP_GT", SeccompOp::gt}, {"SCMP_CMP_LE", SeccompOp::le},
    {"SCMP_CMP_LT", SeccompOp::lt}, {"SCMP_CMP_MASKED_EQ", SeccompOp::masked_eq},
    {"SCMP_CMP_NE", SeccompOp::ne},
};

constexpr Named<std::uint64_t> kSeccompFlags[] = {
    {"SECCOMP_FILTER_FLAG_LOG", 1u << 1},
    {"SECCOMP_FILTER_FLAG_SPEC_ALLOW", 1u << 2},
    {"SECCOMP_FILTER_FLAG_TSYNC", 1u << 0},
    {"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", 1u << 5},
};

constexpr Named<int> kSignals[] = {
    {"HUP", SIGHUP},       {"INT", SIGINT},     {"QUIT", SIGQUIT}, {"ILL", SIGILL},   {"TRAP", SIGTRAP},
    {"ABRT", SIGABRT},     {"BUS", SIGBUS},     {"FPE", SIGFPE},   {"KILL", SIGKILL}, {"USR1", SIGUSR1},
    {"SEGV", SIGSEGV},     {"USR2", SIGUSR2},   {"PIPE", SIGPIPE}, {"ALRM", SIGALRM}, {"TERM", SIGTERM},
#ifdef SIGSTKFLT
    {"STKFLT", SIGSTKFLT},
#endif
    {"CHLD", SIGCHLD},     {"CONT", SIGCONT},   {"STOP", SIGSTOP}, {"TSTP", SIGTSTP}, {"TTIN", SIGTTIN},
    {"TTOU", SIGTTOU},     {"URG", SIGURG},     {"XCPU", SIGXCPU}, {"XFSZ", SIGXFSZ}, {"VTALRM", SIGVTALRM},
    {"PROF", SIGPROF},     {"WINCH", SIGWINCH}, {"IO", SIGIO},     {"PWR", SIGPWR},   {"SYS", SIGSYS},
    {"IOT", SIGABRT},      {"CLD", SIGCHLD},    {"POLL", SIGIO},
};
// The C libraries keep 32 and 33 (musl 34 too) to themselves and move SIGRTMIN up; clients and peers mean
// this range.
constexpr int kRealtimeMin = 34;
constexpr int kRealtimeMax = 64;

// `text` after "RTMIN+" or "RTMAX-" as a distance; 0 for nothing after it.
std::optional<int> realtime_distance(std::string_view text, char sign) {
  if (text.empty()) return 0;
  if (text.front() != sign || text.size() < 2 || text[1] == '-') return std::nullopt;
  const auto distance = text::parse_int<int>(text.substr(1));
  if (!distance || *distance > kRealtimeMax - kRealtimeMin) return std::nullopt;
  return distance;
}

}  // namespace

Table<int> capabilities() { return kCapabilities; }
Table<std::uint64_t> namespaces() { return kNamespaces; }
Table<int> rlimits() { return kRlimits; }
Table<std::uint64_t> propagations() { return kPropagations; }
Table<int> clocks() { return kClocks; }
Table<int> scheduler_policies() { return kSchedulerPolicies; }
Table<std::uint64_t> scheduler_flags() { return kSchedulerFlags; }
Table<int> io_priority_classes() { return kIoPriorityClasses; }
Table<int> memory_policy_modes() { return kMemoryPolicyModes; }
Table<std::uint32_t> memory_policy_flags() { return kMemoryPolicyFlags; }
Table<std::uint32_t> personalities() { return kPersonalities; }
Table<std::uint32_t> seccomp_actions() { return kSeccompActions; }
Table<std::uint32_t> seccomp_architectures() { return kSeccompArchitectures; }
Table<SeccompOp> seccomp_operators() { return kSeccompOperators; }
Table<std::uint64_t> seccomp_flags() { return kSeccompFlags; }

std::optional<int> find_signal(std::string_view text) {
  if (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    const auto number = text::parse_int<int>(text);
    return number && *number <= kRealtimeMax ? number : std::nullopt;
  }
  if (text.size() > 3 && text::equals_ignore_case(text.substr(0, 3), "SIG")) text.remove_prefix(3);
  for (const auto& [name, number] : kSignals)
    if (text::equals_ignore_case(text, name)) return number;

  const std::string_view rest = text.size() > 5 ? text.substr(5) : std::string_view();
  if (text::equals_ignore_case(text.substr(0, 5), "RTMIN")) {
    if (const auto distance = realtime_distance(rest, '+')) return kRealtimeMin + *distance;
  } else if (text::equals_ignore_case(text.substr(0, 5), "RTMAX")) {
    if (const auto distance = realtime_distance(rest, '-')) return kRealtimeMax - *distance;
  }
  return std::nullopt;
}

std::string signal_name(int signal) {
  if (const auto name = find_name(Table<int>(kSignals), signal); !name.empty()) return cat("SIG", name);
  if (signal == kRealtimeMin) return "SIGRTMIN";
  if (signal > kRealtimeMin && signal <= kRealtimeMax) return cat("SIGRTMIN+", signal - kRealtimeMin);
  return {};
}

}  // namespace masu::spec
