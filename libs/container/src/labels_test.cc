// SPDX-License-Identifier: Apache-2.0
#include "labels.h"

#include "test_support.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace masu::container {
namespace {

// A host with both modules, as files.
class Labels : public testing::Test {
 protected:
  Labels() {
    write("sys/module/apparmor/parameters/enabled", "Y\n");
    write("sys/kernel/security/apparmor/profiles", "docker-default (enforce)\n/usr/bin/a b (complain)\n");
    write("sys/fs/selinux/enforce", "1");
    write("proc/self/attr/apparmor/current", "unconfined\n");
  }
  void write(const std::string& path, const std::string& text) {
    const std::string whole = dir_.path() + "/" + path;
    std::filesystem::create_directories(whole.substr(0, whole.rfind('/')));
    test::write_text(whole, text);
  }
  LabelHost host() const { return {dir_.path() + "/sys", dir_.path() + "/proc"}; }
  std::string apparmor(const std::string& profile, bool no_new_privileges = false) {
    ProcessPlan plan;
    spec::Process process;
    process.apparmor_profile = profile;
    process.no_new_privileges = no_new_privileges;
    const auto planned = plan_labels(plan, process, host());
    return planned ? plan.apparmor : planned.error().message();
  }
  test::TemporaryDirectory dir_;
};

TEST_F(Labels, AProfileThatIsLoaded) {
  EXPECT_EQ(apparmor(""), "");
  EXPECT_EQ(apparmor("docker-default"), "exec docker-default");
  EXPECT_EQ(apparmor("/usr/bin/a b"), "exec /usr/bin/a b");
  EXPECT_EQ(apparmor("unconfined"), "exec unconfined");
}

TEST_F(Labels, AProfileThatIsNot) {
  EXPECT_EQ(apparmor("docker"), "AppArmor profile 'docker' is not loaded [process.apparmorProfile]");
  EXPECT_EQ(apparmor(":ns:docker"), "exec :ns:docker");
  EXPECT_EQ(apparmor("docker-default//&other"), "exec docker-default//&other");
}

TEST_F(Labels, AListThatCannotBeReadIsLeftToTheKernel) {
  std::filesystem::remove_all(dir_.path() + "/sys/kernel");
  EXPECT_EQ(apparmor("docker"), "exec docker");
}

TEST_F(Labels, AConfinedRuntimeStacksWithNoNewPrivileges) {
  write("proc/self/attr/apparmor/current", "/usr/sbin/dockerd (enforce)\n");
  EXPECT_EQ(apparmor("docker-default"), "exec docker-default");
  EXPECT_EQ(apparmor("docker-default", true), "stack docker-default");
}

TEST_F(Labels, WithoutAppArmorOnlyUnconfinedPasses) {
  write("sys/module/apparmor/parameters/enabled", "N\n");
  EXPECT_EQ(apparmor("unconfined"), "");
  EXPECT_EQ(apparmor("docker-default"),
            "AppArmor profile 'docker-default': this host has no AppArmor [process.apparmorProfile]");
}

TEST_F(Labels, SelinuxNeedsSelinux) {
  ProcessPlan plan;
  spec::Process process;
  process.selinux_label = "system_u:system_r:container_t:s0:c1,c2";
  ASSERT_TRUE(plan_labels(plan, process, host()));
  EXPECT_EQ(plan.selinux_label, process.selinux_label);
  EXPECT_TRUE(check_mount_label("label", host()));
  std::filesystem::remove_all(dir_.path() + "/sys/fs");
  EXPECT_EQ(plan_labels(plan, process, host()).error().path(), "process.selinuxLabel");
  EXPECT_EQ(check_mount_label("label", host()).error().path(), "linux.mountLabel");
  EXPECT_TRUE(check_mount_label("", host()));
}

}  // namespace
}  // namespace masu::container
