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
#include <cerrno>
#include <map>
#include <random>

#include <linux/audit.h>
#include <linux/seccomp.h>

namespace masu::seccomp::test {
namespace {

using masu::test::check_program;
using masu::test::make_data;
using masu::test::run_program;
using Args = std::array<std::uint64_t, 6>;

constexpr std::uint32_t kEnosys = SECCOMP_RET_ERRNO | ENOSYS;

// What runc's ENOSYS stub and libseccomp's filter answer together.
class Oracle {
 public:
  Oracle(const spec::Seccomp& profile, const Machine& machine, std::vector<sock_filter> filter)
      : filter_(std::move(filter)) {
    const std::uint32_t action = profile.default_action.ret;
    refuses_ = action != SECCOMP_RET_ALLOW && action != SECCOMP_RET_LOG && action != SECCOMP_RET_TRACE;
    for (std::uint32_t token : machine.tokens) {
      const Arch& arch = *find_arch(token);
      big_endian_ = arch.big_endian;
      for (const auto& rule : profile.syscalls)
        for (const auto& name : rule.names) mention(arch, name);
    }
  }

  std::uint32_t answer(std::uint32_t audit, std::uint32_t nr, const Args& args) const {
    if (refuses_ && above_known(audit, nr)) return kEnosys;
    return run_program(filter_, make_data(audit, nr, args, big_endian_));
  }

 private:
  void mention(const Arch& arch, const std::string& name) {
    const Number number = arch.number(*find_call(name));
    if (number == kNoNumber) return;
    auto& highest = number < kPrivate ? highest_ : highest_private_;
    const std::uint32_t nr = number < kPrivate ? arch.base + number : kArmPrivateBase + (number - kPrivate);
    auto [known, first] = highest.emplace(arch.token, nr);
    if (!first) known->second = std::max(known->second, nr);
  }

  bool above_known(std::uint32_t audit, std::uint32_t nr) const {
    std::uint32_t token = audit;
    if (audit == AUDIT_ARCH_X86_64 && (nr & kX32Bit) != 0) token = spec::kArchX32;
    const auto known = highest_.find(token);
    const auto known_private = highest_private_.find(token);
    if (known_private != highest_private_.end() && nr >= kArmPrivateBase) return nr > known_private->second;
    if (known == highest_.end()) return false;
    if (nr == 0 && (audit == AUDIT_ARCH_S390 || audit == AUDIT_ARCH_S390X)) return true;
    return nr > known->second;
  }

  std::vector<sock_filter> filter_;
  bool refuses_ = false;
  bool big_endian_ = false;
  std::map<std::uint32_t, std::uint32_t> highest_;
  std::map<std::uint32_t, std::uint32_t> highest_private_;
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

struct Pair {
  Program ours;
  Oracle theirs;
  bool big_endian;

  // True if both answer the same.
  [[nodiscard]] bool agree(std::uint32_t audit, std::uint32_t nr, const Args& args) const {
    const std::uint32_t expected = theirs.answer(audit, nr, args);
    const std::uint32_t answer = run_program(ours.code, make_data(audit, nr, args, big_endian));
    if (answer == expected) return true;
    ADD_FAILURE() << describe(audit, nr, args) << ": expected " << std::hex << expected << ", got " << answer;
    return false;
  }
};

std::optional<Pair> make_pair(const spec::Seccomp& profile, const Machine& machine) {
  auto filter = libseccomp_filter(profile, machine);
  if (!filter) return std::nullopt;
  EXPECT_EQ(check_program(*filter), "");
  auto ours = compile(profile, {machine.tokens.front(), 0});
  if (!ours) {
    ADD_FAILURE() << ours.error().message();
    return std::nullopt;
  }
  EXPECT_EQ(check_program(ours->code), "");
  return Pair{std::move(*ours), Oracle(profile, machine, std::move(*filter)),
              find_arch(machine.tokens.front())->big_endian};
}

void compare_numbers(const Pair& pair, const Machine& machine, ArgSource& source, int sets) {
  static const std::vector<std::uint32_t> numbers = call_numbers();
  auto known = audits(machine);
  for (std::uint32_t audit : {0u, AUDIT_ARCH_ALPHA}) known.push_back(audit);  // of no profile
  for (std::uint32_t audit : known)
    for (std::uint32_t nr : numbers)
      for (int i = 0; i < sets; ++i)
        if (!pair.agree(audit, nr, source.args())) return;
}

// Argument sets for the calls that have conditions, on each architecture in turn.
void compare_args(const Pair& pair, const spec::Seccomp& profile, const Machine& machine, ArgSource& source,
                  int sets) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> calls;
  for (std::uint32_t token : machine.tokens)
    for (const auto& rule : profile.syscalls)
      if (!rule.args.empty())
        for (const auto& name : rule.names) {
          const Arch& arch = *find_arch(token);
          const auto id = find_call(name);
          if (arch.number(*id) != kNoNumber) calls.emplace_back(arch.audit, arch.base + arch.number(*id));
          if (const auto multiplex = find_multiplex(*id); multiplex && arch.multiplexed)
            calls.emplace_back(arch.audit, arch.base + arch.number(multiplex->call));
        }
  ASSERT_FALSE(calls.empty());
  for (int i = 0; i < sets; ++i) {
    const auto& [audit, nr] = calls[source.pick() % calls.size()];
    if (!pair.agree(audit, nr, source.args())) return;
  }
}

class DefaultProfile : public testing::TestWithParam<std::tuple<std::string, Machine>> {};

TEST_P(DefaultProfile, AnswersAsLibseccomp) {
  const auto& [engine, machine] = GetParam();
  const std::string form = machine.name == "s390x" ? "s390x" : machine.name == "aarch64" ? "arm64" : "amd64";
  const auto full = load_profile(cat(engine, "-", form, ".json"), machine);
  const auto profile = common_names(full, machine);
  const auto pair = make_pair(profile, machine);
  ASSERT_TRUE(pair);
  ArgSource source(profile, 1);
  compare_numbers(*pair, machine, source, 3);
  compare_args(*pair, profile, machine, source, static_cast<int>(1'000'000 / machines().size()));
  RecordProperty("instructions", static_cast<int>(pair->ours.code.size()));
}

INSTANTIATE_TEST_SUITE_P(All, DefaultProfile,
                         testing::Combine(testing::Values("docker", "podman"), testing::ValuesIn(machines())),
                         [](const auto& at) {
                           return std::get<0>(at.param) + "_" + std::get<1>(at.param).name;
                         });

}  // namespace
}  // namespace masu::seccomp::test
