// SPDX-License-Identifier: Apache-2.0
//
// Our programs against libseccomp's, both interpreted: every call number, and a million argument sets for
// each default profile of Docker and Podman, over the architectures that libseccomp knows; and generated
// profiles.
#include "oracle.h"

#include "bpf.h"
#include "masu/base/text.h"
#include "masu/seccomp/compile.h"
#include "masu/spec/names.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <random>
#include <set>

#include <linux/audit.h>
#include <linux/seccomp.h>

namespace masu::seccomp::test {
namespace {

using masu::test::check_program;
using masu::test::make_data;
using masu::test::run_program;
using Args = std::array<std::uint64_t, 6>;

constexpr std::uint32_t kEnosys = SECCOMP_RET_ERRNO | ENOSYS;

std::uint32_t call_number(const Arch& arch, Number number) {
  return number < kPrivate ? arch.base + number : kArmPrivateBase + (number - kPrivate);
}

// runc's ENOSYS stub: which numbers are above all that the profile names.
class NewCalls {
 public:
  NewCalls(const spec::Seccomp& profile, const Machine& machine) {
    const std::uint32_t action = profile.default_action.ret;
    refuses_ = action != SECCOMP_RET_ALLOW && action != SECCOMP_RET_LOG && action != SECCOMP_RET_TRACE;
    for (std::uint32_t token : machine.tokens)
      for (const auto& rule : profile.syscalls)
        for (const auto& name : rule.names) mention(*find_arch(token), name);
  }

  bool contain(std::uint32_t audit, std::uint32_t nr) const {
    if (!refuses_) return false;
    const bool x32 = audit == AUDIT_ARCH_X86_64 && (nr & kX32Bit) != 0;
    const auto known = highest_.find(x32 ? spec::kArchX32 : audit);
    const auto known_private = highest_private_.find(audit);
    if (known_private != highest_private_.end() && nr >= kArmPrivateBase) return nr > known_private->second;
    if (known == highest_.end()) return false;
    if (nr == 0 && (audit == AUDIT_ARCH_S390 || audit == AUDIT_ARCH_S390X)) return true;
    return nr > known->second;
  }

 private:
  void mention(const Arch& arch, const std::string& name) {
    const Number number = arch.number(*find_call(name));
    if (number == kNoNumber) return;
    auto& highest = number < kPrivate ? highest_ : highest_private_;
    auto [known, first] = highest.emplace(arch.token, call_number(arch, number));
    if (!first) known->second = std::max(known->second, call_number(arch, number));
  }

  bool refuses_ = false;
  std::map<std::uint32_t, std::uint32_t> highest_;
  std::map<std::uint32_t, std::uint32_t> highest_private_;
};

bool holds(const spec::SeccompArg& arg, std::uint64_t value, unsigned word) {
  const std::uint64_t bits = word == 32 ? 0xffffffff : ~std::uint64_t{0};
  const std::uint64_t left = value & bits;
  const std::uint64_t right = arg.value & bits;
  switch (arg.op) {
    case spec::SeccompOp::ne:
      return left != right;
    case spec::SeccompOp::lt:
      return left < right;
    case spec::SeccompOp::le:
      return left <= right;
    case spec::SeccompOp::eq:
      return left == right;
    case spec::SeccompOp::ge:
      return left >= right;
    case spec::SeccompOp::gt:
      return left > right;
    case spec::SeccompOp::masked_eq:
      return (left & right) == (arg.value_two & right);
  }
  return false;
}

// What the profile says, in the plainest way: the judge where libseccomp and we differ. It takes profiles
// whose conditions never hold for two rules of different actions at once.
class Meaning {
 public:
  Meaning(const spec::Seccomp& profile, const Machine& machine)
      : profile_(profile), machine_(machine), new_calls_(profile, machine) {}

  std::uint32_t answer(std::uint32_t audit, std::uint32_t nr, const Args& args) const {
    if (new_calls_.contain(audit, nr)) return kEnosys;
    const std::uint32_t otherwise = answer_of(profile_.default_action, profile_.default_errno_ret);
    const Arch* arch = find(audit, nr);
    if (arch == nullptr) return SECCOMP_RET_KILL_THREAD;
    std::optional<std::uint32_t> conditional;
    for (const auto& rule : profile_.syscalls) {
      const std::uint32_t answer = answer_of(rule.action, rule.errno_ret);
      if (answer == otherwise) continue;
      for (const auto& name : rule.names) {
        const NameId id = *find_call(name);
        if (arch->number(id) != kNoNumber && call_number(*arch, arch->number(id)) == nr) {
          if (unconditional(rule, *arch)) return answer;
          if (match(rule, *arch, args, 0)) conditional = answer;
        }
        const auto multiplex = find_multiplex(id);
        if (arch->multiplexed && multiplex && call_number(*arch, arch->number(multiplex->call)) == nr &&
            holds({0, multiplex->selector, 0, spec::SeccompOp::eq}, args[0], arch->word) &&
            match(rule, *arch, args, 1))
          conditional = answer;
      }
    }
    return conditional.value_or(otherwise);
  }

 private:
  static std::uint32_t answer_of(spec::SeccompAction action, std::optional<std::uint32_t> number) {
    const bool numbered = action.ret == SECCOMP_RET_ERRNO || action.ret == SECCOMP_RET_TRACE;
    return numbered ? action.ret | number.value_or(EPERM) : action.ret;
  }

  const Arch* find(std::uint32_t audit, std::uint32_t nr) const {
    for (std::uint32_t token : machine_.tokens) {
      const Arch* arch = find_arch(token);
      const bool x32 = audit == AUDIT_ARCH_X86_64 && (nr & kX32Bit) != 0;
      if (arch->audit == audit && (token == spec::kArchX32) == x32) return arch;
    }
    // -1 is what a tracer puts in place of a call that it skips.
    return audit == AUDIT_ARCH_X86_64 && nr == 0xffffffff ? find_arch(audit) : nullptr;
  }

  static bool empty_mask(const spec::SeccompArg& arg, const Arch& arch) {
    return arg.op == spec::SeccompOp::masked_eq &&
           (arch.word == 32 ? arg.value & 0xffffffff : arg.value) == 0;
  }
  static bool unconditional(const spec::SeccompRule& rule, const Arch& arch) {
    return std::ranges::all_of(rule.args, [&](const auto& arg) { return empty_mask(arg, arch); });
  }
  static bool match(const spec::SeccompRule& rule, const Arch& arch, const Args& args, std::uint32_t first) {
    return std::ranges::all_of(rule.args, [&](const auto& arg) {
      return arg.index < first || holds(arg, args[arg.index], arch.word);
    });
  }

  const spec::Seccomp& profile_;
  const Machine& machine_;
  NewCalls new_calls_;
};

// Numbers that matter: all ordinary ones with their base, x32's, both ends of every range.
std::vector<std::uint32_t> call_numbers() {
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t base : {0u, 4000u, 5000u, 6000u, 0x0f0000u, 0x3fffff00u, kX32Bit, 0x7fffff00u,
                             0x80000000u, 0xbfffff00u, 0xc0000000u, 0xffffff00u}) {
    const std::uint32_t count = base == 0 || base == kX32Bit ? 1024 : base < 0x0f0000u ? 600 : 16;
    for (std::uint32_t i = 0; i < count; ++i) numbers.push_back(base + i);
  }
  numbers.push_back(0x3fffffffu);
  numbers.push_back(0x7fffffffu);
  numbers.push_back(0xbfffffffu);
  numbers.push_back(0xfffffffeu);
  numbers.push_back(0xffffffffu);
  return numbers;
}

std::vector<std::uint32_t> audits(const Machine& machine) {
  std::vector<std::uint32_t> audits;
  for (std::uint32_t token : machine.tokens)
    if (std::ranges::find(audits, find_arch(token)->audit) == audits.end())
      audits.push_back(find_arch(token)->audit);
  return audits;
}

// Values near those that the profile compares with, in either word.
class ArgSource {
 public:
  ArgSource(const spec::Seccomp& profile, std::uint32_t seed) : random_(seed) {
    values_ = {0, 1, 2, 0xffffffffu, 0x100000000u, ~std::uint64_t{0}};
    for (const auto& rule : profile.syscalls)
      for (const auto& arg : rule.args) values_.insert(values_.end(), {arg.value, arg.value_two});
  }

  std::uint64_t value() {
    std::uint64_t value = values_[random_() % values_.size()];
    switch (random_() % 8) {
      case 0:
        return value + 1;
      case 1:
        return value - 1;
      case 2:
        return value ^ (std::uint64_t{1} << random_() % 64);
      case 3:
        return (value & 0xffffffffu) | std::uint64_t{random_()} << 32;
      case 4:
        return (value & ~std::uint64_t{0xffffffffu}) | random_();
      case 5:
        return std::uint64_t{random_()} << 32 | random_();
      default:
        return value;
    }
  }
  Args args() { return {value(), value(), value(), value(), value(), value()}; }
  std::uint32_t pick() { return static_cast<std::uint32_t>(random_()); }

 private:
  std::mt19937 random_;
  std::vector<std::uint64_t> values_;
};

std::string describe(std::uint32_t audit, std::uint32_t nr, const Args& args) {
  std::string text = cat("arch ", audit, " call ", nr, " args");
  for (auto arg : args) text += cat(" ", arg);
  return text;
}

std::string describe(const spec::Seccomp& profile) {
  std::string text = cat("default ", profile.default_action.ret);
  for (const auto& rule : profile.syscalls) {
    if (rule.names.empty()) continue;
    text += cat("\n  ", rule.names[0], ": ", rule.action.ret, " errno ", rule.errno_ret.value_or(0));
    for (const auto& arg : rule.args)
      text += cat(" [", spec::find_name(spec::seccomp_operators(), arg.op), " ", arg.index, " ", arg.value,
                  " ", arg.value_two, "]");
  }
  return text;
}

// Our program and libseccomp's for one profile. They agree in each answer; where they do not, the profile's
// meaning must side with us, and that is a fault of libseccomp to be counted.
class Comparison {
 public:
  // Nothing if libseccomp refuses the profile.
  static std::optional<Comparison> make(const spec::Seccomp& profile, const Machine& machine) {
    auto filter = libseccomp_filter(profile, machine);
    if (!filter) return std::nullopt;
    EXPECT_EQ(check_program(*filter), "");
    auto ours = compile(profile, {machine.tokens.front(), 0});
    EXPECT_TRUE(ours) << ours.error().message();
    EXPECT_EQ(check_program(ours->code), "");
    return Comparison(profile, machine, std::move(ours->code), std::move(*filter));
  }

  // False if we are wrong.
  [[nodiscard]] bool ask(std::uint32_t audit, std::uint32_t nr, const Args& args) {
    const auto data = make_data(audit, nr, args, big_endian_);
    const std::uint32_t answer = run_program(ours_, data);
    const std::uint32_t expected = new_calls_.contain(audit, nr) ? kEnosys : run_program(theirs_, data);
    if (answer == expected) return true;
    if (answer == meaning_.answer(audit, nr, args)) {
      ++faults_;
      return true;
    }
    ADD_FAILURE() << describe(audit, nr, args) << ": expected " << std::hex << expected << ", got " << answer;
    return false;
  }

  int faults() const { return faults_; }

 private:
  Comparison(const spec::Seccomp& profile, const Machine& machine, std::vector<sock_filter> ours,
             std::vector<sock_filter> theirs)
      : ours_(std::move(ours)),
        theirs_(std::move(theirs)),
        big_endian_(find_arch(machine.tokens.front())->big_endian),
        new_calls_(profile, machine),
        meaning_(profile, machine) {}

  std::vector<sock_filter> ours_;
  std::vector<sock_filter> theirs_;
  bool big_endian_;
  NewCalls new_calls_;
  Meaning meaning_;
  int faults_ = 0;
};

void compare_numbers(Comparison& comparison, const Machine& machine, ArgSource& source, int sets) {
  static const std::vector<std::uint32_t> numbers = call_numbers();
  auto known = audits(machine);
  for (std::uint32_t audit : {0u, AUDIT_ARCH_ALPHA}) known.push_back(audit);  // of no profile
  for (std::uint32_t audit : known)
    for (std::uint32_t nr : numbers)
      for (int i = 0; i < sets; ++i)
        if (!comparison.ask(audit, nr, source.args())) return;
}

using Call = std::pair<std::uint32_t, std::uint32_t>;  // AUDIT_ARCH_*, number

// The calls that have conditions, on each architecture.
std::vector<Call> conditional_calls(const spec::Seccomp& profile, const Machine& machine) {
  std::vector<Call> calls;
  for (std::uint32_t token : machine.tokens) {
    const Arch& arch = *find_arch(token);
    for (const auto& rule : profile.syscalls) {
      if (rule.args.empty()) continue;
      for (const auto& name : rule.names) {
        const auto id = find_call(name);
        if (arch.number(*id) != kNoNumber)
          calls.emplace_back(arch.audit, call_number(arch, arch.number(*id)));
        if (const auto multiplex = find_multiplex(*id); multiplex && arch.multiplexed)
          calls.emplace_back(arch.audit, call_number(arch, arch.number(multiplex->call)));
      }
    }
  }
  return calls;
}

void compare_args(Comparison& comparison, const std::vector<Call>& calls, ArgSource& source, int sets) {
  for (int i = 0; i < sets && !calls.empty(); ++i) {
    const auto& [audit, nr] = calls[source.pick() % calls.size()];
    if (!comparison.ask(audit, nr, source.args())) return;
  }
}

class DefaultProfile : public testing::TestWithParam<std::tuple<std::string, Machine>> {};

TEST_P(DefaultProfile, AnswersAsLibseccomp) {
  const auto& [engine, machine] = GetParam();
  const std::string form = machine.name == "s390x" ? "s390x" : machine.name == "aarch64" ? "arm64" : "amd64";
  const auto full = load_profile(cat(engine, "-", form, ".json"), machine);
  const auto profile = common_names(full, machine);
  auto comparison = Comparison::make(profile, machine);
  ASSERT_TRUE(comparison);
  ArgSource source(profile, 1);
  compare_numbers(*comparison, machine, source, 3);
  const auto calls = conditional_calls(profile, machine);
  ASSERT_FALSE(calls.empty());
  compare_args(*comparison, calls, source, static_cast<int>(1'000'000 / machines().size()));
  EXPECT_EQ(comparison->faults(), 0);
}

INSTANTIATE_TEST_SUITE_P(All, DefaultProfile,
                         testing::Combine(testing::Values("docker", "podman"), testing::ValuesIn(machines())),
                         [](const auto& at) {
                           return std::get<0>(at.param) + "_" + std::get<1>(at.param).name;
                         });

// Profiles that nobody would write. `tame` ones keep to what libseccomp 2.5.4 mostly does right: after it has
// compared the low word of an argument in vain, it goes on to compare the high word by another condition
// without loading it (gen_bpf.c), and rules that overlap in several arguments can send it round in circles
// (db.c). So each call has conditions of one operator on one argument, or a single rule with several.
class ProfileSource {
 public:
  explicit ProfileSource(std::uint32_t seed) : random_(seed) {}

  spec::Seccomp tame() {
    used_.clear();
    spec::Seccomp profile;
    profile.default_action = {pick(kActions)};
    for (std::uint32_t calls = 1 + random(40); calls > 0; --calls) add_call(profile);
    return profile;
  }

  // Any conditions at all, but of one action.
  spec::Seccomp wild() {
    used_.clear();
    spec::Seccomp profile;
    profile.default_action = {pick(kActions)};
    const std::uint32_t action = pick(kActions);
    std::array<std::string, 6> names;
    for (auto& name : names) name = new_name();
    for (std::uint32_t rules = 1 + random(30); rules > 0; --rules) {
      spec::SeccompRule one = rule(names[random(6)]);
      // An unconditional rule for socket(2) is a conditional one for socketcall(2).
      if (random(8) != 0 || find_multiplex(*find_call(one.names[0]))) {
        one.action = {action};
        one.errno_ret.reset();
        for (std::uint32_t index = random(3); index < 6; index += 1 + random(4))
          one.args.push_back(arg(index, op()));
      }
      profile.syscalls.push_back(one);
    }
    return profile;
  }

 private:
  static constexpr std::uint32_t kActions[] = {
      SECCOMP_RET_ERRNO, SECCOMP_RET_ALLOW,       SECCOMP_RET_TRAP,  SECCOMP_RET_KILL_PROCESS,
      SECCOMP_RET_LOG,   SECCOMP_RET_KILL_THREAD, SECCOMP_RET_TRACE,
  };
  static constexpr std::uint64_t kValues[] = {
      0,
      1,
      2,
      3,
      0x7f,
      0x80,
      0xffff,
      0x7e020000,
      0xffffffff,
      0x100000000,
      0x100000001,
      0x1ffffffff,
      0xff00000001,
      0x8000000000000000,
      0xffffffff00000000,
      0xffffffffffffffff,
  };
  static constexpr const char* kCalls[] = {
      "personality", "socket", "clone",   "prctl",  "ioctl", "semget",
      "shmat",       "read",   "openat2", "sendto", "fcntl",
  };

  std::uint32_t random(std::uint32_t below) { return static_cast<std::uint32_t>(random_()) % below; }
  template <class T, std::uint32_t n>
  T pick(const T (&items)[n]) {
    return items[random(n)];
  }

  std::string new_name() {
    for (;;) {
      std::string name =
          random(3) == 0
              ? std::string(pick(kCalls))
              : std::string(call_name(static_cast<NameId>(random(static_cast<std::uint32_t>(call_count())))));
      if (used_.insert(name).second) return name;
    }
  }

  spec::SeccompRule rule(const std::string& name) {
    spec::SeccompRule rule{{name}, {pick(kActions)}, std::nullopt, {}};
    if (rule.action.ret == SECCOMP_RET_ERRNO && random(2) == 0) rule.errno_ret = ENOSYS;
    return rule;
  }
  spec::SeccompArg arg(std::uint32_t index, spec::SeccompOp op) {
    return {index, pick(kValues), op == spec::SeccompOp::masked_eq ? pick(kValues) : 0, op};
  }
  spec::SeccompOp op() { return static_cast<spec::SeccompOp>(random(7)); }

  void add_call(spec::Seccomp& profile) {
    const std::string name = new_name();
    switch (random(4)) {
      case 0:  // unconditional ones, of which the first counts
        for (std::uint32_t rules = 1 + random(2); rules > 0; --rules) profile.syscalls.push_back(rule(name));
        break;
      case 1: {  // several conditions at once
        spec::SeccompRule all = rule(name);
        for (std::uint32_t index = random(3); index < 6; index += 1 + random(3))
          all.args.push_back(arg(index, op()));
        profile.syscalls.push_back(all);
        break;
      }
      case 2: {  // one argument, one operator, several values; one action, or several if the conditions
                 // exclude each other
        const spec::SeccompOp shared = random(2) == 0 ? spec::SeccompOp::eq : op();
        const std::uint32_t index = random(6);
        const spec::SeccompRule first = rule(name);
        std::set<std::uint64_t> values;
        for (std::uint32_t rules = 2 + random(4); rules > 0; --rules) {
          spec::SeccompRule one = shared == spec::SeccompOp::eq ? rule(name) : first;
          one.args = {arg(index, shared)};
          one.args[0].value &= 0xffffffff;
          one.args[0].value_two &= 0xffffffff;
          if (values.insert(one.args[0].value).second) profile.syscalls.push_back(one);
        }
        break;
      }
      default:  // an unconditional rule after and before a conditional one
        for (int i = 0; i < 3; ++i) {
          spec::SeccompRule one = rule(name);
          if (i != 1) one.args = {arg(random(6), op())};
          profile.syscalls.push_back(one);
        }
    }
  }

  std::mt19937 random_;
  std::set<std::string> used_;
};

TEST(GeneratedProfiles, AnswerAsLibseccomp) {
  ProfileSource profiles(20261122);
  int same = 0;
  for (std::uint32_t n = 0; n < 400; ++n) {
    const Machine& machine = machines()[n % machines().size()];
    const auto profile = common_names(profiles.tame(), machine);
    auto comparison = Comparison::make(profile, machine);
    if (!comparison) continue;  // rules of different actions that meet in one socketcall(2)
    SCOPED_TRACE(cat("profile ", n, " on ", machine.name, ": ", describe(profile)));
    ArgSource source(profile, n);
    compare_numbers(*comparison, machine, source, 1);
    compare_args(*comparison, conditional_calls(profile, machine), source, 20'000);
    if (HasFailure()) return;
    if (comparison->faults() == 0) ++same;
  }
  RecordProperty("same", same);
  EXPECT_GE(same, 200);
}

TEST(GeneratedProfiles, MeanWhatTheySay) {
  ProfileSource profiles(11);
  for (std::uint32_t n = 0; n < 400; ++n) {
    const Machine& machine = machines()[n % machines().size()];
    auto profile = profiles.wild();
    profile.architectures = machine.tokens;
    auto ours = compile(profile, {machine.tokens.front(), 0});
    ASSERT_TRUE(ours) << ours.error().message();
    ASSERT_EQ(check_program(ours->code), "");
    const Meaning meaning(profile, machine);
    const bool big_endian = find_arch(machine.tokens.front())->big_endian;
    ArgSource source(profile, n);
    const auto calls = conditional_calls(profile, machine);
    for (int i = 0; i < 2000 && !calls.empty(); ++i) {
      const auto& [audit, nr] = calls[source.pick() % calls.size()];
      const auto args = source.args();
      ASSERT_EQ(run_program(ours->code, make_data(audit, nr, args, big_endian)),
                meaning.answer(audit, nr, args))
          << describe(audit, nr, args) << " of profile " << n << " on " << machine.name << ": "
          << describe(profile);
    }
  }
}

}  // namespace
}  // namespace masu::seccomp::test
