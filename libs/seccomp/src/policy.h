// SPDX-License-Identifier: Apache-2.0
//
// What a profile answers to each call of each architecture, before there is any code. This is where the rules
// of libseccomp, as runc drives it, are kept:
//
// - A rule whose action equals the default action is skipped, a name that no architecture has too.
// - The first rule for a call without conditions decides that call for good: conditional rules before it are
// dropped,
//   rules after it are ignored.
// - Conditions of one rule are AND-ed, unless two are about the same argument: then each is a rule of its
// own.
// - On 32-bit architectures (x32 among them) the low words of arguments are compared, and nothing else.
// - If conditional rules of different actions match at once, the more specific one answers (precedes() in
// policy.cc).
// - Where socketcall(2) and ipc(2) exist, a rule for socket(2) is also one for socketcall(SYS_SOCKET),
// without its
//   condition on the first argument: the filter cannot read the arguments in memory.
// - A call of an architecture that the profile does not list is answered with KILL_THREAD
// (SCMP_FLTATR_ACT_BADARCH).
// - If the default action refuses, calls above the highest number that the profile names are answered with
// ENOSYS, so
//   that a C library newer than the profile falls back to older calls (runc's patchbpf). x32's range and
//   ARM's private range have a highest number of their own. Call 0 of s390 is ENOSYS too: the number of a
//   large call that the kernel does not know.
#pragma once

#include "arch.h"
#include "masu/base/error.h"
#include "masu/seccomp/compile.h"

#include <cstdint>
#include <vector>

namespace masu::seccomp {

/// (argument & mask) `op` value; EQ, NE and MASKED_EQ of the spec are all `equal`, with `negated` for NE. LT
/// is a negated `greater_equal`, LE a negated `greater`.
struct Condition {
  enum class Test : std::uint8_t { equal, greater, greater_equal };
  std::uint8_t argument = 0;
  Test test = Test::equal;
  bool negated = false;
  std::uint64_t mask = ~std::uint64_t{0};
  std::uint64_t value = 0;
  friend bool operator==(const Condition&, const Condition&) = default;
};

/// If all conditions hold, this is the answer.
struct Rule {
  std::uint32_t answer = 0;           ///< SECCOMP_RET_* with its data
  std::vector<Condition> conditions;  ///< by ascending argument
};

/// The answer to a call: that of the first rule that matches, else `otherwise`.
struct Outcome {
  std::vector<Rule> rules;
  std::uint32_t otherwise = 0;
  unsigned word = 64;  ///< bits of the arguments that the rules compare
};

/// From call number `first` up to the next range's.
struct Range {
  std::uint32_t first;
  std::uint32_t outcome;  ///< index into Policy::outcomes
};

/// All call numbers under one AUDIT_ARCH_*.
struct Section {
  std::uint32_t audit;
  std::vector<Range> ranges;  ///< ascending from 0; neighbours differ
};

struct Policy {
  bool big_endian = false;
  std::vector<Section> sections;  ///< the native architecture first
  std::vector<Outcome> outcomes;
  std::uint32_t bad_arch = 0;  ///< the answer to all other architectures
};

Result<Policy> make_policy(const spec::Seccomp& profile, std::uint32_t native, Omissions* omissions);

}  // namespace masu::seccomp
