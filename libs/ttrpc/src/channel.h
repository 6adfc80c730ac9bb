// SPDX-License-Identifier: Apache-2.0
//
// One connection: frames in, frames out, never blocking.
#pragma once

#include "masu/base/error.h"
#include "masu/event/loop.h"
#include "masu/sys/fd.h"
#include "masu/ttrpc/frame.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace masu::ttrpc {

class Channel {
 public:
  using OnFrame = std::function<void(const Frame&)>;
  using OnClosed = std::function<void()>;

  /// `closed` is called once, by the loop and never from within send(); none of the two after that.
  static Result<std::unique_ptr<Channel>> make(event::Loop& loop, sys::Fd socket, OnFrame frame,
                                               OnClosed closed);
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  ~Channel();

  void send(Type type, std::uint32_t stream, std::string_view message);
  bool open() const { return socket_.valid(); }
  bool flushed() const { return output_.empty(); }

 private:
  Channel(event::Loop& loop, sys::Fd socket, OnFrame frame, OnClosed closed)
      : loop_(loop), socket_(std::move(socket)), on_frame_(std::move(frame)), on_closed_(std::move(closed)) {}
  void ready(std::uint32_t events);
  void take();
  void flush();
  void close();

  event::Loop& loop_;
  sys::Fd socket_;
  OnFrame on_frame_;
  OnClosed on_closed_;
  FrameReader input_;
  std::string output_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace masu::ttrpc
