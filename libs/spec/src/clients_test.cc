// SPDX-License-Identifier: Apache-2.0
//
// The documents that Docker, containerd and Podman write are read whole and come back equal. The time is
// printed, not judged: `spec_test --gtest_filter='Clients.*'` of a release build is the benchmark.
#include "masu/spec/parse.h"
#include "masu/spec/write.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

namespace masu::spec {
namespace {

std::string contents(const std::string& name) {
  std::ifstream file(MASU_TEST_SUPPORT "/" + name);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Clients, ConfigsAreReadAndComeBackEqual) {
  for (const char* name : {"docker.json", "docker-time.json", "containerd.json", "podman.json"}) {
    const auto config = parse_config(contents(std::string("configs/") + name));
    ASSERT_TRUE(config) << name << ": " << config.error().message();
    EXPECT_TRUE(parse_config(to_json(*config)) == *config) << name;
    EXPECT_TRUE(config->linux_.seccomp) << name;
  }
}

TEST(Clients, SeccompProfilesAreReadAndComeBackEqual) {
  for (const char* client : {"docker", "podman"})
    for (const char* machine : {"amd64", "arm64", "s390x"}) {
      const std::string name = std::string("profiles/") + client + "-" + machine + ".json";
      const auto seccomp = parse_seccomp(contents(name));
      ASSERT_TRUE(seccomp) << name << ": " << seccomp.error().message();
      EXPECT_TRUE(parse_seccomp(to_json(*seccomp)) == *seccomp) << name;
    }
}

TEST(Clients, TimeToReadDockersConfig) {
  const std::string text = contents("configs/docker.json");
  auto best = std::chrono::nanoseconds::max();
  for (int i = 0; i < 200; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const auto config = parse_config(text);
    best = std::min<std::chrono::nanoseconds>(best, std::chrono::steady_clock::now() - start);
    ASSERT_TRUE(config);
  }
  std::printf("[ measured ] %zu bytes read and checked in %.1f µs at best\n", text.size(),
              static_cast<double>(best.count()) / 1000);
}

}  // namespace
}  // namespace masu::spec
