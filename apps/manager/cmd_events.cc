// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/events.h"
#include "masu/manager/filter.h"
#include "masu/shim/event_log.h"
#include "masu/sys/raw.h"
#include "template.h"

#include <algorithm>

#include <time.h>

namespace masu::manager {
namespace {

using Takes = cli::Option::Takes;

constexpr cli::Option kSince{
    .name = "since",
    .takes = Takes::value,
    .argument = "TIME",
    .help = "what has happened from then on too: a time, or 10m for ten minutes ago"};
constexpr cli::Option kUntil{
    .name = "until", .takes = Takes::value, .argument = "TIME", .help = "end with what happened before then"};
constexpr cli::Option kFilter{.name = "filter",
                              .letter = 'f',
                              .takes = Takes::values,
                              .argument = "KEY=VALUE",
                              .help = "by container, event, image, label or type"};
constexpr cli::Option kFormat{.name = "format",
                              .takes = Takes::value,
                              .argument = "FORMAT",
                              .help = "json, or a template: {{.Action}} {{.Actor.Attributes.name}}"};
constexpr cli::Option kStream{.name = "stream",
                              .help = "wait for what will happen, as by default; --stream=false: end"};
constexpr const cli::Option* kOptions[] = {&kSince, &kUntil, &kFilter, &kFormat, &kStream};

std::int64_t realtime_ns() {
  timespec now{};
  (void)clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

Result<std::optional<std::int64_t>> moment(const cli::Call& call, const cli::Option& option) {
  if (!call.arguments.has(option)) return std::nullopt;
  const std::string_view text = call.arguments.value(option);
  if (const auto out = parse_moment(text)) return out;
  // A span that is yet to come: -1m, as docker has it.
  if (text.starts_with('-'))
    if (const auto ago = parse_moment(text.substr(1))) return 2 * realtime_ns() - *ago;
  return fail(
      Error::make(Kind::usage, cat("--", option.name, ": ", quote(text), " is neither a time nor a span")));
}

// The shims do not know names and images; a container's are in its record, or in what told of it before.
class Names {
 public:
  explicit Names(const Place& place) : place_(place) {}
  void complete(Event& event) {
    if (event.type != "container") return;
    if (event.attributes.contains("name")) {
      known_[event.id] = event.attributes;
      return;
    }
    if (!known_.contains(event.id))
      if (const auto request = load(place_, event.id)) known_[event.id] = attributes_of(*request);
    if (const auto found = known_.find(event.id); found != known_.end())
      for (const auto& [name, value] : found->second)
        if (name != "signal" && name != "oldName") event.attributes.emplace(name, value);
  }

 private:
  const Place& place_;
  std::map<std::string, std::map<std::string, std::string>> known_;
};

bool matches(const Filters& filters, const Event& event) {
  const auto attribute = [&event](const char* name) {
    const auto found = event.attributes.find(name);
    return found == event.attributes.end() ? std::string() : found->second;
  };
  return filters.any("container", [&](const auto& value) {
    return event.type == "container" && !value.empty() &&
           (event.id.starts_with(value) || attribute("name") == value);
  }) && filters.any("event", [&](const auto& value) {
    return event.action.substr(0, event.action.find(':')) == value;
  }) && filters.any("type", [&](const auto& value) {
    return event.type == value;
  }) && filters.any("image", [&](const auto& value) {
    const std::string image = attribute("image");
    return image == value || image.find("/" + value + ":") != std::string::npos ||
           image.ends_with("/" + value) || event.id == value;
  }) && filters.labels(event.attributes);
}

Result<int> run(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  const Filters filters =
      TRY(Filters::parse(call.arguments.values(kFilter), "container event image label type"));
  const std::string_view format = call.arguments.value(kFormat);
  const auto until = TRY(moment(call, kUntil));
  const bool stream = call.arguments.flag(kStream).value_or(true);
  auto since = TRY(moment(call, kSince));
  if (!since && stream && !until) since = realtime_ns();
  auto reader = TRY(shim::EventReader::open(event_folder(place)));
  Names names(place);
  std::string line;
  for (;;) {
    while (TRY(reader.next(line))) {
      auto event = parse_event(line);
      if (!event) continue;
      names.complete(*event);
      if ((since && event->time < *since) || (until && event->time >= *until) || !matches(filters, *event))
        continue;
      const std::string text = format.empty()     ? to_line(*event)
                               : format == "json" ? to_json(*event)
                                                  : TRY(expand(format, to_json(*event)));
      TRY(call.env.print(text + "\n"));
    }
    if (!stream || (until && realtime_ns() >= *until)) return 0;
    const std::int64_t left = until ? *until - realtime_ns() : -1;
    reader.wait(until ? sys::raw::monotonic_ns() + std::max<std::int64_t>(left, 0) : -1);
  }
}

}  // namespace

constinit const cli::Command kEventsCommand{.name = "events",
                                            .summary = "print what happens to containers and images",
                                            .description = R"(
Without --since, from now on. What is kept are the last two to four megabytes.)",
                                            .options = kOptions,
                                            .run = run};

}  // namespace masu::manager
