// SPDX-License-Identifier: Apache-2.0
//
// Plans of whole configs against golden texts (tests/support/plans; MASU_UPDATE_GOLDEN=1 writes them anew),
// and the single rules of the builder.
#include "masu/base/text.h"
#include "masu/spec/parse.h"
#include "masu/spec/template.h"
#include "plan.h"
#include "test_support.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include <linux/capability.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>

namespace masu::container {
namespace {

using Words = std::vector<std::string>;
constexpr std::uint64_t kNewTime = 0x80;

// ---- whole configs
// ---------------------------------------------------------------------------------------------------

class Golden : public testing::TestWithParam<const char*> {};

void compare(const std::string& name, const spec::Config& config) {
  PlanRequest request;
  request.config = &config;
  request.bundle = "/bundle";
  request.id = "web";
  const auto plan = build_plan(request, {});
  ASSERT_TRUE(plan) << plan.error().message();
  const std::string path = cat(MASU_TEST_SUPPORT, "/plans/", name, ".txt");
  if (getenv("MASU_UPDATE_GOLDEN") != nullptr) test::write_text(path, describe(*plan));
  EXPECT_EQ(describe(*plan), test::read_text(path)) << "see " << path;
}

TEST_P(Golden, OfAClient) {
  const auto config =
      spec::parse_config(test::read_text(cat(MASU_TEST_SUPPORT, "/configs/", GetParam(), ".json")));
  ASSERT_TRUE(config) << config.error().message();
  compare(GetParam(), *config);
}

INSTANTIATE_TEST_SUITE_P(Plan, Golden, testing::Values("docker", "docker-time", "containerd", "podman"),
                         [](const auto& instance) {
                           std::string name = instance.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(Plan, GoldenDefault) { compare("default", spec::make_default_config(false, 0, 0, false)); }
TEST(Plan, GoldenRootless) { compare("rootless", spec::make_default_config(true, 1000, 1000, true)); }

// ---- single rules
// ------------------------------------------------------------------------------------------------------

class PlanTest : public testing::Test {
 protected:
  PlanTest() {
    config_.root.path = "rootfs";
    config_.process.emplace();
    config_.process->args = {"true"};
    config_.process->env = {"PATH=/bin"};
    config_.process->cwd = "/";
    config_.linux_.namespaces = {{CLONE_NEWNS, ""}};
    request_.config = &config_;
    request_.bundle = "/bundle";
    request_.id = "web";
  }
  Result<Plan> build() { return build_plan(request_, facts_); }
  Plan plan() {
    auto plan = build();
    EXPECT_TRUE(plan) << plan.error().message();
    return plan ? std::move(*plan) : Plan();
  }
  // The plan of one mount; its error, if it is refused, in `refusal_`.
  MountPlan mount(const std::string& type, const std::string& source, const std::string& destination,
                  const Words& options = {}) {
    config_.mounts = {{destination, type, source, options, {}, {}}};
    auto built = build();
    refusal_ = built ? "" : built.error().message();
    return built ? built->mounts.front() : MountPlan();
  }
  Words environment() {
    Words words;
    const Plan built = plan();
    for (const char* entry : built.process.envp)
      if (entry != nullptr) words.emplace_back(entry);
    return words;
  }
  spec::Config config_;
  PlanRequest request_;
  HostFacts facts_;
  std::string refusal_;
};

TEST_F(PlanTest, RootfsIsAbsoluteAndPlain) {
  EXPECT_EQ(plan().rootfs, "/bundle/rootfs");
  config_.root.path = "/elsewhere//";
  EXPECT_EQ(plan().rootfs, "/elsewhere");
  config_.root.path = "/";
  EXPECT_EQ(plan().rootfs, "/");
}

TEST_F(PlanTest, NewNamespaces) {
  config_.linux_.namespaces = {
      {CLONE_NEWNS, ""}, {CLONE_NEWPID, ""}, {CLONE_NEWNET, ""}, {CLONE_NEWCGROUP, ""}, {CLONE_NEWUTS, ""}};
  const auto p = plan();
  EXPECT_EQ(p.clone_flags, static_cast<std::uint64_t>(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS));
  EXPECT_EQ(p.unshare_flags,
            static_cast<std::uint64_t>(CLONE_NEWNET));  // beside the parent's work on cgroups
  EXPECT_TRUE(p.new_cgroup_namespace);
  EXPECT_TRUE(p.bring_up_loopback);
  EXPECT_TRUE(p.mounts_namespace);
  EXPECT_FALSE(p.maps_ids);
  EXPECT_FALSE(p.bind_devices);
}

TEST_F(PlanTest, ANewUserNamespaceOwnsTheMessageQueues) {
  config_.linux_.namespaces = {{CLONE_NEWUSER, ""}, {CLONE_NEWNS, ""}, {CLONE_NEWIPC, ""}};
  const auto p = plan();
  EXPECT_TRUE(p.maps_ids);
  EXPECT_TRUE(p.bind_devices);
  EXPECT_EQ(p.clone_flags & CLONE_NEWIPC, 0u);
  EXPECT_NE(p.unshare_flags & CLONE_NEWIPC, 0u);
}

TEST_F(PlanTest, TheUserNamespaceIsJoinedLastWithPrivilegeAndFirstWithout) {
  config_.linux_.namespaces = {
      {CLONE_NEWNET, "/n"}, {CLONE_NEWUSER, "/u"}, {CLONE_NEWNS, "/m"}, {CLONE_NEWPID, "/p"}};
  const auto order = [&] {
    std::string paths;
    const Plan built = plan();
    for (const auto& join : built.joins) paths += join.path;
    return paths;
  };
  EXPECT_EQ(order(), "/n/m/p/u");
  facts_.privileged = false;
  EXPECT_EQ(order(), "/u/n/m/p");
  EXPECT_EQ(plan().clone_flags, 0u);
  EXPECT_FALSE(plan().maps_ids);  // whoever made it has
  EXPECT_FALSE(plan().bring_up_loopback);
}

TEST_F(PlanTest, TimeOffsets) {
  config_.linux_.namespaces.push_back({kNewTime, ""});
  EXPECT_EQ(plan().clone_flags & kNewTime, kNewTime);
  config_.linux_.time_offsets = {{"boottime", {-3, 5}}, {"monotonic", {86400, 0}}};
  const auto p = plan();
  EXPECT_EQ(p.clone_flags & kNewTime, 0u);  // the child makes it, since offsets come before its first process
  EXPECT_EQ(p.time_offsets, "boottime -3 5\nmonotonic 86400 0\n");
}

TEST_F(PlanTest, WithoutAMountNamespaceNothingIsMounted) {
  config_.linux_.namespaces = {{CLONE_NEWPID, ""}};
  config_.mounts = {{"/proc", "proc", "proc", {}, {}, {}}};
  config_.linux_.masked_paths = {"/proc/kcore"};
  config_.root.readonly = true;
  const auto p = plan();
  EXPECT_FALSE(p.mounts_namespace);
  EXPECT_TRUE(p.mounts.empty());
  EXPECT_TRUE(p.devices.empty());
  EXPECT_TRUE(p.masked_paths.empty());
  EXPECT_FALSE(p.root_read_only);
}

TEST_F(PlanTest, TheHostsViewStandsInForWhatTheContainerShares) {
  config_.linux_.namespaces = {{CLONE_NEWNS, ""}};
  EXPECT_EQ(mount("proc", "proc", "/proc").host_view, "/proc");
  EXPECT_EQ(mount("mqueue", "mqueue", "/dev/mqueue").host_view, "/dev/mqueue");
  EXPECT_EQ(mount("sysfs", "sysfs", "/sys").host_view, "/sys");
  config_.linux_.namespaces = {{CLONE_NEWNS, ""}, {CLONE_NEWPID, ""}, {CLONE_NEWIPC, "/proc/1/ns/ipc"}};
  EXPECT_EQ(mount("proc", "proc", "/proc").host_view, "");
  EXPECT_EQ(mount("mqueue", "mqueue", "/dev/mqueue").host_view, "");
  EXPECT_EQ(mount("tmpfs", "tmpfs", "/sys").host_view, "");
}

TEST_F(PlanTest, KindsOfMounts) {
  EXPECT_EQ(mount("tmpfs", "tmpfs", "/t").kind, MountPlan::Kind::file_system);
  EXPECT_EQ(mount("cgroup", "cgroup", "/c").kind, MountPlan::Kind::cgroup);
  EXPECT_EQ(mount("cgroup2", "cgroup", "/c").kind, MountPlan::Kind::cgroup);
  EXPECT_EQ(mount("cgroup", "/src", "/c", {"bind"}).kind, MountPlan::Kind::bind);
  EXPECT_EQ(mount("none", "/src", "/c", {"rbind"}).kind, MountPlan::Kind::bind);
  EXPECT_EQ(mount("", "", "/c", {"remount", "ro"}).kind, MountPlan::Kind::remount);
  EXPECT_EQ(mount("", "/src", "/c", {"bind", "remount"}).kind, MountPlan::Kind::bind);
}

TEST_F(PlanTest, SourcesOfMounts) {
  EXPECT_EQ(mount("none", "data", "/d", {"bind"}).source, "/bundle/data");
  EXPECT_EQ(mount("none", "/data", "/d", {"bind"}).source, "/data");
  EXPECT_EQ(mount("tmpfs", "", "/d").source, "tmpfs");
  EXPECT_EQ(mount("tmpfs", "relative", "/d").source, "relative");  // a name, not a path
  mount("none", "", "/d", {"bind"});
  EXPECT_NE(refusal_.find("mounts[0]"), std::string::npos) << refusal_;
  mount("", "x", "/d");
  EXPECT_FALSE(refusal_.empty());
  mount("none", "/data", "/d", {"bind", "size=1"});
  EXPECT_NE(refusal_.find("bind mounts cannot have any filesystem-specific options applied"),
            std::string::npos)
      << refusal_;
}

TEST_F(PlanTest, DestinationsOfMounts) {
  EXPECT_EQ(mount("tmpfs", "t", "/a/b/").destination, "a/b");
  EXPECT_EQ(mount("tmpfs", "t", "relative").destination, "relative");
  EXPECT_EQ(mount("tmpfs", "t", "/a/./b//../c/.").destination, "a/c");
  EXPECT_EQ(mount("tmpfs", "t", "/../../x").destination, "x");
  EXPECT_EQ(mount("tmpfs", "t", "/bundle/rootfs/a").destination,
            "a");  // the root's place on the host (contract 3.6)
  EXPECT_EQ(mount("tmpfs", "t", "/bundle/rootfsy/a").destination, "bundle/rootfsy/a");
  EXPECT_EQ(mount("tmpfs", "t", "/").destination, "");
  EXPECT_EQ(mount("tmpfs", "t", "/bundle/rootfs").destination, "");
  config_.root.path = "/";
  EXPECT_EQ(mount("tmpfs", "t", "/a").destination, "a");
  config_.root.path = "rootfs";
  mount("proc", "proc", "/");
  EXPECT_NE(refusal_.find("must be a bind or a tmpfs"), std::string::npos) << refusal_;
}

TEST_F(PlanTest, WhatMayBeInProc) {
  EXPECT_TRUE(mount("proc", "proc", "/proc").in_proc);
  EXPECT_TRUE(mount("proc", "proc", "/proc").real_directory);
  EXPECT_TRUE(mount("sysfs", "sysfs", "/sys").real_directory);
  EXPECT_TRUE(mount("none", "/proc", "/proc", {"rbind"}).in_proc);
  EXPECT_TRUE(mount("none", "/etc/hostname", "/proc/meminfo", {"bind"}).in_proc);
  EXPECT_TRUE(mount("none", "/proc/self/status", "/proc/version", {"bind"}).in_proc);
  EXPECT_EQ(refusal_, "");
  for (const auto* destination :
       {"/proc", "/proc/", "//proc", "/proc/self", "/proc/sys", "/proc/self/attr/exec", "/x/../proc",
        "/./proc/sys", "/proc/../proc/self"}) {
    mount("tmpfs", "tmpfs", destination);
    EXPECT_NE(refusal_.find("cannot be mounted because it is inside /proc"), std::string::npos)
        << destination << refusal_;
    mount("none", "/etc", destination, {"bind"});
    EXPECT_NE(refusal_.find("inside /proc"), std::string::npos) << destination << refusal_;
  }
  EXPECT_FALSE(mount("tmpfs", "tmpfs", "/process").in_proc);
}

TEST_F(PlanTest, OptionsAreSplitAtCommas) {
  const auto tmpfs = mount("tmpfs", "t", "/t", {"mode=755,size=64k", "uid=1,,gid=2,"});
  EXPECT_EQ(tmpfs.options.file_system, (Words{"mode=755", "size=64k", "uid=1", "gid=2"}));
  EXPECT_TRUE(tmpfs.mode_given);
  ASSERT_EQ(tmpfs.file_system_options.size(), 4u);
  EXPECT_EQ(mount("tmpfs", "t", "/t", {"context=\"a,b\",size=1"}).options.file_system,
            (Words{"context=\"a,b\"", "size=1"}));
  EXPECT_EQ(mount("overlay", "o", "/t", {"lowerdir=/a\\,b:/c,index=on"}).options.file_system,
            (Words{"lowerdir=/a\\,b:/c", "index=on"}));
}

// The kernel gets pointers into the strings of this very mount.
TEST_F(PlanTest, OptionsOutliveTheMoves) {
  for (int i = 0; i < 40; ++i)
    config_.mounts.push_back({cat("/m", i), "tmpfs", "t", {cat("size=", i, "k")}, {}, {}});
  const Plan moved = plan();
  for (int i = 0; i < 40; ++i) {
    const auto& mount = moved.mounts[static_cast<std::size_t>(i)];
    EXPECT_EQ(mount.file_system_options.front(), mount.options.file_system.front().c_str());
    EXPECT_EQ(std::string(mount.file_system_options.front()), cat("size=", i, "k"));
  }
}

TEST_F(PlanTest, ReadOnlyNowOrLater) {
  EXPECT_TRUE(mount("tmpfs", "t", "/t", {"ro"}).late_read_only);
  EXPECT_TRUE(mount("devtmpfs", "t", "/dev", {"ro"}).late_read_only);
  EXPECT_FALSE(mount("sysfs", "s", "/sys", {"ro"}).late_read_only);
  EXPECT_FALSE(mount("tmpfs", "t", "/t", {"ro", "rw"}).late_read_only);
  EXPECT_EQ(mount("ext4", "/dev/x", "/t", {"ro"}).options.file_system, Words{"ro"});  // the file system's too
  EXPECT_TRUE(mount("tmpfs", "t", "/t", {"ro"}).options.file_system.empty());
}

TEST_F(PlanTest, DevicesAreTheDefaultsAndTheConfigs) {
  const auto defaults = plan();
  Words names;
  for (const auto& device : defaults.devices) {
    EXPECT_EQ(device.directory, "dev");
    EXPECT_EQ(device.mode, static_cast<mode_t>(S_IFCHR | 0666));
    names.push_back(device.name);
  }
  EXPECT_EQ(names, (Words{"null", "zero", "full", "random", "urandom", "tty"}));
  EXPECT_EQ(defaults.devices[0].number, makedev(1, 3));

  config_.linux_.devices = {{'c', "/dev/null", 1, 3, 0600, 7, 8},
                            {'b', "/dev/disk/one", 8, 1, {}, {}, {}},
                            {'p', "/dev/fifo", 0, 0, 0640, {}, {}},
                            {'c', "/dev/ptmx", 5, 2, {}, {}, {}},
                            {'c', "/dev/console", 5, 1, {}, {}, {}}};
  const auto p = plan();
  ASSERT_EQ(p.devices.size(), 5u + 3u);
  const auto& null = p.devices[5];
  EXPECT_EQ(null.name, "null");
  EXPECT_EQ(null.mode, static_cast<mode_t>(S_IFCHR | 0600));
  EXPECT_EQ(null.uid, 7u);
  EXPECT_EQ(null.gid, 8u);
  const auto& disk = p.devices[6];
  EXPECT_EQ(disk.directory + " " + disk.name + " " + disk.host_path, "dev/disk one /dev/disk/one");
  EXPECT_EQ(disk.mode, static_cast<mode_t>(S_IFBLK | 0666));
  EXPECT_EQ(disk.number, makedev(8, 1));
  EXPECT_EQ(p.devices[7].mode, static_cast<mode_t>(S_IFIFO | 0640));
}

TEST_F(PlanTest, ABindOnDevBringsItsOwnDevices) {
  EXPECT_TRUE(plan().make_devices);
  mount("none", "/dev", "/dev", {"rbind"});
  EXPECT_FALSE(plan().make_devices);
  mount("tmpfs", "tmpfs", "/dev");
  EXPECT_TRUE(plan().make_devices);
}

TEST_F(PlanTest, SysctlsAndPaths) {
  config_.linux_.sysctl = {{"net.ipv4.ip_forward", "1"}, {"kernel.shm_rmid_forced", "0"}};
  config_.linux_.masked_paths = {"/proc/kcore", "/sys/firmware/"};
  config_.linux_.readonly_paths = {"/proc/sys"};
  const auto p = plan();
  ASSERT_EQ(p.sysctls.size(), 2u);
  EXPECT_EQ(p.sysctls[0].path, "sys/kernel/shm_rmid_forced");
  EXPECT_EQ(p.sysctls[1].path + "=" + p.sysctls[1].value, "sys/net/ipv4/ip_forward=1");
  EXPECT_EQ(p.masked_paths, (Words{"proc/kcore", "sys/firmware"}));
  EXPECT_EQ(p.readonly_paths, Words{"proc/sys"});
}

TEST_F(PlanTest, Propagation) {
  struct Case {
    const char* name;
    unsigned long setup, root;
  };
  const Case cases[] = {{"", MS_SLAVE, 0},
                        {"slave", MS_SLAVE, 0},
                        {"rslave", MS_SLAVE, 0},
                        {"private", MS_PRIVATE, 0},
                        {"rprivate", MS_PRIVATE, 0},
                        {"shared", MS_SHARED, MS_SHARED},
                        {"rshared", MS_SHARED, MS_SHARED | MS_REC},
                        {"unbindable", MS_SLAVE, MS_UNBINDABLE},
                        {"runbindable", MS_SLAVE, MS_UNBINDABLE | MS_REC}};
  for (const auto& [name, setup, root] : cases) {
    config_.linux_.rootfs_propagation = name;
    EXPECT_EQ(plan().setup_propagation, setup) << name;
    EXPECT_EQ(plan().root_propagation, root) << name;
  }
}

TEST_F(PlanTest, Environment) {
  auto& env = config_.process->env;
  env = {"A=1", "B=2", "HOME=/h", "A=3", "C"};
  EXPECT_EQ(environment(), (Words{"B=2", "HOME=/h", "A=3", "C"}));  // the last wins
  EXPECT_EQ(plan().process.home, nullptr);
  env = {"A=1"};
  EXPECT_EQ(environment(), (Words{"A=1", "HOME=/"}));
  env = {"HOME=", "A=1"};
  EXPECT_EQ(environment(), (Words{"A=1", "HOME=/"}));
  env = {"HOME=/h", "HOME="};
  EXPECT_EQ(environment(), Words{"HOME=/"});
  const Plan p = plan();
  ASSERT_NE(p.process.home, nullptr);  // the child fills that slot from the container's passwd
  EXPECT_STREQ(*p.process.home, "HOME=/");
  EXPECT_EQ(p.process.envp.back(), nullptr);
  EXPECT_EQ(p.process.home, p.process.envp.data() + p.process.envp.size() - 2);
}

TEST_F(PlanTest, WhereTheProgramIsSearched) {
  auto& process = *config_.process;
  process.env = {"PATH=/ignored", "PATH=/usr/bin::bin:/sbin/"};
  EXPECT_EQ(plan().process.search, (Words{"/usr/bin/true", "./true", "bin/true", "/sbin//true"}));
  process.args = {"/bin/true"};
  EXPECT_EQ(plan().process.search, Words{"/bin/true"});
  process.args = {"./true"};
  EXPECT_EQ(plan().process.search, Words{"./true"});
  process.args = {"true"};
  process.env.clear();
  EXPECT_TRUE(plan().process.search.empty());
  process.args.clear();
  const auto none = build();
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().path(), "process.args");
}

TEST_F(PlanTest, Identity) {
  auto& process = *config_.process;
  EXPECT_EQ(plan().process.capabilities, spec::Capabilities());  // silence is none
  EXPECT_EQ(plan().process.umask, 0022u);
  process.user = {1, 2, 0077, {3, 4}};
  process.capabilities.emplace();
  process.capabilities->bounding = 1u << CAP_KILL;
  process.terminal = true;
  process.console_size = spec::Box{25, 80};
  facts_.last_capability = 12;
  request_.preserved_fds = 3;
  const auto p = plan().process;
  EXPECT_EQ(p.uid, 1u);
  EXPECT_EQ(p.gid, 2u);
  EXPECT_EQ(p.umask, 0077u);
  EXPECT_EQ(p.groups, (std::vector<gid_t>{3, 4}));
  EXPECT_EQ(p.capabilities.bounding, 1u << CAP_KILL);
  EXPECT_EQ(p.last_capability, 12u);
  EXPECT_EQ(p.console_size, (spec::Box{25, 80}));
  EXPECT_EQ(p.preserved_fds, 3u);
  EXPECT_TRUE(p.terminal);
  EXPECT_TRUE(p.set_groups);
  config_.annotations["run.oci.keep_original_groups"] = "1";
  EXPECT_FALSE(plan().process.set_groups);
}

TEST_F(PlanTest, Hooks) {
  spec::Hook hook;
  hook.path = "/hook";
  hook.timeout = 5;
  config_.hooks.create_container = {hook};
  config_.hooks.start_container = {hook, hook};
  config_.hooks.start_container[1].env_given = true;
  config_.hooks.start_container[1].env = {"A=1"};
  EXPECT_FALSE(plan().runtime_hooks);
  const auto p = plan();
  ASSERT_EQ(p.create_container.size(), 1u);
  EXPECT_FALSE(p.create_container[0].inherit_environment);
  EXPECT_EQ(p.create_container[0].timeout_ns, 5'000'000'000);
  EXPECT_STREQ(p.create_container[0].argv.front(), "/hook");
  EXPECT_TRUE(p.start_container[0].inherit_environment);
  EXPECT_FALSE(p.start_container[1].inherit_environment);
  EXPECT_STREQ(p.start_container[1].envp.front(), "A=1");
  config_.hooks.prestart = {hook};
  EXPECT_TRUE(plan().runtime_hooks);
  config_.hooks.prestart.clear();
  config_.hooks.create_runtime = {hook};
  EXPECT_TRUE(plan().runtime_hooks);
}

TEST_F(PlanTest, SwitchesOfTheCommandLine) {
  EXPECT_TRUE(plan().pivot);
  EXPECT_EQ(plan().process.keyring, "");
  request_.no_pivot = true;
  request_.keyring = "_ses.web";
  EXPECT_FALSE(plan().pivot);
  EXPECT_EQ(plan().process.keyring, "_ses.web");
}

TEST_F(PlanTest, CpusOfExecAndOfTheContainer) {
  auto& process = *config_.process;
  process.exec_cpu_affinity = {.initial = "0", .final = "1,64"};
  const auto exec = build_process_plan(process, config_.linux_, facts_);
  ASSERT_TRUE(exec);
  EXPECT_EQ(exec->initial_cpus, std::string("\x01\0\0\0\0\0\0\0", 8));
  EXPECT_EQ(exec->final_cpus, std::string("\x02\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0", 16));
  EXPECT_FALSE(exec->all_cpus);
  EXPECT_TRUE(plan().process.final_cpus.empty());
  EXPECT_TRUE(plan().process.all_cpus);
  process.exec_cpu_affinity->final = "8192";
  EXPECT_EQ(build().error().path(), "process.execCPUAffinity.final");
}

TEST_F(PlanTest, MemoryPolicyWithItsFlags) {
  config_.linux_.memory_policy = {.mode = 2, .nodes = "0", .flags = 1U << 15};
  const auto policy = plan().process.memory_policy;
  ASSERT_TRUE(policy);
  EXPECT_EQ(policy->mode, 2 | 1 << 15);
  EXPECT_EQ(policy->nodes.size(), sizeof(long));
}

TEST_F(PlanTest, IdMapsOfMounts) {
  EXPECT_FALSE(mount("bind", "/src", "/data", {"bind"}).id_map);
  EXPECT_FALSE(mount("bind", "/src", "/data", {"bind", "idmap"}).id_map);
  EXPECT_NE(refusal_.find("no user namespace"), std::string::npos);
  const auto text = mount("bind", "/src", "/data", {"rbind", "ridmap=uids=0-7-2#5-9-1;gids=0-8-1"}).id_map;
  ASSERT_TRUE(text) << refusal_;
  EXPECT_TRUE(text->recursive);
  EXPECT_EQ(text->uids, (std::vector<spec::IdMapping>{{0, 7, 2}, {5, 9, 1}}));
  EXPECT_EQ(text->gids, (std::vector<spec::IdMapping>{{0, 8, 1}}));
  config_.linux_.namespaces.push_back({CLONE_NEWUSER, ""});
  config_.linux_.uid_mappings = config_.linux_.gid_mappings = {{0, 1000, 10}, {10, 5000, 10}};
  EXPECT_TRUE(mount("bind", "/src", "/data", {"bind", "idmap"}).id_map->of_container);
  const auto relative = mount("bind", "/src", "/data", {"bind", "idmap=uids=@3-12-2;gids=@0-1-1"}).id_map;
  EXPECT_EQ(relative->uids, (std::vector<spec::IdMapping>{{3, 5002, 2}}));
  EXPECT_EQ(relative->gids, (std::vector<spec::IdMapping>{{0, 1001, 1}}));
  (void)mount("bind", "/src", "/data", {"bind", "idmap=uids=@3-9-2;gids=@0-1-1"});
  EXPECT_NE(refusal_.find("no map for these ids"), std::string::npos);
}

TEST_F(PlanTest, AMountLabelIsAnOptionOfTheFileSystem) {
  config_.linux_.mount_label = "u:r:t:s0:c1,c2";
  EXPECT_EQ(mount("tmpfs", "tmpfs", "/a").options.file_system, Words{"context=u:r:t:s0:c1,c2"});
  EXPECT_TRUE(mount("proc", "proc", "/proc").options.file_system.empty());
  EXPECT_TRUE(mount("bind", "/src", "/data", {"bind"}).options.file_system.empty());
  EXPECT_EQ(mount("mqueue", "mqueue", "/dev/mqueue").label, "u:r:t:s0:c1,c2");
  config_.annotations["run.oci.mount_context_type"] = "rootcontext";
  EXPECT_EQ(mount("tmpfs", "tmpfs", "/a").options.file_system, Words{"rootcontext=u:r:t:s0:c1,c2"});
}

TEST(HostFactsTest, AreTheKernels) {
  const auto facts = read_host_facts();
  EXPECT_GE(facts.last_capability, 37u);  // CAP_AUDIT_READ, Linux 3.16
  EXPECT_LT(facts.last_capability, 64u);
}

}  // namespace
}  // namespace masu::container
