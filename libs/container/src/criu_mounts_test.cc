// SPDX-License-Identifier: Apache-2.0
#include "criu_mounts.h"

#include "masu/sys/fd.h"
#include "test_support.h"

#include <gtest/gtest.h>

#include <algorithm>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace masu::container {
namespace {

using Externals = std::vector<std::string>;

MountPlan mount(MountPlan::Kind kind, const char* destination, const char* source = "",
                const char* type = "") {
  MountPlan planned;
  planned.kind = kind;
  planned.destination = destination;
  planned.source = source;
  planned.type = type;
  return planned;
}

Plan make_plan() {
  Plan plan;
  plan.cgroup_v2 = true;
  using enum MountPlan::Kind;
  plan.mounts.push_back(mount(file_system, "proc", "proc", "proc"));
  plan.mounts.push_back(mount(file_system, "dev", "tmpfs", "tmpfs"));
  plan.mounts.push_back(mount(cgroup, "sys/fs/cgroup", "cgroup", "cgroup"));
  plan.mounts.push_back(mount(bind, "data", "/srv/data"));
  plan.mounts.back().options.recursive_bind = true;
  plan.mounts.push_back(mount(bind, "etc/hosts", "/srv/hosts"));
  plan.mounts.push_back(mount(file_system, "data/scratch", "tmpfs", "tmpfs"));
  plan.masked_paths = {"proc/kcore", "proc/acpi"};
  return plan;
}

MountPlaces places_of(const Plan& plan) {
  MountPlaces places;
  for (const auto& planned : plan.mounts) places.mounts.push_back("/" + planned.destination);
  for (const auto& path : plan.masked_paths) places.masked.push_back("/" + path);
  return places;
}

sys::MountEntry at(const char* target, const char* type) { return {target, "rw", type, "rw"}; }

TEST(ExternalsToDump, AreBindsAndMaskedFiles) {
  const Plan plan = make_plan();
  const std::vector<sys::MountEntry> table{at("/", "overlay"),
                                           at("/proc", "proc"),
                                           at("/dev", "tmpfs"),
                                           at("/sys/fs/cgroup", "cgroup2"),
                                           at("/data", "ext4"),
                                           at("/data/sub", "xfs"),
                                           at("/etc/hosts", "ext4"),
                                           at("/data/scratch", "tmpfs"),
                                           at("/dev/console", "devpts"),
                                           at("/proc/sys", "proc"),
                                           at("/proc/kcore", "devtmpfs"),
                                           at("/proc/acpi", "tmpfs")};
  EXPECT_EQ(externals_to_dump(plan, places_of(plan), table),
            (Externals{"mnt[/data]:/data", "mnt[/data/sub]:/data/sub", "mnt[/etc/hosts]:/etc/hosts",
                       "mnt[/proc/kcore]:/dev/null"}));
}

TEST(ExternalsToDump, AreHierarchiesWithoutANamespaceOfTheirOwn) {
  Plan plan = make_plan();
  plan.cgroup_v2 = false;
  const std::vector<sys::MountEntry> table{at("/sys/fs/cgroup", "tmpfs"),
                                           at("/sys/fs/cgroup/cpu,cpuacct", "cgroup")};
  EXPECT_EQ(externals_to_dump(plan, places_of(plan), table),
            (Externals{"mnt[/sys/fs/cgroup/cpu,cpuacct]:/sys/fs/cgroup/cpu,cpuacct"}));
  plan.new_cgroup_namespace = true;
  EXPECT_EQ(externals_to_dump(plan, places_of(plan), table), Externals{});
}

TEST(ExternalsToDump, AreDevicesOfAUserNamespace) {
  Plan plan = make_plan();
  plan.devices.push_back({"dev", "null", "/dev/null", S_IFCHR, 0, 0, 0});
  const std::vector<sys::MountEntry> table{at("/dev/null", "devtmpfs")};
  EXPECT_EQ(externals_to_dump(plan, places_of(plan), table), Externals{});
  plan.bind_devices = true;
  EXPECT_EQ(externals_to_dump(plan, places_of(plan), table), (Externals{"mnt[/dev/null]:/dev/null"}));
}

TEST(ExternalsToRestore, GiveEachNameItsSource) {
  const Plan plan = make_plan();
  const std::vector<sys::MountEntry> host{at("/", "ext4"), at("/srv/data/sub", "xfs"),
                                          at("/srv/database", "xfs"), at("/srv/hosts/x", "xfs")};
  EXPECT_EQ(externals_to_restore(plan, places_of(plan), host),
            (Externals{"mnt[/dev/null]:/dev/null", "mnt[/data]:/srv/data", "mnt[/data/sub]:/srv/data/sub",
                       "mnt[/etc/hosts]:/srv/hosts"}));
}

TEST(ExternalsToRestore, AreHierarchiesWithoutANamespaceOfTheirOwn) {
  Plan plan;
  plan.mounts.push_back(mount(MountPlan::Kind::cgroup, "sys/fs/cgroup"));
  plan.cgroups = {{"/sys/fs/cgroup/cpu,cpuacct/web", "cpu,cpuacct", {}}};
  EXPECT_EQ(externals_to_restore(plan, places_of(plan), {}),
            (Externals{"mnt[/sys/fs/cgroup/cpu,cpuacct]:/sys/fs/cgroup/cpu,cpuacct/web"}));
}

// What the dump names, the restore knows.
TEST(Externals, MeetByTheirNames) {
  const Plan plan = make_plan();
  const auto names = [](const Externals& list, bool dumped) {
    std::vector<std::string> found;
    for (const auto& external : list) {
      const auto colon = external.find("]:");
      found.push_back(dumped ? external.substr(colon + 2) : external.substr(4, colon - 4));
    }
    return found;
  };
  const std::vector<sys::MountEntry> inside{at("/data", "ext4"), at("/data/sub", "xfs"),
                                            at("/etc/hosts", "ext4"), at("/proc/kcore", "devtmpfs")};
  const std::vector<sys::MountEntry> host{at("/srv/data/sub", "xfs")};
  const auto known = names(externals_to_restore(plan, places_of(plan), host), false);
  for (const auto& name : names(externals_to_dump(plan, places_of(plan), inside), true))
    EXPECT_NE(std::ranges::find(known, name), known.end()) << name;
}

TEST(FindPlaces, FollowsLinksBelowTheRoot) {
  const test::TemporaryDirectory folder;
  for (const char* name : {"root", "root/run", "root/var"}) mkdir(folder.path(name).c_str(), 0755);
  ASSERT_EQ(symlink("/run", folder.path("root/var/run").c_str()), 0);
  test::write_text(folder.path("root/run/secret"), "");
  Plan plan;
  plan.mounts.push_back(mount(MountPlan::Kind::bind, "var/run/secret", "/x"));
  plan.mounts.push_back(mount(MountPlan::Kind::bind, "missing/place", "/x"));
  plan.mounts.push_back(mount(MountPlan::Kind::file_system, "", "tmpfs", "tmpfs"));
  plan.masked_paths = {"var/run"};
  const auto root = sys::open(folder.path("root"), O_PATH);
  ASSERT_TRUE(root);
  const MountPlaces places = find_places(root->get(), plan);
  EXPECT_EQ(places.mounts, (Externals{"/run/secret", "/missing/place", "/"}));
  EXPECT_EQ(places.masked, (Externals{"/run"}));
}

}  // namespace
}  // namespace masu::container
