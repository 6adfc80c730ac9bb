// SPDX-License-Identifier: Apache-2.0
#include "listing.h"

#include <gtest/gtest.h>

namespace masu::manager {
namespace {

constexpr Column kColumns[] = {{"NAME", "Name"}, {"SIZE", "Size"}, {"MORE", "More", true}};
const std::vector<std::string> kRows = {R"({"Name":"web","Size":1,"More":"x"})",
                                        R"({"Name":"database","Size":20})"};

std::string shown(std::string_view format, bool heading = true) {
  const auto text = rows_text(kColumns, kRows, {.format = format, .heading = heading});
  return text ? *text : "error: " + text.error().message();
}

TEST(ListingTest, ATableByDefault) {
  EXPECT_EQ(shown(""), "NAME       SIZE\nweb        1\ndatabase   20\n");
  EXPECT_EQ(shown("table", false), "web        1\ndatabase   20\n");
  EXPECT_EQ(*rows_text(kColumns, {}, {.format = ""}), "NAME   SIZE\n");
}

TEST(ListingTest, TemplatesAndTablesOfThem) {
  EXPECT_EQ(shown("{{.Name}}={{.Size}}"), "web=1\ndatabase=20\n");
  EXPECT_EQ(shown("table {{.Size}}\\t{{upper .Name}}"), "SIZE   NAME\n1      WEB\n20     DATABASE\n");
  EXPECT_EQ(shown("{{.Name}}\\t{{.Size}}"), "web\t1\ndatabase\t20\n");
  EXPECT_EQ(shown("json"), kRows[0] + "\n" + kRows[1] + "\n");
}

TEST(ListingTest, WhatIsWrongIsSaid) {
  EXPECT_TRUE(shown("{{.Nmae}}").starts_with("error: --format"));
  EXPECT_TRUE(shown("table {{.Name").starts_with("error: --format"));
  EXPECT_TRUE(shown("{{.More}}").starts_with("error: --format"));  // the second row has none
}

}  // namespace
}  // namespace masu::manager
