// SPDX-License-Identifier: Apache-2.0
#include "masu/manager/user_namespace.h"

#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/process.h"
#include "masu/sys/raw.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include <linux/sched.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace masu::manager {
namespace {

namespace raw = sys::raw;

struct Ids {
  std::vector<sys::IdRange> users, groups;
  bool several() const { return users.size() > 1 && groups.size() > 1; }
};

std::string read_file(const char* path) { return sys::read_file(path).value_or(""); }

// "subid: sss" of nsswitch.conf(5) is a directory service's: getsubids(1) would have to be asked.
Ids read_ids() {
  const std::string name = sys::find_user_name(read_file("/etc/passwd"), geteuid());
  return {plan_ids(geteuid(), sys::parse_subordinate_ids(read_file("/etc/subuid"), geteuid(), name)),
          plan_ids(getegid(), sys::parse_subordinate_ids(read_file("/etc/subgid"), geteuid(), name))};
}

// newuidmap(1) has to be outside of the namespace that it maps, where we are not any more by then: it is a
// child that waits until `go` is closed, which is when we are inside.
class MapHelper {
 public:
  static Result<MapHelper> start(const char* name, std::span<const sys::IdRange> ranges) {
    MapHelper out;
    out.path_ = TRY(sys::find_map_helper(name));
    std::vector<std::string> words = sys::map_helper_words(name, raw::getpid(), ranges);
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail(Error::sys(errno, "pipe"));
    const sys::Fd wait(ends[0]);
    out.go_ = sys::Fd(ends[1]);
    int pidfd = -1;
    clone_args args{};
    args.flags = CLONE_PIDFD;
    args.pidfd = reinterpret_cast<std::uint64_t>(&pidfd);
    args.exit_signal = SIGCHLD;
    const long pid = raw::clone3(&args);
    if (pid == 0) {
      char byte = 0;
      char* const envp[] = {nullptr};
      (void)raw::prctl(PR_SET_PDEATHSIG, SIGKILL);
      (void)raw::close(ends[1]);
      (void)raw::read(wait.get(), &byte, 1);
      (void)raw::execve(out.path_.c_str(), argv.data(), envp);
      raw::exit(127);
    }
    if (pid < 0) return fail(Error::sys(static_cast<int>(-pid), cat("run ", out.path_)));
    out.process_ = sys::Process(static_cast<pid_t>(pid), sys::Fd(pidfd));
    return out;
  }
  MapHelper(MapHelper&&) noexcept = default;
  MapHelper& operator=(MapHelper&&) noexcept = default;
  ~MapHelper() {
    if (process_.pid() == 0 || !go_.valid()) return;
    (void)process_.signal(SIGKILL);
    (void)process_.reap();
  }

  void go() { go_.reset(); }
  Result<> finish() const {
    const int code = TRY(process_.reap());
    if (code == 0) return {};
    return fail(sys::map_helper_failed(path_, code));
  }

 private:
  MapHelper() = default;
  std::string path_;
  sys::Fd go_;
  sys::Process process_;
};

Result<> make_namespace() {
  const int made = raw::unshare(CLONE_NEWUSER | CLONE_NEWNS);
  if (made == 0) return {};
  return fail(Error::sys(-made, "make a user namespace, which containers of an ordinary user need")
                  .hint("masu doctor tells what forbids it, and the command that mends it"));
}

Result<> enter_with(const Ids& ids) {
  MapHelper users = TRY(MapHelper::start("newuidmap", ids.users));
  MapHelper groups = TRY(MapHelper::start("newgidmap", ids.groups));
  TRY(make_namespace());
  users.go();
  groups.go();
  auto mapped = users.finish();
  TRY(groups.finish());
  return mapped;
}

// Dropping groups could give access that a group was denied (CVE-2014-8989): an ordinary user has to give
// it up first.
Result<> enter_alone(const Ids& ids) {
  MASU_DEBUG("no ids but one: ranges in /etc/subuid and /etc/subgid, and newuidmap, give more");
  TRY(make_namespace());
  TRY(sys::write_file_at(AT_FDCWD, "/proc/self/setgroups", "deny"));
  TRY(sys::write_file_at(AT_FDCWD, "/proc/self/uid_map", sys::map_text(std::span(ids.users).first(1))));
  return sys::write_file_at(AT_FDCWD, "/proc/self/gid_map", sys::map_text(std::span(ids.groups).first(1)));
}

// For the runtime, which asks the user's systemd for cgroups: root of the namespace has another number.
void name_runtime_folder() {
  const std::string folder = cat("/run/user/", geteuid());
  if (access(folder.c_str(), X_OK) == 0) (void)setenv("XDG_RUNTIME_DIR", folder.c_str(), 0);
}

}  // namespace

std::vector<sys::IdRange> plan_ids(std::uint32_t own, const std::vector<sys::IdRange>& subordinate) {
  std::vector<sys::IdRange> out = {{0, own, 1}};
  std::uint32_t next = 1;
  for (const sys::IdRange& range : subordinate) {
    if (range.count > UINT32_MAX - 1 - next) break;
    out.push_back({next, range.outside, range.count});
    next += range.count;
  }
  return out;
}

Result<> enter_user_namespace() {
  if (geteuid() == 0) return {};
  name_runtime_folder();
  const Ids ids = read_ids();
  const bool helpers = sys::find_map_helper("newuidmap") && sys::find_map_helper("newgidmap");
  TRY(ids.several() && helpers ? enter_with(ids) : enter_alone(ids));
  // What we mount is not for the namespace that we came from, but what is unmounted there goes here too.
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0)
    return fail(Error::sys(errno, "make the mounts slaves")
                    .hint("the user namespace gives no rights: masu doctor tells what forbids it"));
  return {};
}

}  // namespace masu::manager
