// SPDX-License-Identifier: Apache-2.0
#include "pressure_option.h"

#include <gtest/gtest.h>

namespace masu::runtime {
namespace {

using Resource = cgroups::PressureTrigger::Resource;

TEST(PressureOption, WhatIsLeftOutHasADefault) {
  const auto memory = parse_pressure("memory");
  ASSERT_TRUE(memory);
  EXPECT_EQ(memory->resource, Resource::memory);
  EXPECT_FALSE(memory->full);
  EXPECT_EQ(memory->stall_us, 300'000U);
  EXPECT_EQ(memory->window_us, 2'000'000U);
  EXPECT_TRUE(parse_pressure("io:full")->full);
}

TEST(PressureOption, AThreshold) {
  const auto cpu = parse_pressure("cpu:some:150ms/1s");
  ASSERT_TRUE(cpu);
  EXPECT_EQ(cpu->resource, Resource::cpu);
  EXPECT_EQ(cpu->stall_us, 150'000U);
  EXPECT_EQ(cpu->window_us, 1'000'000U);
}

TEST(PressureOption, JunkIsAWrongCommandLine) {
  for (const char* text : {"", "disk", "memory:half", "memory:some:1s", "memory:some:2s/1s",
                           "memory:some:0/1s", "memory:some:1s/2h", "memory:some:1s/2s:more", ":some"}) {
    const auto parsed = parse_pressure(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().kind(), Kind::usage);
  }
}

}  // namespace
}  // namespace masu::runtime
