// SPDX-License-Identifier: Apache-2.0
//
// Changes every value of a complete config.json in turn, so that no member can be forgotten by the reader:
// absent, of another type, with a NUL, out of range, of no meaning. Each refusal must name the very place.
#include "masu/base/text.h"
#include "masu/spec/parse.h"
#include "mutate.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

namespace masu::spec {
namespace {

// Objects whose keys are the user's.
bool is_map(std::string_view path) {
  return path == "annotations" || path == "linux.sysctl" || path == "linux.timeOffsets" ||
         path == "linux.netDevices" || path == "linux.resources.rdma" || path == "linux.resources.unified";
}
std::string_view parent(std::string_view path) {
  if (path.ends_with(']')) return path.substr(0, path.find("[\""));
  const auto dot = path.rfind('.');
  return dot == std::string_view::npos ? "" : path.substr(0, dot);
}

TEST(Mutation, TheFullConfigItselfIsAccepted) { ASSERT_TRUE(parse_config(kFullConfig)); }

TEST(Mutation, RefusesEveryValueOfAWrongType) {
  int count = 0;
  walk(full_document().root(), false, [&](json::Value value, bool) {
    const std::string path = full_document().path(value);
    SCOPED_TRACE(path);
    for (const std::string_view wrong : {"null", "true", "1", "1.5", "\"x\"", "[]", "{}"}) {
      const auto other = *json::Document::parse(wrong);
      const bool integer_wanted = value.is(json::Type::number) && wrong == "1.5";
      if (other.root().type() == value.type() && !integer_wanted) continue;
      if (wrong == "null") continue;  // counts as absent
      const auto config = parse_config(with(value, wrong));
      ASSERT_FALSE(config) << wrong;
      EXPECT_EQ(config.error().path(), path);
      EXPECT_NE(config.error().message().find("expected "), std::string::npos) << config.error().message();
      ++count;
    }
  });
  EXPECT_GT(count, 1500);
}

TEST(Mutation, RefusesNulInEveryString) {
  walk(full_document().root(), false, [&](json::Value value, bool) {
    if (!value.is(json::Type::string)) return;
    SCOPED_TRACE(full_document().path(value));
    std::string replacement;
    text::append_json_string(replacement, value.text());
    replacement.insert(replacement.size() - 1, "\\u0000");
    const auto config = parse_config(with(value, replacement));
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().path(), full_document().path(value));
  });
}

// Which members may be absent, and that each of the others arrives in the struct.
TEST(Mutation, StoresEveryMemberAndKnowsWhichAreRequired) {
  const auto full = parse_config(kFullConfig);
  std::set<std::string> required;
  walk(full_document().root(), false, [&](json::Value value, bool member) {
    if (!member) return;
    const std::string path = full_document().path(value);
    const auto config = parse_config(with(value, ""));
    const auto null = parse_config(with(value, "null"));
    if (!config) {
      EXPECT_FALSE(null) << path;
      required.insert(path);
    } else if (is_map(parent(path))) {
      EXPECT_FALSE(null) << path;
    } else {
      EXPECT_TRUE(null == *config) << path;
      // The wildcard -1 is the one value that means its absence.
      EXPECT_EQ(*config == *full, path == "linux.resources.devices[2].minor") << path << " is not stored";
    }
  });
  const std::set<std::string> expected = {
      "ociVersion",
      "linux",
      "root",
      "root.path",
      "process.args",
      "process.cwd",
      "process.consoleSize.height",
      "process.consoleSize.width",
      "process.rlimits[0].type",
      "process.rlimits[0].soft",
      "process.rlimits[0].hard",
      "process.rlimits[1].type",
      "process.rlimits[1].soft",
      "process.rlimits[1].hard",
      "process.scheduler.policy",
      "process.ioPriority.class",
      "mounts[0].destination",
      "mounts[1].destination",
      "mounts[1].uidMappings",
      "mounts[1].gidMappings",
      "mounts[1].uidMappings[0].containerID",
      "mounts[1].uidMappings[0].hostID",
      "mounts[1].uidMappings[0].size",
      "mounts[1].gidMappings[0].containerID",
      "mounts[1].gidMappings[0].hostID",
      "mounts[1].gidMappings[0].size",
      "hooks.prestart[0].path",
      "hooks.createRuntime[0].path",
      "hooks.createContainer[0].path",
      "hooks.startContainer[0].path",
      "hooks.poststart[0].path",
      "hooks.poststop[0].path",
      "linux.namespaces",
      "linux.namespaces[0].type",
      "linux.namespaces[1].type",
      "linux.namespaces[2].type",
      "linux.namespaces[3].type",
      "linux.namespaces[4].type",
      "linux.namespaces[5].type",
      "linux.namespaces[6].type",
      "linux.namespaces[7].type",
      "linux.uidMappings",
      "linux.uidMappings[0].containerID",
      "linux.uidMappings[0].hostID",
      "linux.uidMappings[0].size",
      "linux.gidMappings",
      "linux.gidMappings[0].containerID",
      "linux.gidMappings[0].hostID",
      "linux.gidMappings[0].size",
      "linux.devices[0].type",
      "linux.devices[0].path",
      "linux.devices[0].major",
      "linux.devices[0].minor",
      "linux.devices[1].type",
      "linux.devices[1].path",
      "linux.devices[1].major",
      "linux.devices[1].minor",
      "linux.devices[2].type",
      "linux.devices[2].path",
      "linux.devices[2].major",
      "linux.devices[2].minor",
      "linux.devices[3].type",
      "linux.devices[3].path",
      "linux.resources.devices[0].allow",
      "linux.resources.devices[0].access",
      "linux.resources.devices[1].allow",
      "linux.resources.devices[1].access",
      "linux.resources.devices[2].allow",
      "linux.resources.devices[2].access",
      "linux.resources.blockIO.weightDevice[0].major",
      "linux.resources.blockIO.weightDevice[0].minor",
      "linux.resources.blockIO.throttleReadBpsDevice[0].major",
      "linux.resources.blockIO.throttleReadBpsDevice[0].minor",
      "linux.resources.blockIO.throttleReadBpsDevice[0].rate",
      "linux.resources.blockIO.throttleWriteBpsDevice[0].major",
      "linux.resources.blockIO.throttleWriteBpsDevice[0].minor",
      "linux.resources.blockIO.throttleWriteBpsDevice[0].rate",
      "linux.resources.blockIO.throttleReadIOPSDevice[0].major",
      "linux.resources.blockIO.throttleReadIOPSDevice[0].minor",
      "linux.resources.blockIO.throttleReadIOPSDevice[0].rate",
      "linux.resources.blockIO.throttleWriteIOPSDevice[0].major",
      "linux.resources.blockIO.throttleWriteIOPSDevice[0].minor",
      "linux.resources.blockIO.throttleWriteIOPSDevice[0].rate",
      "linux.resources.hugepageLimits[0].pageSize",
      "linux.resources.hugepageLimits[0].limit",
      "linux.resources.hugepageLimits[1].pageSize",
      "linux.resources.hugepageLimits[1].limit",
      "linux.resources.network.priorities[0].name",
      "linux.resources.network.priorities[0].priority",
      "linux.resources.rdma.mlx4_0.hcaObjects",
      "linux.memoryPolicy.mode",
      "linux.memoryPolicy.nodes",
      "linux.seccomp.defaultAction",
      "linux.seccomp.listenerPath",
      "linux.seccomp.syscalls[0].names",
      "linux.seccomp.syscalls[0].action",
      "linux.seccomp.syscalls[1].names",
      "linux.seccomp.syscalls[1].action",
      "linux.seccomp.syscalls[1].args[0].index",
      "linux.seccomp.syscalls[1].args[0].value",
      "linux.seccomp.syscalls[1].args[0].op",
      "linux.seccomp.syscalls[2].names",
      "linux.seccomp.syscalls[2].action",
      "linux.personality.domain",
  };
  for (const auto& path : required) EXPECT_TRUE(expected.contains(path)) << path << " may not be absent";
  for (const auto& path : expected) EXPECT_TRUE(required.contains(path)) << path << " may be absent";
}

TEST(Mutation, IgnoresUnknownMembersEverywhere) {
  const auto full = parse_config(kFullConfig);
  walk(full_document().root(), false, [&](json::Value value, bool) {
    const std::string path = full_document().path(value);
    const std::set<std::string> maps = {"annotations",          "linux.sysctl",
                                        "linux.timeOffsets",    "linux.netDevices",
                                        "linux.resources.rdma", "linux.resources.unified"};
    if (!value.is(json::Type::object) || maps.contains(path)) return;
    std::string object;
    json::Writer out(object);
    rewrite(out, value, nullptr, "");
    object.insert(1,
                  value.size() == 0 ? R"("x-unknown":[{"deep":null}])" : R"("x-unknown":[{"deep":null}],)");
    if (value.node() != full_document().root().node()) object = with(value, object);
    EXPECT_TRUE(parse_config(object) == *full) << path;
  });
}

// --- Wrong values ---

// "linux.devices[3].path" → "linux.devices[].path", "linux.timeOffsets.boottime.secs" →
// "linux.timeOffsets.*.secs".
std::string pattern_of(std::string_view path) {
  constexpr std::string_view kMaps[] = {"annotations",          "linux.sysctl",
                                        "linux.timeOffsets",    "linux.netDevices",
                                        "linux.resources.rdma", "linux.resources.unified"};
  for (const auto map : kMaps) {
    if (!path.starts_with(map) || path.size() == map.size()) continue;
    const auto key = path.substr(map.size());
    const auto end = key.starts_with("[\"") ? key.find("\"]") + 2 : std::min(key.find('.', 1), key.size());
    return cat(map, ".*", key.substr(end));
  }
  std::string pattern;
  bool index = false;
  for (const char c : path) {
    if (!index || c == ']') pattern += c;
    if (c == '[' || c == ']') index = c == '[';
  }
  return pattern;
}

constexpr auto kNotAbsolute = {R"("relative")", R"("")"};
constexpr auto kEmpty = {R"("")"};
constexpr auto kUnknown = {R"("unknown")", R"("")"};
constexpr auto kNoId = {"-1", "4294967296"};
constexpr auto kNegative = {"-1"};
constexpr auto kBelowMinusOne = {"-2", "-9223372036854775808"};
constexpr auto kNoMajor = {"-1", "4096"};
constexpr auto kNoMinor = {"-1", "1048576"};
constexpr auto kNoWeight = {"1", "9", "1001", "65536", "-1"};
constexpr auto kNoList = {R"("1-")", R"("3-1")", R"("a")", R"(",")", R"("0-7:2/1")", R"("4294967296")"};
constexpr auto kNoEntry = {R"("NAME")", R"("=value")", R"("")"};
constexpr auto kNothing = {"[]"};
constexpr auto kLongName = {R"("12345678901234567890123456789012345678901234567890123456789012345")"};
constexpr auto kNoInterface = {R"("a/b")", R"("sixteen_letters_")", R"("a b")", R"("..")"};

// Per member: values of the right type that must be refused, with that member's path.
const std::map<std::string, std::vector<const char*>, std::less<>>& wrong_values() {
  static const std::map<std::string, std::vector<const char*>, std::less<>> table = {
      {"ociVersion", kEmpty},
      {"root.path", kEmpty},
      {"hostname", kLongName},
      {"domainname", kLongName},
      {"process.consoleSize.height", {"-1", "65536"}},
      {"process.consoleSize.width", {"-1", "65536"}},
      {"process.user.uid", kNoId},
      {"process.user.gid", kNoId},
      {"process.user.umask", {"-1", "512"}},
      {"process.user.additionalGids[]", kNoId},
      {"process.args", kNothing},
      {"process.env[]", kNoEntry},
      {"process.cwd", kNotAbsolute},
      {"process.rlimits[].type", kUnknown},
      {"process.rlimits[].soft", kNegative},
      {"process.rlimits[].hard", kNegative},
      {"process.oomScoreAdj", {"-1001", "1001"}},
      {"process.scheduler.policy", kUnknown},
      {"process.scheduler.flags[]", kUnknown},
      {"process.scheduler.runtime", kNegative},
      {"process.scheduler.deadline", kNegative},
      {"process.scheduler.period", kNegative},
      {"process.ioPriority.class", kUnknown},
      {"process.ioPriority.priority", {"-1", "8"}},
      {"process.execCPUAffinity.initial", kNoList},
      {"process.execCPUAffinity.final", kNoList},
      {"mounts[].destination", kEmpty},
      {"mounts[].uidMappings[].containerID", kNoId},
      {"mounts[].uidMappings[].hostID", kNoId},
      {"mounts[].uidMappings[].size", {"0", "-1", "4294967296", "4294967295"}},
      {"mounts[].gidMappings[].containerID", kNoId},
      {"mounts[].gidMappings[].hostID", kNoId},
      {"mounts[].gidMappings[].size", {"0", "-1", "4294967296", "4294967295"}},
      {"hooks.prestart[].path", kNotAbsolute},
      {"hooks.prestart[].env[]", kNoEntry},
      {"hooks.prestart[].timeout", {"0", "-1", "2147483648"}},
      {"hooks.createRuntime[].path", kNotAbsolute},
      {"hooks.createContainer[].path", kNotAbsolute},
      {"hooks.startContainer[].path", kNotAbsolute},
      {"hooks.poststart[].path", kNotAbsolute},
      {"hooks.poststop[].path", kNotAbsolute},
      {"linux.namespaces[].type", {R"("net")", R"("")", R"("PID")"}},
      {"linux.namespaces[].path", {R"("proc/1/ns/net")"}},
      {"linux.uidMappings[].containerID", kNoId},
      {"linux.uidMappings[].hostID", kNoId},
      {"linux.uidMappings[].size", {"0", "-1", "4294967296", "4294967295"}},
      {"linux.gidMappings[].containerID", kNoId},
      {"linux.gidMappings[].hostID", kNoId},
      {"linux.gidMappings[].size", {"0", "-1", "4294967296", "4294967295"}},
      {"linux.timeOffsets.*.nanosecs", {"-1", "1000000000"}},
      {"linux.devices[].type", {R"("a")", R"("")", R"("cc")"}},
      {"linux.devices[].path", kEmpty},
      {"linux.devices[].major", kNoMajor},
      {"linux.devices[].minor", kNoMinor},
      {"linux.devices[].fileMode", kNoId},
      {"linux.devices[].uid", kNoId},
      {"linux.devices[].gid", kNoId},
      {"linux.netDevices.*.name", kNoInterface},
      {"linux.resources.devices[].type", {R"("p")", R"("u")", R"("")"}},
      {"linux.resources.devices[].major", {"-2", "4096"}},
      {"linux.resources.devices[].minor", {"-2", "1048576"}},
      {"linux.resources.devices[].access", {R"("")", R"("rx")", R"("RW")"}},
      {"linux.resources.memory.limit", kBelowMinusOne},
      {"linux.resources.memory.reservation", kBelowMinusOne},
      {"linux.resources.memory.swap", kBelowMinusOne},
      {"linux.resources.memory.kernel", kBelowMinusOne},
      {"linux.resources.memory.kernelTCP", kBelowMinusOne},
      {"linux.resources.memory.swappiness", {"-1", "201"}},
      {"linux.resources.cpu.shares", kNegative},
      {"linux.resources.cpu.burst", kNegative},
      {"linux.resources.cpu.period", kNegative},
      {"linux.resources.cpu.realtimePeriod", kNegative},
      {"linux.resources.cpu.cpus", kNoList},
      {"linux.resources.cpu.mems", kNoList},
      {"linux.resources.cpu.idle", {"-1", "2"}},
      {"linux.resources.pids.limit", kBelowMinusOne},
      {"linux.resources.blockIO.weight", kNoWeight},
      {"linux.resources.blockIO.leafWeight", kNoWeight},
      {"linux.resources.blockIO.weightDevice[].major", kNoMajor},
      {"linux.resources.blockIO.weightDevice[].minor", kNoMinor},
      {"linux.resources.blockIO.weightDevice[].weight", kNoWeight},
      {"linux.resources.blockIO.weightDevice[].leafWeight", kNoWeight},
      {"linux.resources.blockIO.throttleReadBpsDevice[].major", kNoMajor},
      {"linux.resources.blockIO.throttleReadBpsDevice[].minor", kNoMinor},
      {"linux.resources.blockIO.throttleReadBpsDevice[].rate", kNegative},
      {"linux.resources.blockIO.throttleWriteBpsDevice[].major", kNoMajor},
      {"linux.resources.blockIO.throttleWriteBpsDevice[].minor", kNoMinor},
      {"linux.resources.blockIO.throttleWriteBpsDevice[].rate", kNegative},
      {"linux.resources.blockIO.throttleReadIOPSDevice[].major", kNoMajor},
      {"linux.resources.blockIO.throttleReadIOPSDevice[].minor", kNoMinor},
      {"linux.resources.blockIO.throttleReadIOPSDevice[].rate", kNegative},
      {"linux.resources.blockIO.throttleWriteIOPSDevice[].major", kNoMajor},
      {"linux.resources.blockIO.throttleWriteIOPSDevice[].minor", kNoMinor},
      {"linux.resources.blockIO.throttleWriteIOPSDevice[].rate", kNegative},
      {"linux.resources.hugepageLimits[].pageSize",
       {R"("")", R"("2M")", R"("0MB")", R"("../2MB")", R"("2MB/")"}},
      {"linux.resources.hugepageLimits[].limit", kNegative},
      {"linux.resources.network.classID", kNoId},
      {"linux.resources.network.priorities[].name", kNoInterface},
      {"linux.resources.network.priorities[].priority", kNoId},
      {"linux.resources.rdma.*.hcaHandles", kNoId},
      {"linux.resources.rdma.*.hcaObjects", kNoId},
      {"linux.intelRdt.closID", {R"("..")", R"(".")", R"("a/b")"}},
      {"linux.memoryPolicy.mode", kUnknown},
      {"linux.memoryPolicy.nodes", kNoList},
      {"linux.memoryPolicy.flags[]", kUnknown},
      {"linux.seccomp.defaultAction", {R"("SCMP_ACT_NOTIFY")", R"("ALLOW")", R"("")"}},
      {"linux.seccomp.defaultErrnoRet", {"-1", "4096"}},
      {"linux.seccomp.architectures[]", kUnknown},
      {"linux.seccomp.flags[]", kUnknown},
      {"linux.seccomp.syscalls[].names", kNothing},
      {"linux.seccomp.syscalls[].names[]", kEmpty},
      {"linux.seccomp.syscalls[].action", kUnknown},
      {"linux.seccomp.syscalls[].errnoRet", {"-1", "65536"}},
      {"linux.seccomp.syscalls[].args[].index", {"-1", "6"}},
      {"linux.seccomp.syscalls[].args[].value", kNegative},
      {"linux.seccomp.syscalls[].args[].valueTwo", kNegative},
      {"linux.seccomp.syscalls[].args[].op", kUnknown},
      {"linux.rootfsPropagation", {R"("bound")"}},
      {"linux.maskedPaths[]", kNotAbsolute},
      {"linux.readonlyPaths[]", kNotAbsolute},
      {"linux.personality.domain", kUnknown},
  };
  return table;
}

// Strings and numbers of which any is right here: opaque text, what the plan or the kernel judges, and names
// of capabilities, which the spec wants to be warned about.
const std::set<std::string, std::less<>>& free_members() {
  static const std::set<std::string, std::less<>> members = {
      "annotations.*",
      "process.args[]",
      "process.capabilities.bounding[]",
      "process.capabilities.effective[]",
      "process.capabilities.inheritable[]",
      "process.capabilities.permitted[]",
      "process.capabilities.ambient[]",
      "process.apparmorProfile",
      "process.selinuxLabel",
      "mounts[].type",
      "mounts[].source",
      "mounts[].options[]",
      "hooks.prestart[].args[]",
      "linux.timeOffsets.*.secs",
      "linux.cgroupsPath",
      "linux.resources.cpu.quota",
      "linux.resources.cpu.realtimeRuntime",
      "linux.resources.unified.*",
      "linux.intelRdt.schemata[]",
      "linux.intelRdt.l3CacheSchema",
      "linux.intelRdt.memBwSchema",
      "linux.sysctl.*",
      "linux.seccomp.listenerPath",
      "linux.seccomp.listenerMetadata",
      "linux.mountLabel",
  };
  return members;
}

// One of the documents that have a reader: a part of the full config, and the path of that part.
struct Part {
  json::Value root;
  std::string prefix;  ///< with its dot
  std::function<std::optional<Error>(std::string_view)> refusal;
};
template <class T>
std::function<std::optional<Error>(std::string_view)> refusal_by(Result<T> (*parse)(std::string_view)) {
  return [parse](std::string_view text) -> std::optional<Error> {
    auto parsed = parse(text);
    if (parsed) return std::nullopt;
    return std::move(parsed).error();
  };
}
std::vector<Part> parts() {
  const json::Value root = full_document().root();
  const json::Value linux_ = *root.find("linux");
  return {{root, "", refusal_by(parse_config)},
          {*root.find("process"), "process.", refusal_by(parse_process)},
          {*linux_.find("resources"), "linux.resources.", refusal_by(parse_resources)},
          {*linux_.find("seccomp"), "linux.seccomp.", refusal_by(parse_seccomp)}};
}

// `wrong` in place of `value` is refused, by the value's own path within the document.
void expect_refused_at(const Part& part, json::Value value, std::string_view wrong) {
  const std::string path = full_document().path(value).substr(part.prefix.size());
  const auto error = part.refusal(with(value, wrong, part.root));
  ASSERT_TRUE(error) << path << " = " << wrong << " is accepted";
  EXPECT_EQ(error->path(), path) << wrong << ": " << error->message();
  EXPECT_TRUE(error->message().starts_with(path + ": ")) << error->message();
}

TEST(Mutation, RefusesEveryValueThatIsOutOfRangeOrHasNoMeaning) {
  std::set<std::string> seen;
  for (const auto& part : parts()) {
    walk(part.root, false, [&](json::Value value, bool) {
      const std::string path = full_document().path(value);
      const auto found = wrong_values().find(pattern_of(path));
      if (found == wrong_values().end()) {
        const bool leaf = value.is(json::Type::string) || value.is(json::Type::number);
        EXPECT_TRUE(!leaf || free_members().contains(pattern_of(path)))
            << pattern_of(path) << " is in no table";
        return;
      }
      seen.insert(found->first);
      for (const auto* wrong : found->second) expect_refused_at(part, value, wrong);
    });
  }
  for (const auto& [pattern, values] : wrong_values()) EXPECT_TRUE(seen.contains(pattern)) << pattern;
}

TEST(Mutation, RefusesNumbersThatNoIntegerHolds) {
  for (const auto& part : parts())
    walk(part.root, false, [&](json::Value value, bool) {
      if (!value.is(json::Type::number)) return;
      for (const auto* wrong : {"18446744073709551616", "-9223372036854775809", "1e30", "0.5"})
        expect_refused_at(part, value, wrong);
    });
}

TEST(Mutation, DocumentsAloneRefuseEveryValueOfAWrongType) {
  for (const auto& part : parts())
    walk(part.root, false, [&](json::Value value, bool) {
      if (value.node() == part.root.node()) return;
      for (const std::string_view wrong : {"true", "1", "\"x\"", "[]", "{}"})
        if (json::Document::parse(wrong)->root().type() != value.type())
          expect_refused_at(part, value, wrong);
    });
}

}  // namespace
}  // namespace masu::spec
