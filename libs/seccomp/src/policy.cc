// SPDX-License-Identifier: Apache-2.0
#include "policy.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/spec/names.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <linux/audit.h>
#include <linux/seccomp.h>

namespace masu::seccomp {
namespace {

constexpr std::uint32_t kEnosys = SECCOMP_RET_ERRNO | ENOSYS;

// Numbers of all architectures are below this (MIPS and x32 without their base); ARM's private calls follow.
constexpr std::size_t kOrdinary = 1024;
constexpr std::size_t kSlots = kOrdinary + 16;

// The answers of one architecture while they are gathered.
struct Answers {
  explicit Answers(const Arch* a) : arch(a) {}

  const Arch* arch;
  std::array<std::uint32_t, kSlots> outcomes{};  // by slot: index into Policy::outcomes; 0 is the default
  int highest = -1;                              // slots that the profile names, be it in vain
  int highest_private = -1;

  static std::size_t slot(Number number) {
    return number < kPrivate ? number : kOrdinary + (number - kPrivate);
  }
  void mention(Number number) {
    int& mark = number < kPrivate ? highest : highest_private;
    mark = std::max(mark, static_cast<int>(slot(number)));
  }
};

bool carries_number(std::uint32_t action) {
  return action == SECCOMP_RET_ERRNO || action == SECCOMP_RET_TRACE;
}

Result<std::uint32_t> make_answer(spec::SeccompAction action, std::optional<std::uint32_t> number,
                                  std::string_view path) {
  if (!carries_number(action.ret)) {
    if (number) return fail(Error::spec(std::string(path), "this action has no errno to return"));
    return action.ret;
  }
  return action.ret | (number.value_or(EPERM) & SECCOMP_RET_DATA);
}

// A permissive profile means to let future calls through; a tracer handles them by itself.
bool refuses(std::uint32_t answer) {
  const std::uint32_t action = answer & SECCOMP_RET_ACTION_FULL;
  return action != SECCOMP_RET_ALLOW && action != SECCOMP_RET_LOG && action != SECCOMP_RET_TRACE;
}

Condition make_condition(const spec::SeccompArg& arg) {
  using Test = Condition::Test;
  Condition condition;
  condition.argument = static_cast<std::uint8_t>(arg.index);
  condition.value = arg.value;
  switch (arg.op) {
    case spec::SeccompOp::eq:
      break;
    case spec::SeccompOp::ne:
      condition.negated = true;
      break;
    case spec::SeccompOp::gt:
      condition.test = Test::greater;
      break;
    case spec::SeccompOp::ge:
      condition.test = Test::greater_equal;
      break;
    case spec::SeccompOp::lt:
      condition.test = Test::greater_equal;
      condition.negated = true;
      break;
    case spec::SeccompOp::le:
      condition.test = Test::greater;
      condition.negated = true;
      break;
    case spec::SeccompOp::masked_eq:
      condition.mask = arg.value;
      condition.value = arg.value_two & arg.value;
      break;
  }
  return condition;
}

// The rules that one rule of the profile stands for: one, or one per condition if two are about the same
// argument.
std::vector<Rule> make_rules(const spec::SeccompRule& rule, std::uint32_t answer) {
  std::vector<Condition> conditions;
  unsigned seen = 0;
  bool twice = false;
  for (const auto& arg : rule.args) {
    twice |= (seen >> arg.index & 1u) != 0;
    seen |= 1u << arg.index;
    conditions.push_back(make_condition(arg));
  }
  std::vector<Rule> rules;
  if (twice) {
    for (const Condition& condition : conditions) rules.push_back({answer, {condition}});
  } else {
    std::ranges::sort(conditions, {}, &Condition::argument);
    rules.push_back({answer, std::move(conditions)});
  }
  return rules;
}

// What is left of the conditions on an architecture of this word; a mask of no bits always holds.
std::vector<Condition> narrow(const std::vector<Condition>& conditions, unsigned word) {
  std::vector<Condition> narrowed;
  for (Condition condition : conditions) {
    if (word == 32) {
      condition.mask &= 0xffffffffu;
      condition.value &= 0xffffffffu;
    }
    if (condition.mask != 0) narrowed.push_back(condition);
  }
  return narrowed;
}

int rank(const Condition& condition) {
  if (condition.test == Condition::Test::equal) return 2;
  return condition.negated ? 1 : 0;
}

std::uint32_t high(std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); }
std::uint32_t low(std::uint64_t value) { return static_cast<std::uint32_t>(value); }

// The order in which libseccomp tries conditional rules of one call (db.c, _db_chain_lt), as far as it can be
// seen from outside: by conditions, the one on the higher argument first, then equality, upper bounds, lower
// bounds; among equals the higher value first, among upper bounds the lower. A rule that adds conditions to
// another comes after it.
bool precedes(const Rule& a, const Rule& b) {
  for (std::size_t i = 0; i < std::min(a.conditions.size(), b.conditions.size()); ++i) {
    const Condition& x = a.conditions[i];
    const Condition& y = b.conditions[i];
    if (x.argument != y.argument) return x.argument > y.argument;
    if (rank(x) != rank(y)) return rank(x) > rank(y);
    for (const auto word : {high, low}) {
      if (word(x.value) != word(y.value)) return (word(x.value) > word(y.value)) != (rank(x) == 1);
      if (word(x.mask) != word(y.mask) || x.test != y.test) return false;
    }
  }
  return a.conditions.size() < b.conditions.size();
}

class PolicyMaker {
 public:
  PolicyMaker(const spec::Seccomp& profile, Omissions* omissions)
      : profile_(profile), omissions_(omissions) {}

  Result<Policy> make(std::uint32_t native) {
    default_answer_ = TRY(
        make_answer(profile_.default_action, profile_.default_errno_ret, "linux.seccomp.defaultErrnoRet"));
    policy_.outcomes.push_back({{}, default_answer_});
    policy_.bad_arch = SECCOMP_RET_KILL_THREAD;
    TRY(choose_archs(native));
    for (std::size_t i = 0; i < profile_.syscalls.size(); ++i) TRY(read_rule(i));
    make_sections();
    return std::move(policy_);
  }

 private:
  Result<> choose_archs(std::uint32_t native) {
    TRY(add_arch(native, "the host's architecture"));
    for (std::uint32_t token : profile_.architectures) TRY(add_arch(token, "linux.seccomp.architectures"));
    policy_.big_endian = archs_.front().arch->big_endian;
    return {};
  }

  Result<> add_arch(std::uint32_t token, std::string_view path) {
    const Arch* arch = find_arch(token);
    if (arch == nullptr)
      return fail(Error::spec(std::string(path), cat("no architecture has the token ", token)));
    for (const Answers& answers : archs_)
      if (answers.arch == arch) return {};
    if (!archs_.empty() && arch->big_endian != archs_.front().arch->big_endian) {
      if (omissions_ != nullptr) omissions_->architectures.push_back(token);
      return {};
    }
    archs_.emplace_back(arch);
    return {};
  }

  Result<> read_rule(std::size_t index) {
    const spec::SeccompRule& rule = profile_.syscalls[index];
    const std::string path = cat("linux.seccomp.syscalls[", index, "]");
    const std::uint32_t answer = TRY(make_answer(rule.action, rule.errno_ret, path + ".errnoRet"));
    for (const auto& arg : rule.args)
      if (arg.index > 5)
        return fail(Error::spec(path + ".args", "a call has six arguments: index is 0 to 5"));
    const std::vector<Rule> rules = make_rules(rule, answer);
    for (const std::string& name : rule.names) {
      const auto id = find_call(name);
      if (id)
        add_call(*id, rules, answer != default_answer_);
      else if (omissions_ != nullptr)
        omissions_->calls.push_back(name);
    }
    return {};
  }

  void add_call(NameId id, const std::vector<Rule>& rules, bool effective) {
    for (Answers& answers : archs_) {
      const Arch& arch = *answers.arch;
      const Number number = arch.number(id);
      if (number != kNoNumber) answers.mention(number);
      if (!effective) continue;
      const auto multiplex = arch.multiplexed ? find_multiplex(id) : std::nullopt;
      for (const Rule& rule : rules) {
        const Rule narrowed{rule.answer, narrow(rule.conditions, arch.word)};
        if (multiplex) add_rule(answers, arch.number(multiplex->call), select(narrowed, multiplex->selector));
        if (number != kNoNumber) add_rule(answers, number, narrowed);
      }
    }
  }

  // The rule for the multiplexing call, whose first argument is the selector.
  static Rule select(Rule rule, std::uint32_t selector) {
    std::erase_if(rule.conditions, [](const Condition& condition) { return condition.argument == 0; });
    Condition condition;
    condition.value = selector;
    rule.conditions.insert(rule.conditions.begin(), condition);
    return rule;
  }

  void add_rule(Answers& answers, Number number, const Rule& rule) {
    std::uint32_t& outcome = answers.outcomes[Answers::slot(number)];
    if (outcome != 0 && policy_.outcomes[outcome].rules.empty()) return;
    if (rule.conditions.empty()) {
      outcome = plain_outcome(rule.answer);
      return;
    }
    if (outcome == 0) {
      outcome = static_cast<std::uint32_t>(policy_.outcomes.size());
      policy_.outcomes.push_back({{}, default_answer_, answers.arch->word});
    }
    auto& rules = policy_.outcomes[outcome].rules;
    rules.insert(std::ranges::find_if(rules, [&](const Rule& other) { return precedes(rule, other); }), rule);
  }

  std::uint32_t plain_outcome(std::uint32_t answer) {
    for (const auto& [known, outcome] : plain_)
      if (known == answer) return outcome;
    const auto outcome = static_cast<std::uint32_t>(policy_.outcomes.size());
    policy_.outcomes.push_back({{}, answer});
    plain_.emplace_back(answer, outcome);
    return outcome;
  }

  void make_sections() {
    const bool newer_is_enosys = refuses(default_answer_);
    for (const Answers& answers : archs_) {
      const bool x86_64 = answers.arch->audit == AUDIT_ARCH_X86_64;
      if (x86_64 && has_section(AUDIT_ARCH_X86_64)) continue;
      Section section{answers.arch->audit, {}};
      if (x86_64)
        fill_x86_64(section, newer_is_enosys);
      else
        fill(section, answers, newer_is_enosys);
      policy_.sections.push_back(std::move(section));
    }
  }

  bool has_section(std::uint32_t audit) const {
    return std::ranges::any_of(policy_.sections,
                               [&](const Section& section) { return section.audit == audit; });
  }

  const Answers* find_answers(std::uint32_t token) const {
    for (const Answers& answers : archs_)
      if (answers.arch->token == token) return &answers;
    return nullptr;
  }

  static void push(Section& section, std::uint32_t first, std::uint32_t outcome) {
    auto& ranges = section.ranges;
    if (!ranges.empty() && ranges.back().first == first) ranges.pop_back();
    if (ranges.empty() || ranges.back().outcome != outcome) ranges.push_back({first, outcome});
  }

  // The slots from `from` to `highest`, the first of which has call number `first`; then ENOSYS if that is
  // wanted.
  void push_slots(Section& section, const Answers& answers, std::size_t from, int highest,
                  std::uint32_t first, bool newer_is_enosys) {
    push(section, first, 0);
    if (highest < 0) return;
    for (std::size_t slot = from; slot <= static_cast<std::size_t>(highest); ++slot)
      push(section, first++, answers.outcomes[slot]);
    push(section, first, newer_is_enosys ? plain_outcome(kEnosys) : 0);
  }

  void fill(Section& section, const Answers& answers, bool newer_is_enosys) {
    push(section, 0, 0);
    push_slots(section, answers, 0, answers.highest, answers.arch->base, newer_is_enosys);
    if (answers.highest_private >= 0)
      push_slots(section, answers, kOrdinary, answers.highest_private, kArmPrivateBase, newer_is_enosys);
    const bool s390 = section.audit == AUDIT_ARCH_S390 || section.audit == AUDIT_ARCH_S390X;
    if (s390 && newer_is_enosys && answers.highest >= 0) answer_zero_with_enosys(section);
  }

  void answer_zero_with_enosys(Section& section) {
    auto& ranges = section.ranges;
    const std::uint32_t rest = ranges.front().outcome;
    ranges.front().outcome = plain_outcome(kEnosys);
    if (ranges.size() == 1 || ranges[1].first > 1) ranges.insert(ranges.begin() + 1, {1, rest});
  }

  // Bit 30 of the number tells x32 from x86-64; with bit 31 it is a number of neither. Without x32 in the
  // profile, its calls are those of a bad architecture, but for -1: with it a tracer skips a call
  // (seccomp(2)), and no filter may kill for it.
  void fill_x86_64(Section& section, bool newer_is_enosys) {
    const bool both = find_answers(AUDIT_ARCH_X86_64) != nullptr && find_answers(spec::kArchX32) != nullptr;
    const std::uint32_t other = both ? 0 : plain_outcome(policy_.bad_arch);
    for (const std::uint32_t top : {0u, 0x80000000u}) {
      for (const std::uint32_t bit : {0u, kX32Bit}) {
        const Answers* answers = find_answers(bit == 0 ? std::uint32_t{AUDIT_ARCH_X86_64} : spec::kArchX32);
        if (answers != nullptr && top == 0)
          push_slots(section, *answers, 0, answers->highest, bit, newer_is_enosys);
        else if (answers != nullptr && answers->highest >= 0 && newer_is_enosys)
          push(section, top | bit, plain_outcome(kEnosys));
        else
          push(section, top | bit, other);
      }
    }
    if (!both) push(section, 0xffffffffu, 0);
  }

  const spec::Seccomp& profile_;
  Omissions* omissions_;
  std::uint32_t default_answer_ = 0;
  std::vector<Answers> archs_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> plain_;  // answer, outcome
  Policy policy_;
};

}  // namespace

Result<Policy> make_policy(const spec::Seccomp& profile, std::uint32_t native, Omissions* omissions) {
  return PolicyMaker(profile, omissions).make(native);
}

}  // namespace masu::seccomp
