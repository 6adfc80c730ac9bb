// SPDX-License-Identifier: Apache-2.0
#include "masu/shim/log_record.h"

#include <gtest/gtest.h>

#include <random>

namespace masu::shim {
namespace {

constexpr std::int64_t kTime = 1'795'343'260'123'456'789;

std::string records(LogFormat format, std::string_view bytes) {
  std::string out;
  append_records(out, format, Stream::out, bytes, kTime);
  return out;
}

std::string back(LogFormat format, std::string_view lines) {
  std::string out;
  while (!lines.empty()) {
    const auto end = lines.find('\n');
    if (end == std::string_view::npos) return "no line break";
    const auto record = parse_record(format, lines.substr(0, end));
    if (!record) return "no record";
    append_message(out, format, *record);
    lines.remove_prefix(end + 1);
  }
  return out;
}

TEST(LogRecord, HasItsForm) {
  EXPECT_EQ(records(LogFormat::json, "hello\n\nwor\"ld"),
            "{\"m\":\"hello\",\"s\":\"stdout\",\"t\":\"2026-11-22T10:27:40.123456789Z\"}\n"
            "{\"m\":\"\",\"s\":\"stdout\",\"t\":\"2026-11-22T10:27:40.123456789Z\"}\n"
            "{\"m\":\"wor\\\"ld\",\"s\":\"stdout\",\"t\":\"2026-11-22T10:27:40.123456789Z\",\"p\":true}\n");
  EXPECT_EQ(records(LogFormat::cri, "hello\nworld"),
            "2026-11-22T10:27:40.123456789Z stdout F hello\n2026-11-22T10:27:40.123456789Z stdout P world\n");
  EXPECT_EQ(records(LogFormat::docker, "hel\"lo\nworld"),
            "{\"log\":\"hel\\\"lo\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-22T10:27:40.123456789Z\"}\n"
            "{\"log\":\"world\",\"stream\":\"stdout\",\"time\":\"2026-11-22T10:27:40.123456789Z\"}\n");
}

TEST(LogRecord, EscapesWhatJsonAndUtf8Forbid) {
  const auto message = [](std::string_view bytes) {
    const std::string line = records(LogFormat::json, bytes);
    return std::string(
        parse_record(LogFormat::json, std::string_view(line).substr(0, line.size() - 1))->message);
  };
  EXPECT_EQ(message("a\tb\r\x01\x1b[0m\\\"\x7f\n"), "a\\tb\\r\\u0001\\u001b[0m\\\\\\\"\x7f");
  EXPECT_EQ(message("\xe6\x9e\xa1 \xf0\x9f\x93\xa6 \xc3\xa9\n"), "\xe6\x9e\xa1 \xf0\x9f\x93\xa6 \xc3\xa9");
  // A lone byte, an overlong form, a surrogate, a sequence cut short.
  EXPECT_EQ(message("\xff\n"), "\\udcff");
  EXPECT_EQ(message("\xc0\x80\n"), "\\udcc0\\udc80");
  EXPECT_EQ(message("\xed\xb2\x80\n"), "\\udced\\udcb2\\udc80");
  EXPECT_EQ(message("\xe6\x9e\n"), "\\udce6\\udc9e");
}

TEST(LogRecord, EveryByteComesBack) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(back(LogFormat::json, records(LogFormat::json, all)), all);
  EXPECT_EQ(back(LogFormat::cri, records(LogFormat::cri, all)), all);
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 200, '\0');
    const auto kind = random() % 3;
    for (char& c : bytes)
      c = static_cast<char>(kind == 0   ? random()
                            : kind == 1 ? 0x80 + random() % 0x80
                                        : 0x1f + random() % 0x62);
    ASSERT_EQ(back(LogFormat::json, records(LogFormat::json, bytes)), bytes) << round;
    ASSERT_EQ(back(LogFormat::cri, records(LogFormat::cri, bytes)), bytes) << round;
    ASSERT_EQ(back(LogFormat::docker, records(LogFormat::docker, bytes)), bytes) << round;
  }
}

// A line break of the container's and a backslash with an n are not the same.
TEST(LogRecord, DockerLinesEndByALineBreak) {
  for (const std::string_view bytes : {"\\n", "\\\\n", "\\", "\\\n", "n\n", "n", "\n", "\n\n"})
    EXPECT_EQ(back(LogFormat::docker, records(LogFormat::docker, bytes)), bytes);
}

TEST(LogRecord, IsNotFooledByItsMessage) {
  const std::string evil = "\",\"s\":\"stderr\",\"t\":\"2000-01-01T00:00:00Z\",\"p\":true}";
  const std::string line = records(LogFormat::json, evil + "\n");
  const auto record = parse_record(LogFormat::json, std::string_view(line).substr(0, line.size() - 1));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->stream, Stream::out);
  EXPECT_EQ(record->time, "2026-11-22T10:27:40.123456789Z");
  EXPECT_FALSE(record->partial);
}

TEST(LogRecord, RefusesOtherLines) {
  for (const std::string_view line :
       {"", "{", "{\"m\":\"", "{\"m\":\"x\"}", "{\"m\":\"x\",\"s\":\"stdin\",\"t\":\"t\"}", "junk"}) {
    EXPECT_FALSE(parse_record(LogFormat::json, line)) << line;
    EXPECT_FALSE(parse_record(LogFormat::cri, line)) << line;
  }
  EXPECT_FALSE(parse_record(LogFormat::cri, "t stdout X m"));
}

TEST(ParseTime, ReadsBothForms) {
  EXPECT_EQ(parse_time("2026-11-22T10:27:40.123456789Z"), kTime);
  EXPECT_EQ(parse_time("2026-11-22T12:27:40.123456789+02:00"), kTime);
  EXPECT_EQ(parse_time("1795343260.123456789"), kTime);
  EXPECT_EQ(parse_time("1795343260"), 1'795'343'260'000'000'000);
  EXPECT_EQ(parse_time("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_time("2024-02-29T23:59:59.5Z"), 1'709'251'199'500'000'000);
  for (const char* text :
       {"", "x", "-1", "1.", "1.0000000000", "2026-11-22", "2026-11-22T10:27:40", "2026-13-22T10:27:40Z",
        "2026-11-22T10:27:40+2", "99999999999", "1.44444444444444444444444444444"})
    EXPECT_FALSE(parse_time(text)) << text;
}

}  // namespace
}  // namespace masu::shim
