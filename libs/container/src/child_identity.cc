// SPDX-License-Identifier: Apache-2.0
//
// Who the process is: user, groups, capabilities, home, working directory, program; then the filter, and
// exec.
#include "child.h"
#include "masu/seccomp/load.h"
#include "masu/sys/raw.h"
#include "masu/sys/socket.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>

#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

namespace masu::container {
namespace {

using sys::raw::call;
using sys::raw::close;

constexpr std::uint64_t bit(int capability) { return std::uint64_t{1} << capability; }

int set_capabilities(std::uint64_t effective, std::uint64_t permitted, std::uint64_t inheritable) noexcept {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const auto low = [](std::uint64_t set) { return static_cast<std::uint32_t>(set); };
  const auto high = [](std::uint64_t set) { return static_cast<std::uint32_t>(set >> 32); };
  __user_cap_data_struct data[2] = {{low(effective), low(permitted), low(inheritable)},
                                    {high(effective), high(permitted), high(inheritable)}};
  return static_cast<int>(call(SYS_capset, &header, data));
}

std::uint64_t own_permitted(Child& child) noexcept {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  check(child, static_cast<int>(call(SYS_capget, &header, data)));
  return data[0].permitted | std::uint64_t{data[1].permitted} << 32;
}

// Without no_new_privs a filter needs CAP_SYS_ADMIN (seccomp(2)). It is kept up to exec, so that the filter
// comes last and has to allow nothing but execve; exec computes the capabilities anew from the bounding,
// inheritable and ambient sets (capabilities(7)), none of which has it.
bool keeps_admin(const ProcessPlan& process) noexcept {
  return (process.has_seccomp || process.landlock) && !process.no_new_privileges;
}

void raise_ambient(Child& child) noexcept {
  for (std::uint64_t number = 0; number <= child.process.last_capability; ++number) {
    if ((child.process.capabilities.ambient & bit(static_cast<int>(number))) == 0) continue;
    child.at(Step::capabilities, number);
    const int raised = sys::raw::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number);
    if (raised < 0) warn(child, raised);  // not inheritable or not permitted: a warning, as with runc
  }
}

// The home directory of `uid` in the container's passwd: a stream of fixed size, no getpwuid, which would
// load the image's NSS modules into the runtime.
class PasswdReader {
 public:
  explicit PasswdReader(int fd) noexcept : fd_(fd) {}
  // One line without its end; longer ones are cut. Null at the end of the file.
  char* next_line() noexcept {
    std::size_t length = 0;
    for (;;) {
      if (at_ == filled_) {
        if (total_ > kLongest) break;
        const long got = sys::raw::read(fd_, buffer_, sizeof buffer_);
        if (got == -EINTR) continue;
        if (got <= 0) break;
        total_ += static_cast<std::size_t>(got);
        at_ = 0;
        filled_ = static_cast<std::size_t>(got);
      }
      const char c = buffer_[at_++];
      if (c == '\n') {
        line_[length] = '\0';
        return line_;
      }
      if (length < sizeof line_ - 1) line_[length++] = c;
    }
    if (length == 0) return nullptr;
    line_[length] = '\0';
    return line_;
  }

 private:
  int fd_;
  static constexpr std::size_t kLongest = 16u << 20;  // a sparse file of the image's could take days
  std::size_t total_ = 0;
  std::size_t at_ = 0;
  std::size_t filled_ = 0;
  char buffer_[4096];
  char line_[PATH_MAX];
};

// name:password:uid:gid:comment:home:shell
char* field(char* line, int number) noexcept {
  for (; number > 0 && line != nullptr; --number) {
    line = strchr(line, ':');
    if (line != nullptr) ++line;
  }
  return line;
}

bool is_uid(const char* text, uid_t uid) noexcept {
  unsigned long value = 0;
  if (*text < '0' || *text > '9') return false;
  for (; *text >= '0' && *text <= '9' && value <= UINT32_MAX; ++text)
    value = value * 10 + static_cast<unsigned long>(*text - '0');
  return *text == ':' && value == uid;
}

bool copy_home(int passwd, uid_t uid, char* home, std::size_t size) noexcept {
  PasswdReader reader(passwd);
  while (char* line = reader.next_line()) {
    const char* id = field(line, 2);
    if (id == nullptr || !is_uid(id, uid)) continue;
    const char* begin = field(line, 5);
    if (begin == nullptr) return false;
    const std::size_t length = strcspn(begin, ":");
    if (length == 0 || length >= size) return false;
    memcpy(home, begin, length);
    home[length] = '\0';
    return true;
  }
  return false;
}

// As the final user: is this a program, or a module? 0, or why not.
int judge_executable(const char* path, bool module) noexcept {
  struct stat info;
  if (const int got = sys::raw::fstatat(AT_FDCWD, path, &info, 0); got < 0) return got;
  if (S_ISDIR(info.st_mode)) return -EISDIR;
  if (!S_ISREG(info.st_mode)) return -EACCES;
  constexpr int kExecute = 1, kRead = 4;  // X_OK, R_OK
  const long allowed = call(SYS_faccessat2, AT_FDCWD, path, module ? kRead : kExecute, AT_EACCESS);
  return allowed == -EACCES ? -EACCES : 0;  // anything else is for exec to say
}

// write(2), since it is the one call that a NOTIFY profile must leave alone (contract 3.9): the listener's
// agent is not there yet to answer for sendmsg. Then we wait until the parent has taken the fd, which exec
// closes; by then there is an agent, should the profile ask it about read(2). If the parent leaves instead,
// it has found no agent, and the program does not run.
void tell_listener(Child& child, int listener) noexcept {
  Message message;
  message.word = Word::seccomp_listener;
  message.step = Step::seccomp;
  message.value = listener;
  check(child, static_cast<int>(sys::raw::write(child.sync, &message, sizeof message)));
  if (sys::raw::read(child.sync, &message, sizeof message) == 0) die(child, -EPIPE);
}

void forbid_new_privileges(Child& child) noexcept {
  if (!child.process.no_new_privileges || child.confined) return;
  child.at(Step::no_new_privileges);
  check(child, sys::raw::prctl(PR_SET_NO_NEW_PRIVS, 1));
}

void load_filter(Child& child) noexcept {
  const ProcessPlan& process = child.process;
  if (!process.has_seccomp || child.confined) return;
  child.at(Step::seccomp);
  const int installed =
      seccomp::load_raw(process.seccomp.code.data(), static_cast<unsigned short>(process.seccomp.code.size()),
                        process.seccomp.flags);
  check(child, installed);
  child.notify = installed;
  if (process.seccomp.notifies) tell_listener(child, installed);
  child.at(Step::exec);
}

}  // namespace

void join_keyring(Child& child) noexcept {
  const std::string& name = child.process.keyring;
  if (name.empty()) return;
  label_keyring(child);
  child.at(Step::keyring);
  constexpr int kJoinSession = 1, kSetPermissions = 5;  // KEYCTL_*
  constexpr unsigned kPossessorAll = 0x3f000000, kUserAll = 0x003f0000;
  const long key = call(SYS_keyctl, kJoinSession, name.c_str());
  if (key == -ENOSYS) return;
  check(child, static_cast<int>(key < 0 ? key : 0));
  check(child, static_cast<int>(call(SYS_keyctl, kSetPermissions, key, kPossessorAll | kUserAll)));
}

void set_rlimits(Child& child) noexcept {
  for (std::size_t i = 0; i < child.process.rlimits.size(); ++i) {
    const spec::Rlimit& limit = child.process.rlimits[i];
    child.at(Step::rlimits, i);
    const std::uint64_t wanted[2] = {limit.soft, limit.hard};  // struct rlimit64
    check(child, static_cast<int>(call(SYS_prlimit64, 0, limit.resource, wanted, nullptr)));
  }
}

void drop_bounding(Child& child) noexcept {
  child.at(Step::capabilities);
  const ProcessPlan& process = child.process;
  // The caller's securebits would change what setuid(2) and exec do to capabilities; those that are locked
  // stay.
  const int cleared = sys::raw::prctl(PR_SET_SECUREBITS, 0);
  if (cleared != -EPERM) check(child, cleared);
  for (std::uint64_t number = 0; number <= process.last_capability; ++number) {
    if ((process.capabilities.bounding & bit(static_cast<int>(number))) != 0) continue;
    const int dropped = sys::raw::prctl(PR_CAPBSET_DROP, number);
    if (dropped < 0 && dropped != -EINVAL) check(child, dropped);
  }
}

void become_user(Child& child) noexcept {
  const ProcessPlan& process = child.process;
  child.at(Step::user);
  // Only a change of all ids from root to others takes capabilities away (capabilities(7)).
  if (process.uid != 0) check(child, sys::raw::prctl(PR_SET_KEEPCAPS, 1));
  if (process.set_groups) {
    const int set = static_cast<int>(call(SYS_setgroups, process.groups.size(), process.groups.data()));
    // Denied for good in this user namespace (user_namespaces(7)): fine if there was nothing to set.
    if (!(set == -EPERM && process.groups.empty())) check(child, set);
  }
  check(child, static_cast<int>(call(SYS_setresgid, process.gid, process.gid, process.gid)));
  check(child, static_cast<int>(call(SYS_setresuid, process.uid, process.uid, process.uid)));
  if (process.uid != 0) check(child, sys::raw::prctl(PR_SET_KEEPCAPS, 0));

  child.at(Step::capabilities);
  const auto& wanted = process.capabilities;
  // What the caller itself lacks cannot be given: left out, as docker's --privileged asks for all there are.
  const std::uint64_t mine = own_permitted(child);
  const std::uint64_t extra = keeps_admin(process) ? bit(CAP_SYS_ADMIN) & mine : 0;
  const auto set = [&](std::uint64_t inheritable) {
    return set_capabilities((wanted.effective & mine) | extra, (wanted.permitted & mine) | extra,
                            inheritable);
  };
  int done = set(wanted.inheritable & (mine | wanted.bounding));
  // The bounding set that is wanted may be more than there is.
  if (done == -EPERM) done = set(wanted.inheritable & (mine | ~wanted.bounding));
  check(child, done);
  // Of the caller's ambient set capset(2) leaves what is still inheritable.
  if (wanted.inheritable != 0) check(child, sys::raw::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL));
  raise_ambient(child);
}

// Before the change of user root may lack the right (a root-squashed share): `try_directory` says whether it
// had it, and afterwards it is final.
bool try_directory(Child& child) noexcept {
  if (child.process.cwd == "/") return true;  // we are there
  child.at(Step::change_directory);
  return sys::raw::chdir(child.process.cwd.c_str()) >= 0;
}

void settle_directory(Child& child, bool there) noexcept {
  child.at(Step::change_directory);
  if (!there) check(child, sys::raw::chdir(child.process.cwd.c_str()));
  // The directory must be inside our root, and not one that an fd of the host led us to (CVE-2024-21626): the
  // kernel says "(unreachable)" of those.
  char path[PATH_MAX];
  const long length = call(SYS_getcwd, path, sizeof path);
  check(child, static_cast<int>(length));
  if (path[0] != '/') die(child, -EXDEV);
}

void find_home(Child& child) noexcept {
  static char home[sizeof "HOME=" + PATH_MAX] = "HOME=/";
  if (child.process.home == nullptr) return;
  const int passwd = sys::raw::openat(AT_FDCWD, "/etc/passwd", O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (passwd >= 0) {
    struct stat info;
    const bool readable =
        sys::raw::fstat(passwd, &info) == 0 && S_ISREG(info.st_mode);  // /dev/zero has no end
    if (!readable || !copy_home(passwd, child.process.uid, home + 5, sizeof home - 5))
      memcpy(home + 5, "/", 2);
    close(passwd);
  }
  *child.process.home = home;
}

const char* find_executable(Child& child) noexcept {
  if (!child.process.find_program) return nullptr;
  child.at(Step::find_executable);
  int refused = -ENOENT;
  for (std::size_t i = 0; i < child.process.search.size(); ++i) {
    const char* path = child.process.search[i].c_str();
    const int judged = judge_executable(path, child.process.workload != nullptr);
    if (judged == 0) return path;
    // As execvp(3): go on after "not here", but remember what was found and refused.
    if (judged != -ENOENT && judged != -ENOTDIR) refused = judged;
  }
  die(child, refused);
}

namespace {

// The caller, which sees nothing of the container's paths, gets the module as an fd, and gives back what is
// to be run of it.
void hand_in_module(const char* path, Child& child) noexcept {
  const int module = sys::raw::openat(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  check(child, module);
  struct stat info;
  check(child, sys::raw::fstat(module, &info));
  if (!S_ISREG(info.st_mode)) die(child, -EACCES);
  check(child, say(child, Word::module, 0, module));
  close(module);
  Message message;
  const long got = sys::receive_message(child.sync, &message, sizeof message, &child.prepared);
  if (got < 0) die(child, static_cast<int>(got));
  if (got == 0) die(child, -EPIPE);
  if (message.word != Word::prepared || child.prepared < 0) die(child, -EPROTO);
}

// As an exec would leave the capabilities of a file that has none (capabilities(7)), and no more than there
// are.
struct CapabilitySets {
  std::uint64_t permitted, inheritable;
};
CapabilitySets sets_after_exec(Child& child) noexcept {
  const spec::Capabilities& wanted = child.process.capabilities;
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  check(child, static_cast<int>(call(SYS_capget, &header, data)));
  const auto whole = [](std::uint32_t low, std::uint32_t high) { return low | std::uint64_t{high} << 32; };
  const std::uint64_t mine = whole(data[0].permitted, data[1].permitted) & wanted.permitted;
  const std::uint64_t inheritable = whole(data[0].inheritable, data[1].inheritable);
  const std::uint64_t kept =
      child.process.uid == 0 ? wanted.bounding | inheritable : wanted.ambient & inheritable;
  return {mine & kept, inheritable};
}

// What an exec does to a process, and then the program, without one. The socket's end tells the caller so.
[[noreturn]] void run_workload(Child& child) noexcept {
  const ProcessPlan& process = child.process;
  const CapabilitySets sets = sets_after_exec(child);
  const bool late = keeps_admin(process);
  const auto settle = [&] {
    child.at(Step::capabilities);
    check(child, set_capabilities(sets.permitted, sets.permitted, sets.inheritable));
  };
  if (!late) settle();
  load_filter(child);
  if (late) settle();
  if (child.notify > 0) close(child.notify);
  close(child.sync);
  process.workload->run(
      {*process.workload, child.prepared, process.argv.data(), process.envp.data(), process.dumpable});
  sys::raw::exit(1);  // it does not return
}

}  // namespace

const char* become_process(Child& child) noexcept {
  adopt_standard_streams(child);
  set_labels(child);
  close_foreign_fds(child);
  (void)call(SYS_umask, child.process.umask);
  const bool there = try_directory(child);
  set_rlimits(child);
  set_scheduling(child);
  drop_bounding(child);
  become_user(child);
  settle_directory(child, there);
  find_home(child);
  const char* path = find_executable(child);
  if (child.process.workload != nullptr && path != nullptr) hand_in_module(path, child);

  child.at(Step::ready);
  // From here on the socket tells us of the parent's end: it may exit as soon as it has answered.
  check(child, sys::raw::prctl(PR_SET_PDEATHSIG, 0));
  check(child, say(child, Word::ready));
  return path;
}

void confine(Child& child) noexcept {
  forbid_new_privileges(child);
  restrict_by_landlock(child);
  load_filter(child);
  child.confined = true;
}

void execute(Child& child, const char* path) noexcept {
  const ProcessPlan& process = child.process;
  forbid_new_privileges(child);
  // Nothing of the host's stays open: ours are O_CLOEXEC by rule, and this is for those that a caller left
  // behind. Without an exec they are closed here.
  constexpr unsigned kCloexec = 4;  // CLOSE_RANGE_CLOEXEC
  if (process.workload == nullptr)
    check(child, sys::raw::close_range(3 + process.preserved_fds, ~0u, kCloexec));
  else
    close_all_but(child,
                  std::array{std::min(child.sync, child.prepared), std::max(child.sync, child.prepared)});
  if (!child.confined) restrict_by_landlock(child);
  child.at(Step::exec);
  // A `start` that was killed meanwhile (EPIPE) does not take back what it said.
  if (const int said = say(child, Word::ready); said != -EPIPE) check(child, said);
  if (process.workload != nullptr) run_workload(child);
  load_filter(child);
  // Not execveat(2), which a seccomp profile may deny though it allows execve.
  const int result = sys::raw::execve(path, process.argv.data(), process.envp.data());
  die(child, result);
}

}  // namespace masu::container
