// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "container_rows.h"
#include "each_container.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/life.h"
#include "masu/shim/options.h"

#include <time.h>

namespace masu::manager {
namespace {

using Takes = cli::Option::Takes;

constexpr cli::Option kCondition{
    .name = "condition",
    .takes = Takes::values,
    .argument = "STATE",
    .values = {cli::Values::From::choices,
               "stopped exited not-running next-exit removed running created paused healthy unhealthy"},
    .help = "what is waited for, instead of the end"};
constexpr cli::Option kInterval{.name = "interval",
                                .letter = 'i',
                                .takes = Takes::value,
                                .argument = "SPAN",
                                .help = "how often a condition is looked at; 250ms by default"};
constexpr cli::Option kFirst{.name = "exit-first-match",
                             .help = "of several containers, end with the first that has come to it"};
constexpr const cli::Option* kOptions[] = {&kCondition, &kInterval, &kEachIgnore, &kEachLatest, &kFirst};
constexpr std::int64_t kDefaultInterval = 250'000'000;

bool is_end(std::string_view condition) {
  return condition == "stopped" || condition == "exited" || condition == "not-running" ||
         condition == "next-exit";
}

// The exit code, or -1 for one that has none; nothing if the condition does not hold yet.
Result<std::optional<int>> holds(const Place& place, const Request& request, std::string_view condition) {
  const auto now = load(place, request.id);
  if (!now && (condition == "removed" || is_end(condition))) return -1;
  if (!now) return fail(Error::make(Kind::not_found, cat("container ", request.name, " is gone")));
  const State state = read_state(place, request);
  if (condition == "healthy" || condition == "unhealthy") {
    if (!is_running(state.phase))
      return fail(Error::make(Kind::invalid_state, cat("container ", request.name, " is not running")));
    return health_of(place, request) == condition ? std::optional(-1) : std::nullopt;
  }
  if (condition == "not-running" && state.phase == Phase::created) return 0;
  const bool met = is_end(condition) ? state.phase == Phase::exited : condition == phase_name(state.phase);
  return met ? std::optional(state.phase == Phase::exited ? state.exit_code : -1) : std::nullopt;
}

Result<int> wait_for(const Place& place, const Request& request,
                     const std::vector<std::string_view>& conditions, std::int64_t interval) {
  if (conditions.empty() ||
      (conditions.size() == 1 && is_end(conditions[0]) && read_state(place, request).phase != Phase::created))
    return TRY(wait_for_end(place, request)).exit_code;
  for (;;) {
    for (const std::string_view condition : conditions)
      if (const auto code = TRY(holds(place, request, condition))) return *code;
    const timespec span{.tv_sec = interval / 1'000'000'000, .tv_nsec = interval % 1'000'000'000};
    (void)nanosleep(&span, nullptr);
  }
}

// Looks at all in turn until one has come to it.
Result<int> wait_for_first(const cli::Call& call, const std::vector<std::string_view>& conditions,
                           std::int64_t interval) {
  const Place place = TRY(make_place(call));
  std::vector<Request> containers;
  for (const std::string& name : TRY(chosen_names(call, place, {})))
    containers.push_back(TRY(find(place, name)));
  for (;;) {
    for (const Request& request : containers)
      for (const std::string_view condition : conditions)
        if (const auto code = TRY(holds(place, request, condition))) {
          TRY(call.env.print(cat(*code, "\n")));
          return 0;
        }
    const timespec span{.tv_sec = interval / 1'000'000'000, .tv_nsec = interval % 1'000'000'000};
    (void)nanosleep(&span, nullptr);
  }
}

Result<int> run(const cli::Call& call) {
  std::int64_t interval = kDefaultInterval;
  if (call.arguments.has(kInterval)) {
    // podman takes a number for milliseconds
    const std::string_view text = call.arguments.value(kInterval);
    const auto number = text::parse_int<std::int64_t>(text);
    const auto span = number ? Result<std::int64_t>(*number * 1'000'000) : shim::parse_duration(text);
    if (!span || *span <= 0)
      return fail(Error::make(Kind::usage, cat("--interval: ", quote(text), " is no span of time")));
    interval = *span;
  }
  auto conditions = call.arguments.values(kCondition);
  if (call.arguments.has(kFirst)) {
    if (conditions.empty()) conditions.emplace_back("stopped");
    return wait_for_first(call, conditions, interval);
  }
  return each_container(call, {}, [&](const Place& place, const Request& request) -> Result<std::string> {
    return cat(TRY(wait_for(place, request, conditions, interval)));
  });
}

}  // namespace

constinit const cli::Command kWaitCommand{
    .name = "wait",
    .summary = "wait until containers have ended, and print their exit codes",
    .description = "With --condition, -1 stands for the exit code of one that has not ended.",
    .options = kOptions,
    .positionals = kContainers,
    .run = run};

}  // namespace masu::manager
