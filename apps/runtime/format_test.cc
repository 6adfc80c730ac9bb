// SPDX-License-Identifier: Apache-2.0
#include "format.h"

#include <gtest/gtest.h>

namespace masu::runtime {
namespace {

container::State web() {
  container::State state;
  state.oci_version = "1.3.0";
  state.id = "web";
  state.status = container::Status::running;
  state.pid = 4711;
  state.bundle = "/bundles/web";
  state.rootfs = "/bundles/web/rootfs";
  state.created = "2026-11-22T10:21:00.123456789Z";
  return state;
}

TEST(StateJson, MembersAndIndentAreRuncs) {
  auto state = web();
  state.annotations = {{"org.example/a", "1"}};
  EXPECT_EQ(state_json(state),
            "{\n"
            "  \"ociVersion\": \"1.3.0\",\n"
            "  \"id\": \"web\",\n"
            "  \"pid\": 4711,\n"
            "  \"status\": \"running\",\n"
            "  \"bundle\": \"/bundles/web\",\n"
            "  \"rootfs\": \"/bundles/web/rootfs\",\n"
            "  \"created\": \"2026-11-22T10:21:00.123456789Z\",\n"
            "  \"annotations\": {\n"
            "    \"org.example/a\": \"1\"\n"
            "  },\n"
            "  \"owner\": \"root\"\n"
            "}\n");
}

TEST(StateJson, NoAnnotationsMember) { EXPECT_EQ(state_json(web()).find("annotations"), std::string::npos); }

TEST(List, AsJson) {
  EXPECT_EQ(list_json({}), "[]\n");
  const std::string text = list_json({web(), web()});
  EXPECT_TRUE(
      text.starts_with("[{\"ociVersion\":\"1.3.0\",\"id\":\"web\",\"pid\":4711,\"status\":\"running\","))
      << text;
  EXPECT_TRUE(text.ends_with("}]\n")) << text;
  EXPECT_EQ(text.find('\n'), text.size() - 1);
}

TEST(List, AsTableAndIds) {
  EXPECT_EQ(list_table({web()}),
            "ID    PID    STATUS    BUNDLE         CREATED                          OWNER\n"
            "web   4711   running   /bundles/web   2026-11-22T10:21:00.123456789Z   root\n");
  EXPECT_EQ(list_ids({web(), web()}), "web\nweb\n");
  EXPECT_EQ(list_ids({}), "");
}

TEST(Owner, IsANameOrANumber) {
  EXPECT_EQ(user_name(0), "root");
  EXPECT_EQ(user_name(4123456789), "#4123456789");
}

TEST(Ps, AsJson) {
  EXPECT_EQ(pids_json({}), "[]\n");
  EXPECT_EQ(pids_json({1, 22}), "[1,22]\n");
}

TEST(Ps, TheTableHasOurRowsAlone) {
  EXPECT_EQ(filter_process_table("UID     PID PPID CMD\n"
                                 "root      1    0 init\n"
                                 "root     22    1 sleep 1\n"
                                 "root      2    0 22\n",
                                 {22}),
            "UID     PID PPID CMD\n"
            "root     22    1 sleep 1\n");
}

TEST(Ps, ThreadsBelongToTheProcessAboveThem) {
  EXPECT_EQ(filter_process_table("  PID TTY CMD\n  22 ? sleep\n   - ? -\n  23 ? sh\n   - ? -\n", {22}),
            "  PID TTY CMD\n  22 ? sleep\n   - ? -\n");
}

TEST(Ps, WithoutAPidColumnItIsAnError) {
  const auto table = filter_process_table("UID CMD\nroot init\n", {1});
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().kind(), Kind::usage);
  EXPECT_FALSE(filter_process_table("", {1}));
}

}  // namespace
}  // namespace masu::runtime
