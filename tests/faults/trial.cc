// SPDX-License-Identifier: Apache-2.0
#include "trial.h"

#include "masu/base/errno_name.h"
#include "masu/base/text.h"
#include "masu/sys/raw.h"
#include "world.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <iterator>

#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace masu::faults {
namespace {

constexpr std::int64_t kSettled = 15'000'000'000;  // nanoseconds that anything may take to come about
constexpr char kNone[] = "none";

const std::string kPlace = kHome;
const std::string kHooks = kPlace + "/hooks.log";

template <class Condition>
bool wait_until(Condition condition) {
  const std::int64_t deadline = sys::raw::monotonic_ns() + kSettled;
  for (;;) {
    (void)living_children();  // a pid namespace's init ends after all others have been reaped
    if (condition()) return true;
    const std::int64_t now = sys::raw::monotonic_ns();
    if (now >= deadline) return false;
    (void)sys::raw::poll_until(nullptr, 0, now + 1'000'000);
  }
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

std::string exit_text(int status) {
  return WIFSIGNALED(status) ? cat("signal ", WTERMSIG(status)) : cat("exit ", WEXITSTATUS(status));
}

bool succeeded(int status) { return WIFEXITED(status) && WEXITSTATUS(status) == 0; }

// The first line in which two texts differ.
std::string difference(const std::string& expected, const std::string& actual) {
  const auto left = text::split(expected, '\n');
  const auto right = text::split(actual, '\n');
  for (std::size_t i = 0; i < left.size() || i < right.size(); ++i) {
    const auto one = i < left.size() ? left[i] : std::string_view("(nothing)");
    const auto other = i < right.size() ? right[i] : std::string_view("(nothing)");
    if (one != other) return cat("expected ", quote(one), ", got ", quote(other));
  }
  return "the same";
}

// A finished file of the cache of seccomp programs: 16 hexadecimal digits. A failing probe makes another
// program.
bool is_cached_filter(std::string_view path, std::string_view root) {
  constexpr std::size_t kDigits = 16;
  const std::string folder = cat(root, "/.seccomp/");
  return path.starts_with(folder) && path.size() == folder.size() + kDigits &&
         path.find_first_not_of("0123456789abcdef", folder.size()) == std::string_view::npos;
}

// The processes that the runtime has left to us, and what each is at.
std::string describe_children() {
  std::string text;
  for (const pid_t pid : living_children()) {
    const std::string folder = cat("/proc/", pid, "/");
    text += cat(" ", pid, " (", text::trim(read_text(folder + "comm")), ") in ", read_text(folder + "wchan"),
                " call ", text::trim(read_text(folder + "syscall")));
  }
  return text;
}

struct Said {
  std::vector<std::string> errors;
  bool warned = false;
};

// `list` is lenient: it says which container it cannot look at, and lists the others.
Said said_in(const std::string& path, bool lenient) {
  Said said;
  const std::string text = read_text(path);
  for (const auto line : text::split(text, '\n')) {
    if (line.empty() || line.starts_with("hint: ")) continue;
    if (line.find("level=warning") != std::string_view::npos || lenient)
      said.warned = true;
    else
      said.errors.emplace_back(line);
  }
  return said;
}

}  // namespace

Trial::Trial(const Case& what, std::string token)
    : case_(what),
      token_(std::move(token)),
      bundle_(cat(kHome, "/", what.bundle)),
      root_(cat(kHome, what.user == 0 ? "/root" : "/user/root")),
      status_(what.settles) {}

Program Trial::program(std::vector<std::string> arguments, const char* output) const {
  Program program;
  program.argv = {cat(kHome, "/masu-runtime"), "--root", root_, "--log-level", "warning"};
  for (auto& argument : arguments)
    program.argv.push_back(replaced(replaced(std::move(argument), "@BUNDLE@", bundle_), "@HOME@", kHome));
  program.out = cat(kHome, "/", output, ".out");
  program.err = cat(kHome, "/", output, ".err");
  program.user = case_.user;
  return program;
}

// The runtime as it is, which has to succeed in silence: empty, or what it did instead.
std::string Trial::native(std::vector<std::string> arguments) const {
  const std::string words = text::join(arguments, " ");
  const Run run = run_plain(program(std::move(arguments), "native"));
  const std::string errors = read_text(kPlace + "/native.err");
  if (run.hung) return cat(words, ": hangs");
  if (succeeded(run.status) && errors.empty()) return {};
  return cat(words, ": ", exit_text(run.status), ", ", quote(text::trim(errors)));
}

std::string Trial::status() const {
  (void)run_plain(program({"state", "c"}, "native"));
  const std::string text = read_text(kPlace + "/native.out");
  constexpr std::string_view kKey = "\"status\":";
  const auto at = text.find(kKey);
  if (at != std::string::npos) {
    const auto from = text.find('"', at + kKey.size()) + 1;
    return text.substr(from, text.find('"', from) - from);
  }
  const std::string error = read_text(kPlace + "/native.err");
  return error.find("does not exist") != std::string::npos ? kNone : cat("unknown: ", text::trim(error));
}

bool Trial::wait_for_status(const std::string& wanted) const {
  return wait_until([&] { return status() == wanted; });
}

std::string Trial::prepare() {
  init_ = 0;
  (void)native({"delete", "--force", "c"});  // of a run that went wrong
  container_out_ = kPlace + "/command.out";
  for (const std::string& file : {kHooks, kPlace + "/command.out", kPlace + "/command.err", kPlace + "/pid"})
    (void)unlink(file.c_str());
  if (case_.cold) (void)run_plain({{"/bin/rm", "-rf", root_}, "/dev/null", "/dev/null"});
  write_text(kHooks, "");
  (void)chmod(kHooks.c_str(), 0666);  // for the hooks of a user namespace's root
  if (case_.before == Before::nothing) return {};
  container_out_ = kPlace + "/container.out";
  const Program create =
      program({"create", "--bundle", "@BUNDLE@", "--pid-file", "@HOME@/pid", "c"}, "container");
  if (const Run run = run_plain(create); !succeeded(run.status))
    return cat("cannot make the container: ", read_text(create.err));
  init_ = text::parse_int<pid_t>(text::trim(read_text(kPlace + "/pid"))).value_or(0);
  (void)unlink((kPlace + "/pid").c_str());
  if (case_.before == Before::created) return {};
  if (auto bad = native({"start", "c"}); !bad.empty()) return bad;
  if (case_.before == Before::paused) return native({"pause", "c"});
  if (case_.before != Before::stopped) return {};
  if (auto bad = native({"kill", "c", "KILL"}); !bad.empty()) return bad;
  return wait_for_status("stopped") ? "" : "the container does not stop";
}

Run Trial::traced(const Point& point) {
  return run_traced(program(case_.command, "command"), point, case_.follows_init ? init_ : 0);
}

// All that there is to see of a success. A container that was made is started, so that it can be looked at.
std::string Trial::evidence(const std::string& expected_status) {
  if (!expected_status.empty()) (void)wait_for_status(expected_status);
  const std::string now = status();
  std::string out = cat("status: ", now, "\n");
  if (now == "created")
    if (auto bad = native({"start", "c"}); !bad.empty()) out += cat(bad, "\n");
  const auto complete = [](const std::string& path) { return read_text(path).ends_with("\nend\n"); };
  const bool inside = now == "created" || now == "running" || case_.before == Before::nothing;
  if (inside && !wait_until([&] { return complete(container_out_); })) out += "the program says nothing\n";
  if (inside) out += read_text(container_out_);
  const std::string own_out = kPlace + "/command.out";
  if (container_out_ != own_out) {
    if (case_.command.front() == "exec") (void)wait_until([&] { return complete(own_out); });
    std::string output = read_text(own_out);
    if (case_.vague) {  // without /etc/passwd the owner is a number
      std::erase_if(output, [](char c) { return c >= '0' && c <= '9'; });
      for (const char* owner : {"root\"", "#\""}) output = replaced(std::move(output), owner, "owner\"");
    }
    out += output;
  }
  out += cat("hooks:\n", read_text(kHooks), read_text(bundle_ + "/shared/hook"), limits_of(token_));
  if (now == kNone) {
    std::vector<std::string> left;
    const auto present = look_around(token_);
    std::ranges::set_difference(present, surroundings_, std::back_inserter(left));
    for (const auto& line : left)
      if (!line.starts_with(kPlace + "/command.") && line != kHooks && !is_cached_filter(line, root_))
        out += cat("left: ", line, "\n");
  }
  return out;
}

// A container that lives is killed and removed in the ordinary way.
std::string Trial::control() const {
  const std::string now = status();
  if (now != "created" && now != "running" && now != "paused") return {};
  // It may be on its way out.
  if (auto bad = native({"kill", "c", "KILL"}); !bad.empty() && bad.find("not running") == std::string::npos)
    return bad;
  if (!wait_for_status("stopped")) return cat("killed while ", now, ", but the container is ", status());
  return native({"delete", "c"});
}

std::string Trial::remove() const {
  for (int round = 0; round < 2; ++round)
    if (auto bad = native({"delete", "--force", "c"}); !bad.empty()) return bad;
  if (!wait_until([] { return living_children().empty(); })) {
    const std::string left = cat("left over:", describe_children());
    for (const pid_t pid : living_children()) (void)kill(pid, SIGKILL);
    return left;
  }
  for (const char* name : {"command.out", "command.err", "container.out", "container.err", "native.out",
                           "native.err", "hooks.log", "pid"})
    (void)unlink(cat(kHome, "/", name).c_str());
  (void)unlink((bundle_ + "/shared/hook").c_str());
  std::vector<std::string> wrong;
  const auto present = look_around(token_);
  std::ranges::set_symmetric_difference(present, surroundings_, std::back_inserter(wrong));
  std::erase_if(wrong, [&](const std::string& line) {
    return is_cached_filter(line, root_) ||
           (case_.cold && line.starts_with(root_) && !std::ranges::binary_search(present, line));
  });
  if (wrong.empty() || surroundings_.empty()) return {};
  const bool more = std::ranges::binary_search(present, wrong.front());
  return cat(more ? "left over: " : "lost: ", wrong.front(),
             wrong.size() > 1 ? cat(" and ", wrong.size() - 1, " more") : "");
}

std::optional<std::map<std::string, std::vector<long>>> Trial::count(std::string& complaint) {
  Run run;
  for (int round = 0; round < 4;
       ++round) {  // unseen, to have all that is made once; then for the evidence; counted
    complaint = prepare();
    if (!complaint.empty()) return std::nullopt;
    run = round < 3 ? run_plain(program(case_.command, "command")) : traced({});
    if (run.hung || !succeeded(run.status)) {
      complaint = cat("undisturbed: ", exit_text(run.status), ", ", read_text(kPlace + "/command.err"));
      return std::nullopt;
    }
    std::string seen = evidence(status_);
    if (round == 1) {
      evidence_ = seen;
      status_ = seen.substr(8, seen.find('\n') - 8);
    }
    if (round > 1 && seen != evidence_)
      complaint = cat("it is not the same twice: ", difference(evidence_, seen));
    for (const auto& bad : {control(), remove()})
      if (complaint.empty()) complaint = bad;
    if (!complaint.empty()) return std::nullopt;
    if (round == 0) surroundings_ = look_around(token_);
  }
  calls_ = run.calls;
  return run.calls;
}

// The container's process has said its last word, and the command may have succeeded: from here on it may be
// killed like any container. Of a `create` it may also fail to wait for `start`. Words are counted, since a
// wait that is interrupted and goes on counts as two calls.
bool Trial::is_on_its_own(const Point& point, const Run& run) const {
  const auto all = calls_.find(point.process), here = run.calls.find(point.process);
  if (all == calls_.end() || here == run.calls.end() || point.process == "0") return false;
  const auto words = std::ranges::count(all->second, SYS_sendmsg);
  auto said = std::ranges::count(here->second, SYS_sendmsg);
  if (point.fault != Fault::kill_at_exit && run.number == SYS_sendmsg) --said;  // not made
  if (words == 0 || said < words) return false;                                 // 0: a hook
  if (point.fault != Fault::fail) return true;
  return case_.command.front() == "create" && point.err != EINTR &&
         (run.number == SYS_recvmsg || run.number == SYS_accept4);
}

Verdict Trial::judge(const Point& point, const Run& run) {
  Verdict verdict{Outcome::bad, "", run.number};
  const auto bad = [&](std::string text) {
    verdict.outcome = Outcome::bad;
    verdict.text = std::move(text);
    return verdict;
  };
  if (run.hung) return bad("hangs");
  if (!run.hit) {
    verdict.outcome = Outcome::unreached;
    return verdict;
  }
  const Said said =
      said_in(kPlace + "/command.err", case_.command.front() == "list" && succeeded(run.status));
  constexpr int kKilled = 128 + SIGKILL;
  const bool was_killed = WIFEXITED(run.status) && WEXITSTATUS(run.status) == kKilled;
  const bool ended_alone = is_on_its_own(point, run) && said.errors.empty();
  const bool was_left = std::ranges::find(case_.command, "exec") != case_.command.end() &&
                        std::ranges::find(case_.command, "--detach") != case_.command.end();
  if (ended_alone && (was_killed || (succeeded(run.status) && (was_left || wait_for_status("stopped"))))) {
    verdict.outcome = point.fault == Fault::fail ? Outcome::harmless : Outcome::killed;
    return verdict;
  }
  const bool killed_itself = point.fault != Fault::fail && point.process == "0";
  if (succeeded(run.status)) {
    verdict.outcome =
        point.fault == Fault::fail ? said.warned ? Outcome::warned : Outcome::harmless : Outcome::killed;
    if (!said.errors.empty()) return bad(cat("succeeds, but says ", said.errors.front()));
    // What was made and waits for `start` may be killed as well.
    const std::string seen = evidence(status_);
    if (seen != evidence_ && !said.warned) return bad(cat("succeeds, but ", difference(evidence_, seen)));
    if (said.warned) verdict.text = cat("warned: ", difference(evidence_, seen));
    return verdict;
  }
  if (!killed_itself) {
    if (WIFSIGNALED(run.status)) return bad(cat("the runtime is ended by ", exit_text(run.status)));
    if (said.errors.size() != 1)
      return bad(cat(exit_text(run.status), " with ", said.errors.size(),
                     " lines of error: ", text::join(said.errors, " | ")));
    verdict.text = said.errors.front();
  }
  if (const std::string now = status();
      now.starts_with("unknown") ||
      (!case_.then.empty() && std::ranges::find(case_.then, now) == case_.then.end()))
    return bad(cat("the container is ", now));
  if (case_.command.front() == "exec" && !wait_until([] { return living_children().size() == 1; }))
    return bad(cat("a process of exec's is left in the container:", describe_children()));
  if (case_.command.front() == "start" && status() == "created" && !point.process.starts_with("init")) {
    const std::string again = native({"start", "c"});
    // A failure to see the start is not one of the container.
    if (!again.empty() && again.find("is running already") == std::string::npos)
      return bad(cat("cannot be started any more: ", again));
  }
  verdict.outcome = point.fault == Fault::fail ? Outcome::reported : Outcome::killed;
  return verdict;
}

Verdict Trial::run(const Point& point) {
  if (auto bad = prepare(); !bad.empty()) return {Outcome::bad, bad, -1};
  const Run run = traced(point);
  Verdict verdict = judge(point, run);
  for (const auto& bad : {control(), remove()}) {
    if (bad.empty()) continue;
    verdict.text = verdict.outcome == Outcome::bad ? cat(verdict.text, "; ", bad) : bad;
    verdict.outcome = Outcome::bad;
  }
  return verdict;
}

}  // namespace masu::faults
