// SPDX-License-Identifier: Apache-2.0
#include "challenge.h"

#include <gtest/gtest.h>

namespace masu::transfer {
namespace {

TEST(Challenge, BearerWithItsParts) {
  const Challenge found = parse_challenge(
      R"(Bearer realm="https://auth.example/token?x=1,2",service="registry, \"one\"",scope="repository:a/b:pull,push",error="insufficient_scope")");
  EXPECT_EQ(found.scheme, Challenge::Scheme::bearer);
  EXPECT_EQ(found.realm, "https://auth.example/token?x=1,2");
  EXPECT_EQ(found.service, "registry, \"one\"");
  EXPECT_EQ(found.scope, "repository:a/b:pull,push");
  EXPECT_EQ(found.error, "insufficient_scope");
}

TEST(Challenge, OthersAndDamagedOnes) {
  EXPECT_EQ(parse_challenge("basic realm=Registry").scheme, Challenge::Scheme::basic);
  EXPECT_EQ(parse_challenge("basic realm=Registry").realm, "Registry");
  EXPECT_EQ(parse_challenge("Negotiate").scheme, Challenge::Scheme::none);
  EXPECT_EQ(parse_challenge("").scheme, Challenge::Scheme::none);
  EXPECT_EQ(parse_challenge("Bearer realm=\"open").realm, "open");
  EXPECT_EQ(parse_challenge("Bearer ,,,=").scheme, Challenge::Scheme::bearer);
}

}  // namespace
}  // namespace masu::transfer
