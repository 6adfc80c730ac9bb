// SPDX-License-Identifier: Apache-2.0
//
// The records of a container's log, one a line. Three forms:
//
//     json     {"m":"message","s":"stdout","t":"2026-11-22T10:21:00.123456789Z"}
//     docker   {"log":"message\n","stream":"stdout","time":"2026-11-22T10:21:00.123456789Z"}
//     cri      2026-11-22T10:21:00.123456789Z stdout F message
//
// A message is what stood between two line breaks. One that was written without a line break at its end,
// since the output came in pieces or ended so, is partial: "p":true, no \n, or P in the place of F; the next
// record of the same stream goes on with it.
// In json and docker a byte that is not UTF-8 is written as the escape of the lone surrogate U+DCxx, xx its
// value, which no UTF-8 can mean (Python calls this surrogateescape), so that every byte comes back. cri has
// the bytes as they are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace masu::shim {

enum class LogFormat { json, cri, docker };
enum class Stream : std::uint8_t { out = 1, err = 2 };
/// "stdout", "stderr".
std::string_view stream_name(Stream stream);

/// Appends the records of `bytes`, which came at `time_ns` (CLOCK_REALTIME). What follows the last line break
/// becomes a partial record.
void append_records(std::string& out, LogFormat format, Stream stream, std::string_view bytes,
                    std::int64_t time_ns);

struct LogRecord {
  Stream stream = Stream::out;
  bool partial = false;
  std::string_view time;     ///< RFC 3339, UTC
  std::string_view message;  ///< as it stands in the record: see append_message()
};
/// Reads a line as append_records() writes it (without its line break); nothing if it is not such a line.
std::optional<LogRecord> parse_record(LogFormat format, std::string_view line);
/// The message as the container wrote it, with its line break unless it is partial.
void append_message(std::string& out, LogFormat format, const LogRecord& record);

/// RFC 3339 with any offset, or seconds since the epoch with up to nine decimals: nanoseconds since the
/// epoch.
std::optional<std::int64_t> parse_time(std::string_view text);

}  // namespace masu::shim
