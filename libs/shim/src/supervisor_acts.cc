// SPDX-License-Identifier: Apache-2.0
//
// What is asked of a container: to start, to stop, to go.
#include "masu/base/text.h"
#include "masu/sys/raw.h"
#include "supervisor.h"

#include <algorithm>
#include <csignal>

namespace masu::shim {

void Supervisor::start(Done done) {
  if (phase_ != Phase::created) return done(fail(wrong_state("container is not created")));
  if (starting_) return done(fail(wrong_state("container is being started")));
  starting_ = true;
  runtime_.run({"start", options_.id}, {}, false, [this, done = std::move(done)](const Outcome& outcome) {
    starting_ = false;
    auto result = act("start", outcome);
    if (result) started();
    done(std::move(result));
    check_ended();
  });
}

void Supervisor::started() {
  life_.started = realtime_ns();
  if (phase_ == Phase::created) phase_ = Phase::running;
  if (!exit_seen_) save();
  events_.add("started", [this](json::Writer& out) { out.member("pid", life_.pid); });
  if (phase_ == Phase::running) health_.start(config_);
  limit_time();
}

// Of this life; a policy begins another.
void Supervisor::limit_time() {
  if (options_.time_limit_ns == 0) return;
  stop_after(std::max<std::int64_t>(options_.time_limit_ns - (realtime_ns() - life_.started), 0));
}

Result<> Supervisor::act(std::string_view what, const Outcome& outcome) const {
  if (outcome.ok()) return {};
  return fail(runtime_.explain(outcome, what));
}

void Supervisor::kill(int signal, Done done) {
  if (phase_ != Phase::running && phase_ != Phase::created)
    return done(fail(wrong_state("container is not running")));
  if (signal == SIGKILL || signal == options_.stop_signal) stop_asked_ = true;
  runtime_.run({"kill", options_.id, cat(signal)}, {}, false,
               [this, done = std::move(done)](const Outcome& outcome) {
                 // It may have ended before the runtime came to it.
                 done(exit_seen_ ? Result<>{} : act("kill", outcome));
               });
}

void Supervisor::stop(int signal, std::int64_t timeout_ns, Done done) {
  stop_asked_ = true;
  if (restart_timer_) {
    cancel(restart_timer_);
    restarting_ = false;
    run_exit_command(options_.exit_delay_ns);
  }
  if (phase_ == Phase::stopped) return done({});
  if (phase_ != Phase::running && phase_ != Phase::created)
    return done(fail(wrong_state("container is not running")));
  stopping_ = true;
  save();
  if (phase_ == Phase::created) timeout_ns = 0;  // nobody is there to heed a signal
  stop_after(timeout_ns);
  if (timeout_ns > 0) runtime_.run({"kill", options_.id, cat(signal)}, {}, false, [](const Outcome&) {});
  when_ended(timeout_ns + kKillTime, std::move(done));
}

void Supervisor::stop_after(std::int64_t timeout_ns) {
  loop_.after(timeout_ns, [this, life = restarts_] {
    if (life == restarts_ && !exit_seen_) kill_now();
  });
}

void Supervisor::kill_now() {
  if (exit_seen_ || life_.pid == 0) return;
  (void)cgroup_.kill_all();
  (void)process_.signal(SIGKILL);
}

void Supervisor::pass_signal(int signal) const {
  if (!exit_seen_ && life_.pid != 0) (void)process_.signal(signal);
}

void Supervisor::when_ended(std::int64_t deadline_ns, Done done) {
  if (phase_ == Phase::stopped || phase_ == Phase::gone) return done({});
  struct Wait {
    Done done;
    std::shared_ptr<Bell::Ring> ring;
    event::Loop::Timer timer;
  };
  const auto wait = std::make_shared<Wait>();
  wait->done = std::move(done);
  const auto finish = [this, wait](Result<> result) {
    if (!wait->done) return;
    const Done tell = std::exchange(wait->done, nullptr);
    loop_.cancel(wait->timer);
    loop_.later([wait] { wait->ring.reset(); });
    tell(std::move(result));
  };
  wait->timer = loop_.after(deadline_ns, [finish] {
    finish(fail(Error::make(Kind::timeout, "the container has not ended in time")));
  });
  wait->ring = ended_.add([finish] { finish({}); });
}

void Supervisor::pause(Done done) {
  if (phase_ != Phase::running) return done(fail(wrong_state("container is not running")));
  runtime_.run({"pause", options_.id}, {}, false, [this, done = std::move(done)](const Outcome& outcome) {
    auto result = act("pause", outcome);
    if (result) events_.add("paused");
    done(std::move(result));
  });
}

void Supervisor::resume(Done done) {
  if (phase_ != Phase::running) return done(fail(wrong_state("container is not running")));
  runtime_.run({"resume", options_.id}, {}, false, [this, done = std::move(done)](const Outcome& outcome) {
    auto result = act("resume", outcome);
    if (result) events_.add("resumed");
    done(std::move(result));
  });
}

void Supervisor::update(std::string_view resources, Done done) {
  constexpr const char* kFile = "update.json";
  if (phase_ != Phase::running && phase_ != Phase::created)
    return done(fail(wrong_state("container is not running")));
  if (auto written = sys::replace_file_at(directory_.get(), kFile, resources, 0600); !written)
    return done(std::move(written));
  runtime_.run({"update", "--resources", cat(place_.path, "/", kFile), options_.id}, {}, false,
               [this, done = std::move(done)](const Outcome& outcome) {
                 (void)sys::raw::unlinkat(directory_.get(), kFile, 0);
                 done(act("update", outcome));
               });
}

void Supervisor::checkpoint(const std::string& path, bool leave_running, Done done) {
  if (phase_ != Phase::running) return done(fail(wrong_state("container is not running")));
  std::vector<std::string> words{"checkpoint", "--image-path", path};
  if (leave_running) words.emplace_back("--leave-running");
  words.push_back(options_.id);
  runtime_.run(std::move(words), {}, false, [this, done = std::move(done)](const Outcome& outcome) {
    auto result = act("checkpoint", outcome);
    if (result) events_.add("checkpointed");
    done(std::move(result));
  });
}

void Supervisor::restart(int signal, std::int64_t timeout_ns, Done done) {
  if (phase_ == Phase::gone || phase_ == Phase::creating || restarting_)
    return done(fail(wrong_state("container cannot be restarted now")));
  const auto again = [this, done = std::move(done)](Result<> result) {
    if (!result) {
      restart_asked_ = false;
      return done(std::move(result));
    }
    if (restarting_) return done({});  // the policy has been faster
    start_again(done);
  };
  if (phase_ == Phase::stopped) return again({});
  restart_asked_ = true;
  stop(signal, timeout_ns, again);
}

void Supervisor::remove(Done done) {
  if (phase_ != Phase::stopped) return done(fail(wrong_state("container is not stopped")));
  runtime_.run({"delete", options_.id}, {}, false, [this, done = std::move(done)](const Outcome& outcome) {
    auto result = act("delete", outcome);
    if (result) {
      phase_ = Phase::gone;
      cgroup_.forget();
      events_.add("deleted");
    }
    done(std::move(result));
  });
}

void Supervisor::destroy(Done done) {
  if (destroying_) return done(fail(wrong_state("the shim is ending already")));
  destroying_ = stop_asked_ = true;
  cancel(restart_timer_);
  health_.stop();
  kill_now();
  // The queue is served in order: a create or start that is under way comes first. --force is for what that
  // leaves.
  const auto finish = [this, done = std::move(done)](const Outcome& outcome) {
    auto result = phase_ == Phase::gone ? Result<>{} : act("delete", outcome);
    kill_now();
    when_ended(kKillTime,
               [this, done, result = std::make_shared<Result<>>(std::move(result))](Result<> ended) {
                 phase_ = Phase::gone;
                 events_.add("deleted");
                 run_exit_command(0);
                 done(*result ? std::move(ended) : std::move(*result));
               });
  };
  if (phase_ == Phase::gone) return finish({.status = 0});
  runtime_.run({"delete", "--force", options_.id}, {}, false, finish);
}

}  // namespace masu::shim
