// SPDX-License-Identifier: Apache-2.0
//
// The three streams of one process in the container. Without a terminal they are FIFOs in the shim's folder.
// The keeper holds our ends, too: when the shim is killed, the process notices nothing, and the next shim
// reads on where the other stopped. Even if both are killed it does not get EPIPE, since it has its ends of
// stdout and stderr open for reading.
#pragma once

#include "keeping.h"
#include "masu/event/loop.h"
#include "masu/shim/log_record.h"
#include "transit.h"

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace masu::shim {

class Streams {
 public:
  struct Events {
    std::function<void(Stream, std::string_view)> output;
    std::function<void()> drained;     ///< all output has been read to its end
    std::function<void()> input_room;  ///< what was given for stdin has been taken
  };

  /// Where they are: all of it has to outlive them.
  struct Place {
    event::Loop& loop;
    Keeping& keeping;
    int directory;
    std::string prefix;  ///< the FIFOs are `<prefix>stdin` …
    Transit* transit =
        nullptr;  ///< by which output goes; null: losing the last of it to a SIGKILL does not matter
  };
  Streams(const Place& place, Events events);
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;
  ~Streams();

  /// The process' ends, to be closed once it has them. Without `input` its stdin is at its end.
  Result<std::array<sys::Fd, 3>> make_fifos(bool input);
  /// Ours again, of those that an earlier shim made.
  Result<> inherit(bool input);
  Result<> take_terminal(sys::Fd master);
  void remove_fifos();

  bool is_terminal() const { return master_.valid(); }
  Result<> resize(std::uint16_t rows, std::uint16_t columns);

  /// Passes bytes to the process, as it takes them. False if its stdin is closed.
  bool give_input(std::string_view bytes);
  /// Closes stdin behind what was given; a terminal is sent ^D.
  void end_input();
  bool input_open() const { return input_.valid() && !ending_; }
  /// Bytes that wait; givers should stop above this.
  static constexpr std::size_t kBacklog = std::size_t{64} * 1024;
  std::size_t backlog() const { return pending_.size(); }

  bool drained() const { return !outputs_[0].valid() && !outputs_[1].valid(); }
  /// Gives back the memory that much output has needed.
  void shrink();
  /// Reads what is there now.
  void pump();
  /// Stops reading: what a process left behind holds a stream open for ever.
  void abandon_output();

 private:
  Result<> watch_output(unsigned index, sys::Fd fd);
  void read_output(unsigned index);
  void close_output(unsigned index);
  void write_input();
  void close_input();
  long read_some(unsigned index, std::string_view* bytes);
  Result<sys::Fd> reopen(const char* stream, int flags);
  std::string name(const char* stream) const;

  Place place_;
  Events events_;
  std::array<sys::Fd, 2> outputs_;  // with a terminal: the first alone
  sys::Fd master_;                  // for its settings
  sys::Fd input_;
  std::string pending_;
  std::unique_ptr<char[]> buffer_;
  bool ending_ = false;
  bool watching_input_ = false;
};

}  // namespace masu::shim
