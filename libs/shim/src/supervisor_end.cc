// SPDX-License-Identifier: Apache-2.0
//
// The container's end: recorded, told, and what comes after it.
#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/sys/raw.h"
#include "supervisor.h"

#include <algorithm>

namespace masu::shim {

void Supervisor::on_oom(const cgroups::OomWatch::Event& event) {
  life_.oom = true;
  if (!exit_seen_) save();
  events_.add("oom", [&event](json::Writer& out) { out.member("kills", event.kills); });
}

void Supervisor::on_exit(std::optional<int> status) {
  exit_seen_ = true;
  life_.status = status;
  life_.finished = realtime_ns();
  health_.stop();
  cgroup_.take_oom();
  check_ended();
  if (phase_ == Phase::stopped) return;
  drain_timer_ = loop_.after(options_.drain_timeout_ns, [this] {
    drain_timer_.reset();
    drained_ = true;  // enough
    check_ended();
  });
}

// What the container has written comes before the news of its end; so does the runtime's word on whether it
// was started.
void Supervisor::check_ended() {
  if (!exit_seen_ || starting_ || phase_ == Phase::stopped || phase_ == Phase::gone) return;
  if (drained_ || session_.streams().drained()) record_end();
}

void Supervisor::cancel(std::optional<event::Loop::Timer>& timer) {
  if (timer) loop_.cancel(*timer);
  timer.reset();
}

// Recorded first, told afterwards. Until it is recorded its zombie stays, for a shim that comes after us.
void Supervisor::record_end() {
  cancel(drain_timer_);
  stopping_ = false;
  phase_ = Phase::stopped;
  log_->complete();
  save();
  write_records();
  settle();
  process_ = {};
  events_.add("exited", [this](json::Writer& out) { write_life(out, life_); });
  finisher_ = session_.has_finisher();
  session_.end(exit_json());
  ended_.ring();
  after_end();
}

void Supervisor::write_records() {
  const std::string record = exit_json();
  if (auto written = write_reserved(directory_.get(), kReserved, kExitFile, record, !options_.passing);
      !written)
    log::write(written.error());
  (void)reserve(directory_.get(), kReserved, kExitRoom);
  if (options_.exit_dir.empty()) return;
  const auto folder = sys::open(options_.exit_dir, O_PATH | O_DIRECTORY);
  auto written = folder ? write_durably(folder->get(), options_.id.c_str(), record, 0644)
                        : fail(Error::make(Kind::system, folder.error().message()));
  if (!written) log::write(written.error());
}

void Supervisor::settle() {
  children_.settle(life_.pid);
  keeping_.settle(life_.pid);
}

bool Supervisor::is_over() const {
  return (phase_ == Phase::stopped && !restarting_) || phase_ == Phase::gone;
}

void Supervisor::after_end() {
  const bool stopped = stop_asked_ || destroying_ || life_.started == 0;
  if (restart_asked_ || restarting_ || !options_.restart.wants(life_.code(), stopped, restarts_)) {
    // Whoever does the command's work is given the time to; it may have been killed.
    constexpr std::int64_t kFinisherTime = 2 * event::kSecond;
    if (!restart_asked_ && !restarting_)
      run_exit_command(finisher_ ? std::max(kFinisherTime, options_.exit_delay_ns) : options_.exit_delay_ns);
    return;
  }
  if (life_.finished - life_.started > kLongLife) quick_restarts_ = 0;
  const std::int64_t delay = restart_delay(quick_restarts_++);
  restarting_ = true;
  events_.add("restarting", [this, delay](json::Writer& out) {
    out.member("restarts", restarts_ + 1).member("delayMs", delay / event::kMillisecond);
  });
  restart_timer_ = loop_.after(delay, [this] {
    restart_timer_.reset();
    start_again([](const Result<>&) {});
  });
}

void Supervisor::start_again(const Done& done) {
  restarting_ = true;
  cancel(exit_timer_);
  const auto give_up = [this, done](Error error) {
    log::write(error);
    events_.add("restart-failed", [&error](json::Writer& out) { out.member("error", error.message()); });
    restarting_ = restart_asked_ = false;
    run_exit_command(options_.exit_delay_ns);
    done(fail(std::move(error)));
  };
  const auto ending = [done] { done(fail(wrong_state("the shim is ending"))); };
  runtime_.run({"delete", "--force", options_.id}, {}, false, [=, this](const Outcome& outcome) {
    if (destroying_) return ending();
    if (auto removed = act("delete", outcome); !removed) return give_up(std::move(removed).error());
    ++restarts_;
    cgroup_.forget();
    create([=, this](Result<> created) {
      if (destroying_) return ending();
      if (!created) return give_up(std::move(created).error());
      stop_asked_ = restart_asked_ = false;
      start([=, this](Result<> started) {
        restarting_ = false;
        if (started) return done({});
        if (destroying_) return ending();
        kill_now();
        give_up(std::move(started).error());
      });
    });
  });
}

// Once, when nothing more will run.
void Supervisor::run_exit_command(std::int64_t delay_ns) {
  let_go_of_sockets();
  if (exit_command_run_ || options_.exit_command.empty()) return;
  if (delay_ns == 0) return run_exit_command_now();
  if (!exit_timer_) exit_timer_ = loop_.after(delay_ns, [this] { run_exit_command_now(); });
}

void Supervisor::leave_exit_command() {
  cancel(exit_timer_);
  exit_command_run_ = true;
}

void Supervisor::run_exit_command_now() {
  cancel(exit_timer_);
  exit_command_run_ = true;
  save();
  std::vector<std::string> environment{cat("MASU_EXIT_STATUS=", life_.code()),
                                       cat("MASU_CONTAINER_ID=", options_.id)};
  run_command(loop_, children_,
              {.words = options_.exit_command,
               .deadline_ns = kExitCommandTime,
               .environment = std::move(environment)},
              [this](const Outcome& outcome) {
                if (!outcome.ok())
                  log::write(log::Level::error, cat("the exit command failed: ", text::trim(outcome.errors)));
                events_.add("exit-command",
                            [&outcome](json::Writer& out) { out.member("ok", outcome.ok()); });
              });
}

// Those of published ports: they are free when nothing more will run.
void Supervisor::let_go_of_sockets() {
  for (unsigned i = 0; i < options_.held_fds; ++i) {
    const std::string name = held_name(i);
    keeping_.drop(name);
    (void)keeping_.take(name);
  }
}

}  // namespace masu::shim
