// SPDX-License-Identifier: Apache-2.0
#include "cgroup_owner.h"

#include "masu/spec/parse.h"
#include "masu/sys/fd.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace masu::container {
namespace {

std::optional<uid_t> owner(const std::string& namespaces, const std::string& options,
                           const std::string& uid = "0", const std::string& type = "cgroup") {
  const auto config = spec::parse_config(
      R"({"ociVersion": "1.2.0", "root": {"path": "r"}, "process": {"cwd": "/", "args": ["x"], "user": {"uid": )" +
      uid + R"(, "gid": 0}}, "mounts": [{"destination": "/sys/fs/cgroup", "type": ")" + type +
      R"(", "source": "cgroup", "options": [)" + options +
      R"(]}], "linux": {"namespaces": [{"type": "mount"})" + namespaces + "}}");
  EXPECT_TRUE(config) << config.error().message();
  return config ? cgroup_owner(*config) : std::nullopt;
}
constexpr const char* kCgroup = R"(, {"type": "cgroup"}])";
constexpr const char* kUser =
    R"(, {"type": "cgroup"}, {"type": "user"}], "uidMappings": [{"containerID": 0, "hostID": 1000, "size": 1},
       {"containerID": 1, "hostID": 200000, "size": 99}], "gidMappings": [{"containerID": 0, "hostID": 0, "size": 1}])";

TEST(CgroupOwner, IsTheProcessesUserOnTheHost) {
  EXPECT_EQ(owner(kCgroup, ""), 0u);
  EXPECT_EQ(owner(kCgroup, "", "7"), 7u);
  EXPECT_EQ(owner(kUser, ""), 1000u);
  EXPECT_EQ(owner(kUser, R"("rw")", "5"), 200004u);
  EXPECT_EQ(owner(kUser, "", "99"), 200098u);
  EXPECT_EQ(owner(kUser, "", "0", "cgroup2"), 1000u);
}

TEST(CgroupOwner, IsNobodyWhereTheContainerCannotManageIt) {
  EXPECT_EQ(owner(kUser, R"("ro")"), std::nullopt);
  EXPECT_EQ(owner(kUser, "", "0", "tmpfs"), std::nullopt);
  EXPECT_EQ(owner("]", ""), std::nullopt);  // the caller's cgroup namespace
  EXPECT_EQ(owner(R"(, {"type": "cgroup", "path": "/proc/1/ns/cgroup"}])", ""), std::nullopt);
  EXPECT_EQ(owner(R"(, {"type": "cgroup"}, {"type": "user", "path": "/proc/1/ns/user"}])", ""), std::nullopt);
}

TEST(CgroupOwner, GetsTheDirectoryAndNoFileThatSetsALimit) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to give something away";
  char path[] = "/tmp/masu-owner-XXXXXX";
  ASSERT_NE(mkdtemp(path), nullptr);
  const std::filesystem::path directory = path;
  for (const char* name : {"cgroup.procs", "cgroup.threads", "memory.max", "cgroup.freeze"})
    std::ofstream(directory / name) << "";
  const auto owner_of = [&](const char* name) {
    struct stat info{};
    EXPECT_EQ(::stat((directory / name).c_str(), &info), 0);
    return info.st_uid;
  };
  const sys::Fd fd(::open(path, O_PATH | O_DIRECTORY | O_CLOEXEC));
  const auto given = give_cgroup(fd.get(), 4711);  // cgroup.subtree_control is not there, which is no error
  EXPECT_TRUE(given) << given.error().message();
  EXPECT_EQ(owner_of(""), 4711u);
  EXPECT_EQ(owner_of("cgroup.procs"), 4711u);
  EXPECT_EQ(owner_of("cgroup.threads"), 4711u);
  EXPECT_EQ(owner_of("memory.max"), 0u);
  EXPECT_EQ(owner_of("cgroup.freeze"), 0u);
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace masu::container
