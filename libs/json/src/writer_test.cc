// SPDX-License-Identifier: Apache-2.0
#include "masu/json/writer.h"

#include "masu/json/value.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace masu::json {
namespace {

std::string sample(Layout layout) {
  std::string text;
  Writer out(text, layout);
  out.begin_object();
  out.member("a", 1).key("b").begin_array().value("x").value(true).null().end_array();
  out.key("empty").begin_object().end_object().key("none").begin_array().end_array();
  out.key("o").begin_object().member("c", "d").end_object();
  out.end_object();
  return text;
}

TEST(Writer, WritesCompactText) {
  EXPECT_EQ(sample(Layout::compact), R"({"a":1,"b":["x",true,null],"empty":{},"none":[],"o":{"c":"d"}})");
}

TEST(Writer, Indents) {
  const std::string expected =
      "{\n  \"a\": 1,\n  \"b\": [\n    \"x\",\n    true,\n    null\n  ],\n"
      "  \"empty\": {},\n  \"none\": [],\n  \"o\": {\n    \"c\": \"d\"\n  }\n}";
  EXPECT_EQ(sample(Layout::spaces), expected);
  std::string tabs = expected;
  for (std::size_t at; (at = tabs.find("  ")) != std::string::npos;) tabs.replace(at, 2, "\t");
  EXPECT_EQ(sample(Layout::tabs), tabs);
}

TEST(Writer, WritesIntegersOfEveryWidth) {
  std::string text;
  Writer(text)
      .begin_array()
      .value(INT64_MIN)
      .value(UINT64_MAX)
      .value(std::uint8_t{200})
      .value(-3)
      .end_array();
  EXPECT_EQ(text, "[-9223372036854775808,18446744073709551615,200,-3]");
}

TEST(Writer, EscapesStringsButNotSlashes) {
  std::string text;
  Writer(text).begin_object().member("a/\"", std::string("/\\\n\x01") + '\0' + "é\xff").end_object();
  EXPECT_EQ(text, R"({"a/\"":"/\\\n\u0001\u0000é)"
                  "\xef\xbf\xbd"
                  R"("})");
}

TEST(Writer, AppendsToWhatIsThere) {
  std::string text = "state: ";
  Writer(text).value(true);
  EXPECT_EQ(text, "state: true");
}

TEST(Writer, CopiesWhatWasRead) {
  constexpr std::string_view kText = R"({"a":[1,-2.50,"x\n",null,true,{"b":{}}],"":[]})";
  const auto document = Document::parse(kText);
  ASSERT_TRUE(document);
  std::string text;
  Writer(text).copy(document->root());
  EXPECT_EQ(text, kText);
}

TEST(Writer, TakesJsonTextAsAValue) {
  std::string text;
  Writer(text).begin_object().key("k").raw("[1]").member("l", 2).end_object();
  EXPECT_EQ(text, R"({"k":[1],"l":2})");
}

}  // namespace
}  // namespace masu::json
