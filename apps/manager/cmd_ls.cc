// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cli/columns.h"
#include "masu/image/reference.h"
#include "masu/manager/life.h"
#include "shown.h"

namespace masu::manager {
namespace {

constexpr cli::Option kAll{.name = "all", .letter = 'a', .help = "those too that do not run"};
constexpr cli::Option kQuiet{.name = "quiet", .letter = 'q', .help = "print ids alone"};
constexpr cli::Option kNoTrunc{.name = "no-trunc", .help = "print ids and commands in full"};
constexpr const cli::Option* kOptions[] = {&kAll, &kQuiet, &kNoTrunc};

std::string status_text(const State& state) {
  switch (state.phase) {
    case Phase::created:
      return "Created";
    case Phase::running:
    case Phase::paused:
      return state.started.empty() ? "Up" : "Up " + shown_span(seconds_since(state.started));
    case Phase::exited:
      break;
  }
  return cat("Exited (", state.exit_code, ")", state.finished.empty() ? "" : " " + shown_age(state.finished));
}

std::string shown_image(const std::string& name) {
  const auto reference = image::Reference::parse(name);
  return reference ? reference->familiar() : short_id(name);
}

std::string shown_command(const std::string& command, bool whole) {
  constexpr std::size_t kShown = 20;
  return whole || command.size() <= kShown ? command : command.substr(0, kShown - 1) + "…";
}

Result<int> run(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  const bool whole = call.arguments.has(kNoTrunc);
  const auto shown_id = [whole](const Request& item) { return whole ? item.id : short_id(item.id); };
  cli::Columns table({"CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"});
  std::string ids;
  const auto containers = TRY(list(place));
  for (auto item = containers.rbegin(); item != containers.rend(); ++item) {
    const State state = read_state(place, *item);
    if (!call.arguments.has(kAll) && state.phase != Phase::running && state.phase != Phase::paused) continue;
    ids += shown_id(*item) + "\n";
    table.add({shown_id(*item), shown_image(item->image), shown_command(item->command, whole),
               shown_age(item->created), status_text(state), "", item->name});
  }
  TRY(call.env.print(call.arguments.has(kQuiet) ? ids : table.text()));
  return 0;
}

}  // namespace

constinit const cli::Command kLsCommand{
    .name = "ls", .summary = "list containers, also as ps", .options = kOptions, .run = run};

}  // namespace masu::manager
