// SPDX-License-Identifier: Apache-2.0
#include "hook_runner.h"

#include "hooks.h"
#include "masu/json/reader.h"
#include "masu/sys/raw.h"
#include "test_support.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>

#include <unistd.h>

namespace masu::container {
namespace {

struct Outcome {
  int result = 0;
  std::string detail;
};

class HookRunner : public testing::Test {
 protected:
  // Runs `script` in a shell; $OUT is a file of the test's own.
  Outcome run(const std::string& script, std::int64_t timeout_ns = -1, std::size_t room = 246) {
    spec::Hook hook;
    hook.path = "/bin/sh";
    hook.args = {"sh", "-c", script};
    hook.env = {"PATH=/usr/bin:/bin", "OUT=" + root_.path("out")};
    HookPlan plan = build_hook_plan(hook);
    plan.timeout_ns = timeout_ns;
    return run(plan, nullptr, nullptr, room);
  }
  Outcome run(const HookPlan& plan, char* const* environment = nullptr, const char* directory = nullptr,
              std::size_t room = 246) {
    const HookState state{"{\"id\":\"web\",\"status\":\"", "creating", 4711, ",\"bundle\":\"/b\"}"};
    std::string detail(room, 'x');
    const int before = open_fds();
    const int result = run_hook(plan, state, environment, directory, detail.data(), room);
    EXPECT_EQ(open_fds(), before);
    EXPECT_NE(detail.find('\0'), std::string::npos);
    return {result, detail.c_str()};
  }
  std::string out() { return test::read_text(root_.path("out")); }

  static int open_fds() {
    int count = 0;
    for (int fd = 0; fd < 256; ++fd) count += sys::raw::fcntl(fd, F_GETFD) >= 0;
    return count;
  }
  test::TemporaryDirectory root_;
};

TEST_F(HookRunner, TheStateIsOnStdin) {
  EXPECT_EQ(run("cat > $OUT").result, 0);
  EXPECT_EQ(out(), "{\"id\":\"web\",\"status\":\"creating\",\"pid\":4711,\"bundle\":\"/b\"}");
}

TEST_F(HookRunner, SuccessLeavesNoDetail) {
  const auto outcome = run("echo noise; echo more >&2");
  EXPECT_EQ(outcome.result, 0);
  EXPECT_EQ(outcome.detail, "");
}

TEST_F(HookRunner, AHookThatNeverReadsOrClosesItsStdinIsFine) {
  EXPECT_EQ(run("exit 0").result, 0);
  EXPECT_EQ(run("exec 0<&-; sleep 0.02").result, 0);
}

TEST_F(HookRunner, ExitStatus) {
  const auto outcome = run("echo it broke >&2; exit 3");
  EXPECT_EQ(outcome.result, -ECANCELED);
  EXPECT_EQ(outcome.detail, "exit status 3: it broke");
  EXPECT_EQ(run("exit 255").detail, "exit status 255");
}

TEST_F(HookRunner, Signal) {
  const auto outcome = run("echo last words; kill -SEGV $$");
  EXPECT_EQ(outcome.result, -ECANCELED);
  EXPECT_EQ(outcome.detail, "killed by signal 11: last words");
}

TEST_F(HookRunner, Timeout) {
  const auto begin = sys::raw::monotonic_ns();
  const auto outcome = run("echo $$ > $OUT; echo waiting; exec sleep 100", 100'000'000);
  EXPECT_EQ(outcome.result, -ETIMEDOUT);
  EXPECT_EQ(outcome.detail, "hook ran past specified timeout: waiting");
  EXPECT_LT(sys::raw::monotonic_ns() - begin, 20'000'000'000);
  EXPECT_EQ(kill(std::stoi(out()), 0), -1);  // killed, and reaped
  EXPECT_EQ(run("exit 0", 60'000'000'000).result, 0);
}

TEST_F(HookRunner, TheEndOfALongOutputIsKept) {
  const auto outcome = run(
      "i=0; while [ $i -lt 20000 ]; do echo \"line $i of a long story\"; i=$((i+1)); done; exit 1", -1, 60);
  EXPECT_EQ(outcome.result, -ECANCELED);
  EXPECT_EQ(outcome.detail.size(), 60u - 1u - 1u);  // less NUL and the last line's end
  EXPECT_TRUE(outcome.detail.starts_with("exit status 1: "));
  EXPECT_TRUE(outcome.detail.ends_with("line 19999 of a long story"));
}

TEST_F(HookRunner, HugeOutput) {
  const auto outcome = run("head -c 20000000 /dev/zero | tr '\\0' x; exit 1");
  EXPECT_EQ(outcome.detail, "exit status 1: " + std::string(245 - 15, 'x'));
}

TEST_F(HookRunner, WhatWasWrittenLongAgoTakesNoMemory) {
  // Blocks of 512 bytes that the output's file holds, looked at until they are few.
  const Outcome outcome =
      run("yes | head -c 20000000; echo end; i=0; while [ $(stat -L -c %b /proc/$$/fd/2) -gt 4096 ] && [ "
          "$i -lt 500 ]; "
          "do sleep 0.02; i=$((i + 1)); done; stat -L -c %b /proc/$$/fd/2 >$OUT; exit 3");
  EXPECT_EQ(outcome.result, -ECANCELED);
  EXPECT_TRUE(outcome.detail.ends_with("end")) << outcome.detail;
  EXPECT_LE(std::stol(out()), 4096);
}

TEST_F(HookRunner, TinyRoomIsKept) {
  for (std::size_t room = 1; room < 24; ++room)
    EXPECT_LT(run("echo much more; exit 1", -1, room).detail.size(), room);
}

TEST_F(HookRunner, MissingProgram) {
  spec::Hook hook;
  hook.path = "/no/such/hook";
  const auto plan = build_hook_plan(hook);
  const auto outcome = run(plan);
  EXPECT_EQ(outcome.result, -ENOENT);
  EXPECT_EQ(outcome.detail, "");
  EXPECT_STREQ(plan.argv.front(), "/no/such/hook");  // without args the path is argv[0]
  hook.path = "/etc/passwd";
  EXPECT_EQ(run(build_hook_plan(hook)).result, -EACCES);
}

TEST_F(HookRunner, TheEnvironmentIsItsOwnOrTheGivenOne) {
  spec::Hook hook;
  hook.path = "/bin/sh";
  hook.args = {"sh", "-c", "echo \"$WHO\" > " + root_.path("out")};
  std::string who = "WHO=container";
  char* const environment[] = {who.data(), nullptr};
  HookPlan plan = build_hook_plan(hook);
  EXPECT_FALSE(plan.inherit_environment);
  EXPECT_EQ(run(plan, environment).result, 0);
  EXPECT_EQ(out(), "\n");
  plan.inherit_environment = true;
  EXPECT_EQ(run(plan, environment).result, 0);
  EXPECT_EQ(out(), "container\n");
}

TEST_F(HookRunner, TheDirectory) {
  spec::Hook hook;
  hook.path = "/bin/sh";
  hook.args = {"sh", "-c", "pwd > out"};
  EXPECT_EQ(run(build_hook_plan(hook), nullptr, root_.path().c_str()).result, 0);
  EXPECT_EQ(out(), root_.path() + "\n");
}

TEST_F(HookRunner, SignalsAreDefaultAndNothingIsLeaked) {
  const int leaked = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(run("ls -l /proc/$$/fd > $OUT; grep SigIgn: /proc/self/status >> $OUT").result, 0);
  close(leaked);
  EXPECT_EQ(out().find("/etc/passwd"), std::string::npos) << out();
  EXPECT_NE(out().find("SigIgn:\t0000000000000000"), std::string::npos) << out();
}

// hooks.h: the words around a failure, and the state as a whole.

Record make_record() {
  Record record;
  record.oci_version = "1.2.0";
  record.id = "web";
  record.bundle = "/";
  record.annotations = {{"key", "va\"lue"}};
  return record;
}

TEST(Hooks, TheStateIsOneJsonDocument) {
  const auto text = hook_state_text(make_record());
  const auto document = json::Document::parse(text.head + "created\",\"pid\":12" + text.tail);
  ASSERT_TRUE(document) << text.head << " … " << text.tail;
  const json::Reader in(*document);
  std::string version, id, status, bundle;
  int pid = 0;
  std::map<std::string, std::string> annotations;
  EXPECT_TRUE(in.require("ociVersion", version));
  EXPECT_TRUE(in.require("id", id));
  EXPECT_TRUE(in.require("status", status));
  EXPECT_TRUE(in.require("pid", pid));
  EXPECT_TRUE(in.require("bundle", bundle));
  EXPECT_TRUE(in.require("annotations", annotations));
  EXPECT_EQ(version + id + status + bundle, "1.2.0webcreated/");
  EXPECT_EQ(pid, 12);
  EXPECT_EQ(annotations.at("key"), "va\"lue");
}

TEST(Hooks, TheFirstFailureEndsThemAndNamesTheHook) {
  spec::Hook good, bad;
  good.path = "/bin/true";
  bad.path = "/bin/sh";
  bad.args = {"sh", "-c", "printf 'a\\033[31mb\\n' >&2; exit 7"};
  const auto ran = run_hooks({good, bad, bad}, "createRuntime", "creating", 1, make_record());
  ASSERT_FALSE(ran);
  const std::string message = ran.error().message();
  EXPECT_NE(message.find("error running createRuntime hook #1: exit status 7: a"), std::string::npos)
      << message;
  EXPECT_EQ(message.find('\033'), std::string::npos);
  EXPECT_EQ(ran.error().path(), "hooks.createRuntime[1]");
  good.path = "/no/such";
  const auto missing = run_hooks({good}, "poststart", "running", 1, make_record());
  EXPECT_EQ(missing.error().err(), ENOENT);
  EXPECT_NE(missing.error().message().find("/no/such"), std::string::npos);
}

}  // namespace
}  // namespace masu::container
