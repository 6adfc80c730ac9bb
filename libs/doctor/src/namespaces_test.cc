// SPDX-License-Identifier: Apache-2.0
#include "test_host.h"

#include <cerrno>

namespace masu::doctor {
namespace {

constexpr std::string_view kSubject = "user namespaces";

std::string sysctl_cure(std::string_view assignment) {
  return cat("su -c 'echo ", assignment,
             " >>/etc/sysctl.d/60-containers.conf && sysctl -p /etc/sysctl.d/60-containers.conf'");
}

TEST_F(DoctorTest, SwitchesOfUserNamespaces) {
  const struct {
    std::string file, value, assignment;
  } switches[] = {{"user/max_user_namespaces", "0", "user.max_user_namespaces=15000"},
                  {"kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1"},
                  {"kernel/apparmor_restrict_unprivileged_userns", "1",
                   "kernel.apparmor_restrict_unprivileged_userns=0"}};
  become_user();
  for (const auto& [file, value, assignment] : switches) {
    put("proc/sys/" + file, value + "\n");
    host_.attempts.rights_in_it = EPERM;
    expect(kSubject, State::problem, assignment.substr(0, assignment.find('=')), sysctl_cure(assignment));
    host_.attempts.rights_in_it = 0;
    expect(kSubject, State::ok, "all rights", "");  // the attempt is the truth
    take("proc/sys/" + file);
  }
}

TEST_F(DoctorTest, RootIsToldWhatOrdinaryUsersMayNot) {
  put("proc/sys/kernel/unprivileged_userns_clone", "0\n");
  const Finding found = find(kSubject);
  EXPECT_EQ(found.state, State::warning);
  EXPECT_NE(found.detail.find("not for ordinary users"), std::string::npos);
  put("proc/sys/kernel/unprivileged_userns_clone", "1\n");
  expect(kSubject, State::ok, "all rights", "");
}

TEST_F(DoctorTest, RefusedUserNamespaces) {
  host_.attempts.user_namespace = EPERM;
  expect(kSubject, State::warning, "EPERM", "");  // root needs none
  EXPECT_FALSE(has("procfs"));
  host_.engine = "podman";
  become_user();
  expect(kSubject, State::problem, "seccomp", "podman run --security-opt seccomp=unconfined IMAGE");
  host_.attempts.user_namespace = ENOSPC;
  expect(kSubject, State::problem, "32 within one another", sysctl_cure("user.max_user_namespaces=15000"));
  host_.attempts.user_namespace = EINVAL;
  take("proc/self/ns/user");
  expect(kSubject, State::problem, "CONFIG_USER_NS", "");
}

TEST_F(DoctorTest, WithoutProcNothingElseIsSaid) {
  host_.attempts.procfs = "'/proc' is not the root of a procfs";
  expect("procfs", State::problem, "not the root", cat("mount -t proc proc ", at("proc")));
  EXPECT_EQ(examine(host_).size(), 1u);
}

TEST_F(DoctorTest, HiddenPartsOfProc) {
  put("proc/self/mountinfo", cat("24 1 0:22 / ", at("sys/fs/cgroup"),
                                 " rw - cgroup2 cgroup2 rw\n"
                                 "25 1 0:23 / /proc rw - proc proc rw\n"
                                 "26 25 0:24 / /proc/sys/fs/binfmt_misc rw - autofs systemd-1 rw\n"
                                 "27 25 0:25 / /proc/kcore rw - tmpfs tmpfs rw\n"
                                 "28 25 0:25 /sys /proc/sys ro - proc proc rw\n"));
  expect("procfs", State::ok, "a new one was mounted", "");
  host_.attempts.procfs_in_it = EPERM;
  expect("procfs", State::warning, "on /proc/kcore, /proc/sys", "umount /proc/kcore /proc/sys");
  become_user();
  put("bin/sudo", "");
  expect("procfs", State::problem, "(EPERM)", "sudo umount /proc/kcore /proc/sys");
  host_.engine = "docker";
  expect("procfs", State::problem, "(EPERM)", "docker run --security-opt systempaths=unconfined IMAGE");
  host_.engine = "";
  put("proc/self/mountinfo", "25 1 0:23 / /proc ro - proc proc rw\n");
  expect("procfs", State::problem, "read-only", "");
}

}  // namespace
}  // namespace masu::doctor
