// SPDX-License-Identifier: Apache-2.0
#include "masu/transfer/credentials.h"

#include <gtest/gtest.h>

namespace masu::transfer {
namespace {

constexpr std::string_view kFile = R"({"auths": {
  "quay.io": {"auth": "aG9zdDpwdw=="},
  "quay.io/team": {"auth": "dGVhbTpwOncx"},
  "https://index.docker.io/v1/": {"auth": "aHViOnB3", "identitytoken": "token"},
  "broken.example": {"auth": "!"}}})";

std::string user(std::string_view repository) {
  const auto found = parse_credentials(kFile, repository);
  return found ? found->user + "/" + found->password : "refused";
}

TEST(Credentials, TheLongestKeyThatFits) {
  EXPECT_EQ(user("quay.io/other/image"), "host/pw");
  EXPECT_EQ(user("quay.io/team/image"), "team/p:w1");
  EXPECT_EQ(user("quay.io/teams/image"), "host/pw");
  EXPECT_EQ(user("elsewhere.example/a"), "/");
}

TEST(Credentials, DockersKeyIsItsUrl) {
  EXPECT_EQ(user("docker.io/library/a"), "hub/pw");
  EXPECT_EQ(parse_credentials(kFile, "docker.io/library/a")->identity_token, "token");
}

TEST(Credentials, WhatIsDamagedIsRefused) {
  EXPECT_EQ(user("broken.example/a"), "refused");
  EXPECT_FALSE(parse_credentials("[", "a"));
  EXPECT_TRUE(parse_credentials("{}", "a")->empty());
}

}  // namespace
}  // namespace masu::transfer
