// SPDX-License-Identifier: Apache-2.0
#include "masu/seccomp/refusals.h"

#include "arch.h"
#include "bpf.h"
#include "masu/spec/parse.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>

#include <linux/seccomp.h>
#include <sys/syscall.h>

namespace masu::seccomp {
namespace {

Program compiled(const char* profile) {
  auto parsed = spec::parse_seccomp(profile);
  EXPECT_TRUE(parsed) << parsed.error().message();
  auto program = compile(*parsed, {native_arch(), 0});
  EXPECT_TRUE(program) << program.error().message();
  return std::move(*program);
}

std::uint32_t ask(const Program& program, int number, std::uint64_t first = 0) {
  seccomp_data call{};
  call.nr = number;
  call.arch = native_arch();
  call.args[0] = first;
  return evaluate(program, call);
}

constexpr const char* kProfile = R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  {"names": ["umask"], "action": "SCMP_ACT_ERRNO", "errnoRet": 42},
  {"names": ["personality"], "action": "SCMP_ACT_KILL_PROCESS", "args": [{"index": 0, "value": 8, "op": "SCMP_CMP_GT"}]},
  {"names": ["write"], "action": "SCMP_ACT_TRAP"},
  {"names": ["sync"], "action": "SCMP_ACT_LOG"}]})";

TEST(RefusalsTest, EvaluateIsWhatTheKernelWouldSay) {
  const Program program = compiled(kProfile);
  EXPECT_EQ(ask(program, SYS_umask), SECCOMP_RET_ERRNO | 42u);
  EXPECT_EQ(ask(program, SYS_personality, 9), SECCOMP_RET_KILL_PROCESS);
  EXPECT_EQ(ask(program, SYS_personality, 8), SECCOMP_RET_ALLOW);
  EXPECT_EQ(ask(program, SYS_personality, std::uint64_t{1} << 32), SECCOMP_RET_KILL_PROCESS);
  EXPECT_EQ(ask(program, SYS_sync), SECCOMP_RET_LOG);
}

TEST(RefusalsTest, EachRefusalBecomesAQuestionButThatOfWrite) {
  const Program watched = with_refusals_reported(compiled(kProfile));
  EXPECT_EQ(test::check_program(watched.code), "");
  EXPECT_TRUE(watched.notifies);
  EXPECT_NE(watched.flags & SECCOMP_FILTER_FLAG_NEW_LISTENER, 0u);
  EXPECT_EQ(ask(watched, SYS_umask), SECCOMP_RET_USER_NOTIF);
  EXPECT_EQ(ask(watched, SYS_personality, 9), SECCOMP_RET_USER_NOTIF);
  EXPECT_EQ(ask(watched, SYS_personality, 8), SECCOMP_RET_ALLOW);
  EXPECT_EQ(ask(watched, SYS_write), SECCOMP_RET_ALLOW);
  EXPECT_EQ(ask(watched, SYS_sync), SECCOMP_RET_LOG);
}

TEST(RefusalsTest, NamesOfCalls) {
  EXPECT_EQ(call_text(native_arch(), SYS_umask), "umask");
  EXPECT_EQ(call_text(native_arch(), 60000), "number 60000");
  EXPECT_EQ(call_text(0, 1), "number 1");
}

}  // namespace
}  // namespace masu::seccomp
