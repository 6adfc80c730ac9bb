// SPDX-License-Identifier: Apache-2.0
//
// systemd and its bus for unit tests, in one: listens on a socket, which $DBUS_SYSTEM_BUS_ADDRESS then names,
// answers what the client calls, and notes it. What goes wrong is the test's choice. It makes no system calls
// through masu::sys, whose record is the client's.
#pragma once

#include "masu/dbus/message.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace masu::cgroups {

class FakeSystemd {
 public:
  struct Called {
    std::string member;
    dbus::Values arguments;
  };

  FakeSystemd() {
    char name[] = "/tmp/masu-systemd-XXXXXX";
    dir_ = mkdtemp(name);
    const std::string path = dir_ + "/bus";
    listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(listener_, 8), 0);
    setenv("DBUS_SYSTEM_BUS_ADDRESS", ("unix:path=" + path).c_str(), 1);
    thread_ = std::thread([this] { serve(); });
  }
  ~FakeSystemd() {
    unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
    (void)shutdown(listener_, SHUT_RDWR);  // wakes accept()
    thread_.join();
    close(listener_);
    unlink((dir_ + "/bus").c_str());
    rmdir(dir_.c_str());
  }
  FakeSystemd(const FakeSystemd&) = delete;
  FakeSystemd& operator=(const FakeSystemd&) = delete;

  /// The manager's calls since the last take, Hello and AddMatch left out.
  std::vector<Called> take_calls() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(calls_, {});
  }
  /// The members of those: "StartTransientUnit".
  std::vector<std::string> take_members() {
    std::vector<std::string> members;
    for (const Called& call : take_calls()) members.push_back(call.member);
    return members;
  }

  /// An error's name for a call, or "" for success. Called from the server's thread.
  std::function<std::string(const Called&)> on_call;
  /// What becomes of a start.
  std::function<void(const Called&)> on_start;
  std::string result = "done";
  std::string version = "252.1-test";
  /// Says nothing from this member on; the client's waits have to end by themselves.
  std::string silent_at;

 private:
  void serve() {
    for (;;) {
      const int client = accept(listener_, nullptr, nullptr);
      if (client < 0) return;
      // A silent server must not keep the test waiting: the client closes, and read() ends.
      input_.clear();
      if (authenticate(client))
        while (answer(client)) {
        }
      close(client);
    }
  }

  bool fill(int client) {
    char buffer[4096];
    const ssize_t got = read(client, buffer, sizeof buffer);
    if (got <= 0) return false;
    input_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }
  void say(int client, std::string_view bytes) {
    (void)::send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }

  bool authenticate(int client) {
    while (input_.find("\r\n") == std::string::npos)
      if (!fill(client)) return false;
    say(client, "OK 1234\r\n");
    constexpr std::string_view kBegin = "BEGIN\r\n";
    while (input_.find(kBegin) == std::string::npos)
      if (!fill(client)) return false;
    input_.erase(0, input_.find(kBegin) + kBegin.size());
    return true;
  }

  bool answer(int client) {
    while (input_.size() < dbus::kHeadSize || input_.size() < size())
      if (!fill(client)) return false;
    const auto message = dbus::parse_message(input_.substr(0, size()));
    input_.erase(0, size());
    const Called call{message->member, message->values().value()};
    if (call.member == silent_at) return true;
    if (call.member == "Hello" || call.member == "AddMatch")
      return reply(client, *message, {dbus::Value::string(":1.1")});
    {
      const std::scoped_lock lock(mutex_);
      calls_.push_back(call);
    }
    if (call.member == "Get")
      return reply(client, *message, {dbus::Value::variant(dbus::Value::string(version))});
    const std::string error = on_call ? on_call(call) : "";
    if (!error.empty()) return fail_call(client, *message, error);
    if (call.member != "StartTransientUnit" && call.member != "StopUnit") return reply(client, *message, {});
    if (call.member == "StartTransientUnit" && on_start) on_start(call);
    const auto job = dbus::Value::object_path("/org/freedesktop/systemd1/job/7");
    // Another's job ends first; ours before the reply, as a hasty systemd may have it.
    job_removed(client, dbus::Value::object_path("/org/freedesktop/systemd1/job/6"), "other.scope", "failed");
    job_removed(client, job, call.arguments.front().text(), result);
    return reply(client, *message, {job});
  }
  std::size_t size() const { return dbus::message_size(input_.substr(0, dbus::kHeadSize)).value(); }

  void send(int client, dbus::Message message, const dbus::Values& values) {
    message.serial = ++serial_;
    message.signature = dbus::signature_of(values);
    message.body = dbus::encode(values).value();
    say(client, dbus::to_bytes(message).value());
  }
  bool reply(int client, const dbus::Message& call, const dbus::Values& values) {
    send(client, {.type = dbus::Message::Type::reply, .reply_serial = call.serial}, values);
    return true;
  }
  bool fail_call(int client, const dbus::Message& call, const std::string& name) {
    send(client, {.type = dbus::Message::Type::error, .reply_serial = call.serial, .error_name = name},
         {dbus::Value::string("no")});
    return true;
  }
  void job_removed(int client, const dbus::Value& job, const std::string& unit, const std::string& how) {
    send(client,
         {.type = dbus::Message::Type::signal,
          .path = "/org/freedesktop/systemd1",
          .interface = "org.freedesktop.systemd1.Manager",
          .member = "JobRemoved"},
         {dbus::Value::uint32(7), job, dbus::Value::string(unit), dbus::Value::string(how)});
  }

  std::string dir_;
  int listener_ = -1;
  std::string input_;
  std::uint32_t serial_ = 0;
  std::mutex mutex_;
  std::vector<Called> calls_;
  std::thread thread_;
};

}  // namespace masu::cgroups
