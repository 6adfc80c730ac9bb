// SPDX-License-Identifier: Apache-2.0
//
// The watches over a stand-in for the kernel, which rings as the kernel does: through the eventfd that was
// registered on v1, by a change of the file on v2.
#include "fake_cgroupfs.h"
#include "masu/cgroups/manager.h"

#include <gtest/gtest.h>

namespace masu::cgroups {
namespace {

using Write = FakeCgroupfs::Write;

class WatchTest : public testing::Test {
 protected:
  void mount_v1() {
    fake_.mount_v1("memory", {{"memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n"},
                              {"cgroup.event_control", ""}});
    fake_.put("own", "1:memory:/\n");
  }
  void mount_v2() {
    fake_.mount_v2("", "memory",
                   {{"memory.events", "oom 1\noom_kill 4\n"},
                    {"memory.events.local", "oom 0\noom_kill 0\n"},
                    {"memory.pressure", ""}});
    fake_.put("own", "0::/\n");
  }
  Manager made(const std::string& path = "/c1") {
    auto layout = detect_layout({fake_.root(), fake_.own_cgroups(), "/nowhere"});
    EXPECT_TRUE(layout) << layout.error().message();
    auto manager = Manager::plan(*layout, {.cgroups_path = path, .id = "c1"});
    EXPECT_TRUE(manager && manager->create());
    fake_.take_writes();
    return std::move(*manager);
  }
  static OomWatch started(const Manager& manager) {
    auto watch = manager.watch_oom();
    EXPECT_TRUE(watch) << watch.error().message();
    return std::move(*watch);
  }
  static OomWatch::Event taken(OomWatch& watch) {
    auto event = watch.take();
    EXPECT_TRUE(event) << event.error().message();
    return *event;
  }
  static bool readable(const OomWatch& watch) {
    pollfd poll{.fd = watch.fd(), .events = POLLIN, .revents = 0};
    return ::poll(&poll, 1, 0) == 1;
  }
  static bool is_empty(const OomWatch::Event& event) {
    return !event.oom && !event.gone && event.kills == 0 && event.cause.empty();
  }

  FakeCgroupfs fake_;
};

TEST_F(WatchTest, V1RegistersAnEventfd) {
  mount_v1();
  const Manager manager = made();
  OomWatch watch = started(manager);
  const auto writes = fake_.take_writes();
  ASSERT_EQ(writes.size(), 1u);
  EXPECT_EQ(writes[0].path, "memory/c1/cgroup.event_control");
  EXPECT_TRUE(writes[0].value.starts_with(std::to_string(watch.fd()) + " "));
  EXPECT_FALSE(readable(watch));
  EXPECT_TRUE(is_empty(taken(watch)));

  const std::uint64_t one = 1;
  ASSERT_EQ(::write(watch.fd(), &one, sizeof one), 8);
  fake_.put("memory/c1/memory.oom_control", "oom_kill_disable 0\nunder_oom 1\noom_kill 5\n");
  EXPECT_TRUE(readable(watch));
  const OomWatch::Event event = taken(watch);
  EXPECT_TRUE(event.oom);
  EXPECT_EQ(event.kills, 3u);
  EXPECT_FALSE(event.gone);
  EXPECT_TRUE(is_empty(taken(watch))) << "once";

  ASSERT_TRUE(manager.remove(std::chrono::steady_clock::now()));
  ASSERT_EQ(::write(watch.fd(), &one, sizeof one), 8);
  const OomWatch::Event last = taken(watch);
  EXPECT_TRUE(last.gone);
  EXPECT_FALSE(last.oom) << "the kernel rings at the end too";
}

TEST_F(WatchTest, V2TellsWhoseLimitItWas) {
  mount_v2();
  const Manager manager = made("/a/b/c1");
  fake_.put("a/b/c1/cgroup.events", "populated 1\nfrozen 0\n");
  OomWatch watch = started(manager);
  EXPECT_TRUE(is_empty(taken(watch)));

  fake_.put("a/b/c1/memory.events", "oom 2\noom_kill 4\n");
  EXPECT_TRUE(readable(watch));
  EXPECT_TRUE(is_empty(taken(watch))) << "one shortage is told once: when it has taken somebody";
  fake_.put("a/b/c1/memory.events", "oom 2\noom_kill 5\n");
  OomWatch::Event event = taken(watch);
  EXPECT_TRUE(event.oom);
  EXPECT_EQ(event.kills, 1u);
  EXPECT_EQ(event.cause, fake_.root() + "/a/b/c1");

  fake_.put("a/memory.events.local", "oom 1\noom_kill 0\n");
  fake_.put("a/b/c1/memory.events", "oom 2\noom_kill 6\n");
  event = taken(watch);
  EXPECT_TRUE(event.oom);
  EXPECT_EQ(event.cause, fake_.root() + "/a");

  fake_.put("a/b/c1/memory.events", "oom 2\noom_kill 7\n");
  event = taken(watch);
  EXPECT_TRUE(event.oom);
  EXPECT_EQ(event.cause, "") << "the machine's memory";

  fake_.put("a/memory.events.local", "oom 2\noom_kill 0\n");
  fake_.put("a/b/c1/memory.events", "low 1\noom 2\noom_kill 7\n");
  EXPECT_TRUE(is_empty(taken(watch))) << "a shortage above that took nobody of ours";
}

TEST_F(WatchTest, V2EndsWithTheLastProcess) {
  mount_v2();
  const Manager manager = made();
  fake_.put("c1/cgroup.events", "populated 1\nfrozen 0\n");
  OomWatch watch = started(manager);
  fake_.put("c1/cgroup.events", "populated 1\nfrozen 1\n");
  EXPECT_TRUE(is_empty(taken(watch)));
  fake_.put("c1/cgroup.events", "populated 0\nfrozen 0\n");
  EXPECT_TRUE(taken(watch).gone);
}

TEST_F(WatchTest, WithoutAMemoryController) {
  fake_.mount_v2("", "");
  fake_.put("own", "0::/\n");
  const auto refused = made().watch_oom();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), Kind::unsupported);
}

TEST_F(WatchTest, CgroupThatIsGone) {
  mount_v2();
  const Manager manager = made();
  ASSERT_TRUE(manager.remove(std::chrono::steady_clock::now()));
  const auto refused = manager.watch_oom();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().err(), ENOENT);
}

TEST_F(WatchTest, PressureTrigger) {
  mount_v2();
  const Manager manager = made();
  const auto watch = manager.watch_pressure({.full = true, .stall_us = 1000, .window_us = 500000});
  ASSERT_TRUE(watch) << watch.error().message();
  const auto writes = fake_.take_writes();
  ASSERT_EQ(writes.size(), 1u);
  EXPECT_EQ(writes[0], (Write{"c1/memory.pressure", std::string("full 1000 500000") + '\0'}));
  const auto refused = manager.watch_pressure({.resource = PressureTrigger::Resource::io});
  ASSERT_FALSE(refused) << "no such file";
  EXPECT_EQ(refused.error().kind(), Kind::unsupported);
  fake_.on_write = [](const Write&) { return EINVAL; };
  EXPECT_EQ(manager.watch_pressure({}).error().err(), EINVAL);
}

TEST_F(WatchTest, PressureNeedsV2) {
  mount_v1();
  const auto refused = made().watch_pressure({});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), Kind::unsupported);
}

}  // namespace
}  // namespace masu::cgroups
