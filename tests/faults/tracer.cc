// SPDX-License-Identifier: Apache-2.0
#include "tracer.h"

#include "errnos.h"
#include "masu/base/text.h"
#include "masu/sys/raw.h"
#include "registers.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <fcntl.h>
#include <grp.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

namespace masu::faults {
namespace {

constexpr char kRoot[] = "0";
constexpr char kInit[] = "init";
constexpr long kOptions = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                          PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
constexpr int kSyscallStop = SIGTRAP | 0x80;

[[noreturn]] void execute(const Program& program, int gate) {
  char byte = 0;
  if (gate >= 0) (void)!read(gate, &byte, 1);
  std::vector<char*> argv;
  for (const auto& word : program.argv) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int out = open(program.out.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const int err = open(program.err.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (in < 0 || out < 0 || err < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0) _exit(126);
  const unsigned user = program.user;
  if (user != 0 &&
      (setgroups(0, nullptr) < 0 || setresgid(user, user, user) < 0 || setresuid(user, user, user) < 0))
    _exit(126);
  execv(argv[0], argv.data());
  _exit(127);
}

class Tracer {
 public:
  Tracer(const Point& point, Run& run) : point_(point), run_(run) {}

  void follow(pid_t pid, std::string name, bool counts) {
    processes_[pid].name = std::move(name);
    processes_[pid].counts = counts;
  }
  void watch(pid_t root, std::int64_t deadline);

 private:
  struct Process {
    std::string name;       // empty: its parent has not told of it yet
    std::size_t calls = 0;  // that it has entered
    long number = -1;       // of the call that it is in, -1: in none
    unsigned children = 0;
    bool counts = false;   // the program itself counts from its exec on
    bool stopped = false;  // at its birth, before we knew its name
    bool failing = false;  // the present call is to fail
    bool leaving = false;  // it is let go at its next stop
  };

  void handle(pid_t pid, int status);
  void handle_stop(pid_t pid, Process& process, int status);
  void handle_call(pid_t pid, Process& process);
  void enter(pid_t pid, Process& process, long number);
  void leave(pid_t pid, Process& process);
  void adopt(pid_t parent_pid);
  void go_on(pid_t pid, const Process& process, int signal);
  void let_go(pid_t pid, int signal) {
    (void)trace_call(PTRACE_DETACH, pid, 0, reinterpret_cast<void*>(static_cast<long>(signal)));
    processes_.erase(pid);
  }
  void let_others_go();
  bool looks_at(const Process& process) const {
    return point_.fault == Fault::none || (!run_.hit && process.name == point_.process) || process.failing;
  }
  // With the program gone, a process that waits for `start` waits for nobody of ours.
  bool is_done(pid_t pid, const Process& process) const {
    if (!root_ended_ || pid == root_ || pid == dying_) return false;
    return !looks_at(process) || (process.number == SYS_accept4 && !process.failing);
  }
  void end(pid_t pid) {
    run_.hit = true;
    dying_ = pid;
    (void)kill(pid, SIGKILL);
  }
  // Another call than the counted run had here fails in a way of its own.
  int way_to_fail(long number) const {
    const auto ways = errnos_of(number);
    return std::ranges::find(ways, point_.err) != ways.end() || ways.empty() ? point_.err : ways.front();
  }
  bool here(const Process& process) const {
    return process.counts && !run_.hit && process.name == point_.process && process.calls == point_.call;
  }

  const Point& point_;
  Run& run_;
  pid_t root_ = 0;
  pid_t dying_ = 0;  // the fault has killed it: its end is waited for
  bool root_ended_ = false;
  std::map<pid_t, Process> processes_;
};

// Only where something is looked for does each call stop.
void Tracer::go_on(pid_t pid, const Process& process, int signal) {
  const long how = looks_at(process) || process.name.empty() ? PTRACE_SYSCALL : PTRACE_CONT;
  (void)trace_call(how, pid, 0, reinterpret_cast<void*>(static_cast<long>(signal)));
}

void Tracer::enter(pid_t pid, Process& process, long number) {
  process.number = number;
  if (process.counts && looks_at(process) && !run_.hit) run_.calls[process.name].push_back(number);
  if (here(process)) {
    run_.number = number;
    if (point_.fault == Fault::kill_at_entry) {
      end(pid);
    } else if (point_.fault == Fault::fail) {
      run_.hit = true;
      process.failing = true;
      run_.err = way_to_fail(number);
      if (!fails_after_effect(number)) (void)skip_call(pid);
    }
  }
  // What is to be killed at the exit has to be found there again: counted on then.
  if (point_.fault != Fault::kill_at_exit) ++process.calls;
}

void Tracer::leave(pid_t pid, Process& process) {
  if (process.failing) {
    process.failing = false;
    (void)replace_result(pid, -run_.err);
  }
  if (point_.fault == Fault::kill_at_exit) {
    if (here(process)) {
      end(pid);
    }
    ++process.calls;
  }
  process.number = -1;
}

void Tracer::handle_call(pid_t pid, Process& process) {
  ptrace_syscall_info info{};
  const long got = trace_call(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info);
  if (got <= 0) return;
  if (info.op == PTRACE_SYSCALL_INFO_ENTRY) enter(pid, process, static_cast<long>(info.entry.nr));
  if (info.op == PTRACE_SYSCALL_INFO_EXIT && process.number >= 0) leave(pid, process);
}

// A process of this one's has been born, and stops or has stopped.
void Tracer::adopt(pid_t parent_pid) {
  unsigned long number = 0;
  if (trace_call(PTRACE_GETEVENTMSG, parent_pid, 0, &number) < 0) return;
  Process& parent = processes_[parent_pid];
  const auto pid = static_cast<pid_t>(number);
  const unsigned ordinal = ++parent.children;
  if (kill(pid, 0) < 0) return;  // killed at birth, and reaped
  Process& child = processes_[pid];
  child.name = cat(parent.name, ".", ordinal);
  child.counts = true;
  child.leaving = parent.leaving;
  if (!std::exchange(child.stopped, false)) return;
  if (child.leaving)
    let_go(pid, 0);
  else
    go_on(pid, child, 0);
}

void Tracer::handle_stop(pid_t pid, Process& process, int status) {
  const int signal = WSTOPSIG(status);
  const int event = status >> 16;
  const bool birth = event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE;
  if (birth) adopt(pid);
  if (process.leaving) {
    let_go(pid, event == 0 && signal != kSyscallStop ? signal : 0);
    return;
  }
  if (signal == kSyscallStop) {
    handle_call(pid, process);
    if (is_done(pid, process))
      let_go(pid, 0);
    else
      go_on(pid, process, 0);
    return;
  }
  switch (event) {
    case PTRACE_EVENT_EXEC:
      if (pid != root_) {
        let_go(pid, 0);  // a hook, or the container's own program
        return;
      }
      process.counts = true;
      break;
    case PTRACE_EVENT_STOP:
      if (process.name.empty()) {
        process.stopped = true;
        return;
      }
      break;
    default:
      go_on(pid, process, birth ? 0 : signal);
      return;
  }
  go_on(pid, process, 0);
}

void Tracer::handle(pid_t pid, int status) {
  if (WIFSTOPPED(status)) {
    handle_stop(pid, processes_[pid], status);
    return;
  }
  processes_.erase(pid);
  if (pid == root_) {
    root_ended_ = true;
    run_.status = status;
    let_others_go();
  }
}

// Those that still have a point before them, or are counted, go on until they wait.
void Tracer::let_others_go() {
  for (auto& [pid, process] : processes_) {
    if (pid == dying_ || (looks_at(process) && process.number != SYS_accept4)) continue;
    process.leaving = true;
    (void)trace_call(PTRACE_INTERRUPT, pid, 0, nullptr);
  }
}

void Tracer::watch(pid_t root, std::int64_t deadline) {
  root_ = root;
  while (!processes_.empty()) {
    int status = 0;
    const pid_t pid = waitpid(-1, &status, __WALL);
    if (pid > 0) {
      if (WIFSTOPPED(status) || processes_.contains(pid)) handle(pid, status);
      continue;
    }
    if (errno != EINTR) return;
    if (sys::raw::monotonic_ns() < deadline || run_.hung) continue;
    run_.hung = true;
    for (auto& [left, process] : processes_) (void)kill(left, SIGKILL);
  }
}

}  // namespace

void start_ticking() {
  struct sigaction action{};
  action.sa_handler = [](int) {};  // no SA_RESTART: waits come back
  (void)sigaction(SIGALRM, &action, nullptr);
  const itimerval tick{{0, 500'000}, {0, 500'000}};
  (void)setitimer(ITIMER_REAL, &tick, nullptr);
}

Run run_traced(const Program& program, const Point& point, pid_t init) {
  Run run;
  int gate[2];
  if (pipe2(gate, O_CLOEXEC) < 0) return run;
  const pid_t pid = fork();
  if (pid == 0) {
    close(gate[1]);
    execute(program, gate[0]);
  }
  close(gate[0]);
  Tracer tracer(point, run);
  if (pid > 0 && trace_call(PTRACE_SEIZE, pid, 0, reinterpret_cast<void*>(kOptions)) == 0)
    tracer.follow(pid, kRoot, false);
  if (init > 0 && trace_call(PTRACE_SEIZE, init, 0, reinterpret_cast<void*>(kOptions)) == 0) {
    tracer.follow(init, kInit, true);
    (void)trace_call(PTRACE_INTERRUPT, init, 0, nullptr);
  }
  close(gate[1]);
  tracer.watch(pid, sys::raw::monotonic_ns() + kPatience);
  return run;
}

Run run_plain(const Program& program) {
  Run run;
  const std::int64_t deadline = sys::raw::monotonic_ns() + kPatience;
  const pid_t pid = fork();
  if (pid == 0) execute(program, -1);
  while (waitpid(pid, &run.status, 0) != pid) {
    if (errno != EINTR) break;
    if (sys::raw::monotonic_ns() < deadline || run.hung) continue;
    run.hung = true;
    (void)kill(pid, SIGKILL);
  }
  return run;
}

}  // namespace masu::faults
