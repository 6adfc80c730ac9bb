// SPDX-License-Identifier: Apache-2.0
#include "masu/transfer/policy.h"

#include <gtest/gtest.h>

namespace masu::transfer {
namespace {

std::string verdict(std::string_view policy, std::string_view name) {
  const auto reference = image::Reference::parse(name).value();
  const auto checked = check_policy(policy, "docker", &reference);
  return checked ? "taken" : checked.error().message();
}

constexpr std::string_view kPolicy = R"({
  "default": [{"type": "reject"}],
  "transports": {
    "docker": {
      "docker.io": [{"type": "insecureAcceptAnything"}],
      "docker.io/library/bad": [{"type": "reject"}],
      "quay.io/team": [{"type": "insecureAcceptAnything"}],
      "signed.org": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/k"}],
      "both.org": [{"type": "insecureAcceptAnything"}, {"type": "sigstoreSigned"}],
      "*.example.com": [{"type": "insecureAcceptAnything"}],
      "empty.org": []
    },
    "oci": {"": [{"type": "insecureAcceptAnything"}]}
  }})";

TEST(Policy, TheNarrowestScopeCounts) {
  EXPECT_EQ(verdict(kPolicy, "alpine"), "taken");
  EXPECT_NE(verdict(kPolicy, "bad:2").find("refuses images for docker.io/library/bad"), std::string::npos);
  EXPECT_EQ(verdict(kPolicy, "quay.io/team/app"), "taken");
  EXPECT_NE(verdict(kPolicy, "quay.io/other/app").find("refuses images by default"), std::string::npos);
  EXPECT_EQ(verdict(kPolicy, "a.b.example.com:5000/x"), "taken");
}

TEST(Policy, WhatCannotBeCheckedIsRefused) {
  EXPECT_NE(verdict(kPolicy, "signed.org/x").find("signedBy"), std::string::npos);
  EXPECT_NE(verdict(kPolicy, "both.org/x").find("sigstoreSigned"), std::string::npos);
  EXPECT_NE(verdict(kPolicy, "empty.org/x").find("may not be empty"), std::string::npos);
}

TEST(Policy, OtherTransportsAndDamage) {
  EXPECT_TRUE(check_policy(kPolicy, "oci", nullptr));
  EXPECT_FALSE(check_policy(kPolicy, "docker-archive", nullptr));
  EXPECT_EQ(verdict("", "x"), "taken");
  EXPECT_NE(verdict("{}", "x"), "taken");
  EXPECT_NE(verdict("[]", "x"), "taken");
  EXPECT_NE(verdict("{", "x"), "taken");
  EXPECT_NE(verdict(R"({"default":[{"type":"more"}]})", "x"), "taken");
}

}  // namespace
}  // namespace masu::transfer
