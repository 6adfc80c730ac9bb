// SPDX-License-Identifier: Apache-2.0
//
// hold MEBIBYTES PROCESSES PROGRAM [ARGUMENT…]: runs a program in a cgroup of its own, says when it runs out
// of memory, and in the end what it has used. The same code serves v1, v2 and hybrid machines. It is
// explained, step by step, in docs/src/cgroups-library.md.
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cgroups/manager.h"

#include <cerrno>
#include <cstdio>

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

namespace cgroups = masu::cgroups;
using masu::Result;

constexpr int kSkipped = 77;  // for CTest: this machine's cgroups are not ours to use

std::chrono::steady_clock::time_point in_seconds(int seconds) {
  return std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
}

/// Forks a child that joins the cgroup before it becomes the program.
Result<pid_t> start(cgroups::Manager& manager, char** program) {
  const auto files = TRY(manager.open_join(false));
  const pid_t pid = fork();
  if (pid != 0) return pid;
  for (const auto& file : files)
    if (write(file.get(), "0", 1) != 1) _exit(126);
  execvp(program[0], program);
  _exit(127);
}

/// Waits for the program's end; an OOM meanwhile is told. Yields its wait status.
Result<int> watch(const cgroups::Manager& manager, pid_t pid) {
  auto oom = TRY(manager.watch_oom());
  const masu::sys::Fd process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!process.valid()) return masu::fail(masu::Error::sys(errno, "open the program's process"));
  pollfd polls[] = {{.fd = process.get(), .events = POLLIN, .revents = 0},
                    {.fd = oom.fd(), .events = POLLIN, .revents = 0}};
  while (polls[0].revents == 0) {
    if (poll(polls, 2, -1) < 0) continue;
    if (polls[1].revents == 0) continue;
    const auto event = TRY(oom.take());
    if (event.oom) std::printf("out of memory: %llu killed\n", static_cast<unsigned long long>(event.kills));
    if (event.gone) polls[1].fd = -1;  // nothing more will come of it
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return status;
}

void print(const cgroups::Stats& stats) {
  std::printf("cpu: %llu ms\nmemory: at most %llu KiB\n",
              static_cast<unsigned long long>(stats.cpu.total / 1'000'000),
              static_cast<unsigned long long>(stats.memory.memory.max / 1024));
}

Result<int> hold(const masu::spec::Resources& limits, char** program) {
  const auto layout = TRY(cgroups::detect_layout());
  const std::string name = masu::cat("hold-", getpid());
  auto manager = TRY(cgroups::Manager::plan(layout, {.cgroups_path = "/" + name, .id = name}));
  TRY(manager.check());
  TRY(manager.create());
  const auto run = [&]() -> Result<int> {
    TRY(manager.update(limits));
    const pid_t pid = TRY(start(manager, program));
    const int status = TRY(watch(manager, pid));
    print(TRY(manager.stats()));
    return status;
  };
  auto status = run();
  TRY(manager.remove(in_seconds(10)));  // also after a failure, and with what is still inside
  return status;
}

void complain(const char* kind, const std::string& text) {
  (void)std::fprintf(stderr, "%s%s\n", kind, text.c_str());
}

int report(const masu::Error& error) {
  complain("hold: ", error.message());
  if (!error.hint_text().empty()) complain("hint: ", error.hint_text());
  const int err = error.err();
  const bool not_ours = err == EACCES || err == EPERM || err == EROFS;
  return not_ours || error.kind() == masu::Kind::unsupported ? kSkipped : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    complain("usage: ", "hold MEBIBYTES PROCESSES PROGRAM [ARGUMENT…]");
    return 100;
  }
  const auto mebibytes = masu::text::parse_int<std::int64_t>(argv[1]);
  const auto processes = masu::text::parse_int<std::int64_t>(argv[2]);
  if (!mebibytes || !processes) {
    complain("hold: ", "both limits are numbers");
    return 100;
  }
  masu::spec::Resources limits;
  const std::int64_t bytes = *mebibytes * 1024 * 1024;
  limits.memory = masu::spec::Memory{.limit = bytes, .swap = bytes};  // memory and swap together: no swap
  limits.pids_limit = processes;
  const auto status = hold(limits, argv + 3);
  if (!status) return report(status.error());
  return WIFEXITED(*status) ? WEXITSTATUS(*status) : 128 + WTERMSIG(*status);
}
