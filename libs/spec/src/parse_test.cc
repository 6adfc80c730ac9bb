// SPDX-License-Identifier: Apache-2.0
//
// What is read arrives, and each rule is held to its message. (parse_mutation_test.cc goes through every
// value of a complete config.json, so that no member can be forgotten.)
#include "masu/spec/parse.h"

#include "full_config.h"
#include "masu/base/text.h"
#include "masu/spec/names.h"

#include <gtest/gtest.h>

#include <functional>

#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sys/resource.h>

namespace masu::spec {
namespace {

std::string refusal(std::string_view text) {
  const auto config = parse_config(text);
  if (config) return "accepted";
  EXPECT_EQ(config.error().kind(), Kind::invalid_spec);
  return config.error().message();
}

std::string config_with(std::string_view members) {
  return cat(R"({"ociVersion":"1.0.2","root":{"path":"r"})", members.empty() ? "" : ",", members, "}");
}
std::string linux_with(std::string_view members) { return config_with(cat(R"("linux":{)", members, "}")); }
std::string resources_with(std::string_view members) {
  return linux_with(cat(R"("resources":{)", members, "}"));
}
std::string seccomp_with(std::string_view members) { return linux_with(cat(R"("seccomp":{)", members, "}")); }
std::string process_with(std::string_view members) {
  return config_with(cat(R"("process":{"args":["sh"],"cwd":"/")", members.empty() ? "" : ",", members, "}"));
}

// Each pair is the text of some members and the message that refuses them.
using Cases = std::initializer_list<std::pair<std::string_view, std::string_view>>;
void expect_refused(const std::function<std::string(std::string_view)>& document, Cases cases) {
  for (const auto& [members, message] : cases) {
    SCOPED_TRACE(members);
    EXPECT_EQ(refusal(document(members)), message);
  }
}
void expect_accepted(const std::function<std::string(std::string_view)>& document,
                     std::initializer_list<std::string_view> cases) {
  for (const auto members : cases) {
    SCOPED_TRACE(members);
    EXPECT_EQ(refusal(document(members)), "accepted");
  }
}

// --- Values arrive ---

TEST(Parse, ReadsTheProcess) {
  const Process process = *parse_config(kFullConfig)->process;
  EXPECT_TRUE(process.terminal);
  EXPECT_EQ(process.console_size->height, 24);
  EXPECT_EQ(process.console_size->width, 80);
  EXPECT_EQ(process.user.uid, 1000u);
  EXPECT_EQ(process.user.gid, 100u);
  EXPECT_EQ(process.user.umask, 022u);
  EXPECT_EQ(process.user.additional_gids, (std::vector<std::uint32_t>{5, 6}));
  EXPECT_EQ(process.args, (std::vector<std::string>{"sh", "-c", "true"}));
  EXPECT_EQ(process.cwd, "/work");
  EXPECT_EQ(process.capabilities->bounding, 1u << CAP_CHOWN | 1u << CAP_KILL);
  EXPECT_EQ(process.capabilities->effective, 1u << CAP_KILL);
  EXPECT_EQ(process.capabilities->ambient, std::uint64_t{1} << CAP_CHECKPOINT_RESTORE);
  EXPECT_EQ(process.capabilities->unknown, std::vector<std::string>{"CAP_FROM_THE_FUTURE"});
  EXPECT_EQ(process.rlimits[0], (Rlimit{RLIMIT_NOFILE, 1024, 4096}));
  EXPECT_EQ(process.rlimits[1].hard, UINT64_MAX);
  EXPECT_EQ(process.oom_score_adj, -500);
  EXPECT_EQ(process.scheduler->flags, 3u);
  EXPECT_EQ(process.io_priority->class_, 1);
}

TEST(Parse, ReadsLinux) {
  const Config config = *parse_config(kFullConfig);
  const Linux& linux_ = config.linux_;
  EXPECT_EQ(config.find_namespace(0x40000000)->path, "/run/netns/box");
  EXPECT_EQ(linux_.uid_mappings[0], (IdMapping{1, 100000, 65536}));
  EXPECT_EQ(linux_.time_offsets.at("monotonic"), (TimeOffset{-172800, 999999999}));
  EXPECT_EQ(linux_.devices[0].file_mode, 0666u);
  EXPECT_EQ(linux_.devices[1].type, 'c');
  EXPECT_EQ(linux_.devices[3].type, 'p');
  const Resources& resources = *linux_.resources;
  EXPECT_EQ(resources.devices[0].type, 'a');
  EXPECT_EQ(resources.devices[2].minor, std::nullopt);
  EXPECT_EQ(resources.devices[2].major, 8);
  EXPECT_TRUE(resources.devices[2].mknod && !resources.devices[2].read && !resources.devices[2].write);
  EXPECT_EQ(resources.memory->limit, 536870912);
  EXPECT_EQ(resources.memory->disable_oom_killer, false);
  EXPECT_EQ(resources.pids_limit, 32771);
  EXPECT_EQ(resources.block_io->throttle_write_iops_device[0].rate, UINT64_MAX);
  EXPECT_EQ(linux_.memory_policy->flags, 1u << 15 | 1u << 13);
  EXPECT_EQ(linux_.personality->domain, 8u);
  const Seccomp& seccomp = *linux_.seccomp;
  EXPECT_EQ(seccomp.default_action.ret, SECCOMP_RET_ERRNO);
  EXPECT_EQ(seccomp.architectures, (std::vector<std::uint32_t>{AUDIT_ARCH_X86_64, kArchX32}));
  EXPECT_EQ(seccomp.syscalls[1].args[0], (SeccompArg{5, 2114060288, UINT64_MAX, SeccompOp::masked_eq}));
}

TEST(Parse, AbsentAndEmptyDifferWhereItMatters) {
  EXPECT_FALSE(parse_config(seccomp_with(R"("defaultAction":"SCMP_ACT_ALLOW")"))->linux_.seccomp->flags);
  EXPECT_TRUE(
      parse_config(seccomp_with(R"("defaultAction":"SCMP_ACT_ALLOW","flags":[])"))->linux_.seccomp->flags);
  const Hooks hooks = parse_config(kFullConfig)->hooks;
  EXPECT_TRUE(hooks.create_runtime[0].env_given);
  EXPECT_FALSE(hooks.create_container[0].env_given);
}

TEST(Parse, LeastConfig) {
  const Config config = *parse_config(config_with(""));
  EXPECT_EQ(config, (Config{.oci_version = "1.0.2", .root = {.path = "r"}}));
}

TEST(Parse, UserIsRootIfAbsent) {
  const Config config = *parse_config(process_with(""));
  EXPECT_EQ(config.process->user, User{});
}

TEST(Parse, CollectsUnknownCapabilitiesOnce) {
  const Config config = *parse_config(process_with(
      R"("capabilities":{"bounding":["CAP_X","CAP_Y"],"permitted":["CAP_X","cap_chown"],"effective":[]})"));
  EXPECT_EQ(config.process->capabilities->unknown, (std::vector<std::string>{"CAP_X", "CAP_Y", "cap_chown"}));
  EXPECT_EQ(config.process->capabilities->permitted, 0u);
}

// --- Rules ---

TEST(Parse, TextThatIsNoJson) {
  EXPECT_EQ(refusal("{\"ociVersion\": \"1.3.0\",\n\"root\": {\"path\": }}"),
            "line 2, column 18: expected a value, found '}'");
  EXPECT_EQ(refusal(""), "line 1, column 1: expected a value, found the end");
  EXPECT_EQ(refusal("[]"), "expected an object, found an array");
  EXPECT_EQ(refusal(config_with("") + "x"), "line 1, column 43: expected the end of the document, found 'x'");
}

TEST(Parse, TopLevelRules) {
  EXPECT_EQ(refusal(R"({"ociVersion":"","root":{"path":"r"}})"), "ociVersion: must not be empty");
  EXPECT_EQ(refusal(R"({"ociVersion":"1.0","root":{"path":""}})"), "root.path: must not be empty");
  expect_refused(
      config_with,
      {
          {R"("mounts":[{"destination":""}])", "mounts[0].destination: must not be empty"},
          {R"("mounts":[{"destination":"/a"},{"source":"b"}])", "mounts[1].destination: must be given"},
          {R"("mounts":[{"destination":"/a","uidMappings":[{"containerID":0,"hostID":0,"size":1}]}])",
           "mounts[0]: uidMappings and gidMappings must be given together"},
          {R"("hostname":"x")", "hostname: needs a uts namespace, and linux.namespaces has none"},
          {R"("domainname":"x")", "domainname: needs a uts namespace, and linux.namespaces has none"},
          {R"("annotations":{"a":1})", "annotations.a: expected a string, found 1"},
          {R"("annotations":{"":"x"})", R"(annotations[""]: the key must not be empty)"},
      });
  const std::string long_name(65, 'x');
  EXPECT_EQ(
      refusal(config_with(cat(R"("linux":{"namespaces":[{"type":"uts"}]},"hostname":")", long_name, "\""))),
      "hostname: is longer than 64 bytes");
  EXPECT_EQ(
      refusal(config_with(cat(R"("linux":{"namespaces":[{"type":"uts"}]},"domainname":")", long_name, "\""))),
      "domainname: is longer than 64 bytes");
  expect_accepted(config_with,
                  {R"("mounts":[{"destination":"relative"}])", R"("process":null)", R"("hooks":{})"});
}

TEST(Parse, HookRules) {
  expect_refused(
      [](std::string_view hook) { return config_with(cat(R"("hooks":{"poststop":[{)", hook, "}]}")); },
      {
          {R"("path":"hook")", "hooks.poststop[0].path: 'hook' is not an absolute path"},
          {R"("path":"")", "hooks.poststop[0].path: '' is not an absolute path"},
          {R"("args":["a"])", "hooks.poststop[0].path: must be given"},
          {R"("path":"/h","timeout":0)", "hooks.poststop[0].timeout: 0 is not between 1 and 2147483647"},
          {R"("path":"/h","timeout":-1)", "hooks.poststop[0].timeout: -1 is not between 1 and 2147483647"},
          {R"("path":"/h","env":["A"])", "hooks.poststop[0].env[0]: 'A' has no '='"},
      });
}

TEST(Parse, ProcessRules) {
  EXPECT_EQ(refusal(config_with(R"("process":{"args":[],"cwd":"/"})")), "process.args: must not be empty");
  EXPECT_EQ(refusal(config_with(R"("process":{"cwd":"/"})")), "process.args: must be given");
  EXPECT_EQ(refusal(config_with(R"("process":{"args":["a"]})")), "process.cwd: must be given");
  EXPECT_EQ(refusal(config_with(R"("process":{"args":["a"],"cwd":"tmp"})")),
            "process.cwd: Cwd must be an absolute path, not 'tmp'");
  EXPECT_EQ(refusal(config_with(R"("process":{"args":["a"],"cwd":""})")),
            "process.cwd: Cwd must be an absolute path, not ''");
  expect_refused(
      process_with,
      {
          {R"("env":["A=b","NAME"])", "process.env[1]: 'NAME' has no '='"},
          {R"("env":["=x"])", "process.env[0]: '=x' has no name before '='"},
          {R"("env":["A=\u0000"])", "process.env[0]: a NUL character in the string"},
          {R"("user":{"uid":-1})", "process.user.uid: -1 is not between 0 and 4294967295"},
          {R"("user":{"gid":4294967296})", "process.user.gid: 4294967296 is not between 0 and 4294967295"},
          {R"("user":{"umask":512})", "process.user.umask: 512 is not between 0 and 511"},
          {R"("consoleSize":{"height":1,"width":65536})",
           "process.consoleSize.width: 65536 is not between 0 and 65535"},
          {R"("oomScoreAdj":1001)", "process.oomScoreAdj: 1001 is not between -1000 and 1000"},
          {R"("oomScoreAdj":-1001)", "process.oomScoreAdj: -1001 is not between -1000 and 1000"},
          {R"("rlimits":[{"type":"RLIMIT_FOO","soft":1,"hard":1}])",
           "process.rlimits[0].type: unknown resource limit 'RLIMIT_FOO'"},
          {R"("rlimits":[{"type":"RLIMIT_CPU","soft":2,"hard":1}])",
           "process.rlimits[0].soft: 2 is above the hard limit 1"},
          {R"("rlimits":[{"type":"RLIMIT_CPU","soft":1,"hard":1},{"type":"RLIMIT_AS","soft":1,"hard":1},)"
           R"({"type":"RLIMIT_CPU","soft":1,"hard":1}])",
           "process.rlimits[2].type: RLIMIT_CPU is given twice"},
          {R"("rlimits":[{"type":"RLIMIT_CPU","soft":-1,"hard":1}])",
           "process.rlimits[0].soft: -1 is not between 0 and 18446744073709551615"},
          {R"("ioPriority":{"class":"RT"})", "process.ioPriority.class: unknown I/O priority class 'RT'"},
          {R"("ioPriority":{"class":"IOPRIO_CLASS_BE","priority":8})",
           "process.ioPriority.priority: 8 is not between 0 and 7"},
          {R"("execCPUAffinity":{"initial":"1-"})",
           "process.execCPUAffinity.initial: '1-' is not a list of numbers and ranges such as 0-3,8"},
      });
  expect_accepted(process_with, {R"("env":["A=","B=x=y","C=a\nb"])", R"("oomScoreAdj":-1000)",
                                 R"("rlimits":[])", R"("capabilities":{})", R"("user":{"umask":511})"});
}

TEST(Parse, SchedulerRules) {
  expect_refused(
      [](std::string_view members) { return process_with(cat(R"("scheduler":{)", members, "}")); },
      {
          {R"("nice":1)", "process.scheduler.policy: must be given"},
          {R"("policy":"SCHED_NEW")", "process.scheduler.policy: unknown scheduling policy 'SCHED_NEW'"},
          {R"("policy":"SCHED_OTHER","nice":20)", "process.scheduler.nice: 20 is not between -20 and 19"},
          {R"("policy":"SCHED_BATCH","nice":-21)", "process.scheduler.nice: -21 is not between -20 and 19"},
          {R"("policy":"SCHED_IDLE","priority":1)",
           "process.scheduler.priority: is only for SCHED_FIFO and SCHED_RR"},
          {R"("policy":"SCHED_RR","priority":100)",
           "process.scheduler.priority: 100 is not between 0 and 99"},
          {R"("policy":"SCHED_OTHER","runtime":1)", "process.scheduler.runtime: is only for SCHED_DEADLINE"},
          {R"("policy":"SCHED_FIFO","deadline":1)", "process.scheduler.deadline: is only for SCHED_DEADLINE"},
          {R"("policy":"SCHED_FIFO","period":1)", "process.scheduler.period: is only for SCHED_DEADLINE"},
          {R"("policy":"SCHED_FIFO","flags":["X"])",
           "process.scheduler.flags[0]: unknown scheduler flag 'X'"},
      });
  const auto other = parse_config(process_with(R"("scheduler":{"policy":"SCHED_OTHER","nice":-20})"));
  EXPECT_EQ(other->process->scheduler, (Scheduler{.policy = 0, .nice = -20}));
  const auto fifo =
      parse_config(process_with(R"("scheduler":{"policy":"SCHED_FIFO","nice":0,"priority":99})"));
  EXPECT_EQ(fifo->process->scheduler, (Scheduler{.policy = 1, .priority = 99}));
}

TEST(Parse, NamespaceRules) {
  expect_refused(
      linux_with,
      {
          {R"("namespaces":[{"type":"pid"},{"type":"net"}])",
           "linux.namespaces[1].type: unknown namespace 'net'"},
          {R"("namespaces":[{"path":"/x"}])", "linux.namespaces[0].type: must be given"},
          {R"("namespaces":[{"type":"pid"},{"type":"uts"},{"type":"pid","path":"/p"}])",
           "linux.namespaces[2].type: the pid namespace is given twice"},
          {R"("namespaces":[{"type":"pid","path":"proc/1/ns/pid"}])",
           "linux.namespaces[0].path: 'proc/1/ns/pid' is not an absolute path"},
          {R"("maskedPaths":["/proc/kcore"])",
           "linux.maskedPaths: needs a mount namespace, and linux.namespaces has none"},
          {R"("readonlyPaths":["/proc/sys"])",
           "linux.readonlyPaths: needs a mount namespace, and linux.namespaces has none"},
          {R"("netDevices":{"eth0":{}})",
           "linux.netDevices: needs a network namespace, and linux.namespaces has none"},
          {R"("maskedPaths":["proc"])", "linux.maskedPaths[0]: 'proc' is not an absolute path"},
          {R"("readonlyPaths":["/a",""])", "linux.readonlyPaths[1]: '' is not an absolute path"},
          {R"("rootfsPropagation":"bound")", "linux.rootfsPropagation: unknown mount propagation 'bound'"},
      });
  expect_accepted(linux_with, {R"("namespaces":[{"type":"pid","path":""}])", R"("maskedPaths":[])",
                               R"("rootfsPropagation":"")", R"("rootfsPropagation":"unbindable")",
                               R"("namespaces":[{"type":"mount"}],"maskedPaths":["/a","/a"])"});
}

TEST(Parse, UserNamespaceRules) {
  constexpr std::string_view kMap = R"([{"containerID":0,"hostID":1,"size":1}])";
  const std::string both = cat(R"("uidMappings":)", kMap, R"(,"gidMappings":)", kMap);
  EXPECT_EQ(refusal(linux_with(both)),
            "linux.uidMappings: needs a user namespace, and linux.namespaces has none");
  EXPECT_EQ(refusal(linux_with(cat(R"("gidMappings":)", kMap))),
            "linux.gidMappings: needs a user namespace, and linux.namespaces has none");
  constexpr std::string_view kUser = R"("namespaces":[{"type":"user"}])";
  EXPECT_EQ(refusal(linux_with(kUser)), "linux.uidMappings: a new user namespace needs mappings");
  EXPECT_EQ(refusal(linux_with(cat(kUser, R"(,"uidMappings":)", kMap))),
            "linux.gidMappings: a new user namespace needs mappings");
  EXPECT_EQ(refusal(linux_with(cat(kUser, ",", both))), "accepted");
  EXPECT_EQ(refusal(linux_with(R"("namespaces":[{"type":"user","path":"/run/userns"}])")), "accepted");
  EXPECT_EQ(refusal(linux_with(cat(R"("namespaces":[{"type":"user","path":"/run/userns"}],)", both))),
            "accepted");
  expect_refused([](std::string_view map) { return linux_with(cat(R"("uidMappings":[{)", map, "}]")); },
                 {
                     {R"("containerID":0,"hostID":0,"size":0)", "linux.uidMappings[0].size: must not be 0"},
                     {R"("containerID":0,"size":1)", "linux.uidMappings[0].hostID: must be given"},
                     {R"("containerID":-1,"hostID":0,"size":1)",
                      "linux.uidMappings[0].containerID: -1 is not between 0 and 4294967295"},
                     {R"("containerID":4294967295,"hostID":0,"size":2)",
                      "linux.uidMappings[0].size: 2 leads beyond the last id"},
                     {R"("containerID":0,"hostID":4294967295,"size":2)",
                      "linux.uidMappings[0].size: 2 leads beyond the last id"},
                 });
}

TEST(Parse, TimeNamespaceRules) {
  expect_refused(
      linux_with,
      {
          {R"("timeOffsets":{"boottime":{"secs":1}})",
           "linux.timeOffsets: needs a time namespace, and linux.namespaces has none"},
          {R"("namespaces":[{"type":"time","path":"/t"}],"timeOffsets":{"boottime":{"secs":1}})",
           "linux.timeOffsets: cannot be set in a time namespace that is joined by path"},
          {R"("timeOffsets":{"realtime":{}})", "linux.timeOffsets.realtime: unknown clock 'realtime'"},
          {R"("timeOffsets":{"boottime":{"nanosecs":1000000000}})",
           "linux.timeOffsets.boottime.nanosecs: 1000000000 is not between 0 and 999999999"},
          {R"("timeOffsets":{"boottime":{"nanosecs":-1}})",
           "linux.timeOffsets.boottime.nanosecs: -1 is not between 0 and 999999999"},
      });
  expect_accepted(linux_with, {R"("namespaces":[{"type":"time"}])", R"("timeOffsets":{})"});
}

TEST(Parse, DeviceRules) {
  expect_refused(
      [](std::string_view device) { return linux_with(cat(R"("devices":[{)", device, "}]")); },
      {
          {R"("type":"x","path":"/dev/a")",
           "linux.devices[0].type: unknown device type 'x', expected b, c, u or p"},
          {R"("type":"a","path":"/dev/a","major":1,"minor":1)",
           "linux.devices[0].type: unknown device type 'a', expected b, c, u or p"},
          {R"("type":"c","path":"/dev/a","minor":1)", "linux.devices[0].major: must be given"},
          {R"("type":"b","path":"/dev/a","major":1)", "linux.devices[0].minor: must be given"},
          {R"("type":"c","path":"","major":1,"minor":1)", "linux.devices[0].path: must not be empty"},
          {R"("type":"c","path":"/a","major":4096,"minor":1)",
           "linux.devices[0].major: 4096 is not between 0 and 4095"},
          {R"("type":"c","path":"/a","major":-1,"minor":1)",
           "linux.devices[0].major: -1 is not between 0 and 4095"},
          {R"("type":"c","path":"/a","major":1,"minor":1048576)",
           "linux.devices[0].minor: 1048576 is not between 0 and 1048575"},
      });
}

TEST(Parse, OtherLinuxRules) {
  expect_refused(
      linux_with,
      {
          {R"("netDevices":{"a/b":{}})",
           R"(linux.netDevices["a/b"]: 'a/b' is not the name of a network interface)"},
          {R"("netDevices":{"eth0":{"name":"sixteen_letters_"}})",
           "linux.netDevices.eth0.name: 'sixteen_letters_' is not the name of a network interface"},
          {R"("netDevices":{"eth0":{"name":"a%s"}})",
           "linux.netDevices.eth0.name: 'a%s' is not the name of a network interface"},
          {R"("netDevices":{"eth0":{"name":".."}})",
           "linux.netDevices.eth0.name: '..' is not the name of a network interface"},
          {R"("netDevices":{"eth%d":{}})",
           R"(linux.netDevices["eth%d"]: 'eth%d' is not the name of a network interface)"},
          {R"("intelRdt":{"closID":".."})", "linux.intelRdt.closID: '..' is not the name of a folder"},
          {R"("intelRdt":{"closID":"a/b"})", "linux.intelRdt.closID: 'a/b' is not the name of a folder"},
          {R"("memoryPolicy":{"mode":"MPOL_X"})", "linux.memoryPolicy.mode: unknown memory policy 'MPOL_X'"},
          {R"("memoryPolicy":{"mode":"MPOL_BIND"})", "linux.memoryPolicy.nodes: must be given for MPOL_BIND"},
          {R"("memoryPolicy":{"mode":"MPOL_LOCAL","nodes":"0"})",
           "linux.memoryPolicy.nodes: must be empty for MPOL_LOCAL"},
          {R"("memoryPolicy":{"mode":"MPOL_BIND","nodes":"3-1"})",
           "linux.memoryPolicy.nodes: '3-1' is not a list of numbers and ranges such as 0-3,8"},
          {R"("memoryPolicy":{"mode":"MPOL_BIND","nodes":"0","flags":["X"]})",
           "linux.memoryPolicy.flags[0]: unknown memory policy flag 'X'"},
          {R"("personality":{"domain":"BSD"})", "linux.personality.domain: unknown personality 'BSD'"},
          {R"("personality":{"domain":"LINUX","flags":["X"]})",
           "linux.personality.flags: unknown personality flag 'X'"},
      });
  expect_accepted(linux_with, {R"("intelRdt":{"closID":"/"})", R"("memoryPolicy":{"mode":"MPOL_DEFAULT"})",
                               R"("personality":{"domain":"LINUX","flags":[]})", R"("cgroupsPath":"a:b:c")"});
}

TEST(Parse, ResourceRules) {
  expect_refused(
      resources_with,
      {
          {R"("memory":{"limit":-5})", "linux.resources.memory.limit: -5 is neither -1 nor ≥ 0"},
          {R"("memory":{"swap":-2})", "linux.resources.memory.swap: -2 is neither -1 nor ≥ 0"},
          {R"("memory":{"limit":9223372036854775808})",
           "linux.resources.memory.limit: 9223372036854775808 is not between -9223372036854775808 and "
           "9223372036854775807"},
          {R"("memory":{"swappiness":201})",
           "linux.resources.memory.swappiness: 201 is not between 0 and 200"},
          {R"("pids":{"limit":-2})", "linux.resources.pids.limit: -2 is neither -1 nor ≥ 0"},
          {R"("cpu":{"cpus":"0,a"})",
           "linux.resources.cpu.cpus: '0,a' is not a list of numbers and ranges such as 0-3,8"},
          {R"("cpu":{"mems":","})",
           "linux.resources.cpu.mems: ',' is not a list of numbers and ranges such as 0-3,8"},
          {R"("cpu":{"idle":2})", "linux.resources.cpu.idle: 2 is not between 0 and 1"},
          {R"("cpu":{"shares":-1})",
           "linux.resources.cpu.shares: -1 is not between 0 and 18446744073709551615"},
          {R"("devices":[{"allow":true,"access":""}])",
           "linux.resources.devices[0].access: must not be empty"},
          {R"("devices":[{"allow":true}])", "linux.resources.devices[0].access: must be given"},
          {R"("devices":[{"access":"r"}])", "linux.resources.devices[0].allow: must be given"},
          {R"("devices":[{"allow":true,"access":"rx"}])",
           "linux.resources.devices[0].access: 'rx' has other letters than r, w and m"},
          {R"("devices":[{"allow":true,"access":"r","type":"p"}])",
           "linux.resources.devices[0].type: unknown device type 'p', expected a, b or c"},
          {R"("devices":[{"allow":true,"access":"r","major":-2}])",
           "linux.resources.devices[0].major: -2 is not between -1 and 4095"},
          {R"("blockIO":{"weight":9})", "linux.resources.blockIO.weight: 9 is not between 10 and 1000"},
          {R"("blockIO":{"leafWeight":1001})",
           "linux.resources.blockIO.leafWeight: 1001 is not between 10 and 1000"},
          {R"("hugepageLimits":[{"pageSize":"2M","limit":1}])",
           "linux.resources.hugepageLimits[0].pageSize: '2M' is not a page size such as 2MB"},
          {R"("hugepageLimits":[{"pageSize":"../2MB","limit":1}])",
           "linux.resources.hugepageLimits[0].pageSize: '../2MB' is not a page size such as 2MB"},
          {R"("hugepageLimits":[{"pageSize":"02MB","limit":1}])",
           "linux.resources.hugepageLimits[0].pageSize: '02MB' is not a page size such as 2MB"},
          {R"("network":{"priorities":[{"name":"a b","priority":1}]})",
           "linux.resources.network.priorities[0].name: 'a b' is not the name of a network interface"},
          {R"("rdma":{"x":{}})", "linux.resources.rdma.x: needs hcaHandles, hcaObjects or both"},
          {R"("unified":{"memory":"1"})",
           "linux.resources.unified.memory: 'memory' is not of the form CONTROLLER.PARAMETER"},
          {R"("unified":{"../memory.max":"1"})",
           R"(linux.resources.unified["../memory.max"]: '../memory.max' is not of the form CONTROLLER.PARAMETER)"},
          {R"("unified":{".max":"1"})",
           R"(linux.resources.unified[".max"]: '.max' is not of the form CONTROLLER.PARAMETER)"},
          {R"("unified":{"memory.max":1})",
           R"(linux.resources.unified["memory.max"]: expected a string, found 1)"},
      });
  expect_accepted(resources_with, {R"("memory":{"limit":-1,"swap":0})", R"("pids":{"limit":-1})",
                                   R"("pids":{"limit":0})", R"("pids":{})", R"("blockIO":{"weight":0})",
                                   R"("cpu":{"quota":-100,"cpus":"","mems":"0-3, 8"})",
                                   R"("devices":[{"allow":false,"access":"rwm","major":-1,"minor":-1}])"});
}

TEST(Parse, SeccompRules) {
  expect_refused(
      seccomp_with,
      {
          {"", "linux.seccomp.defaultAction: must be given"},
          {R"("defaultAction":"ALLOW")", "linux.seccomp.defaultAction: unknown seccomp action 'ALLOW'"},
          {R"("defaultAction":"SCMP_ACT_NOTIFY")",
           "linux.seccomp.defaultAction: SCMP_ACT_NOTIFY cannot be the default action"},
          {R"("defaultAction":"SCMP_ACT_ALLOW","defaultErrnoRet":1)",
           "linux.seccomp.defaultErrnoRet: is only for SCMP_ACT_ERRNO and SCMP_ACT_TRACE"},
          {R"("defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":4096)",
           "linux.seccomp.defaultErrnoRet: 4096 is not between 0 and 4095"},
          {R"("defaultAction":"SCMP_ACT_TRACE","defaultErrnoRet":65536)",
           "linux.seccomp.defaultErrnoRet: 65536 is not between 0 and 65535"},
          {R"("defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_VAX"])",
           "linux.seccomp.architectures[0]: unknown seccomp architecture 'SCMP_ARCH_VAX'"},
          {R"("defaultAction":"SCMP_ACT_ALLOW","flags":["SECCOMP_FILTER_FLAG_NEW_LISTENER"])",
           "linux.seccomp.flags[0]: unknown seccomp flag 'SECCOMP_FILTER_FLAG_NEW_LISTENER'"},
          {R"("defaultAction":"SCMP_ACT_ALLOW","listenerMetadata":"x")",
           "linux.seccomp.listenerMetadata: needs listenerPath"},
          {R"("defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["a"],"action":"SCMP_ACT_NOTIFY"}])",
           "linux.seccomp.listenerPath: must be given for SCMP_ACT_NOTIFY"},
      });
  expect_refused(
      [](std::string_view rule) {
        return seccomp_with(
            cat(R"("defaultAction":"SCMP_ACT_ALLOW","listenerPath":"/l","syscalls":[{)", rule, "}]"));
      },
      {
          {R"("action":"SCMP_ACT_LOG")", "linux.seccomp.syscalls[0].names: must be given"},
          {R"("names":[],"action":"SCMP_ACT_LOG")", "linux.seccomp.syscalls[0].names: must not be empty"},
          {R"("names":[""],"action":"SCMP_ACT_LOG")",
           "linux.seccomp.syscalls[0].names[0]: must not be empty"},
          {R"("names":["a"])", "linux.seccomp.syscalls[0].action: must be given"},
          {R"("names":["a"],"action":"SCMP_ACT_KILL","errnoRet":1)",
           "linux.seccomp.syscalls[0].errnoRet: is only for SCMP_ACT_ERRNO and SCMP_ACT_TRACE"},
          {R"("names":["read","write"],"action":"SCMP_ACT_NOTIFY")",
           "linux.seccomp.syscalls[0].names: SCMP_ACT_NOTIFY cannot be used for the write syscall"},
          {R"("names":["a"],"action":"SCMP_ACT_LOG","args":[{"index":6,"value":1,"op":"SCMP_CMP_EQ"}])",
           "linux.seccomp.syscalls[0].args[0].index: 6 is not between 0 and 5"},
          {R"("names":["a"],"action":"SCMP_ACT_LOG","args":[{"index":0,"value":-1,"op":"SCMP_CMP_EQ"}])",
           "linux.seccomp.syscalls[0].args[0].value: -1 is not between 0 and 18446744073709551615"},
          {R"("names":["a"],"action":"SCMP_ACT_LOG","args":[{"index":0,"value":1,"op":"EQ"}])",
           "linux.seccomp.syscalls[0].args[0].op: unknown seccomp operator 'EQ'"},
      });
  EXPECT_EQ(
      refusal(config_with(
          R"("annotations":{"run.oci.seccomp.receiver":"/s"},"linux":{"seccomp":{"defaultAction":"SCMP_ACT_ALLOW",)"
          R"("syscalls":[{"names":["a"],"action":"SCMP_ACT_NOTIFY"}]}})")),
      "accepted");
}

// --- The other documents ---

TEST(Parse, ProcessAlone) {
  const auto process = parse_process(R"({"args":["ps"],"cwd":"/","user":{"uid":5}})");
  ASSERT_TRUE(process);
  EXPECT_EQ(process->user.uid, 5u);
  EXPECT_EQ(parse_process(R"({"args":[""],"cwd":"x"})").error().message(),
            "cwd: Cwd must be an absolute path, not 'x'");
  EXPECT_EQ(parse_process("{").error().message(),
            "line 1, column 2: expected a member's name in double quotes, found the end");
}

TEST(Parse, ResourcesAlone) {
  const auto resources = parse_resources(R"({"memory":{"limit":1048576},"pids":{"limit":10}})");
  ASSERT_TRUE(resources);
  EXPECT_EQ(resources->memory->limit, 1048576);
  EXPECT_EQ(resources->pids_limit, 10);
  EXPECT_EQ(parse_resources(R"({"cpu":{"idle":-1}})").error().message(),
            "cpu.idle: -1 is not between 0 and 1");
}

TEST(Parse, SeccompAlone) {
  const auto seccomp = parse_seccomp(R"({"defaultAction":"SCMP_ACT_KILL_PROCESS"})");
  ASSERT_TRUE(seccomp);
  EXPECT_EQ(seccomp->default_action.ret, SECCOMP_RET_KILL_PROCESS);
  EXPECT_EQ(parse_seccomp("{}").error().message(), "defaultAction: must be given");
}

}  // namespace
}  // namespace masu::spec
