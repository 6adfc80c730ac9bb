// SPDX-License-Identifier: Apache-2.0
#include "masu/manager/events.h"

#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/json/writer.h"
#include "masu/shim/event_log.h"
#include "masu/shim/log_record.h"

#include <utility>

#include <time.h>

namespace masu::manager {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::string time_text(std::int64_t time) { return text::rfc3339(time / kSecond, time % kSecond); }

// What a shim calls it, and what docker does.
constexpr std::pair<std::string_view, std::string_view> kActions[] = {{"started", "start"},
                                                                      {"exited", "die"},
                                                                      {"paused", "pause"},
                                                                      {"resumed", "unpause"},
                                                                      {"oom", "oom"},
                                                                      {"restarting", "restart"},
                                                                      {"exec-created", "exec_create"},
                                                                      {"checkpointed", "checkpoint"}};

Result<> read_own(json::Reader in, Event& out) {
  TRY(in.require("type", out.type));
  TRY(in.require("action", out.action));
  TRY(in.require("id", out.id));
  return in.optional("attributes", out.attributes);
}

Result<> read_shims(json::Reader in, Event& out) {
  std::string name, status, exec;
  int code = 0;
  TRY(in.require("container", out.id));
  TRY(in.require("event", name));
  out.type = "container";
  for (const auto& [theirs, dockers] : kActions)
    if (name == theirs) out.action = dockers;
  if (name == "exited") {
    TRY(in.optional("exitStatus", code));
    out.attributes["exitCode"] = cat(code);
  }
  if (name == "health") {
    TRY(in.require("status", status));
    if (status != "none" && status != "starting") out.action = "health_status: " + status;
  }
  TRY(in.optional("exec", exec));
  if (!exec.empty()) out.attributes["execID"] = exec;
  return {};
}

Result<> read(json::Reader in, Event& out) {
  std::string time;
  TRY(in.require("time", time));
  const auto moment = shim::parse_time(time);
  if (!moment) return fail(in.error("time", "expected a time"));
  out.time = *moment;
  return in.find("container") ? read_shims(in, out) : read_own(in, out);
}

}  // namespace

std::string event_folder(const Place& place) { return place.root + "/events"; }

void record_event(const Place& place, std::string_view type, std::string_view action, std::string_view id,
                  const std::map<std::string, std::string>& attributes) {
  timespec now{};
  (void)clock_gettime(CLOCK_REALTIME, &now);
  std::string text;
  json::Writer out(text);
  out.begin_object().member("time", text::rfc3339(now.tv_sec, now.tv_nsec)).member("type", type);
  out.member("action", action).member("id", id).key("attributes").begin_object();
  for (const auto& [name, value] : attributes) out.member(name, value);
  out.end_object().end_object();
  if (auto written = shim::append_event(event_folder(place), text); !written)
    MASU_DEBUG(written.error().message());
}

void record_event(const Place& place, const Request& request, std::string_view action,
                  std::map<std::string, std::string> attributes) {
  attributes.merge(attributes_of(request));
  record_event(place, "container", action, request.id, attributes);
}

std::map<std::string, std::string> attributes_of(const Request& request) {
  std::map<std::string, std::string> out = request.labels;
  out["image"] = request.image;
  out["name"] = request.name;
  return out;
}

std::optional<Event> parse_event(std::string_view line) {
  const auto document = json::Document::parse(line);
  Event out;
  if (!document || !read(json::Reader(*document), out) || out.action.empty()) return std::nullopt;
  return out;
}

std::string to_json(const Event& event) {
  std::string text;
  json::Writer out(text);
  const auto image = event.attributes.find("image");
  out.begin_object().member("status", event.action).member("id", event.id);
  out.member("from", image == event.attributes.end() ? std::string() : image->second)
      .member("Type", event.type);
  out.member("Action", event.action).key("Actor").begin_object().member("ID", event.id).key("Attributes");
  out.begin_object();
  for (const auto& [name, value] : event.attributes) out.member(name, value);
  out.end_object().end_object().member("scope", "local");
  out.member("time", event.time / kSecond).member("timeNano", event.time);
  // The names that templates use.
  out.member("ID", event.id)
      .member("Status", event.action)
      .member("From", image == event.attributes.end() ? std::string() : image->second);
  out.member("Time", event.time / kSecond).member("TimeNano", event.time).end_object();
  return text;
}

std::string to_line(const Event& event) {
  std::string attributes;
  for (const auto& [name, value] : event.attributes)
    attributes += cat(attributes.empty() ? "" : ", ", name, "=", value);
  return cat(time_text(event.time), " ", event.type, " ", event.action, " ", event.id,
             attributes.empty() ? "" : " (", attributes, attributes.empty() ? "" : ")");
}

}  // namespace masu::manager
