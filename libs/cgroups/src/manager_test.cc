// SPDX-License-Identifier: Apache-2.0
//
// The manager over a stand-in for the kernel: every path, every write and its order, on v1, hybrid and v2.
#include "masu/cgroups/manager.h"

#include "fake_cgroupfs.h"

#include <gtest/gtest.h>

#include <algorithm>

#include <signal.h>
#include <sys/wait.h>

namespace masu::cgroups {
namespace {

using Write = FakeCgroupfs::Write;
using Writes = std::vector<Write>;

std::chrono::steady_clock::time_point in_ms(int ms) {
  return std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
}

class ManagerTest : public testing::Test {
 protected:
  void mount_v1() {
    fake_.mount_v1("systemd");
    fake_.mount_v1("pids", {{"pids.max", "max\n"}});
    fake_.mount_v1("devices", {{"devices.allow", ""}, {"devices.deny", ""}, {"devices.list", "a *:* rwm\n"}});
    fake_.mount_v1("memory", {{"memory.limit_in_bytes", "-1\n"},
                              {"memory.memsw.limit_in_bytes", "-1\n"},
                              {"memory.usage_in_bytes", "4096\n"},
                              {"memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n"}});
    fake_.mount_v1("cpuset", {{"cpuset.cpus", "\n"}, {"cpuset.mems", "\n"}});
    fake_.put("cpuset/cpuset.cpus", "0-1\n");
    fake_.put("cpuset/cpuset.mems", "0\n");
    fake_.mount_v1("freezer", {{"freezer.state", "THAWED\n"}});
    fake_.mount_v1("cpu,cpuacct", {{"cpu.shares", ""}, {"cpu.cfs_quota_us", ""}, {"cpu.cfs_period_us", ""}});
    fake_.put("own", kOwn);
  }
  void mount_hybrid() {
    mount_v1();
    fake_.mount_v2("unified", "hugetlb", {{"hugetlb.2MB.max", ""}, {"hugetlb.2MB.rsvd.max", ""}});
  }
  void mount_v2() {
    fake_.mount_v2("", "cpu memory pids",
                   {{"cpu.weight", "100\n"},
                    {"cpu.max", "max 100000\n"},
                    {"memory.max", "max\n"},
                    {"memory.events", "oom 1\noom_kill 4\n"},
                    {"pids.max", "max\n"}});
    fake_.make("user.slice");
    fake_.make("user.slice/session");
    fake_.put("own", "0::/user.slice/session\n");
  }

  Layout layout() {
    auto found = detect_layout({fake_.root(), fake_.own_cgroups(), "/nowhere"});
    EXPECT_TRUE(found) << found.error().message();
    return *found;
  }
  Manager plan(PathRequest request) {
    auto planned = Manager::plan(layout(), request);
    EXPECT_TRUE(planned) << planned.error().message();
    return std::move(*planned);
  }
  Manager made(PathRequest request) {
    Manager manager = plan(std::move(request));
    const auto created = manager.create();
    EXPECT_TRUE(created) << created.error().message();
    fake_.take_writes();
    return manager;
  }
  std::vector<std::string> paths(const Manager& manager) const {
    std::vector<std::string> out;
    for (const Directory& directory : manager.directories())
      out.push_back(directory.path.substr(fake_.root().size() + 1));
    return out;
  }
  static constexpr const char* kOwn =
      "8:name=systemd:/\n7:pids:/\n6:devices:/\n5:memory:/mine\n4:cpuset:/\n3:freezer:/\n2:cpu,cpuacct:/"
      "\n0::/\n";

  FakeCgroupfs fake_;
};

using Paths = std::vector<std::string>;

TEST_F(ManagerTest, PathsOnV1) {
  mount_v1();
  fake_.make("memory/mine");
  EXPECT_EQ(paths(plan({.cgroups_path = "/a/b", .id = "c1"})),
            (Paths{"systemd/a/b", "pids/a/b", "devices/a/b", "memory/a/b", "cpuset/a/b", "freezer/a/b",
                   "cpu,cpuacct/a/b"}));
  EXPECT_EQ(paths(plan({.cgroups_path = "x", .id = "c1"}))[3], "memory/mine/x");
  EXPECT_EQ(paths(plan({.cgroups_path = "x", .id = "c1"}))[1], "pids/x");
  EXPECT_EQ(paths(plan({.cgroups_path = "", .id = "c1"}))[3], "memory/mine/c1");
}

TEST_F(ManagerTest, PathsOnV2) {
  mount_v2();
  EXPECT_EQ(paths(plan({.cgroups_path = "/a/b", .id = "c1"})), (Paths{"a/b"}));
  EXPECT_EQ(paths(plan({.cgroups_path = "", .id = "c1"})), (Paths{"user.slice/c1"}))
      << "beside the caller's own cgroup";
  EXPECT_EQ(paths(plan({.cgroups_path = "x/y", .id = "c1"})), (Paths{"user.slice/x/y"}));
  EXPECT_EQ(plan({.cgroups_path = "", .id = "c1"}).directories()[0].mount_name(fake_.root()), "");
}

TEST_F(ManagerTest, PathsCannotLeaveTheMount) {
  mount_v2();
  EXPECT_EQ(paths(plan({.cgroups_path = "/../../a/./b/../c//", .id = "c1"})), (Paths{"a/c"}));
  for (const char* bad : {"/", "/..", "..", "a/..", "/./"}) {
    const auto refused = Manager::plan(layout(), {.cgroups_path = bad, .id = "c1"});
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().path(), "linux.cgroupsPath");
  }
}

TEST_F(ManagerTest, NoCgroupsAtAll) {
  fake_.put("own", "0::/\n");
  const auto refused = Manager::plan(layout(), {.cgroups_path = "", .id = "c1"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), Kind::unsupported);
  EXPECT_FALSE(refused.error().hint_text().empty());
}

TEST_F(ManagerTest, CreateFillsCpusetFromItsAncestors) {
  mount_hybrid();
  Manager manager = plan({.cgroups_path = "/a/b", .id = "c1"});
  ASSERT_TRUE(manager.check());
  ASSERT_TRUE(manager.create());
  for (const std::string& path : paths(manager)) EXPECT_TRUE(fake_.exists(path)) << path;
  EXPECT_EQ(fake_.take_writes(), (Writes{{"cpuset/a/cpuset.cpus", "0-1\n"},
                                         {"cpuset/a/b/cpuset.cpus", "0-1\n"},
                                         {"cpuset/a/cpuset.mems", "0\n"},
                                         {"cpuset/a/b/cpuset.mems", "0\n"}}));
  EXPECT_EQ(manager.directories().back().mount_name(fake_.root()), "unified");
}

TEST_F(ManagerTest, CreateLeavesAGivenCpusetAlone) {
  mount_v1();
  fake_.make("cpuset/c1");
  fake_.put("cpuset/c1/cpuset.cpus", "1\n");
  fake_.put("cpuset/c1/cpuset.mems", "0\n");
  ASSERT_TRUE(plan({.cgroups_path = "/c1", .id = "c1"}).create());
  EXPECT_TRUE(fake_.take_writes().empty());
}

TEST_F(ManagerTest, UnifiedCanBeMadeFirst) {
  mount_hybrid();
  Manager manager = plan({.cgroups_path = "/c1", .id = "c1"});
  ASSERT_TRUE(manager.create_unified());
  EXPECT_TRUE(fake_.exists("unified/c1"));
  EXPECT_FALSE(fake_.exists("memory/c1"));
  EXPECT_GE(*manager.clone_fd(), 0);
  EXPECT_EQ(*manager.clone_fd(), *manager.clone_fd());
  ASSERT_TRUE(manager.create());
  EXPECT_TRUE(fake_.exists("memory/c1"));
}

TEST_F(ManagerTest, CreateEnablesControllersOnTheWayDown) {
  mount_v2();
  ASSERT_TRUE(plan({.cgroups_path = "/a/b", .id = "c1"}).create());
  EXPECT_EQ(fake_.take_writes(), (Writes{{"cgroup.subtree_control", "+cpu +memory +pids"}}));
  // The stand-in derives a new cgroup's controllers at mkdir, before the write above: a second container sees
  // them.
  fake_.put("cgroup.subtree_control", "cpu pids\n");
  fake_.put("a/cgroup.controllers", "cpu pids\n");
  ASSERT_TRUE(plan({.cgroups_path = "/a/c", .id = "c2"}).create());
  EXPECT_EQ(fake_.take_writes(),
            (Writes{{"cgroup.subtree_control", "+memory"}, {"a/cgroup.subtree_control", "+cpu +pids"}}));
}

TEST_F(ManagerTest, ARefusedControllerDoesNotCostTheOthers) {
  mount_v2();
  fake_.on_write = [](const Write& write) {
    return write.value.find("cpu") != std::string::npos ? EINVAL : 0;  // as with real-time processes
  };
  ASSERT_TRUE(plan({.cgroups_path = "/a", .id = "c1"}).create());
  EXPECT_EQ(fake_.take_writes(), (Writes{{"cgroup.subtree_control", "+cpu +memory +pids"},
                                         {"cgroup.subtree_control", "+cpu"},
                                         {"cgroup.subtree_control", "+memory"},
                                         {"cgroup.subtree_control", "+pids"}}));
}

TEST_F(ManagerTest, ACgroupWithProcessesIsNotMadeThreaded) {
  mount_v2();
  fake_.on_write = [](const Write& write) {
    return write.value.find("memory") != std::string::npos ? EBUSY : 0;
  };
  ASSERT_TRUE(plan({.cgroups_path = "/a", .id = "c1"}).create());
  EXPECT_EQ(fake_.take_writes(), (Writes{{"cgroup.subtree_control", "+cpu +memory +pids"}}))
      << "+cpu alone would be taken";
}

TEST_F(ManagerTest, CheckRefusesACgroupInUse) {
  mount_v1();
  fake_.make("devices/c1");
  fake_.make("devices/c1/child");
  fake_.put("devices/c1/child/cgroup.procs", "17\n");
  const auto refused = plan({.cgroups_path = "/c1", .id = "c1"}).check();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), Kind::invalid_state);
  EXPECT_NE(refused.error().message().find("container's cgroup is not empty"), std::string::npos);
}

// Found only when it is about to be made: it is not ours then, and remove() must not end what runs in it.
TEST_F(ManagerTest, CreateRefusesACgroupInUseInOneHierarchyAlone) {
  mount_v1();
  fake_.make("pids/c1");
  fake_.put("pids/c1/cgroup.procs", "17\n");
  auto manager = plan({.cgroups_path = "/c1", .id = "c1"});
  ASSERT_TRUE(manager.check());
  const auto refused = manager.create();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find("container's cgroup is not empty"), std::string::npos);
  for (const Directory& directory : manager.directories()) EXPECT_FALSE(directory.has("pids"));
}

TEST_F(ManagerTest, CheckRefusesAFrozenCgroup) {
  mount_v1();
  fake_.make("freezer/c1");
  fake_.put("freezer/c1/freezer.state", "FROZEN\n");
  const auto refused = plan({.cgroups_path = "/c1", .id = "c1"}).check();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find("frozen"), std::string::npos);
}

TEST_F(ManagerTest, CheckRefusesAFrozenV2Cgroup) {
  mount_v2();
  fake_.make("c1");
  fake_.put("c1/cgroup.freeze", "1\n");
  EXPECT_FALSE(plan({.cgroups_path = "/c1", .id = "c1"}).check());
}

TEST_F(ManagerTest, JoinFiles) {
  mount_hybrid();
  const Manager manager = made({.cgroups_path = "/c1", .id = "c1"});
  const auto names = [&](bool into_cgroup) {
    std::vector<std::string> out;
    const auto files = manager.open_join(into_cgroup);
    EXPECT_TRUE(files);
    for (const sys::Fd& file : *files) EXPECT_TRUE(sys::write_all(file.get(), "0"));
    for (const Write& write : fake_.take_writes()) out.push_back(write.path);
    return out;
  };
  EXPECT_EQ(names(true), (Paths{"systemd/c1/tasks", "pids/c1/tasks", "devices/c1/tasks", "memory/c1/tasks",
                                "cpuset/c1/tasks", "freezer/c1/tasks", "cpu,cpuacct/c1/tasks"}));
  EXPECT_EQ(names(false).back(), "unified/c1/cgroup.procs");
}

TEST_F(ManagerTest, AddMovesIntoEveryHierarchy) {
  mount_hybrid();
  const Manager manager = made({.cgroups_path = "/c1", .id = "c1"});
  ASSERT_TRUE(manager.add(42));
  const Writes writes = fake_.take_writes();
  EXPECT_EQ(writes.size(), 8u);
  for (const Write& write : writes) {
    EXPECT_TRUE(write.path.ends_with("/c1/cgroup.procs"));
    EXPECT_EQ(write.value, "42");
  }
  fake_.on_write = [](const Write&) { return ESRCH; };
  const auto refused = manager.add(42);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().err(), ESRCH);
  EXPECT_NE(refused.error().message().find("move process 42 into cgroup"), std::string::npos);
}

TEST_F(ManagerTest, AddToAThreadedCgroupSaysSo) {
  mount_v2();
  const Manager manager = made({.cgroups_path = "/c1", .id = "c1"});
  fake_.on_write = [](const Write&) { return EOPNOTSUPP; };
  const auto refused = manager.add(42);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().hint_text().find("threaded"), std::string::npos);
}

TEST_F(ManagerTest, FromSavedFindsTheSame) {
  mount_hybrid();
  const Manager manager = made({.cgroups_path = "/c1", .id = "c1"});
  auto again = Manager::from_saved(manager.saved());
  ASSERT_TRUE(again);
  EXPECT_EQ(paths(*again), paths(manager));
  ASSERT_TRUE(again->remove(in_ms(0)));
  for (const std::string& path : paths(manager)) EXPECT_FALSE(fake_.exists(path)) << path;
  ASSERT_TRUE(again->remove(in_ms(0))) << "twice is no error";
  EXPECT_TRUE(again->pids(true)->empty());
  EXPECT_EQ(*again->freezer_state(), FreezerState::thawed);
}

TEST_F(ManagerTest, ApplyOnV1) {
  mount_v1();
  Manager manager = made({.cgroups_path = "/c1", .id = "c1"});
  spec::Resources resources;
  resources.memory = spec::Memory{.limit = 1000, .swap = 2000};
  resources.cpu = spec::Cpu{.shares = 512, .cpus = "0"};
  resources.pids_limit = 10;
  ASSERT_TRUE(manager.apply(resources, Manager::Devices::leave));
  EXPECT_EQ(fake_.take_writes(), (Writes{{"memory/c1/memory.limit_in_bytes", "1000"},
                                         {"memory/c1/memory.memsw.limit_in_bytes", "2000"},
                                         {"cpu,cpuacct/c1/cpu.shares", "512"},
                                         {"cpuset/c1/cpuset.cpus", "0"},
                                         {"pids/c1/pids.max", "10"}}));
}

TEST_F(ManagerTest, RaisedMemoryLimitComesAfterSwap) {
  mount_v1();
  Manager manager = made({.cgroups_path = "/c1", .id = "c1"});
  std::int64_t memsw = 500;  // as an earlier update left it
  fake_.on_write = [&memsw](const Write& write) {
    const std::int64_t value = std::stoll(write.value);
    if (write.path.ends_with("memsw.limit_in_bytes"))
      memsw = value;
    else if (value > memsw)
      return EINVAL;
    return 0;
  };
  spec::Resources resources;
  resources.memory = spec::Memory{.limit = 1000, .swap = 2000};
  ASSERT_TRUE(manager.apply(resources, Manager::Devices::leave));
  EXPECT_EQ(fake_.take_writes(), (Writes{{"memory/c1/memory.limit_in_bytes", "1000"},
                                         {"memory/c1/memory.memsw.limit_in_bytes", "2000"},
                                         {"memory/c1/memory.limit_in_bytes", "1000"}}));
}

TEST_F(ManagerTest, RefusedLimitNamesItsPlace) {
  mount_v1();
  Manager manager = made({.cgroups_path = "/c1", .id = "c1"});
  spec::Resources resources;
  resources.memory = spec::Memory{.limit = 1000, .swap = 2000};
  fake_.on_write = [](const Write& write) {
    return write.path.ends_with("memory.limit_in_bytes") ? EBUSY : 0;
  };
  const auto busy = manager.apply(resources, Manager::Devices::leave);
  ASSERT_FALSE(busy);
  EXPECT_EQ(busy.error().err(), EBUSY);
  EXPECT_EQ(busy.error().path(), "linux.resources.memory.limit");
  EXPECT_EQ(busy.error().hint_text(), "the cgroup already uses 4096 bytes");
  fake_.on_write = [](const Write&) { return EINVAL; };
  fake_.take_writes();
  const auto refused = manager.apply(resources, Manager::Devices::leave);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().path(), "linux.resources.memory.limit") << "the first, not the last";
  EXPECT_EQ(fake_.take_writes().size(), 2u) << "no progress, no further round";
}

TEST_F(ManagerTest, MissingControllerIsNamed) {
  mount_v1();
  Manager manager = made({.cgroups_path = "/c1", .id = "c1"});
  spec::Resources resources;
  resources.hugepage_limits = {{"2MB", 4096}};
  const auto refused = manager.apply(resources, Manager::Devices::leave);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), Kind::unsupported);
  EXPECT_EQ(refused.error().path(), "linux.resources.hugepageLimits[0]");
  EXPECT_NE(refused.error().message().find("hugetlb"), std::string::npos);
  EXPECT_TRUE(fake_.take_writes().empty());
}

TEST_F(ManagerTest, HybridFindsControllersInItsV2Tree) {
  mount_hybrid();
  Manager manager = made({.cgroups_path = "/c1", .id = "c1"});
  spec::Resources resources;
  resources.hugepage_limits = {{"2MB", 4096}};
  resources.pids_limit = 5;
  const auto applied = manager.apply(resources, Manager::Devices::leave);
  ASSERT_TRUE(applied) << applied.error().message();
  EXPECT_EQ(fake_.take_writes(), (Writes{{"unified/cgroup.subtree_control", "+hugetlb"},
                                         {"pids/c1/pids.max", "5"},
                                         {"unified/c1/hugetlb.2MB.max", "4096"},
                                         {"unified/c1/hugetlb.2MB.rsvd.max", "4096"}}));
  resources.rdma["mlx"] = {.hca_handles = 1, .hca_objects = {}};
  EXPECT_FALSE(manager.apply(resources, Manager::Devices::leave)) << "in neither";
}

TEST_F(ManagerTest, ApplyOnV2) {
  mount_v2();
  Manager manager = made({.cgroups_path = "/c1", .id = "c1"});
  spec::Resources resources;
  resources.memory = spec::Memory{.limit = 1000, .swap = 1000};
  resources.cpu = spec::Cpu{.shares = 1024, .quota = 5000};
  resources.pids_limit = -1;
  resources.unified = {{"memory.max", "900"}};
  ASSERT_TRUE(manager.apply(resources, Manager::Devices::leave)) << "no swap file, and none is needed for 0";
  EXPECT_EQ(fake_.take_writes(), (Writes{{"c1/memory.max", "1000"},
                                         {"c1/cpu.weight", "100"},
                                         {"c1/cpu.max", "5000"},
                                         {"c1/pids.max", "max"},
                                         {"c1/memory.max", "900"}}));
  resources.memory->swap = 5000;
  const auto refused = manager.apply(resources, Manager::Devices::leave);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().err(), ENOENT);
  EXPECT_EQ(refused.error().path(), "linux.resources.memory.swap");
  EXPECT_NE(refused.error().message().find("memory.swap.max"), std::string::npos);
  EXPECT_NE(refused.error().hint_text().find("cgroup.subtree_control"), std::string::npos);
}

TEST_F(ManagerTest, CheckBeforeUpdate) {
  mount_v1();
  Manager manager = made({.cgroups_path = "/c1", .id = "c1"});
  spec::Resources resources;
  resources.memory = spec::Memory{.limit = 4096, .check_before_update = true};
  const auto refused = manager.apply(resources, Manager::Devices::leave);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().path(), "linux.resources.memory.limit");
  EXPECT_TRUE(fake_.take_writes().empty());
  resources.memory->limit = 4097;
  EXPECT_TRUE(manager.apply(resources, Manager::Devices::leave));
}

TEST_F(ManagerTest, DevicesOnV1) {
  mount_v1();
  Manager manager = made({.cgroups_path = "/c1", .id = "c1"});
  fake_.listen();
  ASSERT_TRUE(manager.apply({}));
  const Writes writes = fake_.take_writes();
  ASSERT_EQ(writes.size(), 12u);
  EXPECT_EQ(writes[0], (Write{"devices/c1/devices.deny", "a"}));
  EXPECT_EQ(writes[11], (Write{"devices/c1/devices.allow", "c 10:200 rwm"}));
  EXPECT_EQ(sys::fake::count(SYS_openat), 2u) << "each file is opened once";
}

TEST_F(ManagerTest, DevicesInUseAreLedToTheNewList) {
  mount_v1();
  Manager manager = std::move(*Manager::from_saved(made({.cgroups_path = "/c1", .id = "c1"}).saved()));
  fake_.put("devices/c1/devices.list",
            "c *:* m\nb *:* m\nc 1:3 rwm\nc 1:8 rwm\nc 1:7 rwm\nc 5:0 rwm\nc 1:5 rwm\nc 1:9 rwm\nc 136:* "
            "rwm\nb 8:0 r\n");
  ASSERT_TRUE(manager.apply({}));
  EXPECT_EQ(fake_.take_writes(), (Writes{{"devices/c1/devices.allow", "c 5:2 rwm"},
                                         {"devices/c1/devices.allow", "c 10:200 rwm"},
                                         {"devices/c1/devices.deny", "b 8:0 r"}}));
  fake_.put("devices/c1/devices.list", "a *:* rwm\n");
  fake_.on_write = [](const Write&) { return EINVAL; };  // as of a cgroup with children
  const auto refused = manager.apply({});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().path(), "linux.resources.devices");
  EXPECT_EQ(fake_.take_writes(), (Writes{{"devices/c1/devices.deny", "a"}}));
}

TEST_F(ManagerTest, RootlessGoesWithoutWhatItMayNotHave) {
  mount_v1();
  fake_.on_mkdir = [](const std::string& path) { return path.starts_with("pids/") ? 0 : EACCES; };
  Manager manager = plan({.cgroups_path = "", .id = "c1", .rootless = true});
  ASSERT_TRUE(manager.create());
  EXPECT_EQ(paths(manager), (Paths{"pids/c1"}));
  ASSERT_TRUE(manager.apply({})) << "no device list without its controller";
  spec::Resources resources;
  resources.memory = spec::Memory{.limit = 1000};
  EXPECT_FALSE(manager.apply(resources));

  Manager asked = plan({.cgroups_path = "/mine", .id = "c1", .rootless = true});
  const auto refused = asked.create();
  ASSERT_FALSE(refused) << "a path in the config is an order";
  EXPECT_EQ(refused.error().err(), EACCES);
  EXPECT_FALSE(refused.error().hint_text().empty());
}

TEST_F(ManagerTest, RootlessWithoutAnyCgroup) {
  mount_v2();
  fake_.on_mkdir = [](const std::string&) { return EROFS; };
  Manager manager = plan({.cgroups_path = "", .id = "c1", .rootless = true});
  ASSERT_TRUE(manager.create());
  EXPECT_TRUE(manager.directories().empty());
  EXPECT_EQ(*manager.clone_fd(), -1);
  EXPECT_TRUE(manager.open_join()->empty());
  EXPECT_TRUE(manager.apply({}));
  spec::Resources resources;
  resources.pids_limit = 3;
  const auto refused = manager.apply(resources);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find("rootless needs no limits + no cgrouppath"), std::string::npos);
  EXPECT_TRUE(manager.remove(in_ms(0)));
}

TEST_F(ManagerTest, PidsOfChildren) {
  mount_hybrid();
  const Manager manager = made({.cgroups_path = "/c1", .id = "c1"});
  fake_.put("devices/c1/cgroup.procs", "30\n4\n");
  for (const char* path : {"devices/c1/x", "devices/c1/x/y", "devices/c1/z"}) fake_.make(path);
  fake_.put("devices/c1/x/y/cgroup.procs", "7\n");
  fake_.put("devices/c1/z/cgroup.procs", "5\n");
  EXPECT_EQ(*manager.pids(true), (std::vector<pid_t>{4, 5, 7, 30}));
  EXPECT_EQ(*manager.pids(false), (std::vector<pid_t>{4, 30}));
}

TEST_F(ManagerTest, KillAllOnV2IsOneWrite) {
  mount_v2();
  const Manager manager = made({.cgroups_path = "/c1", .id = "c1"});
  fake_.put("c1/cgroup.procs", std::to_string(getpid()) + "\n");  // were it read, we would not live to tell
  ASSERT_TRUE(manager.kill_all(SIGKILL));
  EXPECT_EQ(fake_.take_writes(), (Writes{{"c1/cgroup.kill", "1"}}));
}

TEST_F(ManagerTest, KillAllOnV1KillsAndThaws) {
  mount_v1();
  const Manager manager = made({.cgroups_path = "/c1", .id = "c1"});
  const pid_t child = fork();
  if (child == 0) {
    for (;;) pause();
  }
  fake_.put("devices/c1/cgroup.procs", std::to_string(child) + "\n");
  fake_.put("freezer/c1/freezer.state", "FROZEN\n");
  ASSERT_TRUE(manager.kill_all(SIGKILL));
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
  EXPECT_EQ(fake_.take_writes(),
            (Writes{{"freezer/c1/freezer.state", "FROZEN"}, {"freezer/c1/freezer.state", "THAWED"}}));
}

TEST_F(ManagerTest, FreezerStates) {
  mount_v1();
  const Manager manager = made({.cgroups_path = "/c1", .id = "c1"});
  EXPECT_EQ(*manager.freezer_state(), FreezerState::thawed);
  fake_.put("freezer/c1/freezer.state", "FREEZING\n");
  EXPECT_EQ(*manager.freezer_state(), FreezerState::freezing);
  fake_.put("freezer/c1/freezer.state", "FROZEN\n");
  EXPECT_EQ(*manager.freezer_state(), FreezerState::frozen);
  EXPECT_EQ(manager.oom_kills(), 2u);
}

TEST_F(ManagerTest, FreezerStatesOnV2) {
  mount_v2();
  const Manager manager = made({.cgroups_path = "/c1", .id = "c1"});
  EXPECT_EQ(*manager.freezer_state(), FreezerState::thawed);
  fake_.put("c1/cgroup.freeze", "1\n");
  EXPECT_EQ(*manager.freezer_state(), FreezerState::freezing);
  fake_.put("c1/cgroup.events", "populated 1\nfrozen 1\n");
  EXPECT_EQ(*manager.freezer_state(), FreezerState::frozen);
  ASSERT_TRUE(manager.thaw());
  EXPECT_EQ(fake_.take_writes(), (Writes{{"c1/cgroup.freeze", "0"}}));
  EXPECT_EQ(manager.oom_kills(), 4u);
}

TEST_F(ManagerTest, RemoveTakesNestedCgroupsAlong) {
  mount_hybrid();
  const Manager manager = made({.cgroups_path = "/p/c1", .id = "c1"});
  std::string deep = "memory/p/c1";
  for (int i = 0; i < 40; ++i) fake_.make(deep += "/n");
  for (const char* path : {"unified/p/c1/x", "unified/p/c1/y", "unified/p/c1/y/z"}) fake_.make(path);
  ASSERT_TRUE(manager.remove(in_ms(0)));
  for (const std::string& path : paths(manager)) EXPECT_FALSE(fake_.exists(path)) << path;
  EXPECT_TRUE(fake_.exists("memory/p")) << "parents are not the container's";
}

TEST_F(ManagerTest, RemoveKillsAndWaits) {
  mount_v1();
  const Manager manager = made({.cgroups_path = "/c1", .id = "c1"});
  const pid_t child = fork();
  if (child == 0) {
    for (;;) pause();
  }
  fake_.put("pids/c1/cgroup.procs", std::to_string(child) + "\n");
  fake_.on_rmdir = [&](const std::string& path) {
    // The kernel's part: an ended process is in no cgroup.
    siginfo_t info{};
    if (path == "pids/c1" &&
        waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid == child)
      fake_.put("pids/c1/cgroup.procs", "");
  };
  const auto removed = manager.remove(in_ms(5000));
  EXPECT_TRUE(removed) << removed.error().message();
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
}

TEST_F(ManagerTest, RemoveEndsAtItsDeadline) {
  mount_v1();
  const Manager manager = made({.cgroups_path = "/c1", .id = "c1"});
  fake_.put("memory/c1/cgroup.procs", "0\n");  // a process that cannot be named, let alone killed
  const auto started = std::chrono::steady_clock::now();
  const auto refused = manager.remove(started + std::chrono::milliseconds(60));
  const auto took = std::chrono::steady_clock::now() - started;
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), Kind::timeout);
  EXPECT_NE(refused.error().message().find("/memory/c1"), std::string::npos) << refused.error().message();
  EXPECT_GE(took, std::chrono::milliseconds(60));
  EXPECT_LT(took, std::chrono::seconds(5));
  EXPECT_FALSE(fake_.exists("pids/c1")) << "the others are gone";
  EXPECT_LT(sys::fake::count(SYS_unlinkat), 200u) << "with growing pauses";
}

TEST_F(ManagerTest, AnyFailingCallLeaksNothing) {
  mount_hybrid();
  const auto open_fds = [] {
    std::size_t count = 0;
    DIR* dir = opendir("/proc/self/fd");
    while (readdir(dir) != nullptr) ++count;
    closedir(dir);
    return count;
  };
  const Layout found = layout();
  for (unsigned nth = 1;; ++nth) {
    const std::size_t before = open_fds();
    const std::size_t calls_before = sys::fake::calls().size();
    bool failed = false;
    {
      sys::fake::fail_nth(nth, EIO);
      auto planned = Manager::plan(found, {.cgroups_path = "/c1", .id = "c1"});
      failed = !planned || !planned->check() || !planned->create() || !planned->clone_fd() ||
               !planned->open_join() || !planned->apply({});
      const bool reached = sys::fake::calls().size() - calls_before >= nth;
      sys::fake::fail_nth(0, 0);
      if (planned) {
        EXPECT_TRUE(planned->remove(in_ms(0))) << nth;
      }
      if (!reached) {
        EXPECT_FALSE(failed);
        break;
      }
    }
    // Where close(2) itself was made to fail, the number is not free, as it would be in Linux.
    if (sys::fake::calls()[calls_before + nth - 1].number != SYS_close) {
      EXPECT_EQ(open_fds(), before) << nth;
    }
    for (const char* path : {"memory/c1", "pids/c1", "unified/c1"}) EXPECT_FALSE(fake_.exists(path)) << nth;
  }
}

TEST_F(ManagerTest, NothingIsDelegatedBelowACgroupThatIsNotThere) {
  // What a rootless caller is left with who may make no cgroup, and what v1 has.
  for (const LayoutKind kind : {LayoutKind::v2, LayoutKind::v1}) {
    auto manager =
        Manager::from_saved({.kind = kind, .root = fake_.root(), .directories = {}, .rootless = true});
    ASSERT_TRUE(manager) << manager.error().message();
    const auto refused = manager->open_delegated("own");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind(), Kind::unsupported);
  }
}

}  // namespace
}  // namespace masu::cgroups
