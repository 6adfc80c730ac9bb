// SPDX-License-Identifier: Apache-2.0
#include "masu/spec/unsupported.h"

#include "masu/spec/parse.h"
#include "masu/spec/template.h"

#include <gtest/gtest.h>

namespace masu::spec {
namespace {

constexpr std::string_view kNothing = "accepted";

std::string refused(std::string_view members) {
  const auto config =
      parse_config(std::string(R"({"ociVersion":"1.0.2","root":{"path":"r"},)").append(members).append("}"));
  EXPECT_TRUE(config) << config.error().message();
  const auto result = refuse_unsupported(*config);
  if (result) return std::string(kNothing);
  EXPECT_EQ(result.error().kind(), Kind::unsupported);
  return result.error().message();
}

TEST(Unsupported, RefusesEachByItsPath) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"("process":{"args":["a"],"cwd":"/","apparmorProfile":"p"})", "process.apparmorProfile"},
      {R"("process":{"args":["a"],"cwd":"/","selinuxLabel":"l"})", "process.selinuxLabel"},
      {R"("process":{"args":["a"],"cwd":"/","scheduler":{"policy":"SCHED_OTHER"}})", "process.scheduler"},
      {R"("process":{"args":["a"],"cwd":"/","ioPriority":{"class":"IOPRIO_CLASS_BE"}})",
       "process.ioPriority"},
      {R"("process":{"args":["a"],"cwd":"/","execCPUAffinity":{"final":"0"}})", "process.execCPUAffinity"},
      {R"("mounts":[{"destination":"/a"},{"destination":"/b","options":["bind","idmap"]}])",
       "mounts[1].options"},
      {R"("mounts":[{"destination":"/b","options":["ridmap"]}])", "mounts[0].options"},
      {R"("mounts":[{"destination":"/b","uidMappings":[{"containerID":0,"hostID":0,"size":1}],)"
       R"("gidMappings":[{"containerID":0,"hostID":0,"size":1}]}])",
       "mounts[0].uidMappings"},
      {R"("linux":{"namespaces":[{"type":"network"}],"netDevices":{"eth0":{}}})", "linux.netDevices"},
      {R"("linux":{"intelRdt":{}})", "linux.intelRdt"},
      {R"("linux":{"memoryPolicy":{"mode":"MPOL_LOCAL"}})", "linux.memoryPolicy"},
      {R"("linux":{"mountLabel":"l"})", "linux.mountLabel"},
      {R"("linux":{"personality":{"domain":"LINUX32"}})", "linux.personality"},
  };
  for (const auto& [members, path] : cases)
    EXPECT_EQ(refused(members), std::string("not supported yet [").append(path).append("]"));
}

// As Docker writes them into every container.
TEST(Unsupported, AcceptsWhatAsksForNothing) {
  for (
      const std::string_view members : {
          R"("process":{"args":["a"],"cwd":"/","apparmorProfile":"unconfined"})",
          R"("process":{"args":["a"],"cwd":"/","apparmorProfile":"","selinuxLabel":"","execCPUAffinity":{}})",
          R"("linux":{"mountLabel":"","personality":{"domain":"LINUX"},"netDevices":{}})",
          R"("linux":{"resources":{"blockIO":{"weight":10},"network":{"classID":1},"rdma":{"x":{"hcaHandles":1}}}})",
          R"("linux":{"resources":{"memory":{"limit":1},"cpu":{"shares":2,"cpus":"0"},"pids":{"limit":1},)"
          R"("devices":[{"allow":false,"access":"rwm"}],"unified":{"memory.high":"1"}}})",
      })
    EXPECT_EQ(refused(members), kNothing) << members;
}

TEST(Unsupported, AcceptsTheTemplates) {
  EXPECT_TRUE(refuse_unsupported(make_default_config(false, 0, 0, true)));
  EXPECT_TRUE(refuse_unsupported(make_default_config(true, 1000, 1000, false)));
}

TEST(Unsupported, LooksAtPartsAlone) {
  EXPECT_EQ(refuse_unsupported(Process{.selinux_label = "l"}).error().path(), "selinuxLabel");
  EXPECT_TRUE(refuse_unsupported(Process{}));
}

}  // namespace
}  // namespace masu::spec
