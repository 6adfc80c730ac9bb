// SPDX-License-Identifier: Apache-2.0
#include "masu/image/document.h"

#include <gtest/gtest.h>

#include <string>

namespace masu::image {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

std::string entry(const std::string& platform, char digit) {
  return R"({"mediaType": "x", "size": 1, "digest": "sha256:)" + std::string(64, digit) +
         R"(", "platform": )" + platform + "}";
}

TEST(Manifest, WhereElseABlobIs) {
  const auto parse = [](const std::string& more) {
    return Manifest::parse(R"({"schemaVersion": 2, "config": {"mediaType": "c", "size": 2, "digest": ")" +
                           kDigest + R"(", "data": "e30="}, "layers": [{"size": 1, "digest": ")" + kDigest +
                           "\"" + more + "}]}");
  };
  const std::string type = R"(, "mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip")";
  const auto manifest = parse(type + R"(, "urls": ["https://example.org/layer"])");
  ASSERT_TRUE(manifest) << manifest.error().message();
  EXPECT_EQ(manifest->config.data, "{}");
  EXPECT_FALSE(manifest->config.is_nondistributable());
  EXPECT_TRUE(manifest->layers[0].is_nondistributable());
  EXPECT_EQ(manifest->layers[0].urls, std::vector<std::string>{"https://example.org/layer"});
  const auto again = Manifest::parse(manifest->text());
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(again->layers[0].urls, manifest->layers[0].urls);
  EXPECT_NE(parse(R"(, "data": "no base64")").error().message().find("data"), std::string::npos);
  EXPECT_FALSE(parse(R"(, "urls": "https://example.org/layer")"));
}

TEST(Index, ThePlatformChooses) {
  const auto index =
      Index::parse(R"({"schemaVersion": 2, "manifests": [)" +
                   entry(R"({"os": "unknown", "architecture": "unknown"})", '0') + "," +
                   entry(R"({"os": "linux", "architecture": "arm", "variant": "v6"})", '1') + "," +
                   entry(R"({"os": "linux", "architecture": "arm", "variant": "v7"})", '2') + "," +
                   entry(R"({"os": "linux", "architecture": "arm64", "variant": "v8"})", '3') + "," +
                   entry(R"({"os": "linux", "architecture": "amd64"})", '4') + "]}");
  ASSERT_TRUE(index) << index.error().message();
  const auto chosen = [&](const char* platform) {
    const auto found = index->choose(*Platform::parse(platform));
    return found ? found->digest.hex().front() : '-';
  };
  EXPECT_EQ(chosen("linux/amd64"), '4');
  EXPECT_EQ(chosen("linux/arm64"), '3');
  EXPECT_EQ(chosen("linux/arm/v7"), '2');
  EXPECT_EQ(chosen("linux/arm/v6"), '1');
  EXPECT_EQ(chosen("linux/arm/v8"), '2');
  EXPECT_EQ(chosen("linux/s390x"), '-');
  EXPECT_NE(index->choose(*Platform::parse("linux/s390x")).error().message().find("linux/arm64/v8"),
            std::string::npos);
}

TEST(Manifest, DigestsAndSizesMustBeThere) {
  const std::string good =
      R"({"schemaVersion": 2, "config": {"digest": ")" + kDigest + R"(", "size": 2}, "layers": []})";
  EXPECT_TRUE(Manifest::parse(good));
  EXPECT_FALSE(Manifest::parse(R"({"schemaVersion": 1, "config": {}, "layers": []})"));
  EXPECT_FALSE(Manifest::parse(R"({"schemaVersion": 2, "layers": []})"));
  EXPECT_FALSE(Manifest::parse(R"({"config": {"digest": "sha256:../x", "size": 2}, "layers": []})"));
  EXPECT_FALSE(Manifest::parse(R"({"config": {"digest": ")" + kDigest + R"(", "size": -1}, "layers": []})"));
  EXPECT_FALSE(Manifest::parse("[]"));
}

TEST(Config, WhatAContainerBeginsWith) {
  const auto config = Config::parse(R"({"os": "linux", "architecture": "amd64",
    "config": {"Env": ["A=b"], "Cmd": ["sh"], "Entrypoint": null, "User": "u", "WorkingDir": "/w", "Labels": {"l": "v"},
               "ExposedPorts": {"80/tcp": {}}}, "rootfs": {"type": "layers", "diff_ids": [")" +
                                    kDigest + R"("]}})");
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_EQ(config->env, std::vector<std::string>{"A=b"});
  EXPECT_TRUE(config->entrypoint.empty());
  EXPECT_EQ(config->exposed_ports, std::vector<std::string>{"80/tcp"});
  EXPECT_EQ(config->diff_ids.front().text(), kDigest);
}

TEST(MediaType, OldDocumentsAreKnownByTheirMembers) {
  EXPECT_EQ(media_type_of(R"({"manifests": []})"), kOciIndex);
  EXPECT_EQ(media_type_of(R"({"layers": []})"), kOciManifest);
  EXPECT_EQ(media_type_of(R"({"mediaType": "x", "layers": []})"), "x");
  EXPECT_EQ(media_type_of("no json"), "");
}

}  // namespace
}  // namespace masu::image
