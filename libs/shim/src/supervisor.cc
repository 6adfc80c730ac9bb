// SPDX-License-Identifier: Apache-2.0
#include "supervisor.h"

#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/sys/raw.h"
#include "masu/sys/socket.h"

#include <algorithm>

#include <sys/socket.h>
#include <unistd.h>

namespace masu::shim {
namespace {

constexpr const char* kPidFile = "container.pid";
constexpr const char* kConsole = "console.sock";
constexpr std::int64_t kStateTime = 20 * event::kSecond;

}  // namespace

Error wrong_state(std::string_view what) { return Error::make(Kind::invalid_state, std::string(what)); }

Supervisor::Supervisor(const Means& means, Options options, sys::Fd directory, std::string path)
    : loop_(means.loop),
      children_(means.children),
      keeping_(means.keeping),
      transit_(means.transit),
      options_(std::move(options)),
      directory_(std::move(directory)),
      events_(options_.id, options_.event_log),
      runtime_(
          loop_, children_,
          [this] {
            std::vector<std::string> program{options_.runtime};
            program.insert(program.end(), options_.runtime_args.begin(), options_.runtime_args.end());
            return program;
          }(),
          cat(options_.base, "/runtime.log"), options_.runtime_timeout_ns),
      place_{loop_, children_, keeping_, runtime_, events_, directory_.get(), std::move(path), options_.id},
      session_({loop_, keeping_, directory_.get(), "", &transit_}, [this] { check_ended(); }),
      cgroup_(loop_),
      health_(place_, options_.health, options_.startup, [this](HealthOptions::Action action) {
        using Action = HealthOptions::Action;
        const auto ignore = [](const Result<>&) {};
        if (action == Action::kill) kill_now();
        if (action == Action::restart) restart(options_.stop_signal, options_.stop_timeout_ns, ignore);
        if (action == Action::stop) stop(options_.stop_signal, options_.stop_timeout_ns, ignore);
      }) {}

Supervisor::~Supervisor() = default;

Result<> Supervisor::prepare() {
  config_ = TRY(sys::read_file(cat(options_.bundle, "/config.json")));
  const json::Document config = TRY_IN(json::Document::parse(config_), "config.json");
  const json::Reader in(config);
  if (const auto process = in.find("process")) TRY(process->optional("terminal", terminal_));
  log_ = std::make_unique<LogFile>(TRY(LogFile::open(options_.log, &transit_.log())));
  if (!options_.log.journal.empty())
    journal_ = TRY(Journal::open(options_.log, options_.id, &transit_.log()));
  session_.set_log(log_.get(), journal_.get());
  if (keeping_.is_heir()) finish_log();
  boot_id_ = TRY(sys::read_boot_id());
  return reserve(directory_.get(), kReserved, kExitRoom);
}

// What the shim before had taken from the container, and not logged.
void Supervisor::finish_log() {
  transit_.recover();
  if (!transit_.bytes().empty()) {
    log_->finish(transit_.stream(), transit_.bytes());
    if (journal_) journal_->write(transit_.stream(), transit_.bytes());  // perhaps again: it cannot be asked
  }
  transit_.clear();
  transit_.shrink();
}

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
              .sockets = options_.listen_fds,
              .dies_with_us = true,  // what a killed shim leaves half-made is removed by the next
              .leaves_child = true,
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
    const auto reason = std::make_shared<Error>(runtime_.explain(told, "create"));
    const auto tell = [done, reason] { done(fail(std::move(*reason))); };
    return was_killed(outcome) ? remove_rest(tell) : tell();
  }
  if (auto adopted = adopt(); !adopted) return done(std::move(adopted));
  phase_ = Phase::created;
  save();
  events_.add("created", [this](json::Writer& out) { out.member("pid", life_.pid); });
  done({});
  loop_.later([this] {  // the caller need not wait for it
    if (phase_ != Phase::created) return;
    watch_cgroup();
    oom_kills_ = cgroup_.oom_kills();
  });
}

// A runtime that fails has removed what it had made, one that was killed has not. What it may have met is not
// ours.
void Supervisor::remove_rest(std::function<void()> done) {
  runtime_.run_beside({"state", options_.id}, {}, false,
                      [this, done = std::move(done)](const Outcome& outcome) {
                        std::string bundle;
                        if (const auto state = json::Document::parse(outcome.output))
                          (void)json::Reader(*state).optional("bundle", bundle);
                        if (!bundle.empty() && bundle != options_.bundle) return done();
                        runtime_.run_beside({"delete", "--force", options_.id}, {}, false,
                                            [done](const Outcome&) { done(); });
                      });
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
  cgroups_ = read_cgroups(cat(life_.pid)).value_or("");
  return {};
}

// Without a cgroup of its own there are no statistics, and nothing else is missing.
void Supervisor::watch_cgroup() {
  if (auto found = cgroup_.find(cgroups_, [this](const auto& event) { on_oom(event); }); !found)
    MASU_DEBUG(found.error().message());
}

void Supervisor::save() const {
  Life life = life_;
  if (phase_ != Phase::stopped) life.finished = 0;  // not before its output is read
  const Saved saved{.words = options_.words,
                    .directory = options_.directory,
                    .boot_id = boot_id_,
                    .start_time = start_time_,
                    .cgroups = cgroups_,
                    .oom_kills = oom_kills_,
                    .life = life,
                    .restarts = restarts_,
                    .stopped = stop_asked_,
                    .stopping = stopping_,
                    .restarting = restarting_,
                    .exit_command_run = exit_command_run_};
  // For the next shim, if this one is killed: a machine that is takes all of it along.
  auto written = sys::replace_file_at(directory_.get(), kSavedFile, to_json(saved), 0600);
  if (!written) log::write(written.error());
}

void Supervisor::state(std::function<void(Result<std::string>)> done) {
  if (phase_ == Phase::gone) return done(fail(Error::make(Kind::not_found, "container does not exist")));
  runtime_.run_beside({"state", options_.id},
                      {.deadline_ns = std::min(options_.runtime_timeout_ns, kStateTime)}, false,
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
                        std::string status;
                        if (json::Reader(*document).optional("status", status)) note_state(status);
                        done(std::string(text::trim(outcome.output)));
                      });
}

// Started by a shim that was killed before it could say so.
void Supervisor::note_state(std::string_view status) {
  if (phase_ == Phase::created && !starting_ && status == "running") started();
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
