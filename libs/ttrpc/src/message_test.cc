// SPDX-License-Identifier: Apache-2.0
#include "masu/ttrpc/message.h"

#include <gtest/gtest.h>

namespace masu::ttrpc {
namespace {

using namespace std::string_literals;

TEST(Request, IsReadAsItWasWritten) {
  const Request request{
      .service = "a.b", .method = "Do", .payload = "\x01\x00\xff"s, .timeout_ns = 5'000'000'000};
  const auto read = parse_request(encode(request));
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->service, request.service);
  EXPECT_EQ(read->method, request.method);
  EXPECT_EQ(read->payload, request.payload);
  EXPECT_EQ(read->timeout_ns, request.timeout_ns);
}

TEST(Request, OfTheGoClientIsRead) {  // with metadata, which nobody here asks for
  const auto read = parse_request(
      "\x0a\x17"
      "containerd.task.v2.Task"
      "\x12\x05State"
      "\x1a\x04\x0a\x02"
      "c1"
      "\x20\x80\x94\xeb\xdc\x03"
      "\x2a\x06\x0a\x01k\x12\x01v"s);
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->service, "containerd.task.v2.Task");
  EXPECT_EQ(read->method, "State");
  EXPECT_EQ(read->payload,
            "\x0a\x02"
            "c1");
  EXPECT_EQ(read->timeout_ns, 1'000'000'000);
}

TEST(Response, HasAStatusOnlyWhenItFailed) {
  EXPECT_EQ(encode(Response{.payload = "x"}), "\x12\x01x");
  EXPECT_EQ(encode(Response{}), "");
  EXPECT_EQ(encode(Response{.code = Code::not_found, .message = "no"}), "\x0a\x06\x08\x05\x12\x02no");
  const auto read = parse_response("\x0a\x06\x08\x05\x12\x02no");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->code, Code::not_found);
  EXPECT_EQ(read->message, "no");
}

TEST(Messages, ThatAreCutOffAreRefused) {
  EXPECT_FALSE(
      parse_request("\x0a\x17"
                    "containerd"));
  EXPECT_FALSE(parse_response("\x0a\x06\x08\x05"));
  EXPECT_FALSE(parse_response("\x0a\x01\x08"));  // within the status
}

TEST(CodeOf, IsWhatContainerdTellsApart) {
  EXPECT_EQ(code_of(Kind::not_found), Code::not_found);
  EXPECT_EQ(code_of(Kind::exists), Code::already_exists);
  EXPECT_EQ(code_of(Kind::invalid_state), Code::failed_precondition);
  EXPECT_EQ(code_of(Kind::unsupported), Code::unimplemented);
  EXPECT_EQ(code_of(Kind::system), Code::unknown);
}

}  // namespace
}  // namespace masu::ttrpc
