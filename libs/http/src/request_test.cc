// SPDX-License-Identifier: Apache-2.0
#include "masu/http/request.h"

#include <gtest/gtest.h>

namespace masu::http {
namespace {

using Outcome = RequestParser::Outcome;

constexpr std::string_view kPost =
    "POST /exec/e1?start=1&x=%41 HTTP/1.1\r\nHost: shim\r\nContent-Type: text/plain\r\n"
    "Content-Length: 5\r\n\r\nhello";

TEST(RequestParser, ReadsARequestWhole) {
  RequestParser parser;
  std::size_t used = 0;
  ASSERT_EQ(parser.feed(kPost, &used), Outcome::complete);
  EXPECT_EQ(used, kPost.size());
  const Request request = parser.take();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/exec/e1");
  EXPECT_EQ(request.query.value("start"), "1");
  EXPECT_EQ(request.query.value("x"), "A");
  EXPECT_EQ(request.field("content-type"), "text/plain");
  EXPECT_EQ(request.body, "hello");
  EXPECT_TRUE(request.keep_alive);
  EXPECT_FALSE(request.upgrade);
}

TEST(RequestParser, ReadsARequestByteByByte) {
  RequestParser parser;
  for (std::size_t i = 0; i < kPost.size(); ++i) {
    std::size_t used = 0;
    const Outcome outcome = parser.feed(kPost.substr(i, 1), &used);
    ASSERT_EQ(outcome, i + 1 < kPost.size() ? Outcome::more : Outcome::complete) << i;
    EXPECT_EQ(parser.begun(), outcome == Outcome::more);
  }
  EXPECT_EQ(parser.take().body, "hello");
}

TEST(RequestParser, StopsBetweenRequests) {
  RequestParser parser;
  const std::string two = "GET / HTTP/1.1\r\n\r\nDELETE /x HTTP/1.0\r\n\r\n";
  std::size_t used = 0;
  ASSERT_EQ(parser.feed(two, &used), Outcome::complete);
  EXPECT_EQ(parser.take().method, "GET");
  ASSERT_EQ(parser.feed(std::string_view(two).substr(used), &used), Outcome::complete);
  const Request second = parser.take();
  EXPECT_EQ(second.method, "DELETE");
  EXPECT_FALSE(second.keep_alive);
}

TEST(RequestParser, LeavesWhatFollowsAnUpgrade) {
  RequestParser parser;
  const std::string text =
      "POST /attach HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: masu-attach\r\n\r\n\x01rest";
  std::size_t used = 0;
  ASSERT_EQ(parser.feed(text, &used), Outcome::complete);
  EXPECT_EQ(text.substr(used), "\x01rest");
  EXPECT_TRUE(parser.take().upgrade);
}

TEST(RequestParser, RefusesWhatIsNotHttp) {
  for (const std::string_view text :
       {"\x16\x03\x01\x02", "GET\r\n\r\n", "FLY / HTTP/1.1\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
        "GET x HTTP/1.1\r\n\r\n", "GET /%zz HTTP/1.1\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    RequestParser parser;
    std::size_t used = 0;
    EXPECT_EQ(parser.feed(text, &used), Outcome::refused) << text;
    EXPECT_FALSE(parser.refusal().reason.empty());
    EXPECT_EQ(parser.refusal().status, 400);
  }
}

TEST(RequestParser, HasLimits) {
  const auto refused = [](const std::string& text) {
    RequestParser parser({.head = 100, .body = 10});
    std::size_t used = 0;
    return parser.feed(text, &used) == Outcome::refused ? parser.refusal().status : 0;
  };
  EXPECT_EQ(refused("GET /" + std::string(100, 'a') + " HTTP/1.1\r\n\r\n"), 414);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nX: " + std::string(100, 'a') + "\r\n\r\n"), 431);
  EXPECT_EQ(refused("PUT / HTTP/1.1\r\nContent-Length: 11\r\n\r\n12345678901"), 413);
  EXPECT_EQ(refused("PUT / HTTP/1.1\r\nContent-Length: 10\r\n\r\n1234567890"), 0);
  EXPECT_EQ(refused("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n12345678901\r\n0\r\n\r\n"),
            413);
}

}  // namespace
}  // namespace masu::http
