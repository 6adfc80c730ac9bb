// SPDX-License-Identifier: Apache-2.0
#include "update_options.h"

#include "commands.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

namespace masu::runtime {
namespace {

Result<spec::Resources> resources_of(std::vector<const char*> words, const std::string& input = "") {
  words.push_back("web");
  const auto arguments = cli::parse(kProgram, kUpdateCommand, words);
  EXPECT_TRUE(arguments);
  const int in = ::memfd_create("in", MFD_CLOEXEC);
  EXPECT_EQ(::pwrite(in, input.data(), input.size(), 0), static_cast<ssize_t>(input.size()));
  auto resources = update_resources(*arguments, in);
  ::close(in);
  return resources;
}

std::string refusal(const std::vector<const char*>& words, const std::string& input = "") {
  const auto resources = resources_of(words, input);
  return resources ? "accepted" : resources.error().message();
}

TEST(UpdateOptions, NothingGivenIsNothingChanged) { EXPECT_EQ(resources_of({}), spec::Resources{}); }

TEST(UpdateOptions, EachGoesToItsMember) {
  const auto got =
      resources_of({"--blkio-weight=500", "--cpu-period", "50000", "--cpu-quota=20000", "--cpu-burst=100",
                    "--cpu-share=512", "--cpu-rt-period=1000000", "--cpu-rt-runtime=950000", "--cpu-idle=1",
                    "--cpuset-cpus=0-1,3", "--cpuset-mems=0", "--memory=64M", "--memory-reservation=32m",
                    "--memory-swap=1.5G", "--pids-limit=20"});
  ASSERT_TRUE(got) << got.error().message();
  spec::Resources expected;
  expected.memory = {.limit = 64 << 20, .reservation = 32 << 20, .swap = 1536 << 20};
  expected.cpu = {.shares = 512,
                  .quota = 20000,
                  .burst = 100,
                  .period = 50000,
                  .realtime_runtime = 950000,
                  .realtime_period = 1000000,
                  .cpus = "0-1,3",
                  .mems = "0",
                  .idle = 1};
  expected.pids_limit = 20;
  expected.block_io = {.weight = 500};
  EXPECT_EQ(*got, expected);
}

TEST(UpdateOptions, UnlimitedIsMinusOne) {
  const auto got = resources_of({"--memory", "-1", "--memory-swap=-1", "--pids-limit=-1", "--cpu-quota=-1"});
  ASSERT_TRUE(got) << got.error().message();
  EXPECT_EQ(got->memory, (spec::Memory{.limit = -1, .swap = -1}));
  EXPECT_EQ(got->pids_limit, -1);
  EXPECT_EQ(got->cpu->quota, -1);
}

TEST(UpdateOptions, BadValuesAreNamed) {
  EXPECT_EQ(refusal({"--memory=5x"}), "invalid value for memory: '5x' is not a size such as 64M, or -1");
  EXPECT_EQ(refusal({"--memory-swap=-2"}),
            "invalid value for memory-swap: '-2' is not a size such as 64M, or -1");
  EXPECT_EQ(refusal({"--cpu-period=abc"}), "invalid value for cpu-period: 'abc' is not a number");
  EXPECT_EQ(refusal({"--cpu-period=-1"}), "invalid value for cpu-period: '-1' is not a number");
  EXPECT_EQ(refusal({"--pids-limit=99999999999999999999"}),
            "invalid value for pids-limit: '99999999999999999999' is not a number");
  EXPECT_EQ(refusal({"--blkio-weight=70000"}), "invalid value for blkio-weight: '70000' is not a number");
}

TEST(UpdateOptions, AreHeldToTheRulesOfADocument) {
  EXPECT_EQ(refusal({"--blkio-weight=5"}), "blockIO.weight: 5 is not between 10 and 1000");
  EXPECT_NE(refusal({"--cpuset-cpus=a-b"}).find("cpu.cpus: "), std::string::npos);
  EXPECT_NE(refusal({"--cpu-idle=2"}).find("cpu.idle: "), std::string::npos);
  EXPECT_NE(refusal({"--pids-limit=-7"}).find("pids.limit: -7"), std::string::npos);
}

TEST(UpdateOptions, KernelMemoryIsIgnored) {
  EXPECT_EQ(resources_of({"--kernel-memory=1M", "--kernel-memory-tcp=1M"}), spec::Resources{});
}

TEST(UpdateOptions, ADocumentWinsOverTheOthers) {
  const auto got =
      resources_of({"-r", "-", "--pids-limit=junk", "--memory=1G"},
                   R"({"pids":{"limit":7},"memory":{"limit":null},"unified":{"memory.high":"1"}})");
  ASSERT_TRUE(got) << got.error().message();
  EXPECT_EQ(got->pids_limit, 7);
  EXPECT_EQ(got->memory->limit, std::nullopt);
  EXPECT_EQ(got->unified.at("memory.high"), "1");
}

TEST(UpdateOptions, ABrokenDocumentIsToldWithItsPlace) {
  EXPECT_EQ(refusal({"--resources=-"}, R"({"memory":{"limit":"x"}})"),
            "--resources '-': memory.limit: expected an integer, found a string");
  EXPECT_NE(refusal({"-r-"}, "{").find("line 1, column 2"), std::string::npos);
  EXPECT_NE(refusal({"-r-"}, "").find("--resources '-': line 1"), std::string::npos);
  EXPECT_NE(refusal({"-r/no/such/file"}).find("--resources: open '/no/such/file'"), std::string::npos);
}

}  // namespace
}  // namespace masu::runtime
