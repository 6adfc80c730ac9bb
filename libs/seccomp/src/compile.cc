// SPDX-License-Identifier: Apache-2.0
#include "masu/seccomp/compile.h"

#include "arch.h"
#include "assembler.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/spec/names.h"
#include "masu/sys/raw.h"
#include "policy.h"

#include <cerrno>
#include <cstddef>
#include <span>
#include <string_view>

#include <linux/audit.h>
#include <linux/seccomp.h>

namespace masu::seccomp {
namespace {

using Label = Assembler::Label;

// Writes the program of a policy, from its end to its start.
class Writer {
 public:
  explicit Writer(const Policy& policy) : policy_(policy) {}

  std::vector<sock_filter> write() {
    Label next = code_.answer(policy_.bad_arch);
    std::vector<Label> sections;
    sections.reserve(policy_.sections.size());
    for (const Section& section : policy_.sections) sections.push_back(this->section(section));
    for (std::size_t i = sections.size(); i-- > 0;)
      next = code_.branch(BPF_JEQ, policy_.sections[i].audit, sections[i], next);
    code_.load(offsetof(seccomp_data, arch), next);
    return code_.take();
  }

 private:
  Label section(const Section& section) {
    const Label tree = this->tree(section.ranges);
    if (section.ranges.size() == 1) return tree;
    return code_.load(offsetof(seccomp_data, nr), tree);
  }

  // Binary search for the range of the number in A.
  Label tree(std::span<const Range> ranges) {
    if (ranges.size() == 1) return outcome(ranges[0].outcome);
    // One number amid others of another outcome: one comparison instead of two.
    if (ranges.size() == 3 && ranges[0].outcome == ranges[2].outcome &&
        ranges[2].first - ranges[1].first == 1) {
      const Label around = outcome(ranges[0].outcome);
      return code_.branch(BPF_JEQ, ranges[1].first, outcome(ranges[1].outcome), around);
    }
    const std::size_t middle = ranges.size() / 2;
    const Label upper = tree(ranges.subspan(middle));
    const Label lower = tree(ranges.first(middle));
    return code_.branch(BPF_JGE, ranges[middle].first, upper, lower);
  }

  Label outcome(std::uint32_t index) {
    const Outcome& outcome = policy_.outcomes[index];
    Label next = code_.answer(outcome.otherwise);
    for (std::size_t i = outcome.rules.size(); i-- > 0;) next = rule(outcome.rules[i], next, outcome.word);
    return next;
  }

  Label rule(const Rule& rule, Label otherwise, unsigned word) {
    Label match = code_.answer(rule.answer);
    for (std::size_t i = rule.conditions.size(); i-- > 0;)
      match = condition(rule.conditions[i], match, otherwise, word);
    return match;
  }

  // BPF compares words of 32 bits: the high word first, the low word if that leaves it open.
  Label condition(const Condition& c, Label yes, Label no, unsigned word) {
    if (c.negated) std::swap(yes, no);
    const auto high = static_cast<std::uint32_t>(c.value >> 32);
    if (c.test == Condition::Test::equal) {
      yes = equal(c, 0, yes, no);
      return word == 32 ? yes : equal(c, 32, yes, no);
    }
    const std::uint16_t op = c.test == Condition::Test::greater ? BPF_JGT : BPF_JGE;
    const Label low = load(c, 0, code_.branch(op, static_cast<std::uint32_t>(c.value), yes, no));
    if (word == 32) return low;
    const Label same = code_.branch(BPF_JEQ, high, low, no);
    return load(c, 32, code_.branch(BPF_JGT, high, yes, same));
  }

  Label equal(const Condition& c, unsigned shift, Label yes, Label no) {
    const auto mask = static_cast<std::uint32_t>(c.mask >> shift);
    if (mask == 0) return yes;
    Label test = code_.branch(BPF_JEQ, static_cast<std::uint32_t>(c.value >> shift), yes, no);
    if (mask != 0xffffffffu) test = code_.mask(mask, test);
    return load(c, shift, test);
  }

  // A = bits shift … shift + 31 of the argument; seccomp_data is in the host's byte order.
  Label load(const Condition& c, unsigned shift, Label next) {
    const bool second = (shift == 32) != policy_.big_endian;
    const std::size_t offset =
        offsetof(seccomp_data, args) + c.argument * sizeof(std::uint64_t) + (second ? 4 : 0);
    return code_.load(static_cast<std::uint32_t>(offset), next);
  }

  const Policy& policy_;
  Assembler code_;
};

// Without `flags` in the profile, mitigations of speculative store bypass are left off where the kernel
// allows that: they cost much, and a filter is no sign of a program that needs them. An empty list means
// none.
Result<std::uint32_t> choose_flags(const spec::Seccomp& profile, const Host& host, bool notifies,
                                   Omissions* omissions) {
  std::uint32_t flags = 0;
  if (!profile.flags) flags = host.flags & SECCOMP_FILTER_FLAG_SPEC_ALLOW;
  for (const std::string& name : profile.flags.value_or(std::vector<std::string>{})) {
    const auto flag = spec::find_value(spec::seccomp_flags(), name);
    if (!flag) return fail(Error::spec("linux.seccomp.flags", cat("unknown flag ", quote(name))));
    // TSYNC is for the other threads of a process, and the process that loads the filter has none.
    if (*flag == SECCOMP_FILTER_FLAG_TSYNC) continue;
    if ((*flag & ~std::uint64_t{host.flags}) != 0 && omissions != nullptr) omissions->flags.push_back(name);
    flags |= static_cast<std::uint32_t>(*flag) & host.flags;
  }
  // The kernel refuses this flag where there is no listener to wait for.
  if (!notifies) return flags & ~std::uint32_t{SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV};
  return flags | SECCOMP_FILTER_FLAG_NEW_LISTENER;
}

// The process that loads the filter writes the listener's number to its parent: were that write the
// listener's to answer, nobody could (contrary to read(2), which the listener may answer).
Result<bool> check_notify(const spec::Seccomp& profile) {
  if (profile.default_action.ret == SECCOMP_RET_USER_NOTIF)
    return fail(
        Error::spec("linux.seccomp.defaultAction", "SCMP_ACT_NOTIFY cannot be used as default action"));
  bool notifies = false;
  for (std::size_t i = 0; i < profile.syscalls.size(); ++i) {
    const spec::SeccompRule& rule = profile.syscalls[i];
    if (rule.action.ret != SECCOMP_RET_USER_NOTIF) continue;
    notifies = true;
    for (const std::string& name : rule.names)
      if (name == "write")
        return fail(Error::spec(cat("linux.seccomp.syscalls[", i, "]"),
                                "SCMP_ACT_NOTIFY cannot be used for the write syscall"));
  }
  if (notifies && profile.listener_path.empty())
    return fail(Error::spec("linux.seccomp.listenerPath", "is required by rules with SCMP_ACT_NOTIFY"));
  return notifies;
}

// True if the kernel knows all of these flags: then it goes on to read the program, whose address is bad.
bool kernel_knows(std::uint32_t flags) {
  return sys::raw::call(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, nullptr) == -EFAULT;
}

}  // namespace

Host Host::probe() {
  Host host{native_arch(), 0};
  // WAIT_KILLABLE_RECV (Linux 5.19) is valid beside NEW_LISTENER (5.0) only.
  constexpr std::uint32_t kWait = SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
  constexpr std::uint32_t kListener = SECCOMP_FILTER_FLAG_NEW_LISTENER;
  constexpr std::uint32_t kPlain = SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW;
  if (kernel_knows(kPlain | kListener | kWait)) {
    host.flags = kPlain | kListener | kWait;
    return host;
  }
  for (const std::uint32_t flag :
       {std::uint32_t{SECCOMP_FILTER_FLAG_LOG}, std::uint32_t{SECCOMP_FILTER_FLAG_SPEC_ALLOW}, kListener})
    if (kernel_knows(flag)) host.flags |= flag;
  return host;
}

Result<Program> compile(const spec::Seccomp& profile, const Host& host, Omissions* omissions) {
  Program program;
  program.notifies = TRY(check_notify(profile));
  program.flags = TRY(choose_flags(profile, host, program.notifies, omissions));
  const Policy policy = TRY(make_policy(profile, host.arch, omissions));
  program.code = Writer(policy).write();
  if (program.code.size() > BPF_MAXINSNS)
    return fail(Error::make(Kind::unsupported, cat("seccomp profile needs ", program.code.size(),
                                                   " instructions, the kernel takes ", BPF_MAXINSNS))
                    .at("linux.seccomp"));
  return program;
}

}  // namespace masu::seccomp
