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
constexpr const char* kPidFile = "health.pid";
constexpr std::size_t kKept = 5;
constexpr std::size_t kMostOutput = 500;
constexpr int kTimedOut = 124;  // as of timeout(1)

}  // namespace

std::string_view health_name(Health::Status status) {
  constexpr std::string_view kNames[] = {"none", "starting", "healthy", "unhealthy"};
  return kNames[static_cast<unsigned>(status)];
}

Health::Health(Workplace& place, HealthOptions options, std::function<void()> failed)
    : place_(place), options_(std::move(options)), failed_(std::move(failed)) {}

Health::~Health() { stop(); }

void Health::start(std::string_view config) {
  stop();
  if (options_.command.empty()) return;
  auto process = shell_process(config, options_.command);
  if (!process || !sys::replace_file_at(place_.directory, kFile, *process, 0600)) return;
  failures_ = 0;
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
  timer_ = place_.loop.after(settling() ? options_.start_interval_ns : options_.interval_ns, [this] {
    timer_.reset();
    check();
  });
}

void Health::check() {
  check_begun_ = realtime_ns();
  (void)sys::raw::unlinkat(place_.directory, kPidFile, 0);
  place_.runtime.run_beside({"exec", "--process", cat(place_.path, "/", kFile), "--pid-file",
                             cat(place_.path, "/", kPidFile), place_.id},
                            {.deadline_ns = options_.timeout_ns}, false,
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
  if (code == 0) {
    failures_ = 0;
    set_status(Status::healthy);
  } else if (!settling() && ++failures_ >= options_.retries && status_ != Status::unhealthy) {
    set_status(Status::unhealthy);
    schedule();
    tell();
    failed_();
    return;
  }
  schedule();
  tell();
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
