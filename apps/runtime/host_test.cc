// SPDX-License-Identifier: Apache-2.0
#include "host.h"

#include "masu/json/value.h"

#include <gtest/gtest.h>

namespace masu::runtime {
namespace {

TEST(SystemName, IsThePrettyNameWithoutItsQuotes) {
  EXPECT_EQ(system_name("NAME=\"Debian\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"),
            "Debian GNU/Linux 12 (bookworm)");
  EXPECT_EQ(system_name("PRETTY_NAMES=no\nNAME=Alpine\n"), "Alpine");
  EXPECT_EQ(system_name("PRETTY_NAME='A \\$ in it'"), "A $ in it");
  EXPECT_EQ(system_name("PRETTY_NAME=\"\nID=x"), "\"");
  EXPECT_EQ(system_name(""), "");
}

TEST(CountCpus, OfAListOfTheKernels) {
  EXPECT_EQ(count_cpus("0\n"), 1u);
  EXPECT_EQ(count_cpus("0-3\n"), 4u);
  EXPECT_EQ(count_cpus("0-1,4,8-11"), 7u);
  EXPECT_EQ(count_cpus(""), 0u);
  EXPECT_EQ(count_cpus("3-1"), 0u);
  EXPECT_EQ(count_cpus("a-b"), 0u);
}

TEST(HostDocuments, SayTheSame) {
  Host host;
  host.kernel_release = "6.1.0";
  host.cores = 2;
  host.memory_bytes = std::uint64_t{4} << 30;
  host.cgroup_setup = cgroups::LayoutKind::v2;
  host.cgroup_mounts = {{"/sys/fs/cgroup", 2, {"cpu", "memory"}}};
  host.controllers = {{"cpu", 2, true}, {"hugetlb", 0, true}, {"memory", 2, false}};
  host.namespaces = {{"pid", true}, {"user", false}};

  const std::string text = host_text(host);
  for (const char* line :
       {"Kernel               6.1.0\n", "Memory               4096 MiB\n", "Cgroup setup         v2\n",
        "  v2                 /sys/fs/cgroup\n", "  hugetlb            not mounted\n",
        "  memory             disabled\n", "  user               disabled\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line << text;

  const auto document = json::Document::parse(host_json(host));
  ASSERT_TRUE(document) << document.error().message();
  const json::Value root = document->root();
  EXPECT_EQ(root.find("memory")->text(), "4294967296");
  EXPECT_EQ(root.find("cgroup")->find("setup")->text(), "v2");
  EXPECT_EQ(root.find("cgroup")->find("mounts")->size(), 1u);
  EXPECT_FALSE(root.find("namespaces")->find("user")->boolean());
}

TEST(ReadHost, KnowsThisMachine) {
  const Host host = read_host();
  EXPECT_FALSE(host.kernel_release.empty());
  EXPECT_GT(host.cores, 0u);
  EXPECT_GT(host.memory_bytes, 0u);
  EXPECT_EQ(host.namespaces.size(), 8u);
}

}  // namespace
}  // namespace masu::runtime
