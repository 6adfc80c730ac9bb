// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "create_options.h"
#include "event_json.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/container/events.h"
#include "pressure_option.h"
#include "quantities.h"

namespace masu::runtime {
namespace {

constexpr cli::Option kStats{.name = "stats", .help = "print what the container uses now, and exit"};
constexpr cli::Option kInterval{.name = "interval",
                                .takes = Takes::value,
                                .argument = "DURATION",
                                .help = "time between two statistics: 10s, 500ms, 1m30s; 5s by default"};
constexpr cli::Option kPressure{
    .name = "pressure",
    .takes = Takes::values,
    .argument = "RESOURCE[:KIND[:STALL/WINDOW]]",
    .help =
        "tell when tasks wait for cpu, memory or io (cgroup v2): memory, io:full, "
        "cpu:some:150ms/2s"};
constexpr const cli::Option* kOptions[] = {&kStats, &kInterval, &kPressure};
constexpr cli::Positional kPositionals[] = {kId};

Result<std::chrono::nanoseconds> interval_of(const cli::Arguments& arguments) {
  const std::string_view given = arguments.value(kInterval, "5s");
  if (given.starts_with('-') || parse_duration(given) == std::chrono::nanoseconds(0))
    return fail(Error::make(
        Kind::usage, cat("invalid interval ", quote(given), ": duration interval must be greater than 0")));
  if (const auto interval = parse_duration(given)) return *interval;
  return fail(Error::make(Kind::usage, cat("invalid interval ", quote(given),
                                           ": expected a duration such as 5s, 500ms or 1m30s")));
}

Result<std::vector<cgroups::PressureTrigger>> triggers_of(const cli::Arguments& arguments) {
  std::vector<cgroups::PressureTrigger> triggers;
  for (const auto text : arguments.values(kPressure)) triggers.push_back(TRY(parse_pressure(text)));
  return triggers;
}

Result<int> run(const cli::Call& call) {
  const auto context = TRY(make_context(call));
  const std::string id(call.arguments.positional(0));
  const auto interval = TRY(interval_of(call.arguments));
  const auto triggers = TRY(triggers_of(call.arguments));
  if (call.arguments.has(kStats)) {
    const auto stats = TRY(container::stats(context, id));
    TRY(call.env.print(stats_event(id, stats)));
    return 0;
  }
  TRY(container::follow(
      context, id,
      {.interval = interval,
       .on_stats = [&](const container::Stats& stats) { return call.env.print(stats_event(id, stats)); },
       .on_oom =
           [&](const cgroups::OomWatch::Event& event) { return call.env.print(oom_event(id, event.cause)); },
       .pressure = triggers,
       .on_pressure =
           [&](const cgroups::PressureTrigger& trigger) {
             return call.env.print(pressure_event(id, trigger));
           },
       .output = call.env.out}));
  return 0;
}

}  // namespace

constinit const cli::Command kEventsCommand{
    .name = "events",
    .summary = "tell what a container uses, and when its memory runs out",
    .description = R"(
Prints JSON objects, one a line: of type stats at each interval, of type oom when the kernel has to kill for want of
memory, with the cgroup whose limit was hit where the kernel tells it; with --pressure of type pressure when tasks
have waited longer than they should (proc/pressure). Ends with the container, or when nobody reads the output any more.)",
    .options = kOptions,
    .positionals = kPositionals,
    .run = run};

}  // namespace masu::runtime
