// SPDX-License-Identifier: Apache-2.0
#include "beside.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/fd.h"
#include "masu/sys/raw.h"

#include <cerrno>
#include <memory>
#include <string>
#include <utility>

#include <sys/wait.h>
#include <unistd.h>

namespace masu::containerd {
namespace {

constexpr std::size_t kLongest = std::size_t{32} * 1024;  // a pipe holds more

[[noreturn]] void work_and_report(const std::function<Result<>()>& work, int report) {
  const auto done = work();
  if (done) _exit(0);
  const Error& error = done.error();
  std::string text(1, static_cast<char>(error.kind()));
  text += error.message();
  if (!error.hint_text().empty()) text += cat(" (hint: ", error.hint_text(), ")");
  (void)sys::write_once(report, std::string_view(text).substr(0, kLongest));
  _exit(1);
}

Result<> read_report(int report, int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  char text[kLongest];
  const long got = sys::raw::read(report, text, sizeof text);
  if (got <= 1) return fail(Error::make(Kind::internal, "the process that did it was killed"));
  return fail(
      Error::make(static_cast<Kind>(text[0]), std::string(text + 1, static_cast<std::size_t>(got) - 1)));
}

}  // namespace

Result<> run_beside(event::Children& children, const std::function<Result<>()>& work,
                    std::function<void(Result<>)> done) {
  int report[2];
  if (const long made = sys::raw::call(SYS_pipe2, report, O_CLOEXEC | O_NONBLOCK); made < 0)
    return fail(Error::sys(static_cast<int>(-made), "make a pipe"));
  auto ours = std::make_shared<sys::Fd>(report[0]);
  const sys::Fd theirs(report[1]);
  const pid_t pid = fork();
  if (pid < 0) return fail(Error::sys(errno, "fork"));
  if (pid == 0) work_and_report(work, theirs.get());
  // What it adopts out of us stays until it is known whose it is.
  children.hold();
  children.expect(pid, [&children, pid, ours, done = std::move(done)](int status) {
    children.settle(pid);
    done(read_report(ours->get(), status));
    children.release();
  });
  return {};
}

}  // namespace masu::containerd
