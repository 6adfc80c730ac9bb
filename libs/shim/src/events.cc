// SPDX-License-Identifier: Apache-2.0
#include "events.h"

#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/event/loop.h"
#include "masu/shim/event_log.h"

#include <time.h>

namespace masu::shim {

std::int64_t realtime_ns() {
  timespec now{};
  (void)clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * event::kSecond + now.tv_nsec;
}

std::string time_text(std::int64_t time) {
  return text::rfc3339(time / event::kSecond, time % event::kSecond);
}

void Events::add(std::string_view name, const std::function<void(json::Writer&)>& members) {
  std::string data;
  json::Writer out(data);
  out.begin_object()
      .member("time", time_text(realtime_ns()))
      .member("container", container_)
      .member("event", name);
  if (members) members(out);
  out.end_object();
  if (!log_.empty())
    if (auto written = append_event(log_, data); !written) MASU_DEBUG(written.error().message());
  ++last_;
  events_.push_back({last_, cat("id: ", last_, "\nevent: ", name, "\ndata: ", data, "\n\n")});
  if (events_.size() > kKept) events_.pop_front();
  bell_.ring();
}

void Events::read(std::uint64_t* seen, std::string& out) const {
  for (const Event& event : events_)
    if (event.number > *seen) out += event.text;
  *seen = last_;
}

}  // namespace masu::shim
