// SPDX-License-Identifier: Apache-2.0
#include "masu/shim/log_record.h"

#include "masu/base/text.h"

#include <cstring>

namespace masu::shim {
namespace {

constexpr std::int64_t kNanoseconds = 1'000'000'000;
constexpr char kHex[] = "0123456789abcdef";

// Bytes of the UTF-8 sequence that `text` begins with (RFC 3629: shortest forms, no surrogates); 0 if it does
// not begin with one.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto follows = [&](std::size_t i, unsigned low, unsigned high) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first >= 0xc2 && first <= 0xdf) return follows(1, 0x80, 0xbf) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const unsigned low = first == 0xe0 ? 0xa0 : 0x80;
    const unsigned high = first == 0xed ? 0x9f : 0xbf;
    return follows(1, low, high) && follows(2, 0x80, 0xbf) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const unsigned low = first == 0xf0 ? 0x90 : 0x80;
    const unsigned high = first == 0xf4 ? 0x8f : 0xbf;
    return follows(1, low, high) && follows(2, 0x80, 0xbf) && follows(3, 0x80, 0xbf) ? 4 : 0;
  }
  return 0;
}

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

// True if all eight bytes are plain: the subtractions borrow into a byte's top bit where it is less than what
// is taken away.
bool all_plain(std::string_view eight) {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kTops = kOnes * 0x80;
  std::uint64_t bytes;
  memcpy(&bytes, eight.data(), sizeof bytes);
  const std::uint64_t quotes = bytes ^ kOnes * '"', slashes = bytes ^ kOnes * '\\';
  const std::uint64_t hits = bytes | (bytes - kOnes * 0x20) | (quotes - kOnes) | (slashes - kOnes);
  return (hits & kTops) == 0;
}

std::size_t plain_length(std::string_view text) {
  std::size_t i = 0;
  while (i + 8 <= text.size() && all_plain(text.substr(i, 8))) i += 8;
  while (i < text.size() && is_plain(text[i])) ++i;
  return i;
}

void append_escaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t plain = plain_length(text);
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return;
    const auto byte = static_cast<unsigned char>(text.front());
    std::size_t used = 1;
    if (byte == '"' || byte == '\\') {
      out += {'\\', text.front()};
    } else if (byte == '\t') {
      out += "\\t";
    } else if (byte == '\r') {
      out += "\\r";
    } else if (byte < 0x80) {
      out += {'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]};
    } else if (const std::size_t length = utf8_length(text); length > 0) {
      out += text.substr(0, length);
      used = length;
    } else {
      out += {'\\', 'u', 'd', 'c', kHex[byte >> 4], kHex[byte & 15]};
    }
    text.remove_prefix(used);
  }
}

// {"m":"…","s":"stdout","t":"…"} : what stands before and behind a message is the same for all records of a
// piece.
struct Frame {
  std::string before, whole, partial;
};

Frame make_frame(LogFormat format, Stream stream, const std::string& time) {
  const std::string_view name = stream_name(stream);
  if (format == LogFormat::cri) return {.before = cat(time, " ", name, " "), .whole = "F ", .partial = "P "};
  const std::string tail = cat("\",\"s\":\"", name, "\",\"t\":\"", time, "\"");
  return {.before = "{\"m\":\"", .whole = tail + "}\n", .partial = tail + ",\"p\":true}\n"};
}

void append_record(std::string& out, LogFormat format, const Frame& frame, std::string_view message,
                   bool partial) {
  out += frame.before;
  if (format == LogFormat::json) append_escaped(out, message);
  out += partial ? frame.partial : frame.whole;
  if (format == LogFormat::cri) {
    out += message;
    out += '\n';
  }
}

bool skip(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool skip_end(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

// The suffix is of fixed form, so a record is read from its ends, whatever its message holds.
std::optional<LogRecord> parse_json(std::string_view line) {
  LogRecord record;
  if (!skip(line, "{\"m\":\"") || !skip_end(line, "}")) return std::nullopt;
  record.partial = skip_end(line, ",\"p\":true");
  const auto time = line.rfind("\",\"t\":\"");
  if (time == std::string_view::npos || !line.ends_with('"')) return std::nullopt;
  constexpr std::size_t kLength = 7;  // of ","t":"
  record.time = line.substr(time + kLength, line.size() - time - kLength - 1);
  line = line.substr(0, time);
  if (skip_end(line, "\",\"s\":\"stderr"))
    record.stream = Stream::err;
  else if (!skip_end(line, "\",\"s\":\"stdout"))
    return std::nullopt;
  record.message = line;
  return record;
}

std::optional<LogRecord> parse_cri(std::string_view line) {
  LogRecord record;
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  record.time = line.substr(0, space);
  line.remove_prefix(space + 1);
  if (skip(line, "stderr "))
    record.stream = Stream::err;
  else if (!skip(line, "stdout "))
    return std::nullopt;
  record.partial = line.starts_with('P');
  if (!skip(line, "P ") && !skip(line, "F ")) return std::nullopt;
  record.message = line;
  return record;
}

void append_utf8(std::string& out, unsigned code) {
  const auto add = [&out](unsigned byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xc0 | code >> 6);
    add(0x80 | (code & 0x3f));
  } else {
    add(0xe0 | code >> 12);
    add(0x80 | (code >> 6 & 0x3f));
    add(0x80 | (code & 0x3f));
  }
}

void append_unescaped(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char kind = text[++i];
    const auto code = kind == 'u' ? text::parse_int<unsigned>(text.substr(i + 1, 4), 16) : std::nullopt;
    if (code) {
      i += 4;
      if (*code >> 8 == 0xdc)
        out += static_cast<char>(*code & 0xff);
      else
        append_utf8(out, *code);
    } else {
      out += kind == 't' ? '\t' : kind == 'r' ? '\r' : kind == 'n' ? '\n' : kind;
    }
  }
}

// Days from the epoch to a date of the proleptic Gregorian calendar.
std::int64_t days_from_civil(std::int64_t year, std::int64_t month, std::int64_t day) {
  if (month <= 2) --year;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

// ".5" → 500000000; nothing for more than nine digits, or none.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
  if (!text.starts_with('.')) return 0;
  text.remove_prefix(1);
  std::int64_t value = 0;
  std::size_t digits = 0;
  constexpr std::size_t kDigits = 9;
  while (digits < text.size() && digits <= kDigits && text[digits] >= '0' && text[digits] <= '9')
    value = value * 10 + (text[digits++] - '0');
  if (digits == 0 || digits > kDigits) return std::nullopt;
  text.remove_prefix(digits);
  for (; digits < kDigits; ++digits) value *= 10;
  return value;
}

// "Z", "+02:00": seconds east of UTC.
std::optional<std::int64_t> parse_offset(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const auto hours = text::parse_int<unsigned>(text.substr(1, 2)),
             minutes = text::parse_int<unsigned>(text.substr(4));
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const std::int64_t seconds = std::int64_t{*hours} * 3600 + std::int64_t{*minutes} * 60;
  return text[0] == '+' ? seconds : -seconds;
}

std::optional<std::int64_t> parse_rfc3339(std::string_view text) {
  constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:dd";
  if (text.size() <= kForm.size()) return std::nullopt;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kForm[i] == 'd' ? !digit
                        : text[i] != kForm[i] && !(kForm[i] == 'T' && (text[i] == 't' || text[i] == ' ')))
      return std::nullopt;
  }
  const auto number = [text](std::size_t at, std::size_t size) {
    return std::int64_t{text::parse_int<unsigned>(text.substr(at, size)).value_or(0)};
  };
  if (number(5, 2) < 1 || number(5, 2) > 12 || number(8, 2) < 1 || number(8, 2) > 31 || number(11, 2) > 23 ||
      number(14, 2) > 59 || number(17, 2) > 60)
    return std::nullopt;
  const std::int64_t days = days_from_civil(number(0, 4), number(5, 2), number(8, 2));
  const std::int64_t seconds = days * 86400 + number(11, 2) * 3600 + number(14, 2) * 60 + number(17, 2);
  text.remove_prefix(kForm.size());
  const auto fraction = take_fraction(text);
  const auto offset = parse_offset(text);
  if (!fraction || !offset || days < -106'000 || days > 106'000) return std::nullopt;
  return (seconds - *offset) * kNanoseconds + *fraction;
}

}  // namespace

std::string_view stream_name(Stream stream) { return stream == Stream::out ? "stdout" : "stderr"; }

void append_records(std::string& out, LogFormat format, Stream stream, std::string_view bytes,
                    std::int64_t time_ns) {
  const Frame frame =
      make_frame(format, stream, text::rfc3339(time_ns / kNanoseconds, time_ns % kNanoseconds));
  while (!bytes.empty()) {
    const void* end = memchr(bytes.data(), '\n', bytes.size());
    if (end == nullptr) return append_record(out, format, frame, bytes, true);
    const auto size = static_cast<std::size_t>(static_cast<const char*>(end) - bytes.data());
    append_record(out, format, frame, bytes.substr(0, size), false);
    bytes.remove_prefix(size + 1);
  }
}

std::optional<LogRecord> parse_record(LogFormat format, std::string_view line) {
  return format == LogFormat::json ? parse_json(line) : parse_cri(line);
}

void append_message(std::string& out, LogFormat format, const LogRecord& record) {
  if (format == LogFormat::json)
    append_unescaped(out, record.message);
  else
    out += record.message;
  if (!record.partial) out += '\n';
}

std::optional<std::int64_t> parse_time(std::string_view text) {
  if (const auto time = parse_rfc3339(text)) return time;
  const auto dot = text.find('.');
  const auto seconds = text::parse_int<std::int64_t>(text.substr(0, dot));
  std::string_view rest = dot == std::string_view::npos ? std::string_view() : text.substr(dot);
  const auto fraction = take_fraction(rest);
  constexpr std::int64_t kLast = 9'000'000'000;
  if (!seconds || !fraction || !rest.empty() || *seconds < 0 || *seconds > kLast) return std::nullopt;
  return *seconds * kNanoseconds + *fraction;
}

}  // namespace masu::shim
