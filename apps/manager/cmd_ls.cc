// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "container_rows.h"
#include "globals.h"
#include "listing.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "shown.h"

#include <algorithm>

namespace masu::manager {
namespace {

using Takes = cli::Option::Takes;

constexpr cli::Option kAll{.name = "all", .letter = 'a', .help = "those too that do not run"};
constexpr cli::Option kQuiet{.name = "quiet", .letter = 'q', .help = "print ids alone"};
constexpr cli::Option kNoTrunc{.name = "no-trunc", .help = "print ids and commands in full"};
constexpr cli::Option kLast{.name = "last",
                            .letter = 'n',
                            .takes = Takes::value,
                            .argument = "N",
                            .help = "the last N that were made, running or not"};
constexpr cli::Option kLatest{.name = "latest", .letter = 'l', .help = "the last one that was made"};
constexpr cli::Option kFilter{.name = "filter",
                              .letter = 'f',
                              .takes = Takes::values,
                              .argument = "KEY=VALUE",
                              .help = "those alone that match"};
constexpr cli::Option kSize{.name = "size", .letter = 's', .help = "how much each has written"};
constexpr cli::Option kSort{
    .name = "sort",
    .takes = Takes::value,
    .argument = "BY",
    .values = {cli::Values::From::choices, "created id image names status size command"},
    .help = "the order; the newest first by default"};
constexpr const cli::Option* kOptions[] = {&kAll,  &kQuiet,  &kFilter, &kListFormat, &kNoTrunc,
                                           &kLast, &kLatest, &kSize,   &kSort,       &kNoHeading};

constexpr Column kColumns[] = {{"CONTAINER ID", "ID"},     {"IMAGE", "Image"},
                               {"COMMAND", "Command"},     {"CREATED", "RunningFor"},
                               {"STATUS", "Status"},       {"PORTS", "Ports"},
                               {"NAMES", "Names"},         {"CREATED AT", "CreatedAt", true},
                               {"STATE", "State", true},   {"LABELS", "Labels", true},
                               {"MOUNTS", "Mounts", true}, {"NETWORKS", "Networks", true},
                               {"SIZE", "Size", true}};

Result<std::size_t> read_last(const cli::Call& call) {
  if (call.arguments.has(kLatest)) return 1;
  if (!call.arguments.has(kLast)) return 0;
  const auto count = text::parse_int<std::size_t>(call.arguments.value(kLast));
  if (!count || *count == 0)
    return fail(Error::make(
        Kind::usage, cat("--last: ", quote(call.arguments.value(kLast)), " is no number of containers")));
  return *count;
}

void sort_by(std::vector<Listed>& items, std::string_view by) {
  const auto by_text = [&](auto text) {
    std::ranges::stable_sort(items, [&](const Listed& a, const Listed& b) { return text(a) < text(b); });
  };
  if (by == "id") by_text([](const Listed& item) -> std::string_view { return item.request.id; });
  if (by == "image") by_text([](const Listed& item) -> std::string_view { return item.request.image; });
  if (by == "names") by_text([](const Listed& item) -> std::string_view { return item.request.name; });
  if (by == "command") by_text([](const Listed& item) -> std::string_view { return item.request.command; });
  if (by == "created") by_text([](const Listed& item) -> std::string_view { return item.request.created; });
  if (by == "status") by_text([](const Listed& item) { return item.state.phase; });
  if (by == "size") by_text([](const Listed& item) { return item.size; });
}

Result<int> run(const cli::Call& call) {
  const cli::Arguments& given = call.arguments;
  const Place place = TRY(make_place(call));
  const std::size_t last = TRY(read_last(call));
  const bool size = given.has(kSize) || given.value(kSort) == "size" ||
                    given.value(kListFormat).find(".Size") != std::string_view::npos;
  // A state that is asked for is shown, running or not.
  const ContainerFilter filter = TRY(ContainerFilter::make(place, given.values(kFilter)));
  const bool all = given.has(kAll) || last > 0 || filter.asks_for_state();
  std::vector<Listed> shown;
  auto containers = TRY(list(place));
  std::ranges::reverse(containers);  // newest first
  for (Request& request : containers) {
    if (last > 0 && shown.size() == last) break;
    Listed item{.state = read_state(place, request), .request = std::move(request), .size = 0};
    if (!all && !is_running(item.state.phase)) continue;
    if (!filter.matches(item)) continue;
    if (size) item.size = written_bytes(place, item.request);
    shown.push_back(std::move(item));
  }
  sort_by(shown, given.value(kSort));
  const bool whole = given.has(kNoTrunc);
  if (given.has(kQuiet) && !given.has(kListFormat)) {
    std::string ids;
    for (const Listed& item : shown) ids += (whole ? item.request.id : short_id(item.request.id)) + "\n";
    TRY(call.env.print(ids));
    return 0;
  }
  std::vector<std::string> rows;
  rows.reserve(shown.size());
  for (const Listed& item : shown) rows.push_back(container_row(place, item, whole, size));
  std::vector<Column> columns(std::begin(kColumns), std::end(kColumns));
  if (size) columns.back().extra = false;
  TRY(print_rows(call, columns, rows,
                 {.format = given.value(kListFormat), .heading = !given.has(kNoHeading)}));
  return 0;
}

}  // namespace

constinit const cli::Command kLsCommand{.name = "ls",
                                        .summary = "list containers, also as ps",
                                        .description = R"(
Filters are id, name, label[=VALUE], status, exited, ancestor, before, since, volume, network, health and until.)",
                                        .options = kOptions,
                                        .run = run};

}  // namespace masu::manager
