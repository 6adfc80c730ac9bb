// SPDX-License-Identifier: Apache-2.0
#include "masu/criu/session.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/criu/log.h"
#include "masu/sys/raw.h"
#include "masu/sys/socket.h"

#include <cerrno>
#include <vector>

#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

namespace masu::criu {
namespace {

constexpr std::int64_t kPatience = 10'000'000'000;  // ns, for questions that take CRIU no work
constexpr std::size_t kLongestAnswer = 64u << 10;

bool is_program(const std::string& path) {
  struct stat info;
  return sys::raw::fstatat(AT_FDCWD, path.c_str(), &info, 0) == 0 && S_ISREG(info.st_mode) &&
         (info.st_mode & 0111) != 0;
}

}  // namespace

Result<std::string> find_program(std::string_view given, std::string_view path) {
  if (!given.empty()) {
    if (is_program(std::string(given))) return std::string(given);
    return fail(Error::make(Kind::unsupported, cat("CRIU: ", quote(given), " is no program")));
  }
  if (path.empty()) path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  for (std::string_view folder : text::split(path, ':')) {
    std::string candidate = cat(folder.empty() ? "." : folder, "/criu");
    if (is_program(candidate)) return candidate;
  }
  return fail(
      Error::make(Kind::unsupported, "CRIU is needed to checkpoint and restore: no program 'criu' in PATH")
          .hint("install the package criu"));
}

Result<Session> Session::start(const std::string& program, std::span<const int> passed) {
  Session session;
  auto [ours, theirs] = TRY(sys::socket_pair());
  // Before CRIU has read the request it has no log, and writes what ails it to stderr.
  session.complaints_ =
      sys::Fd(static_cast<int>(sys::raw::call(SYS_memfd_create, "criu", static_cast<unsigned>(MFD_CLOEXEC))));
  std::vector<int> kept(passed.begin(), passed.end());
  kept.push_back(theirs.get());
  std::string name = "criu", action = "swrk", number = std::to_string(theirs.get());
  char* const argv[] = {name.data(), action.data(), number.data(), nullptr};
  // Not to die with us: it gives up by itself when our end of the socket closes, and would otherwise leave
  // the processes that it dumps as they are in the middle of it.
  const sys::Spawn what{.path = program.c_str(),
                        .argv = argv,
                        .envp = environ,
                        .stderr_fd = session.complaints_.get(),
                        .passed = kept};
  int pidfd = -1;
  const long pid = sys::spawn(what, &pidfd);
  if (pid < 0) return fail(Error::sys(static_cast<int>(-pid), cat("execute ", quote(program))));
  session.process_ = sys::Process(static_cast<pid_t>(pid), sys::Fd(pidfd));
  session.socket_ = std::move(ours);
  return session;
}

Session::~Session() {
  if (process_.pidfd() < 0) return;
  socket_.reset();
  int status = 0;
  (void)sys::wait_spawned(process_.pidfd(), sys::raw::monotonic_ns() + kPatience, &status);
}

std::string Session::complaint() const {
  if (!complaints_.valid()) return {};
  std::string text(kLongestAnswer, '\0');
  const long got = sys::raw::call(SYS_pread64, complaints_.get(), text.data(), text.size(), 0);
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  const std::string error = first_error(text);
  return error.empty() ? std::string(text::trim(text.substr(0, text.find('\n')))) : error;
}

Error Session::ended() {
  socket_.reset();
  int status = 0;
  const long waited = sys::wait_spawned(process_.pidfd(), sys::raw::monotonic_ns() + kPatience, &status);
  process_ = {};
  const std::string said = complaint();
  if (!said.empty()) return Error::make(Kind::system, cat("CRIU: ", said));
  const int signal = status & 0x7f;
  return Error::make(Kind::system, waited < 0 ? std::string("CRIU: no answer")
                                   : signal != 0
                                       ? cat("CRIU was ended by signal ", signal)
                                       : cat("CRIU ended with status ", status >> 8, " and no answer"));
}

Result<> Session::hear(const Response& notice, sys::Fd fd, const Listener& listener) {
  Result<> heard;
  if (listener) heard = listener(notice, std::move(fd));
  const std::string answer = encode_notified(heard.has_value());
  const long sent = sys::send_message(socket_.get(), answer.data(), answer.size());
  if (heard && sent < 0) return fail(ended());
  return heard;
}

Result<Response> Session::perform(std::string_view request, const Listener& listener,
                                  std::int64_t deadline_ns) {
  if (const long sent = sys::send_message(socket_.get(), request.data(), request.size()); sent < 0)
    return fail(ended());
  Result<> heard;
  std::string bytes;
  for (;;) {
    pollfd poll{socket_.get(), POLLIN, 0};
    const int ready = sys::raw::poll_until(&poll, 1, deadline_ns);
    if (ready == 0) return fail(Error::make(Kind::timeout, "CRIU: no answer within the time allowed"));
    bytes.resize(kLongestAnswer);
    int fd = -1;
    const long got = ready < 0 ? ready : sys::receive_message(socket_.get(), bytes.data(), bytes.size(), &fd);
    sys::Fd passed(fd);
    // What a listener refused is why CRIU gave up.
    if (!heard && got <= 0) return fail(std::move(heard).error());
    if (got <= 0) return fail(ended());
    bytes.resize(static_cast<std::size_t>(got));
    Response response = TRY(parse_response(bytes));
    if (response.action == Action::notify) {
      if (auto told = hear(response, std::move(passed), listener); !told && heard) heard = std::move(told);
      continue;
    }
    if (!heard) return fail(std::move(heard).error());
    if (response.success) return response;
    const std::string said = response.error_text.empty() ? complaint() : response.error_text;
    Error error =
        response.error_number > 0
            ? Error::sys(response.error_number, cat("CRIU: ", action_name(response.action), " failed"))
            : Error::make(Kind::system, cat("CRIU: ", action_name(response.action), " failed"));
    if (!said.empty()) return fail(Error::make(Kind::system, cat("CRIU: ", said)));
    return fail(std::move(error));
  }
}

Result<Version> read_version(const std::string& program) {
  Session session = TRY(Session::start(program));
  auto answer = session.perform(encode_request(Action::version, nullptr), nullptr,
                                sys::raw::monotonic_ns() + kPatience);
  if (!answer)
    return fail(std::move(answer).error().hint(
        "CRIU does not work on this machine, perhaps since its kernel is newer: `criu check` says more"));
  return answer->version;
}

Result<Features> read_features(const std::string& program) {
  Session session = TRY(Session::start(program));
  return TRY(session.perform(encode_feature_check(), nullptr, sys::raw::monotonic_ns() + kPatience)).features;
}

}  // namespace masu::criu
