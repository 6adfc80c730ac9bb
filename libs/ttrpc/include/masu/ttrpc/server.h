// SPDX-License-Identifier: Apache-2.0
//
// Serves calls on a listening unix socket, in a loop of the caller's. An answer may come at any later time,
// or never, if the caller has gone.
#pragma once

#include "masu/base/error.h"
#include "masu/event/loop.h"
#include "masu/sys/fd.h"
#include "masu/ttrpc/message.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace masu::ttrpc {

class Channel;
struct Frame;

class Server {
 public:
  /// To be called once: with the method's answer, or with why there is none.
  using Reply = std::function<void(Result<std::string>)>;
  using Handler = std::function<void(Request, Reply)>;

  static Result<std::unique_ptr<Server>> make(event::Loop& loop, sys::Fd listener, Handler handler);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  bool has_clients() const { return !clients_.empty(); }
  /// Every answer has been taken by the kernel.
  bool flushed() const;

 private:
  struct Client;
  Server(event::Loop& loop, sys::Fd listener, Handler handler);
  Result<> listen();
  void pause();
  void accept();
  void take(const std::shared_ptr<Client>& client, const Frame& frame);

  event::Loop& loop_;
  sys::Fd listener_;
  Handler handler_;
  std::map<Client*, std::shared_ptr<Client>> clients_;
  std::optional<event::Loop::Timer> pause_;
};

}  // namespace masu::ttrpc
