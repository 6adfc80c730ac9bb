// SPDX-License-Identifier: Apache-2.0
#include "trace.h"

#include "failure.h"
#include "masu/json/reader.h"
#include "test_support.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace masu::container {
namespace {

struct Event {
  std::string name;
  std::string ph;
  int tid = 0;
};

// The file as a whole must be JSON; the events come in its order.
std::vector<Event> read_events(const std::string& path) {
  std::vector<Event> events;
  const auto document = json::Document::parse(test::read_text(path));
  EXPECT_TRUE(document) << test::read_text(path);
  if (!document) return events;
  const auto read = [](json::Reader list, std::vector<Event>& out) -> Result<> {
    for (const json::Value element : list.value().elements()) {
      Event event;
      const json::Reader in = list.at(element);
      for (const auto& got :
           {in.require("name", event.name), in.require("ph", event.ph), in.require("tid", event.tid)})
        EXPECT_TRUE(got);
      out.push_back(event);
    }
    return {};
  };
  EXPECT_TRUE(json::Reader(*document).require("traceEvents", events, read));
  return events;
}

// The value behind each `key`, as text: "ts" and "dur" are decimals, which the reader has no type for.
std::vector<double> numbers(const std::string& text, const std::string& key) {
  std::vector<double> values;
  const std::string mark = "\"" + key + "\":";
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1))
    values.push_back(std::stod(text.substr(at + mark.size())));
  return values;
}

class TraceTest : public testing::Test {
 protected:
  Context context() {
    Context context;
    context.trace_file = root_.path("trace");
    context.started_ns = 1'000'000'000'123'456'789;
    return context;
  }
  test::TemporaryDirectory root_;
};

TEST_F(TraceTest, OffMeansNoFile) {
  Trace trace{Context()};
  trace.step("config");
  EXPECT_TRUE(trace.write(nullptr));
  EXPECT_TRUE(test::read_text(root_.path("trace")).empty());
}

TEST_F(TraceTest, StepsOfTheParentInOrder) {
  Trace trace(context());
  trace.step("config");
  trace.step("clone");
  ASSERT_TRUE(trace.write(nullptr));
  const auto events = read_events(root_.path("trace"));
  ASSERT_EQ(events.size(), 5u);
  EXPECT_EQ(events[0].ph, "M");
  EXPECT_EQ(events[1].ph, "M");
  EXPECT_EQ(events[2].name, "command_line");
  EXPECT_EQ(events[3].name, "config");
  EXPECT_EQ(events[4].name, "clone");
  for (std::size_t i = 2; i < events.size(); ++i) EXPECT_EQ(events[i].ph, "X");
  const std::string text = test::read_text(root_.path("trace"));
  EXPECT_NE(text.find("\"ts\":1000000000123456.789"), std::string::npos)
      << text;  // the command's first instruction
  const auto starts = numbers(text, "ts");
  const auto durations = numbers(text, "dur");
  ASSERT_EQ(starts.size(), 3u);
  EXPECT_TRUE(std::ranges::is_sorted(starts));
  for (const double duration : durations) EXPECT_GE(duration, 0);
}

TEST_F(TraceTest, StepsOfTheChildByTheirTime) {
  Trace trace(context());
  Progress progress;
  const auto reach = [&](Step step, std::int64_t at) { progress.reached[static_cast<unsigned>(step)] = at; };
  reach(Step::start, 1'000'000'000);
  reach(Step::mount, 1'000'000'005);         // before the cgroups in the enumeration's order …
  reach(Step::join_cgroups, 1'000'000'002);  // … but after them in time
  reach(Step::exec, 1'000'002'000);
  ASSERT_TRUE(trace.write(&progress));
  std::vector<std::string> names;
  for (const auto& event : read_events(root_.path("trace")))
    if (event.tid == 2 && event.ph == "X") names.push_back(event.name);
  EXPECT_EQ(names, (std::vector<std::string>{"start", "join_cgroups", "mount", "exec"}));
  const std::string text = test::read_text(root_.path("trace"));
  EXPECT_NE(text.find("\"ts\":1000000.002,\"dur\":0.003"), std::string::npos) << text;
}

TEST_F(TraceTest, AFileThatCannotBeWrittenIsAnError) {
  Context nowhere = context();
  nowhere.trace_file = root_.path("missing/trace");
  Trace trace(nowhere);
  EXPECT_FALSE(trace.write(nullptr));
}

TEST_F(TraceTest, AnOldFileIsReplaced) {
  test::write_text(root_.path("trace"), std::string(100'000, 'x'));
  Trace trace(context());
  ASSERT_TRUE(trace.write(nullptr));
  EXPECT_EQ(read_events(root_.path("trace")).size(), 3u);
}

}  // namespace
}  // namespace masu::container
