// SPDX-License-Identifier: Apache-2.0
#include "attempts.h"
#include "test_host.h"

#include <sys/wait.h>

namespace masu::doctor {
namespace {

TEST_F(DoctorTest, Systemd) {
  expect("systemd", State::ok, "not running", "");
  put("run/systemd/system/x", "");
  expect("systemd", State::ok, "answers", "");
  EXPECT_FALSE(has("linger"));
  host_.attempts.systemd = "connect: refused";
  expect("systemd", State::warning, "connect: refused", "systemctl start dbus.socket");
  become_user();
  put("bin/apt-get", "");
  put("bin/sudo", "");
  expect("systemd", State::warning, "connect: refused", "sudo apt-get install dbus-user-session");
  host_.runtime_dir = "";
  expect("systemd", State::warning, "connect: refused", cat("export XDG_RUNTIME_DIR=", at("run/user/1000")));
  take("run/user");
  expect("systemd", State::warning, "connect: refused", "sudo loginctl enable-linger ada");
}

TEST_F(DoctorTest, Linger) {
  become_user();
  EXPECT_FALSE(has("linger"));
  put("run/systemd/system/x", "");
  expect("linger", State::warning, "last session", "su -c 'loginctl enable-linger ada'");
  put("var/lib/systemd/linger/ada", "");
  expect("linger", State::ok, "stays", "");
}

TEST_F(DoctorTest, StateDirectory) {
  expect("state directory", State::ok, host_.state_directory, "");
  host_.state_directory = at("run/not/there/yet");
  expect("state directory", State::ok, "yet", "");
  read_only = {at("run")};
  expect("state directory", State::problem, "not writable", "");
  become_user();
  expect("state directory", State::ok, "run/user/1000/masu-runtime", "");
  host_.runtime_dir = "";
  host_.state_directory = at("run/masu-runtime");
  read_only = {host_.state_directory};
  expect("state directory", State::problem, "XDG_RUNTIME_DIR is not set",
         cat("export XDG_RUNTIME_DIR=", at("run/user/1000")));
  read_only.insert(at("run/user/1000"));
  expect("state directory", State::problem, "not writable", "export XDG_RUNTIME_DIR=$(mktemp -d)");
  put("run/systemd/system/x", "");
  expect("state directory", State::problem, "not writable", "su -c 'loginctl enable-linger ada'");
  host_.state_directory = at("srv/state");  // --root
  read_only.insert(at("srv"));
  put("srv/x", "");
  expect("state directory", State::problem, "give --root", "");
}

TEST_F(DoctorTest, RightsThatRootLacks) {
  expect("rights", State::ok, "all", "");
  put("proc/self/status", "CapEff:\t000001fff6ffffff\n");  // bits 24 and 27
  EXPECT_FALSE(has("rights"));
  host_.engine = "docker";
  expect("right CAP_SYS_RESOURCE", State::warning, "rlimits", "docker run --cap-add SYS_RESOURCE IMAGE");
  expect("right CAP_MKNOD", State::warning, "bound", "docker run --cap-add MKNOD IMAGE");
  EXPECT_FALSE(has("right CAP_NET_ADMIN"));
  put("proc/self/status", "CapEff:\t000001ffffdfffff\n");
  expect("right CAP_SYS_ADMIN", State::problem, "no namespaces", "docker run --cap-add SYS_ADMIN IMAGE");
  become_user();
  EXPECT_FALSE(has("right CAP_SYS_ADMIN"));
}

TEST_F(DoctorTest, SecurityModulesAndCriu) {
  expect("AppArmor", State::ok, "not on this host", "");
  put("sys/module/apparmor/parameters/enabled", "Y\n");
  expect("AppArmor", State::ok, "on", "");
  expect("SELinux", State::ok, "not on this host", "");
  put("sys/fs/selinux/enforce", "0");
  expect("SELinux", State::ok, "permissive", "");
  put("sys/fs/selinux/enforce", "1");
  expect("SELinux", State::ok, "enforcing", "");
  expect("CRIU", State::ok, "not in PATH", "");
  put("bin/criu", "");
  expect("CRIU", State::ok, at("bin/criu"), "");
}

TEST_F(DoctorTest, AMemfdThatMayNotBeExecuted) {
  put("proc/sys/vm/memfd_noexec", "2\n");
  EXPECT_FALSE(has("memfd"));  // root has a read-only mount
  become_user();
  put("bin/sudo", "");
  expect("memfd", State::problem, "vm.memfd_noexec",
         "sudo sh -c 'echo vm.memfd_noexec=1 >>/etc/sysctl.d/60-containers.conf && sysctl -p "
         "/etc/sysctl.d/60-containers.conf'");
  host_.runs_from_copy = false;  // only root can write its file
  EXPECT_FALSE(has("memfd"));
  host_.runs_from_copy = true;
  put("proc/sys/vm/memfd_noexec", "1\n");
  EXPECT_FALSE(has("memfd"));
}

TEST(Attempts, LeaveNoChildAndTellErrnos) {
  const Attempts tried = make_attempts(false, false);
  EXPECT_EQ(tried.clone3, 0);
  EXPECT_EQ(tried.pidfd_open, 0);
  EXPECT_GE(tried.user_namespace, 0);
  EXPECT_GE(tried.procfs_in_it, 0);
  EXPECT_TRUE(tried.systemd.empty());
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);  // ECHILD
}

TEST(ReadHost, KnowsThisMachine) {
  const Host host = read_host("/run/masu-runtime");
  EXPECT_FALSE(host.kernel.empty());
  EXPECT_TRUE(host.writable("/proc/self/comm"));
  EXPECT_FALSE(host.writable("/no/such/file"));
  EXPECT_FALSE(host.gains_rights("/proc/self/comm"));
  EXPECT_FALSE(examine(host).empty());
}

}  // namespace
}  // namespace masu::doctor
