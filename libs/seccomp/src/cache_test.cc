// SPDX-License-Identifier: Apache-2.0
#include "masu/seccomp/cache.h"

#include "masu/base/text.h"
#include "masu/sys/fd.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/stat.h>
#include <unistd.h>

namespace masu::seccomp {
namespace {

constexpr Host kHost{AUDIT_ARCH_X86_64, SECCOMP_FILTER_FLAG_SPEC_ALLOW};

spec::Seccomp some_profile(std::uint64_t value = 1) {
  spec::Seccomp profile;
  profile.default_action = {SECCOMP_RET_ERRNO};
  profile.syscalls.push_back({{"read", "openat2"}, {SECCOMP_RET_ALLOW}, std::nullopt, {}});
  profile.syscalls.push_back(
      {{"prctl"}, {SECCOMP_RET_ALLOW}, std::nullopt, {{0, value, 0, spec::SeccompOp::eq}}});
  return profile;
}

bool same(const Program& a, const Program& b) {
  return a.flags == b.flags && a.notifies == b.notifies && a.code.size() == b.code.size() &&
         std::memcmp(a.code.data(), b.code.data(), a.code.size() * sizeof(sock_filter)) == 0;
}

class Cache : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(mkdtemp(folder_.data()), nullptr);
    folder_.pop_back();  // the NUL
    root_ = std::move(*sys::open(folder_, O_RDONLY | O_DIRECTORY));
  }
  void TearDown() override {
    for (const std::string& name : names()) {
      (void)unlink(file(name).c_str());
      (void)rmdir(file(name).c_str());
    }
    (void)rmdir((folder_ + "/.seccomp").c_str());
    (void)rmdir(folder_.c_str());
  }

  Program get(const spec::Seccomp& profile) {
    auto program = compile_cached(profile, kHost, root_.get());
    EXPECT_TRUE(program) << program.error().message();
    EXPECT_TRUE(same(*program, *compile(profile, kHost)));
    return std::move(*program);
  }

  std::vector<std::string> names() {
    std::vector<std::string> names;
    DIR* folder = opendir((folder_ + "/.seccomp").c_str());
    if (folder == nullptr) return names;
    while (const dirent* entry = readdir(folder))
      if (std::string_view(entry->d_name) != "." && std::string_view(entry->d_name) != "..")
        names.emplace_back(entry->d_name);
    closedir(folder);
    return names;
  }
  std::string file(const std::string& name) { return folder_ + "/.seccomp/" + name; }
  std::string content(const std::string& path) {
    auto text = sys::read_file(path);
    EXPECT_TRUE(text);
    return text.value_or("");
  }
  ino_t inode(const std::string& path) {
    struct stat status{};
    EXPECT_EQ(stat(path.c_str(), &status), 0);
    return status.st_ino;
  }
  void put(const std::string& path, std::string_view bytes) {
    (void)unlink(path.c_str());
    const sys::Fd out = std::move(*sys::open(path, O_WRONLY | O_CREAT | O_EXCL, 0600));
    ASSERT_TRUE(sys::write_all(out.get(), bytes));
  }

  std::string folder_ = std::string("/tmp/masu-cache-XXXXXX") + '\0';
  sys::Fd root_;
};

TEST_F(Cache, KeepsAProgram) {
  get(some_profile());
  ASSERT_EQ(names().size(), 1u);
  const std::string path = file(names()[0]);
  const ino_t first = inode(path);
  get(some_profile());
  EXPECT_EQ(names().size(), 1u);
  EXPECT_EQ(inode(path), first) << "made anew instead of read";
}

TEST_F(Cache, CompilesOnlyOnce) {
  spec::Seccomp profile = some_profile();
  profile.syscalls[0].names.emplace_back("call_of_2040");
  for (const std::size_t expected : {1u, 0u}) {  // the second time nobody looks at the names
    Omissions omissions;
    ASSERT_TRUE(compile_cached(profile, kHost, root_.get(), &omissions));
    EXPECT_EQ(omissions.calls.size(), expected);
  }
}

TEST_F(Cache, TellsAllThatMattersApart) {
  std::vector<spec::Seccomp> profiles(9, some_profile());
  profiles[1].default_errno_ret = 38;
  profiles[2].architectures = {AUDIT_ARCH_I386};
  profiles[3].flags.emplace();
  profiles[4].syscalls[1].args[0].value = 2;
  profiles[5].syscalls[1].args[0].op = spec::SeccompOp::ne;
  profiles[6].syscalls[0].names = {"readopenat2"};
  profiles[7].syscalls[0].action = {SECCOMP_RET_LOG};
  profiles[8].flags = {"SECCOMP_FILTER_FLAG_LOG"};
  for (const auto& profile : profiles) get(profile);
  EXPECT_EQ(names().size(), profiles.size());
  ASSERT_TRUE(compile_cached(profiles[0], {AUDIT_ARCH_X86_64, 0}, root_.get()));
  EXPECT_EQ(names().size(), profiles.size() + 1) << "the host's facts are a part of the key";
}

TEST_F(Cache, NoticesEveryDamage) {
  get(some_profile());
  const std::string path = file(names()[0]);
  const std::string good = content(path);
  for (std::size_t at = 0; at < good.size(); at += 3) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    put(path, bad);
    get(some_profile());
    ASSERT_EQ(content(path), good) << "byte " << at;
  }
  for (std::size_t size = 0; size < good.size(); size += 7) {
    put(path, std::string_view(good).substr(0, size));
    get(some_profile());
    ASSERT_EQ(content(path), good) << size << " bytes";
  }
  put(path, good + "x");
  get(some_profile());
  EXPECT_EQ(content(path), good);
}

TEST_F(Cache, NoticesTheFileOfAnotherProfile) {
  get(some_profile());
  const std::string path = file(names()[0]);
  const std::string good = content(path);
  ASSERT_EQ(unlink(path.c_str()), 0);
  get(some_profile(2));
  ASSERT_EQ(rename(file(names()[0]).c_str(), path.c_str()), 0);
  get(some_profile());
  EXPECT_EQ(content(path), good);
}

TEST_F(Cache, TrustsNobodyElsesFile) {
  get(some_profile());
  const std::string path = file(names()[0]);
  const std::string good = content(path);
  const auto remade = [&](const std::function<void()>& spoil) {
    spoil();
    get(some_profile());
    struct stat status{};
    EXPECT_EQ(lstat(path.c_str(), &status), 0);
    return S_ISREG(status.st_mode) && (status.st_mode & 022) == 0 && status.st_uid == geteuid() &&
           content(path) == good;
  };
  EXPECT_TRUE(remade([&] { ASSERT_EQ(chmod(path.c_str(), 0620), 0); }));
  EXPECT_TRUE(remade([&] { ASSERT_EQ(chmod(path.c_str(), 0602), 0); }));
  EXPECT_TRUE(remade([&] {
    put(file("elsewhere"), good);
    ASSERT_EQ(unlink(path.c_str()), 0);
    ASSERT_EQ(symlink("elsewhere", path.c_str()), 0);
  }));
  EXPECT_TRUE(remade([&] {
    ASSERT_EQ(unlink(path.c_str()), 0);
    ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  }));
  if (geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  EXPECT_TRUE(remade([&] { ASSERT_EQ(chown(path.c_str(), 65534, 65534), 0); }));
}

TEST_F(Cache, DoesWithoutAFolder) {
  get(some_profile());
  const std::string path = file(names()[0]);
  ASSERT_EQ(unlink(path.c_str()), 0);
  ASSERT_EQ(mkdir(path.c_str(), 0700), 0);  // cannot be replaced by a file
  get(some_profile());
  EXPECT_EQ(names().size(), 1u) << "an unfinished file is left";
  EXPECT_TRUE(compile_cached(some_profile(), kHost, -1));
}

TEST_F(Cache, FailsAsTheCompilerDoes) {
  spec::Seccomp profile = some_profile();
  profile.default_action = {SECCOMP_RET_USER_NOTIF};
  EXPECT_FALSE(compile_cached(profile, kHost, root_.get()));
  EXPECT_TRUE(names().empty());
}

TEST_F(Cache, BearsManyWriters) {
  std::vector<std::thread> writers;
  for (int n = 0; n < 4; ++n)
    writers.emplace_back([this] {
      for (int i = 0; i < 100; ++i) {
        get(some_profile());
        for (const std::string& name : names())
          if (i % 5 == 0) (void)unlink(file(name).c_str());
      }
    });
  for (auto& writer : writers) writer.join();
  get(some_profile());
  EXPECT_EQ(names().size(), 1u);
}

}  // namespace
}  // namespace masu::seccomp
