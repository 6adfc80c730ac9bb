// SPDX-License-Identifier: Apache-2.0
#include "command.h"

#include "masu/base/errno_name.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/activation.h"
#include "masu/sys/process.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <memory>
#include <numeric>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace masu::shim {
namespace {

constexpr std::size_t kMaxOutput = std::size_t{1024} * 1024;

constexpr const char* kOomScore = "/proc/self/oom_score_adj";
std::string given_oom_score;  // NOLINT: of the process; empty: not changed

struct Run {
  std::function<void(Outcome)> done;
  sys::Fd output, errors;
  sys::Process process;
  event::Loop::Timer deadline{};
  bool timed_out = false;
};

Result<sys::Fd> make_memory_file() {
  sys::Fd file(memfd_create("output", MFD_CLOEXEC));
  if (!file.valid()) return fail(Error::sys(errno, "memfd_create"));
  return file;
}

// What was written, of a file whose offset stands at its end.
std::string read_back(const sys::Fd& file) {
  const off_t size = file.valid() ? lseek(file.get(), 0, SEEK_END) : 0;
  if (size <= 0) return {};
  std::string text(std::min(kMaxOutput, static_cast<std::size_t>(size)), '\0');
  const ssize_t got = pread(file.get(), text.data(), text.size(), 0);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> out;
  for (const std::string& word : words) out.push_back(const_cast<char*>(word.c_str()));
  return out;
}

Result<> start(Run& run, const Order& order) {
  std::vector<char*> argv = pointers(order.words);
  argv.push_back(nullptr);
  sys::ListenEnvironment environment(order.sockets, order.environment);
  std::vector<int> sockets(order.sockets);
  std::iota(sockets.begin(), sockets.end(), 3);
  sys::Fd null = TRY(sys::open("/dev/null", O_RDONLY));
  if (order.stdio[1] < 0) run.output = TRY(make_memory_file());
  if (order.stdio[2] < 0) run.errors = TRY(make_memory_file());
  int pidfd = -1;
  const long pid = sys::spawn({.path = order.words.front().c_str(),
                               .argv = argv.data(),
                               .envp = environment.envp(),
                               .directory = order.directory.empty() ? nullptr : order.directory.c_str(),
                               .stdin_fd = order.stdio[0] < 0 ? null.get() : order.stdio[0],
                               .stdout_fd = order.stdio[1] < 0 ? run.output.get() : order.stdio[1],
                               .stderr_fd = order.stdio[2] < 0 ? run.errors.get() : order.stdio[2],
                               .dies_with_parent = order.dies_with_us,
                               .oom_score_adj = given_oom_score.empty() ? nullptr : given_oom_score.c_str(),
                               .passed = sockets,
                               .own_pid = environment.own_pid()},
                              &pidfd);
  if (pid < 0) return fail(Error::sys(static_cast<int>(-pid), cat("execute ", quote(order.words.front()))));
  run.process = sys::Process(static_cast<pid_t>(pid), sys::Fd(pidfd));
  return {};
}

}  // namespace

bool was_killed(const Outcome& outcome) {
  if (outcome.status < 0) return false;
  return outcome.timed_out || WIFSIGNALED(outcome.status) || WEXITSTATUS(outcome.status) > 128;
}

void protect_from_oom() {
  auto given = sys::read_file(kOomScore);
  const sys::Fd file(sys::raw::openat(AT_FDCWD, kOomScore, O_WRONLY));
  constexpr std::string_view kLast = "-999";
  if (!given || !file.valid() || sys::raw::write(file.get(), kLast.data(), kLast.size()) < 0) return;
  given_oom_score = text::trim(*given);
}

// The order goes when this returns, and what it keeps with it.
// NOLINTNEXTLINE(performance-unnecessary-value-param)
void run_command(event::Loop& loop, event::Children& children, Order order,
                 std::function<void(Outcome)> done) {
  const auto run = std::make_shared<Run>();
  run->done = std::move(done);
  const bool holds = order.leaves_child;
  if (holds) children.hold();
  if (auto started = start(*run, order); !started) {
    loop.later([run, holds, &children, message = started.error().message()] {
      run->done({.errors = message});
      if (holds) children.release();
    });
    return;
  }
  run->deadline = loop.after(order.deadline_ns, [run] {
    run->timed_out = true;
    (void)run->process.signal(SIGKILL);
  });
  children.expect(run->process.pid(), [run, holds, &loop, &children](int status) {
    loop.cancel(run->deadline);
    run->done({.status = status,
               .timed_out = run->timed_out,
               .output = read_back(run->output),
               .errors = read_back(run->errors)});
    children.settle(run->process.pid());
    if (holds) children.release();
  });
}

}  // namespace masu::shim
