// SPDX-License-Identifier: Apache-2.0
//
// The texts that clients look for (runtime contract 2.8), and that nothing from the child gets out unescaped.
#include "failure.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <set>

namespace masu::container {
namespace {

Message make(Step step, int error, unsigned index = 0, const char* detail = "") {
  Message message;
  message.step = step;
  message.value = error;
  message.index = static_cast<std::uint16_t>(index);
  strncpy(message.detail, detail, sizeof message.detail - 1);
  return message;
}

class Failure : public testing::Test {
 protected:
  Failure() {
    process_.args = {"foo", "bar"};
    process_.cwd = "/work";
    process_.user = {1000, 1001, {}, {}};
    plan_.rootfs = "/b/rootfs";
    plan_.mounts.emplace_back();
    plan_.mounts.emplace_back();
    plan_.mounts[1].source = "/src";
    plan_.mounts[1].destination = "data";
    plan_.mounts[1].type = "proc";
    plan_.joins.push_back({0, -1, "/run/netns/x"});
    plan_.devices.push_back({"dev/net", "tun", "/dev/net/tun", 0, 0, 0, 0});
    plan_.sysctls.emplace_back();
    plan_.sysctls[0].path = "sys/net/ipv4/ip_forward";
    plan_.sysctls[0].value = "1";
    plan_.masked_paths = {"proc/kcore"};
    plan_.readonly_paths = {"proc/sys"};
  }
  Error describe(const Message& message) const { return describe_failure(message, {&plan_, &process_}); }
  void expect(const Message& message, const std::string& text, const std::string& path) const {
    const Error error = describe(message);
    EXPECT_NE(error.message().find(text), std::string::npos) << error.message();
    EXPECT_EQ(error.path(), path);
  }
  spec::Process process_;
  Plan plan_;
};

TEST_F(Failure, ProgramNotInThePath) {
  expect(make(Step::find_executable, ENOENT), "exec: \"foo\": executable file not found in $PATH",
         "process.args[0]");
}

TEST_F(Failure, ProgramMissing) {
  process_.args = {"/foo"};
  expect(make(Step::find_executable, ENOENT), "exec: \"/foo\": stat /foo: no such file or directory",
         "process.args[0]");
}

TEST_F(Failure, ProgramNotExecutable) {
  expect(make(Step::find_executable, EACCES), "permission denied", "process.args[0]");
  expect(make(Step::exec, EACCES), "permission denied", "process.args[0]");
}

TEST_F(Failure, ProgramIsADirectory) {
  expect(make(Step::find_executable, EISDIR), "is a directory", "process.args[0]");
  expect(make(Step::find_executable, EISDIR), "permission denied", "process.args[0]");
}

TEST_F(Failure, ExecHasAHintForEachKnownCause) {
  for (const int error : {ENOENT, ENOEXEC, EACCES, ENOMEM}) {
    const Error described = describe(make(Step::exec, error));
    EXPECT_EQ(described.err(), error);
    EXPECT_FALSE(described.hint_text().empty()) << error;
    EXPECT_NE(described.message().find("exec foo: "), std::string::npos) << described.message();
  }
  expect(make(Step::exec, ENOENT), "no such file or directory", "process.args[0]");
  EXPECT_TRUE(describe(make(Step::exec, E2BIG)).hint_text().empty());
}

TEST_F(Failure, WorkingDirectory) {
  expect(make(Step::change_directory, EACCES),
         "chdir to cwd (\"/work\") set in config.json failed: permission denied", "process.cwd");
  expect(make(Step::change_directory, EXDEV), "cwd '/work' is outside of the container's root",
         "process.cwd");
}

TEST_F(Failure, User) {
  expect(make(Step::user, EPERM), "1000:1001", "process.user");
  expect(make(Step::user, EINVAL), "cannot setuid to unmapped uid 1000 in user namespace", "process.user");
}

TEST_F(Failure, MountNamesSourceDestinationAndIndex) {
  expect(make(Step::mount, ENOTDIR, 1), "error mounting \"/src\" to rootfs at \"/data\": not a directory",
         "mounts[1]");
  expect(make(Step::mount, EINVAL, 1, "tmpfs: Bad value for 'size'"), "Bad value for 'size'", "mounts[1]");
  EXPECT_FALSE(describe(make(Step::mount, ENOTDIR, 1)).hint_text().empty());
  EXPECT_NE(describe(make(Step::mount, ENODEV, 1)).hint_text().find("proc"), std::string::npos);
  EXPECT_FALSE(describe(make(Step::mount, EPERM, 1)).hint_text().empty());
  const Error source = describe(make(Step::mount, ENOENT, 1, "source"));
  EXPECT_NE(source.hint_text().find("does not exist on the host"), std::string::npos);
}

TEST_F(Failure, OtherStepsNameTheirObject) {
  expect(make(Step::root_mount, EINVAL), "/b/rootfs", "root.path");
  expect(make(Step::join_namespace, EPERM), "/run/netns/x", "linux.namespaces");
  expect(make(Step::devices, EPERM), "/dev/net/tun", "linux.devices");
  expect(make(Step::sysctl, EINVAL), " to '1': invalid argument", "linux.sysctl");
  expect(make(Step::masked_path, EACCES), "/proc/kcore", "linux.maskedPaths[0]");
  expect(make(Step::readonly_path, EACCES), "/proc/sys", "linux.readonlyPaths[0]");
  EXPECT_NE(describe(make(Step::keyring, EDQUOT)).hint_text().find("quota"), std::string::npos);
}

TEST_F(Failure, Hooks) {
  expect(make(Step::create_container_hook, ECANCELED, 2, "exit status 1: no"),
         "error running createContainer hook #2: exit status 1: no", "hooks.createContainer[2]");
  expect(make(Step::start_container_hook, ETIMEDOUT, 0, "hook ran past specified timeout"),
         "error running startContainer hook #0: hook ran past specified timeout", "hooks.startContainer[0]");
  const Error missing = describe(make(Step::start_container_hook, ENOENT));
  EXPECT_EQ(missing.err(), ENOENT);
  EXPECT_NE(missing.message().find("no such file or directory"), std::string::npos);
}

TEST_F(Failure, WhatTheChildSaysIsEscaped) {
  const char* hostile = "a\033[2Jb\nc\x7f";
  for (const Step step : {Step::mount, Step::create_container_hook, Step::start_container_hook, Step::sysctl,
                          Step::pivot_root}) {
    const std::string message = describe(make(step, EINVAL, 0, hostile)).message();
    EXPECT_NE(message.find('a'), std::string::npos);
    for (const char c : message) EXPECT_GE(static_cast<unsigned char>(c), 0x20) << message;
    EXPECT_EQ(message.find('\x7f'), std::string::npos);
  }
}

// What the child sends is data: no step, index or errno of it may lead out of the tables.
TEST_F(Failure, NoMessageIsTooWild) {
  for (unsigned step = 0; step < 70; ++step)
    for (const unsigned index : {0u, 1u, 65535u})
      for (const int error : {0, 1, 133, 4095, -1, 2147483647})
        EXPECT_FALSE(describe(make(static_cast<Step>(step), error, index)).message().empty());
  EXPECT_EQ(describe(make(static_cast<Step>(40000), EPERM)).kind(), Kind::internal);
}

// exec and start have no plan, and the texts are the same where they need none.
// Podman looks for the path in back quotes.
TEST_F(Failure, Labels) {
  process_.apparmor_profile = "p";
  process_.selinux_label = "l";
  expect(make(Step::apparmor, ENOENT, 0, "self/attr/apparmor/exec"), "write `/proc/self/attr/apparmor/exec`",
         "process.apparmorProfile");
  EXPECT_NE(describe(make(Step::apparmor, ENOENT)).hint_text().find("apparmor_parser"), std::string::npos);
  expect(make(Step::selinux, EACCES, 0, "self/attr/exec"), "write `/proc/self/attr/exec`: permission denied",
         "process.selinuxLabel");
}

TEST_F(Failure, ARealTimeCallerOnV1IsToldTheWayOut) {
  EXPECT_NE(describe(make(Step::join_cgroups, EINVAL)).hint_text().find("chrt --other"), std::string::npos);
  EXPECT_TRUE(describe(make(Step::join_cgroups, EBUSY)).hint_text().empty());
}

TEST_F(Failure, ABindThatIsToLoseFlagsOfItsSource) {
  plan_.mounts[1].kind = MountPlan::Kind::bind;
  EXPECT_TRUE(describe(make(Step::mount, EPERM, 1)).hint_text().find("flags of its source") ==
              std::string::npos);
  plan_.mounts[1].options.attributes.clear = 1;
  EXPECT_NE(describe(make(Step::mount, EPERM, 1)).hint_text().find("flags of its source"), std::string::npos);
}

TEST_F(Failure, WithoutAPlan) {
  const FailureContext context{nullptr, &process_};
  EXPECT_EQ(describe_failure(make(Step::find_executable, ENOENT), context).message(),
            describe(make(Step::find_executable, ENOENT)).message());
  for (unsigned step = 0; step <= static_cast<unsigned>(Step::last); ++step)
    EXPECT_FALSE(describe_failure(make(static_cast<Step>(step), EPERM, 3), context).message().empty());
  EXPECT_EQ(describe_failure(make(Step::join_namespace, EPERM), {}).err(), EPERM);
}

TEST(SilentEnd, SaysWhereOrWhy) {
  EXPECT_NE(describe_silent_end(Step::mount, true)
                .message()
                .find("container init was OOM-killed (memory limit too low?)"),
            std::string::npos);
  EXPECT_NE(describe_silent_end(Step::pivot_root, false).message().find("pivot_root"), std::string::npos);
  EXPECT_NE(describe_silent_end(static_cast<Step>(999), false).message().find("unknown"), std::string::npos);
}

TEST(StepName, IsThereAndOnceForEachStep) {
  std::set<std::string_view> names;
  for (unsigned step = 0; step <= static_cast<unsigned>(Step::last); ++step)
    names.insert(step_name(static_cast<Step>(step)));
  EXPECT_EQ(names.size(), static_cast<unsigned>(Step::last) + 1);
  EXPECT_FALSE(names.contains(""));
}

TEST(DescribeWarning, NamesStepAndCapability) {
  EXPECT_EQ(describe_warning(make(Step::loopback, EPERM)), "loopback: operation not permitted (EPERM)");
  Message refused = make(Step::capabilities, EPERM);
  refused.index = 5;
  EXPECT_EQ(describe_warning(refused),
            "can't raise ambient capability CAP_KILL: operation not permitted (EPERM)");
  refused.index = 63;
  EXPECT_EQ(describe_warning(refused), "can't raise ambient capability 63: operation not permitted (EPERM)");
}

}  // namespace
}  // namespace masu::container
