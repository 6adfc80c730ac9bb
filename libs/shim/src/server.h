// SPDX-License-Identifier: Apache-2.0
//
// The socket: in a folder of mode 0700, itself 0600, and each peer is asked who it is.
#pragma once

#include "connection.h"
#include "keeping.h"

#include <memory>
#include <set>
#include <string>

namespace masu::shim {

class Server {
 public:
  /// Listens on `name` in the directory. The keeper holds the socket, too: clients that come while there is
  /// no shim wait for the next.
  static Result<std::unique_ptr<Server>> listen(event::Loop& loop, Keeping& keeping, int directory,
                                                const char* name, Connection::Handler handler);
  /// Clients wait until then.
  Result<> serve();
  ~Server();

  std::size_t connections() const { return connections_.size(); }
  /// Calls `done` when all clients have their answers, or after the deadline.
  void drain(std::int64_t deadline_ns, std::function<void()> done);

 private:
  Server(event::Loop& loop, sys::Fd listener, Connection::Handler handler);
  void accept();
  void forget(Connection* connection);
  void check_drained();

  event::Loop& loop_;
  sys::Fd listener_;
  Connection::Handler handler_;
  std::set<std::shared_ptr<Connection>> connections_;
  std::size_t most_;
  bool full_ = false;
  std::function<void()> drained_;
};

}  // namespace masu::shim
