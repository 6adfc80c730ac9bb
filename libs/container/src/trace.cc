// SPDX-License-Identifier: Apache-2.0
#include "trace.h"

#include "failure.h"
#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/writer.h"
#include "masu/sys/fd.h"

#include <algorithm>

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

namespace masu::container {
namespace {

std::int64_t now_ns() {
  timespec now{};
  (void)clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

// Times are microseconds with three decimals; they are written as text, since JSON numbers here are integers.
std::string microseconds(std::int64_t ns) {
  std::string fraction = std::to_string(ns % 1000);
  fraction.insert(0, 3 - std::min<std::size_t>(3, fraction.size()), '0');
  return cat(ns / 1000, ".", fraction);
}

constexpr int kParent = 1, kChild = 2;  // thread ids in the trace

void write_event(json::Writer& out, std::string_view name, int thread, std::int64_t begin, std::int64_t end) {
  out.begin_object();
  out.member("name", name).member("ph", "X").member("pid", getpid()).member("tid", thread);
  out.key("ts").raw(microseconds(begin)).key("dur").raw(microseconds(end - begin));
  out.end_object();
}

void write_thread_name(json::Writer& out, int thread, std::string_view name) {
  out.begin_object();
  out.member("name", "thread_name").member("ph", "M").member("pid", getpid()).member("tid", thread);
  out.key("args").begin_object().member("name", name).end_object();
  out.end_object();
}

void write_child(json::Writer& out, const Progress& progress, std::int64_t end) {
  struct Reached {
    Step step;
    std::int64_t at;
  };
  std::vector<Reached> steps;
  for (unsigned i = 0; i <= static_cast<unsigned>(Step::last); ++i)
    if (progress.reached[i] != 0) steps.push_back({static_cast<Step>(i), progress.reached[i]});
  std::ranges::sort(steps, [](const Reached& a, const Reached& b) {
    return a.at != b.at ? a.at < b.at : a.step < b.step;  // two within one tick of the clock
  });
  for (std::size_t i = 0; i < steps.size(); ++i)
    write_event(out, step_name(steps[i].step), kChild, steps[i].at,
                i + 1 < steps.size() ? steps[i + 1].at : end);
}

}  // namespace

Trace::Trace(const Context& context) : path_(context.trace_file) {
  if (path_.empty()) return;
  events_.push_back({"command_line", context.started_ns != 0 ? context.started_ns : now_ns()});
}

void Trace::step(std::string_view name) {
  MASU_DEBUG(cat("step ", name));
  if (!path_.empty()) events_.push_back({name, now_ns()});
}

Result<> Trace::write(const Progress* progress) {
  if (path_.empty()) return {};
  const std::int64_t end = now_ns();
  std::string text;
  json::Writer out(text);
  out.begin_object().key("traceEvents").begin_array();
  write_thread_name(out, kParent, "runtime");
  write_thread_name(out, kChild, "container");
  for (std::size_t i = 0; i < events_.size(); ++i)
    write_event(out, events_[i].name, kParent, events_[i].begin_ns,
                i + 1 < events_.size() ? events_[i + 1].begin_ns : end);
  if (progress != nullptr) write_child(out, *progress, end);
  out.end_array().end_object();
  text += '\n';
  sys::Fd file = TRY_IN(sys::open(path_, O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY, 0644), "write the trace");
  return sys::write_all(file.get(), text);
}

}  // namespace masu::container
