// SPDX-License-Identifier: Apache-2.0
//
// One client: requests one after the other, each answered whole, by a stream of chunks, or by another
// protocol.
#pragma once

#include "masu/event/loop.h"
#include "masu/http/request.h"
#include "masu/http/response.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace masu::shim {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Handler = std::function<void(const std::shared_ptr<Connection>&, const http::Request&)>;
  /// What a stream has next. `idle`: nothing until wake() is called.
  enum class Pull { more, idle, end };
  using Source = std::function<Pull(std::string& out)>;
  /// The other protocol: takes what it understands of the bytes, and says how much that was.
  struct Protocol {
    std::function<std::size_t(std::string_view bytes)> received;
    std::function<void()> half_closed;  ///< the client will send no more
  };

  Connection(event::Loop& loop, sys::Fd fd, Handler handler, std::function<void(Connection*)> closed);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  Result<> open();

  void respond(const http::Response& response);
  void stream(std::string_view type, Source source);
  void wake();
  void upgrade(std::string_view protocol, Protocol other);

  /// For an upgraded connection: a client that does not read is cut off when this much waits for it.
  static constexpr std::size_t kMostPending = std::size_t{4} * 1024 * 1024;
  void send(std::string_view bytes);
  /// Whether to read on from the client.
  void set_reading(bool reading);
  /// Once all is sent.
  void finish();
  void close();
  bool is_open() const { return fd_.valid(); }
  /// Kept as long as the connection is open.
  void keep(std::shared_ptr<void> thing) { kept_.push_back(std::move(thing)); }
  /// True when nothing waits to be sent.
  bool flushed() const { return sent_ == out_.size(); }

 private:
  enum class State { reading, busy, streaming, upgraded, finishing };
  void on_ready(std::uint32_t events);
  void receive();
  void take_bytes();
  void pass_bytes();
  void refuse(const http::Refusal& refusal);
  void next_request();
  void flush();
  void pull();
  void update();
  void set_deadline(bool wanted, std::int64_t delay_ns);

  event::Loop& loop_;
  sys::Fd fd_;
  Handler handler_;
  std::function<void(Connection*)> closed_;
  http::RequestParser parser_;
  State state_ = State::reading;
  Source source_;
  std::shared_ptr<Protocol> protocol_;  // shared: one that is called may close the connection
  std::string in_, out_;
  std::size_t sent_ = 0;
  bool keep_alive_ = false, head_only_ = false;
  bool paused_ = false, idle_ = false, end_of_input_ = false;
  std::uint32_t watched_ = 0;
  std::optional<event::Loop::Timer> deadline_;
  std::vector<std::shared_ptr<void>> kept_;
};

}  // namespace masu::shim
