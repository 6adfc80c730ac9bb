// SPDX-License-Identifier: Apache-2.0
#include "helper.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/mount.h"
#include "masu/sys/netlink.h"
#include "masu/sys/process.h"
#include "masu/sys/raw.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include <linux/sched.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace masu::network {
namespace {

namespace raw = sys::raw;

constexpr std::int64_t kHelperTime = 60'000'000'000;
constexpr std::int64_t kEndTime = 5'000'000'000;

Result<sys::Fd> make_file() {
  const long made = raw::call(SYS_memfd_create, "masu", MFD_CLOEXEC);
  if (made < 0) return fail(Error::sys(static_cast<int>(-made), "memfd_create"));
  return sys::Fd(static_cast<int>(made));
}

Result<std::string> read_back(const sys::Fd& file) {
  if (lseek(file.get(), 0, SEEK_SET) < 0) return fail(Error::sys(errno, "lseek"));
  return sys::read_all(file.get());
}

// netavark calls iptables by name, and a user's PATH may be without the folders of administrators.
std::vector<std::string> environment() {
  std::vector<std::string> out;
  std::string path = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin";
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view entry = *variable;
    if (entry.starts_with("PATH="))
      path = cat(entry.substr(5), ":", path);
    else
      out.emplace_back(entry);
  }
  out.push_back("PATH=" + path);
  return out;
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> out;
  out.reserve(words.size() + 1);
  for (const std::string& word : words) out.push_back(const_cast<char*>(word.c_str()));
  out.push_back(nullptr);
  return out;
}

// Ours again when this ends.
class OtherSpace {
 public:
  static Result<OtherSpace> make() {
    OtherSpace out;
    out.own_ = TRY(sys::open("/proc/thread-self/ns/net", O_RDONLY));
    if (const int made = raw::unshare(CLONE_NEWNET); made < 0)
      return fail(Error::sys(-made, "make a network namespace"));
    return out;
  }
  static Result<OtherSpace> join(int space) {
    OtherSpace out;
    out.own_ = TRY(sys::open("/proc/thread-self/ns/net", O_RDONLY));
    if (const int joined = raw::setns(space, CLONE_NEWNET); joined < 0)
      return fail(Error::sys(-joined, "join a network namespace"));
    return out;
  }
  OtherSpace(OtherSpace&&) noexcept = default;
  OtherSpace& operator=(OtherSpace&&) noexcept = default;
  ~OtherSpace() {
    if (own_.valid()) (void)raw::setns(own_.get(), CLONE_NEWNET);
  }

 private:
  OtherSpace() = default;
  sys::Fd own_;
};

// Of a user namespace that we can go into, but not come back from: a child does, says so, and waits to be
// killed.
Result<sys::Fd> make_space_within(int user_space) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail(Error::sys(errno, "pipe"));
  const sys::Fd in(ends[0]);
  sys::Fd out(ends[1]);
  int pidfd = -1;
  clone_args args{};
  args.flags = CLONE_PIDFD;
  args.pidfd = reinterpret_cast<std::uint64_t>(&pidfd);
  args.exit_signal = SIGCHLD;
  const long pid = raw::clone3(&args);
  if (pid == 0) {
    (void)raw::prctl(PR_SET_PDEATHSIG, SIGKILL);
    int done = raw::setns(user_space, CLONE_NEWUSER);
    if (done >= 0) done = raw::unshare(CLONE_NEWNET);
    (void)raw::write(out.get(), &done, sizeof done);
    for (;;) (void)raw::call(SYS_pause);
  }
  if (pid < 0) return fail(Error::sys(static_cast<int>(-pid), "fork"));
  const sys::Process holder(static_cast<pid_t>(pid), sys::Fd(pidfd));
  out.reset();
  int done = -EPIPE;
  (void)raw::read(in.get(), &done, sizeof done);
  auto space = done < 0
                   ? fail(Error::sys(-done, "make a network namespace in the container's user namespace"))
                   : sys::open(cat("/proc/", pid, "/ns/net"), O_RDONLY);
  (void)holder.signal(SIGKILL);
  (void)holder.reap();
  return space;
}

}  // namespace

Result<Ran> run(const std::vector<std::string>& words, std::string_view input) {
  const sys::Fd in = TRY(make_file()), out = TRY(make_file()), err = TRY(make_file());
  TRY(sys::write_all(in.get(), input));
  if (lseek(in.get(), 0, SEEK_SET) < 0) return fail(Error::sys(errno, "lseek"));
  const std::vector<std::string> env = environment();
  int pidfd = -1;
  const long pid = sys::spawn({.path = words.front().c_str(),
                               .argv = pointers(words).data(),
                               .envp = pointers(env).data(),
                               .directory = "/",
                               .stdin_fd = in.get(),
                               .stdout_fd = out.get(),
                               .stderr_fd = err.get()},
                              &pidfd);
  if (pid < 0) return fail(Error::sys(static_cast<int>(-pid), cat("execute ", quote(words.front()))));
  const sys::Fd process(pidfd);
  int status = 0;
  const long waited = sys::wait_spawned(pidfd, raw::monotonic_ns() + kHelperTime, &status);
  if (waited == -ETIMEDOUT)
    return fail(Error::make(Kind::timeout, cat(words.front(), " did not end within 60 s")));
  Ran ran{.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)};
  ran.out = TRY(read_back(out));
  ran.err = TRY(read_back(err));
  return ran;
}

Result<Started> start(const std::vector<std::string>& words, const std::vector<int>& passed) {
  const sys::Fd null = TRY(sys::open("/dev/null", O_RDWR));
  Started started;
  started.output = TRY(make_file());
  const std::vector<std::string> env = environment();
  int pidfd = -1;
  const long pid = sys::spawn({.path = words.front().c_str(),
                               .argv = pointers(words).data(),
                               .envp = pointers(env).data(),
                               .directory = "/",
                               .stdin_fd = null.get(),
                               .stdout_fd = started.output.get(),
                               .stderr_fd = started.output.get(),
                               .handed = passed,
                               .new_session = true},
                              &pidfd);
  if (pid < 0) return fail(Error::sys(static_cast<int>(-pid), cat("execute ", quote(words.front()))));
  started.pidfd = sys::Fd(pidfd);
  started.pid = static_cast<int>(pid);
  if (const auto stat = sys::read_process_stat(started.pid)) started.started = stat->start_time;
  return started;
}

std::string path_of(int fd) { return cat("/proc/", raw::getpid(), "/fd/", fd); }

Result<> mount_space(int space, const std::string& path) {
  const sys::Fd target = TRY(sys::open(path, O_WRONLY | O_CREAT, 0600));
  const int mount = sys::clone_mount(space, "", false);
  if (mount < 0) return fail(Error::sys(-mount, "take the network namespace as a mount"));
  const sys::Fd owned(mount);
  if (const int attached = sys::attach_mount(mount, target.get()); attached < 0)
    return fail(Error::sys(-attached, cat("mount on ", quote(path))));
  return {};
}

Result<sys::Fd> make_space(int user_space) {
  sys::Fd space;
  if (user_space >= 0) space = TRY(make_space_within(user_space));
  {
    const OtherSpace other = TRY(space.valid() ? OtherSpace::join(space.get()) : OtherSpace::make());
    if (!space.valid()) space = TRY(sys::open("/proc/thread-self/ns/net", O_RDONLY));
    // As docker does: in a network of its own a program may serve port 80 whoever it runs as.
    for (const auto& [name, value] : {std::pair{"/proc/sys/net/ipv4/ip_unprivileged_port_start", "0"},
                                      {"/proc/sys/net/ipv4/ping_group_range", "0 2147483647"}})
      (void)sys::write_file_at(AT_FDCWD, name, value);  // read-only in some containers: not worth a failure
  }
  sys::Netlink netlink = TRY(sys::Netlink::open_in(space.get()));
  constexpr int kLoopback = 1;
  TRY(netlink.set_up(kLoopback));
  return space;
}

Result<sys::Fd> make_stand_in(const std::vector<std::string>& interfaces) {
  sys::Fd space = TRY(make_space());
  sys::Netlink netlink = TRY(sys::Netlink::open_in(space.get()));
  for (const std::string& name : interfaces) TRY(netlink.add_link(name, "bridge"));
  return space;
}

std::string find_helper(std::string_view name) {
  std::vector<std::string> folders;
  for (const std::string& entry : environment())
    if (entry.starts_with("PATH="))
      for (const std::string_view folder : text::split(std::string_view(entry).substr(5), ':'))
        folders.emplace_back(folder);
  folders.insert(folders.begin(), {"/usr/libexec/podman", "/usr/lib/podman", "/usr/local/libexec/podman",
                                   "/usr/local/lib/podman"});
  for (const std::string& folder : folders) {
    std::string path = cat(folder, "/", name);
    if (folder.starts_with('/') && access(path.c_str(), X_OK) == 0) return path;
  }
  return {};
}

Result<> end_helper(const Folders& folders, const Record& record) {
  const std::string pid_file = cat(folders.state, "/networks/containers/", record.id, ".pid");
  int pid = record.helper;
  std::uint64_t started = record.helper_started;
  if (pid == 0) {  // cut off before its pid was recorded: pasta has written it itself
    pid = text::parse_int<int>(text::trim(sys::read_file(pid_file).value_or(""))).value_or(0);
    const auto name = sys::read_file(cat("/proc/", pid, "/comm"));
    const auto stat = sys::read_process_stat(pid);
    if (!name || !(name->starts_with("pasta") || name->starts_with("passt")) || !stat) pid = 0;
    if (stat) started = stat->start_time;
  }
  if (const auto process = TRY(sys::Process::find(pid, started))) {
    (void)process->signal(SIGTERM);
    if (!TRY(process->wait_ended(raw::monotonic_ns() + kEndTime))) (void)process->signal(SIGKILL);
  }
  for (const char* suffix : {".pid", ".netns"})
    (void)raw::unlinkat(AT_FDCWD, cat(folders.state, "/networks/containers/", record.id, suffix).c_str(), 0);
  return {};
}

}  // namespace masu::network
