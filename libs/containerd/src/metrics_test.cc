// SPDX-License-Identifier: Apache-2.0
#include "metrics.h"

#include "masu/protobuf/wire.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>

namespace masu::containerd {
namespace {

// The number at a path of fields, the first of each; nothing if there is none.
std::optional<std::uint64_t> number_at(std::string_view bytes, std::initializer_list<unsigned> path) {
  std::uint64_t number = 0;
  std::string kept(bytes);
  for (const unsigned wanted : path) {
    protobuf::Reader in(kept);
    bool found = false;
    while (!found && in.next().value_or(false)) found = in.field() == wanted;
    if (!found) return std::nullopt;
    number = in.number();
    kept = std::string(in.bytes());
  }
  return number;
}

cgroups::Stats sample() {
  cgroups::Stats stats;
  stats.pids = {3, 100};
  stats.cpu.total = 5'000'000;
  stats.cpu.user = 3'000'000;
  stats.cpu.kernel = 2'000'000;
  stats.memory.memory = {.limit = 1000, .usage = 400, .max = 500, .failures = 1};
  stats.memory.swap = {.limit = 1500, .usage = 450};
  stats.memory.raw = {{"inactive_file", 40}, {"total_inactive_file", 41}, {"anon", 42}};
  stats.memory.events = cgroups::MemoryEvents{.oom_kill = 2};
  stats.block.service_bytes = {{8, 0, "Read", 4096}, {8, 0, "Write", 512}};
  stats.block.serviced = {{8, 0, "Read", 2}};
  return stats;
}

TEST(MetricsV1, HasTheNumbersInTheirFields) {
  const Any any = metrics_v1(sample());
  EXPECT_EQ(any.type, "io.containerd.cgroups.v1.Metrics");
  EXPECT_EQ(number_at(any.value, {2, 1}), 3u);
  EXPECT_EQ(number_at(any.value, {2, 2}), 100u);
  EXPECT_EQ(number_at(any.value, {3, 1, 1}), 5'000'000u);
  EXPECT_EQ(number_at(any.value, {3, 1, 2}), 2'000'000u);
  EXPECT_EQ(number_at(any.value, {4, 13}), 40u);
  EXPECT_EQ(number_at(any.value, {4, 30}), 41u);
  EXPECT_EQ(number_at(any.value, {4, 33, 1}), 1000u);
  EXPECT_EQ(number_at(any.value, {4, 33, 2}), 400u);
  EXPECT_EQ(number_at(any.value, {5, 1, 5}), 4096u);
}

TEST(MetricsV2, CountsSwapAloneAndMicroseconds) {
  const Any any = metrics_v2(sample());
  EXPECT_EQ(any.type, "io.containerd.cgroups.v2.Metrics");
  EXPECT_EQ(number_at(any.value, {2, 1}), 5000u);
  EXPECT_EQ(number_at(any.value, {4, 1}), 42u);
  EXPECT_EQ(number_at(any.value, {4, 13}), 40u);
  EXPECT_EQ(number_at(any.value, {4, 32}), 400u);
  EXPECT_EQ(number_at(any.value, {4, 33}), 1000u);
  EXPECT_EQ(number_at(any.value, {4, 34}), 50u);
  EXPECT_EQ(number_at(any.value, {4, 35}), 500u);
  EXPECT_EQ(number_at(any.value, {6, 1, 3}), 4096u);
  EXPECT_EQ(number_at(any.value, {6, 1, 4}), 512u);
  EXPECT_EQ(number_at(any.value, {8, 5}), 2u);
}

TEST(MetricsV2, HasNoLimitWhereThereIsNone) {
  cgroups::Stats stats = sample();
  stats.memory.swap.limit = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(number_at(metrics_v2(stats).value, {4, 35}), std::numeric_limits<std::uint64_t>::max());
}

}  // namespace
}  // namespace masu::containerd
