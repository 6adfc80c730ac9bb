// SPDX-License-Identifier: Apache-2.0
#include "connection.h"

#include "masu/base/text.h"
#include "masu/sys/raw.h"
#include "reply.h"

#include <cerrno>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace masu::shim {
namespace {

constexpr std::size_t kReadSize = std::size_t{16} * 1024;
constexpr std::size_t kMostUnread = std::size_t{64} * 1024;  // while a request is being answered
constexpr std::size_t kEnoughToSend = std::size_t{256} * 1024;
constexpr std::int64_t kRequestTime = 30 * event::kSecond;  // for the rest of a request that has begun
constexpr std::int64_t kSendTime = 60 * event::kSecond;     // for a client that takes nothing

}  // namespace

Connection::Connection(event::Loop& loop, sys::Fd fd, Handler handler,
                       std::function<void(Connection*)> closed)
    : loop_(loop), fd_(std::move(fd)), handler_(std::move(handler)), closed_(std::move(closed)) {}

Connection::~Connection() { close(); }

Result<> Connection::open() {
  watched_ = EPOLLIN;
  return loop_.watch(fd_.get(), watched_, [this](std::uint32_t events) { on_ready(events); });
}

void Connection::on_ready(std::uint32_t events) {
  const auto self = shared_from_this();
  if ((events & EPOLLERR) != 0) return close();
  // The peer is gone altogether. Where we still read, what it sent before comes first.
  if ((events & EPOLLHUP) != 0 && (end_of_input_ || (watched_ & EPOLLIN) == 0)) return close();
  if ((events & (EPOLLIN | EPOLLHUP)) != 0) receive();
  if (is_open() && (events & EPOLLOUT) != 0) flush();
  if (is_open()) update();
}

void Connection::receive() {
  char buffer[kReadSize];
  const long got = sys::raw::read(fd_.get(), buffer, sizeof buffer);
  if (got == -EAGAIN || got == -EINTR) return;
  if (got < 0) return close();
  if (got == 0) {
    end_of_input_ = true;
    if (state_ == State::reading) return close();
    return take_bytes();
  }
  in_.append(buffer, static_cast<std::size_t>(got));
  take_bytes();
}

// What a client has sent before its end comes first, also if it has to wait.
void Connection::pass_bytes() {
  const auto protocol = protocol_;
  if (!paused_ && !in_.empty()) in_.erase(0, protocol->received(in_));
  if (end_of_input_ && !paused_ && is_open() && protocol->half_closed)
    std::exchange(protocol->half_closed, nullptr)();
}

void Connection::take_bytes() {
  if (state_ == State::upgraded) return pass_bytes();
  if (state_ != State::reading || in_.empty()) return;
  std::size_t used = 0;
  const auto outcome = parser_.feed(in_, &used);
  in_.erase(0, used);
  if (outcome == http::RequestParser::Outcome::refused) return refuse(parser_.refusal());
  if (outcome == http::RequestParser::Outcome::more) return;
  const http::Request request = parser_.take();
  keep_alive_ = request.keep_alive;
  head_only_ = request.method == "HEAD";
  state_ = State::busy;
  handler_(shared_from_this(), request);
}

void Connection::refuse(const http::Refusal& refusal) {
  keep_alive_ = false;
  head_only_ = false;
  state_ = State::busy;
  respond(error_response(refusal.status, refusal.reason));
}

void Connection::respond(const http::Response& response) {
  if (!is_open() || state_ != State::busy) return;
  out_ += http::to_text(response, keep_alive_, head_only_);
  next_request();
}

void Connection::stream(std::string_view type, Source source) {
  if (!is_open() || state_ != State::busy) return;
  out_ += http::chunked_head(200, type, keep_alive_);
  if (head_only_) return next_request();
  source_ = std::move(source);
  state_ = State::streaming;
  idle_ = false;
  flush();
  update();
}

void Connection::wake() {
  if (!is_open() || state_ != State::streaming || !idle_) return;
  idle_ = false;
  flush();
  update();
}

void Connection::upgrade(std::string_view protocol, Protocol other) {
  if (!is_open() || state_ != State::busy) return;
  out_ += http::upgrade_head(protocol);
  protocol_ = std::make_shared<Protocol>(std::move(other));
  state_ = State::upgraded;
  flush();
  take_bytes();
  update();
}

void Connection::send(std::string_view bytes) {
  if (!is_open()) return;
  if (out_.size() - sent_ + bytes.size() > kMostPending) return close();
  out_ += bytes;
  if (out_.size() - sent_ == bytes.size()) flush();
  update();
}

void Connection::set_reading(bool reading) {
  if (!is_open() || paused_ == !reading) return;
  paused_ = !reading;
  const auto self = shared_from_this();
  if (reading) take_bytes();
  if (is_open()) update();
}

void Connection::finish() {
  if (!is_open()) return;
  if (state_ == State::streaming) {  // what there is to say yet, and that it is the end
    std::string piece;
    (void)source_(piece);
    http::append_chunk(out_, piece);
    out_ += http::kLastChunk;
  }
  source_ = nullptr;
  state_ = State::finishing;
  flush();
  update();
}

void Connection::next_request() {
  source_ = nullptr;
  kept_.clear();
  state_ = keep_alive_ ? State::reading : State::finishing;
  flush();
  // The next request may be here already; its handler must not run inside of this one's.
  if (is_open() && state_ == State::reading && !in_.empty())
    loop_.later([weak = weak_from_this()] {
      const auto self = weak.lock();
      if (self == nullptr || !self->is_open()) return;
      self->take_bytes();
      self->update();
    });
  update();
}

void Connection::pull() {
  std::string piece;
  while (state_ == State::streaming && !idle_ && out_.size() - sent_ < kEnoughToSend) {
    piece.clear();
    const Pull next = source_(piece);
    http::append_chunk(out_, piece);
    if (next == Pull::idle) idle_ = true;
    if (next == Pull::more && piece.empty()) {  // work without a result: others first
      idle_ = true;
      loop_.later([weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->wake();
      });
    }
    if (next == Pull::end) {
      out_ += http::kLastChunk;
      return next_request();
    }
  }
}

void Connection::flush() {
  const auto self = shared_from_this();
  if (state_ == State::streaming) pull();
  while (is_open() && sent_ < out_.size()) {
    const long sent = sys::raw::call(SYS_sendto, fd_.get(), out_.data() + sent_, out_.size() - sent_,
                                     MSG_NOSIGNAL, nullptr, 0);
    if (sent == -EINTR) continue;
    if (sent == -EAGAIN) break;
    if (sent < 0) return close();
    sent_ += static_cast<std::size_t>(sent);
    set_deadline(false, 0);
  }
  if (sent_ == out_.size()) {
    out_ = std::string();
    sent_ = 0;
    if (state_ == State::finishing) return close();
  } else if (sent_ > kEnoughToSend) {
    out_.erase(0, sent_);
    sent_ = 0;
  }
}

void Connection::set_deadline(bool wanted, std::int64_t delay_ns) {
  if (wanted == deadline_.has_value()) return;
  if (wanted) {
    deadline_ = loop_.after(delay_ns, [this] {
      deadline_.reset();
      const auto self = shared_from_this();
      if (state_ == State::reading) return refuse({408, "the request was not completed in time"});
      close();
    });
  } else {
    loop_.cancel(*deadline_);
    deadline_.reset();
  }
}

void Connection::update() {
  if (!is_open()) return;
  const bool waiting = !flushed();
  const bool wants_input =
      !end_of_input_ && !paused_ && state_ != State::finishing &&
      (state_ == State::reading || state_ == State::upgraded || in_.size() < kMostUnread);
  const bool has_more = state_ == State::streaming && !idle_;
  const std::uint32_t events = (wants_input ? EPOLLIN : 0U) | (waiting || has_more ? EPOLLOUT : 0U);
  if (events != watched_) loop_.change(fd_.get(), watched_ = events);
  if (waiting)
    set_deadline(true, kSendTime);
  else
    set_deadline(state_ == State::reading && parser_.begun(), kRequestTime);
}

void Connection::close() {
  if (!is_open()) return;
  set_deadline(false, 0);
  loop_.forget(fd_.get());
  fd_.reset();
  source_ = nullptr;
  protocol_.reset();
  kept_.clear();
  if (const auto closed = std::move(closed_)) closed(this);
}

}  // namespace masu::shim
