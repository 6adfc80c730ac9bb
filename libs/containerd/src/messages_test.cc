// SPDX-License-Identifier: Apache-2.0
#include "messages.h"

#include "masu/protobuf/wire.h"

#include <gtest/gtest.h>

namespace masu::containerd {
namespace {

using namespace std::string_literals;

// "1='c1' 6=42": fields in order; messages within messages in braces.
std::string spell(std::string_view bytes, std::string_view messages = "") {
  std::string text;
  protobuf::Reader in(bytes);
  while (in.next().value_or(false)) {
    const std::string field = std::to_string(in.field());
    text += (text.empty() ? "" : " ") + field + "=";
    if ((" " + std::string(messages) + " ").find(" " + field + " ") != std::string::npos)
      text += "{" + spell(in.bytes()) + "}";
    else
      text += in.bytes().empty() ? std::to_string(in.number()) : "'" + std::string(in.bytes()) + "'";
  }
  return text;
}

// In the order that generated code writes: id, bundle, rootfs, terminal, stdin, stdout, options.
constexpr const char kCreate[] =
    "\x0a\x02"
    "c1"
    "\x12\x02/b"
    "\x1a\x15\x0a\x04"
    "bind"
    "\x12\x02/s"
    "\x22\x05rbind"
    "\x22\x02ro"
    "\x20\x01"
    "\x2a\x03/in"
    "\x32\x04/out"
    "\x52\x25\x0a\x1a"
    "containerd.runc.v1.Options"
    "\x12\x07\x3a\x03/rr"
    "\x48\x01";

TEST(ParseCreate, ReadsWhatContainerdWrites) {
  const auto request = parse_create(std::string(kCreate, sizeof kCreate - 1));
  ASSERT_TRUE(request) << request.error().message();
  EXPECT_EQ(request->id, "c1");
  EXPECT_EQ(request->bundle, "/b");
  ASSERT_EQ(request->rootfs.size(), 1u);
  EXPECT_EQ(request->rootfs[0].type, "bind");
  EXPECT_EQ(request->rootfs[0].source, "/s");
  EXPECT_EQ(request->rootfs[0].options, (std::vector<std::string>{"rbind", "ro"}));
  EXPECT_TRUE(request->stdio.terminal);
  EXPECT_EQ(request->stdio.in, "/in");
  EXPECT_EQ(request->stdio.out, "/out");
  EXPECT_EQ(request->stdio.err, "");
  const auto options = parse_runtime_options(request->options);
  ASSERT_TRUE(options) << options.error().message();
  EXPECT_EQ(options->root, "/rr");
  EXPECT_TRUE(options->systemd_cgroup);
}

TEST(ParseRuntimeOptions, RefusesThoseOfAnotherRuntime) {
  EXPECT_TRUE(parse_runtime_options({}));
  EXPECT_TRUE(parse_runtime_options({"containerd.runc.v1.Options", ""}));
  const auto refused = parse_runtime_options({"runtimeoptions.v1.Options", ""});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), Kind::unsupported);
}

TEST(ParseAny, TakesATypeWithItsUrl) {
  const auto any = parse_any("\x0a\x19types.containerd.io/a.b.C\x12\x01x");
  ASSERT_TRUE(any);
  EXPECT_EQ(any->type, "a.b.C");
  EXPECT_EQ(any->value, "x");
}

TEST(ParseKill, RefusesWhatIsNoSignal) {
  EXPECT_EQ(parse_kill("\x0a\x01x\x18\x0f\x20\x01"s).value().signal, 15);
  EXPECT_FALSE(parse_kill("\x0a\x01x\x18\x80\x02"s));
}

TEST(ParseResize, RefusesWhatIsNoSize) {
  EXPECT_EQ(parse_resize("\x0a\x01x\x18\x50\x20\x18"s).value().width, 80);
  EXPECT_FALSE(parse_resize("\x18\x80\x80\x04"s));
}

TEST(Messages, ThatAreCutOffAreRefused) {
  const std::string whole(kCreate, sizeof kCreate - 1);
  EXPECT_FALSE(parse_create(whole.substr(0, whole.size() - 1)));
  EXPECT_FALSE(parse_create("\x1a\x02\x0a\x05"s));  // within a mount
  EXPECT_FALSE(parse_exec("\x3a\x02\x0a\x05"s));
}

TEST(Encode, StateHasItsFields) {
  StateAnswer answer;
  answer.id = "c1";
  answer.bundle = "/b";
  answer.pid = 42;
  answer.status = Status::stopped;
  answer.stdio = {"/i", "/o", "/e", true};
  answer.exit_status = 137;
  answer.exited_at = 1'500'000'001;
  answer.exec_id = "e1";
  EXPECT_EQ(spell(encode(answer), "10"),
            "1='c1' 2='/b' 3=42 4=3 5='/i' 6='/o' 7='/e' 8=1 9=137 10={1=1 2=500000001} 11='e1'");
}

TEST(Encode, OfAProcessThatHasNotEndedThereIsNoTime) {
  EXPECT_EQ(spell(encode_wait(0, 0)), "");
  EXPECT_EQ(spell(encode_delete(42, 0, 1'000'000'000), "3"), "1=42 3={1=1}");
}

TEST(Encode, NamesTheProcessThatWasExecuted) {
  EXPECT_EQ(encode(std::vector<ProcessInfo>{{7, ""}}), "\x0a\x02\x08\x07");
  const std::string exec = encode(std::vector<ProcessInfo>{{7, "e1"}});
  EXPECT_NE(exec.find("containerd.runc.v1.ProcessDetails"), std::string::npos);
  EXPECT_NE(exec.find("e1"), std::string::npos);
}

TEST(Events, HaveTheirTopicsTypesAndFields) {
  const Event exit = exit_event("c1", "e1", 42, 9, 1'000'000'000);
  EXPECT_EQ(exit.topic, "/tasks/exit");
  EXPECT_EQ(exit.message.type, "containerd.events.TaskExit");
  EXPECT_EQ(spell(exit.message.value, "5"), "1='c1' 2='e1' 3=42 4=9 5={1=1}");
  EXPECT_EQ(spell(delete_event("c1", 42, 9, 1'000'000'000).message.value, "4"), "1='c1' 2=42 3=9 4={1=1}");
  EXPECT_EQ(oom_event("c1").topic, "/tasks/oom");
  EXPECT_EQ(exec_added_event("c1", "e1").message.type, "containerd.events.TaskExecAdded");
  CreateRequest request;
  request.id = "c1";
  request.bundle = "/b";
  request.stdio = {"/i", "", "", true};
  EXPECT_EQ(spell(create_event(request, 42).message.value, "4"), "1='c1' 2='/b' 4={1='/i' 4=1} 6=42");
}

TEST(EncodeForward, IsAnEnvelope) {
  const std::string text = encode_forward(oom_event("c1"), "ns", 2'000'000'000);
  protobuf::Reader in(text);
  ASSERT_TRUE(in.next().value_or(false));
  EXPECT_EQ(spell(in.bytes(), "1 4"),
            "1={1=2} 2='ns' 3='/tasks/oom' 4={1='containerd.events.TaskOOM' 2='\x0a\x02"
            "c1'}");
}

}  // namespace
}  // namespace masu::containerd
