// SPDX-License-Identifier: Apache-2.0
#include "logger.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"

#include <array>
#include <csignal>
#include <memory>
#include <utility>

namespace masu::containerd {
namespace {

constexpr std::string_view kScheme = "binary://";
constexpr std::int64_t kPatience = 10'000'000'000;

// %41 is A, and in a query + is a space (RFC 3986, section 2.1; HTML's form encoding).
Result<std::string> decode(std::string_view text, bool query) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && query) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const auto byte = text::parse_int<std::uint8_t>(text.substr(i + 1, 2), 16);
      if (!byte || *byte == 0 || i + 2 >= text.size())
        return fail(Error::make(Kind::usage, cat(quote(text), " is no part of a URI")));
      out += static_cast<char>(*byte);
      i += 2;
    }
  }
  return out;
}

}  // namespace

Result<std::vector<std::string>> parse_logger(std::string_view uri) {
  std::string_view rest = uri.substr(kScheme.size());
  const auto mark = rest.find('?');
  std::vector<std::string> words = {TRY(decode(rest.substr(0, mark), false))};
  if (!words.front().starts_with('/'))
    return fail(Error::make(Kind::usage, "the program is no absolute path").hint("binary:///PATH"));
  if (mark == std::string_view::npos) return words;
  for (const std::string_view parameter : text::split(rest.substr(mark + 1), '&')) {
    if (parameter.empty()) continue;
    const auto equals = parameter.find('=');
    words.push_back(TRY(decode(parameter.substr(0, equals), true)));
    if (equals != std::string_view::npos) words.push_back(TRY(decode(parameter.substr(equals + 1), true)));
  }
  return words;
}

Result<sys::Process> start_logger(std::string_view uri, const std::string& name_space, const std::string& id,
                                  int out, int err) {
  std::vector<std::string> words = TRY(parse_logger(uri));
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::string container = cat("CONTAINER_ID=", id), space = cat("CONTAINER_NAMESPACE=", name_space);
  char* envp[] = {container.data(), space.data(), nullptr};
  int ready[2];
  if (const long made = sys::raw::call(SYS_pipe2, ready, O_CLOEXEC); made < 0)
    return fail(Error::sys(static_cast<int>(-made), "make a pipe"));
  const sys::Fd ours(ready[0]);
  sys::Fd theirs(ready[1]);
  const sys::Fd null = TRY(sys::open("/dev/null", O_RDWR));
  // The three are put below numbers that are free for certain.
  constexpr int kFirst = 3, kAbove = 16;
  std::array<sys::Fd, 3> copies;
  std::array<int, 3> handed{out, err, theirs.get()};
  for (std::size_t i = 0; i < handed.size(); ++i) {
    const int copy = sys::raw::fcntl(handed[i], F_DUPFD_CLOEXEC, kAbove);
    if (copy < 0) return fail(Error::sys(-copy, "duplicate a pipe"));
    copies[i] = sys::Fd(copy);
    handed[i] = copy;
  }
  int pidfd = -1;
  const long pid = sys::spawn({.path = words.front().c_str(),
                               .argv = argv.data(),
                               .envp = envp,
                               .stdin_fd = null.get(),
                               .stdout_fd = null.get(),
                               .handed = handed,
                               .first_handed = kFirst},
                              &pidfd);
  if (pid < 0) return fail(Error::sys(static_cast<int>(-pid), "execute it"));
  sys::Process process(static_cast<pid_t>(pid), sys::Fd(pidfd));
  theirs.reset();
  copies = {};
  pollfd waits{ours.get(), POLLIN, 0};
  if (sys::raw::poll_until(&waits, 1, sys::raw::monotonic_ns() + kPatience) > 0) return process;
  (void)process.signal(SIGKILL);
  return fail(Error::make(Kind::timeout, "it is not ready after 10 s").hint("it has to close its fd 5"));
}

void end_logger(event::Loop& loop, sys::Process logger) {
  if (logger.pid() <= 0) return;
  loop.after(kPatience,
             [kept = std::make_shared<sys::Process>(std::move(logger))] { (void)kept->signal(SIGTERM); });
}

}  // namespace masu::containerd
