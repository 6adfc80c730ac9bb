// SPDX-License-Identifier: Apache-2.0
#include "masu/image/changes.h"

#include <gtest/gtest.h>

namespace masu::image {
namespace {

using Strings = std::vector<std::string>;

Config changed(std::initializer_list<std::string_view> lines) {
  Config out;
  for (const std::string_view line : lines) {
    const auto applied = apply_change(out, line);
    EXPECT_TRUE(applied) << applied.error().message();
  }
  return out;
}

TEST(Changes, CommandsAreListsOrForAShell) {
  const Config config = changed({R"(CMD ["a", "b c"])", "entrypoint run it"});
  EXPECT_EQ(config.cmd, (Strings{"a", "b c"}));
  EXPECT_EQ(config.entrypoint, (Strings{"/bin/sh", "-c", "run it"}));
  EXPECT_EQ(changed({"CMD=/bin/sh"}).cmd, (Strings{"/bin/sh", "-c", "/bin/sh"}));
}

TEST(Changes, PairsInEveryForm) {
  const Config config =
      changed({"ENV A=1 B='x y'", "ENV A=2", "ENV C some words", R"(LABEL "a.b"=c d="e f")"});
  EXPECT_EQ(config.env, (Strings{"A=2", "B=x y", "C=some words"}));
  EXPECT_EQ(config.labels.at("a.b"), "c");
  EXPECT_EQ(config.labels.at("d"), "e f");
}

TEST(Changes, TheRest) {
  const Config config = changed({"EXPOSE 80 53/udp", "VOLUME [\"/a\", \"/b\"]", "VOLUME /c", "USER me:us",
                                 "WORKDIR /w", "STOPSIGNAL SIGINT", "ONBUILD RUN x"});
  EXPECT_EQ(config.exposed_ports, (Strings{"80/tcp", "53/udp"}));
  EXPECT_EQ(config.volumes, (Strings{"/a", "/b", "/c"}));
  EXPECT_EQ(config.user, "me:us");
  EXPECT_EQ(config.working_dir, "/w");
  EXPECT_EQ(config.stop_signal, "SIGINT");
  EXPECT_EQ(config.on_build, Strings{"RUN x"});
}

TEST(Changes, Healthchecks) {
  const Config config = changed({"HEALTHCHECK --interval=1m30s --retries=5 CMD curl -f x"});
  ASSERT_TRUE(config.healthcheck);
  EXPECT_EQ(config.healthcheck->test, (Strings{"CMD-SHELL", "curl -f x"}));
  EXPECT_EQ(config.healthcheck->interval_ns, 90'000'000'000);
  EXPECT_EQ(config.healthcheck->retries, 5);
  EXPECT_EQ(changed({R"(HEALTHCHECK CMD ["a"])"}).healthcheck->test, (Strings{"CMD", "a"}));
  EXPECT_EQ(changed({"HEALTHCHECK NONE"}).healthcheck->test, Strings{"NONE"});
}

TEST(Changes, WhatIsNoneIsRefused) {
  Config config;
  for (const std::string_view line :
       {"", "CMD", "RUN x", "ENV", "ENV A", "LABEL =x", "ENV A='x", "HEALTHCHECK x",
        "HEALTHCHECK --interval=x CMD y", "HEALTHCHECK --more=1s CMD y"})
    EXPECT_FALSE(apply_change(config, line)) << line;
}

TEST(Changes, AConfigurationIsReadAsItIsWritten) {
  Config config = changed(
      {"CMD [\"a\"]", "ENV A=1", "LABEL b=c", "EXPOSE 80", "VOLUME /v", "HEALTHCHECK --timeout=2s CMD x"});
  config.platform = Platform::host();
  config.created = "2026-11-27T00:00:00Z";
  config.diff_ids.push_back(Digest::sha256(std::string(64, 'a')));
  config.history.push_back({.created = config.created, .created_by = "x", .author = "me", .comment = "y"});
  const auto again = Config::parse(config.text());
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(again->text(), config.text());
  EXPECT_EQ(again->healthcheck->timeout_ns, 2'000'000'000);
  EXPECT_EQ(again->history.front().comment, "y");
}

}  // namespace
}  // namespace masu::image
