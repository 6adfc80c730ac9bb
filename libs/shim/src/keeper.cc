// SPDX-License-Identifier: Apache-2.0
#include "keeper.h"

#include "masu/base/try.h"
#include "masu/event/children.h"
#include "masu/shim/options.h"
#include "masu/sys/raw.h"
#include "masu/sys/socket.h"

#include <csignal>

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace masu::shim {
namespace {

class Keeper {
 public:
  Keeper(std::map<std::string, sys::Fd> held, const ShimLife& live) : held_(std::move(held)), live_(live) {}
  Result<> run();

 private:
  Result<> start_shim();
  void on_shim_end(int status);
  void receive();
  long receive_one();
  void handle(const KeeperMessage& message, sys::Fd fd);

  std::map<std::string, sys::Fd> held_;
  const ShimLife& live_;
  std::unique_ptr<event::Loop> loop_;
  std::unique_ptr<event::Children> children_;
  sys::Fd socket_;
  pid_t shim_ = 0;
  std::int64_t started_ = 0;
  unsigned quick_deaths_ = 0;
  bool heir_ = false, holding_ = false;
};

Result<> Keeper::run() {
  if (const int set = sys::raw::prctl(PR_SET_CHILD_SUBREAPER, 1); set < 0)
    return fail(Error::sys(-set, "become a subreaper"));
  // Signals are for the container: the shim passes them on.
  sigset_t mask;
  sigfillset(&mask);
  if (sigprocmask(SIG_BLOCK, &mask, nullptr) != 0) return fail(Error::sys(errno, "block signals"));
  TRY(start_shim());
  return loop_->run();
}

Result<> Keeper::start_shim() {
  auto [ours, theirs] = TRY(sys::socket_pair());
  (void)sys::raw::fcntl(ours.get(), F_SETFL, O_RDWR | O_NONBLOCK);
  started_ = sys::raw::monotonic_ns();
  shim_ = fork();
  if (shim_ < 0) return fail(Error::sys(errno, "fork"));
  if (shim_ == 0) {
    ours.reset();
    socket_.reset();
    children_.reset();
    loop_.reset();
    live_({.socket = std::move(theirs), .held = std::move(held_), .heir = heir_});
    _exit(1);
  }
  (void)sys::raw::prctl(PR_SET_NAME, reinterpret_cast<unsigned long>("masu-keeper"));
  if (loop_ == nullptr) {  // not before the fork: somebody waits for what the first shim does
    loop_ = TRY(event::Loop::make());
    children_ = TRY(event::Children::make(*loop_));
  }
  heir_ = true;
  socket_ = std::move(ours);
  TRY(loop_->watch(socket_.get(), EPOLLIN, [this](std::uint32_t) { receive(); }));
  children_->expect(shim_, [this](int status) { on_shim_end(status); });
  return {};
}

void Keeper::on_shim_end(int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNothingLeft) _exit(0);
  if (!holding_) children_->hold();  // whose end matters is for the next shim to say
  holding_ = true;
  if (socket_.valid()) {
    while (receive_one() > 0) {  // its last words
    }
    loop_->forget(socket_.get());
    socket_.reset();
  }
  children_->settle(shim_);
  if (sys::raw::monotonic_ns() - started_ > kLongLife) quick_deaths_ = 0;
  const std::int64_t delay = quick_deaths_ == 0 ? 0 : restart_delay(quick_deaths_ - 1);
  ++quick_deaths_;
  loop_->after(delay, [this] {
    if (!start_shim()) on_shim_end(-1);  // no memory, perhaps: another time
  });
}

void Keeper::receive() {
  if (receive_one() == 0) loop_->forget(socket_.get());  // its end is told by SIGCHLD
}

long Keeper::receive_one() {
  KeeperMessage message;
  int fd = -1;
  const long got = sys::receive_message(socket_.get(), &message, sizeof message, &fd);
  if (got == sizeof message) handle(message, sys::Fd(fd));
  return got;
}

void Keeper::handle(const KeeperMessage& message, sys::Fd fd) {
  using enum KeeperMessage::Kind;
  switch (message.kind) {
    case hold:
      held_[message.name] = std::move(fd);
      break;
    case drop:
      held_.erase(message.name);
      break;
    case expect:
      children_->expect(message.pid, [this, pid = message.pid](int status) {
        const KeeperMessage told{.kind = ended, .pid = pid, .status = status};
        if (socket_.valid()) (void)sys::send_message(socket_.get(), &told, sizeof told);
      });
      break;
    case settle:
      children_->settle(message.pid);
      break;
    case ready:
      if (holding_) children_->release();
      holding_ = false;
      break;
    case ended:
      break;  // said by us alone
  }
}

}  // namespace

void keep(std::map<std::string, sys::Fd> held, const ShimLife& live) {
  Keeper keeper(std::move(held), live);
  (void)keeper.run();
  _exit(1);
}

}  // namespace masu::shim
