// SPDX-License-Identifier: Apache-2.0
#include "masu/image/reference.h"

#include <gtest/gtest.h>

#include <string>

namespace masu::image {
namespace {

std::string full(std::string_view text) {
  const auto name = Reference::parse(text);
  return name ? name->text() : "refused";
}

TEST(Reference, ShortNamesAreDockersOwn) {
  EXPECT_EQ(full("alpine"), "docker.io/library/alpine:latest");
  EXPECT_EQ(full("alpine:3.20"), "docker.io/library/alpine:3.20");
  EXPECT_EQ(full("grafana/loki"), "docker.io/grafana/loki:latest");
  EXPECT_EQ(full("index.docker.io/library/alpine"), "docker.io/library/alpine:latest");
}

TEST(Reference, AFirstPartWithDotOrColonIsARegistry) {
  EXPECT_EQ(full("quay.io/a/b"), "quay.io/a/b:latest");
  EXPECT_EQ(full("localhost/a"), "localhost/a:latest");
  EXPECT_EQ(full("127.0.0.1:5000/a:v1"), "127.0.0.1:5000/a:v1");
  EXPECT_EQ(full("[::1]:5000/a"), "[::1]:5000/a:latest");
  EXPECT_EQ(full("host/a"), "docker.io/host/a:latest");
}

TEST(Reference, ADigestNeedsNoTag) {
  const std::string digest = "sha256:" + std::string(64, 'a');
  EXPECT_EQ(full("a@" + digest), "docker.io/library/a@" + digest);
  EXPECT_EQ(full("a:v1@" + digest), "docker.io/library/a:v1@" + digest);
}

TEST(Reference, FamiliarIsWhatPeopleWrite) {
  EXPECT_EQ(Reference::parse("docker.io/library/a:1")->familiar(), "a:1");
  EXPECT_EQ(Reference::parse("docker.io/b/a")->familiar(), "b/a:latest");
  EXPECT_EQ(Reference::parse("quay.io/b/a")->familiar(), "quay.io/b/a:latest");
}

TEST(Reference, RefusesWhatIsNoName) {
  for (const std::string& text :
       {std::string(), std::string("A"), std::string("a/"), std::string("/a"), std::string("a:"),
        std::string("a:-x"), std::string("a..b"), std::string("a_"), std::string("../a"),
        std::string("a/../b"), std::string("a%b"), std::string("a b"), std::string("a@sha256:12"),
        std::string("a@md5:") + std::string(32, 'a'), std::string("x.y:port/a"), "a:" + std::string(129, 'x'),
        std::string(300, 'a'), std::string("a\nb")})
    EXPECT_EQ(full(text), "refused") << text;
}

TEST(Digest, IsLowerHexOfItsLength) {
  EXPECT_TRUE(Digest::parse("sha256:" + std::string(64, '0')));
  EXPECT_TRUE(Digest::parse("sha512:" + std::string(128, 'f')));
  EXPECT_FALSE(Digest::parse("sha256:" + std::string(64, 'A')));
  EXPECT_FALSE(Digest::parse("sha256:" + std::string(63, '0')));
  EXPECT_FALSE(Digest::parse("sha256:../../etc/passwd"));
}

}  // namespace
}  // namespace masu::image
