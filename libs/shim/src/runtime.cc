// SPDX-License-Identifier: Apache-2.0
#include "runtime.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/sys/fd.h"

#include <csignal>
#include <memory>

#include <sys/wait.h>
#include <unistd.h>

namespace masu::shim {
namespace {

constexpr std::size_t kMostLog = std::size_t{256} * 1024;

}  // namespace

Runtime::Waiting Runtime::complete(std::vector<std::string> words, Order order, bool logged, Done done) {
  order.words = program_;
  if (order.deadline_ns == 0) order.deadline_ns = timeout_ns_;
  if (logged) {
    const std::string log = cat(log_, ".", ++logs_);
    for (const std::string& word :
         {std::string("--log"), log, std::string("--log-format"), std::string("json")})
      order.words.push_back(word);
    done = [log, done = std::move(done)](Outcome outcome) {
      if (!outcome.ok())
        if (auto text = sys::read_file(log, kMostLog)) outcome.log = std::move(*text);
      (void)unlink(log.c_str());
      done(std::move(outcome));
    };
  }
  order.words.insert(order.words.end(), words.begin(), words.end());
  return {std::move(order), std::move(done)};
}

void Runtime::run_beside(std::vector<std::string> words, Order order, bool logged, Done done) {
  Waiting whole = complete(std::move(words), std::move(order), logged, std::move(done));
  run_command(loop_, children_, std::move(whole.order), std::move(whole.done));
}

void Runtime::run(std::vector<std::string> words, Order order, bool logged, Done done) {
  waiting_.push_back(complete(std::move(words), std::move(order), logged, std::move(done)));
  if (!busy_) next();
}

void Runtime::next() {
  busy_ = !waiting_.empty();
  if (!busy_) return;
  const auto first = std::make_shared<Waiting>(std::move(waiting_.front()));
  waiting_.pop_front();
  run_command(loop_, children_, std::move(first->order), [this, first](Outcome outcome) {
    first->done(std::move(outcome));
    next();
  });
}

Error Runtime::explain(const Outcome& outcome, std::string_view command) const {
  const std::string name = program_.front().substr(program_.front().rfind('/') + 1);
  const std::string frame = cat(name, " ", command);
  if (outcome.timed_out)
    return Error::make(Kind::timeout, "did not end in time, and was killed").within(frame);
  std::string reason = last_error(outcome.log);
  if (reason.empty()) reason = last_error(outcome.errors);
  if (reason.empty()) reason = std::string(text::trim(outcome.errors));
  if (reason.empty() && WIFSIGNALED(outcome.status))
    reason = cat("ended by signal ", WTERMSIG(outcome.status));
  if (reason.empty()) reason = cat("failed with status ", WEXITSTATUS(outcome.status), " and said nothing");
  return Error::make(Kind::internal, std::move(reason)).within(frame);
}

std::string last_error(std::string_view log) {
  std::string error;
  for (const std::string_view line : text::split(log, '\n')) {
    if (!line.starts_with('{')) continue;
    const auto document = json::Document::parse(line);
    if (!document || !document->root().is(json::Type::object)) continue;
    const json::Reader in(*document);
    std::string level, message, hint;
    if (!in.optional("level", level) || !in.optional("msg", message) || !in.optional("hint", hint)) continue;
    if (level != "error" || message.empty()) continue;
    error = hint.empty() ? message : cat(message, " (", hint, ")");
  }
  return error;
}

Result<std::string> find_program(const std::string& name, std::string_view search_path) {
  const auto usable = [](const std::string& path) { return access(path.c_str(), X_OK) == 0; };
  if (name.find('/') != std::string::npos) {
    if (usable(name)) return name;
    return fail(Error::sys(errno, cat("runtime ", quote(name))));
  }
  if (search_path.empty()) search_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  for (const std::string_view folder : text::split(search_path, ':')) {
    if (!folder.starts_with('/')) continue;
    std::string path = cat(folder, "/", name);
    if (usable(path)) return path;
  }
  return fail(Error::make(Kind::usage, cat("runtime ", quote(name), " is not in $PATH")));
}

}  // namespace masu::shim
