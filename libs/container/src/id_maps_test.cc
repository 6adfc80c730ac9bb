// SPDX-License-Identifier: Apache-2.0
//
// The maps of real processes in new user namespaces.
#include "id_maps.h"

#include "masu/base/text.h"
#include "test_support.h"

#include <gtest/gtest.h>

#include <csignal>

#include <sys/prctl.h>
#include <unistd.h>

namespace masu::container {
namespace {

// A process that sleeps in a new user namespace, until the end of the test.
class Sleeper {
 public:
  Sleeper() {
    int ready[2];
    if (pipe2(ready, O_CLOEXEC) != 0) abort();
    pid_ = fork();
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      const char made = unshare(CLONE_NEWUSER) == 0 ? 'y' : 'n';
      if (write(ready[1], &made, 1) == 1)
        for (;;) pause();
      _exit(1);
    }
    close(ready[1]);
    char answer = 'n';
    made_ = read(ready[0], &answer, 1) == 1 && answer == 'y';
    close(ready[0]);
  }
  ~Sleeper() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;
  bool made() const { return made_; }
  pid_t pid() const { return pid_; }
  // "0 100000 65536;1000 0 1;"
  std::string map(const char* name) const {
    const std::string table = test::read_text(cat("/proc/", pid_, "/", name));
    std::string lines;
    for (auto line : text::split(table, '\n')) {
      std::string words;
      for (auto word : text::split(line, ' '))
        if (!word.empty()) words += cat(words.empty() ? "" : " ", word);
      if (!words.empty()) lines += words + ";";
    }
    return lines;
  }

 private:
  pid_t pid_ = 0;
  bool made_ = false;
};

spec::Linux config(std::vector<spec::IdMapping> uids, std::vector<spec::IdMapping> gids) {
  spec::Linux config;
  config.uid_mappings = std::move(uids);
  config.gid_mappings = std::move(gids);
  return config;
}

Result<> map(const Sleeper& sleeper, const spec::Linux& config) {
  const sys::Procfs procfs = std::move(*sys::Procfs::open_host());
  return write_id_maps(procfs, sleeper.pid(), config);
}

TEST(IdMaps, RootWritesThemDirectly) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  const Sleeper sleeper;
  if (!sleeper.made()) GTEST_SKIP() << "no user namespaces";
  const auto mapped = map(sleeper, config({{0, 100000, 65536}, {70000, 5, 1}}, {{0, 200000, 10}}));
  ASSERT_TRUE(mapped) << mapped.error().message();
  EXPECT_EQ(sleeper.map("uid_map"), "0 100000 65536;70000 5 1;");
  EXPECT_EQ(sleeper.map("gid_map"), "0 200000 10;");
  EXPECT_EQ(test::read_text(cat("/proc/", sleeper.pid(), "/setgroups")), "allow\n");
}

TEST(IdMaps, ARefusalNamesTheMap) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  const Sleeper sleeper;
  if (!sleeper.made()) GTEST_SKIP() << "no user namespaces";
  const auto overlapping = map(sleeper, config({{0, 100000, 10}, {5, 200000, 10}}, {{0, 0, 1}}));
  ASSERT_FALSE(overlapping);
  EXPECT_EQ(overlapping.error().path(), "linux.uidMappings");
  const auto groups = map(sleeper, config({{0, 100000, 10}}, {{0, 1, 10}, {0, 50, 10}}));
  ASSERT_FALSE(groups);
  EXPECT_EQ(groups.error().path(), "linux.gidMappings");
}

// Runs `body` as an ordinary user.
int as_nobody(const std::function<int()>& body) {
  const pid_t pid = fork();
  if (pid == 0) {
    if (geteuid() == 0) {
      if (setresgid(65534, 65534, 65534) != 0 || setresuid(65534, 65534, 65534) != 0) _exit(99);
      prctl(PR_SET_DUMPABLE, 1);
    }
    _exit(body());
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}
constexpr int kNoNamespace = 98;

// One's own id needs no helper, but the right to setgroups has to go first (user_namespaces(7),
// CVE-2014-8989).
TEST(IdMaps, AnOrdinaryUserMapsHimself) {
  const int code = as_nobody([] {
    const Sleeper sleeper;
    if (!sleeper.made()) return kNoNamespace;
    if (!map(sleeper, config({{0, geteuid(), 1}}, {{0, getegid(), 1}}))) return 1;
    if (sleeper.map("uid_map") != cat("0 ", geteuid(), " 1;")) return 2;
    if (sleeper.map("gid_map") != cat("0 ", getegid(), " 1;")) return 3;
    return test::read_text(cat("/proc/", sleeper.pid(), "/setgroups")) == "deny\n" ? 0 : 4;
  });
  if (code == kNoNamespace) GTEST_SKIP() << "no user namespaces for ordinary users";
  EXPECT_EQ(code, 0);
}

// More than that is newuidmap's to allow: which refuses nobody's request, or is not installed.
TEST(IdMaps, MoreIdsGoThroughTheHelper) {
  const int code = as_nobody([] {
    const Sleeper sleeper;
    if (!sleeper.made()) return kNoNamespace;
    const auto mapped = map(sleeper, config({{0, geteuid(), 1}, {1, 100000, 65536}}, {{0, getegid(), 1}}));
    if (mapped) return 1;
    if (mapped.error().message().find("newuidmap") == std::string::npos) return 2;
    if (mapped.error().hint_text().empty()) return 3;
    return sleeper.map("uid_map").empty() ? 0 : 4;
  });
  if (code == kNoNamespace) GTEST_SKIP() << "no user namespaces for ordinary users";
  EXPECT_EQ(code, 0);
}

}  // namespace
}  // namespace masu::container
