// SPDX-License-Identifier: Apache-2.0
//
// The standard streams of one process. The client's ends are FIFOs, a file, or a program that logs; between
// them and the process are pipes or a terminal, so that the process never sees a path of the host's, and
// lives on when the client goes. What passes is spliced from pipe to pipe: nothing of it is kept here.
#pragma once

#include "masu/base/error.h"
#include "masu/event/loop.h"
#include "masu/sys/fd.h"
#include "masu/sys/process.h"
#include "messages.h"
#include "pump.h"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace masu::containerd {

/// Whose streams they are.
struct StdioOwner {
  std::string name_space;
  std::string id;  ///< of the container, or of the exec'd process
  uid_t uid = 0;   ///< owns the pipes
  gid_t gid = 0;
};

class Stdio {
 public:
  Stdio(event::Loop& loop, StdioPaths paths, StdioOwner owner);
  Stdio(const Stdio&) = delete;
  Stdio& operator=(const Stdio&) = delete;
  ~Stdio();

  /// Opens the client's ends, and makes the process's, which stay open until begin().
  Result<> open();
  std::array<int, 3> process_ends() const { return {theirs_[0].get(), theirs_[1].get(), theirs_[2].get()}; }
  /// The process has its ends; `console` is the master of its terminal, if it has one.
  Result<> begin(sys::Fd console);

  /// The client says that nothing more comes.
  void close_input();
  Result<> resize(std::uint16_t width, std::uint16_t height);

  bool drained() const { return !outputs_[0] && !outputs_[1]; }
  /// Calls `done` once all output has been passed on.
  void on_drained(std::function<void()> done) { on_drained_ = std::move(done); }
  /// Lets go of what is still open: what the process has left behind may hold a stream for ever.
  void close();

  const StdioPaths& paths() const { return paths_; }

 private:
  Result<> open_input();
  Result<> open_output(unsigned index, const std::string& path);
  Result<> open_logger();
  Result<> begin_terminal(sys::Fd console);
  void output_ended(unsigned index);
  void input_ended();

  event::Loop& loop_;
  StdioPaths paths_;
  StdioOwner owner_;
  std::array<sys::Fd, 3> theirs_;  // the process's, until it has them
  std::array<sys::Fd, 3> ours_;    // the other ends of those
  std::array<sys::Fd, 3> client_;  // the client's
  sys::Fd input_holder_;           // a writer of the client's stdin, so that it ends when we are told so
  sys::Fd console_;
  sys::Process logger_;
  std::unique_ptr<Pump> input_;
  std::array<std::unique_ptr<Pump>, 2> outputs_;
  std::function<void()> on_drained_;
};

}  // namespace masu::containerd
