// SPDX-License-Identifier: Apache-2.0
//
// `start` and `delete`: short-lived, before and after the shim that serves.
#include "address.h"
#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cgroups/manager.h"
#include "masu/container/container.h"
#include "masu/containerd/shim.h"
#include "masu/sys/process.h"
#include "masu/sys/raw.h"
#include "masu/sys/socket.h"
#include "messages.h"
#include "publisher.h"
#include "rootfs.h"
#include "task.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <vector>

#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

namespace masu::containerd {
namespace {

namespace raw = sys::raw;

Result<sys::Fd> open_folder(const std::string& path) {
  for (auto slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
    const std::string part = path.substr(0, slash);
    if (const int made = raw::mkdirat(AT_FDCWD, part.c_str(), 0711); made < 0 && made != -EEXIST)
      return fail(Error::sys(-made, cat("make folder ", quote(part))));
    if (slash == std::string::npos) break;
  }
  return sys::open(path, O_RDONLY | O_DIRECTORY);
}

// Of two starts of one pod at a time one makes the socket, and the other one finds it.
Result<sys::Fd> lock(const sys::Fd& folder) {
  sys::Fd file = TRY(sys::open_at(folder.get(), ".masu.lock", O_RDWR | O_CREAT | O_NOFOLLOW, 0600));
  constexpr int kTries = 10'000, kPause = 1'000'000;
  for (int i = 0; i < kTries; ++i) {
    const long locked = raw::call(SYS_flock, file.get(), LOCK_EX | LOCK_NB);
    if (locked == 0) return file;
    if (locked != -EWOULDBLOCK)
      return fail(Error::sys(static_cast<int>(-locked), "lock the folder of sockets"));
    const timespec pause{.tv_sec = 0, .tv_nsec = kPause};
    (void)raw::call(SYS_nanosleep, &pause, nullptr);
  }
  return fail(Error::make(Kind::timeout, "another start holds the lock of the folder of sockets for 10 s"));
}

// One more than containerd's own: of the two, the kernel is to end the shim first.
std::string oom_score() {
  const auto text = sys::read_kernel_file(cat("/proc/", getppid(), "/oom_score_adj"));
  const auto score = text ? text::parse_int<int>(text::trim(*text)) : std::nullopt;
  constexpr int kMost = 1000;
  return std::to_string(std::min(score.value_or(0) + 1, kMost));
}

Result<> join_cgroup(pid_t pid, const std::string& path) {
  const cgroups::Layout layout = TRY(cgroups::detect_layout());
  auto manager = TRY(cgroups::Manager::plan(layout, {.cgroups_path = path, .id = "shim"}));
  TRY(manager.create());
  return manager.add(pid);
}

Result<sys::Process> spawn_shim(const ShimOptions& options, const sys::Fd& listener) {
  std::vector<std::string> words = {
      "containerd-shim-masu-v2", "-namespace", options.name_space, "-id", options.id, "-address",
      options.address,           "-bundle",    options.bundle};
  if (options.debug) words.emplace_back("-debug");
  words.emplace_back("serve");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const sys::Fd null = TRY(sys::open("/dev/null", O_RDWR));
  // For reading too, so that it is there before containerd opens it, and after containerd has gone.
  auto log = sys::open(options.bundle + "/log", O_RDWR | O_NONBLOCK | O_NOCTTY);
  const std::string score = oom_score();
  constexpr int kSocket = 3, kAbove = 16;
  const sys::Fd copy(raw::fcntl(listener.get(), F_DUPFD_CLOEXEC, kAbove));
  const std::array<int, 1> handed{copy.get()};
  int pidfd = -1;
  const long pid = sys::spawn({.path = "/proc/self/exe",
                               .argv = argv.data(),
                               .envp = environ,
                               .stdin_fd = null.get(),
                               .stdout_fd = null.get(),
                               .stderr_fd = log ? log->get() : null.get(),
                               .oom_score_adj = score.c_str(),
                               .handed = handed,
                               .first_handed = kSocket,
                               .new_session = true},
                              &pidfd);
  if (pid < 0) return fail(Error::sys(static_cast<int>(-pid), "execute the shim"));
  return sys::Process(static_cast<pid_t>(pid), sys::Fd(pidfd));
}

Result<> write_address(const std::string& bundle, const std::string& address) {
  const sys::Fd folder = TRY_IN(sys::open(bundle, O_RDONLY | O_DIRECTORY), "bundle");
  return sys::replace_file_at(folder.get(), kAddressFile, address, 0600);
}

}  // namespace

Result<std::string> start_shim(const ShimOptions& options, std::string_view input) {
  const std::string path =
      socket_path(options.address, options.name_space, TRY(group_of(options.bundle, options.id)));
  std::string address = cat(kScheme, path);
  const Any given = TRY(parse_any(input));
  const auto runtime_options = TRY(parse_runtime_options(given));
  const auto slash = path.rfind('/');
  const std::string name = path.substr(slash + 1);
  const sys::Fd folder = TRY(open_folder(path.substr(0, slash)));
  const sys::Fd locked = TRY(lock(folder));
  TRY(write_address(options.bundle, address));
  if (sys::connect_to(path, SOCK_STREAM)) return address;
  (void)raw::unlinkat(folder.get(), name.c_str(), 0);  // that of a shim that was killed
  const sys::Fd listener = TRY(sys::listen_at(folder.get(), name.c_str(), SOCK_STREAM | SOCK_NONBLOCK));
  const auto shim = spawn_shim(options, listener);
  auto joined = shim && !runtime_options.shim_cgroup.empty()
                    ? join_cgroup(shim->pid(), runtime_options.shim_cgroup)
                    : Result<>();
  if (shim && joined) return address;
  (void)raw::unlinkat(folder.get(), name.c_str(), 0);
  if (!shim) return fail(Error::make(shim.error().kind(), shim.error().message()));
  (void)shim->signal(SIGKILL);
  return fail(std::move(joined).error().within("shim_cgroup"));
}

Result<std::string> delete_container(const ShimOptions& options) {
  constexpr unsigned kKilled = 128 + SIGKILL;
  pid_t pid = 0;
  if (const auto text = sys::read_file(cat(options.bundle, "/", kPidFile)))
    pid = text::parse_int<pid_t>(text::trim(*text)).value_or(0);
  // Without the file no container was begun.
  if (const auto root = sys::read_file(cat(options.bundle, "/", kRootFile))) {
    container::Context context;
    context.root = *root;
    TRY(container::remove(context, options.id, true));
  }
  TRY(unmount_rootfs(options.bundle));
  // The socket of a shim that was killed, unless another container of the pod has a new one there.
  if (const auto address = sys::read_file(cat(options.bundle, "/", kAddressFile));
      address && address->starts_with(kScheme)) {
    const std::string path = address->substr(kScheme.size());
    const auto connected = sys::connect_to(path, SOCK_STREAM);
    if (!connected && connected.error().err() == ECONNREFUSED) (void)raw::unlinkat(AT_FDCWD, path.c_str(), 0);
  }
  return encode_delete(pid, kKilled, now());
}

}  // namespace masu::containerd
