// SPDX-License-Identifier: Apache-2.0
//
// A shim in the place of one that was killed.
#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/sys/raw.h"
#include "supervisor.h"

#include <csignal>
#include <memory>

#include <dirent.h>

namespace masu::shim {

// `saved` is the last that the other has written; what happened later is found out.
void Supervisor::recover(const Saved& saved, const Done& done) {
  life_ = saved.life;
  restarts_ = saved.restarts;
  stop_asked_ = saved.stopped;
  exit_command_run_ = saved.exit_command_run;
  start_time_ = saved.start_time;
  cgroups_ = saved.cgroups;
  oom_kills_ = saved.oom_kills;
  phase_ = life_.started != 0 ? Phase::running : Phase::created;
  events_.add("recovered");
  if (keeping_.is_heir()) recover_execs();
  if (life_.exited()) {
    recover_end();
    return done({});
  }
  if (auto opened = session_.streams().inherit(options_.input != Input::none); !opened)
    MASU_DEBUG(opened.error().message());
  if (saved.boot_id != boot_id_ || !find_process()) {
    loop_.later([this] { on_exit(std::nullopt); });
    return done({});
  }
  watch_cgroup();
  if (cgroup_.oom_kills() > oom_kills_) life_.oom = true;
  keeping_.follow(life_.pid, [this](std::optional<int> status) { on_exit(status); });
  if (phase_ == Phase::running) health_.start(config_);
  if (phase_ == Phase::running) limit_time();
  if (saved.stopping) stop_after(options_.stop_timeout_ns);
  if (phase_ == Phase::created) recover_start(saved.restarting);
  done({});
}

// The same as it was told, or would have been.
void Supervisor::recover_end() {
  phase_ = Phase::stopped;
  exit_seen_ = true;
  write_records();
  settle();
  loop_.later([this] { after_end(); });
}

// A zombie is as good as a process: the keeper has its status.
bool Supervisor::find_process() {
  sys::Fd pidfd(sys::raw::pidfd_open(life_.pid));
  const auto stat = sys::read_process_stat(life_.pid);
  if (!pidfd.valid() || !stat || stat->start_time != start_time_) return false;
  process_ = sys::Process(life_.pid, std::move(pidfd));
  return true;
}

// Started perhaps by a shim that was killed before it could say so (note_state()), or about to be.
void Supervisor::recover_start(bool restarting) {
  state([this, restarting](const Result<std::string>&) {
    if (restarting && phase_ == Phase::created) start([](const Result<>&) {});
  });
}

void Supervisor::recover_execs() {
  const auto self = sys::open_at(directory_.get(), ".", O_RDONLY | O_DIRECTORY);
  if (!self) return;
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(
      fdopendir(sys::raw::fcntl(self->get(), F_DUPFD_CLOEXEC, 3)), closedir);
  constexpr std::string_view kPrefix = "exec-", kSuffix = "-saved";
  while (const dirent* entry = listing == nullptr ? nullptr : readdir(listing.get())) {
    std::string_view name = entry->d_name;
    if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) continue;
    name = name.substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size());
    auto exec = Exec::recover(place_, std::string(name));
    if (!exec) {
      log::write(exec.error());
      continue;
    }
    last_exec_ = std::max(last_exec_, text::parse_int<unsigned>(name.substr(1)).value_or(0));
    execs_.emplace(name, std::move(*exec));
  }
}

// Killed while it made the container: nothing of that is to be left.
void Supervisor::undo(Done done) {
  runtime_.run({"delete", "--force", options_.id}, {}, false, [this, done = std::move(done)](const Outcome&) {
    phase_ = Phase::gone;
    done(fail(Error::make(Kind::internal, "the shim was killed while the container was made")));
  });
}

}  // namespace masu::shim
