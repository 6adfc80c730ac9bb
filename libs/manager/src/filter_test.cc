// SPDX-License-Identifier: Apache-2.0
#include "masu/manager/filter.h"

#include <gtest/gtest.h>

namespace masu::manager {
namespace {

TEST(FiltersTest, OneOfAKeyAndAllLabels) {
  const auto filters = Filters::parse({"name=web", "name=db", "label=a", "label=b=2"}, "name label until");
  ASSERT_TRUE(filters);
  const auto named = [&](std::string_view name) {
    return filters->any("name", [&](const std::string& value) { return value == name; });
  };
  EXPECT_TRUE(named("web"));
  EXPECT_TRUE(named("db"));
  EXPECT_FALSE(named("other"));
  EXPECT_TRUE(filters->any("id", [](const std::string&) { return false; }));
  EXPECT_TRUE(filters->labels({{"a", "x"}, {"b", "2"}}));
  EXPECT_FALSE(filters->labels({{"a", "x"}, {"b", "3"}}));
  EXPECT_FALSE(filters->labels({{"b", "2"}}));
  EXPECT_FALSE(Filters::parse({"label!=a"}, "label")->labels({{"a", ""}}));
  EXPECT_TRUE(Filters::parse({"label!=a"}, "label")->labels({{"b", ""}}));
}

TEST(FiltersTest, WhatIsNoneIsRefused) {
  for (const std::string_view text : {"name", "nmae=x", "", "=x", "name!=x"}) {
    const auto filters = Filters::parse({text}, "name label");
    ASSERT_FALSE(filters) << text;
    EXPECT_EQ(filters.error().kind(), Kind::usage);
  }
  EXPECT_FALSE(Filters::parse({"until=yesterday"}, "until")->until());
  EXPECT_FALSE(Filters::parse({}, "until")->until()->has_value());
  EXPECT_EQ(**Filters::parse({"until=1970-01-01T00:00:01Z"}, "until")->until(), 1'000'000'000);
  EXPECT_GT(**Filters::parse({"until=1h"}, "until")->until(), 1'000'000'000);
}

TEST(FiltersTest, Names) {
  EXPECT_TRUE(matches_name("web-1", "web"));
  EXPECT_TRUE(matches_name("my-web", "web"));
  EXPECT_FALSE(matches_name("my-web", "^web"));
  EXPECT_TRUE(matches_name("my-web", "web$"));
  EXPECT_FALSE(matches_name("web-1", "^web$"));
  EXPECT_TRUE(matches_name("web", "^/web$"));
}

}  // namespace
}  // namespace masu::manager
