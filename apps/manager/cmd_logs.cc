// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "each_container.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/life.h"
#include "masu/shim/log_reader.h"
#include "masu/shim/options.h"

#include <time.h>
#include <unistd.h>

namespace masu::manager {
namespace {

using Takes = cli::Option::Takes;

constexpr cli::Option kFollow{.name = "follow", .letter = 'f', .help = "go on as long as the container does"};
constexpr cli::Option kTimestamps{.name = "timestamps", .letter = 't', .help = "the time before each line"};
constexpr cli::Option kTail{.name = "tail",
                            .letter = 'n',
                            .takes = Takes::value,
                            .argument = "N",
                            .help = "the last so many lines alone"};
constexpr cli::Option kSince{.name = "since",
                             .takes = Takes::value,
                             .argument = "TIME",
                             .help = "from then on: 2026-11-22T10:00:00Z, or 10m for ten minutes ago"};
constexpr cli::Option kUntil{
    .name = "until", .takes = Takes::value, .argument = "TIME", .help = "before then"};
constexpr const cli::Option* kOptions[] = {&kFollow, &kTimestamps, &kTail, &kSince, &kUntil};

Result<std::optional<std::int64_t>> read_time(const cli::Call& call, const cli::Option& option) {
  if (!call.arguments.has(option)) return std::nullopt;
  const std::string_view text = call.arguments.value(option);
  if (const auto time = shim::parse_time(text)) return time;
  const auto ago = shim::parse_duration(text);
  if (!ago)
    return fail(
        Error::make(Kind::usage, cat("--", option.name, ": ", quote(text), " is neither a time nor a span")));
  timespec now{};
  (void)clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec - *ago;
}

Result<shim::LogQuery> read_query(const cli::Call& call) {
  shim::LogQuery out;
  out.since = TRY(read_time(call, kSince));
  out.until = TRY(read_time(call, kUntil));
  if (!call.arguments.has(kTail) || call.arguments.value(kTail) == "all") return out;
  out.tail = text::parse_int<std::uint64_t>(call.arguments.value(kTail));
  if (!out.tail)
    return fail(
        Error::make(Kind::usage, cat("--tail: ", quote(call.arguments.value(kTail)), " is no number")));
  return out;
}

// Records come in any pieces; each goes to the stream that it came from.
class Printer {
 public:
  explicit Printer(bool times) : times_(times) {}
  bool take(std::string_view bytes) {
    rest_ += bytes;
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = rest_.find('\n', begin)) != std::string::npos; begin = end + 1)
      if (!print(std::string_view(rest_).substr(begin, end - begin))) return false;
    rest_.erase(0, begin);
    return true;
  }

 private:
  bool print(std::string_view line) {
    const auto record = shim::parse_record(shim::LogFormat::json, line);
    if (!record) return true;
    std::string text;
    bool& middle = record->stream == shim::Stream::out ? out_middle_ : err_middle_;
    if (times_ && !middle) text = cat(record->time, " ");
    middle = record->partial;
    shim::append_message(text, shim::LogFormat::json, *record);
    return sys::write_all(record->stream == shim::Stream::out ? STDOUT_FILENO : STDERR_FILENO, text)
        .has_value();
  }
  bool times_;
  bool out_middle_ = false, err_middle_ = false;
  std::string rest_;
};

std::string to_path(const shim::LogQuery& query) {
  std::string out = "/logs?follow=1";
  if (query.tail) out += cat("&tail=", *query.tail);
  for (const auto& [name, time] : {std::pair{"&since=", query.since}, {"&until=", query.until}})
    if (time) out += cat(name, escape(text::rfc3339(*time / 1'000'000'000, *time % 1'000'000'000)));
  return out;
}

Result<int> run(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  const Request request = TRY(find(place, call.arguments.positional(0)));
  const shim::LogQuery query = TRY(read_query(call));
  Printer printer(call.arguments.has(kTimestamps));
  if (call.arguments.has(kFollow) && read_state(place, request).phase == Phase::running) {
    TRY(ShimClient(place.shim_folder(request.id)).stream(to_path(query), [&](std::string_view bytes) {
      return printer.take(bytes);
    }));
    return 0;
  }
  const std::string path = place.folder(request.id) + "/log";
  if (access(path.c_str(), F_OK) != 0) return 0;  // never started
  const shim::LogFile log = TRY(shim::LogFile::open({.path = path}));
  shim::LogReader reader(log, query);
  for (;;) {
    std::string records;
    const auto step = reader.step(records);
    if (!printer.take(records) || step == shim::LogReader::Step::end) return 0;
  }
}

}  // namespace

constinit const cli::Command kLogsCommand{.name = "logs",
                                          .summary = "print what a container has written",
                                          .options = kOptions,
                                          .positionals = kContainer,
                                          .run = run};

}  // namespace masu::manager
