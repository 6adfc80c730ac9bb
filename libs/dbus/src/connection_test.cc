// SPDX-License-Identifier: Apache-2.0
//
// The client against a server of the test's own, which can be as bad as a test wants it: each case scripts
// what the other end of a socket pair does.
#include "masu/dbus/connection.h"

#include "masu/sys/raw.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <thread>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace masu::dbus {
namespace {

using namespace std::string_literals;

constexpr std::int64_t kMillisecond = 1'000'000;
std::int64_t in(std::int64_t milliseconds) { return sys::raw::monotonic_ns() + milliseconds * kMillisecond; }

/// The other end.
class Server {
 public:
  explicit Server(int socket) : socket_(socket) {}
  ~Server() { close(socket_); }

  void say(std::string_view bytes) const {
    EXPECT_EQ(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  void say(const Message& message) const { say(to_bytes(message).value()); }

  /// Until the client has had enough.
  void try_to_say(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  /// What the client sends up to and with `end`; "" when it has gone.
  std::string hear(std::string_view end) {
    while (input_.find(end) == std::string::npos)
      if (!fill()) return "";
    const std::size_t size = input_.find(end) + end.size();
    std::string out = input_.substr(0, size);
    input_.erase(0, size);
    return out;
  }
  Message hear_message() {
    while (input_.size() < kHeadSize || input_.size() < message_size(input_.substr(0, kHeadSize)).value_or(0))
      if (!fill()) return {};
    const std::size_t size = message_size(input_.substr(0, kHeadSize)).value();
    auto message = parse_message(input_.substr(0, size));
    EXPECT_TRUE(message);
    input_.erase(0, size);
    return message.value_or(Message());
  }
  void accept() {
    EXPECT_EQ(hear("\r\n"), "\0AUTH EXTERNAL "s + uid_in_hex() + "\r\n");
    say("OK 1234deadbeef\r\n");
    EXPECT_EQ(hear("\r\n"), "BEGIN\r\n");
  }
  void reply(const Message& call, const Values& values = {}) const {
    Message message;
    message.type = Message::Type::reply;
    message.serial = 1;
    message.reply_serial = call.serial;
    message.signature = signature_of(values);
    message.body = encode(values).value();
    say(message);
  }
  /// Until the client closes.
  void wait_for_end() {
    while (fill()) {
    }
  }

  static std::string uid_in_hex() {
    std::string out;
    for (const char c : std::to_string(geteuid())) out += "3"s + c;
    return out;
  }

 private:
  bool fill() {
    char buffer[4096];
    const ssize_t got = read(socket_, buffer, sizeof buffer);
    if (got <= 0) return false;
    input_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }
  int socket_;
  std::string input_;
};

/// Runs `script` as the other end of a connection while `client` runs here.
template <class Client>
void with_server(const std::function<void(Server&)>& script, Client client) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  std::thread thread([&script, end = ends[1]] {
    Server server(end);
    script(server);
  });
  client(sys::Fd(ends[0]));
  thread.join();
}

void expect_open_fails(const std::function<void(Server&)>& script, const std::string& message,
                       Kind kind = Kind::system) {
  with_server(script, [&](sys::Fd socket) {
    const auto connection = Connection::over(std::move(socket), "test", Peer::bus, in(200));
    ASSERT_FALSE(connection);
    EXPECT_NE(connection.error().message().find(message), std::string::npos) << connection.error().message();
    EXPECT_EQ(connection.error().kind(), kind);
  });
}

void expect_call_fails(const std::function<void(Server&, const Message&)>& answer, const std::string& text,
                       Kind kind, std::int64_t milliseconds = 200) {
  with_server(
      [&](Server& server) {
        server.accept();
        answer(server, server.hear_message());
        server.wait_for_end();
      },
      [&](sys::Fd socket) {
        auto connection = Connection::over(std::move(socket), "test", Peer::service, in(5000));
        ASSERT_TRUE(connection) << connection.error().message();
        const auto reply = connection->call({.path = "/", .member = "Do"}, in(milliseconds));
        ASSERT_FALSE(reply);
        EXPECT_NE(reply.error().message().find(text), std::string::npos) << reply.error().message();
        EXPECT_EQ(reply.error().kind(), kind);
      });
}

const Call kCall{"org.example", "/", "org.example.Thing", "Do", {Value::string("it")}};

TEST(Connection, CallsAService) {
  with_server(
      [](Server& server) {
        server.accept();
        const Message call = server.hear_message();
        EXPECT_EQ(call.destination, "org.example");
        EXPECT_EQ(call.path, "/");
        EXPECT_EQ(call.interface, "org.example.Thing");
        EXPECT_EQ(call.member, "Do");
        EXPECT_EQ(call.values().value(), Values{Value::string("it")});
        server.reply(call, {Value::uint32(42)});
      },
      [](sys::Fd socket) {
        auto connection = Connection::over(std::move(socket), "test", Peer::service, in(5000));
        ASSERT_TRUE(connection) << connection.error().message();
        const auto reply = connection->call(kCall, in(5000));
        ASSERT_TRUE(reply) << reply.error().message();
        EXPECT_TRUE(reply->ok());
        EXPECT_EQ(reply->values, Values{Value::uint32(42)});
      });
}

TEST(Connection, GreetsABusAndSubscribes) {
  with_server(
      [](Server& server) {
        server.accept();
        const Message hello = server.hear_message();
        EXPECT_EQ(hello.member, "Hello");
        server.reply(hello, {Value::string(":1.7")});
        const Message match = server.hear_message();
        EXPECT_EQ(match.member, "AddMatch");
        EXPECT_EQ(match.values().value().front().text(),
                  "type='signal',sender='org.example',interface='org.example.I',member='Done'");
        server.reply(match);
        Message signal;
        signal.type = Message::Type::signal;
        signal.serial = 9;
        signal.path = "/x";
        signal.interface = "org.example.I";
        signal.member = "Other";
        server.say(signal);
        signal.member = "Done";
        const std::string bytes = to_bytes(signal).value();
        for (const char byte : bytes) server.say(std::string_view(&byte, 1));  // as slowly as a stream may be
      },
      [](sys::Fd socket) {
        auto connection = Connection::over(std::move(socket), "test", Peer::bus, in(5000));
        ASSERT_TRUE(connection) << connection.error().message();
        ASSERT_TRUE(connection->subscribe("org.example.I", "Done", "org.example", in(5000)));
        const auto signal = connection->next_signal(in(5000));
        ASSERT_TRUE(signal) << signal.error().message();
        EXPECT_EQ(signal->member, "Done");
        EXPECT_EQ(signal->path, "/x");
      });
}

TEST(Connection, RepliesInAnyOrderBetweenSignals) {
  with_server(
      [](Server& server) {
        server.accept();
        const Message first = server.hear_message(), second = server.hear_message();
        server.reply(second, {Value::uint32(2)});
        server.reply(first, {Value::uint32(1)});
      },
      [](sys::Fd socket) {
        auto connection = Connection::over(std::move(socket), "test", Peer::service, in(5000));
        ASSERT_TRUE(connection);
        const auto first = connection->send(kCall, in(5000)), second = connection->send(kCall, in(5000));
        EXPECT_EQ(connection->wait(*first, in(5000)).value().values.front().number(), 1u);
        EXPECT_EQ(connection->wait(*second, in(5000)).value().values.front().number(), 2u);
      });
}

TEST(Connection, ErrorHasNameAndText) {
  with_server(
      [](Server& server) {
        server.accept();
        Message error;
        error.type = Message::Type::error;
        error.serial = 1;
        error.reply_serial = server.hear_message().serial;
        error.error_name = "org.freedesktop.DBus.Error.AccessDenied";
        const Values values{Value::string("not for you")};
        error.signature = "s";
        error.body = encode(values).value();
        server.say(error);
      },
      [](sys::Fd socket) {
        auto connection = Connection::over(std::move(socket), "test", Peer::service, in(5000));
        const auto reply = connection->call(kCall, in(5000));
        ASSERT_TRUE(reply) << reply.error().message();
        EXPECT_FALSE(reply->ok());
        EXPECT_TRUE(reply->is_error("org.freedesktop.DBus.Error.AccessDenied"));
        EXPECT_EQ(reply->error("do it").message(),
                  "do it: not for you (org.freedesktop.DBus.Error.AccessDenied)");
        EXPECT_FALSE(reply->error("do it").hint_text().empty());
      });
}

// In a user namespace the uid that we say is not the one that the server sees.
TEST(Connection, TakesTheIdentityThatTheServerSees) {
  with_server(
      [](Server& server) {
        server.hear("\r\n");
        server.say("REJECTED EXTERNAL DBUS_COOKIE_SHA1\r\n");
        EXPECT_EQ(server.hear("\r\n"), "AUTH EXTERNAL\r\n");
        server.say("DATA\r\n");
        EXPECT_EQ(server.hear("\r\n"), "DATA\r\n");
        server.say("OK 1234\r\n");
        EXPECT_EQ(server.hear("\r\n"), "BEGIN\r\n");
      },
      [](sys::Fd socket) {
        EXPECT_TRUE(Connection::over(std::move(socket), "test", Peer::service, in(5000)));
      });
}

TEST(Connection, Rejected) {
  expect_open_fails(
      [](Server& server) {
        server.hear("\r\n");
        server.say("REJECTED\r\n");
        server.hear("\r\n");
        server.say("REJECTED EXTERNAL\r\n");
        server.wait_for_end();
      },
      "authenticate: this user was rejected");
}

TEST(Connection, BadAuthentication) {
  const auto answering = [](std::string answer) {
    return [answer](Server& server) {
      server.hear("\r\n");
      server.say(answer);
      server.wait_for_end();
    };
  };
  expect_open_fails(answering("HTTP/1.1 400 Bad Request\r\n"), "is no answer of D-Bus");
  expect_open_fails(answering("\0\0\0\r\n"s), "is no answer of D-Bus");
  expect_open_fails(answering(std::string(20'000, 'x')), "a line without an end");
  expect_open_fails(answering("DATA\r\nDATA\r\nDATA\r\nDATA\r\nDATA\r\n"), "does not come to an end");
  expect_open_fails(answering("OK"), "no answer within the time allowed", Kind::timeout);
  expect_open_fails([](Server& server) { server.hear("\r\n"); }, "closed by the other side");
}

TEST(Connection, HangingBus) {
  const std::int64_t begin = sys::raw::monotonic_ns();
  expect_open_fails([](Server& server) { server.wait_for_end(); },
                    "receive: no answer within the time allowed", Kind::timeout);
  expect_open_fails(
      [](Server& server) {
        server.accept();
        server.wait_for_end();  // Hello is not answered
      },
      "receive: no answer within the time allowed", Kind::timeout);
  EXPECT_LT(sys::raw::monotonic_ns() - begin, 10'000 * kMillisecond);
}

TEST(Connection, BadMessages) {
  expect_call_fails([](Server& server, const Message&) { server.say("l\2\0\1\0\0\0\0"s); },
                    "no answer within", Kind::timeout);
  expect_call_fails([](Server& server, const Message&) { server.say("l\2\0\1\0\0\0\x10\1\0\0\0\0\0\0\0"s); },
                    "too long", Kind::invalid_spec);
  expect_call_fails([](Server& server, const Message&) { server.say("GET / HTTP/1.1\r\n\r\n"); },
                    "byte order", Kind::invalid_spec);
  expect_call_fails([](Server& server, const Message&) { server.say("l\2\0\1\0\0\0\0\1\0\0\0\0\0\0\0"s); },
                    "lacks a field", Kind::invalid_spec);
  expect_call_fails(
      [](Server& server, const Message& call) {
        Message reply;
        reply.type = Message::Type::reply;
        reply.serial = 1;
        reply.reply_serial = call.serial;
        reply.signature = "s";
        reply.body = "\xff\xff\xff\x7f";
        server.say(reply);
      },
      "ends in the middle", Kind::invalid_spec);
  expect_call_fails(
      [](Server& server, const Message& call) {
        Message reply = call;
        reply.type = Message::Type::reply;
        std::string flood;
        for (std::uint32_t i = 0; i < 20'000; ++i) {
          reply.reply_serial = 1000 + i;
          flood += to_bytes(reply).value();
        }
        server.try_to_say(flood);
      },
      "too many messages", Kind::system, 20'000);
}

TEST(Connection, NoSuchSocket) {
  const auto connection =
      Connection::open({{"/nonexistent/bus", false}, {"/nonexistent/too", false}}, Peer::bus, in(1000));
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().err(), ENOENT);
  EXPECT_NE(connection.error().message().find("'unix:path=/nonexistent/bus'"), std::string::npos)
      << connection.error().message();
  EXPECT_FALSE(Connection::open({}, Peer::bus, in(1000)));
}

// A listener whose queue is full makes connect(2) wait, for ever if nobody sees to it.
TEST(Connection, FullQueue) {
  const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  const std::string path = "masu-full-queue-"s + std::to_string(getpid());
  path.copy(name.sun_path + 1, path.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + path.size());
  ASSERT_EQ(bind(listener, reinterpret_cast<const sockaddr*>(&name), size), 0);
  ASSERT_EQ(listen(listener, 0), 0);
  const int first = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(connect(first, reinterpret_cast<const sockaddr*>(&name), size), 0);
  const auto connection = Connection::open({{path, true}}, Peer::bus, in(200));
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().kind(), Kind::timeout) << connection.error().message();
  close(first);
  close(listener);
}

}  // namespace
}  // namespace masu::dbus
