// SPDX-License-Identifier: Apache-2.0
#include "supervisor.h"

#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/sys/raw.h"
#include "masu/sys/socket.h"
#include "pidfd_info.h"

#include <cerrno>
#include <csignal>

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace masu::shim {
namespace {

constexpr const char* kPidFile = "container.pid";
constexpr const char* kConsole = "console.sock";
constexpr const char* kExitFile = "exit.json";
constexpr const char* kReserved = ".exit.json.room";
constexpr const char* kSavedFile = "shim.json";
constexpr std::size_t kExitRoom = 4096;
constexpr std::int64_t kCreateTime = 300 * kSecond;
constexpr std::int64_t kKillTime = 30 * kSecond;  // for SIGKILL to do its work

Error wrong_state(std::string_view what) { return Error::make(Kind::invalid_state, std::string(what)); }

}  // namespace

Supervisor::Supervisor(Loop& loop, Children& children, Options options, sys::Fd directory, std::string path)
    : loop_(loop),
      children_(children),
      options_(std::move(options)),
      directory_(std::move(directory)),
      events_(options_.id),
      runtime_(
          loop, children,
          [this] {
            std::vector<std::string> program{options_.runtime};
            program.insert(program.end(), options_.runtime_args.begin(), options_.runtime_args.end());
            return program;
          }(),
          cat(options_.base, "/runtime.log")),
      place_{loop, children, runtime_, events_, directory_.get(), std::move(path), options_.id},
      session_(loop, directory_.get(), "", [this] { check_ended(); }),
      cgroup_(loop),
      health_(place_, options_.health, [this] {
        using Action = HealthOptions::Action;
        const auto ignore = [](const Result<>&) {};
        if (options_.health.action == Action::kill) kill_now();
        if (options_.health.action == Action::restart)
          restart(options_.stop_signal, options_.stop_timeout_ns, ignore);
        if (options_.health.action == Action::stop)
          stop(options_.stop_signal, options_.stop_timeout_ns, ignore);
      }) {}

Supervisor::~Supervisor() {
  if (process_.pidfd() >= 0) loop_.forget(process_.pidfd());
}

Result<> Supervisor::prepare() {
  config_ = TRY(sys::read_file(cat(options_.bundle, "/config.json")));
  const json::Document config = TRY_IN(json::Document::parse(config_), "config.json");
  const json::Reader in(config);
  if (const auto process = in.find("process")) TRY(process->optional("terminal", terminal_));
  log_ = std::make_unique<LogFile>(TRY(LogFile::open(options_.log)));
  session_.set_log(log_.get());
  boot_id_ = TRY(sys::read_boot_id());
  return reserve(directory_.get(), kReserved, kExitRoom);
}

// --- made ---

std::vector<std::string> Supervisor::create_words(bool terminal) {
  std::vector<std::string> words{"create", "--bundle", options_.bundle, "--pid-file",
                                 cat(place_.path, "/", kPidFile)};
  if (terminal) {
    words.emplace_back("--console-socket");
    words.push_back(cat(place_.path, "/", kConsole));
  }
  words.push_back(options_.id);
  return words;
}

void Supervisor::create(Done done) {
  phase_ = Phase::creating;
  life_ = {.created = realtime_ns()};
  exit_seen_ = drained_ = false;
  create_errors_.clear();
  Streams& streams = session_.renew();
  // With a terminal these are for the runtime alone: never /dev/null, which crun gives to the container's
  // user.
  auto ends = streams.make_fifos(!terminal_ && options_.input != Input::none);
  if (!ends) return done(fail(std::move(ends).error()));
  if (terminal_) {
    (void)sys::raw::unlinkat(directory_.get(), kConsole, 0);
    auto listener = sys::listen_at(directory_.get(), kConsole, SOCK_STREAM | SOCK_NONBLOCK);
    if (!listener) return done(fail(std::move(listener).error()));
    console_ = std::move(*listener);
  }
  (void)sys::raw::unlinkat(directory_.get(), kPidFile, 0);
  // Our copies are closed as soon as the runtime runs, so that the streams end with the container.
  const auto kept = std::make_shared<std::array<sys::Fd, 3>>(std::move(*ends));
  Order order{.stdio = {(*kept)[0].get(), (*kept)[1].get(), (*kept)[2].get()},
              .deadline_ns = kCreateTime,
              .until_started = kept};
  session_.set_error_copy(&create_errors_);
  runtime_.run(create_words(terminal_), std::move(order), true,
               [this, done = std::move(done)](const Outcome& outcome) { created(outcome, done); });
}

void Supervisor::created(const Outcome& outcome, const Done& done) {
  session_.set_error_copy(nullptr);
  if (!outcome.ok()) {
    session_.set_error_copy(&create_errors_);
    session_.streams().pump();
    session_.set_error_copy(nullptr);
    Outcome told = outcome;
    told.errors += create_errors_;
    phase_ = Phase::gone;
    return done(fail(runtime_.explain(told, "create")));
  }
  if (auto adopted = adopt(); !adopted) return done(std::move(adopted));
  phase_ = Phase::created;
  save();
  events_.add("created", [this](json::Writer& out) { out.member("pid", life_.pid); });
  done({});
}

// The container's first process is our child: create has ended, and we are the subreaper.
Result<> Supervisor::adopt() {
  life_.pid = TRY(read_pid_file(directory_.get(), kPidFile));
  const auto stat = sys::read_process_stat(life_.pid);
  start_time_ = stat ? stat->start_time : 0;
  process_ = sys::Process(life_.pid, sys::Fd(sys::raw::pidfd_open(life_.pid)));
  children_.expect(life_.pid, [this](int status) { on_exit(status); });
  if (terminal_) {
    sys::Fd master = TRY(receive_terminal(console_));
    console_.reset();
    (void)sys::raw::unlinkat(directory_.get(), kConsole, 0);
    Streams& streams = session_.renew();
    streams.remove_fifos();
    TRY(streams.take_terminal(std::move(master)));
  }
  if (!options_.pid_file.empty())
    TRY(sys::replace_file_at(AT_FDCWD, options_.pid_file.c_str(), cat(life_.pid), 0644));
  // Without a cgroup of its own there are no statistics, and nothing else is missing.
  if (auto found = cgroup_.find(life_.pid, [this](const auto& event) { on_oom(event); }); !found)
    MASU_DEBUG(found.error().message());
  return {};
}

void Supervisor::save() const {
  const Saved saved{.words = options_.words,
                    .directory = options_.directory,
                    .boot_id = boot_id_,
                    .start_time = start_time_,
                    .life = life_,
                    .restarts = restarts_,
                    .stopped = stop_asked_,
                    .exit_command_run = exit_command_run_};
  if (auto written = write_durably(directory_.get(), kSavedFile, to_json(saved), 0600); !written)
    log::write(written.error());
}

// --- found again ---

void Supervisor::recover(const Saved& saved, const Done& done) {
  life_ = saved.life;
  restarts_ = saved.restarts;
  stop_asked_ = saved.stopped;
  exit_command_run_ = saved.exit_command_run;
  start_time_ = saved.start_time;
  phase_ = life_.started != 0 ? Phase::running : Phase::created;
  if (life_.exited()) {
    phase_ = Phase::stopped;
    exit_seen_ = true;
    events_.add("recovered");
    loop_.later([this] { after_end(); });
    return done({});
  }
  auto found = boot_id_ == saved.boot_id ? sys::Process::find(life_.pid, start_time_)
                                         : Result<std::optional<sys::Process>>(std::nullopt);
  if (!found) return done(fail(std::move(found).error()));
  if (!terminal_)
    if (auto opened = session_.streams().reopen_fifos(options_.input != Input::none); !opened)
      MASU_DEBUG(opened.error().message());
  events_.add("recovered");
  if (!found->has_value()) {
    loop_.later([this] { on_exit(std::nullopt); });
    return done({});
  }
  process_ = std::move(**found);
  if (auto cgroup = cgroup_.find(life_.pid, [this](const auto& event) { on_oom(event); }); !cgroup)
    MASU_DEBUG(cgroup.error().message());
  if (phase_ == Phase::running) health_.start(config_);
  watch_foreign();
  done({});
}

// It is somebody else's child now: its pidfd tells of the end, and since Linux 6.15 of the status.
void Supervisor::watch_foreign() {
  const auto watched = loop_.watch(process_.pidfd(), EPOLLIN, [this](std::uint32_t) {
    loop_.forget(process_.pidfd());
    wait_for_exit_status(loop_, process_.pidfd(), [this](std::optional<int> status) { on_exit(status); });
  });
  if (!watched) log::write(watched.error());
}

// --- started, stopped ---

void Supervisor::start(Done done) {
  if (phase_ != Phase::created) return done(fail(wrong_state("container is not created")));
  if (starting_) return done(fail(wrong_state("container is being started")));
  starting_ = true;
  runtime_.run({"start", options_.id}, {.deadline_ns = kCreateTime}, false,
               [this, done = std::move(done)](const Outcome& outcome) {
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
    loop_.cancel(*restart_timer_);
    restart_timer_.reset();
    restarting_ = false;
    run_exit_command();
  }
  if (phase_ == Phase::stopped) return done({});
  if (phase_ != Phase::running && phase_ != Phase::created)
    return done(fail(wrong_state("container is not running")));
  save();
  if (phase_ == Phase::created) timeout_ns = 0;  // nobody is there to heed a signal
  const unsigned life = restarts_;
  loop_.after(timeout_ns, [this, life] {
    if (life == restarts_ && !exit_seen_) kill_now();
  });
  if (timeout_ns > 0) runtime_.run({"kill", options_.id, cat(signal)}, {}, false, [](const Outcome&) {});
  when_ended(timeout_ns + kKillTime, std::move(done));
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
    Loop::Timer timer;
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
  if (restart_timer_) loop_.cancel(*restart_timer_);
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
                 run_exit_command();
                 done(*result ? std::move(ended) : std::move(*result));
               });
  };
  if (phase_ == Phase::gone) return finish({.status = 0});
  runtime_.run({"delete", "--force", options_.id}, {}, false, finish);
}

// --- ended ---

void Supervisor::on_oom(const cgroups::OomWatch::Event& event) {
  life_.oom = true;
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

// Recorded first, told afterwards.
void Supervisor::record_end() {
  if (drain_timer_) loop_.cancel(*drain_timer_);
  drain_timer_.reset();
  const std::string record = exit_json();
  if (auto written = write_reserved(directory_.get(), kReserved, kExitFile, record); !written)
    log::write(written.error());
  (void)reserve(directory_.get(), kReserved, kExitRoom);
  if (!options_.exit_dir.empty()) {
    const auto folder = sys::open(options_.exit_dir, O_PATH | O_DIRECTORY);
    auto written = folder ? write_durably(folder->get(), options_.id.c_str(), record, 0644)
                          : fail(Error::make(Kind::system, folder.error().message()));
    if (!written) log::write(written.error());
  }
  save();
  phase_ = Phase::stopped;
  process_ = {};
  events_.add("exited", [this](json::Writer& out) { write_life(out, life_); });
  session_.end(record);
  ended_.ring();
  after_end();
}

bool Supervisor::is_over() const {
  return (phase_ == Phase::stopped && !restarting_) || phase_ == Phase::gone;
}

void Supervisor::after_end() {
  const bool stopped = stop_asked_ || destroying_ || life_.started == 0;
  if (restart_asked_ || restarting_ || !options_.restart.wants(life_.code(), stopped, restarts_)) {
    if (!restart_asked_ && !restarting_) run_exit_command();
    return;
  }
  if (life_.finished - life_.started > kLongLife) quick_restarts_ = 0;
  const std::int64_t delay = restart_delay(quick_restarts_++);
  restarting_ = true;
  events_.add("restarting", [this, delay](json::Writer& out) {
    out.member("restarts", restarts_ + 1).member("delayMs", delay / kMillisecond);
  });
  restart_timer_ = loop_.after(delay, [this] {
    restart_timer_.reset();
    start_again([](const Result<>&) {});
  });
}

void Supervisor::start_again(const Done& done) {
  restarting_ = true;
  const auto give_up = [this, done](Error error) {
    log::write(error);
    events_.add("restart-failed", [&error](json::Writer& out) { out.member("error", error.message()); });
    restarting_ = restart_asked_ = false;
    run_exit_command();
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

// Once, when nothing more will run. What it leaves behind is not ours to reap.
void Supervisor::run_exit_command() {
  if (exit_command_run_ || options_.exit_command.empty()) return;
  exit_command_run_ = true;
  save();
  (void)sys::raw::prctl(PR_SET_CHILD_SUBREAPER, 0);
  std::vector<std::string> environment{cat("MASU_EXIT_STATUS=", life_.code()),
                                       cat("MASU_CONTAINER_ID=", options_.id)};
  run_command(
      loop_, children_,
      {.words = options_.exit_command, .deadline_ns = kCreateTime, .environment = std::move(environment)},
      [this](const Outcome& outcome) {
        (void)sys::raw::prctl(PR_SET_CHILD_SUBREAPER, 1);
        if (!outcome.ok())
          log::write(log::Level::error, cat("the exit command failed: ", text::trim(outcome.errors)));
        events_.add("exit-command", [&outcome](json::Writer& out) { out.member("ok", outcome.ok()); });
      });
}

// --- asked ---

void Supervisor::state(std::function<void(Result<std::string>)> done) {
  if (phase_ == Phase::gone) return done(fail(Error::make(Kind::not_found, "container does not exist")));
  runtime_.run_beside({"state", options_.id}, {.deadline_ns = 20 * kSecond}, false,
                      [this, done = std::move(done)](const Outcome& outcome) {
                        if (phase_ == Phase::gone)
                          return done(fail(Error::make(Kind::not_found, "container does not exist")));
                        // Between two lives the runtime knows of none.
                        if (!outcome.ok() && restarting_) return done(state_between_lives());
                        if (auto result = act("state", outcome); !result)
                          return done(fail(Error::make(
                              Kind::not_found, cat("container does not exist: ", result.error().message()))));
                        auto document = json::Document::parse(outcome.output);
                        if (!document)
                          return done(fail(std::move(document).error().within("the runtime's state")));
                        done(std::string(text::trim(outcome.output)));
                      });
}

std::string Supervisor::state_between_lives() const {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("ociVersion", "1.0.2").member("id", options_.id).member("status", "creating");
  out.member("bundle", options_.bundle).end_object();
  return text;
}

std::string Supervisor::describe(std::string_view state) const {
  std::string text;
  json::Writer out(text);
  out.begin_object()
      .member("id", options_.id)
      .member("runtime", options_.runtime)
      .member("bundle", options_.bundle);
  out.key("state").raw(state).key("status").begin_object();
  write_life(out, life_);
  out.end_object()
      .member("restarts", restarts_)
      .member("restarting", restarting_)
      .member("terminal", terminal_);
  if (health_.status() != Health::Status::none) {
    out.key("health");
    health_.write(out);
  }
  out.end_object();
  return text + "\n";
}

Result<std::shared_ptr<Exec>> Supervisor::make_exec(std::string_view request) {
  if (phase_ != Phase::running) return fail(wrong_state("container is not running"));
  bool terminal = false, input = true;
  std::string process = TRY(exec_process(config_, request, &terminal, &input));
  auto exec = std::make_shared<Exec>(place_, cat("e", ++last_exec_), std::move(process), terminal, input);
  execs_.emplace(exec->name(), exec);
  events_.add("exec-created", [&exec](json::Writer& out) { out.member("exec", exec->name()); });
  return exec;
}

}  // namespace masu::shim
