// SPDX-License-Identifier: Apache-2.0
#include "masu/shim/log_record.h"

#include "masu/base/text.h"

#include <algorithm>
#include <bit>
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

// A text that grows: the room is asked for once for many bytes, which are then written without a look at it.
class Growing {
 public:
  explicit Growing(std::string& text) : text_(text), used_(text.size()) {}
  ~Growing() { text_.resize(used_); }
  Growing(const Growing&) = delete;
  Growing& operator=(const Growing&) = delete;

  /// Where to write: as many bytes as this are there. wrote() says how far it has come.
  char* room(std::size_t size) {
    if (text_.size() - used_ < size)
      text_.resize_and_overwrite(std::max(used_ + size, 2 * text_.size()),
                                 [](char*, std::size_t all) { return all; });
    return text_.data() + used_;
  }
  void wrote(const char* end) { used_ = static_cast<std::size_t>(end - text_.data()); }

 private:
  std::string& text_;
  std::size_t used_;
};

char* put(char* to, std::string_view text) {
  memcpy(to, text.data(), text.size());
  return to + text.size();
}

constexpr std::size_t kWord = sizeof(std::uint64_t);

// A bit in each byte that JSON does not take as it is, up to the first such at least: the subtractions borrow
// into a byte's top bit where it is less than what is taken away, and from the next.
std::uint64_t special_bytes(std::uint64_t bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kTops = kOnes * 0x80;
  const std::uint64_t quotes = bytes ^ kOnes * '"', slashes = bytes ^ kOnes * '\\';
  return (bytes | (bytes - kOnes * 0x20) | (quotes - kOnes) | (slashes - kOnes)) & kTops;
}

// Copies bytes as long as JSON takes them as they are, a word at a time, and so up to a word too far.
std::size_t copy_plain(char* to, std::string_view text) {
  std::size_t i = 0;
  for (; i + kWord <= text.size(); i += kWord) {
    std::uint64_t bytes;
    memcpy(&bytes, text.data() + i, kWord);
    memcpy(to + i, &bytes, kWord);
    std::uint64_t special = special_bytes(bytes);
    if (special == 0) continue;
    if constexpr (std::endian::native == std::endian::big) special = special_bytes(std::byteswap(bytes));
    return i + static_cast<std::size_t>(std::countr_zero(special)) / 8;
  }
  for (; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte >= 0x80 || byte == '"' || byte == '\\') break;
    to[i] = text[i];
  }
  return i;
}

// Writes what `text` begins with, a byte that is special or a sequence of UTF-8, and takes it off.
constexpr std::size_t kLongestEscape = 6;
char* put_special(char* to, std::string_view& text) {
  const auto byte = static_cast<unsigned char>(text.front());
  const std::size_t sequence = byte >= 0x80 ? utf8_length(text) : 0;
  if (byte == '"' || byte == '\\') {
    *to++ = '\\';
    *to++ = text.front();
  } else if (byte == '\t') {
    to = put(to, "\\t");
  } else if (byte == '\r') {
    to = put(to, "\\r");
  } else if (sequence > 0) {
    to = put(to, text.substr(0, sequence));
  } else {
    to = put(to, byte < 0x80 ? "\\u00" : "\\udc");
    *to++ = kHex[byte >> 4];
    *to++ = kHex[byte & 15];
  }
  text.remove_prefix(std::max<std::size_t>(sequence, 1));
  return to;
}

// A text that is copied often: by whole blocks, and so up to a block too far, without a call.
class Stamp {
 public:
  static constexpr std::size_t kBlock = 16;
  explicit Stamp(std::string_view text) : text_(text), size_(text.size()) { text_.resize(room()); }
  std::size_t room() const { return (size_ + kBlock - 1) / kBlock * kBlock; }
  char* put(char* to) const {
    for (std::size_t i = 0; i < size_; i += kBlock) memcpy(to + i, text_.data() + i, kBlock);
    return to + size_;
  }

 private:
  std::string text_;
  std::size_t size_;
};

// What stands before and behind a message is the same for all records of a piece.
struct Frame {
  std::string head, partial_head, whole, partial;
};

Frame make_frame(LogFormat format, Stream stream, const std::string& time) {
  const std::string_view name = stream_name(stream);
  if (format == LogFormat::cri)
    return {.head = cat(time, " ", name, " F "),
            .partial_head = cat(time, " ", name, " P "),
            .whole = "\n",
            .partial = "\n"};
  if (format == LogFormat::docker) {
    const std::string tail = cat("\",\"stream\":\"", name, "\",\"time\":\"", time, "\"}\n");
    return {.head = "{\"log\":\"", .partial_head = {}, .whole = "\\n" + tail, .partial = tail};
  }
  const std::string tail = cat("\",\"s\":\"", name, "\",\"t\":\"", time, "\"");
  return {.head = "{\"m\":\"", .partial_head = {}, .whole = tail + "}\n", .partial = tail + ",\"p\":true}\n"};
}

// One pass over the bytes: a line break is special, too.
void append_json(Growing& out, const Frame& frame, std::string_view bytes) {
  constexpr std::size_t kStep = 4096;  // as many bytes a look at the room
  const Stamp whole(frame.whole), between(frame.whole + frame.head);
  char* to = put(out.room(frame.head.size()), frame.head);
  while (!bytes.empty()) {
    out.wrote(to);
    std::string_view step = bytes.substr(0, kStep);
    to = out.room(kStep * kLongestEscape + kWord);
    const std::size_t plain = copy_plain(to, step);
    to += plain;
    bytes.remove_prefix(plain);
    if (plain == step.size()) continue;
    if (bytes.front() != '\n') {
      to = put_special(to, bytes);
      continue;
    }
    bytes.remove_prefix(1);
    out.wrote(to);
    const Stamp& next = bytes.empty() ? whole : between;
    to = next.put(out.room(next.room()));
    if (bytes.empty()) return out.wrote(to);
  }
  out.wrote(to);
  out.wrote(put(out.room(frame.partial.size()), frame.partial));
}

void append_raw(Growing& out, const Frame& frame, std::string_view bytes) {
  while (!bytes.empty()) {
    const void* end = memchr(bytes.data(), '\n', bytes.size());
    const std::size_t size = end == nullptr
                                 ? bytes.size()
                                 : static_cast<std::size_t>(static_cast<const char*>(end) - bytes.data());
    char* to = out.room(frame.head.size() + size + frame.whole.size());
    to = put(to, end == nullptr ? frame.partial_head : frame.head);
    to = put(to, bytes.substr(0, size));
    out.wrote(put(to, frame.whole));
    bytes.remove_prefix(size + (end == nullptr ? 0 : 1));
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

// Its line break is part of the message: an "n" behind an odd number of backslashes.
std::optional<LogRecord> parse_docker(std::string_view line) {
  LogRecord record;
  constexpr std::string_view kTime = "\",\"time\":\"";
  if (!skip(line, "{\"log\":\"") || !skip_end(line, "\"}")) return std::nullopt;
  const auto time = line.rfind(kTime);
  if (time == std::string_view::npos) return std::nullopt;
  record.time = line.substr(time + kTime.size());
  line = line.substr(0, time);
  if (skip_end(line, "\",\"stream\":\"stderr"))
    record.stream = Stream::err;
  else if (!skip_end(line, "\",\"stream\":\"stdout"))
    return std::nullopt;
  std::size_t slashes = 0;
  while (slashes + 1 < line.size() && line[line.size() - 2 - slashes] == '\\') ++slashes;
  record.partial = !line.ends_with('n') || slashes % 2 == 0;
  if (!record.partial) line.remove_suffix(2);
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
  if (bytes.empty()) return;
  const Frame frame =
      make_frame(format, stream, text::rfc3339(time_ns / kNanoseconds, time_ns % kNanoseconds));
  Growing growing(out);
  if (format == LogFormat::cri) return append_raw(growing, frame, bytes);
  append_json(growing, frame, bytes);
}

std::optional<LogRecord> parse_record(LogFormat format, std::string_view line) {
  switch (format) {
    case LogFormat::json:
      return parse_json(line);
    case LogFormat::cri:
      return parse_cri(line);
    case LogFormat::docker:
      return parse_docker(line);
  }
  return std::nullopt;
}

void append_message(std::string& out, LogFormat format, const LogRecord& record) {
  if (format == LogFormat::cri)
    out += record.message;
  else
    append_unescaped(out, record.message);
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
