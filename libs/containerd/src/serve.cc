// SPDX-License-Identifier: Apache-2.0
#include "address.h"
#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/containerd/shim.h"
#include "masu/event/children.h"
#include "masu/event/loop.h"
#include "masu/sys/process.h"
#include "masu/sys/raw.h"
#include "masu/ttrpc/server.h"
#include "publisher.h"
#include "service.h"

#include <cerrno>
#include <csignal>
#include <memory>
#include <string>
#include <utility>

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>

namespace masu::containerd {
namespace {

constexpr int kSocket = 3;
// For containerd to come: after that nobody will, and with the last client gone before any container was made
// neither.
constexpr std::int64_t kLonely = 60 * event::kSecond;
constexpr std::int64_t kFarewell = 5 * event::kSecond;
constexpr std::int64_t kLook = 10 * event::kMillisecond;

class Shim {
 public:
  Shim(const ShimOptions& options, std::string path) : options_(options), path_(std::move(path)) {}
  Shim(const Shim&) = delete;
  Shim& operator=(const Shim&) = delete;
  ~Shim() { leave(); }
  Result<> run();

 private:
  Result<> watch_signals();
  void look_whether_lonely();
  void end();
  void leave();
  void stop_when_told(std::int64_t deadline);

  const ShimOptions& options_;
  std::string path_;  // of the socket, as long as that is ours
  std::unique_ptr<event::Loop> loop_;
  std::unique_ptr<event::Children> children_;
  std::unique_ptr<Publisher> publisher_;
  std::unique_ptr<World> world_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<ttrpc::Server> server_;
  sys::Fd signals_;
  bool ending_ = false;
};

Result<> Shim::watch_signals() {
  sigset_t mask;
  sigemptyset(&mask);
  for (const int number : {SIGTERM, SIGINT, SIGQUIT, SIGHUP}) sigaddset(&mask, number);
  if (sigprocmask(SIG_BLOCK, &mask, nullptr) != 0) return fail(Error::sys(errno, "block signals"));
  signals_ = sys::Fd(signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals_.valid()) return fail(Error::sys(errno, "signalfd"));
  (void)std::signal(SIGPIPE, SIG_IGN);
  (void)std::signal(SIGXFSZ, SIG_IGN);
  return loop_->watch(signals_.get(), EPOLLIN, [this](std::uint32_t) {
    signalfd_siginfo info;
    bool asked = false;
    while (sys::raw::read(signals_.get(), &info, sizeof info) == sizeof info)
      asked |= info.ssi_signo != SIGHUP;
    if (asked) end();
  });
}

void Shim::look_whether_lonely() {
  if (!service_->has_tasks() && !server_->has_clients()) return end();
  if (!service_->has_tasks()) loop_->after(kLonely, [this] { look_whether_lonely(); });
}

// The name is the next shim's of this pod from now on, which may come before we have gone.
void Shim::leave() {
  if (!path_.empty()) (void)sys::raw::unlinkat(AT_FDCWD, path_.c_str(), 0);
  path_.clear();
}

// The last answers and events go out first.
void Shim::end() {
  if (ending_) return;
  ending_ = true;
  leave();
  stop_when_told(sys::raw::monotonic_ns() + kFarewell);
}

void Shim::stop_when_told(std::int64_t deadline) {
  loop_->later([this, deadline] {
    const bool told = publisher_->idle() && server_->flushed();
    if (told || sys::raw::monotonic_ns() >= deadline) return loop_->stop();
    loop_->after(kLook, [this, deadline] { stop_when_told(deadline); });
  });
}

Result<> Shim::run() {
  if (const int set = sys::raw::prctl(PR_SET_CHILD_SUBREAPER, 1); set < 0)
    return fail(Error::sys(-set, "become a subreaper"));
  // What a container joins or is born from must not be open to it (CVE-2016-9962).
  if (const int hidden = sys::make_undumpable(); hidden < 0)
    return fail(Error::sys(-hidden, "hide from ptrace(2)"));
  (void)sys::raw::prctl(PR_SET_NAME, reinterpret_cast<unsigned long>("containerd-shim"));
  sys::Fd listener(kSocket);
  if (const int kept = sys::raw::fcntl(listener.get(), F_SETFD, FD_CLOEXEC); kept < 0)
    return fail(Error::sys(-kept, "take the socket at fd 3").hint("serve is called by start"));
  // The bundle's folder is containerd's to remove.
  (void)sys::raw::chdir("/");
  loop_ = TRY(event::Loop::make());
  children_ = TRY(event::Children::make(*loop_));
  TRY(watch_signals());
  publisher_ = std::make_unique<Publisher>(*loop_, options_.ttrpc_address, options_.name_space);
  world_ = std::make_unique<World>(World{*loop_, *children_, options_.name_space,
                                         [this](const Event& event) { publisher_->publish(event); }});
  service_ = std::make_unique<Service>(*world_, [this] { end(); });
  server_ = TRY(ttrpc::Server::make(*loop_, std::move(listener),
                                    [this](const ttrpc::Request& request, ttrpc::Server::Reply reply) {
                                      service_->handle(request, std::move(reply));
                                    }));
  loop_->after(kLonely, [this] { look_whether_lonely(); });
  return loop_->run();
}

}  // namespace

Result<> serve(const ShimOptions& options) {
  const std::string group = TRY(group_of(options.bundle, options.id));
  return Shim(options, socket_path(options.address, options.name_space, group)).run();
}

}  // namespace masu::containerd
