// SPDX-License-Identifier: Apache-2.0
//
// The manager on this machine's own cgroup file systems, in cgroups of the test's own. Needs root.
#include "masu/cgroups/devices.h"
#include "masu/cgroups/files.h"
#include "masu/cgroups/manager.h"
#include "masu/sys/fake.h"
#include "masu/sys/raw.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <fstream>
#include <functional>
#include <sstream>

#include <fcntl.h>
#include <signal.h>
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

class MachineTest : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "making cgroups needs root";
    sys::fake::reset();
    auto layout = detect_layout();
    ASSERT_TRUE(layout) << layout.error().message();
    if (layout->kind == LayoutKind::none) GTEST_SKIP() << "no cgroup file system is mounted";
    layout_ = std::move(*layout);
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

  Layout layout_;
  std::optional<Manager> manager_;
};

TEST_F(MachineTest, ChildJoinsEveryHierarchyByItself) {
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

TEST_F(MachineTest, ChildOfNewNamespacesJoinsByItself) {
  // The kernel judges the write by who opened the file, so a user namespace without mappings is no obstacle.
  const pid_t child = start(sleep_for_ever, CLONE_NEWUSER | CLONE_NEWPID);
  expect_processes(1);
  EXPECT_EQ(*manager_->pids(true), std::vector<pid_t>{child});
  ASSERT_TRUE(manager_->kill_all(SIGKILL));
  EXPECT_EQ(wait(child), 128 + SIGKILL);
}

TEST_F(MachineTest, AddMovesAProcess) {
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

TEST_F(MachineTest, LimitsArriveInTheKernel) {
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

TEST_F(MachineTest, DeviceListHolds) {
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

TEST_F(MachineTest, DeviceProgramHoldsAndIsReplaced) {
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
  ASSERT_TRUE(attach_device_program(*cgroup, *reduce_device_rules({}), true)) << "a second one beside it";
  EXPECT_EQ(open_kmsg(), EPERM);
  ASSERT_TRUE(attach_device_program(*cgroup, wider, false)) << "several are all replaced";
  EXPECT_EQ(open_kmsg(), 0);
  ASSERT_TRUE(
      attach_device_program(*cgroup, {.allow_by_default = true, .exceptions = {{'c', 1, 11, kRead}}}, false));
  EXPECT_EQ(open_kmsg(), EPERM);
  ASSERT_TRUE(detach_device_programs(*cgroup));
  EXPECT_EQ(open_kmsg(), 0);
}

TEST_F(MachineTest, RemoveEndsAForkingTreeInNestedCgroups) {
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

TEST_F(MachineTest, FrozenProcessesAreKilled) {
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

TEST_F(MachineTest, ChildFrozenByItselfIsKilled) {
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
