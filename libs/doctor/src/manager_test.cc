// SPDX-License-Identifier: Apache-2.0
#include "test_host.h"

namespace masu::doctor {
namespace {

class ManagerTest : public DoctorTest {
 protected:
  ManagerTest() {
    host_.dev = dir_ + "/dev";
    put("dev/fuse", "");
    put("dev/net/tun", "");
    put("bin/pasta", "");
    put("bin/apt-get", "");
    put("proc/filesystems", "nodev\tproc\nnodev\toverlay\n");
  }
  Finding of(std::string_view subject, const Storage& storage) const {
    for (Finding& finding : examine_manager(host_, storage))
      if (finding.subject == subject) return std::move(finding);
    return {.state = State::problem, .subject = "no such finding"};
  }
};

TEST_F(ManagerTest, OverlayIsAllThatIsNeeded) {
  become_user();
  const auto findings = examine_manager(host_, {.driver = "overlay"});
  EXPECT_EQ(findings.size(), 3U);
  for (const Finding& finding : findings) EXPECT_EQ(finding.state, State::ok) << finding.subject;
}

TEST_F(ManagerTest, CopiesAreAWarningWithWhatMendsIt) {
  const Storage vfs{.driver = "vfs", .refused = "mount: EINVAL"};
  EXPECT_EQ(of("storage driver", vfs).state, State::warning);
  EXPECT_NE(of("storage driver", vfs).detail.find("EINVAL"), std::string::npos);
  EXPECT_EQ(of("storage driver", vfs).cure, "apt-get install fuse-overlayfs");
  put("proc/filesystems", "nodev\tproc\n");
  EXPECT_EQ(of("storage driver", vfs).cure, "modprobe overlay");
}

TEST_F(ManagerTest, FuseIsLookedAtWhereItIsUsed) {
  const Storage fuse{.driver = "fuse-overlayfs", .refused = "mount: EINVAL"};
  EXPECT_EQ(of("fuse", fuse).state, State::ok);
  read_only.insert(at("dev/fuse"));
  EXPECT_EQ(of("fuse", fuse).cure, cat("chmod 666 ", at("dev/fuse")));
  take("dev/fuse");
  EXPECT_EQ(of("fuse", fuse).cure, "modprobe fuse");
}

TEST_F(ManagerTest, AUserNeedsTunAndAProgramForANetwork) {
  become_user();
  put("bin/sudo", "");
  take("bin/pasta");
  take("dev/net/tun");
  EXPECT_EQ(of("tun", {.driver = "overlay"}).cure, "sudo modprobe tun");
  EXPECT_EQ(of("network without root", {.driver = "overlay"}).cure, "sudo apt-get install passt");
  put("bin/slirp4netns", "");
  EXPECT_EQ(of("network without root", {.driver = "overlay"}).state, State::ok);
}

}  // namespace
}  // namespace masu::doctor
