// SPDX-License-Identifier: Apache-2.0
#include "test_host.h"

#include <cerrno>

namespace masu::doctor {
namespace {

TEST_F(DoctorTest, FindsNoFaultInAGoodMachine) {
  for (const Finding& finding : examine(host_))
    EXPECT_EQ(finding.state, State::ok) << finding.subject << finding.detail;
  become_user();
  for (const Finding& finding : examine(host_))
    EXPECT_EQ(finding.state, State::ok) << finding.subject << finding.detail;
}

TEST_F(DoctorTest, OldKernelsAreAProblem) {
  expect("kernel", State::ok, "time namespaces, id-mapped mounts, cgroup.kill, id-mapped tmpfs", "");
  host_.kernel = "5.12-rc3";
  take("proc/self/ns/time");
  expect("kernel", State::ok, "has not: time namespaces, cgroup.kill (5.14)", "");
  host_.kernel = "5.11.22-1-lts";
  expect("kernel", State::problem, "older than 5.12", "");
  put("bin/pacman", "");
  expect("kernel", State::problem, "older than 5.12", "pacman -S linux");
  EXPECT_TRUE(has_problem(examine(host_)));
  host_.kernel = "10.0";
  expect("kernel", State::ok, "10.0", "");
  host_.kernel = "Linux";
  expect("kernel", State::warning, "'Linux'", "");
  EXPECT_FALSE(has_problem(examine(host_)));
}

TEST_F(DoctorTest, RefusedSystemCalls) {
  host_.attempts.openat2 = ENOSYS;
  expect("system calls", State::warning, "openat2 (ENOSYS)", "");
  host_.attempts.clone3 = EPERM;
  host_.engine = "docker";
  expect("system calls", State::problem, "clone3 (EPERM), openat2 (ENOSYS)",
         "docker run --security-opt seccomp=unconfined IMAGE");
}

TEST_F(DoctorTest, SeccompAndLandlock) {
  expect("seccomp", State::ok, "errno", "");
  take("proc/sys/kernel/seccomp");
  expect("seccomp", State::warning, "CONFIG_SECCOMP_FILTER", "");
  expect("Landlock", State::ok, "ABI 7", "");
  host_.attempts.landlock_abi = -ENOSYS;
  expect("Landlock", State::ok, "not in this kernel", "");
  host_.attempts.landlock_abi = -EOPNOTSUPP;
  put("sys/kernel/security/lsm", "lockdown,capability,yama");
  expect("Landlock", State::ok, "boot with lsm=landlock,lockdown,capability,yama;", "");
}

}  // namespace
}  // namespace masu::doctor
