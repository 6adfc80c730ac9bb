// SPDX-License-Identifier: Apache-2.0
//
// Calls over one connection, in a loop of the caller's.
#pragma once

#include "masu/base/error.h"
#include "masu/event/loop.h"
#include "masu/ttrpc/message.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace masu::ttrpc {

class Channel;

class Client {
 public:
  using OnAnswer = std::function<void(Result<Response>)>;

  /// `path` of a unix socket. Does not wait for anybody to accept.
  static Result<std::unique_ptr<Client>> connect(event::Loop& loop, const std::string& path);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  /// `answered` is called once, by the loop: with the answer, or when the connection or the request's time
  /// has ended (Kind::timeout), after which the client is of no more use. Not any more once the client is
  /// gone.
  void call(const Request& request, OnAnswer answered);
  /// The other side has not closed the connection, as far as the loop has seen.
  bool connected() const;

 private:
  struct Call {
    OnAnswer answered;
    event::Loop::Timer deadline;
  };
  explicit Client(event::Loop& loop);
  void finish(std::uint32_t stream, Result<Response> response);
  void fail_all();

  event::Loop& loop_;
  std::unique_ptr<Channel> channel_;
  std::map<std::uint32_t, Call> calls_;
  std::uint32_t next_stream_ = 1;
};

}  // namespace masu::ttrpc
