// SPDX-License-Identifier: Apache-2.0
#include "masu/seccomp/compile.h"

#include "arch.h"
#include "bpf.h"
#include "masu/spec/names.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <set>
#include <string>
#include <string_view>

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

namespace masu::seccomp {
namespace {

using masu::test::answer_without_args;
using masu::test::check_program;
using masu::test::make_data;
using masu::test::run_program;
using spec::SeccompOp;

constexpr Host kHost{AUDIT_ARCH_X86_64, ~0u};
constexpr std::uint32_t kEperm = SECCOMP_RET_ERRNO | EPERM;
constexpr std::uint32_t kEnosys = SECCOMP_RET_ERRNO | ENOSYS;

spec::SeccompRule rule(std::vector<std::string> names, std::uint32_t action,
                       std::vector<spec::SeccompArg> args = {}) {
  return {std::move(names), {action}, std::nullopt, std::move(args)};
}

spec::Seccomp profile(std::uint32_t action, std::vector<spec::SeccompRule> rules) {
  spec::Seccomp profile;
  profile.default_action = {action};
  profile.syscalls = std::move(rules);
  return profile;
}

Program must_compile(const spec::Seccomp& profile, const Host& host = kHost) {
  auto program = compile(profile, host);
  EXPECT_TRUE(program) << program.error().message();
  EXPECT_EQ(check_program(program->code), "");
  return std::move(*program);
}

std::uint32_t ask(const Program& program, long nr, std::array<std::uint64_t, 6> args = {},
                  std::uint32_t arch = AUDIT_ARCH_X86_64) {
  return run_program(program.code, make_data(arch, static_cast<std::uint32_t>(nr), args, false));
}

std::string refusal(const spec::Seccomp& profile, const Host& host = kHost) {
  auto program = compile(profile, host);
  if (program) return "";
  EXPECT_EQ(program.error().kind(), Kind::invalid_spec);
  return program.error().message();
}

TEST(Tables, FindEveryNameAndNoOther) {
  for (std::size_t id = 0; id < call_count(); ++id) {
    const auto name = call_name(static_cast<NameId>(id));
    EXPECT_EQ(find_call(name), id) << name;
  }
  for (const char* name : {"", "no_such_call", "READ", "rea", "read "}) EXPECT_FALSE(find_call(name)) << name;
}

TEST(Tables, GiveNoNumberTwice) {
  for (const auto& [name, token] : spec::seccomp_architectures()) {
    const Arch* arch = find_arch(token);
    ASSERT_NE(arch, nullptr) << name;
    std::multiset<Number> numbers;
    for (std::size_t id = 0; id < call_count(); ++id)
      if (const Number number = arch->number(static_cast<NameId>(id)); number != kNoNumber)
        numbers.insert(number);
    EXPECT_GT(numbers.size(), 300u) << name;
    // ARM's sync_file_range2 and arm_sync_file_range are one call.
    for (Number number : numbers)
      EXPECT_EQ(numbers.count(number), token == AUDIT_ARCH_ARM && number == 341 ? 2u : 1u)
          << name << " " << number;
  }
}

TEST(Tables, HaveTheNumbersOfThisMachinesHeaders) {
  const Arch& arch = *find_arch(native_arch());
  const auto number = [&](std::string_view name) { return arch.number(find_call(name).value()); };
  EXPECT_EQ(number("read"), SYS_read);
  EXPECT_EQ(number("openat"), SYS_openat);
  EXPECT_EQ(number("clone3"), SYS_clone3);
  EXPECT_EQ(number("exit_group"), SYS_exit_group);
}

TEST(Compile, AnswersEachActionWithItsNumber) {
  auto p = profile(SECCOMP_RET_ALLOW,
                   {rule({"getpid"}, SECCOMP_RET_ERRNO), rule({"getuid"}, SECCOMP_RET_TRACE),
                    rule({"getgid"}, SECCOMP_RET_TRAP), rule({"geteuid"}, SECCOMP_RET_KILL_PROCESS),
                    rule({"getegid"}, SECCOMP_RET_KILL_THREAD), rule({"getppid"}, SECCOMP_RET_LOG),
                    rule({"getpgrp"}, SECCOMP_RET_USER_NOTIF)});
  p.syscalls[1].errno_ret = 77;
  p.listener_path = "/run/agent.sock";
  const Program program = must_compile(p);
  EXPECT_EQ(ask(program, SYS_getpid), kEperm);
  EXPECT_EQ(ask(program, SYS_getuid), SECCOMP_RET_TRACE | 77u);
  EXPECT_EQ(ask(program, SYS_getgid), SECCOMP_RET_TRAP);
  EXPECT_EQ(ask(program, SYS_geteuid), SECCOMP_RET_KILL_PROCESS);
  EXPECT_EQ(ask(program, SYS_getegid), SECCOMP_RET_KILL_THREAD);
  EXPECT_EQ(ask(program, SYS_getppid), SECCOMP_RET_LOG);
  EXPECT_EQ(ask(program, SYS_getpgrp), SECCOMP_RET_USER_NOTIF);
  EXPECT_EQ(ask(program, SYS_read), SECCOMP_RET_ALLOW);
  EXPECT_TRUE(program.notifies);
}

TEST(Compile, ComparesAllBitsOfAnArgument) {
  constexpr std::uint64_t kValue = 0x200000005;
  const struct {
    SeccompOp op;
    bool below, equal, above;  // and of a value whose high or low word alone is equal
    bool same_low, same_high;
  } cases[] = {
      {SeccompOp::eq, false, true, false, false, false}, {SeccompOp::ne, true, false, true, true, true},
      {SeccompOp::lt, true, false, false, true, false},  {SeccompOp::le, true, true, false, true, false},
      {SeccompOp::gt, false, false, true, false, true},  {SeccompOp::ge, false, true, true, false, true},
  };
  for (const auto& c : cases) {
    const Program program = must_compile(
        profile(SECCOMP_RET_ERRNO, {rule({"fcntl"}, SECCOMP_RET_ALLOW, {{2, kValue, 0, c.op}})}));
    const auto allowed = [&](std::uint64_t value) {
      return ask(program, SYS_fcntl, {9, 9, value, 9, 9, 9}) == SECCOMP_RET_ALLOW;
    };
    EXPECT_EQ(allowed(kValue - 1), c.below);
    EXPECT_EQ(allowed(kValue), c.equal);
    EXPECT_EQ(allowed(kValue + 1), c.above);
    EXPECT_EQ(allowed(0x100000005), c.same_low);
    EXPECT_EQ(allowed(0x200000006), c.same_high);
  }
}

TEST(Compile, MasksBothSides) {
  const Program program = must_compile(
      profile(SECCOMP_RET_ERRNO,
              {rule({"clone"}, SECCOMP_RET_ALLOW, {{0, 0xf0000000f0, 0x5000000ff, SeccompOp::masked_eq}})}));
  EXPECT_EQ(ask(program, SYS_clone, {0x50000000f0 & 0xf0000000f0}), kEperm);
  EXPECT_EQ(ask(program, SYS_clone, {0xf0}), SECCOMP_RET_ALLOW)
      << "the datum's bits outside of the mask do not count";
  EXPECT_EQ(ask(program, SYS_clone, {0xffffff0fffffff0f | 0xf0}), SECCOMP_RET_ALLOW);
  EXPECT_EQ(ask(program, SYS_clone, {0x10000000f0}), kEperm);
}

TEST(Compile, JoinsConditionsUnlessTheyAreAboutOneArgument) {
  const Program both = must_compile(
      profile(SECCOMP_RET_ERRNO,
              {rule({"socket"}, SECCOMP_RET_ALLOW, {{0, 2, 0, SeccompOp::eq}, {1, 1, 0, SeccompOp::eq}})}));
  EXPECT_EQ(ask(both, SYS_socket, {2, 1}), SECCOMP_RET_ALLOW);
  EXPECT_EQ(ask(both, SYS_socket, {2, 3}), kEperm);
  const Program either = must_compile(
      profile(SECCOMP_RET_ERRNO,
              {rule({"socket"}, SECCOMP_RET_ALLOW,
                    {{0, 2, 0, SeccompOp::eq}, {0, 1, 0, SeccompOp::eq}, {1, 7, 0, SeccompOp::eq}})}));
  EXPECT_EQ(ask(either, SYS_socket, {1, 0}), SECCOMP_RET_ALLOW);
  EXPECT_EQ(ask(either, SYS_socket, {2, 0}), SECCOMP_RET_ALLOW);
  EXPECT_EQ(ask(either, SYS_socket, {3, 7}), SECCOMP_RET_ALLOW);
  EXPECT_EQ(ask(either, SYS_socket, {3, 0}), kEperm);
}

TEST(Compile, LetsTheFirstUnconditionalRuleDecide) {
  const std::vector<spec::SeccompArg> one = {{0, 1, 0, SeccompOp::eq}};
  const Program program = must_compile(profile(
      SECCOMP_RET_ALLOW,
      {rule({"personality"}, SECCOMP_RET_TRAP, one), rule({"personality"}, SECCOMP_RET_ERRNO),
       rule({"personality"}, SECCOMP_RET_KILL_PROCESS), rule({"personality"}, SECCOMP_RET_LOG, one)}));
  EXPECT_EQ(ask(program, SYS_personality, {1}), kEperm);
  EXPECT_EQ(ask(program, SYS_personality, {2}), kEperm);
}

TEST(Compile, LetsTheMoreSpecificConditionsDecide) {
  const Program program = must_compile(
      profile(SECCOMP_RET_ALLOW, {rule({"prctl"}, SECCOMP_RET_ERRNO, {{0, 10, 0, SeccompOp::ge}}),
                                  rule({"prctl"}, SECCOMP_RET_TRAP, {{0, 20, 0, SeccompOp::ge}}),
                                  rule({"prctl"}, SECCOMP_RET_KILL_PROCESS, {{0, 25, 0, SeccompOp::eq}})}));
  EXPECT_EQ(ask(program, SYS_prctl, {9}), SECCOMP_RET_ALLOW);
  EXPECT_EQ(ask(program, SYS_prctl, {10}), kEperm);
  EXPECT_EQ(ask(program, SYS_prctl, {20}), SECCOMP_RET_TRAP);
  EXPECT_EQ(ask(program, SYS_prctl, {25}), SECCOMP_RET_KILL_PROCESS);
}

TEST(Compile, SkipsRulesThatEqualTheDefault) {
  const Program program = must_compile(
      profile(SECCOMP_RET_ERRNO, {rule({"write"}, SECCOMP_RET_ERRNO), rule({"write"}, SECCOMP_RET_ALLOW)}));
  EXPECT_EQ(ask(program, SYS_write), SECCOMP_RET_ALLOW);
}

TEST(Compile, AnswersNewCallsWithEnosys) {
  const auto deny = profile(SECCOMP_RET_ERRNO, {rule({"read", "openat2"}, SECCOMP_RET_ALLOW)});
  const Program program = must_compile(deny);
  EXPECT_EQ(ask(program, SYS_write), kEperm);
  EXPECT_EQ(ask(program, 437), SECCOMP_RET_ALLOW);
  EXPECT_EQ(ask(program, 438), kEnosys);
  EXPECT_EQ(ask(program, 100000), kEnosys);
  for (std::uint32_t permissive : {SECCOMP_RET_ALLOW, SECCOMP_RET_LOG, SECCOMP_RET_TRACE}) {
    auto allow = deny;
    allow.default_action = {permissive};
    EXPECT_NE(ask(must_compile(allow), 438), kEnosys);
  }
  // A rule that says what the default says is a mention too.
  const Program mention = must_compile(
      profile(SECCOMP_RET_ERRNO, {rule({"read"}, SECCOMP_RET_ALLOW), rule({"openat2"}, SECCOMP_RET_ERRNO)}));
  EXPECT_EQ(ask(mention, 436), kEperm);
  EXPECT_EQ(ask(mention, 438), kEnosys);
}

TEST(Compile, CountsPrivateCallsOfArmApart) {
  auto p = profile(SECCOMP_RET_ERRNO, {rule({"read", "openat2", "set_tls"}, SECCOMP_RET_ALLOW)});
  p.architectures = {AUDIT_ARCH_ARM};
  const Program program = must_compile(p, {AUDIT_ARCH_AARCH64, 0});
  EXPECT_EQ(ask(program, 0x0f0005, {}, AUDIT_ARCH_ARM), SECCOMP_RET_ALLOW);
  EXPECT_EQ(ask(program, 0x0f0001, {}, AUDIT_ARCH_ARM), kEperm);
  EXPECT_EQ(ask(program, 438, {}, AUDIT_ARCH_ARM), kEnosys);
  EXPECT_EQ(ask(program, 0x0f0006, {}, AUDIT_ARCH_ARM), kEnosys);
}

TEST(Compile, TellsX32FromX8664) {
  auto p = profile(SECCOMP_RET_ERRNO, {rule({"read"}, SECCOMP_RET_ALLOW)});
  const Program alone = must_compile(p);
  EXPECT_EQ(ask(alone, kX32Bit), SECCOMP_RET_KILL_THREAD);
  EXPECT_EQ(ask(alone, 0xffffffff), kEperm) << "a tracer's way to skip a call";
  p.architectures = {spec::kArchX32};
  const Program both = must_compile(p);
  EXPECT_EQ(ask(both, SYS_read), SECCOMP_RET_ALLOW);
  EXPECT_EQ(ask(both, kX32Bit), SECCOMP_RET_ALLOW);
  EXPECT_EQ(ask(both, kX32Bit + 1), kEnosys);
  EXPECT_EQ(ask(both, SYS_read, {}, AUDIT_ARCH_I386), SECCOMP_RET_KILL_THREAD);
}

TEST(Compile, DecidesUnconditionalCallsWithoutArguments) {
  auto p = profile(SECCOMP_RET_ERRNO, {rule({"socket"}, SECCOMP_RET_ALLOW, {{0, 40, 0, SeccompOp::ne}})});
  for (std::size_t id = 0; id < call_count(); id += 2)
    p.syscalls.push_back(rule({std::string(call_name(static_cast<NameId>(id)))}, SECCOMP_RET_ALLOW));
  std::erase_if(p.syscalls, [](const auto& r) { return r.args.empty() && r.names[0] == "socket"; });
  const Program program = must_compile(p);
  const Arch& arch = *find_arch(AUDIT_ARCH_X86_64);
  for (std::size_t id = 0; id < call_count(); id += 2) {
    const Number number = arch.number(static_cast<NameId>(id));
    if (number == kNoNumber || call_name(static_cast<NameId>(id)) == "socket") continue;
    EXPECT_EQ(answer_without_args(program.code, AUDIT_ARCH_X86_64, number), SECCOMP_RET_ALLOW);
  }
  EXPECT_FALSE(answer_without_args(program.code, AUDIT_ARCH_X86_64, SYS_socket));
}

// A conditional jump reaches 255 instructions; these rules need more on every path.
TEST(Compile, JumpsFar) {
  for (std::uint64_t count : {60u, 61u, 62u, 63u, 64u, 65u, 127u, 128u, 500u}) {
    auto p = profile(SECCOMP_RET_ERRNO, {rule({"getpid", "openat2"}, SECCOMP_RET_ALLOW)});
    for (std::uint64_t value = 0; value < count; ++value) {
      p.syscalls.push_back(rule({"prctl"}, value % 2 == 0 ? SECCOMP_RET_ALLOW : SECCOMP_RET_TRAP,
                                {{0, value * 3, 0, SeccompOp::eq}, {1, value << 32, 0, SeccompOp::ge}}));
      p.syscalls.push_back(rule({"ioctl"}, SECCOMP_RET_LOG, {{1, value, 0, SeccompOp::eq}}));
    }
    if (count == 500) p.syscalls.resize(300);
    const std::uint64_t rules = count == 500 ? 149 : count;
    const Program program = must_compile(p);
    for (std::uint64_t value = 0; value < rules; ++value) {
      const std::uint32_t expected = value % 2 == 0 ? SECCOMP_RET_ALLOW : SECCOMP_RET_TRAP;
      EXPECT_EQ(ask(program, SYS_prctl, {value * 3, value << 32}), expected);
      EXPECT_EQ(ask(program, SYS_prctl, {value * 3 + 1, value << 32}), kEperm);
      if (value > 0) {
        EXPECT_EQ(ask(program, SYS_prctl, {value * 3, (value << 32) - 1}), kEperm);
      }
      EXPECT_EQ(ask(program, SYS_ioctl, {0, value}), SECCOMP_RET_LOG);
    }
    EXPECT_EQ(ask(program, SYS_ioctl, {0, rules + 1}), kEperm);
    EXPECT_EQ(ask(program, SYS_getpid), SECCOMP_RET_ALLOW);
    EXPECT_EQ(ask(program, 438), kEnosys);
  }
}

TEST(Compile, RefusesMoreThanTheKernelTakes) {
  auto p = profile(SECCOMP_RET_ERRNO, {});
  for (std::uint64_t value = 0; value < 2000; ++value)
    p.syscalls.push_back(rule({"prctl"}, SECCOMP_RET_ALLOW, {{0, value, 0, SeccompOp::eq}}));
  auto program = compile(p, kHost);
  ASSERT_FALSE(program);
  EXPECT_EQ(program.error().kind(), Kind::unsupported);
  EXPECT_NE(program.error().message().find("4096"), std::string::npos);
}

TEST(Compile, ChoosesFlags) {
  auto p = profile(SECCOMP_RET_ALLOW, {rule({"getpid"}, SECCOMP_RET_ERRNO)});
  EXPECT_EQ(must_compile(p).flags, SECCOMP_FILTER_FLAG_SPEC_ALLOW);
  EXPECT_EQ(must_compile(p, {AUDIT_ARCH_X86_64, 0}).flags, 0u);
  p.flags.emplace();
  EXPECT_EQ(must_compile(p).flags, 0u);
  p.flags = {"SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_TSYNC",
             "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"};
  EXPECT_EQ(must_compile(p).flags, SECCOMP_FILTER_FLAG_LOG);
  p.syscalls[0].action = {SECCOMP_RET_USER_NOTIF};
  p.listener_path = "/run/agent.sock";
  EXPECT_EQ(must_compile(p).flags, SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV |
                                       SECCOMP_FILTER_FLAG_NEW_LISTENER);
  p.flags = {"SECCOMP_FILTER_FLAG_NONE"};
  EXPECT_NE(refusal(p).find("SECCOMP_FILTER_FLAG_NONE"), std::string::npos);
}

TEST(Compile, SaysWhatItLeavesOut) {
  auto p = profile(SECCOMP_RET_ALLOW, {rule({"getpid", "call_of_2040"}, SECCOMP_RET_ERRNO)});
  p.architectures = {AUDIT_ARCH_S390X};
  p.flags = {"SECCOMP_FILTER_FLAG_LOG"};
  Omissions omissions;
  ASSERT_TRUE(compile(p, {AUDIT_ARCH_X86_64, 0}, &omissions));
  EXPECT_EQ(omissions.calls, std::vector<std::string>{"call_of_2040"});
  EXPECT_EQ(omissions.architectures, std::vector<std::uint32_t>{AUDIT_ARCH_S390X});
  EXPECT_EQ(omissions.flags, std::vector<std::string>{"SECCOMP_FILTER_FLAG_LOG"});
}

TEST(Compile, RefusesWhatNobodyCouldAnswer) {
  auto p = profile(SECCOMP_RET_ALLOW, {rule({"getpid"}, SECCOMP_RET_USER_NOTIF)});
  EXPECT_NE(refusal(p).find("listenerPath"), std::string::npos);
  p.listener_path = "/run/agent.sock";
  EXPECT_EQ(refusal(p), "");
  p.syscalls[0].names.emplace_back("write");
  EXPECT_NE(refusal(p).find("cannot be used for the write syscall"), std::string::npos);
  p = profile(SECCOMP_RET_USER_NOTIF, {});
  EXPECT_NE(refusal(p).find("cannot be used as default action"), std::string::npos);
}

TEST(Compile, RefusesWhatHasNoMeaning) {
  auto p = profile(SECCOMP_RET_ALLOW, {rule({"getpid"}, SECCOMP_RET_TRAP)});
  p.syscalls[0].errno_ret = 5;
  EXPECT_NE(refusal(p).find("linux.seccomp.syscalls[0].errnoRet"), std::string::npos);
  p = profile(SECCOMP_RET_ALLOW, {rule({"getpid"}, SECCOMP_RET_TRAP, {{6, 0, 0, SeccompOp::eq}})});
  EXPECT_NE(refusal(p).find("linux.seccomp.syscalls[0].args"), std::string::npos);
  p = profile(SECCOMP_RET_ALLOW, {});
  p.architectures = {12345};
  EXPECT_NE(refusal(p).find("linux.seccomp.architectures"), std::string::npos);
}

TEST(Compile, NeedsNoRules) {
  const Program program = must_compile(profile(SECCOMP_RET_ERRNO, {}));
  EXPECT_EQ(ask(program, SYS_read), kEperm);
  EXPECT_EQ(ask(program, 5000), kEperm) << "a profile without a call knows no newest call";
  EXPECT_EQ(
      ask(must_compile(profile(SECCOMP_RET_ALLOW, {}), {AUDIT_ARCH_AARCH64, 0}), 1, {}, AUDIT_ARCH_AARCH64),
      SECCOMP_RET_ALLOW);
}

}  // namespace
}  // namespace masu::seccomp
