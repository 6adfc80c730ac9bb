// SPDX-License-Identifier: Apache-2.0
//
// floor: the fewest kernel calls that make the container of runc's default `spec`, run one program in it and
// remove it again. It reads no config.json, keeps no state and handles no failure but by saying so: it is the
// mark that a runtime's start time is held against, and the place where another order of the same calls is
// tried first. Each option names one such choice; docs/src/development/start-time.md has what they measured.
//
// On a host with cgroup v2 alone it leaves out the device program, a BPF load and an attach.
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/futex.h>
#include <linux/keyctl.h>
#include <linux/sched.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef MOUNT_ATTR_RDONLY
#include <linux/mount.h>  // glibc 2.36 has its content in <sys/mount.h> and collides with it; musl has it only here
#endif

namespace {

const char* const kUsage =
    "usage: floor [OPTION...] ROOTFS PROGRAM [ARG...]\n"
    "  --net=clone|child           the network namespace: by clone3, or by the child's unshare(2)\n"
    "  --cgroups=parallel|first    make and join them while the child mounts, or before it is cloned\n"
    "  --join=procs|tasks|child|self\n"
    "                              the child's pid into cgroup.procs, or into tasks; the child its own 0 "
    "into tasks;\n"
    "                              the parent its own 0 into tasks before the clone (with --cgroups=first, "
    "and\n"
    "                              --unified=into)\n"
    "  --unified=into|write        CLONE_INTO_CGROUP, or the pid into cgroup.procs\n"
    "  --clone=cow|vm|vfork        a copy of the memory; shared memory; shared, and the parent asleep until "
    "exec\n"
    "                              (with --cgroups=first and --join=child or self)\n"
    "  --mount=mount|fsmount       mount(2), or fsopen, fsconfig, fsmount, move_mount\n"
    "  --bind=mount|tree           mount(2) and a remount, or open_tree, mount_setattr, move_mount\n"
    "  --mask=tmpfs|shared         masked directories: a tmpfs each, or clones of one\n"
    "  --mask-type=stat|bind       learn what is a directory from stat(2), or from the failure of a bind\n"
    "  --cgroup-mount=bind|fresh|none\n"
    "                              binds of the container's cgroups; new mounts in a cgroup namespace; "
    "nothing\n"
    "  --self=direct|clone|memfd   run as is; first execute a read-only clone of the mount of this program, "
    "or a\n"
    "                              sealed copy of it in memory\n"
    "  --steps                     print the milliseconds of each step to stderr\n";

struct Options {
  std::string_view net = "clone", cgroups = "parallel", join = "child", unified = "into", clone = "cow";
  std::string_view mount = "mount", bind = "mount", mask = "tmpfs", mask_type = "stat", cgroup_mount = "bind",
                   self = "direct";
  bool steps = false;
  char* rootfs = nullptr;
  char** program = nullptr;
};

struct Hierarchy {
  std::string mount;       // /sys/fs/cgroup/cpu
  std::string name;        // cpu
  std::string controller;  // cpu, or name=systemd: what a mount of it is asked for
  std::string cgroup;      // /sys/fs/cgroup/cpu/floor-123, the container's own
  bool unified = false;
};

struct Step {
  const char* what;
  const char* object;
  std::int64_t ns;
};

struct Steps {
  std::array<Step, 96> list;
  unsigned count;
};

enum Stage : std::uint32_t { kNone, kCgroupsMade, kCgroupsJoined };

// A page that both see: the word they meet on, and what each did when.
struct Shared {
  std::atomic<std::uint32_t> stage;
  Steps parent, child;
};

Options options;
std::vector<Hierarchy> hierarchies;
Shared* shared;
pid_t child;  // known to the parent only

// The parent takes the child along, which would wait for it for ever, and the cgroups.
[[noreturn]] void die(const char* what) {
  (void)std::fprintf(stderr, "floor: %s: %s\n", what, std::strerror(errno));
  if (child > 0) {
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    for (const Hierarchy& hierarchy : hierarchies) rmdir(hierarchy.cgroup.c_str());
  }
  _exit(125);
}

template <class T>
T check(T result, const char* what) {
  if (result < 0) die(what);
  return result;
}

void mark(Steps& steps, const char* what, const char* object = "") {
  if (!options.steps || steps.count == steps.list.size()) return;
  timespec now{};
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  steps.list[steps.count++] = {what, object, now.tv_sec * 1'000'000'000LL + now.tv_nsec};
}

void put(const std::string& path, std::string_view text) {
  int fd = check(open(path.c_str(), O_WRONLY | O_CLOEXEC), path.c_str());
  check(write(fd, text.data(), text.size()), path.c_str());
  close(fd);
}

std::string get(const std::string& path) {
  char buffer[16384];
  int fd = check(open(path.c_str(), O_RDONLY | O_CLOEXEC), path.c_str());
  ssize_t size = check(read(fd, buffer, sizeof buffer), path.c_str());
  close(fd);
  return {buffer, static_cast<std::size_t>(size)};
}

void reach(Stage stage) {
  shared->stage.store(stage);
  syscall(SYS_futex, &shared->stage, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

void wait_for(Stage stage) {
  for (std::uint32_t now; (now = shared->stage.load()) < stage;)
    syscall(SYS_futex, &shared->stage, FUTEX_WAIT, now, nullptr, nullptr, 0);
}

// --- cgroups: the parent's part
// ------------------------------------------------------------------------------------

// All hierarchies in the mount table (proc_pid_mountinfo(5)); the container's cgroup is to lie at the top of
// each.
void find_hierarchies() {
  std::string table = get("/proc/self/mountinfo");
  std::string name = "/floor-" + std::to_string(getpid());
  for (std::size_t begin = 0, end; (end = table.find('\n', begin)) != std::string::npos; begin = end + 1) {
    std::string_view line(table.data() + begin, end - begin);
    std::size_t tail = line.find(" - cgroup");
    if (tail == std::string_view::npos) continue;
    std::size_t field = 0;
    for (int i = 0; i < 4; i++) field = line.find(' ', field) + 1;
    std::string_view super = line.substr(line.rfind(' ') + 1);  // rw,cpu or rw,xattr,name=systemd
    Hierarchy hierarchy;
    hierarchy.mount = line.substr(field, line.find(' ', field) - field);
    hierarchy.name = hierarchy.mount.substr(hierarchy.mount.rfind('/') + 1);
    hierarchy.controller = super.substr(super.rfind(',') + 1);
    hierarchy.cgroup = hierarchy.mount + name;
    hierarchy.unified = line.substr(tail + 3, 7) == "cgroup2";
    hierarchies.push_back(hierarchy);
  }
}

// runc's default rules: nothing but mknod of anything, and use of the default devices, of ptys and the
// console.
void limit_devices(const std::string& cgroup) {
  put(cgroup + "/devices.deny", "a");
  int fd = check(open((cgroup + "/devices.allow").c_str(), O_WRONLY | O_CLOEXEC), "devices.allow");
  for (std::string_view rule : {"c *:* m", "b *:* m", "c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm",
                                "c 1:9 rwm", "c 5:0 rwm", "c 5:2 rwm", "c 136:* rwm"})
    check(write(fd, rule.data(), rule.size()), "devices.allow");
  close(fd);
}

void make_cgroup(const Hierarchy& hierarchy) {
  check(mkdir(hierarchy.cgroup.c_str(), 0755), hierarchy.cgroup.c_str());
  if (hierarchy.name == "cpuset")  // born without CPUs and memory, and nothing can join it before it has both
    for (const char* file : {"/cpuset.cpus", "/cpuset.mems"})
      put(hierarchy.cgroup + file, get(hierarchy.mount + file));
  mark(shared->parent, "mkdir", hierarchy.name.c_str());
  if (hierarchy.name != "devices") return;
  limit_devices(hierarchy.cgroup);
  mark(shared->parent, "limit", hierarchy.name.c_str());
}

// `file` is cgroup.procs, which moves a whole process, or tasks, which moves one thread and on v1 only.
void join_cgroups(Steps& steps, std::string_view file, std::string_view pid) {
  for (const Hierarchy& hierarchy : hierarchies) {
    if (hierarchy.unified && options.unified == "into") continue;
    put(hierarchy.cgroup + "/" + std::string(hierarchy.unified ? "cgroup.procs" : file), pid);
    mark(steps, "join", hierarchy.name.c_str());
  }
}

void leave_cgroups() {
  for (const Hierarchy& hierarchy : hierarchies)
    if (!hierarchy.unified) put(hierarchy.mount + "/tasks", "0");
  mark(shared->parent, "leave cgroups");
}

void remove_cgroups() {
  for (const Hierarchy& hierarchy : hierarchies) {
    check(rmdir(hierarchy.cgroup.c_str()), hierarchy.cgroup.c_str());
    mark(shared->parent, "rmdir", hierarchy.name.c_str());
  }
}

// --- mounts: the child's part
// --------------------------------------------------------------------------------------

struct Mount {
  const char* type;
  const char* target;
  unsigned long flags;
  std::initializer_list<std::array<const char*, 2>> parameters;  // {key, value}
};

unsigned attributes(unsigned long flags) {
  unsigned result = 0;
  if (flags & MS_RDONLY) result |= MOUNT_ATTR_RDONLY;
  if (flags & MS_NOSUID) result |= MOUNT_ATTR_NOSUID;
  if (flags & MS_NODEV) result |= MOUNT_ATTR_NODEV;
  if (flags & MS_NOEXEC) result |= MOUNT_ATTR_NOEXEC;
  if (flags & MS_STRICTATIME) result |= MOUNT_ATTR_STRICTATIME;
  return result;
}

void attach(int tree, const char* target) {
  check(syscall(SYS_move_mount, tree, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH), target);
  close(tree);
}

void mount_new(const Mount& what) {
  if (options.mount == "mount") {
    std::string data;
    for (auto [key, value] : what.parameters)
      data.append(data.empty() ? "" : ",").append(key).append(*value ? "=" : "").append(value);
    check(mount(what.type, what.target, what.type, what.flags, data.c_str()), what.target);
  } else {
    int fs = static_cast<int>(check(syscall(SYS_fsopen, what.type, FSOPEN_CLOEXEC), what.type));
    for (auto [key, value] : what.parameters)
      check(syscall(SYS_fsconfig, fs, *value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG, key,
                    *value ? value : nullptr, 0),
            key);
    check(syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0), what.type);
    attach(
        static_cast<int>(check(syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, attributes(what.flags)), what.type)),
        what.target);
    close(fs);
  }
  mark(shared->child, "mount", what.target);
}

bool bind_readonly(const char* path, unsigned long flags) {
  flags |= MS_RDONLY;
  if (options.bind == "mount") {
    if (mount(path, path, nullptr, MS_BIND | MS_REC, nullptr) < 0) return false;
    check(mount(nullptr, path, nullptr, MS_BIND | MS_REMOUNT | flags, nullptr), path);
    return true;
  }
  auto tree = static_cast<int>(
      syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE));
  if (tree < 0) return false;
  mount_attr set{.attr_set = attributes(flags), .attr_clr = 0, .propagation = 0, .userns_fd = 0};
  check(syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &set, sizeof set), path);
  attach(tree, path);
  return true;
}

void make_devices() {
  struct Device {
    const char* path;
    unsigned major, minor;
  };
  for (Device device : {Device{"dev/null", 1, 3},
                        {"dev/zero", 1, 5},
                        {"dev/full", 1, 7},
                        {"dev/random", 1, 8},
                        {"dev/urandom", 1, 9},
                        {"dev/tty", 5, 0}})
    check(mknod(device.path, S_IFCHR | 0666, makedev(device.major, device.minor)), device.path);
  for (auto [target, path] : {std::array{"/proc/self/fd", "dev/fd"},
                              {"/proc/self/fd/0", "dev/stdin"},
                              {"/proc/self/fd/1", "dev/stdout"},
                              {"/proc/self/fd/2", "dev/stderr"},
                              {"pts/ptmx", "dev/ptmx"}})
    check(symlink(target, path), path);
  mark(shared->child, "devices and links");
}

// The container's own cgroups below /sys/fs/cgroup, read-only: a tmpfs with one mount a hierarchy.
void mount_cgroups() {
  const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  mount_new({"tmpfs", "sys/fs/cgroup", flags, {{"mode", "755"}}});
  for (const Hierarchy& hierarchy : hierarchies) {
    if (hierarchy.unified && hierarchies.size() > 1) continue;  // as runc: hybrid shows v1 only
    std::string target = "sys/fs/cgroup/" + hierarchy.name;
    check(mkdir(target.c_str(), 0755), target.c_str());
    check(options.cgroup_mount == "bind"
              ? mount(hierarchy.cgroup.c_str(), target.c_str(), nullptr, MS_BIND, nullptr)
              : mount("cgroup", target.c_str(), "cgroup", flags, hierarchy.controller.c_str()),
          target.c_str());
    mark(shared->child, "cgroup mount", hierarchy.name.c_str());
  }
  mount_attr set{.attr_set = attributes(flags | MS_RDONLY), .attr_clr = 0, .propagation = 0, .userns_fd = 0};
  check(syscall(SYS_mount_setattr, AT_FDCWD, "sys/fs/cgroup", AT_RECURSIVE, &set, sizeof set),
        "mount_setattr");
  mark(shared->child, "read-only cgroup mounts");
}

void mask_directory(const char* path) {
  static int tree = -1;  // of the one tmpfs that all masked directories show
  if (options.mask == "tmpfs") {
    check(mount("tmpfs", path, "tmpfs", MS_RDONLY, nullptr), path);
    return;
  }
  if (tree < 0) {
    int fs = static_cast<int>(check(syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC), "tmpfs"));
    check(syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0), "tmpfs");
    tree = static_cast<int>(check(syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY), "tmpfs"));
    close(fs);
  }
  attach(static_cast<int>(check(
             syscall(SYS_open_tree, tree, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH), path)),
         path);
}

// A bind that fails since /dev/null is no directory has made a mount and drops it again, which waits for an
// RCU grace period; stat(2) does not.
void hide_paths() {
  for (const char* path :
       {"/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
        "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware", "/proc/scsi"}) {
    struct stat status{};
    bool directory = false;
    if (options.mask_type == "stat") {
      if (stat(path, &status) < 0) continue;
      directory = S_ISDIR(status.st_mode);
    }
    if (!directory && mount("/dev/null", path, nullptr, MS_BIND, nullptr) < 0) directory = errno == ENOTDIR;
    if (directory) mask_directory(path);
    mark(shared->child, "mask", path);
  }
  for (const char* path : {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"}) {
    bind_readonly(path, MS_RELATIME);
    mark(shared->child, "read-only", path);
  }
}

void enter_root() {
  int old = check(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), "/");
  check(syscall(SYS_pivot_root, ".", "."), "pivot_root");
  check(fchdir(old), "fchdir");  // the old root lies over the new one, and goes
  check(umount2(".", MNT_DETACH), "umount");
  check(chdir("/"), "chdir");
  mark(shared->child, "pivot_root");
}

// Who joins by its own hand, or was born a member, has nobody to wait for; after vfork the other side sleeps.
void wait_until_joined() {
  if (options.join == "procs" || options.join == "tasks") wait_for(kCgroupsJoined);
}

// --- the rest of the child
// -----------------------------------------------------------------------------------------

void raise_loopback() {
  int fd = check(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
  ifreq request{};
  std::memcpy(request.ifr_name, "lo", 3);
  request.ifr_flags = IFF_UP;
  check(ioctl(fd, SIOCSIFFLAGS, &request), "lo up");
  close(fd);
  mark(shared->child, "lo up");
}

void limit_process() {
  rlimit files{1024, 1024};
  check(setrlimit(RLIMIT_NOFILE, &files), "setrlimit");
  const std::uint32_t kept = 1U << CAP_AUDIT_WRITE | 1U << CAP_KILL | 1U << CAP_NET_BIND_SERVICE;
  for (int capability = 0; capability <= CAP_LAST_CAP; capability++)
    if (capability > 31 || !(kept >> capability & 1)) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {{kept, kept, 0}, {0, 0, 0}};
  check(syscall(SYS_capset, &header, data), "capset");
  check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
  mark(shared->child, "rlimit, capabilities");
}

[[noreturn]] void run_child() {
  mark(shared->child, "born");
  if (options.net == "child") {
    check(unshare(CLONE_NEWNET), "unshare net");
    mark(shared->child, "unshare net");
  }
  check(setsid(), "setsid");
  mark(shared->child, "setsid");
  syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, "floor", 0, 0, 0);
  mark(shared->child, "keyring");
  raise_loopback();
  check(mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr), "rslave");
  check(mount(options.rootfs, options.rootfs, nullptr, MS_BIND | MS_REC, nullptr), options.rootfs);
  check(chdir(options.rootfs), options.rootfs);
  mark(shared->child, "bind root");
  mount_new({"proc", "proc", 0, {}});
  mount_new({"tmpfs", "dev", MS_NOSUID | MS_STRICTATIME, {{"mode", "755"}, {"size", "65536k"}}});
  for (const char* path : {"dev/pts", "dev/shm", "dev/mqueue"}) check(mkdir(path, 0755), path);
  const unsigned long all = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  mount_new({"devpts",
             "dev/pts",
             MS_NOSUID | MS_NOEXEC,
             {{"newinstance", ""}, {"ptmxmode", "0666"}, {"mode", "0620"}, {"gid", "5"}}});
  mount_new({"tmpfs", "dev/shm", all, {{"mode", "1777"}, {"size", "65536k"}}});
  mount_new({"mqueue", "dev/mqueue", all, {}});
  mount_new({"sysfs", "sys", all | MS_RDONLY, {}});
  make_devices();
  wait_for(kCgroupsMade);
  mark(shared->child, "wait: cgroups made");
  if (options.join == "child") join_cgroups(shared->child, "tasks", "0");
  if (options.cgroup_mount == "fresh") {
    wait_until_joined();
    check(unshare(CLONE_NEWCGROUP), "unshare cgroup");
  }
  if (options.cgroup_mount != "none") mount_cgroups();
  enter_root();
  hide_paths();
  check(mount(nullptr, "/", nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr), "read-only root");
  check(sethostname("floor", 5), "sethostname");
  mark(shared->child, "read-only root, host name");
  limit_process();
  wait_until_joined();
  mark(shared->child, "wait: cgroups joined");
  execv(options.program[0], options.program);
  die(options.program[0]);
}

// --- the parent
// ----------------------------------------------------------------------------------------------------

// clone3 with a stack of the child's own, which a C library's syscall() cannot return on.
long clone_on_stack(clone_args& args) {
  void* stack = mmap(nullptr, 1 << 16, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (stack == MAP_FAILED) die("mmap");
  args.stack = reinterpret_cast<std::uintptr_t>(stack);
  args.stack_size = 1 << 16;
#if defined(__x86_64__)
  long result;
  asm volatile("syscall; test %%rax, %%rax; jnz 1f; xor %%ebp, %%ebp; call *%[run]; hlt; 1:"
               : "=a"(result)
               : "a"(SYS_clone3), "D"(&args), "S"(sizeof args), [run] "b"(&run_child)
               : "rcx", "r11", "memory");
  errno = result < 0 ? static_cast<int>(-result) : 0;
  return result < 0 ? -1 : result;
#else
  errno = ENOSYS;
  return -1;
#endif
}

pid_t clone_child() {
  clone_args args{};
  args.flags =
      CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | (options.net == "clone" ? CLONE_NEWNET : 0);
  args.exit_signal = SIGCHLD;
  for (const Hierarchy& hierarchy : hierarchies)
    if (hierarchy.unified && options.unified == "into") {
      args.flags |= CLONE_INTO_CGROUP;
      args.cgroup =
          static_cast<std::uint64_t>(check(open(hierarchy.cgroup.c_str(), O_PATH | O_CLOEXEC), "cgroup"));
    }
  if (options.clone != "cow") args.flags |= CLONE_VM | (options.clone == "vfork" ? CLONE_VFORK : 0);
  long pid = check(options.clone == "cow" ? syscall(SYS_clone3, &args, sizeof args) : clone_on_stack(args),
                   "clone3");
  if (pid == 0) run_child();
  if (args.cgroup) close(static_cast<int>(args.cgroup));
  mark(shared->parent, "clone3");
  return static_cast<pid_t>(pid);
}

// What a runtime does so that a container cannot write to its executable (CVE-2019-5736).
void execute_protected(char** argv, char** envp) {
  int fd;
  if (options.self == "clone") {
    fd = static_cast<int>(
        check(syscall(SYS_open_tree, AT_FDCWD, "/proc/self/exe", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC),
              "open_tree"));
    mount_attr set{.attr_set = MOUNT_ATTR_RDONLY, .attr_clr = 0, .propagation = 0, .userns_fd = 0};
    check(syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &set, sizeof set), "mount_setattr");
  } else {
    int self = check(open("/proc/self/exe", O_RDONLY | O_CLOEXEC), "open");
    struct stat status{};
    fstat(self, &status);
    fd = check(memfd_create("floor", MFD_CLOEXEC | MFD_ALLOW_SEALING), "memfd_create");
    check(sendfile(fd, self, nullptr, static_cast<std::size_t>(status.st_size)), "sendfile");
    check(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE), "seal");
    close(self);
  }
  static char direct[] = "--self=direct";
  std::vector<char*> again{argv[0]};
  for (char** arg = argv + 1; *arg; arg++)
    again.push_back(std::strncmp(*arg, "--self=", 7) == 0 ? direct : *arg);
  again.push_back(nullptr);
  syscall(SYS_execveat, fd, "", again.data(), envp, AT_EMPTY_PATH);
  die("execveat");
}

void print_steps(const char* who, const Steps& steps, std::int64_t begin) {
  std::int64_t last = begin;
  for (unsigned i = 0; i < steps.count; last = steps.list[i].ns, i++)
    (void)std::fprintf(
        stderr, "%-6s %8.3f %8.3f  %s %s\n", who, static_cast<double>(steps.list[i].ns - begin) / 1e6,
        static_cast<double>(steps.list[i].ns - last) / 1e6, steps.list[i].what, steps.list[i].object);
}

bool parse(char** argv) {
  struct Choice {
    std::string_view name;
    std::string_view* value;
  };
  const Choice choices[] = {{"--net", &options.net},
                            {"--cgroups", &options.cgroups},
                            {"--join", &options.join},
                            {"--unified", &options.unified},
                            {"--clone", &options.clone},
                            {"--mount", &options.mount},
                            {"--bind", &options.bind},
                            {"--mask", &options.mask},
                            {"--mask-type", &options.mask_type},
                            {"--self", &options.self},
                            {"--cgroup-mount", &options.cgroup_mount}};
  for (argv++; *argv && **argv == '-'; argv++) {
    std::string_view arg = *argv;
    std::size_t equals = arg.find('=');
    bool known = arg == "--steps";
    options.steps |= known;
    for (const Choice& choice : choices)
      if (equals != std::string_view::npos && arg.substr(0, equals) == choice.name)
        *choice.value = arg.substr(equals + 1), known = true;
    if (!known) return false;
  }
  if (!argv[0] || !argv[1]) return false;
  options.rootfs = argv[0];
  options.program = argv + 1;
  if (options.join == "self") options.cgroups = "first";
  return true;
}

}  // namespace

int main(int, char** argv, char** envp) {
  if (!parse(argv)) {
    (void)std::fputs(kUsage, stderr);
    return 2;
  }
  if (options.self != "direct") execute_protected(argv, envp);
  void* page = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) die("mmap");
  shared = static_cast<Shared*>(page);
  mark(shared->parent, "main");
  find_hierarchies();
  mark(shared->parent, "find cgroups");
  bool first = options.cgroups == "first";
  for (const Hierarchy& hierarchy : hierarchies)
    if (first || hierarchy.unified) make_cgroup(hierarchy);
  if (first) reach(kCgroupsMade);
  if (options.join == "self") join_cgroups(shared->parent, "tasks", "0");
  child = clone_child();
  for (const Hierarchy& hierarchy : hierarchies)
    if (!first && !hierarchy.unified) make_cgroup(hierarchy);
  if (!first) reach(kCgroupsMade);
  if (options.join == "procs" || options.join == "tasks")
    join_cgroups(shared->parent, options.join == "procs" ? "cgroup.procs" : "tasks", std::to_string(child));
  reach(kCgroupsJoined);
  if (options.join == "self") leave_cgroups();
  int status = 0;
  check(waitpid(child, &status, 0), "waitpid");
  mark(shared->parent, "program ended");
  remove_cgroups();
  if (options.steps) {
    print_steps("parent", shared->parent, shared->parent.list[0].ns);
    print_steps("child", shared->child, shared->parent.list[0].ns);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
