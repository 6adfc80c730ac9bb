// SPDX-License-Identifier: Apache-2.0
#include "auth_file.h"

#include <gtest/gtest.h>

namespace masu::transfer {
namespace {

constexpr std::string_view kText =
    R"({"auths": {"a.org": {"auth": "dTpw"}, "https://index.docker.io/v1/": {"auth": "eDp5"}},
  "credHelpers": {"h.org": "own"}, "psFormat": "table {{.ID}}", "n": 1.50})";

TEST(AuthFile, AnEntryIsAddedAndTheRestStays) {
  const Credentials who{.user = "me", .password = "se:cret", .identity_token = {}};
  const auto text = with_entry(kText, "b.org", &who);
  ASSERT_TRUE(text) << text.error().message();
  EXPECT_EQ(parse_credentials(*text, "b.org/x")->password, "se:cret");
  EXPECT_EQ(parse_credentials(*text, "a.org/x")->user, "u");
  EXPECT_EQ(parse_credentials(*text, "docker.io/library/x")->user, "x");
  EXPECT_NE(text->find("\"psFormat\": \"table {{.ID}}\""), std::string::npos);
  EXPECT_NE(text->find("1.50"), std::string::npos);
}

TEST(AuthFile, AnEntryTakesThePlaceOfOneUnderAnotherSpelling) {
  const Credentials who{.user = "me", .password = "p", .identity_token = {}};
  const auto text = with_entry(kText, "docker.io", &who);
  ASSERT_TRUE(text);
  EXPECT_EQ(text->find("index.docker.io"), std::string::npos);
  EXPECT_EQ(parse_credentials(*text, "docker.io/library/x")->user, "me");
}

TEST(AuthFile, AnEntryIsTakenOut) {
  const auto text = without_entry(kText, "a.org");
  ASSERT_TRUE(text && *text);
  EXPECT_TRUE(parse_credentials(**text, "a.org/x")->empty());
  EXPECT_EQ(parse_credentials(**text, "docker.io/x")->user, "x");
  EXPECT_EQ(without_entry(kText, "c.org").value(), std::nullopt);
  EXPECT_TRUE(parse_credentials(*without_all(kText), "docker.io/x")->empty());
}

TEST(AuthFile, AnEmptyFileIsABeginning) {
  const Credentials who{.user = "me", .password = "p", .identity_token = {}};
  EXPECT_EQ(parse_credentials(*with_entry("", "a.org", &who), "a.org/x")->user, "me");
}

TEST(AuthFile, HelpersAreNamedForOneOrForAll) {
  EXPECT_EQ(parse_helpers(kText, "h.org")->own, "own");
  EXPECT_EQ(parse_helpers(kText, "a.org")->own, "");
  EXPECT_EQ(parse_helpers(R"({"credsStore": "all"})", "a.org")->common, "all");
  EXPECT_FALSE(ask_helper("../evil", "a.org"));
  EXPECT_FALSE(ask_helper("no-such-helper-here", "a.org"));
}

TEST(AuthFile, WhatIsDamagedIsNotReplaced) {
  EXPECT_FALSE(with_entry("{", "a.org", nullptr));
  EXPECT_FALSE(with_entry("[]", "a.org", nullptr));
  EXPECT_FALSE(with_entry(R"({"auths": 3})", "a.org", nullptr));
}

}  // namespace
}  // namespace masu::transfer
