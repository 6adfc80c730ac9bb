// SPDX-License-Identifier: Apache-2.0
//
// Limits over a stand-in for the kernel: that each controller's reach their files on each layout, what is
// said when they do not, and that an update that fails leaves things as they were.
#include "fake_cgroupfs.h"
#include "masu/cgroups/manager.h"

#include <gtest/gtest.h>

namespace masu::cgroups {
namespace {

using Write = FakeCgroupfs::Write;
using Writes = std::vector<Write>;

const char* const kV1Controllers[] = {"cpu",        "cpuacct", "cpuset",  "memory",  "blkio",
                                      "devices",    "freezer", "hugetlb", "net_cls", "net_prio",
                                      "perf_event", "pids",    "rdma",    "misc"};

class LimitsTest : public testing::Test {
 protected:
  /// Every controller in a hierarchy of its own, but for those left out.
  void mount_v1(const std::string& without = "") {
    std::string own;
    for (const char* controller : kV1Controllers) {
      if (controller == without) continue;
      fake_.mount_v1(controller, files_v1(controller));
      own += std::string("1:") + controller + ":/\n";
    }
    fake_.mount_v1("foo");
    fake_.put("cpuset/cpuset.cpus", "0-3\n");
    fake_.put("cpuset/cpuset.mems", "0\n");
    fake_.put("own", own + "1:name=foo:/\n0::/\n");
  }
  void mount_v2(const std::string& controllers = "cpuset cpu io memory hugetlb pids rdma misc") {
    fake_.mount_v2("", controllers,
                   {{"cgroup.type", "domain\n"},
                    {"cpu.idle", "0\n"},
                    {"cpu.weight", "100\n"},
                    {"cpu.max", "max 100000\n"},
                    {"cpu.max.burst", "0\n"},
                    {"cpuset.cpus", "\n"},
                    {"cpuset.mems", "\n"},
                    {"io.bfq.weight", "default 100\n"},
                    {"io.max", "8:0 rbps=max wbps=9 riops=max wiops=max\n"},
                    {"memory.max", "max\n"},
                    {"memory.swap.max", "max\n"},
                    {"memory.low", "0\n"},
                    {"memory.high", "max\n"},
                    {"memory.current", "4096\n"},
                    {"pids.max", "max\n"},
                    {"hugetlb.2MB.max", "max\n"},
                    {"hugetlb.2MB.rsvd.max", "max\n"},
                    {"rdma.max", "mlx5_0 hca_handle=max hca_object=2\n"},
                    {"misc.max", "sev max\n"}});
    fake_.put("own", "0::/session\n");
  }
  Manager made(const std::string& path = "/c1") {
    auto layout = detect_layout({fake_.root(), fake_.own_cgroups(), "/nowhere"});
    EXPECT_TRUE(layout) << layout.error().message();
    auto manager = Manager::plan(*layout, {.cgroups_path = path, .id = "c1"});
    EXPECT_TRUE(manager) << manager.error().message();
    const auto created = manager->create();
    EXPECT_TRUE(created) << created.error().message();
    fake_.take_writes();
    return std::move(*manager);
  }
  static Error refusal(Result<> result) {
    EXPECT_FALSE(result);
    return result ? Error::make(Kind::internal, "nothing was refused") : std::move(result).error();
  }

  static FakeCgroupfs::Files files_v1(const std::string& controller) {
    if (controller == "cpu")
      return {{"cpu.idle", "0\n"},          {"cpu.shares", "1024\n"},    {"cpu.cfs_period_us", "100000\n"},
              {"cpu.cfs_quota_us", "-1\n"}, {"cpu.cfs_burst_us", "0\n"}, {"cpu.rt_period_us", "1000000\n"},
              {"cpu.rt_runtime_us", "0\n"}};
    if (controller == "cpuset") return {{"cpuset.cpus", "\n"}, {"cpuset.mems", "\n"}};
    if (controller == "memory")
      return {{"memory.use_hierarchy", "1\n"},
              {"memory.limit_in_bytes", "9223372036854771712\n"},
              {"memory.memsw.limit_in_bytes", "9223372036854771712\n"},
              {"memory.soft_limit_in_bytes", "-1\n"},
              {"memory.kmem.tcp.limit_in_bytes", "-1\n"},
              {"memory.swappiness", "60\n"},
              {"memory.usage_in_bytes", "4096\n"},
              {"memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n"}};
    if (controller == "blkio")
      return {{"blkio.bfq.weight", "100\n"},
              {"blkio.bfq.weight_device", "default 100\n8:16 50\n"},
              {"blkio.throttle.read_bps_device", "8:0 77\n"},
              {"blkio.throttle.write_bps_device", ""},
              {"blkio.throttle.read_iops_device", ""},
              {"blkio.throttle.write_iops_device", ""}};
    if (controller == "devices")
      return {{"devices.allow", ""}, {"devices.deny", ""}, {"devices.list", "a *:* rwm\n"}};
    if (controller == "freezer") return {{"freezer.state", "THAWED\n"}};
    if (controller == "hugetlb")
      return {{"hugetlb.2MB.limit_in_bytes", "-1\n"}, {"hugetlb.2MB.rsvd.limit_in_bytes", "-1\n"}};
    if (controller == "net_cls") return {{"net_cls.classid", "0\n"}};
    if (controller == "net_prio") return {{"net_prio.ifpriomap", "lo 0\neth0 3\n"}};
    if (controller == "pids") return {{"pids.max", "max\n"}};
    if (controller == "rdma") return {{"rdma.max", "mlx5_0 hca_handle=max hca_object=2\n"}};
    return {};
  }
  /// Something of every controller that has a setting.
  static spec::Resources everything() {
    spec::Resources out;
    out.memory = spec::Memory{.limit = 100,
                              .reservation = 50,
                              .swap = 200,
                              .kernel_tcp = 10,
                              .swappiness = 5,
                              .disable_oom_killer = true,
                              .use_hierarchy = true};
    out.cpu = spec::Cpu{.shares = 512,
                        .quota = 2000,
                        .burst = 10,
                        .period = 4000,
                        .realtime_runtime = 5,
                        .realtime_period = 10,
                        .cpus = "0",
                        .mems = "0",
                        .idle = 0};
    out.pids_limit = 9;
    out.block_io = spec::BlockIo{.weight = 300,
                                 .weight_device = {{.major = 8, .minor = 16, .weight = 400}},
                                 .throttle_read_bps_device = {{8, 0, 1}},
                                 .throttle_write_bps_device = {{8, 0, 2}},
                                 .throttle_read_iops_device = {{8, 0, 3}},
                                 .throttle_write_iops_device = {{8, 0, 4}}};
    out.hugepage_limits = {{"2MB", 4096}};
    out.network = spec::NetworkResources{.class_id = 17, .priorities = {{"eth0", 500}}};
    out.rdma["mlx5_0"] = {.hca_handles = 3, .hca_objects = {}};
    return out;
  }

  FakeCgroupfs fake_;
};

TEST_F(LimitsTest, EveryControllerOfV1) {
  mount_v1();
  Manager manager = made();
  EXPECT_TRUE(fake_.exists("foo/c1")) << "a hierarchy with a name and no controller is joined too";
  EXPECT_TRUE(fake_.exists("perf_event/c1"));
  const auto applied = manager.apply(everything(), Manager::Devices::leave);
  ASSERT_TRUE(applied) << applied.error().message();
  EXPECT_EQ(fake_.take_writes(), (Writes{{"memory/c1/memory.use_hierarchy", "1"},
                                         {"memory/c1/memory.limit_in_bytes", "100"},
                                         {"memory/c1/memory.memsw.limit_in_bytes", "200"},
                                         {"memory/c1/memory.soft_limit_in_bytes", "50"},
                                         {"memory/c1/memory.kmem.tcp.limit_in_bytes", "10"},
                                         {"memory/c1/memory.swappiness", "5"},
                                         {"memory/c1/memory.oom_control", "1"},
                                         {"cpu/c1/cpu.idle", "0"},
                                         {"cpu/c1/cpu.shares", "512"},
                                         {"cpu/c1/cpu.cfs_period_us", "4000"},
                                         {"cpu/c1/cpu.cfs_quota_us", "2000"},
                                         {"cpu/c1/cpu.cfs_burst_us", "10"},
                                         {"cpu/c1/cpu.rt_period_us", "10"},
                                         {"cpu/c1/cpu.rt_runtime_us", "5"},
                                         {"cpuset/c1/cpuset.cpus", "0"},
                                         {"cpuset/c1/cpuset.mems", "0"},
                                         {"pids/c1/pids.max", "9"},
                                         {"blkio/c1/blkio.bfq.weight", "300"},
                                         {"blkio/c1/blkio.bfq.weight_device", "8:16 400"},
                                         {"blkio/c1/blkio.throttle.read_bps_device", "8:0 1"},
                                         {"blkio/c1/blkio.throttle.write_bps_device", "8:0 2"},
                                         {"blkio/c1/blkio.throttle.read_iops_device", "8:0 3"},
                                         {"blkio/c1/blkio.throttle.write_iops_device", "8:0 4"},
                                         {"hugetlb/c1/hugetlb.2MB.limit_in_bytes", "4096"},
                                         {"hugetlb/c1/hugetlb.2MB.rsvd.limit_in_bytes", "4096"},
                                         {"net_cls/c1/net_cls.classid", "17"},
                                         {"net_prio/c1/net_prio.ifpriomap", "eth0 500"},
                                         {"rdma/c1/rdma.max", "mlx5_0 hca_handle=3"}}));
}

TEST_F(LimitsTest, EveryControllerOfV2) {
  mount_v2();
  Manager manager = made();
  spec::Resources resources = everything();
  resources.network.reset();
  resources.unified = {{"memory.high", "60"}, {"misc.max", "sev 3"}};
  const auto applied = manager.apply(resources, Manager::Devices::leave);
  ASSERT_TRUE(applied) << applied.error().message();
  EXPECT_EQ(fake_.take_writes(), (Writes{{"c1/memory.swap.max", "100"},
                                         {"c1/memory.max", "100"},
                                         {"c1/memory.low", "50"},
                                         {"c1/cpu.idle", "0"},
                                         {"c1/cpu.weight", "59"},
                                         {"c1/cpu.max", "2000 4000"},
                                         {"c1/cpu.max.burst", "10"},
                                         {"c1/cpuset.cpus", "0"},
                                         {"c1/cpuset.mems", "0"},
                                         {"c1/pids.max", "9"},
                                         {"c1/io.bfq.weight", "300"},
                                         {"c1/io.bfq.weight", "8:16 400"},
                                         {"c1/io.max", "8:0 rbps=1"},
                                         {"c1/io.max", "8:0 wbps=2"},
                                         {"c1/io.max", "8:0 riops=3"},
                                         {"c1/io.max", "8:0 wiops=4"},
                                         {"c1/hugetlb.2MB.max", "4096"},
                                         {"c1/hugetlb.2MB.rsvd.max", "4096"},
                                         {"c1/rdma.max", "mlx5_0 hca_handle=3"},
                                         {"c1/memory.high", "60"},
                                         {"c1/misc.max", "sev 3"}}));
}

struct Missing {
  const char* controller;
  const char* path;  ///< of the first limit that needs it
};
class MissingController : public LimitsTest, public testing::WithParamInterface<Missing> {};

TEST_P(MissingController, IsNamedOnV1) {
  mount_v1(GetParam().controller);
  Manager manager = made();
  const Error refused = refusal(manager.apply(everything(), Manager::Devices::leave));
  EXPECT_EQ(refused.kind(), Kind::unsupported);
  EXPECT_EQ(refused.path(), GetParam().path);
  EXPECT_NE(refused.message().find(std::string("no ") + GetParam().controller + " controller"),
            std::string::npos)
      << refused.message();
  EXPECT_NE(refused.hint_text().find("mount cgroup controller"), std::string::npos);
  EXPECT_TRUE(fake_.take_writes().empty());
}

INSTANTIATE_TEST_SUITE_P(, MissingController,
                         testing::Values(Missing{"memory", "linux.resources.memory.limit"},
                                         Missing{"cpu", "linux.resources.cpu.shares"},
                                         Missing{"cpuset", "linux.resources.cpu.cpus"},
                                         Missing{"blkio", "linux.resources.blockIO.weight"},
                                         Missing{"hugetlb", "linux.resources.hugepageLimits[0]"},
                                         Missing{"net_cls", "linux.resources.network.classID"},
                                         Missing{"net_prio", "linux.resources.network.priorities"},
                                         Missing{"pids", "linux.resources.pids.limit"},
                                         Missing{"rdma", "linux.resources.rdma.mlx5_0"}),
                         [](const auto& instance) { return std::string(instance.param.controller); });

TEST_F(LimitsTest, NetworkIsNotOfV2) {
  mount_v2();
  Manager manager = made();
  spec::Resources resources;
  resources.network = spec::NetworkResources{.class_id = 17, .priorities = {}};
  const Error refused = refusal(manager.apply(resources, Manager::Devices::leave));
  EXPECT_EQ(refused.kind(), Kind::unsupported);
  EXPECT_EQ(refused.path(), "linux.resources.network.classID");
  EXPECT_NE(refused.hint_text().find("no controller net_cls"), std::string::npos) << refused.hint_text();
}

TEST_F(LimitsTest, V2NamesTheCgroupThatHoldsAControllerBack) {
  mount_v2("cpu memory pids");
  fake_.make("a");
  fake_.on_write = [](const Write& write) {
    // Processes of its own keep a cgroup from giving controllers to its children.
    return write.path == "a/cgroup.subtree_control" ? EBUSY : 0;
  };
  Manager manager = made("/a/c1");
  fake_.on_write = {};
  std::remove((fake_.root() + "/a/c1/memory.max").c_str());
  fake_.put("cgroup.subtree_control", "cpu memory pids\n");
  spec::Resources resources;
  resources.memory = spec::Memory{.limit = 100};
  const Error refused = refusal(manager.apply(resources, Manager::Devices::leave));
  EXPECT_EQ(refused.kind(), Kind::unsupported);
  EXPECT_NE(refused.hint_text().find("write +memory to " + fake_.root() + "/a/cgroup.subtree_control"),
            std::string::npos)
      << refused.hint_text();
}

TEST_F(LimitsTest, ControllerThatV2DoesNotHave) {
  mount_v2("cpu pids");
  Manager manager = made();
  std::remove((fake_.root() + "/c1/memory.max").c_str());
  spec::Resources resources;
  resources.memory = spec::Memory{.limit = 100};
  const Error refused = refusal(manager.apply(resources, Manager::Devices::leave));
  EXPECT_NE(refused.hint_text().find("no controller memory"), std::string::npos) << refused.hint_text();
}

TEST_F(LimitsTest, ThreadedCgroupHasNoMemory) {
  mount_v2("cpu pids");
  Manager manager = made();
  fake_.put("c1/cgroup.type", "threaded\n");
  std::remove((fake_.root() + "/c1/memory.max").c_str());
  spec::Resources resources;
  resources.memory = spec::Memory{.limit = 100};
  EXPECT_NE(refusal(manager.apply(resources, Manager::Devices::leave)).hint_text().find("threaded"),
            std::string::npos);
}

TEST_F(LimitsTest, SwapThatIsNotAccountedFor) {
  mount_v2("memory");
  Manager manager = made();
  fake_.put("c1/cgroup.controllers", "memory\n");
  std::remove((fake_.root() + "/c1/memory.swap.max").c_str());
  spec::Resources resources;
  resources.memory = spec::Memory{.limit = 100, .swap = 150};
  const Error refused = refusal(manager.apply(resources, Manager::Devices::leave));
  EXPECT_EQ(refused.path(), "linux.resources.memory.swap");
  EXPECT_NE(refused.hint_text().find("swap"), std::string::npos);
}

TEST_F(LimitsTest, UnknownPageSizeNamesTheKnown) {
  mount_v1();
  Manager manager = made();
  spec::Resources resources;
  resources.hugepage_limits = {{"3MB", 4096}};
  const Error refused = refusal(manager.apply(resources, Manager::Devices::leave));
  EXPECT_EQ(refused.path(), "linux.resources.hugepageLimits[0]");
  EXPECT_NE(refused.hint_text().find("huge page"), std::string::npos) << refused.hint_text();
}

TEST_F(LimitsTest, PermissionAndReadOnly) {
  mount_v1();
  Manager manager = made();
  spec::Resources resources;
  resources.pids_limit = 5;
  for (const int err : {EACCES, EPERM}) {
    fake_.on_write = [err](const Write&) { return err; };
    const Error refused = refusal(manager.apply(resources, Manager::Devices::leave));
    EXPECT_EQ(refused.err(), err);
    EXPECT_NE(refused.hint_text().find("delegated"), std::string::npos);
  }
  fake_.on_write = [](const Write&) { return EROFS; };
  EXPECT_NE(refusal(manager.update(resources)).hint_text().find("read-only"), std::string::npos);
}

TEST_F(LimitsTest, VanishedCgroup) {
  mount_v1();
  Manager manager = made();
  ASSERT_TRUE(manager.remove(std::chrono::steady_clock::now()));
  spec::Resources resources;
  for (const std::int64_t limit : {5, -1}) {  // with -1 the file itself might be missing
    resources.pids_limit = limit;
    const Error refused = refusal(manager.update(resources));
    EXPECT_EQ(refused.kind(), Kind::invalid_state) << limit;
    EXPECT_NE(refused.hint_text().find("gone"), std::string::npos);
  }
}

TEST_F(LimitsTest, ValuesOutOfRange) {
  mount_v1();
  Manager manager = made();
  fake_.on_write = [](const Write& write) { return write.path.starts_with("cpu") ? EINVAL : ENODEV; };
  spec::Resources resources;
  resources.cpu = spec::Cpu{.quota = 1};
  EXPECT_NE(refusal(manager.apply(resources, Manager::Devices::leave)).hint_text().find("1000 µs"),
            std::string::npos);
  resources.cpu = spec::Cpu{.cpus = "9"};
  EXPECT_NE(refusal(manager.apply(resources, Manager::Devices::leave)).hint_text().find("has 0-3"),
            std::string::npos);
  resources.cpu.reset();
  resources.block_io = spec::BlockIo{.throttle_read_bps_device = {{9, 9, 1}}};
  const Error refused = refusal(manager.apply(resources, Manager::Devices::leave));
  EXPECT_EQ(refused.path(), "linux.resources.blockIO.throttleReadBpsDevice");
  EXPECT_NE(refused.hint_text().find("no such block device"), std::string::npos);
}

TEST_F(LimitsTest, KernelMemoryThatTheKernelNoLongerLimits) {
  mount_v1();
  Manager manager = made();
  spec::Resources resources;
  resources.memory = spec::Memory{.kernel = 100};
  EXPECT_TRUE(manager.apply(resources, Manager::Devices::leave)) << "no such file";
  fake_.put("memory/c1/memory.kmem.limit_in_bytes", "-1\n");
  fake_.on_write = [](const Write&) { return EOPNOTSUPP; };
  EXPECT_TRUE(manager.apply(resources, Manager::Devices::leave));
}

TEST_F(LimitsTest, RealtimeBudgetComesDownTheTree) {
  mount_v1();
  fake_.put("cpu/cpu.rt_runtime_us", "950000\n");
  fake_.make("cpu/mine");
  fake_.put("cpu/mine/cpu.rt_runtime_us", "400\n");
  Manager manager = made("/mine/new/c1");
  fake_.on_write = [this](const Write& write) {
    // As the kernel: no more than the cgroup above has.
    if (!write.path.ends_with("cpu.rt_runtime_us")) return 0;
    const std::string dir = write.path.substr(0, write.path.rfind('/'));
    const std::string above = dir.substr(0, dir.rfind('/'));
    return std::stol(write.value) <= std::stol(fake_.get(above + "/cpu.rt_runtime_us")) ? 0 : EINVAL;
  };
  spec::Resources resources;
  resources.cpu = spec::Cpu{.realtime_runtime = 300, .realtime_period = 1000};
  const auto applied = manager.apply(resources, Manager::Devices::leave);
  ASSERT_TRUE(applied) << applied.error().message();
  EXPECT_EQ(fake_.get("cpu/mine/new/cpu.rt_runtime_us"), "300");
  EXPECT_EQ(fake_.get("cpu/mine/new/c1/cpu.rt_runtime_us"), "300");
  EXPECT_EQ(fake_.get("cpu/mine/cpu.rt_runtime_us"), "400\n") << "what somebody has decided stays";
  resources.cpu->realtime_runtime = 500;
  const Error refused = refusal(manager.apply(resources, Manager::Devices::leave));
  EXPECT_EQ(refused.path(), "linux.resources.cpu.realtimeRuntime");
  EXPECT_NE(refused.hint_text().find("cpu.rt_runtime_us 300"), std::string::npos) << refused.hint_text();
}

TEST_F(LimitsTest, PeriodAndQuotaInEitherOrder) {
  mount_v1();
  Manager manager = made();
  long period = 100000, quota = 50000;
  fake_.on_write = [&](const Write& write) {
    // A cgroup above allows half of the time.
    const long value = std::stol(write.value);
    const bool is_period = write.path.ends_with("period_us");
    if ((is_period ? quota : value) * 2 > (is_period ? value : period)) return EINVAL;
    (is_period ? period : quota) = value;
    return 0;
  };
  spec::Resources resources;
  resources.cpu = spec::Cpu{.quota = 4000, .period = 10000};
  ASSERT_TRUE(manager.update(resources)) << "the quota has to come first";
  resources.cpu = spec::Cpu{.quota = 50000, .period = 100000};
  ASSERT_TRUE(manager.update(resources)) << "the period has to come first";
  EXPECT_EQ(quota, 50000);
  resources.cpu->quota = 60000;
  EXPECT_FALSE(manager.update(resources));
}

TEST_F(LimitsTest, RefusedUpdateIsTakenBack) {
  mount_v1();
  Manager manager = made();
  fake_.on_write = [](const Write& write) { return write.path.ends_with("rdma.max") ? EINVAL : 0; };
  const Error refused = refusal(manager.update(everything()));
  EXPECT_EQ(refused.path(), "linux.resources.rdma.mlx5_0");
  EXPECT_EQ(fake_.get("memory/c1/memory.limit_in_bytes"), "9223372036854771712");
  EXPECT_EQ(fake_.get("memory/c1/memory.oom_control"), "0");
  EXPECT_EQ(fake_.get("cpu/c1/cpu.shares"), "1024");
  EXPECT_EQ(fake_.get("pids/c1/pids.max"), "max");
  EXPECT_EQ(fake_.get("blkio/c1/blkio.bfq.weight"), "100");
  EXPECT_EQ(fake_.get("blkio/c1/blkio.bfq.weight_device"), "8:16 50");
  EXPECT_EQ(fake_.get("blkio/c1/blkio.throttle.read_bps_device"), "8:0 77");
  EXPECT_EQ(fake_.get("blkio/c1/blkio.throttle.write_iops_device"), "8:0 0");
  EXPECT_EQ(fake_.get("net_prio/c1/net_prio.ifpriomap"), "eth0 3");
  const Writes writes = fake_.take_writes();
  EXPECT_EQ(writes.back().path, "memory/c1/memory.use_hierarchy") << "the first change is undone last";
}

TEST_F(LimitsTest, RefusedDevicesTakeTheLimitsBack) {
  mount_v1();
  Manager manager = made();
  fake_.on_write = [](const Write& write) { return write.path.starts_with("devices") ? EPERM : 0; };
  spec::Resources resources;
  resources.pids_limit = 3;
  EXPECT_EQ(refusal(manager.update(resources, Manager::Devices::set)).path(), "linux.resources.devices");
  EXPECT_EQ(fake_.get("pids/c1/pids.max"), "max");
}

TEST_F(LimitsTest, UpdateOnV2KeepsTheOtherHalf) {
  mount_v2();
  Manager manager = made();
  fake_.put("c1/cpu.max", "20000 100000\n");
  fake_.put("c1/memory.max", "1000\n");
  spec::Resources resources;
  resources.cpu = spec::Cpu{.period = 50000};
  resources.memory = spec::Memory{.swap = 1500};
  const auto updated = manager.update(resources);
  ASSERT_TRUE(updated) << updated.error().message();
  EXPECT_EQ(
      fake_.take_writes(),
      (Writes{{"c1/memory.swap.max", "500"}, {"c1/memory.max", "1000"}, {"c1/cpu.max", "20000 50000"}}));
  fake_.put("c1/cpu.max", "max 100000\n");
  fake_.put("c1/memory.max", "max\n");
  resources.memory.reset();
  ASSERT_TRUE(manager.update(resources));
  EXPECT_EQ(fake_.take_writes(), (Writes{{"c1/cpu.max", "max 50000"}}));
  resources.memory = spec::Memory{.swap = 1500};
  EXPECT_EQ(refusal(manager.update(resources)).path(), "linux.resources.memory.swap");
}

TEST_F(LimitsTest, RefusedUpdateOnV2IsTakenBack) {
  mount_v2();
  Manager manager = made();
  fake_.on_write = [](const Write& write) { return write.path.ends_with("misc.max") ? EINVAL : 0; };
  spec::Resources resources = everything();
  resources.network.reset();
  resources.unified = {{"misc.max", "sev 3"}};
  EXPECT_EQ(refusal(manager.update(resources)).path(), "linux.resources.unified.misc.max");
  EXPECT_EQ(fake_.get("c1/memory.max"), "max");
  EXPECT_EQ(fake_.get("c1/cpu.max"), "max 100000");
  EXPECT_EQ(fake_.get("c1/cpuset.cpus"), "\n") << "an empty list";
  EXPECT_EQ(fake_.get("c1/io.bfq.weight"), "default 100");
  EXPECT_EQ(fake_.get("c1/io.max"), "8:0 rbps=max wbps=9 riops=max wiops=max");
  EXPECT_EQ(fake_.get("c1/rdma.max"), "mlx5_0 hca_handle=max hca_object=2");
}

TEST_F(LimitsTest, HybridLeavesWhatIsNowhere) {
  mount_v1("rdma");
  fake_.mount_v2("unified", "misc");
  Manager manager = made();
  const Error refused = refusal(manager.apply(everything(), Manager::Devices::leave));
  EXPECT_EQ(refused.kind(), Kind::unsupported);
  EXPECT_EQ(refused.path(), "linux.resources.rdma.mlx5_0");
}

TEST_F(LimitsTest, HybridSwapStaysWithV1) {
  mount_v1("rdma");
  fake_.mount_v2("unified", "rdma", {{"rdma.max", ""}});
  Manager manager = made();
  spec::Resources resources;
  resources.memory = spec::Memory{.swap = 200};  // v2 would refuse it without a limit
  resources.rdma["mlx5_0"] = {.hca_handles = 3, .hca_objects = {}};
  const auto applied = manager.apply(resources, Manager::Devices::leave);
  ASSERT_TRUE(applied) << applied.error().message();
  EXPECT_EQ(fake_.take_writes().back(), (Write{"unified/c1/rdma.max", "mlx5_0 hca_handle=3"}));
}

TEST_F(LimitsTest, CloneIntoACgroupThatTakesNoProcess) {
  mount_v2();
  const Manager manager = made("/a/c1");
  fake_.put("a/c1/cgroup.type", "domain invalid\n");
  EXPECT_NE(manager.explain_clone(EOPNOTSUPP).hint_text().find("threaded ('" + fake_.root() + "/a')"),
            std::string::npos)
      << manager.explain_clone(EOPNOTSUPP).hint_text();
  fake_.put("a/c1/cgroup.type", "domain\n");
  EXPECT_NE(manager.explain_clone(EBUSY).hint_text().find("no internal processes"), std::string::npos);
}

}  // namespace
}  // namespace masu::cgroups
