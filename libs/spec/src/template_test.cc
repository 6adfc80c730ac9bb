// SPDX-License-Identifier: Apache-2.0
#include "masu/spec/template.h"

#include "masu/spec/names.h"
#include "masu/spec/parse.h"

#include <gtest/gtest.h>

namespace masu::spec {
namespace {

std::vector<std::string_view> namespace_names(const Config& config) {
  std::vector<std::string_view> names;
  for (const auto& entry : config.linux_.namespaces) names.push_back(find_name(namespaces(), entry.type));
  return names;
}

using Names = std::vector<std::string_view>;

TEST(Template, IsValidAndComesBackEqual) {
  for (const bool rootless : {false, true})
    for (const bool v2 : {false, true}) {
      const auto config = parse_config(default_config(rootless, 1000, 100, v2));
      ASSERT_TRUE(config) << config.error().message();
      EXPECT_TRUE(*config == make_default_config(rootless, 1000, 100, v2));
    }
}

TEST(Template, IsIndentedByTabs) {
  const std::string text = default_config(false, 0, 0, false);
  EXPECT_TRUE(
      text.starts_with("{\n\t\"ociVersion\": \"1.3.0\",\n\t\"process\": {\n\t\t\"terminal\": true,\n"))
      << text;
  EXPECT_TRUE(text.ends_with("\n\t}\n}\n"));
}

TEST(Template, OfRoot) {
  const Config config = make_default_config(false, 0, 0, false);
  EXPECT_EQ(config.hostname, "masu-runtime");
  EXPECT_TRUE(config.process->no_new_privileges);
  EXPECT_EQ(config.process->capabilities->bounding, 0x20000420u);
  EXPECT_EQ(config.process->capabilities->ambient, 0u);
  EXPECT_EQ(config.mounts.size(), 7u);
  EXPECT_EQ(namespace_names(config), (Names{"pid", "network", "ipc", "uts", "mount"}));
  EXPECT_EQ(config.linux_.resources->devices.size(), 1u);
  EXPECT_FALSE(config.linux_.resources->devices[0].allow);
}

TEST(Template, OfAHostWithCgroupV2) {
  EXPECT_EQ(namespace_names(make_default_config(false, 0, 0, true)),
            (Names{"pid", "network", "ipc", "uts", "mount", "cgroup"}));
}

TEST(Template, OfAUser) {
  const Config config = make_default_config(true, 1000, 100, true);
  EXPECT_EQ(namespace_names(config), (Names{"pid", "ipc", "uts", "mount", "cgroup", "user"}));
  EXPECT_EQ(config.linux_.uid_mappings, (std::vector<IdMapping>{{0, 1000, 1}}));
  EXPECT_EQ(config.linux_.gid_mappings, (std::vector<IdMapping>{{0, 100, 1}}));
  EXPECT_FALSE(config.linux_.resources);
  for (const auto& mount : config.mounts) {
    for (const auto& option : mount.options) EXPECT_FALSE(option.starts_with("gid=")) << mount.destination;
    EXPECT_EQ(mount.destination == "/sys", !mount.options.empty() && mount.options[0] == "rbind")
        << mount.destination;
  }
}

}  // namespace
}  // namespace masu::spec
