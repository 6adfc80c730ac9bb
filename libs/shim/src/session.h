// SPDX-License-Identifier: Apache-2.0
//
// A process in the container as its clients see it: what it writes goes to the log first and then to each
// client that is attached; what they write is its stdin; all are told of its end.
#pragma once

#include "bell.h"
#include "connection.h"
#include "journal.h"
#include "masu/shim/log_file.h"
#include "record.h"
#include "streams.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace masu::shim {

class Session {
 public:
  /// `drained` is called when all output has been read.
  Session(Streams::Place place, std::function<void()> drained);

  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// New streams, for another life of the process.
  Streams& renew();
  Streams& streams() { return *streams_; }
  /// Where its output goes, from now on.
  void set_log(LogFile* log, Journal* journal) {
    log_ = log;
    journal_ = journal;
  }
  /// The beginning of what it writes to stderr is copied there; null: no more.
  void set_error_copy(std::string* copy) { error_copy_ = copy; }
  Bell& logged() { return logged_; }

  struct Wish {
    bool input = true, out = true, err = true;
    bool ends_input = true;  ///< the process' stdin ends with the client's
    bool finishes = false;   ///< at the end this client does what the exit command would
  };
  /// Turns the connection into an attached one; it stays so until end().
  /// `owner` is what keeps this session.
  void attach(const std::shared_ptr<Connection>& connection, std::string_view protocol, const Wish& wish,
              std::shared_ptr<void> owner);
  /// Whether a client that is there now does what comes after the end.
  bool has_finisher() const;
  /// The last frame, for all.
  void end(const std::string& json);
  std::size_t clients() const { return clients_.size(); }

 private:
  struct Client {
    std::weak_ptr<Connection> connection;
    Wish wish;
    std::shared_ptr<void> owner;
  };
  void output(Stream stream, std::string_view bytes);
  std::size_t received(const std::shared_ptr<Client>& client, std::string_view bytes);
  void stop_input(const std::shared_ptr<Client>& client);
  void input_room();
  void shrink_later();

  Streams::Place place_;
  LogFile* log_ = nullptr;
  Journal* journal_ = nullptr;
  std::string* error_copy_ = nullptr;
  std::function<void()> drained_;
  std::unique_ptr<Streams> streams_;
  std::vector<std::shared_ptr<Client>> clients_;
  Bell logged_;
  bool much_output_ = false;
  std::optional<event::Loop::Timer> shrink_timer_;
};

}  // namespace masu::shim
