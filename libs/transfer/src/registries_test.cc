// SPDX-License-Identifier: Apache-2.0
#include "masu/transfer/registries.h"

#include "masu/base/text.h"

#include <gtest/gtest.h>

namespace masu::transfer {
namespace {

Registries with(std::string_view text) {
  Registries out;
  const auto added = out.add(text);
  EXPECT_TRUE(added) << added.error().message();
  return out;
}

std::string resolved(const Registries& from, std::string_view name) {
  const auto names = from.resolve(name);
  if (!names) return names.error().message();
  std::string out;
  for (const image::Reference& each : *names) out += cat(out.empty() ? "" : " ", each.text());
  return out;
}

std::string asked(const Registries& from, std::string_view name) {
  const auto endpoints = from.endpoints(image::Reference::parse(name).value());
  if (!endpoints) return endpoints.error().message();
  std::string out;
  for (const Endpoint& each : *endpoints)
    out += cat(out.empty() ? "" : " ", each.name.text(), each.insecure ? "!" : "");
  return out;
}

TEST(Registries, WithoutAFileNamesAreDockers) {
  EXPECT_EQ(resolved(Registries(), "alpine"), "docker.io/library/alpine:latest");
  EXPECT_EQ(asked(Registries(), "alpine"), "docker.io/library/alpine:latest");
}

TEST(Registries, ShortNamesAreSearchedOrAliases) {
  const Registries conf = with(R"(
unqualified-search-registries = ["quay.io", "docker.io"]
[aliases]
"tools" = "example.com/team/tools"
)");
  EXPECT_EQ(resolved(conf, "app:2"), "quay.io/app:2 docker.io/library/app:2");
  EXPECT_EQ(resolved(conf, "tools:3"), "example.com/team/tools:3");
  EXPECT_EQ(resolved(conf, "tools"), "example.com/team/tools:latest");
  EXPECT_EQ(resolved(conf, "localhost/app"), "localhost/app:latest");
  EXPECT_EQ(resolved(conf, "host:5000/app"), "host:5000/app:latest");
}

TEST(Registries, EnforcingRefusesToGuess) {
  const Registries conf = with(R"(
unqualified-search-registries = ["quay.io", "docker.io"]
short-name-mode = "enforcing"
)");
  EXPECT_NE(resolved(conf, "app").find("may be any of quay.io/app:latest, docker.io/library/app:latest"),
            std::string::npos);
}

TEST(Registries, TheLongestPrefixCounts) {
  const Registries conf = with(R"(
[[registry]]
location = "example.com"
insecure = true
[[registry]]
prefix = "example.com/team"
location = "other.org:5000/mirror/team"
[[registry.mirror]]
location = "near.org/team"
insecure = true
[[registry.mirror]]
location = "digests.org/team"
pull-from-mirror = "digest-only"
[[registry]]
prefix = "*.bad.org"
blocked = true
)");
  EXPECT_EQ(asked(conf, "example.com/a"), "example.com/a:latest!");
  EXPECT_EQ(asked(conf, "example.com/team/a:1"), "near.org/team/a:1! other.org:5000/mirror/team/a:1");
  EXPECT_EQ(asked(conf, "example.com/teams/a:1"), "example.com/teams/a:1!");
  EXPECT_EQ(asked(conf, "very.bad.org/a"), "registry *.bad.org is blocked");
  EXPECT_EQ(asked(conf, "bad.org/a"), "bad.org/a:latest");
  const std::string digest = cat("@sha256:", std::string(64, 'a'));
  EXPECT_EQ(asked(conf, cat("example.com/team/a", digest)),
            cat("near.org/team/a", digest, "! digests.org/team/a", digest, " other.org:5000/mirror/team/a",
                digest));
}

TEST(Registries, ALaterFileCountsMore) {
  Registries conf = with(
      "unqualified-search-registries = [\"a.org\"]\n[[registry]]\nlocation = \"a.org\"\nblocked = true\n");
  ASSERT_TRUE(conf.add("[[registry]]\nlocation = \"a.org\"\n"));
  EXPECT_EQ(asked(conf, "a.org/x"), "a.org/x:latest");
  EXPECT_EQ(resolved(conf, "x"), "a.org/x:latest");
}

TEST(Registries, WhatIsWrongIsSaidWithItsLine) {
  const auto message = [](std::string_view text) {
    Registries conf;
    const auto added = conf.add(text);
    return added ? std::string() : added.error().message();
  };
  EXPECT_EQ(message("\nshort-name-mode = 3\n"), "line 2: short-name-mode: expected a string");
  EXPECT_EQ(message("[[registry]]\ninsecure = true\n"), "line 1: [[registry]]: neither prefix nor location");
  EXPECT_NE(message("unqualified = [").find("line 1"), std::string::npos);
  EXPECT_NE(message("[registries.search]\nregistries = ['a']\n").find("version 1"), std::string::npos);
  EXPECT_NE(message("short-name-mode = 'maybe'").find("expected enforcing"), std::string::npos);
}

}  // namespace
}  // namespace masu::transfer
