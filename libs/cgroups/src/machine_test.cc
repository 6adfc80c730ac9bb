// SPDX-License-Identifier: Apache-2.0
//
// The manager on this machine's own cgroup file systems, in cgroups of the test's own. Needs root.
#include "masu/cgroups/devices.h"
#include "masu/cgroups/files.h"
#include "masu/cgroups/hugepages.h"
#include "masu/cgroups/manager.h"
#include "masu/sys/fake.h"
#include "masu/sys/raw.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <functional>
#include <sstream>

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace masu::cgroups {
namespace {

std::chrono::steady_clock::time_point in_s(int s) {
  return std::chrono::steady_clock::now() + std::chrono::seconds(s);
}

std::string slurp(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

/// With all hierarchies, and (where the layout is hybrid) once more with nothing but its v2 tree.
enum class Scope { all, unified };

class MachineTest : public testing::TestWithParam<Scope> {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "making cgroups needs root";
    sys::fake::reset();
    auto layout = detect_layout();
    ASSERT_TRUE(layout) << layout.error().message();
    if (layout->kind == LayoutKind::none) GTEST_SKIP() << "no cgroup file system is mounted";
    layout_ = std::move(*layout);
    if (GetParam() == Scope::unified) {
      if (layout_.kind != LayoutKind::hybrid) GTEST_SKIP() << "the layout is not hybrid";
      Hierarchy v2 = *layout_.find_v2();
      layout_ = {
          .kind = LayoutKind::v2, .root = v2.mount, .hierarchies = {v2}, .own_cgroups = layout_.own_cgroups};
    }
    const auto name = std::string("/masu-test-") + std::to_string(getpid());
    auto planned = Manager::plan(layout_, {.cgroups_path = name, .id = "test"});
    ASSERT_TRUE(planned) << planned.error().message();
    manager_.emplace(std::move(*planned));
    ASSERT_TRUE(manager_->check());
    const auto created = manager_->create();
    if (!created && created.error().err() == EROFS) GTEST_SKIP() << created.error().message();
    ASSERT_TRUE(created) << created.error().message();
  }
  void TearDown() override {
    if (!manager_) return;
    const auto removed = manager_->remove(in_s(10));
    EXPECT_TRUE(removed) << removed.error().message();
    for (const Directory& directory : manager_->directories())
      EXPECT_NE(access(directory.path.c_str(), F_OK), 0) << directory.path;
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }
  }

  /// Clones a child into the container's cgroups as the runtime does; it then runs `body` and exits with its
  /// value.
  pid_t start(const std::function<int()>& body, std::uint64_t flags = 0) {
    const auto unified = manager_->clone_fd();
    EXPECT_TRUE(unified);
    clone_args args{};
    args.flags = flags;
    args.exit_signal = SIGCHLD;
    if (*unified >= 0) {
      args.flags |= CLONE_INTO_CGROUP;
      args.cgroup = static_cast<std::uint64_t>(*unified);
    }
    const auto files = manager_->open_join(*unified >= 0);
    EXPECT_TRUE(files) << files.error().message();
    const long pid = sys::raw::clone3(&args);
    if (pid == 0) {
      for (const sys::Fd& file : *files)
        if (::write(file.get(), "0", 1) != 1) _exit(99);
      _exit(body());
    }
    EXPECT_GT(pid, 0);
    return static_cast<pid_t>(pid);
  }
  static int wait(pid_t pid) {
    int status = 0;
    EXPECT_EQ(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  /// Waits until `pids` are `count`, while the children come up.
  void expect_processes(std::size_t count) {
    const auto deadline = in_s(5);
    while (manager_->pids(true)->size() != count && std::chrono::steady_clock::now() < deadline)
      ::usleep(1000);
    EXPECT_EQ(manager_->pids(true)->size(), count);
  }
  static int sleep_for_ever() {
    for (;;) pause();
  }

  const Directory* find(std::string_view controller) const {
    for (const Directory& directory : manager_->directories())
      if (directory.has(controller)) return &directory;
    return nullptr;
  }

  Layout layout_;
  std::optional<Manager> manager_;
};

INSTANTIATE_TEST_SUITE_P(, MachineTest, testing::Values(Scope::all, Scope::unified),
                         [](const auto& instance) {
                           return instance.param == Scope::all ? "All" : "Unified";
                         });

TEST_P(MachineTest, ChildJoinsEveryHierarchyByItself) {
  const pid_t child = start(sleep_for_ever);
  expect_processes(1);
  const std::string text = slurp("/proc/" + std::to_string(child) + "/cgroup");
  const auto cgroups = parse_own_cgroups(text);
  ASSERT_TRUE(cgroups);
  std::size_t found = 0;
  for (const OwnCgroup& cgroup : *cgroups)
    for (const Directory& directory : manager_->directories())
      if (directory.controllers == cgroup.controllers) {
        EXPECT_EQ(directory.mount + std::string(cgroup.path), directory.path);
        ++found;
      }
  EXPECT_EQ(found, manager_->directories().size());
  ASSERT_TRUE(manager_->kill_all(SIGKILL));
  EXPECT_EQ(wait(child), 128 + SIGKILL);
}

TEST_P(MachineTest, ChildOfNewNamespacesJoinsByItself) {
  // The kernel judges the write by who opened the file, so a user namespace without mappings is no obstacle.
  const pid_t child = start(sleep_for_ever, CLONE_NEWUSER | CLONE_NEWPID);
  expect_processes(1);
  EXPECT_EQ(*manager_->pids(true), std::vector<pid_t>{child});
  ASSERT_TRUE(manager_->kill_all(SIGKILL));
  EXPECT_EQ(wait(child), 128 + SIGKILL);
}

TEST_P(MachineTest, FollowFindsAProcessInAChildCgroup) {
  for (const Directory& directory : manager_->directories())
    ASSERT_EQ(mkdir((directory.path + "/inner").c_str(), 0755), 0);
  for (const char* file : {"cpuset.cpus", "cpuset.mems"})
    if (const Directory* cpuset = find("cpuset"); cpuset != nullptr)
      std::ofstream(cpuset->path + "/inner/" + file) << slurp(cpuset->path + "/" + file) << std::flush;
  const pid_t child = start(sleep_for_ever);
  expect_processes(1);
  const auto same = manager_->follow(child);
  ASSERT_TRUE(same) << same.error().message();
  for (std::size_t i = 0; i < manager_->directories().size(); ++i)
    EXPECT_EQ(same->directories()[i].path, manager_->directories()[i].path);
  for (const Directory& directory : manager_->directories())
    std::ofstream(directory.path + "/inner/cgroup.procs") << child << std::flush;
  auto inner = manager_->follow(child);
  ASSERT_TRUE(inner);
  for (const Directory& directory : inner->directories()) EXPECT_TRUE(directory.path.ends_with("/inner"));
  EXPECT_EQ(*inner->pids(false), std::vector<pid_t>{child});
  ASSERT_TRUE(manager_->kill_all(SIGKILL));
  EXPECT_EQ(wait(child), 128 + SIGKILL);
  EXPECT_FALSE(manager_->follow(child)) << "it has ended";
}

TEST_P(MachineTest, AddMovesAProcess) {
  const pid_t child = fork();
  if (child == 0) sleep_for_ever();
  const auto added = manager_->add(child);
  ASSERT_TRUE(added) << added.error().message();
  EXPECT_EQ(*manager_->pids(false), std::vector<pid_t>{child});
  ASSERT_TRUE(manager_->kill_all(SIGTERM));
  EXPECT_EQ(wait(child), 128 + SIGTERM);
  const auto gone = manager_->add(child);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().err(), ESRCH);
}

TEST_P(MachineTest, LimitsArriveInTheKernel) {
  spec::Resources resources;
  resources.pids_limit = 11;
  resources.memory = spec::Memory{.limit = 64 << 20};
  resources.cpu = spec::Cpu{.shares = 512, .quota = 20000, .period = 50000};
  const auto applied = manager_->apply(resources, Manager::Devices::leave);
  if (!applied && applied.error().kind() == Kind::unsupported) GTEST_SKIP() << applied.error().message();
  ASSERT_TRUE(applied) << applied.error().message() << " " << applied.error().hint_text();
  const auto value = [this](const char* controller, const char* v1, const char* v2) {
    for (const Directory& directory : manager_->directories())
      if (directory.has(controller)) return slurp(directory.path + "/" + v1);
    return slurp(manager_->directories().back().path + "/" + v2);
  };
  EXPECT_EQ(value("pids", "pids.max", "pids.max"), "11\n");
  EXPECT_EQ(value("memory", "memory.limit_in_bytes", "memory.max"), "67108864\n");
  const bool v2 = layout_.kind == LayoutKind::v2;
  EXPECT_EQ(value("cpu", "cpu.shares", "cpu.weight"), v2 ? "59\n" : "512\n");
  EXPECT_EQ(value("cpu", "cpu.cfs_quota_us", "cpu.max"), v2 ? "20000 50000\n" : "20000\n");

  resources = {};
  resources.memory = spec::Memory{.limit = 128 << 20};
  const auto raised = manager_->apply(resources, Manager::Devices::leave);
  ASSERT_TRUE(raised) << raised.error().message();
  EXPECT_EQ(value("memory", "memory.limit_in_bytes", "memory.max"), "134217728\n");
}

/// The first whole disk of this machine; nothing without one.
std::optional<DeviceNumber> find_disk() {
  std::optional<DeviceNumber> found;
  DIR* dir = opendir("/sys/block");
  if (dir == nullptr) return found;
  while (const dirent* entry = readdir(dir)) {
    std::string number = slurp(std::string("/sys/block/") + entry->d_name + "/dev");
    if (!number.empty()) number.pop_back();
    if (!found) found = parse_device_number(number);
  }
  closedir(dir);
  return found;
}

TEST_P(MachineTest, BlockLimitsArriveInTheKernel) {
  const auto disk = find_disk();
  if (!disk) GTEST_SKIP() << "no disk";
  spec::Resources resources;
  resources.block_io = spec::BlockIo{.throttle_read_bps_device = {{disk->major, disk->minor, 1 << 20}},
                                     .throttle_write_iops_device = {{disk->major, disk->minor, 77}}};
  const auto applied = manager_->apply(resources, Manager::Devices::leave);
  if (!applied && applied.error().kind() == Kind::unsupported) GTEST_SKIP() << applied.error().message();
  ASSERT_TRUE(applied) << applied.error().message() << " " << applied.error().hint_text();
  const std::string name = std::to_string(disk->major) + ":" + std::to_string(disk->minor);
  if (const Directory* blkio = find("blkio"); blkio != nullptr) {
    EXPECT_EQ(slurp(blkio->path + "/blkio.throttle.read_bps_device"), name + " 1048576\n");
    EXPECT_EQ(slurp(blkio->path + "/blkio.throttle.write_iops_device"), name + " 77\n");
  } else {
    EXPECT_EQ(slurp(manager_->directories().back().path + "/io.max"),
              name + " rbps=1048576 wbps=max riops=max wiops=77\n");
  }
  // An update that fails later on lifts a limit that was not there before.
  resources.block_io = spec::BlockIo{.throttle_write_bps_device = {{disk->major, disk->minor, 4096}},
                                     .throttle_read_iops_device = {{4095, 1048575, 1}}};
  const auto refused = manager_->update(resources);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().path(), "linux.resources.blockIO.throttleReadIOPSDevice");
  EXPECT_NE(refused.error().hint_text().find("no such block device"), std::string::npos);
  if (const Directory* blkio = find("blkio"); blkio != nullptr) {
    EXPECT_EQ(slurp(blkio->path + "/blkio.throttle.write_bps_device"), "");
  }
}

TEST_P(MachineTest, BlockWeightArrivesInTheKernel) {
  spec::Resources resources;
  resources.block_io = spec::BlockIo{.weight = 300};
  const auto applied = manager_->apply(resources, Manager::Devices::leave);
  if (!applied && applied.error().kind() == Kind::unsupported) GTEST_SKIP() << applied.error().message();
  ASSERT_TRUE(applied) << applied.error().message();
  std::string value;
  for (const Directory& directory : manager_->directories())
    for (const char* file : {"/blkio.weight", "/blkio.bfq.weight", "/io.bfq.weight", "/io.weight"})
      value += slurp(directory.path + file);
  EXPECT_TRUE(value.find("300") != std::string::npos || value.find("2930") != std::string::npos) << value;
}

TEST_P(MachineTest, RealtimeBudgetReachesANestedCgroup) {
  if (find("cpu") == nullptr || access((find("cpu")->path + "/cpu.rt_runtime_us").c_str(), F_OK) != 0)
    GTEST_SKIP() << "no real-time groups";
  auto planned =
      Manager::plan(layout_, {.cgroups_path = "/masu-test-" + std::to_string(getpid()) + "/rt", .id = "rt"});
  ASSERT_TRUE(planned && planned->create());
  spec::Resources resources;
  resources.cpu = spec::Cpu{.realtime_runtime = 1000, .realtime_period = 500000};
  const auto applied = planned->apply(resources, Manager::Devices::leave);
  ASSERT_TRUE(applied) << applied.error().message() << " " << applied.error().hint_text();
  EXPECT_EQ(slurp(find("cpu")->path + "/rt/cpu.rt_runtime_us"), "1000\n");
  EXPECT_TRUE(planned->remove(in_s(5)));
}

/// Controllers that only some machines have mounted.
TEST_P(MachineTest, NetworkAndHugepagesArriveInTheKernel) {
  spec::Resources resources;
  const auto sizes = hugepage_sizes();
  ASSERT_TRUE(sizes);
  if (find("hugetlb") != nullptr && !sizes->empty()) resources.hugepage_limits = {{sizes->front(), 8 << 20}};
  if (find("net_cls") != nullptr || find("net_prio") != nullptr) resources.network.emplace();
  if (find("net_cls") != nullptr) resources.network->class_id = 0x100001;
  if (find("net_prio") != nullptr) resources.network->priorities = {{"lo", 5}};
  if (!resources.network && resources.hugepage_limits.empty()) GTEST_SKIP() << "none of them is mounted";
  const auto applied = manager_->apply(resources, Manager::Devices::leave);
  ASSERT_TRUE(applied) << applied.error().message() << " " << applied.error().hint_text();
  if (!resources.hugepage_limits.empty()) {
    const std::string file = find("hugetlb")->path + "/hugetlb." + sizes->front();
    EXPECT_EQ(slurp(file + ".limit_in_bytes"), "8388608\n");
    EXPECT_EQ(slurp(file + ".rsvd.limit_in_bytes"), "8388608\n");
    EXPECT_EQ(manager_->stats()->hugepages.at(sizes->front()).used.limit, 8u << 20);
  }
  if (find("net_cls") != nullptr) {
    EXPECT_EQ(slurp(find("net_cls")->path + "/net_cls.classid"), "1048577\n");
  }
  if (find("net_prio") != nullptr) {
    EXPECT_NE(slurp(find("net_prio")->path + "/net_prio.ifpriomap").find("lo 5\n"), std::string::npos);
  }
}

TEST_P(MachineTest, DeviceListHolds) {
  const auto applied = manager_->apply({});
  ASSERT_TRUE(applied) << applied.error().message() << " " << applied.error().hint_text();
  const auto try_open = [](const char* path) {
    return [path] {
      const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
      return fd >= 0 ? 0 : errno;
    };
  };
  EXPECT_EQ(wait(start(try_open("/dev/null"))), 0);
  EXPECT_EQ(wait(start(try_open("/dev/kmsg"))), EPERM) << "1:11 is not on the list";
}

TEST_P(MachineTest, DeviceProgramHoldsAndIsReplaced) {
  const auto cgroup = manager_->clone_fd();
  ASSERT_TRUE(cgroup);
  if (*cgroup < 0) GTEST_SKIP() << "no v2 tree is mounted";
  const auto open_kmsg = [this] {
    return wait(start([] { return ::open("/dev/kmsg", O_RDONLY | O_CLOEXEC) >= 0 ? 0 : errno; }));
  };
  ASSERT_EQ(open_kmsg(), 0);
  const auto attached = attach_device_program(*cgroup, *reduce_device_rules({}), true);
  if (!attached && attached.error().err() == EPERM) GTEST_SKIP() << attached.error().message();
  ASSERT_TRUE(attached) << attached.error().message() << " " << attached.error().hint_text();
  EXPECT_EQ(open_kmsg(), EPERM);
  DevicePolicy wider = *reduce_device_rules({});
  wider.exceptions.push_back({'c', 1, 11, kRead});
  const auto replaced = attach_device_program(*cgroup, wider, false);
  ASSERT_TRUE(replaced) << replaced.error().message();
  EXPECT_EQ(open_kmsg(), 0) << "the first program is gone";
  EXPECT_EQ(attached_device_programs(*cgroup)->size(), 1u);
  ASSERT_TRUE(attach_device_program(*cgroup, *reduce_device_rules({}), true)) << "a second one beside it";
  EXPECT_EQ(open_kmsg(), EPERM);
  ASSERT_TRUE(attach_device_program(*cgroup, wider, false)) << "several are all replaced";
  EXPECT_EQ(open_kmsg(), 0);
  ASSERT_TRUE(
      attach_device_program(*cgroup, {.allow_by_default = true, .exceptions = {{'c', 1, 11, kRead}}}, false));
  EXPECT_EQ(open_kmsg(), EPERM);
  ASSERT_TRUE(detach_device_programs(*cgroup));
  EXPECT_TRUE(attached_device_programs(*cgroup)->empty());
  EXPECT_EQ(open_kmsg(), 0);
}

/// A counter that children keep on raising, to see whether they run.
class SharedCounter {
 public:
  SharedCounter()
      : value_(static_cast<std::atomic<unsigned>*>(
            mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {}
  ~SharedCounter() { munmap(value_, 4096); }
  SharedCounter(const SharedCounter&) = delete;
  SharedCounter& operator=(const SharedCounter&) = delete;

  int count_for_ever() const {
    for (;; ::usleep(200)) ++*value_;
  }
  bool moves() const {
    const unsigned before = *value_;
    for (int i = 0; i < 1000 && *value_ == before; ++i) ::usleep(1000);
    return *value_ != before;
  }
  bool stands_still() const {
    const unsigned before = *value_;
    ::usleep(20000);
    return *value_ == before;
  }

 private:
  std::atomic<unsigned>* value_;
};

TEST_P(MachineTest, FreezeStopsAndThawLetsRun) {
  const SharedCounter counter;
  const pid_t child = start([&] { return counter.count_for_ever(); });
  ASSERT_TRUE(counter.moves());
  for (int round = 0; round < 3; ++round) {
    const auto frozen = manager_->freeze(in_s(5));
    ASSERT_TRUE(frozen) << frozen.error().message();
    EXPECT_EQ(*manager_->freezer_state(), FreezerState::frozen);
    EXPECT_TRUE(counter.stands_still());
    const auto thawed = manager_->thaw(in_s(5));
    ASSERT_TRUE(thawed) << thawed.error().message();
    EXPECT_EQ(*manager_->freezer_state(), FreezerState::thawed);
    EXPECT_TRUE(counter.moves());
  }
  ASSERT_TRUE(manager_->kill_all(SIGKILL));
  EXPECT_EQ(wait(child), 128 + SIGKILL);
}

TEST_P(MachineTest, FreezeReachesChildCgroups) {
  const SharedCounter counter;
  for (const Directory& directory : manager_->directories())
    ASSERT_EQ(mkdir((directory.path + "/inner").c_str(), 0755), 0);
  const Directory* freezer = find("freezer");
  if (freezer == nullptr) freezer = &manager_->directories().back();
  const std::string inner = freezer->path + "/inner/cgroup.procs";
  const pid_t child = start([&] {
    std::ofstream(inner) << 0 << std::flush;
    return counter.count_for_ever();
  });
  ASSERT_TRUE(counter.moves());
  ASSERT_TRUE(manager_->freeze(in_s(5)));
  EXPECT_TRUE(counter.stands_still());
  ASSERT_TRUE(manager_->kill_all(SIGKILL)) << "frozen in a child cgroup";
  EXPECT_EQ(wait(child), 128 + SIGKILL);
}

TEST_P(MachineTest, FreezeCatchesAForkingTree) {
  const pid_t child = start([]() -> int {
    signal(SIGCHLD, SIG_IGN);
    for (int i = 0; i < 10; ++i)
      if (fork() == 0) break;
    for (;; ::usleep(100))
      if (fork() == 0) _exit(0);
  });
  ::usleep(20000);
  for (int round = 0; round < 5; ++round) {
    const auto frozen = manager_->freeze(in_s(10));
    ASSERT_TRUE(frozen) << frozen.error().message();
    const auto before = *manager_->pids(true);
    ::usleep(5000);
    EXPECT_EQ(*manager_->pids(true), before);
    ASSERT_TRUE(manager_->thaw(in_s(5)));
  }
  ASSERT_TRUE(manager_->remove(in_s(10)));
  EXPECT_EQ(wait(child), 128 + SIGKILL);
}

TEST_P(MachineTest, ThawBelowAFrozenCgroupSaysSo) {
  const std::string above =
      manager_->directories().front().path.substr(layout_.hierarchies.front().mount.size());
  auto planned = Manager::plan(layout_, {.cgroups_path = above + "/inner", .id = "test"});
  ASSERT_TRUE(planned);
  ASSERT_TRUE(planned->create());
  ASSERT_TRUE(manager_->freeze(in_s(5)));
  const auto held = planned->thaw(in_s(5));
  ASSERT_FALSE(held);
  EXPECT_EQ(held.error().kind(), Kind::invalid_state);
  EXPECT_NE(held.error().message().find(above), std::string::npos) << held.error().message();
  ASSERT_TRUE(manager_->thaw(in_s(5)));
  EXPECT_TRUE(planned->thaw(in_s(5)));
}

TEST_P(MachineTest, FreezeOfARemovedCgroup) {
  ASSERT_TRUE(manager_->remove(in_s(5)));
  const auto refused = manager_->freeze(in_s(5));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), Kind::invalid_state);
  EXPECT_FALSE(manager_->thaw(in_s(5)));
  const auto stats = manager_->stats();
  ASSERT_FALSE(stats);
  EXPECT_EQ(stats.error().kind(), Kind::not_found);
}

TEST_P(MachineTest, StatsSeeTheProcess) {
  constexpr std::size_t kBytes = 8 << 20;
  spec::Resources resources;
  resources.memory = spec::Memory{.limit = 64 << 20};
  resources.pids_limit = 20;
  const bool limited = manager_->apply(resources, Manager::Devices::leave).has_value();
  const pid_t child = start([] {
    void* memory =
        mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    std::memset(memory, 1, kBytes);
    timespec time{};
    while (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time), time.tv_nsec < 60'000'000) {  // not all of it here
    }
    return sleep_for_ever();
  });
  expect_processes(1);
  Stats stats;
  const auto deadline = in_s(10);
  do {
    ::usleep(10000);
    auto read = manager_->stats();
    ASSERT_TRUE(read) << read.error().message();
    stats = std::move(*read);
  } while (stats.cpu.total < 50'000'000 && std::chrono::steady_clock::now() < deadline);
  EXPECT_GE(stats.cpu.total, 50'000'000u);
  EXPECT_LT(stats.cpu.total, 20'000'000'000u);
  if (const Directory* cpuacct = find("cpuacct"); cpuacct != nullptr) {
    std::uint64_t sum = 0;
    for (const std::uint64_t ns : stats.cpu.percpu) sum += ns;
    EXPECT_GE(sum, 50'000'000u);
    EXPECT_EQ(stats.cpu.percpu.size(), stats.cpu.percpu_user.size());
    EXPECT_EQ(stats.cpu.percpu.size(), static_cast<std::size_t>(sysconf(_SC_NPROCESSORS_CONF)));
  }
  if (find("memory") != nullptr || stats.memory.events) {
    EXPECT_GE(stats.memory.memory.usage, kBytes);
    EXPECT_GE(stats.memory.memory.max, stats.memory.memory.usage);
    EXPECT_FALSE(stats.memory.raw.empty());
  }
  if (limited) {
    EXPECT_EQ(stats.memory.memory.limit, 64u << 20);
    EXPECT_EQ(stats.pids.limit, 20u);
    EXPECT_EQ(stats.pids.current, 1u);
  }
  if (find("cpuset") != nullptr) {
    EXPECT_FALSE(stats.cpuset.cpus.empty());
    EXPECT_FALSE(stats.cpuset.mems.empty());
  }
  for (const Directory& directory : manager_->directories())
    EXPECT_EQ(directory.is_v2() && access((directory.path + "/cpu.pressure").c_str(), F_OK) == 0 &&
                  stats.cpu.pressure,
              directory.is_v2() && access("/proc/pressure/cpu", F_OK) == 0);
  ASSERT_TRUE(manager_->kill_all(SIGKILL));
  EXPECT_EQ(wait(child), 128 + SIGKILL);
}

/// True if `events` come within `seconds`.
bool polls(int fd, short events, int seconds) {
  pollfd poll{.fd = fd, .events = events, .revents = 0};
  return ::poll(&poll, 1, seconds * 1000) == 1 && (poll.revents & events) != 0;
}

TEST_P(MachineTest, OomKillIsAnEvent) {
  spec::Resources resources;
  resources.memory = spec::Memory{.limit = 16 << 20, .swap = 16 << 20};
  const auto applied = manager_->apply(resources, Manager::Devices::leave);
  auto watch = manager_->watch_oom();
  if (!applied && !watch) {
    EXPECT_EQ(watch.error().kind(), Kind::unsupported);
    GTEST_SKIP() << watch.error().message();
  }
  ASSERT_TRUE(watch) << watch.error().message();
  const auto nothing = watch->take();
  ASSERT_TRUE(nothing);
  EXPECT_FALSE(nothing->oom || nothing->gone);
  const pid_t idle = start(sleep_for_ever);
  const pid_t child = start([] {
    std::ofstream("/proc/self/oom_score_adj") << 1000 << std::flush;
    constexpr std::size_t kBytes = 64 << 20;
    void* memory = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    std::memset(memory, 1, kBytes);
    return 0;
  });
  EXPECT_EQ(wait(child), 128 + SIGKILL);
  OomWatch::Event event;
  while (!event.oom && polls(watch->fd(), POLLIN, 5)) event = *watch->take();
  EXPECT_TRUE(event.oom);
  EXPECT_FALSE(event.gone);
  for (int i = 0; event.kills == 0 && i < 100; ++i) {  // v1 tells before it kills
    ::usleep(1000);
    event.kills = manager_->oom_kills();
  }
  EXPECT_EQ(event.kills, 1u);
  if (find("memory") == nullptr) {
    EXPECT_EQ(event.cause, manager_->directories().back().path);
  }
  ASSERT_TRUE(manager_->remove(in_s(5)));
  EXPECT_EQ(wait(idle), 128 + SIGKILL);
  while (!event.gone && polls(watch->fd(), POLLIN, 5)) event = *watch->take();
  EXPECT_TRUE(event.gone);
}

TEST_P(MachineTest, PressureIsAnEvent) {
  auto watch = manager_->watch_pressure(
      {.resource = PressureTrigger::Resource::cpu, .stall_us = 20'000, .window_us = 2'000'000});
  if (!watch) {
    ASSERT_EQ(watch.error().kind(), Kind::unsupported) << watch.error().message();
    GTEST_SKIP() << watch.error().message();
  }
  const pid_t child = start([]() -> int {
    for (int i = 0; i < 4; ++i)
      if (fork() == 0) break;
    for (volatile unsigned busy = 0;;) busy = busy + 1;
  });
  EXPECT_TRUE(polls(watch->get(), POLLPRI, 10));
  ASSERT_TRUE(manager_->remove(in_s(10)));
  EXPECT_EQ(wait(child), 128 + SIGKILL);
  EXPECT_TRUE(polls(watch->get(), POLLERR, 5)) << "the end of the cgroup is seen";
}

TEST_P(MachineTest, UpdateOfMemoryInBothDirections) {
  spec::Resources resources;
  for (const std::int64_t mb : {64, 128, 32}) {
    resources.memory = spec::Memory{.limit = mb << 20, .swap = mb << 20};
    const auto updated = manager_->update(resources);
    if (!updated && updated.error().kind() == Kind::unsupported) GTEST_SKIP() << updated.error().message();
    ASSERT_TRUE(updated) << updated.error().message();
    EXPECT_EQ(manager_->stats()->memory.memory.limit, static_cast<std::uint64_t>(mb) << 20);
  }
}

TEST_P(MachineTest, RefusedUpdateChangesNothing) {
  spec::Resources resources;
  resources.memory = spec::Memory{.limit = 64 << 20};
  resources.cpu = spec::Cpu{.shares = 512, .quota = 20000, .period = 50000};
  resources.pids_limit = 7;
  const auto set = manager_->update(resources);
  if (!set && set.error().kind() == Kind::unsupported) GTEST_SKIP() << set.error().message();
  ASSERT_TRUE(set) << set.error().message();
  resources.memory->limit = 32 << 20;
  resources.cpu = spec::Cpu{.shares = 1024, .quota = 70000, .period = 100000, .cpus = "1022-1023"};
  resources.pids_limit = 9;
  const auto refused = manager_->update(resources);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().path(), "linux.resources.cpu.cpus");
  const auto stats = manager_->stats();
  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->memory.memory.limit, 64u << 20);
  EXPECT_EQ(stats->pids.limit, 7u);
  const Directory* cpu = find("cpu");
  if (cpu != nullptr) {
    EXPECT_EQ(slurp(cpu->path + "/cpu.shares"), "512\n");
    EXPECT_EQ(slurp(cpu->path + "/cpu.cfs_quota_us"), "20000\n");
    EXPECT_EQ(slurp(cpu->path + "/cpu.cfs_period_us"), "50000\n");
  } else {
    EXPECT_EQ(slurp(manager_->directories().back().path + "/cpu.max"), "20000 50000\n");
  }
}

TEST_P(MachineTest, RemoveEndsAForkingTreeInNestedCgroups) {
  for (const Directory& directory : manager_->directories()) {
    ASSERT_EQ(mkdir((directory.path + "/a").c_str(), 0755), 0);
    ASSERT_EQ(mkdir((directory.path + "/a/b").c_str(), 0755), 0);
    ASSERT_EQ(mkdir((directory.path + "/c").c_str(), 0755), 0);
  }
  const pid_t child = start([]() -> int {
    signal(SIGCHLD, SIG_IGN);
    for (int i = 0; i < 20; ++i)
      if (fork() == 0) break;
    for (;;) {
      if (fork() == 0) _exit(0);
      ::usleep(200);
    }
  });
  ::usleep(50000);
  const auto removed = manager_->remove(in_s(10));
  EXPECT_TRUE(removed) << removed.error().message();
  EXPECT_EQ(wait(child), 128 + SIGKILL);
}

TEST_P(MachineTest, FrozenProcessesAreKilled) {
  const Directory* freezer = nullptr;
  for (const Directory& directory : manager_->directories())
    if (directory.has("freezer") || layout_.kind == LayoutKind::v2) freezer = &directory;
  if (freezer == nullptr) GTEST_SKIP() << "no freezer is mounted";
  const pid_t child = start(sleep_for_ever);
  expect_processes(1);
  const bool v2 = freezer->is_v2();
  std::ofstream(freezer->path + (v2 ? "/cgroup.freeze" : "/freezer.state"))
      << (v2 ? "1" : "FROZEN") << std::flush;
  const auto deadline = in_s(5);
  while (*manager_->freezer_state() != FreezerState::frozen && std::chrono::steady_clock::now() < deadline)
    ::usleep(1000);
  ASSERT_EQ(*manager_->freezer_state(), FreezerState::frozen);
  const auto refused = manager_->check();
  ASSERT_FALSE(refused);
  ASSERT_TRUE(manager_->kill_all(SIGKILL));
  EXPECT_EQ(wait(child), 128 + SIGKILL);
}

TEST_P(MachineTest, ChildFrozenByItselfIsKilled) {
  const Directory* freezer = nullptr;
  for (const Directory& directory : manager_->directories())
    if (directory.has("freezer")) freezer = &directory;
  if (freezer == nullptr) GTEST_SKIP() << "no v1 freezer is mounted";
  const pid_t child = start(sleep_for_ever);
  expect_processes(1);
  const std::string nested = freezer->path + "/nested";
  ASSERT_EQ(mkdir(nested.c_str(), 0755), 0);
  std::ofstream(nested + "/cgroup.procs") << child << std::flush;
  std::ofstream(nested + "/freezer.state") << "FROZEN" << std::flush;
  const auto removed = manager_->remove(in_s(10));
  EXPECT_TRUE(removed) << removed.error().message();
  EXPECT_EQ(wait(child), 128 + SIGKILL);
}

}  // namespace
}  // namespace masu::cgroups
