// SPDX-License-Identifier: Apache-2.0
#include "api.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/shim/log_reader.h"
#include "metrics.h"
#include "processes.h"
#include "reply.h"

#include <csignal>

namespace masu::shim {
namespace {

constexpr std::string_view kText = "text/plain; charset=utf-8";
constexpr std::string_view kProtocol = "masu-attach";

http::Response no_content() { return {.status = 204}; }

// What a callback answers, if the client is still there.
std::function<void(Result<>)> answer(const std::shared_ptr<Connection>& client,
                                     std::function<void()> success) {
  return [weak = std::weak_ptr(client), success = std::move(success)](Result<> result) {
    const auto held = weak.lock();
    if (!held) return;
    if (!result) return held->respond(error_response(result.error()));
    success();
  };
}

std::function<void(Result<>)> answer_empty(const std::shared_ptr<Connection>& client) {
  return answer(client, [weak = std::weak_ptr(client)] {
    if (const auto held = weak.lock()) held->respond(no_content());
  });
}

// The query and a form in the body are one.
Result<http::Form> parameters(const http::Request& request) {
  http::Form form = request.query;
  const std::string_view type = request.field("content-type");
  if (!request.body.empty() && !type.starts_with("application/json"))
    form.append(TRY(http::Form::parse(request.body)));
  return form;
}

Result<LogQuery> log_query(const http::Form& form) {
  LogQuery query;
  const std::string_view stream = form.value("stream", "all");
  if (stream != "all" && stream != "stdout" && stream != "stderr")
    return fail(
        Error::make(Kind::usage, cat("stream: ", quote(stream), " is none of all, stdout and stderr")));
  query.out = stream != "stderr";
  query.err = stream != "stdout";
  const std::string_view format = form.value("format", "records");
  if (format != "records" && format != "text")
    return fail(Error::make(Kind::usage, cat("format: ", quote(format), " is neither records nor text")));
  query.text = format == "text";
  for (const auto& [name, time] : {std::pair{"since", &query.since}, std::pair{"until", &query.until}}) {
    const auto given = form.find(name);
    if (!given) continue;
    *time = parse_time(*given);
    if (!*time)
      return fail(
          Error::make(Kind::usage, cat(name, ": ", quote(*given), " is neither RFC 3339 nor seconds")));
  }
  const std::string_view tail = form.value("tail", "all");
  if (tail == "all") return query;
  query.tail = text::parse_int<std::uint64_t>(tail);
  if (!query.tail) return fail(Error::make(Kind::usage, cat("tail: ", quote(tail), " is no number")));
  return query;
}

Result<std::uint16_t> size_of(const http::Form& form, std::string_view name) {
  const auto size = text::parse_int<std::uint16_t>(form.value(name));
  if (!size || *size == 0)
    return fail(Error::make(Kind::usage, cat(name, ": a number from 1 to 65535 must be given")));
  return *size;
}

}  // namespace

const Api::Route Api::kRoutes[] = {
    {"GET", "/", &Api::get_state},
    {"POST", "/", &Api::post_command},
    {"DELETE", "/", &Api::delete_all},
    {"GET", "/wait", &Api::get_wait},
    {"GET", "/logs", &Api::get_logs},
    {"POST", "/logs/rotate", &Api::post_rotate},
    {"POST", "/logs/reopen", &Api::post_reopen},
    {"POST", "/attach", &Api::post_attach},
    {"POST", "/resize", &Api::post_resize},
    {"DELETE", "/stdin", &Api::delete_stdin},
    {"GET", "/events", &Api::get_events},
    {"GET", "/stats", &Api::get_stats},
    {"GET", "/pids", &Api::get_pids},
    {"POST", "/update", &Api::post_update},
    {"POST", "/checkpoint", &Api::post_checkpoint},
    {"GET", "/metrics", &Api::get_metrics},
    {"GET", "/health", &Api::get_health},
    {"POST", "/health", &Api::post_health},
    {"GET", "/exec", &Api::get_execs},
    {"POST", "/exec", &Api::post_exec},
};

void Api::handle(const Client& client, const http::Request& request) {
  if (request.path.starts_with("/exec/")) return exec_request(client, request);
  bool known = false;
  const std::string_view method = request.method == "HEAD" ? "GET" : std::string_view(request.method);
  for (const Route& route : kRoutes) {
    if (route.path != request.path) continue;
    known = true;
    if (route.method == method) return (this->*route.handler)(client, request);
  }
  if (known) return client->respond(error_response(405, cat("invalid method: '", request.method, "'")));
  client->respond(error_response(404, cat("no such path: ", quote(request.path))));
}

void Api::answer_state(const Client& client) {
  supervisor_.state([this, weak = std::weak_ptr(client)](const Result<std::string>& state) {
    const auto held = weak.lock();
    if (!held) return;
    if (!state) return held->respond(error_response(state.error()));
    held->respond({.body = supervisor_.describe(*state)});
  });
}

void Api::get_state(const Client& client, const http::Request&) { answer_state(client); }

void Api::post_command(const Client& client, const http::Request& request) {
  const auto form = parameters(request);
  if (!form) return client->respond(error_response(form.error()));
  command(client, *form);
}

void Api::command(const Client& client, const http::Form& form) {
  const std::string_view name = form.value("cmd");
  const auto wanted = form.flag("state", true);
  if (!wanted) return client->respond(error_response(wanted.error()));
  // The state is the runtime's to tell, which is one more program to wait for.
  const auto with_state = answer(client, [this, state = *wanted, weak = std::weak_ptr(client)] {
    const auto held = weak.lock();
    if (!held) return;
    if (state) return answer_state(held);
    held->respond(no_content());
  });
  const auto signal = parse_signal(form.value(
      "signal", cat(name == "stop" || name == "restart" ? supervisor_.options().stop_signal : SIGTERM)));
  if (!signal) return client->respond(error_response(signal.error()));
  Result<std::int64_t> timeout = supervisor_.options().stop_timeout_ns;
  if (const auto given = form.find("timeout")) timeout = parse_duration(*given);
  if (!timeout) return client->respond(error_response(timeout.error()));
  if (name == "start") return supervisor_.start(with_state);
  if (name == "kill") return supervisor_.kill(*signal, with_state);
  if (name == "stop") return supervisor_.stop(*signal, *timeout, with_state);
  if (name == "pause") return supervisor_.pause(with_state);
  if (name == "resume") return supervisor_.resume(with_state);
  if (name == "restart") return supervisor_.restart(*signal, *timeout, with_state);
  if (name == "delete") return supervisor_.remove(answer_empty(client));
  client->respond(error_response(400, cat("invalid command '", name, "'")));
}

void Api::delete_all(const Client& client, const http::Request& request) {
  const auto exit_command = request.query.flag("exit-command", true);
  if (!exit_command) return client->respond(error_response(exit_command.error()));
  if (!*exit_command) supervisor_.leave_exit_command();
  supervisor_.destroy([this, weak = std::weak_ptr(client)](const Result<>& result) {
    const auto held = weak.lock();
    if (!result && result.error().kind() == Kind::invalid_state) {
      if (held) held->respond(error_response(result.error()));
      return;
    }
    remove_();
    if (held) {
      held->respond(result ? http::Response{.body = "BYE\n", .type = kText} : error_response(result.error()));
    }
    end_();
  });
}

void Api::get_wait(const Client& client, const http::Request&) {
  const auto respond = [this, weak = std::weak_ptr(client)] {
    if (const auto held = weak.lock()) held->respond({.body = supervisor_.exit_json()});
  };
  if (supervisor_.is_over()) return respond();
  client->keep(supervisor_.ended().add(respond));
}

// The reader works a step at a time, and a follower sleeps until the log grows.
void Api::get_logs(const Client& client, const http::Request& request) {
  const auto query = log_query(request.query);
  const auto follow = request.query.flag("follow", false);
  if (!query) return client->respond(error_response(query.error()));
  if (!follow) return client->respond(error_response(follow.error()));
  if (supervisor_.options().log.path.empty())
    return client->respond(error_response(404, "the container has no log"));
  const auto reader = std::make_shared<LogReader>(supervisor_.log(), *query);
  const auto wake = [weak = std::weak_ptr(client)] {
    if (const auto held = weak.lock()) held->wake();
  };
  if (*follow) {
    client->keep(supervisor_.session().logged().add(wake));
    client->keep(supervisor_.ended().add(wake));
  }
  const std::string_view type = query->text ? "application/octet-stream"
                                : supervisor_.options().log.format == LogFormat::json ? "application/x-ndjson"
                                                                                      : kText;
  client->stream(type, [this, reader, follow = *follow](std::string& out) {
    if (reader->step(out) == LogReader::Step::more) return Connection::Pull::more;
    return follow && !supervisor_.is_over() ? Connection::Pull::idle : Connection::Pull::end;
  });
}

void Api::post_rotate(const Client& client, const http::Request&) {
  answer_empty(client)(supervisor_.log().rotate());
}

void Api::post_reopen(const Client& client, const http::Request&) {
  answer_empty(client)(supervisor_.log().reopen());
}

void Api::attach(const Client& client, const http::Request& request, Session& session, bool ends_input,
                 std::shared_ptr<void> owner) {
  const std::string_view protocol = request.field("upgrade");
  if (!request.upgrade || (protocol != kProtocol && protocol != "tcp"))
    return client->respond(
        error_response(426, cat("attach with 'Connection: Upgrade' and 'Upgrade: ", kProtocol, "'")));
  const auto input = request.query.flag("stdin", true), out = request.query.flag("stdout", true),
             err = request.query.flag("stderr", true), finishes = request.query.flag("finishes", false);
  for (const auto* flag : {&input, &out, &err, &finishes})
    if (!*flag) return client->respond(error_response(flag->error()));
  session.attach(client, protocol,
                 {.input = *input, .out = *out, .err = *err, .ends_input = ends_input, .finishes = *finishes},
                 std::move(owner));
}

void Api::post_attach(const Client& client, const http::Request& request) {
  if (supervisor_.is_over()) return client->respond(error_response(409, "container is not running"));
  attach(client, request, supervisor_.session(), supervisor_.options().input == Input::once, nullptr);
}

void Api::resize(const Client& client, const http::Request& request, Session& session) {
  const auto form = parameters(request);
  if (!form) return client->respond(error_response(form.error()));
  const auto rows = size_of(*form, "rows"), columns = size_of(*form, "columns");
  for (const auto* size : {&rows, &columns})
    if (!*size) return client->respond(error_response(size->error()));
  answer_empty(client)(session.streams().resize(*rows, *columns));
}

void Api::post_resize(const Client& client, const http::Request& request) {
  resize(client, request, supervisor_.session());
}

void Api::delete_stdin(const Client& client, const http::Request&) {
  supervisor_.session().streams().end_input();
  client->respond(no_content());
}

void Api::get_events(const Client& client, const http::Request& request) {
  const auto seen = std::make_shared<std::uint64_t>(supervisor_.events().last());
  std::string_view since = request.field("last-event-id");
  if (const auto given = request.query.find("since")) since = *given;
  if (!since.empty()) {
    const auto number = text::parse_int<std::uint64_t>(since);
    if (!number) return client->respond(error_response(400, cat("since: ", quote(since), " is no number")));
    *seen = *number;
  }
  client->keep(supervisor_.events().bell().add([weak = std::weak_ptr(client)] {
    if (const auto held = weak.lock()) held->wake();
  }));
  client->stream("text/event-stream", [this, seen](std::string& out) {
    supervisor_.events().read(seen.get(), out);
    return Connection::Pull::idle;
  });
}

void Api::get_stats(const Client& client, const http::Request&) {
  const auto stats = supervisor_.cgroup().stats();
  if (!stats) return client->respond(error_response(stats.error()));
  client->respond({.body = stats_json(*stats)});
}

void Api::get_pids(const Client& client, const http::Request&) {
  const auto pids = supervisor_.cgroup().pids();
  if (!pids) return client->respond(error_response(pids.error()));
  client->respond({.body = processes_json(*pids)});
}

void Api::post_update(const Client& client, const http::Request& request) {
  const auto resources = json::Document::parse(request.body);
  if (!resources || !resources->root().is(json::Type::object))
    return client->respond(
        error_response(400, "the body must be a JSON object, as linux.resources of config.json"));
  supervisor_.update(request.body, answer_empty(client));
}

void Api::post_checkpoint(const Client& client, const http::Request& request) {
  const auto form = parameters(request);
  if (!form) return client->respond(error_response(form.error()));
  const auto leave_running = form->flag("leave-running", false);
  if (!leave_running) return client->respond(error_response(leave_running.error()));
  const std::string_view path = form->value("path");
  if (!path.starts_with('/'))
    return client->respond(error_response(400, "path: an absolute path must be given"));
  supervisor_.checkpoint(std::string(path), *leave_running, answer_empty(client));
}

void Api::get_metrics(const Client& client, const http::Request&) {
  client->respond({.body = metrics_text(supervisor_), .type = "text/plain; version=0.0.4; charset=utf-8"});
}

void Api::get_health(const Client& client, const http::Request&) {
  std::string body;
  json::Writer out(body);
  supervisor_.health().write(out);
  client->respond({.body = body + "\n"});
}

void Api::post_health(const Client& client, const http::Request& request) {
  const bool begun = supervisor_.health().check_now([this, weak = std::weak_ptr(client), request] {
    if (const auto held = weak.lock()) get_health(held, request);
  });
  if (!begun) client->respond(error_response(409, "there is no health check, or the container does not run"));
}

void Api::get_execs(const Client& client, const http::Request&) {
  std::string body;
  json::Writer out(body);
  out.begin_array();
  for (const auto& [name, exec] : supervisor_.execs()) out.raw(text::trim(exec->to_json()));
  out.end_array();
  client->respond({.body = body + "\n"});
}

void Api::post_exec(const Client& client, const http::Request& request) {
  const auto exec = supervisor_.make_exec(request.body);
  if (!exec) return client->respond(error_response(exec.error()));
  const std::string location = cat("/exec/", (*exec)->name());
  client->respond({.status = 201, .body = (*exec)->to_json(), .location = location});
}

// /exec/<id> and what is below it.
void Api::exec_request(const Client& client, const http::Request& request) {
  constexpr std::string_view kPrefix = "/exec/";
  const std::string_view rest = std::string_view(request.path).substr(kPrefix.size());
  const auto slash = rest.find('/');
  const auto found = supervisor_.execs().find(std::string(rest.substr(0, slash)));
  if (found == supervisor_.execs().end())
    return client->respond(error_response(404, cat("no such exec: ", quote(rest.substr(0, slash)))));
  const std::shared_ptr<Exec> exec = found->second;
  const std::string_view action = slash == std::string_view::npos ? "" : rest.substr(slash + 1);
  const std::string what = cat(request.method, " ", action);
  if (what == "GET ") return client->respond({.body = exec->to_json()});
  if (what == "GET wait") return wait_exec(client, exec);
  if (what == "POST start")
    return exec->start(answer(client, [client, exec] { client->respond({.body = exec->to_json()}); }));
  if (what == "POST attach") return attach_exec(client, request, exec);
  if (what == "POST resize") return resize(client, request, exec->session());
  if (what == "POST kill") {
    const auto form = parameters(request);
    const auto signal = form ? parse_signal(form->value("signal", "TERM"))
                             : fail(Error::make(Kind::usage, form.error().message()));
    return answer_empty(client)(signal ? exec->signal(*signal)
                                       : fail(Error::make(Kind::usage, signal.error().message())));
  }
  if (what == "DELETE ") {
    if (exec->begun() && !exec->over())
      return client->respond(error_response(409, cat("exec ", exec->name(), " is running")));
    supervisor_.execs().erase(found);
    return client->respond(no_content());
  }
  client->respond(error_response(action.empty() ? 405 : 404, cat("no such request: ", what)));
}

void Api::wait_exec(const Client& client, const std::shared_ptr<Exec>& exec) {
  const auto respond = [weak = std::weak_ptr(client), exec] {
    if (const auto held = weak.lock()) held->respond({.body = exec->to_json()});
  };
  if (exec->over()) return respond();
  client->keep(exec->ended().add(respond));
}

// With start=1 the process is started once the client is attached: nothing that it writes is missed.
void Api::attach_exec(const Client& client, const http::Request& request, const std::shared_ptr<Exec>& exec) {
  const auto start = request.query.flag("start", false);
  if (!start) return client->respond(error_response(start.error()));
  if (exec->over()) return client->respond(error_response(409, cat("exec ", exec->name(), " has ended")));
  attach(client, request, exec->session(), true, exec);
  if (*start && request.upgrade && !exec->begun()) exec->start([](const Result<>&) {});
}

}  // namespace masu::shim
