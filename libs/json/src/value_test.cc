// SPDX-License-Identifier: Apache-2.0
#include "masu/json/value.h"

#include "masu/base/text.h"

#include <gtest/gtest.h>

namespace masu::json {
namespace {

Document parsed(std::string_view text) {
  auto document = Document::parse(text);
  EXPECT_TRUE(document) << text << ": " << document.error().message();
  return *std::move(document);
}

std::string refusal(std::string_view text) {
  const auto document = Document::parse(text);
  return document ? "accepted" : document.error().message();
}

TEST(Value, HoldsEveryType) {
  const auto document =
      parsed(R"( {"n": null, "t": true, "f": false, "i": -12, "s": "x", "a": [1, [], {}], "o": {"k": 2}} )");
  const Value root = document.root();
  ASSERT_TRUE(root.is(Type::object));
  EXPECT_EQ(root.size(), 7u);
  EXPECT_TRUE(root.find("n")->is(Type::null));
  EXPECT_TRUE(root.find("t")->boolean());
  EXPECT_FALSE(root.find("f")->boolean());
  EXPECT_EQ(root.find("i")->text(), "-12");
  EXPECT_EQ(root.find("s")->text(), "x");
  EXPECT_EQ(root.find("a")->size(), 3u);
  EXPECT_EQ(root.find("o")->find("k")->text(), "2");
  EXPECT_FALSE(root.find("k"));
}

TEST(Value, AnyTypeCanBeTheWholeDocument) {
  EXPECT_EQ(parsed("18446744073709551615").root().text(), "18446744073709551615");
  EXPECT_EQ(parsed("\"\"").root().text(), "");
  EXPECT_TRUE(parsed("null").root().is(Type::null));
  EXPECT_EQ(parsed("[]").root().size(), 0u);
}

TEST(Value, KeepsNumbersAsWritten) {
  const auto document =
      parsed("[9223372036854775807, -9223372036854775808, 1.50, 2e3, -0, 123456789012345678901234567890]");
  std::vector<std::string> numbers;
  for (const Value element : document.root().elements()) numbers.emplace_back(element.text());
  const std::vector<std::string> expected = {
      "9223372036854775807", "-9223372036854775808", "1.50", "2e3", "-0", "123456789012345678901234567890"};
  EXPECT_EQ(numbers, expected);
}

TEST(Value, DecodesStrings) {
  EXPECT_EQ(parsed(R"("a\"\\\/\b\f\n\r\tz")").root().text(), "a\"\\/\b\f\n\r\tz");
  EXPECT_EQ(parsed(R"("\u00e9\u20ac\ud83d\ude00")").root().text(), "é€😀");
  EXPECT_EQ(parsed(R"("\u0000")").root().text(), std::string_view("\0", 1));
  EXPECT_EQ(parsed("\"枡\"").root().text(), "枡");
}

TEST(Value, KeepsTheOrderOfMembers) {
  const auto document = parsed(R"({"z":1,"a":{"y":[1,2]},"m":3})");
  std::string keys;
  for (const auto [key, value] : document.root().members()) keys += key;
  EXPECT_EQ(keys, "zam");
}

TEST(Value, TheLastOfDuplicateMembersWins) {
  const auto document = parsed(R"({"k":[1],"k":2,"other":0,"k":3})");
  EXPECT_EQ(document.root().find("k")->text(), "3");
  EXPECT_EQ(document.root().size(), 4u);
}

TEST(Value, SurvivesAMoveOfTheDocument) {
  Document first = parsed(R"(["short"])");
  const Document second = std::move(first);
  EXPECT_EQ((*second.root().elements().begin()).text(), "short");
}

TEST(Value, NamesThePathOfAValue) {
  const auto document = parsed(R"({"a":[{"b":1},{"c":[0,{"d.e/f":[true]}]}],"z":{}})");
  const Value list = *document.root().find("a");
  EXPECT_EQ(document.path(document.root()), "");
  EXPECT_EQ(document.path(list), "a");
  auto element = list.elements().begin();
  EXPECT_EQ(document.path(*(*element).find("b")), "a[0].b");
  ++element;
  const Value c = *(*element).find("c");
  auto inner = c.elements().begin();
  EXPECT_EQ(document.path(*inner), "a[1].c[0]");
  ++inner;
  const Value deepest = *(*inner).find("d.e/f");
  EXPECT_EQ(document.path(deepest), R"(a[1].c[1]["d.e/f"])");
  EXPECT_EQ(document.path(*deepest.elements().begin()), R"(a[1].c[1]["d.e/f"][0])");
  EXPECT_EQ(document.path(*document.root().find("z")), "z");
}

TEST(Value, RefusesWhatIsNotJson) {
  EXPECT_EQ(refusal(""), "line 1, column 1: expected a value, found the end");
  EXPECT_EQ(refusal("{\n  \"a\": 1,\n  b: 2}"),
            "line 3, column 3: expected a member's name in double quotes, found 'b'");
  EXPECT_EQ(refusal("{\"a\" 1}"), "line 1, column 6: expected ':', found '1'");
  EXPECT_EQ(refusal("{\"a\":1 \"b\":2}"), "line 1, column 8: expected ',' or '}', found '\"'");
  EXPECT_EQ(refusal("[1 2]"), "line 1, column 4: expected ',' or ']', found '2'");
  EXPECT_EQ(refusal("[1,]"), "line 1, column 4: expected a value, found ']'");
  EXPECT_EQ(refusal("{\"a\":1,}"), "line 1, column 8: expected a member's name in double quotes, found '}'");
  EXPECT_EQ(refusal("nul"), "line 1, column 4: expected a value, found the end");
  EXPECT_EQ(refusal("{} {}"), "line 1, column 4: expected the end of the document, found '{'");
  EXPECT_EQ(refusal("\"abc"), "line 1, column 5: expected '\"' at the end of the string, found the end");
  EXPECT_EQ(refusal("1."), "line 1, column 3: expected a digit after the decimal point, found the end");
  EXPECT_EQ(refusal("01"), "line 1, column 2: expected the end of the document, found '1'");
  EXPECT_EQ(refusal("[1e]"), "line 1, column 4: expected a digit in the exponent, found ']'");
  EXPECT_EQ(refusal("[-1e400]"),
            "line 1, column 2: expected a number within the range of a double, found '-'");
  EXPECT_EQ(refusal("// no comments\n1"), "line 1, column 1: expected a value, found '/'");
}

// The buffer is decoded in place: an escaped line break before the error must not count as a line.
TEST(Value, CountsLinesOfTheOriginalText) {
  EXPECT_EQ(refusal("[\"a\\n\\nb\",\n x]"), "line 2, column 2: expected a value, found 'x'");
}

TEST(Value, RefusesBadStrings) {
  EXPECT_EQ(refusal(R"("\x")"), "line 1, column 2: expected a known escape after the backslash, found '\\'");
  EXPECT_EQ(refusal(R"("\u12g4")"),
            "line 1, column 2: expected four hexadecimal digits after \\u, found '\\'");
  EXPECT_EQ(refusal(R"("\ud800")"), "line 1, column 2: expected a pair of surrogates, found '\\'");
  EXPECT_EQ(refusal(R"(["a\udc00b", 1])"),
            "line 1, column 11: half a pair of surrogates in the string that ends here");
  EXPECT_EQ(refusal(R"({"\udfff": 1})"),
            "line 1, column 9: half a pair of surrogates in the string that ends here");
  EXPECT_EQ(refusal(R"("\udc00\ud800")"), "line 1, column 8: expected a pair of surrogates, found '\\'");
  EXPECT_EQ(parsed(R"("\ud7ff\ue000")").root().text(), "\xED\x9F\xBF\xEE\x80\x80");
  EXPECT_EQ(refusal("\"a\nb\""),
            "line 1, column 3: expected no control character in a string, found '\\x0a'");
  EXPECT_EQ(refusal("\"\xff\""), "line 1, column 2: expected UTF-8, found '\xff'");
  EXPECT_EQ(refusal("\"\xc0\xaf\""), "line 1, column 2: expected UTF-8, found '\xc0'");
}

// The reader looks beyond the end here; the address sanitizer tells if it leaves the buffer.
TEST(Value, RefusesACutOffCharacter) {
  for (const std::string_view text : {"\"\xf0@", "\"\xf0", "\"\xe2\x82", "\"\xf0\x9f\x98", "\"\xc3"})
    EXPECT_EQ(refusal(text), cat("line 1, column 2: expected UTF-8, found '", text.substr(1, 1), "'"));
}

TEST(Value, RefusesTextAfterNul) {
  EXPECT_EQ(refusal(std::string_view("{}\0{}", 5)), "line 1, column 3: expected JSON text, found '\\x00'");
}

TEST(Value, LimitsDepth) {
  auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(Document::parse(nested(kMaxDepth)));
  EXPECT_EQ(refusal(nested(kMaxDepth + 1)), "line 1, column 129: nested deeper than 128 levels");
  EXPECT_NE(refusal(std::string(1'000'000, '[')).find("nested deeper"), std::string::npos);
  // Siblings do not add up.
  std::string flat = "[";
  for (int i = 0; i < 1000; ++i) flat += "[],";
  EXPECT_TRUE(Document::parse(flat + "[]]"));
}

TEST(Value, LimitsLength) {
  EXPECT_EQ(refusal(std::string(kMaxBytes + 1, ' ')), "the document is longer than 67108864 bytes");
}

}  // namespace
}  // namespace masu::json
