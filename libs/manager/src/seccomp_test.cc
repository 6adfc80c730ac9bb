// SPDX-License-Identifier: Apache-2.0
#include "seccomp.h"

#include "capabilities.h"

#include <gtest/gtest.h>

#include <algorithm>

#include <linux/seccomp.h>

namespace masu::manager {
namespace {

// Whether a rule without conditions on arguments allows the call.
bool allows(const spec::Seccomp& profile, const std::string& call) {
  return std::ranges::any_of(profile.syscalls, [&](const spec::SeccompRule& rule) {
    return rule.action.ret == SECCOMP_RET_ALLOW && rule.args.empty() &&
           std::ranges::find(rule.names, call) != rule.names.end();
  });
}

TEST(Seccomp, TheDefaultProfileGoesByCapabilities) {
  const auto plain = choose_seccomp("", 0);
  ASSERT_TRUE(plain && *plain) << plain.error().message();
  EXPECT_TRUE(allows(**plain, "openat"));
  EXPECT_FALSE(allows(**plain, "kexec_load"));
  EXPECT_FALSE(allows(**plain, "bpf"));
  EXPECT_FALSE((*plain)->architectures.empty());
  const auto admin = choose_seccomp("", *capability_bit("SYS_ADMIN"));
  ASSERT_TRUE(admin && *admin);
  EXPECT_TRUE(allows(**admin, "bpf"));
}

TEST(Seccomp, UnconfinedIsNoFilter) { EXPECT_FALSE(choose_seccomp("unconfined", 0)->has_value()); }

TEST(Capabilities, NamesAsPeopleWriteThem) {
  EXPECT_EQ(*capability_bit("net_admin"), *capability_bit("CAP_NET_ADMIN"));
  EXPECT_FALSE(capability_bit("NO_SUCH"));
}

TEST(Capabilities, AddAndDrop) {
  const Facts facts{
      .cgroup_v2 = false, .in_user_namespace = false, .kernel_capabilities = ~std::uint64_t{0} >> 23};
  const auto bits = [&](Request request) { return choose_capabilities(request, facts, true)->effective; };
  const auto chown = *capability_bit("CHOWN"), admin = *capability_bit("NET_ADMIN");
  EXPECT_NE(bits({}) & chown, 0U);
  EXPECT_EQ(bits({}) & admin, 0U);
  Request request;
  request.cap_drop = {"chown"};
  EXPECT_EQ(bits(request) & chown, 0U);
  request.cap_drop = {"ALL"};
  EXPECT_EQ(bits(request), 0U);
  request.cap_add = {"NET_ADMIN"};
  EXPECT_EQ(bits(request), admin);
  request.cap_drop = {"CHOWN"};
  request.cap_add = {"ALL"};
  EXPECT_EQ(bits(request), facts.kernel_capabilities & ~chown);
}

}  // namespace
}  // namespace masu::manager
