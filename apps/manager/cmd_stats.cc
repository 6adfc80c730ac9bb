// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "container_rows.h"
#include "each_container.h"
#include "globals.h"
#include "listing.h"
#include "live.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/writer.h"
#include "program.h"
#include "shown.h"

#include <cmath>
#include <map>

#include <time.h>
#include <unistd.h>

namespace masu::manager {
namespace {

using Takes = cli::Option::Takes;

constexpr cli::Option kAll{.name = "all", .letter = 'a', .help = "those too that do not run"};
constexpr cli::Option kNoStream{.name = "no-stream", .help = "print the figures once"};
constexpr cli::Option kNoReset{.name = "no-reset", .help = "do not clear the screen"};
constexpr cli::Option kNoTrunc{.name = "no-trunc", .help = "print ids in full"};
constexpr cli::Option kInterval{.name = "interval",
                                .letter = 'i',
                                .takes = Takes::value,
                                .argument = "SECONDS",
                                .help = "the time between two looks; 1 by default"};
constexpr const cli::Option* kOptions[] = {&kAll,     &kNoStream, &kListFormat, &kInterval,
                                           &kNoReset, &kNoTrunc,  &kEachLatest};

constexpr Column kColumns[] = {{"CONTAINER ID", "ID"},
                               {"NAME", "Name"},
                               {"CPU %", "CPUPerc"},
                               {"MEM USAGE / LIMIT", "MemUsage"},
                               {"MEM %", "MemPerc"},
                               {"NET I/O", "NetIO"},
                               {"BLOCK I/O", "BlockIO"},
                               {"PIDS", "PIDs"},
                               {"CONTAINER", "Container", true}};
constexpr std::int64_t kFirstLook = 500'000'000;  // from which the first share of the processors is reckoned

void sleep_ns(std::int64_t span) {
  const timespec time{.tv_sec = span / 1'000'000'000, .tv_nsec = span % 1'000'000'000};
  (void)nanosleep(&time, nullptr);
}

// "12.34%"
std::string percent(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "0.00%";
  const auto hundredths = static_cast<std::uint64_t>(
      std::llround(static_cast<double>(part) * 10000.0 / static_cast<double>(whole)));
  return cat(hundredths / 100, ".", cat(100 + hundredths % 100).substr(1), "%");
}

std::string row(const Request& request, const Figures* before, const Figures* now, bool whole) {
  std::string text;
  json::Writer out(text);
  const std::string id = whole ? request.id : short_id(request.id);
  out.begin_object().member("ID", id).member("Container", id).member("Name", request.name);
  const Figures none{.memory_limit = 0};
  const Figures& figures = now == nullptr ? none : *now;
  const bool two = before != nullptr && now != nullptr && now->time > before->time && now->cpu >= before->cpu;
  out.member("CPUPerc",
             two ? percent(now->cpu - before->cpu, static_cast<std::uint64_t>(now->time - before->time))
             : now == nullptr ? "--"
                              : "0.00%");
  const auto pair = [&](std::uint64_t a, std::uint64_t b) {
    return now == nullptr ? std::string("-- / --") : cat(shown_size(a), " / ", shown_size(b));
  };
  out.member("MemUsage", pair(figures.memory, figures.memory_limit));
  out.member("MemPerc", now == nullptr ? "--" : percent(figures.memory, figures.memory_limit));
  out.member("NetIO", pair(figures.received, figures.sent))
      .member("BlockIO", pair(figures.read, figures.written));
  out.member("PIDs", now == nullptr ? "--" : cat(figures.processes)).end_object();
  return text;
}

Result<std::vector<Request>> choose(const cli::Call& call, const Place& place) {
  std::vector<Request> out;
  const bool named = !call.arguments.positionals().empty() || call.arguments.has(kEachLatest);
  if (named) {
    for (const std::string& name : TRY(chosen_names(call, place, {}))) out.push_back(TRY(find(place, name)));
    return out;
  }
  std::vector<Request> all = TRY(list(place));
  for (Request& request : all)
    if (call.arguments.has(kAll) || is_running(read_state(place, request).phase))
      out.push_back(std::move(request));
  return out;
}

using Looks = std::map<std::string, Figures>;

Result<Looks> look(const Place& place, const std::vector<Request>& containers) {
  Looks out;
  for (const Request& request : containers) {
    auto figures = read_figures(place, request);
    if (figures)
      out[request.id] = *figures;
    else if (figures.error().kind() != Kind::invalid_state && load(place, request.id))
      return fail(std::move(figures).error());
  }
  return out;
}

Result<int> run(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  std::int64_t interval = 1'000'000'000;
  if (call.arguments.has(kInterval)) {
    const auto seconds = text::parse_int<std::int64_t>(call.arguments.value(kInterval));
    if (!seconds || *seconds <= 0 || *seconds > 86400)
      return fail(Error::make(Kind::usage, cat("--interval: ", quote(call.arguments.value(kInterval)),
                                               " is no number of seconds")));
    interval = *seconds * 1'000'000'000;
  }
  const bool stream = !call.arguments.has(kNoStream), whole = call.arguments.has(kNoTrunc);
  const bool clear = stream && !call.arguments.has(kNoReset) && isatty(call.env.out) != 0;
  std::vector<Request> containers = TRY(choose(call, place));
  Looks before = TRY(look(place, containers));
  sleep_ns(before.empty() ? 0 : kFirstLook);
  for (;;) {
    Looks now = TRY(look(place, containers));
    std::vector<std::string> rows;
    for (const Request& request : containers) {
      const auto old = before.find(request.id), fresh = now.find(request.id);
      rows.push_back(row(request, old == before.end() ? nullptr : &old->second,
                         fresh == now.end() ? nullptr : &fresh->second, whole));
    }
    if (clear) TRY(call.env.print("\x1b[H\x1b[2J"));
    TRY(print_rows(call, kColumns, rows, {.format = call.arguments.value(kListFormat)}));
    if (!stream) return 0;
    sleep_ns(interval);
    before = std::move(now);
    containers = TRY(choose(call, place));  // those that have come meanwhile too
  }
}

}  // namespace

constinit const cli::Command kStatsCommand{.name = "stats",
                                           .summary = "show what containers use, again and again",
                                           .description = "Of the processors, 100% is one of them.",
                                           .options = kOptions,
                                           .positionals = kContainers,
                                           .run = run};

}  // namespace masu::manager
