// SPDX-License-Identifier: Apache-2.0
#include "masu/shim/daemon.h"

#include "api.h"
#include "keeper.h"
#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/event/children.h"
#include "masu/event/loop.h"
#include "masu/sys/process.h"
#include "masu/sys/raw.h"
#include "server.h"
#include "supervisor.h"
#include "transit.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include <dirent.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/un.h>
#include <unistd.h>

namespace masu::shim {
namespace {

constexpr const char* kSocket = "shim.sock";
constexpr const char* kLock = "lock";
constexpr const char* kPidFile = "shim.pid";
constexpr const char* kKeeperPidFile = "keeper.pid";
constexpr const char* kSaved = "shim.json";
constexpr std::int64_t kFarewell = 5 * event::kSecond;  // for clients to take their last answers

// What the caller is told through a pipe: one byte, then the error and its hint.
constexpr char kGood = '+', kBad = '-';

Error no_shim(const std::string& base) {
  return Error::make(Kind::exists, cat("there is a shim for this container already (", base, ")"));
}

// The folder is the claim: whoever holds its lock is the container's shim.
Result<sys::Fd> claim(int directory, const std::string& base) {
  sys::Fd lock = TRY(sys::open_at(directory, kLock, O_RDWR | O_CREAT | O_NOFOLLOW, 0600));
  if (const long locked = sys::raw::call(SYS_flock, lock.get(), LOCK_EX | LOCK_NB); locked < 0)
    return fail(locked == -EWOULDBLOCK ? no_shim(base) : Error::sys(static_cast<int>(-locked), "lock"));
  return lock;
}

Result<> make_folders(const std::string& path) {
  for (auto slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
    const std::string part = path.substr(0, slash);
    if (const int made = sys::raw::mkdirat(AT_FDCWD, part.c_str(), 0700); made < 0 && made != -EEXIST)
      return fail(Error::sys(-made, cat("make folder ", quote(part))));
    if (slash == std::string::npos) return {};
  }
}

void remove_folder(int directory, const std::string& base) {
  auto self = sys::open_at(directory, ".", O_RDONLY | O_DIRECTORY);
  if (!self) return;
  DIR* listing = fdopendir(self->take());
  if (listing == nullptr) return;
  while (const dirent* entry = readdir(listing)) (void)sys::raw::unlinkat(directory, entry->d_name, 0);
  (void)closedir(listing);
  (void)rmdir(base.c_str());
}

// A path that any runtime can connect to: theirs end where sun_path does.
std::string short_path(const std::string& base, int directory) {
  constexpr std::size_t kLongestName = 40;
  if (base.size() + kLongestName < sizeof sockaddr_un::sun_path) return base;
  return cat("/proc/", getpid(), "/fd/", directory);
}

struct Daemon {
  Options options;
  sys::Fd directory, lock, signals;
  bool recovers = false;
  std::unique_ptr<Transit> transit;
  std::unique_ptr<event::Loop> loop;
  std::unique_ptr<event::Children> children;
  std::unique_ptr<Keeping> keeping;
  std::unique_ptr<Supervisor> supervisor;
  std::unique_ptr<Api> api;
  std::unique_ptr<Server> server;

  Result<> make(Inheritance inheritance);
  Result<> watch_signals();
  void take_signal();
  void end();
};

Result<> Daemon::watch_signals() {
  sigset_t mask;
  sigemptyset(&mask);
  for (const int number : {SIGTERM, SIGINT, SIGQUIT, SIGHUP}) sigaddset(&mask, number);
  if (sigprocmask(SIG_BLOCK, &mask, nullptr) != 0) return fail(Error::sys(errno, "block signals"));
  signals = sys::Fd(signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals.valid()) return fail(Error::sys(errno, "signalfd"));
  (void)std::signal(SIGPIPE, SIG_IGN);
  (void)std::signal(SIGXFSZ, SIG_IGN);
  return loop->watch(signals.get(), EPOLLIN, [this](std::uint32_t) { take_signal(); });
}

// Whoever ends the shim means the container; SIGHUP is what rotates logs.
void Daemon::take_signal() {
  signalfd_siginfo info;
  while (sys::raw::read(signals.get(), &info, sizeof info) == sizeof info) {
    const int number = static_cast<int>(info.ssi_signo);
    if (number == SIGHUP)
      (void)supervisor->log().reopen();
    else
      supervisor->pass_signal(number);
  }
}

void Daemon::end() {
  if (!server) return loop->stop();
  server->drain(kFarewell, [this] { loop->stop(); });
}

Result<> Daemon::make(Inheritance inheritance) {
  if (const int set = sys::raw::prctl(PR_SET_CHILD_SUBREAPER, 1); set < 0)
    return fail(Error::sys(-set, "become a subreaper"));
  loop = TRY(event::Loop::make());
  children = TRY(event::Children::make(*loop));
  TRY(watch_signals());
  keeping = std::make_unique<Keeping>(*loop, std::move(inheritance));
  TRY(keeping->open());
  supervisor = std::make_unique<Supervisor>(Supervisor::Means{*loop, *children, *keeping, *transit}, options,
                                            TRY(sys::duplicate(directory.get())),
                                            short_path(options.base, directory.get()));
  TRY(supervisor->prepare());
  api = std::make_unique<Api>(
      *supervisor, [this] { remove_folder(directory.get(), options.base); }, [this] { end(); });
  return sys::replace_file_at(directory.get(), kPidFile, cat(getpid()), 0644);
}

// Clients are served when there is something to tell them.
Result<> make_server(Daemon& daemon) {
  daemon.server =
      TRY(Server::listen(*daemon.loop, *daemon.keeping, daemon.directory.get(), kSocket,
                         [&daemon](const std::shared_ptr<Connection>& client, const http::Request& request) {
                           daemon.api->handle(client, request);
                         }));
  return {};
}

void tell(const sys::Fd& ready, const Result<>& result) {
  std::string text(1, result ? kGood : kBad);
  if (!result) text += cat(result.error().message(), std::string_view("\0", 1), result.error().hint_text());
  (void)sys::raw::write(ready.get(), text.data(), text.size());
}

// What this shim is there for.
enum class Task {
  create,
  recover,  ///< a container of a shim that was killed
  undo,     ///< what such a shim had made of one
};

Result<std::optional<Saved>> read_saved(const Daemon& daemon) {
  auto text = sys::read_file_at(daemon.directory.get(), kSaved);
  if (!text && text.error().err() == ENOENT) return std::nullopt;
  if (!text) return fail(std::move(text).error());
  return TRY(parse_saved(*text));
}

// The shim's whole life. Its caller waits at `ready`.
[[noreturn]] void live(Daemon& daemon, sys::Fd ready, Inheritance inheritance) {
  const bool heir = inheritance.heir;
  auto saved = read_saved(daemon);
  const std::optional<Saved> last = saved ? std::move(*saved) : std::nullopt;
  const Task task = last ? Task::recover : heir ? Task::undo : Task::create;
  const auto ready_fd = std::make_shared<sys::Fd>(std::move(ready));
  const auto give_up = [&daemon, ready_fd](const Result<>& reason) {
    remove_folder(daemon.directory.get(), daemon.options.base);
    daemon.end();
    tell(*ready_fd, reason);  // when nothing is left of it
  };
  const auto made = [&daemon, ready_fd, task, heir, give_up](Result<> result) {
    if (result && !daemon.server) result = make_server(daemon);
    if (result) result = daemon.server->serve();
    if (!result && task == Task::create) {
      const auto reason = std::make_shared<Result<>>(std::move(result));
      return daemon.supervisor->destroy([give_up, reason](const Result<>&) { give_up(*reason); });
    }
    tell(*ready_fd, result);
    ready_fd->reset();
    if (!result) _exit(heir ? 1 : kNothingLeft);
    daemon.keeping->ready();
  };
  auto able = saved ? daemon.make(std::move(inheritance)) : fail(std::move(saved).error());
  if (!able) {
    if (task != Task::recover) remove_folder(daemon.directory.get(), daemon.options.base);
    tell(*ready_fd, able);
    _exit(heir && task == Task::recover ? 1 : kNothingLeft);
  }
  if (task == Task::create) {
    daemon.supervisor->create(made);
    (void)make_server(daemon);  // while the runtime works; made() tries once more
  }
  if (task == Task::recover) daemon.supervisor->recover(*last, made);
  if (task == Task::undo) daemon.supervisor->undo(give_up);
  const auto ran = daemon.loop->run();
  if (!ran) log::write(ran.error());
  _exit(ran ? kNothingLeft : 1);
}

// Of what the caller has given us: none goes to a program but on purpose. Before we open any: one that is
// missing would be one of ours.
Result<> check_given_fds(unsigned sockets, unsigned held) {
  const unsigned first_held = 3 + sockets;
  for (unsigned fd = 3; fd < first_held + held; ++fd)
    if (sys::raw::fcntl(static_cast<int>(fd), F_SETFD, FD_CLOEXEC) < 0)
      return fail(Error::make(Kind::usage, cat(fd < first_held ? "LISTEN_FDS" : "--hold-fds",
                                               ": file descriptor ", fd, " is not open")));
  return {};
}

// Behind those are the ones to be held.
std::map<std::string, sys::Fd> take_held_fds(unsigned first, unsigned count) {
  std::map<std::string, sys::Fd> held;
  for (unsigned i = 0; i < count; ++i) {
    held.emplace(held_name(i), sys::Fd(static_cast<int>(first + i)));
  }
  return held;
}

// Nothing else of the caller's is kept.
void let_go(std::array<int, 5> kept, unsigned first) {
  std::ranges::sort(kept);
  for (const int fd : kept) {
    const auto number = static_cast<unsigned>(fd);
    if (number > first) (void)sys::raw::close_range(first, number - 1, 0);
    first = std::max(first, number + 1);
  }
  (void)sys::raw::close_range(first, ~0U, 0);
  if (const auto null = sys::open("/dev/null", O_RDWR))
    (void)sys::set_stdio({null->get(), null->get(), null->get()});
  (void)sys::raw::chdir("/");
  (void)umask(022);
}

// Good news comes alone, and the sender stays; a reason is all that comes before its end.
Result<> hear(const sys::Fd& ready) {
  char first = '\0';
  long got = -EINTR;
  while (got == -EINTR) got = sys::raw::read(ready.get(), &first, 1);
  if (got == 1 && first == kGood) return {};
  const std::string text = TRY(sys::read_all(ready.get()));
  if (text.empty()) return fail(Error::make(Kind::internal, "the shim ended before the container was made"));
  const auto end = text.find('\0');
  Error error = Error::make(Kind::internal, text.substr(0, end));
  if (end != std::string::npos && end + 1 < text.size())
    return fail(std::move(error).hint(text.substr(end + 1)));
  return fail(std::move(error));
}

// The keeper is our child with a session of its own, the shim the keeper's, which can get no terminal that
// way (daemon(7)).
Result<std::string> launch(Daemon& daemon) {
  daemon.transit = TRY(Transit::make());
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return fail(Error::sys(errno, "pipe"));
  sys::Fd theirs(fds[0]), ours(fds[1]);
  const pid_t keeper = fork();
  if (keeper < 0) return fail(Error::sys(errno, "fork"));
  if (keeper == 0) {
    theirs.reset();
    (void)setsid();
    const unsigned first = 3 + daemon.options.listen_fds,
                   held = daemon.recovers ? 0 : daemon.options.held_fds;
    let_go(
        {ours.get(), daemon.directory.get(), daemon.lock.get(), daemon.transit->in(), daemon.transit->out()},
        first + held);
    protect_from_oom();
    keep(take_held_fds(first, held),
         [&](Inheritance inheritance) { live(daemon, std::move(ours), std::move(inheritance)); });
  }
  ours.reset();
  (void)sys::replace_file_at(daemon.directory.get(), kKeeperPidFile, cat(keeper), 0644);
  TRY(hear(theirs));
  return cat(daemon.options.base, "/", kSocket);
}

Result<sys::Fd> open_folder(const std::string& base) {
  return sys::open(base, O_PATH | O_DIRECTORY | O_NOFOLLOW);
}

}  // namespace

Result<std::string> run_daemon(const Options& options) {
  TRY(check_given_fds(options.listen_fds, options.held_fds));
  TRY(make_folders(options.base));
  Daemon daemon{.options = options, .directory = TRY(open_folder(options.base))};
  daemon.lock = TRY(claim(daemon.directory.get(), options.base));
  struct stat found{};
  if (sys::raw::fstatat(daemon.directory.get(), kSaved, &found, 0) == 0)
    return fail(Error::make(Kind::exists, cat("the shim of this container was killed (", options.base, ")"))
                    .hint("masu-shim --recover goes on with it"));
  return launch(daemon);
}

Result<Options> read_saved_options(const std::string& base) {
  const std::string text = TRY_IN(sys::read_file(cat(base, "/", kSaved)), "recover");
  const Saved saved = TRY(parse_saved(text));
  Options options;
  options.words = saved.words;
  options.directory = saved.directory;
  return options;
}

Result<std::string> recover_daemon(const Options& options) {
  TRY(check_given_fds(options.listen_fds, 0));
  Daemon daemon{.options = options, .directory = TRY(open_folder(options.base))};
  daemon.lock = TRY(claim(daemon.directory.get(), options.base));
  daemon.recovers = true;
  if (!TRY(read_saved(daemon)))
    return fail(Error::make(Kind::not_found, cat("there is nothing to recover (", options.base, ")")));
  return launch(daemon);
}

}  // namespace masu::shim
