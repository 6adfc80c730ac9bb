// SPDX-License-Identifier: Apache-2.0
//
// The container's life: made, started, watched, ended, recorded, perhaps started anew. Each act is answered
// by a callback when it is done, since the runtime that does it is a program of its own.
#pragma once

#include "bell.h"
#include "cgroup.h"
#include "exec.h"
#include "health.h"
#include "journal.h"
#include "masu/shim/options.h"
#include "masu/sys/process.h"
#include "record.h"
#include "session.h"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace masu::shim {

/// The error of asking for what cannot be done now.
Error wrong_state(std::string_view what);

class Supervisor {
 public:
  using Done = std::function<void(Result<>)>;
  enum class Phase { creating, created, running, stopped, gone };

  /// What it works with: all of it has to outlive this.
  struct Means {
    event::Loop& loop;
    event::Children& children;
    Keeping& keeping;
    Transit& transit;
  };
  /// `directory` is options.base, held open; `path` reaches it too and is short enough for sockets.
  Supervisor(const Means& means, Options options, sys::Fd directory, std::string path);
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  Result<> prepare();
  void create(Done done);
  /// Goes on where another shim was killed; undo() if it was making the container.
  void recover(const Saved& saved, const Done& done);
  void undo(Done done);

  void start(Done done);
  void kill(int signal, Done done);
  /// The signal, and when the time is up SIGKILL to all. Done when the container has ended.
  void stop(int signal, std::int64_t timeout_ns, Done done);
  void pause(Done done);
  void resume(Done done);
  void restart(int signal, std::int64_t timeout_ns, Done done);
  /// Other limits, as JSON of linux.resources.
  void update(std::string_view resources, Done done);
  /// The runtime's `checkpoint`, for those that have it.
  void checkpoint(const std::string& path, bool leave_running, Done done);
  /// The runtime's `delete`; the shim stays.
  void remove(Done done);
  /// Ends and removes everything, the shim's folder too.
  /// Somebody does what the exit command would.
  void leave_exit_command();
  void destroy(Done done);
  /// Whatever the container's state is: for the shim's own signals.
  void pass_signal(int signal) const;

  /// What the runtime's `state` prints; Kind::not_found if it knows no such container.
  void state(std::function<void(Result<std::string>)> done);
  /// {id, runtime, state, status …}
  std::string describe(std::string_view state) const;

  const Options& options() const { return options_; }
  Phase phase() const { return phase_; }
  const Life& life() const { return life_; }
  unsigned restarts() const { return restarts_; }
  bool is_over() const;  ///< ended, and not to be started again
  Session& session() { return session_; }
  LogFile& log() { return *log_; }
  Events& events() { return events_; }
  Cgroup& cgroup() { return cgroup_; }
  Health& health() { return health_; }
  Bell& ended() { return ended_; }
  std::string exit_json() const { return life_json(life_, options_.id, restarts_); }

  Result<std::shared_ptr<Exec>> make_exec(std::string_view request);
  std::map<std::string, std::shared_ptr<Exec>>& execs() { return execs_; }

 private:
  std::vector<std::string> create_words(bool terminal);
  void created(const Outcome& outcome, const Done& done);
  void remove_rest(std::function<void()> done);
  Result<> adopt();
  void finish_log();
  void recover_end();
  void recover_execs();
  bool find_process();
  void recover_start(bool restarting);
  void stop_after(std::int64_t timeout_ns);
  void limit_time();
  void watch_cgroup();
  void note_state(std::string_view status);
  void started();
  void on_exit(std::optional<int> status);
  void check_ended();
  void record_end();
  void write_records();
  void settle();
  void let_go_of_sockets();
  void cancel(std::optional<event::Loop::Timer>& timer);
  void run_exit_command_now();
  void after_end();
  void start_again(const Done& done);
  std::string state_between_lives() const;
  void run_exit_command(std::int64_t delay_ns);
  void kill_now();
  void when_ended(std::int64_t deadline_ns, Done done);
  void on_oom(const cgroups::OomWatch::Event& event);
  void save() const;
  Result<> act(std::string_view what, const Outcome& outcome) const;

  // What is kept in the shim's folder, and for how long somebody may take.
  static constexpr const char* kExitFile = "exit.json";
  static constexpr const char* kReserved = ".exit.json.room";
  static constexpr const char* kSavedFile = "shim.json";
  static constexpr std::size_t kExitRoom = 4096;
  static constexpr std::int64_t kExitCommandTime = 300 * event::kSecond;
  static constexpr std::int64_t kKillTime = 30 * event::kSecond;  // for SIGKILL to do its work

  event::Loop& loop_;
  event::Children& children_;
  Keeping& keeping_;
  Transit& transit_;
  Options options_;
  sys::Fd directory_;
  std::unique_ptr<LogFile> log_;
  std::unique_ptr<Journal> journal_;
  Events events_;
  Runtime runtime_;
  Workplace place_;
  Session session_;
  Cgroup cgroup_;
  Health health_;
  std::string config_;
  bool terminal_ = false;
  sys::Fd console_;
  std::string create_errors_;

  Phase phase_ = Phase::creating;
  Life life_;
  sys::Process process_;
  std::uint64_t start_time_ = 0, oom_kills_ = 0;
  std::string boot_id_, cgroups_;
  unsigned restarts_ = 0, quick_restarts_ = 0;
  bool stop_asked_ = false, exit_seen_ = false, drained_ = false, starting_ = false, restarting_ = false,
       destroying_ = false, stopping_ = false;
  bool exit_command_run_ = false, restart_asked_ = false, finisher_ = false;
  std::optional<event::Loop::Timer> drain_timer_, restart_timer_, exit_timer_;
  Bell ended_;
  std::map<std::string, std::shared_ptr<Exec>> execs_;
  unsigned last_exec_ = 0;
};

}  // namespace masu::shim
