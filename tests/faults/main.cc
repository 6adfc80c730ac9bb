// SPDX-License-Identifier: Apache-2.0
//
// masu-faults: kills the runtime at each system call that it and its children make, and makes each of those
// calls fail, one a run; then looks at what is left. One line of TAP a case. tests/faults/run makes what it
// needs.
#include "cases.h"
#include "errnos.h"
#include "inside.h"
#include "masu/base/errno_name.h"
#include "masu/base/text.h"
#include "tracer.h"
#include "trial.h"
#include "world.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <new>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace masu::faults {
namespace {

struct Options {
  std::string source;
  std::string only;  ///< a case's name
  std::size_t jobs = 2;
  std::size_t stride = 1;
  bool verbose = false;
};

/// Of one case, by all workers: they share the page that it lies in.
struct Tally {
  std::atomic<unsigned> faults;  ///< that there are; with a stride not all are tried
  std::atomic<unsigned> kills, failures, reported, harmless, warned, unreached, bad;
};

constexpr const char* kFaultNames[] = {"none", "killed before", "killed after", "failed"};

std::string describe(const Point& point, long number) {
  std::string text = cat("process ", point.process, ", ", kFaultNames[static_cast<int>(point.fault)], " ",
                         call_name(number), " (call ", point.call, ")");
  if (point.fault == Fault::fail) text += cat(" with ", errno_name(point.err));
  return text;
}

void add(Tally& tally, const Point& point, const Verdict& verdict) {
  if (verdict.outcome == Outcome::unreached)
    ++tally.unreached;
  else
    ++(point.fault == Fault::fail ? tally.failures : tally.kills);
  if (verdict.outcome == Outcome::reported) ++tally.reported;
  if (verdict.outcome == Outcome::harmless) ++tally.harmless;
  if (verdict.outcome == Outcome::warned) ++tally.warned;
  if (verdict.outcome == Outcome::bad) ++tally.bad;
}

void note(const std::string& text) {
  const std::string line = cat("# ", text, "\n");
  (void)!write(STDOUT_FILENO, line.data(), line.size());
}

/// Each call of each process, killed before and after it, and failing in each of its ways.
std::vector<Point> points_of(const std::map<std::string, std::vector<long>>& calls) {
  std::vector<Point> points;
  for (const auto& [process, numbers] : calls)
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      points.push_back({process, i, Fault::kill_at_entry});
      points.push_back({process, i, Fault::kill_at_exit});
      for (const int err : errnos_of(numbers[i])) points.push_back({process, i, Fault::fail, err});
    }
  return points;
}

void run_case(const Options& options, const Case& what, std::size_t worker, const std::string& token,
              Tally& tally) {
  Trial trial(what, token);
  std::string complaint;
  const auto calls = trial.count(complaint);
  if (!calls) {
    ++tally.bad;
    note(cat(what.name, ": ", complaint));
    return;
  }
  const auto points = points_of(*calls);
  tally.faults = static_cast<unsigned>(points.size());
  // A sample has some of each case, however short.
  constexpr std::size_t kFewest = 30;
  const std::size_t stride = std::clamp<std::size_t>(points.size() / kFewest, 1, options.stride);
  for (std::size_t i = worker * stride; i < points.size(); i += options.jobs * stride) {
    const Verdict verdict = trial.run(points[i]);
    add(tally, points[i], verdict);
    const bool bad = verdict.outcome == Outcome::bad;
    if (bad || (options.verbose && points[i].fault == Fault::fail))
      note(cat(what.name, ": ", describe(points[i], verdict.number), bad ? ": BAD: " : ": ",
               verdict.outcome == Outcome::harmless ? "harmless" : verdict.text));
  }
}

bool chosen(const Options& options, const Case& what) {
  return options.only.empty() || options.only == what.name;
}

int work(const Options& options, std::size_t worker, Tally* tallies) {
  const std::string token = cat("masu-faults-", getppid(), "-", worker);
  if (!enter_world(options.source)) return 1;
  for (const char* bundle : {"rich", "short", "userns", "user/rootless", "user/short"}) {
    const std::string path = cat(kHome, "/", bundle, "/config.json");
    std::string config = read_text(path);
    constexpr std::string_view kToken = "@TOKEN@";
    if (const auto at = config.find(kToken); at != std::string::npos)
      config.replace(at, kToken.size(), token);
    write_text(path, config);
  }
  start_ticking();
  for (std::size_t i = 0; i < cases().size(); ++i)
    if (chosen(options, cases()[i])) run_case(options, cases()[i], worker, token, tallies[i]);
  return 0;
}

bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const auto value = [&] { return i + 1 < argc ? argv[++i] : ""; };
    if (word == "--verbose")
      options.verbose = true;
    else if (word == "--source")
      options.source = value();
    else if (word == "--case")
      options.only = value();
    else if (word == "--jobs")
      options.jobs = text::parse_int<std::size_t>(value()).value_or(0);
    else if (word == "--stride")
      options.stride = text::parse_int<std::size_t>(value()).value_or(0);
    else
      return false;
  }
  return !options.source.empty() && options.jobs > 0 && options.stride > 0;
}

/// One line a case; 0 if all are well.
int print(const Options& options, const Tally* tallies) {
  std::size_t number = 0;
  bool bad = false;
  for (std::size_t i = 0; i < cases().size(); ++i) {
    if (!chosen(options, cases()[i])) continue;
    const Tally& tally = tallies[i];
    // A case that no fault has reached has shown nothing.
    const bool well = tally.bad == 0 && tally.kills > 0 && tally.failures > 0;
    bad = bad || !well;
    (void)printf(
        "%sok %zu - faults: %s: of %u faults %u kills, %u failing calls (%u reported, %u harmless, %u warned "
        "of), %u "
        "not reached, %u bad\n",
        well ? "" : "not ", ++number, cases()[i].name, tally.faults.load(), tally.kills.load(),
        tally.failures.load(), tally.reported.load(), tally.harmless.load(), tally.warned.load(),
        tally.unreached.load(), tally.bad.load());
  }
  (void)printf("1..%zu\n", number);
  return bad ? 1 : 0;
}

int run(const Options& options) {
  void* page = mmap(nullptr, cases().size() * sizeof(Tally), PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return 1;
  auto* tallies = new (page) Tally[cases().size()]();
  std::vector<pid_t> workers;
  for (std::size_t i = 0; i < options.jobs; ++i) {
    const pid_t pid = fork();
    if (pid == 0) _exit(work(options, i, tallies));
    workers.push_back(pid);
  }
  int failed = 0;
  for (const pid_t pid : workers) {
    int status = 0;
    if (waitpid(pid, &status, 0) != pid || status != 0) failed = 1;
  }
  return print(options, tallies) + failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace masu::faults

int main(int argc, char** argv) {
  if (argc >= 2 && strcmp(argv[1], "inside") == 0)
    return masu::faults::look_inside(argc > 2 && strcmp(argv[2], "once") == 0);
  masu::faults::Options options;
  if (!masu::faults::parse(argc, argv, options)) {
    (void)fprintf(stderr,
                  "usage: masu-faults --source DIR [--jobs N] [--stride N] [--case NAME] [--verbose]\n");
    return 2;
  }
  return masu::faults::run(options);
}
