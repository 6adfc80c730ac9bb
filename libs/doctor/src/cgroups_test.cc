// SPDX-License-Identifier: Apache-2.0
#include "test_host.h"

namespace masu::doctor {
namespace {

class DoctorV1Test : public DoctorTest {
 protected:
  DoctorV1Test() {
    take("sys/fs/cgroup");
    put("proc/self/cgroup", "2:memory:/ada\n1:pids:/\n");
    put("proc/cgroups",
        "#subsys_name\thierarchy\tnum_cgroups\tenabled\n"
        "cpu\t0\t1\t1\ncpuset\t0\t1\t1\nblkio\t0\t1\t1\nmemory\t2\t1\t1\npids\t1\t1\t1\n");
    std::string table;
    for (const std::string name : {"memory", "pids"}) {
      put(cat("sys/fs/cgroup/", name, "/cgroup.procs"), "");
      table += cat("30 24 0:26 / ", at("sys/fs/cgroup/" + name), " rw - cgroup cgroup rw,", name, "\n");
    }
    put("sys/fs/cgroup/memory/ada/cgroup.procs", "");
    put("proc/self/mountinfo", table);
  }
};

TEST_F(DoctorTest, NoCgroupsAtAll) {
  expect("cgroups", State::ok, "v2 on", "");
  take("sys/fs/cgroup");
  expect("cgroups", State::problem, "no cgroup file system",
         cat("mount -t cgroup2 cgroup2 ", at("sys/fs/cgroup")));
  EXPECT_FALSE(has("controllers"));
  take("proc/self/cgroup");
  EXPECT_EQ(find("cgroups").state, State::problem);
}

TEST_F(DoctorTest, ControllersThatV2Lacks) {
  expect("controllers", State::ok, "cpu (v2), cpuset (v2), io (v2), memory (v2), pids (v2)", "");
  mount_v2("cpu io pids");
  put("proc/cgroups", "#x\nmemory\t0\t1\t0\n");
  put("proc/cmdline", "root=/dev/vda cgroup_disable=memory quiet\n");
  put("etc/default/grub", "GRUB_CMDLINE_LINUX=\"cgroup_disable=memory\"\n");
  expect("controllers", State::ok, "cpu (v2), io (v2), pids (v2)", "");
  expect("controller cpuset", State::warning, "not in this kernel", "");
  expect("controller memory", State::warning, "off since boot",
         cat("sed -i \"s/ *cgroup_disable=memory//\" ", at("etc/default/grub"), " && update-grub"));
  put("proc/cmdline", "root=/dev/vda\n");
  expect("controller memory", State::warning, "off since boot",
         cat("sed -i \"s/^GRUB_CMDLINE_LINUX=./&cgroup_enable=memory /\" ", at("etc/default/grub"),
             " && update-grub"));
  take("etc/default");
  expect("controller memory", State::warning, "off since boot", "");
  put("proc/cgroups", "#x\nmemory\t0\t1\t1\n");
  expect("controller memory", State::warning, "not mounted", "");
}

TEST_F(DoctorV1Test, ControllersThatAreNotMounted) {
  expect("cgroups", State::ok, "v1 on", "");
  expect("controllers", State::ok, "memory (v1), pids (v1)", "");
  const std::string dir = at("sys/fs/cgroup/blkio");
  expect("controller io", State::warning, "not mounted",
         cat("mkdir -p ", dir, " && mount -t cgroup -o blkio cgroup ", dir));
}

TEST_F(DoctorV1Test, CgroupsOfAUser) {
  EXPECT_FALSE(has("delegation"));
  become_user();
  expect("delegation", State::ok, "have memory, pids", "");
  read_only = {at("sys/fs/cgroup/pids")};
  expect("delegation", State::ok, "have memory", "");
  read_only.insert(at("sys/fs/cgroup/memory/ada/cgroup.procs"));
  const Finding without = find("delegation");
  EXPECT_EQ(without.state, State::warning);
  EXPECT_TRUE(without.cure.starts_with("su -c 'for c in ")) << without.cure;
  put("run/systemd/system/x", "");
  put("bin/grubby", "");
  expect("delegation", State::warning, "v2 alone",
         "su -c 'grubby --update-kernel=ALL --args=\"systemd.unified_cgroup_hierarchy=1\"'");
}

TEST_F(DoctorTest, DelegationOfV2) {
  EXPECT_FALSE(has("delegation"));
  become_user();
  const std::string parent = at("sys/fs/cgroup/user.slice");
  expect("delegation", State::ok, cat(parent, ": cpu"), "");
  read_only = {parent + "/cgroup.subtree_control"};
  expect("delegation", State::ok, cat(parent, "/shell: cpu"), "");
  read_only.insert(parent + "/shell");
  const Finding without = find("delegation");
  EXPECT_EQ(without.state, State::warning);
  EXPECT_NE(without.detail.find("ask root"), std::string::npos);
  EXPECT_NE(without.cure.find(cat("d=", at("sys/fs/cgroup/user-1000"), "; mkdir -p $d/shell")),
            std::string::npos);
  EXPECT_TRUE(without.cure.ends_with(" && echo '$$' >$d/shell/cgroup.procs'")) << without.cure;
  put("run/systemd/system/x", "");
  expect("delegation", State::warning, "no limits", "su -c 'loginctl enable-linger ada'");
  put("run/user/1000/systemd/private", "");
  expect("delegation", State::warning, "no limits", "systemd-run --user --scope -p Delegate=yes $SHELL");
  host_.runtime_dir.clear();
  expect("delegation", State::warning, "no limits",
         cat("XDG_RUNTIME_DIR=", at("run/user/1000"), " systemd-run --user --scope -p Delegate=yes $SHELL"));
}

TEST_F(DoctorTest, RootOfAUserNamespaceCannotGiveHimselfCgroups) {
  put("proc/self/uid_map", "0 1000 1\n");
  read_only = {at("sys/fs/cgroup/user.slice"), at("sys/fs/cgroup/user.slice/shell")};
  expect("delegation", State::warning, "no limits", "");
}

TEST_F(DoctorTest, ControllersThatAreNotDelegated) {
  become_user();
  put("sys/fs/cgroup/user.slice/cgroup.controllers", "memory pids\n");
  expect("delegation", State::warning, "without cpu, cpuset, io", "");
  put("run/systemd/system/x", "");
  EXPECT_NE(find("delegation").cure.find("Delegate=cpu cpuset io memory pids"), std::string::npos);
}

}  // namespace
}  // namespace masu::doctor
