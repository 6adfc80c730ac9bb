// SPDX-License-Identifier: Apache-2.0
#include "masu/ttrpc/server.h"

#include "masu/base/try.h"
#include "masu/sys/raw.h"
#include "masu/sys/socket.h"
#include "masu/ttrpc/client.h"
#include "masu/ttrpc/frame.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <optional>

#include <sys/socket.h>
#include <unistd.h>

namespace masu::ttrpc {
namespace {

constexpr std::int64_t kPatience = 5 * event::kSecond;

// A server that answers "Echo", never answers "Never", and knows nothing else.
class ServerTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/masu-ttrpc.XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    folder_ = name;
    auto loop = event::Loop::make();
    ASSERT_TRUE(loop);
    loop_ = std::move(*loop);
    const auto dir = sys::open(folder_, O_RDONLY | O_DIRECTORY);
    ASSERT_TRUE(dir);
    auto listener = sys::listen_at(dir->get(), "s", SOCK_STREAM | SOCK_NONBLOCK);
    ASSERT_TRUE(listener);
    auto server = Server::make(*loop_, std::move(*listener), [this](Request request, Server::Reply reply) {
      if (request.method == "Echo") return reply(std::move(request.payload));
      if (request.method == "Never") return kept_.push_back(std::move(reply));
      reply(fail(Error::make(Kind::unsupported, "method " + request.method + " is not known")));
    });
    ASSERT_TRUE(server);
    server_ = std::move(*server);
  }
  void TearDown() override {
    (void)unlink(path().c_str());
    (void)rmdir(folder_.c_str());
  }
  std::string path() const { return folder_ + "/s"; }

  // The answer, by a client of ours.
  Result<Response> call(const std::string& method, const std::string& payload,
                        std::int64_t timeout = kPatience) {
    auto client = TRY(Client::connect(*loop_, path()));
    std::optional<Result<Response>> got;
    client->call({.service = "s", .method = method, .payload = payload, .timeout_ns = timeout},
                 [&](Result<Response> response) {
                   got = std::move(response);
                   loop_->later([this] { loop_->stop(); });
                 });
    TRY(loop_->run());
    return std::move(*got);
  }

  // What comes back for bytes as they are; the connection stays open. A client that is served afterwards
  // shows that the loop has dealt with them.
  std::string raw_answer(const std::string& bytes) {
    auto socket = sys::connect_to(path(), SOCK_STREAM);
    EXPECT_TRUE(socket);
    EXPECT_TRUE(sys::write_all(socket->get(), bytes));
    const auto timer = loop_->after(100 * event::kMillisecond, [this] { loop_->stop(); });
    EXPECT_TRUE(loop_->run());
    loop_->cancel(timer);
    char answer[4096];
    const long got =
        sys::raw::call(SYS_recvfrom, socket->get(), answer, sizeof answer, MSG_DONTWAIT, nullptr, nullptr);
    raw_ = std::move(*socket);
    return got > 0 ? std::string(answer, static_cast<std::size_t>(got)) : std::string();
  }
  static std::optional<Response> response_in(const std::string& bytes) {
    FrameReader reader;
    reader.feed(bytes);
    const auto frame = reader.next();
    if (!frame) return std::nullopt;
    auto response = parse_response(frame->message);
    return response ? std::optional(*response) : std::nullopt;
  }

  std::string folder_;
  std::unique_ptr<event::Loop> loop_;
  std::unique_ptr<Server> server_;
  std::vector<Server::Reply> kept_;
  sys::Fd raw_;
};

// Loop::run() returns at stop() for good: one call a test.
TEST_F(ServerTest, AnswersACall) {
  const auto answer = call("Echo", std::string(1 << 20, 'x'));
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->code, Code::ok);
  EXPECT_EQ(answer->payload.size(), std::size_t{1} << 20);
}

TEST_F(ServerTest, SaysOfWhatItDoesNotKnowThatItIsUnimplemented) {
  const auto answer = call("Nothing", "");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->code, Code::unimplemented);
  EXPECT_EQ(answer->message, "method Nothing is not known");
}

TEST_F(ServerTest, ACallThatIsNotAnsweredEndsWithItsTime) {
  const auto answer = call("Never", "", 50 * event::kMillisecond);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind(), Kind::timeout);
}

TEST_F(ServerTest, AnAnswerToAClientThatHasGoneIsNobodys) {
  (void)call("Never", "", 50 * event::kMillisecond);
  ASSERT_EQ(kept_.size(), 1u);
  kept_.front()(std::string("late"));
}

TEST_F(ServerTest, AClientKnowsThatItsServerHasGone) {
  auto client = Client::connect(*loop_, path());
  ASSERT_TRUE(client);
  std::optional<Result<Response>> got;
  (*client)->call({.service = "s", .method = "Never", .timeout_ns = kPatience},
                  [&](Result<Response> response) {
                    got = std::move(response);
                    loop_->later([this] { loop_->stop(); });
                  });
  EXPECT_TRUE((*client)->connected());
  loop_->after(50 * event::kMillisecond, [this] { server_.reset(); });
  ASSERT_TRUE(loop_->run());
  ASSERT_TRUE(got);
  ASSERT_FALSE(*got);
  EXPECT_EQ(got->error().err(), ECONNRESET);
  EXPECT_FALSE((*client)->connected());
}

TEST_F(ServerTest, RefusesAMessageThatIsNoRequest) {
  std::string bytes;
  append_frame(bytes, Type::request, 1, "\xff\xff");
  const auto response = response_in(raw_answer(bytes));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->code, Code::invalid_argument);
}

TEST_F(ServerTest, RefusesAStreamOfAnEvenNumber) {
  std::string bytes;
  append_frame(bytes, Type::request, 2, encode(Request{.service = "s", .method = "Echo"}));
  const auto response = response_in(raw_answer(bytes));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->code, Code::invalid_argument);
}

TEST_F(ServerTest, SaysThatAMessageIsTooLong) {
  const auto response = response_in(raw_answer(std::string("\x7f\xff\xff\xff\x00\x00\x00\x01\x01\x00", 10)));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->code, Code::resource_exhausted);
}

TEST_F(ServerTest, HalfAFrameKeepsNobodyElseWaiting) {
  auto half = sys::connect_to(path(), SOCK_STREAM);
  ASSERT_TRUE(half);
  ASSERT_TRUE(sys::write_all(half->get(), "\x01"));
  const auto answer = call("Echo", "x");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->payload, "x");
}

}  // namespace
}  // namespace masu::ttrpc
