// SPDX-License-Identifier: Apache-2.0
#include "health.h"

#include "masu/base/text.h"
#include "masu/sys/fd.h"
#include "masu/sys/process.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <csignal>
#include <utility>

#include <sys/wait.h>
#include <unistd.h>

namespace masu::shim {
namespace {

constexpr const char* kFile = "health.json";
constexpr const char* kStartupFile = "startup.json";
constexpr const char* kPidFile = "health.pid";
constexpr std::size_t kKept = 5;
constexpr std::size_t kMostOutput = 500;
constexpr int kTimedOut = 124;  // as of timeout(1)

}  // namespace

std::string_view health_name(Health::Status status) {
  constexpr std::string_view kNames[] = {"none", "starting", "healthy", "unhealthy"};
  return kNames[static_cast<unsigned>(status)];
}

Health::Health(Workplace& place, HealthOptions options, StartupOptions startup, Act act)
    : place_(place), options_(std::move(options)), startup_(std::move(startup)), act_(std::move(act)) {}

Health::~Health() { stop(); }

void Health::start(std::string_view config) {
  stop();
  if (options_.command.empty()) return;
  auto process = shell_process(config, options_.command);
  if (!process || !sys::replace_file_at(place_.directory, kFile, *process, 0600)) return;
  is_starting_ = !startup_.command.empty();
  if (is_starting_) {
    const auto first = shell_process(config, startup_.command);
    if (!first || !sys::replace_file_at(place_.directory, kStartupFile, *first, 0600)) return;
  }
  failures_ = successes_ = 0;
  running_since_ = sys::raw::monotonic_ns();
  alive_ = std::make_shared<bool>(true);
  set_status(Status::starting);
  schedule();
}

void Health::stop() {
  alive_.reset();
  if (timer_) place_.loop.cancel(*timer_);
  timer_.reset();
  tell();
}

bool Health::check_now(std::function<void()> told) {
  if (!alive_) return false;
  waiting_.push_back(std::move(told));
  if (!timer_) return true;  // one is under way
  place_.loop.cancel(*timer_);
  timer_.reset();
  check();
  return true;
}

void Health::tell() {
  for (const auto& told : std::exchange(waiting_, {})) told();
}

bool Health::settling() const {
  return status_ == Status::starting && sys::raw::monotonic_ns() - running_since_ < options_.start_period_ns;
}

void Health::schedule() {
  const std::int64_t interval = is_starting_ ? startup_.interval_ns
                                : settling() ? options_.start_interval_ns
                                             : options_.interval_ns;
  timer_ = place_.loop.after(interval, [this] {
    timer_.reset();
    check();
  });
}

void Health::check() {
  check_begun_ = realtime_ns();
  (void)sys::raw::unlinkat(place_.directory, kPidFile, 0);
  place_.runtime.run_beside({"exec", "--process", cat(place_.path, "/", is_starting_ ? kStartupFile : kFile),
                             "--pid-file", cat(place_.path, "/", kPidFile), place_.id},
                            {.deadline_ns = is_starting_ ? startup_.timeout_ns : options_.timeout_ns}, false,
                            [this, alive = std::weak_ptr<bool>(alive_)](const Outcome& outcome) {
                              if (was_killed(outcome)) kill_check();
                              if (alive.expired()) return;
                              const int code = outcome.timed_out || !WIFEXITED(outcome.status)
                                                   ? kTimedOut
                                                   : WEXITSTATUS(outcome.status);
                              done(code, outcome.output + outcome.errors);
                            });
}

// The runtime that was killed has left its process to us. It is a session of its own, with what it has
// started.
void Health::kill_check() {
  const auto pid = read_pid_file(place_.directory, kPidFile);
  const auto stat = pid ? sys::read_process_stat(*pid) : fail(Error::make(Kind::not_found, "no pid"));
  if (!stat || stat->parent != getpid()) return;
  if (::kill(-*pid, SIGKILL) != 0) (void)::kill(*pid, SIGKILL);
}

void Health::done(int code, std::string output) {
  output.resize(std::min(output.size(), kMostOutput));
  results_.push_back({check_begun_, realtime_ns(), code, std::move(output)});
  if (results_.size() > kKept) results_.pop_front();
  if (is_starting_) return done_starting(code);
  if (code == 0) {
    failures_ = 0;
    set_status(Status::healthy);
  } else if (!settling() && ++failures_ >= options_.retries && status_ != Status::unhealthy) {
    set_status(Status::unhealthy);
    schedule();
    tell();
    act_(options_.action);
    return;
  }
  schedule();
  tell();
}

// The first check of the health comes at once, since the start was long enough.
void Health::done_starting(int code) {
  successes_ = code == 0 ? successes_ + 1 : 0;
  failures_ = code == 0 ? 0 : failures_ + 1;
  const bool failed = startup_.retries > 0 && failures_ >= startup_.retries;
  if (failed) failures_ = 0;  // it is asked for once in so many failures
  tell();
  if (successes_ >= startup_.successes) {
    is_starting_ = false;
    running_since_ = sys::raw::monotonic_ns();
    return check();
  }
  schedule();
  if (failed) act_(HealthOptions::Action::restart);
}

void Health::set_status(Status status) {
  if (status == status_) return;
  status_ = status;
  place_.events.add("health", [status](json::Writer& out) { out.member("status", health_name(status)); });
}

void Health::write(json::Writer& out) const {
  out.begin_object()
      .member("status", health_name(status_))
      .member("failingStreak", failures_)
      .key("log")
      .begin_array();
  for (const Result& result : results_)
    out.begin_object()
        .member("start", time_text(result.begun))
        .member("end", time_text(result.ended))
        .member("exitCode", result.code)
        .member("output", result.output)
        .end_object();
  out.end_array().end_object();
}

}  // namespace masu::shim
