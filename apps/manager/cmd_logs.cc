// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "each_container.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/filter.h"
#include "masu/manager/life.h"
#include "masu/shim/log_reader.h"
#include "masu/sys/raw.h"
#include "program.h"
#include "shown.h"

#include <cerrno>
#include <csignal>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace masu::manager {
namespace {

using Takes = cli::Option::Takes;

constexpr cli::Option kFollow{.name = "follow", .letter = 'f', .help = "go on as long as the container does"};
constexpr cli::Option kTimestamps{.name = "timestamps", .letter = 't', .help = "the time before each line"};
constexpr cli::Option kTail{.name = "tail",
                            .letter = 'n',
                            .takes = Takes::value,
                            .argument = "N",
                            .help = "the last so many lines alone"};
constexpr cli::Option kSince{.name = "since",
                             .takes = Takes::value,
                             .argument = "TIME",
                             .help = "from then on: 2026-11-22T10:00:00Z, or 10m for ten minutes ago"};
constexpr cli::Option kUntil{
    .name = "until", .takes = Takes::value, .argument = "TIME", .help = "before then"};
constexpr cli::Option kNames{.name = "names", .help = "the container's name before each line"};
constexpr cli::Option kColour{.name = "color", .help = "of several containers, a colour for each"};
constexpr cli::Option kDetails{.name = "details", .help = "the container's labels before each line"};
constexpr const cli::Option* kOptions[] = {&kFollow, &kTail,   &kTimestamps, &kSince,     &kUntil,
                                           &kNames,  &kColour, &kDetails,    &kEachLatest};

Result<std::optional<std::int64_t>> read_time(const cli::Call& call, const cli::Option& option) {
  if (!call.arguments.has(option)) return std::nullopt;
  const std::string_view text = call.arguments.value(option);
  if (const auto time = parse_moment(text)) return time;
  return fail(
      Error::make(Kind::usage, cat("--", option.name, ": ", quote(text), " is neither a time nor a span")));
}

Result<shim::LogQuery> read_query(const cli::Call& call) {
  shim::LogQuery out;
  out.since = TRY(read_time(call, kSince));
  out.until = TRY(read_time(call, kUntil));
  const std::string_view tail = call.arguments.value(kTail);
  if (tail.empty() || tail == "all" || tail == "-1") return out;
  out.tail = text::parse_int<std::uint64_t>(tail);
  if (!out.tail) return fail(Error::make(Kind::usage, cat("--tail: ", quote(tail), " is no number")));
  return out;
}

// Records come in any pieces; each goes to the stream that it came from.
class LogPrinter {
 public:
  LogPrinter(bool times, std::string before) : times_(times), before_(std::move(before)) {}
  bool take(std::string_view bytes) {
    rest_ += bytes;
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = rest_.find('\n', begin)) != std::string::npos; begin = end + 1)
      if (!print(std::string_view(rest_).substr(begin, end - begin))) return false;
    rest_.erase(0, begin);
    return true;
  }

 private:
  bool print(std::string_view line) {
    const auto record = shim::parse_record(shim::LogFormat::json, line);
    if (!record) return true;
    std::string text;
    bool& middle = record->stream == shim::Stream::out ? out_middle_ : err_middle_;
    if (!middle) text = times_ ? cat(before_, record->time, " ") : before_;
    middle = record->partial;
    shim::append_message(text, shim::LogFormat::json, *record);
    return sys::write_all(record->stream == shim::Stream::out ? STDOUT_FILENO : STDERR_FILENO, text)
        .has_value();
  }
  bool times_;
  std::string before_;
  bool out_middle_ = false, err_middle_ = false;
  std::string rest_;
};

std::string to_path(const shim::LogQuery& query) {
  std::string out = "/logs?follow=1";
  if (query.tail) out += cat("&tail=", *query.tail);
  for (const auto& [name, time] : {std::pair{"&since=", query.since}, {"&until=", query.until}})
    if (time) out += cat(name, escape(text::rfc3339(*time / 1'000'000'000, *time % 1'000'000'000)));
  return out;
}

// What stands before each line of a container; its colour is the n-th.
std::string prefix(const cli::Call& call, const Request& request, std::size_t n, bool several) {
  std::string out;
  if (call.arguments.has(kNames)) out = request.name;
  if (several && out.empty()) out = short_id(request.id);
  if (call.arguments.has(kDetails)) {
    std::string labels;
    for (const auto& [name, value] : request.labels)
      labels += cat(labels.empty() ? "" : ",", name, "=", value);
    if (!labels.empty()) out += cat(out.empty() ? "" : " ", labels);
  }
  if (out.empty()) return out;
  constexpr std::size_t kColours = 6;  // 31 to 36: red to cyan (ECMA-48, SGR)
  return call.arguments.has(kColour) ? cat("\x1b[", 31 + n % kColours, "m", out, "\x1b[0m ") : out + " ";
}

Result<> print_log(const cli::Call& call, const Place& place, const Request& request,
                   const shim::LogQuery& query, std::string before) {
  LogPrinter printer(call.arguments.has(kTimestamps), std::move(before));
  if (call.arguments.has(kFollow) && is_running(read_state(place, request).phase))
    return ShimClient(place.shim_folder(request.id)).stream(to_path(query), [&](std::string_view bytes) {
      return printer.take(bytes);
    });
  const std::string path = request.log_path.empty() ? place.folder(request.id) + "/log" : request.log_path;
  if (access(path.c_str(), F_OK) != 0) return {};  // never started
  const shim::LogFile log = TRY(shim::LogFile::open({.path = path}));
  shim::LogReader reader(log, query);
  for (;;) {
    std::string records;
    const auto step = reader.step(records);
    if (!printer.take(records) || step == shim::LogReader::Step::end) return {};
  }
}

// Several are followed by a process each, since each is a request that does not end.
Result<int> follow_several(const cli::Call& call, const Place& place, const std::vector<Request>& containers,
                           const shim::LogQuery& query) {
  std::vector<pid_t> running;
  for (std::size_t i = 0; i < containers.size(); ++i) {
    const pid_t pid = fork();
    if (pid < 0) return fail(Error::sys(errno, "fork"));
    if (pid > 0) {
      running.push_back(pid);
      continue;
    }
    (void)sys::raw::prctl(PR_SET_PDEATHSIG, SIGKILL);
    auto printed = print_log(call, place, containers[i], query, prefix(call, containers[i], i, true));
    if (!printed) print_error(printed.error());
    sys::raw::exit(printed ? 0 : 1);
  }
  int code = 0;
  for (const pid_t pid : running) {
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (status != 0) code = 1;
  }
  return code;
}

Result<int> run(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  const shim::LogQuery query = TRY(read_query(call));
  std::vector<Request> containers;
  for (const std::string& name : TRY(chosen_names(call, place, {})))
    containers.push_back(TRY(find(place, name)));
  const bool several = containers.size() > 1;
  if (several && call.arguments.has(kFollow)) return follow_several(call, place, containers, query);
  for (std::size_t i = 0; i < containers.size(); ++i)
    TRY(print_log(call, place, containers[i], query, prefix(call, containers[i], i, several)));
  return 0;
}

}  // namespace

constinit const cli::Command kLogsCommand{.name = "logs",
                                          .summary = "print what containers have written",
                                          .options = kOptions,
                                          .positionals = kContainers,
                                          .run = run};

}  // namespace masu::manager
