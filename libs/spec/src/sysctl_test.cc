// SPDX-License-Identifier: Apache-2.0
#include "masu/spec/sysctl.h"

#include "masu/spec/names.h"

#include <gtest/gtest.h>

namespace masu::spec {
namespace {

Config with_namespaces(std::initializer_list<std::string_view> names) {
  Config config;
  for (const auto name : names) config.linux_.namespaces.push_back({.type = *find_value(namespaces(), name)});
  return config;
}

std::string refusal(const Config& config, std::string_view key, std::string_view value = "1") {
  const auto result = check_sysctl(config, key, value);
  return result ? "accepted" : result.error().message();
}

TEST(Sysctl, FindsThePath) {
  EXPECT_EQ(sysctl_path("net.ipv4.ip_forward"), "net/ipv4/ip_forward");
  EXPECT_EQ(sysctl_path("net/ipv4/ip_forward"), "net/ipv4/ip_forward");
  EXPECT_EQ(sysctl_path("net.ipv4.conf.eth0/100.forwarding"), "net/ipv4/conf/eth0.100/forwarding");
  EXPECT_EQ(sysctl_path("net/ipv4/conf/eth0.100/forwarding"), "net/ipv4/conf/eth0.100/forwarding");
}

TEST(Sysctl, HasNoPathOutOfItsFolder) {
  for (const std::string_view key : {"", ".", "..", "/", "net..ipv4", "net/../../etc", "net/./x", "/net/x",
                                     "net/x/", ".net.x", "net.//.x"})
    EXPECT_EQ(sysctl_path(key), "") << key;
}

TEST(Sysctl, NeedsTheNamespaceOfTheParameter) {
  const std::pair<std::string_view, std::string_view> parameters[] = {
      {"ipc", "kernel.msgmax"},
      {"ipc", "kernel.msgmnb"},
      {"ipc", "kernel.msgmni"},
      {"ipc", "kernel.sem"},
      {"ipc", "kernel.shmall"},
      {"ipc", "kernel.shmmax"},
      {"ipc", "kernel.shmmni"},
      {"ipc", "kernel.shm_rmid_forced"},
      {"ipc", "fs.mqueue.msg_max"},
      {"network", "net.core.somaxconn"},
      {"network", "net/ipv4/conf/a.b/mtu"},
      {"user", "user.max_user_namespaces"},
      {"uts", "kernel.domainname"},
  };
  const auto none = with_namespaces({});
  const auto all_but = [](std::string_view left_out) {
    Config config;
    for (const auto& [name, flag] : namespaces())
      if (name != left_out) config.linux_.namespaces.push_back({.type = flag});
    return config;
  };
  for (const auto& [kind, key] : parameters) {
    SCOPED_TRACE(key);
    EXPECT_EQ(refusal(with_namespaces({kind}), key), "accepted");
    EXPECT_NE(refusal(none, key), "accepted");
    EXPECT_NE(refusal(all_but(kind), key), "accepted");
  }
  EXPECT_EQ(
      refusal(none, "net.core.somaxconn"),
      R"(linux.sysctl["net.core.somaxconn"]: needs a network namespace, and linux.namespaces has none)");
}

TEST(Sysctl, RefusesTheHosts) {
  const auto all = with_namespaces({"ipc", "network", "user", "uts", "mount", "pid", "time", "cgroup"});
  EXPECT_EQ(
      refusal(all, "vm.overcommit_memory"),
      R"(linux.sysctl["vm.overcommit_memory"]: sysctl 'vm.overcommit_memory' is not in a separate kernel namespace)");
  for (const std::string_view key : {"kernel.core_pattern", "kernel.shmmax2", "fs.mqueue", "net",
                                     "kernel.msgmax.x", "fs.file-max", "kernel/hostname"})
    EXPECT_NE(refusal(all, key), "accepted") << key;
  EXPECT_EQ(
      refusal(all, "net/../kernel/core_pattern"),
      R"(linux.sysctl["net/../kernel/core_pattern"]: 'net/../kernel/core_pattern' is not the name of a kernel parameter)");
}

TEST(Sysctl, HostnameHasAFieldOfItsOwn) {
  const auto result = check_sysctl(with_namespaces({"uts"}), "kernel.hostname", "x");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().path(), R"(linux.sysctl["kernel.hostname"])");
  EXPECT_NE(result.error().hint_text().find("hostname"), std::string::npos);
}

TEST(Sysctl, DomainnameMustAgreeWithTheField) {
  Config config = with_namespaces({"uts"});
  config.domainname = "a.org";
  EXPECT_EQ(refusal(config, "kernel.domainname", "a.org"), "accepted");
  EXPECT_EQ(refusal(config, "kernel.domainname", "b.org"),
            R"(linux.sysctl["kernel.domainname"]: 'b.org' differs from domainname 'a.org')");
}

}  // namespace
}  // namespace masu::spec
