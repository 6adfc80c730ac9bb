// SPDX-License-Identifier: Apache-2.0
//
// A client's connection to a bus, or straight to a service. Every wait has an end: a bus that hangs, sends
// half a message or garbage ends in an error that names it, never in a stuck caller.
//
//     auto bus = TRY(Connection::open(TRY(system_bus(read_environment())), Peer::bus, deadline));
//     const Reply reply = TRY(bus.call({.destination = "org.example", .path = "/", .member = "Ping"},
//     deadline));
//
// Deadlines are CLOCK_MONOTONIC in nanoseconds. An Error is a failure of the connection; what the other side
// answers, its errors among it, is a Reply. For one thread at a time.
#pragma once

#include "masu/base/error.h"
#include "masu/dbus/address.h"
#include "masu/dbus/message.h"
#include "masu/dbus/value.h"
#include "masu/sys/fd.h"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace masu::dbus {

/// What listens at the address: a bus, which is greeted with Hello, or a service by itself.
enum class Peer { bus, service };

struct Call {
  std::string destination;  ///< bus name; empty towards a service by itself
  std::string path;
  std::string interface;
  std::string member;
  Values arguments;
};

struct Reply {
  std::string error_name;  ///< "org.freedesktop.DBus.Error.ServiceUnknown"; empty: success
  std::string error_text;
  Values values;

  bool ok() const { return error_name.empty(); }
  bool is_error(std::string_view name) const { return error_name == name; }
  /// The error as one of ours: "<what>: <text> (<name>)".
  Error error(std::string_view what) const;
};

class Connection {
 public:
  /// Connects to the first address that answers, authenticates as the caller (EXTERNAL), and says Hello to a
  /// bus.
  static Result<Connection> open(const std::vector<Address>& addresses, Peer peer, std::int64_t deadline_ns);
  /// The same over a connected stream socket; `name` stands for it in messages.
  static Result<Connection> over(sys::Fd socket, std::string name, Peer peer, std::int64_t deadline_ns);

  /// Sends a call and yields its serial.
  Result<std::uint32_t> send(const Call& call, std::int64_t deadline_ns);
  /// The reply to the call with this serial; replies may be waited for in any order.
  Result<Reply> wait(std::uint32_t serial, std::int64_t deadline_ns);
  /// Both.
  Result<Reply> call(const Call& call, std::int64_t deadline_ns);

  /// Asks a bus for the signals of this member, and keeps those that come from now on for next_signal().
  Result<> subscribe(std::string_view interface, std::string_view member, std::string_view sender,
                     std::int64_t deadline_ns);
  /// The next signal that was subscribed to.
  Result<Message> next_signal(std::int64_t deadline_ns);

  /// The peer's address, for messages.
  const std::string& name() const { return name_; }

 private:
  Connection(sys::Fd socket, std::string name, Peer peer)
      : socket_(std::move(socket)), name_(std::move(name)), peer_(peer) {}

  Result<> authenticate(std::int64_t deadline_ns);
  Result<bool> offer(std::string_view line, std::int64_t deadline_ns);
  Result<std::string> read_line(std::int64_t deadline_ns);
  Result<> write(std::string_view bytes, std::int64_t deadline_ns);
  Result<> fill(std::int64_t deadline_ns);
  Result<Message> read_message(std::int64_t deadline_ns);
  Result<> take_in(std::int64_t deadline_ns);
  Result<> await(short events, std::int64_t deadline_ns, std::string_view what);
  Error broken(std::string_view what, int err = 0) const;

  struct Subscription {
    std::string interface;
    std::string member;
  };

  sys::Fd socket_;
  std::string name_;
  Peer peer_;
  std::uint32_t last_serial_ = 0;
  std::string input_;
  std::deque<Message> replies_;
  std::deque<Message> signals_;
  std::vector<Subscription> subscriptions_;
};

}  // namespace masu::dbus
