// SPDX-License-Identifier: Apache-2.0
#include "masu/manager/events.h"

#include "masu/shim/event_log.h"
#include "masu/store/tree.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include <fcntl.h>

namespace masu::manager {
namespace {

TEST(EventsTest, OursAreReadAsTheyWereWritten) {
  std::string root = testing::TempDir() + "events-XXXXXX";
  ASSERT_NE(mkdtemp(root.data()), nullptr);
  const Place place{.root = root, .state = {}, .shim = {}, .runtime = {}, .self = {}};
  Request request;
  request.id = "abc";
  request.name = "web";
  request.image = "busybox";
  request.labels = {{"tier", "front"}};
  record_event(place, request, "rename", {{"oldName", "old"}});
  auto reader = shim::EventReader::open(event_folder(place));
  ASSERT_TRUE(reader);
  std::string line;
  ASSERT_TRUE(*reader->next(line));
  const auto event = parse_event(line);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->action, "rename");
  EXPECT_EQ(event->attributes,
            (std::map<std::string, std::string>{
                {"image", "busybox"}, {"name", "web"}, {"oldName", "old"}, {"tier", "front"}}));
  EXPECT_TRUE(
      to_line(*event).ends_with(" container rename abc (image=busybox, name=web, oldName=old, tier=front)"));
  EXPECT_TRUE(store::remove_tree(AT_FDCWD, root.c_str()));
}

TEST(EventsTest, TheShimsHaveDockersNames) {
  const auto die = parse_event(
      R"({"time":"2026-11-27T10:00:00.5Z","container":"abc","event":"exited","pid":7,"exitStatus":3})");
  ASSERT_TRUE(die);
  EXPECT_EQ(die->action, "die");
  EXPECT_EQ(die->attributes.at("exitCode"), "3");
  EXPECT_EQ(die->time % 1'000'000'000, 500'000'000);
  EXPECT_NE(to_json(*die).find(R"("Action":"die","Actor":{"ID":"abc")"), std::string::npos);
  const auto health =
      parse_event(R"({"time":"2026-11-27T10:00:00Z","container":"abc","event":"health","status":"healthy"})");
  ASSERT_TRUE(health);
  EXPECT_EQ(health->action, "health_status: healthy");
}

TEST(EventsTest, OthersAreLeftOut) {
  for (const char* line : {"", "{", "[]", "{}", R"({"time":"x","container":"a","event":"exited"})",
                           R"({"time":"2026-11-27T10:00:00Z","container":"abc","event":"recovered"})",
                           R"({"time":"2026-11-27T10:00:00Z","type":"container","action":"x"})"})
    EXPECT_FALSE(parse_event(line)) << line;
}

}  // namespace
}  // namespace masu::manager
