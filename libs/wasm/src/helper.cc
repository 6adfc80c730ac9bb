// SPDX-License-Identifier: Apache-2.0
#include "helper.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/process.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <grp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace masu::wasm {
namespace {

constexpr std::int64_t kDeadline = 120'000'000'000;
constexpr std::size_t kLargest = std::size_t{1} << 31;

Result<sys::Fd> memory(const char* name) {
  constexpr unsigned kNoExec = 8;  // MFD_NOEXEC_SEAL, Linux 6.3, without which vm.memfd_noexec may refuse it
  long fd = sys::raw::call(SYS_memfd_create, name, MFD_CLOEXEC | MFD_ALLOW_SEALING | kNoExec);
  if (fd == -EINVAL) fd = sys::raw::call(SYS_memfd_create, name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) return fail(Error::sys(static_cast<int>(-fd), "make a memfd"));
  return sys::Fd(static_cast<int>(fd));
}

// What the compiler cannot be made to do by a module: read files of root, become somebody, go on for ever.
bool confine(int output) {
  constexpr rlim_t kMinutes = rlim_t{2} * 60, kGibibyte = rlim_t{1} << 30;
  const auto limit = [](__rlimit_resource what, rlim_t value) {
    rlimit now{};
    if (getrlimit(what, &now) < 0) return false;
    const rlimit both{std::min(value, now.rlim_max), std::min(value, now.rlim_max)};
    return setrlimit(what, &both) == 0;
  };
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || dup2(output, 3) < 0) return false;
  if (sys::raw::close_range(4, ~0u, 0) < 0) return false;
  if (!limit(RLIMIT_CPU, kMinutes) || !limit(RLIMIT_CORE, 0) || !limit(RLIMIT_AS, 8 * kGibibyte))
    return false;
  constexpr uid_t kNobody = 65534;
  // In a user namespace there may be no such ids; then root there is nobody outside.
  if (geteuid() == 0 && setgroups(0, nullptr) == 0 && setresgid(kNobody, kNobody, kNobody) == 0)
    (void)setresuid(kNobody, kNobody, kNobody);
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_DUMPABLE, 0) == 0;
}

[[noreturn]] void compile_here(const Backend& backend, std::string_view module, bool is_text, int output) {
  constexpr int kOutput = 3;
  if (!confine(output)) _exit(2);
  const auto code = backend.compile(module, is_text);
  const std::string said = code ? std::string() : code.error().message();
  const bool written = sys::write_all(kOutput, code ? std::string_view(*code) : said).has_value();
  _exit(!written ? 2 : code ? 0 : 1);
}

// One line, whatever a module has made the compiler say.
std::string one_line(std::string_view said) {
  constexpr std::size_t kLongest = 500;
  std::string out;
  for (const char c : said.substr(0, kLongest)) {
    const bool blank = static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
    if (!blank)
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  return out;
}

Error ended(const Backend& backend, int status) {
  const std::string how = WIFSIGNALED(status)
                              ? cat("signal ", WTERMSIG(status), " (", sigdescr_np(WTERMSIG(status)), ")")
                              : cat("exit code ", WEXITSTATUS(status));
  return Error::make(Kind::unsupported,
                     cat(backend.name, ": compile the module: the compiler ended by ", how));
}

}  // namespace

Result<std::string> compile_apart(const Backend& backend, std::string_view module, bool is_text) {
  const sys::Fd output = TRY(memory("masu-wasm-compiler"));
  const pid_t pid = fork();
  if (pid < 0) return fail(Error::sys(errno, "fork the compiler of the module"));
  if (pid == 0) compile_here(backend, module, is_text, output.get());
  const sys::Fd pidfd(sys::raw::pidfd_open(pid));
  int status = 0;
  const long ended_well = sys::wait_spawned(pidfd.get(), sys::raw::monotonic_ns() + kDeadline, &status);
  if (ended_well == -ETIMEDOUT)
    return fail(Error::make(Kind::timeout, cat(backend.name, ": compile the module: not done after 120 s")));
  if (ended_well < 0)
    return fail(Error::sys(static_cast<int>(-ended_well), "wait for the compiler of the module"));
  if (!WIFEXITED(status) || WEXITSTATUS(status) > 1) return fail(ended(backend, status));
  if (lseek(output.get(), 0, SEEK_SET) < 0) return fail(Error::sys(errno, "read what the compiler has made"));
  std::string made = TRY(sys::read_all(output.get(), kLargest));
  if (WEXITSTATUS(status) == 1) return fail(Error::make(Kind::unsupported, one_line(made)));
  return made;
}

Result<sys::Fd> seal(std::string_view bytes) {
  sys::Fd file = TRY(memory("masu-wasm"));
  TRY_IN(sys::write_all(file.get(), bytes), "copy the module");
  constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  if (const int sealed = sys::raw::fcntl(file.get(), F_ADD_SEALS, kSeals); sealed < 0)
    return fail(Error::sys(-sealed, "seal the module's memfd"));
  return file;
}

}  // namespace masu::wasm
