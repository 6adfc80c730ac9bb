// SPDX-License-Identifier: Apache-2.0
#include "undo.h"

#include <gtest/gtest.h>

namespace masu::cgroups {
namespace {

std::string undo(const char* file, const char* value, const char* content) {
  return undo_value({.controller = "", .file = file, .value = value, .json_path = ""}, content);
}

TEST(Undo, SingleValues) {
  EXPECT_EQ(undo("pids.max", "7", "max\n"), "max");
  EXPECT_EQ(undo("cpu.max", "1000 2000", "max 100000\n"), "max 100000");
  EXPECT_EQ(undo("memory.oom_control", "1", "oom_kill_disable 0\nunder_oom 0\n"), "0");
  EXPECT_EQ(undo("memory.oom_control", "0", "oom_kill_disable 1\nunder_oom 0\n"), "1");
  EXPECT_EQ(undo("cpuset.cpus", "0", "\n"), "\n");
  EXPECT_EQ(undo("blkio.bfq.weight", "300", "100\n"), "100");
}

TEST(Undo, LinesOfADevice) {
  const char* max = "8:0 rbps=1 wbps=max riops=max wiops=max\n8:16 rbps=2 wbps=max riops=max wiops=max\n";
  EXPECT_EQ(undo("io.max", "8:16 rbps=9", max), "8:16 rbps=2 wbps=max riops=max wiops=max");
  EXPECT_EQ(undo("io.max", "8:1 rbps=9", max), "8:1 rbps=max wbps=max riops=max wiops=max")
      << "not that of 8:16";
  EXPECT_EQ(undo("blkio.throttle.write_iops_device", "8:0 5", ""), "8:0 0");
  EXPECT_EQ(undo("blkio.throttle.read_bps_device", "8:0 5", "8:0 17\n"), "8:0 17");
  EXPECT_EQ(undo("io.latency", "8:0 target=5", ""), "8:0 target=0");
  EXPECT_EQ(undo("rdma.max", "mlx hca_handle=1", ""), "mlx hca_handle=max hca_object=max");
  EXPECT_EQ(undo("misc.max", "sev 1", "sev 7\n"), "sev 7");
  EXPECT_EQ(undo("net_prio.ifpriomap", "eth0 5", "lo 0\neth0 2\n"), "eth0 2");
}

TEST(Undo, WeightsWithAndWithoutADevice) {
  const char* content = "default 100\n8:0 200\n";
  EXPECT_EQ(undo("io.weight", "300", content), "default 100");
  EXPECT_EQ(undo("io.weight", "8:0 300", content), "8:0 200");
  EXPECT_EQ(undo("io.bfq.weight", "8:16 300", content), "8:16 default");
  EXPECT_EQ(undo("blkio.bfq.weight_device", "8:16 300", "default 100\n"), "8:16 default");
}

}  // namespace
}  // namespace masu::cgroups
