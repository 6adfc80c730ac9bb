// SPDX-License-Identifier: Apache-2.0
#include "exec.h"

#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/sys/raw.h"
#include "masu/sys/socket.h"

#include <cerrno>

#include <sys/socket.h>
#include <unistd.h>

namespace masu::shim {
namespace {

constexpr std::int64_t kDrainTime = 5 * event::kSecond;

void copy(json::Writer& out, json::Value value) {
  switch (value.type()) {
    case json::Type::null:
      out.null();
      break;
    case json::Type::boolean:
      out.value(value.boolean());
      break;
    case json::Type::number:
      out.raw(value.text());
      break;
    case json::Type::string:
      out.value(value.text());
      break;
    case json::Type::array:
      out.begin_array();
      for (const json::Value element : value.elements()) copy(out, element);
      out.end_array();
      break;
    case json::Type::object:
      out.begin_object();
      for (const auto [key, member] : value.members()) {
        out.key(key);
        copy(out, member);
      }
      out.end_object();
      break;
  }
}

// The container's environment, then what is added to it: of two the later counts.
void copy_env(json::Writer& out, std::optional<json::Value> base, std::optional<json::Value> added) {
  out.key("env").begin_array();
  for (const auto& list : {base, added}) {
    if (!list || !list->is(json::Type::array)) continue;
    for (const json::Value variable : list->elements()) copy(out, variable);
  }
  out.end_array();
}

Result<json::Reader> process_of(const json::Document& config) {
  const auto process = json::Reader(config).find("process");
  if (!process || !process->value().is(json::Type::object))
    return fail(Error::make(Kind::invalid_spec, "config.json has no process"));
  return *process;
}

}  // namespace

Result<std::string> exec_process(std::string_view config, std::string_view request, bool* terminal,
                                 bool* input) {
  const json::Document asked = TRY(json::Document::parse(request));
  const json::Reader in(asked);
  TRY(in.expect(json::Type::object));
  TRY(in.optional("terminal", *terminal));
  TRY(in.optional("stdin", *input));
  std::string text;
  json::Writer out(text);
  if (const auto whole = in.find("process")) {
    TRY(whole->expect(json::Type::object));
    TRY(whole->optional("terminal", *terminal));
    copy(out, whole->value());
    return text;
  }
  std::vector<std::string> args;
  TRY(in.require("args", args));
  if (args.empty()) return fail(in.error("args", "must not be empty"));
  const json::Document document = TRY(json::Document::parse(config));
  const json::Reader base = TRY(process_of(document));
  out.begin_object();
  for (const auto [key, value] : base.value().members()) {
    if (key == "args" || key == "env" || key == "terminal" || key == "consoleSize" || asked.root().find(key))
      continue;
    out.key(key);
    copy(out, value);
  }
  for (const std::string_view key :
       {"args", "cwd", "user", "capabilities", "consoleSize", "noNewPrivileges"}) {
    const auto value = asked.root().find(key);
    if (!value) continue;
    out.key(key);
    copy(out, *value);
  }
  copy_env(out, base.value().find("env"), asked.root().find("env"));
  out.member("terminal", *terminal).end_object();
  return text;
}

Result<std::string> shell_process(std::string_view config, std::string_view command) {
  std::vector<std::string> words = {"sh", "-c", std::string(command)};
  if (command.starts_with('[')) {
    const auto document = json::Document::parse(command);
    std::vector<std::string> given;
    if (document && json::read(json::Reader(*document), given) && !given.empty()) words = std::move(given);
  }
  std::string request;
  json::Writer out(request);
  out.begin_object().key("args").begin_array();
  for (const std::string& word : words) out.value(word);
  out.end_array().end_object();
  bool terminal = false, input = false;
  return exec_process(config, request, &terminal, &input);
}

Result<sys::Fd> receive_terminal(const sys::Fd& listener) {
  const sys::Fd runtime(static_cast<int>(
      sys::raw::call(SYS_accept4, listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)));
  if (!runtime.valid()) return fail(Error::make(Kind::internal, "the runtime has sent no terminal"));
  char name[4096];
  int master = -1;
  const long got = sys::receive_message(runtime.get(), name, sizeof name, &master);
  sys::Fd fd(master);
  if (got < 0 || !fd.valid()) return fail(Error::make(Kind::internal, "the runtime has sent no terminal"));
  return fd;
}

Result<pid_t> read_pid_file(int directory, const std::string& name) {
  const std::string text = TRY(sys::read_file_at(directory, name.c_str()));
  const auto pid = text::parse_int<pid_t>(text::trim(text));
  if (!pid || *pid <= 0)
    return fail(Error::make(Kind::internal, cat("the runtime's pid file holds ", quote(text))));
  return *pid;
}

Exec::Exec(Workplace& place, std::string name, std::string process, bool terminal, bool input)
    : place_(place),
      name_(std::move(name)),
      process_(std::move(process)),
      terminal_(terminal),
      input_(input),
      session_({place.loop, place.keeping, place.directory, cat("exec-", name_, "-")},
               [this] { check_over(); }) {
  life_.created = realtime_ns();
}

// For a shim that comes after us; not for another boot, which no exec survives.
void Exec::save() const {
  if (auto saved = sys::replace_file_at(place_.directory, file("saved").c_str(), to_json(), 0600); !saved)
    log::write(saved.error());
}

Result<std::shared_ptr<Exec>> Exec::recover(Workplace& place, const std::string& name) {
  const std::string text = TRY(sys::read_file_at(place.directory, cat("exec-", name, "-saved").c_str()));
  const json::Document document = TRY(json::Document::parse(text));
  bool terminal = false;
  TRY(json::Reader(document).require("terminal", terminal));
  auto exec = std::make_shared<Exec>(place, name, "", terminal, true);
  TRY(read_life(json::Reader(document), exec->life_));
  exec->begun_ = true;
  TRY(exec->go_on());
  return exec;
}

Result<> Exec::go_on() {
  over_ = exit_seen_ = life_.exited();
  if (over_) return {};
  TRY(session_.streams().inherit(true));
  process_handle_ = sys::Process(life_.pid, sys::Fd(sys::raw::pidfd_open(life_.pid)));
  place_.keeping.follow(life_.pid,
                        [self = shared_from_this()](std::optional<int> status) { self->exited(status); });
  return {};
}

Exec::~Exec() {
  if (begun_ && life_.pid != 0 && !life_.exited()) {
    place_.children.forget(life_.pid);
    place_.keeping.forget(life_.pid);
  }
  for (const char* what : {"process.json", "pid", "console", "saved"})
    (void)sys::raw::unlinkat(place_.directory, file(what).c_str(), 0);
  session_.streams().remove_fifos();
}

std::string Exec::file(std::string_view what) const { return cat("exec-", name_, "-", what); }

std::string Exec::to_json() const {
  std::string text;
  json::Writer out(text);
  out.begin_object()
      .member("id", name_)
      .member("running", begun_ && life_.pid != 0 && !over_)
      .member("terminal", terminal_);
  write_life(out, life_);
  out.end_object();
  return text + "\n";
}

Result<> Exec::prepare(std::vector<std::string>& words, std::array<sys::Fd, 3>& ends) {
  TRY(sys::replace_file_at(place_.directory, file("process.json").c_str(), process_, 0600));
  words = {"exec",     "--process",  cat(place_.path, "/", file("process.json")),
           "--detach", "--pid-file", cat(place_.path, "/", file("pid"))};
  if (terminal_) {
    console_ = TRY(sys::listen_at(place_.directory, file("console").c_str(), SOCK_STREAM | SOCK_NONBLOCK));
    words.emplace_back("--console-socket");
    words.push_back(cat(place_.path, "/", file("console")));
  } else {
    ends = TRY(session_.streams().make_fifos(input_));
  }
  words.push_back(place_.id);
  return {};
}

void Exec::start(std::function<void(Result<>)> done) {
  if (begun_)
    return done(fail(Error::make(Kind::invalid_state, cat("exec ", name_, " has been started already"))));
  begun_ = true;
  std::vector<std::string> words;
  std::array<sys::Fd, 3> ends;
  if (auto prepared = prepare(words, ends); !prepared) return done(std::move(prepared));
  const Order order{.stdio = {ends[0].get(), ends[1].get(), ends[2].get()}, .leaves_child = true};
  place_.runtime.run_beside(std::move(words), order, true,
                            [self = shared_from_this(), done = std::move(done)](const Outcome& outcome) {
                              self->launched(outcome, done);
                            });
}

void Exec::launched(const Outcome& outcome, const std::function<void(Result<>)>& done) {
  const auto give_up = [&](Error error) {
    life_.finished = realtime_ns();
    over_ = true;
    session_.streams().abandon_output();
    session_.end(to_json());
    ended_.ring();
    done(fail(std::move(error)));
  };
  if (!outcome.ok()) return give_up(place_.runtime.explain(outcome, "exec"));
  const auto pid = read_pid_file(place_.directory, file("pid"));
  if (!pid) return give_up(Error::make(Kind::internal, pid.error().message()));
  life_.pid = *pid;
  life_.started = realtime_ns();
  process_handle_ = sys::Process(*pid, sys::Fd(sys::raw::pidfd_open(*pid)));  // ours: not reaped but by us
  if (terminal_) {
    auto master = receive_terminal(console_);
    if (!master) return give_up(std::move(master).error());
    if (auto taken = session_.streams().take_terminal(std::move(*master)); !taken)
      return give_up(std::move(taken).error());
    console_.reset();
  }
  place_.events.add("exec-started",
                    [this](json::Writer& out) { out.member("exec", name_).member("pid", life_.pid); });
  place_.children.expect(*pid, [self = shared_from_this()](int status) { self->exited(status); });
  save();
  done({});
}

Result<> Exec::signal(int number) const {
  if (life_.pid == 0 || life_.exited())
    return fail(Error::make(Kind::invalid_state, cat("exec ", name_, " is not running")));
  return process_handle_.signal(number);
}

void Exec::exited(std::optional<int> status) {
  life_.status = status;
  life_.finished = realtime_ns();
  exit_seen_ = true;
  check_over();
  if (over_) return;
  // What it started may hold its streams open for ever.
  place_.loop.after(kDrainTime, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr || self->over_) return;
    self->session_.streams().abandon_output();
    self->check_over();
  });
}

void Exec::check_over() {
  if (!exit_seen_ || over_ || !session_.streams().drained()) return;
  over_ = true;
  save();
  place_.children.settle(life_.pid);
  place_.keeping.settle(life_.pid);
  place_.events.add("exec-exited", [this](json::Writer& out) {
    out.member("exec", name_).member("exitStatus", life_.code());
  });
  session_.end(to_json());
  ended_.ring();
  session_.streams().remove_fifos();
}

}  // namespace masu::shim
