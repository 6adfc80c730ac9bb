// SPDX-License-Identifier: Apache-2.0
//
// The spec's names for the kernel's numbers, as tables that read both ways: the parser, the writer, the
// `features` document and the error messages all use these. Numbers are the kernel's (generic architecture).
#pragma once

#include "masu/spec/config.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace masu::spec {

template <class T>
struct Named {
  std::string_view name;
  T value;
};
/// Where two names have one value, the preferred name comes first.
template <class T>
using Table = std::span<const Named<T>>;

/// The value of `name`, letter case as in the spec.
template <class T>
std::optional<T> find_value(Table<T> table, std::string_view name) {
  for (const auto& entry : table)
    if (entry.name == name) return entry.value;
  return std::nullopt;
}

/// The name of `value`; empty if the table has none.
template <class T>
std::string_view find_name(Table<T> table, std::type_identity_t<T> value) {
  for (const auto& entry : table)
    if (entry.value == value) return entry.name;
  return {};
}

Table<int> capabilities();                   ///< "CAP_CHOWN" → bit, in the order of the bits
Table<std::uint64_t> namespaces();           ///< "pid" → CLONE_NEWPID
Table<int> rlimits();                        ///< "RLIMIT_NOFILE" → RLIMIT_NOFILE
Table<std::uint64_t> propagations();         ///< "rslave" → MS_SLAVE | MS_REC
Table<int> clocks();                         ///< "monotonic" → CLOCK_MONOTONIC
Table<int> scheduler_policies();             ///< "SCHED_FIFO" → SCHED_FIFO
Table<std::uint64_t> scheduler_flags();      ///< "SCHED_FLAG_RECLAIM" → bit
Table<int> io_priority_classes();            ///< "IOPRIO_CLASS_BE" → class
Table<int> memory_policy_modes();            ///< "MPOL_BIND" → mode
Table<std::uint32_t> memory_policy_flags();  ///< "MPOL_F_STATIC_NODES" → bit
Table<std::uint32_t> personalities();        ///< "LINUX32" → PER_LINUX32

Table<std::uint32_t> seccomp_actions();        ///< "SCMP_ACT_ALLOW" → SECCOMP_RET_ALLOW
Table<std::uint32_t> seccomp_architectures();  ///< "SCMP_ARCH_X86_64" → AUDIT_ARCH_X86_64
Table<SeccompOp> seccomp_operators();          ///< "SCMP_CMP_EQ" → eq
Table<std::uint64_t> seccomp_flags();          ///< "SECCOMP_FILTER_FLAG_LOG" → bit

/// x32 has x86_64's AUDIT_ARCH and is told by bit 30 of the call's number; in `architectures` it is this
/// value, which no kernel reports (x86_64 without __AUDIT_ARCH_64BIT).
inline constexpr std::uint32_t kArchX32 = 0x4000003e;

/// A signal as people and clients write it: "TERM", "SIGTERM", "term", "15", "RTMIN", "SIGRTMIN+3",
/// "RTMAX-1". Numbers are 0 to 64; 0 is kill(2)'s question whether the process exists. Nothing for anything
/// else.
std::optional<int> find_signal(std::string_view text);
/// "SIGTERM", "SIGRTMIN+3"; empty for a number that is no signal.
std::string signal_name(int signal);

}  // namespace masu::spec
