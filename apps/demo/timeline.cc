// SPDX-License-Identifier: Apache-2.0
#include "timeline.h"

#include "masu/base/text.h"
#include "masu/json/value.h"

#include <algorithm>
#include <cerrno>
#include <optional>

#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

namespace masu::demo {
namespace {

constexpr std::int64_t kDeadlineMs = 2000;
constexpr std::size_t kMaxTrace = 1 << 20, kBar = 32;

struct Event {
  std::string name;
  std::int64_t at_us, took_us, thread;
};

struct Trace {
  std::vector<Event> events;                                // by time
  std::vector<std::pair<std::int64_t, std::string>> names;  // of threads
};

std::int64_t monotonic_ms() {
  timespec now{};
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

// One line. The pipe's writers may stay open, so that its end is no sign.
std::optional<std::string> read_line(int fd) {
  const std::int64_t deadline = monotonic_ms() + kDeadlineMs;
  std::string text;
  while (text.size() < kMaxTrace) {
    const std::int64_t left_ms = std::max<std::int64_t>(0, deadline - monotonic_ms());
    pollfd ready{fd, POLLIN, 0};
    const int count = poll(&ready, 1, static_cast<int>(left_ms));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return std::nullopt;
    char bytes[4096];
    const ssize_t size = read(fd, bytes, sizeof bytes);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return std::nullopt;
    text.append(bytes, static_cast<std::size_t>(size));
    if (const std::size_t end = text.find('\n'); end != std::string::npos) return text.substr(0, end);
  }
  return std::nullopt;
}

// Whole microseconds of "1732271234567890.123".
std::int64_t number(std::optional<json::Value> value) {
  if (!value || !value->is(json::Type::number)) return 0;
  const std::string_view text = value->text();
  return text::parse_int<std::int64_t>(text.substr(0, text.find('.'))).value_or(0);
}

std::string string(std::optional<json::Value> value) {
  return value && value->is(json::Type::string) ? std::string(value->text()) : std::string();
}

std::optional<Trace> parse(std::string_view text) {
  auto document = json::Document::parse(text);
  if (!document || !document->root().is(json::Type::object)) return std::nullopt;
  const auto list = document->root().find("traceEvents");
  if (!list || !list->is(json::Type::array)) return std::nullopt;
  Trace trace;
  for (json::Value event : list->elements()) {
    if (!event.is(json::Type::object)) return std::nullopt;
    const std::string kind = string(event.find("ph"));
    const auto args = event.find("args");
    if (kind == "X")
      trace.events.push_back({string(event.find("name")), number(event.find("ts")), number(event.find("dur")),
                              number(event.find("tid"))});
    else if (kind == "M" && string(event.find("name")) == "thread_name" && args &&
             args->is(json::Type::object))
      trace.names.emplace_back(number(event.find("tid")), string(args->find("name")));
  }
  std::ranges::sort(trace.events, {}, &Event::at_us);
  if (trace.events.empty()) return std::nullopt;
  return trace;
}

std::string thread_name(const Trace& trace, std::int64_t thread) {
  for (const auto& [id, name] : trace.names)
    if (id == thread) return name;
  return std::to_string(thread);
}

void show(Report& report, const Trace& trace, std::int64_t first_instruction_us) {
  const std::int64_t begin = trace.events.front().at_us;
  const std::int64_t total = std::max<std::int64_t>(1, first_instruction_us - begin);
  report.plain(cat("  ", right("at ms", 8), right("took ms", 9), "  ", left("who", 10), left("step", 24)),
               true);
  for (const Event& event : trace.events) {
    if (event.at_us > first_instruction_us) continue;  // what the runtime did while the program ran already
    const auto from =
        static_cast<std::size_t>((event.at_us - begin) * static_cast<std::int64_t>(kBar) / total);
    const std::int64_t took = std::min(event.took_us, first_instruction_us - event.at_us);
    const auto length = static_cast<std::size_t>(took * static_cast<std::int64_t>(kBar) / total);
    report.plain(cat("  ", right(milliseconds(event.at_us - begin), 8), right(milliseconds(took), 9), "  ",
                     left(thread_name(trace, event.thread), 10), left(event.name, 24), std::string(from, ' '),
                     std::string(std::max<std::size_t>(1, length),
                                 event.thread == trace.events.front().thread ? '=' : '#')));
  }
  report.plain(
      cat("  ", right(milliseconds(total), 8), right("", 9), "  ", left("program", 10), "first instruction"));
}

}  // namespace

void show_timeline(Report& report, int fd, std::int64_t first_instruction_us) {
  report.heading("From the command to the program's first instruction");
  if (fcntl(fd, F_GETFD) < 0)
    return report.plain("  no trace was passed as descriptor 3: see tools/run-demo");
  const std::optional<std::string> text = read_line(fd);
  if (!text) return report.plain("  the runtime wrote no trace within two seconds");
  const std::optional<Trace> trace = parse(*text);
  if (!trace) return report.plain("  what came as the runtime's trace is no list of trace events");
  show(report, *trace, first_instruction_us);
}

}  // namespace masu::demo
