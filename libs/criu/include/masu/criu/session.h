// SPDX-License-Identifier: Apache-2.0
//
// One run of `criu swrk`: CRIU as a child of ours that serves a single request over a socket and asks back
// while it works.
#pragma once

#include "masu/base/error.h"
#include "masu/criu/message.h"
#include "masu/sys/fd.h"
#include "masu/sys/process.h"

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace masu::criu {

/// The program `criu` in the folders of PATH (`path`; those of the system if it is empty); or `given`, if
/// that is not empty. Kind::unsupported, with the package to install, if there is none.
Result<std::string> find_program(std::string_view given, std::string_view path);

/// What CRIU tells while it works, and goes on after the answer. `fd` comes with "orphan-pts-master".
using Listener = std::function<Result<>(const Response& notice, sys::Fd fd)>;

class Session {
 public:
  /// Starts CRIU, with the caller's stdin and stdout, the fds of `passed` under their own numbers, and its
  /// complaints kept.
  static Result<Session> start(const std::string& program, std::span<const int> passed = {});
  Session(Session&&) = default;
  Session& operator=(Session&&) = default;
  /// Lets CRIU go, which gives up what it is at, and reaps it.
  ~Session();

  pid_t pid() const { return process_.pid(); }

  /// Sends a request and hears CRIU out: `listener` gets each notification, and when it fails, so does CRIU.
  /// Ends with the answer, with CRIU's own end, or at the deadline (CLOCK_MONOTONIC ns, negative: none). An
  /// answer that says "no" is an error, of Kind::system; it has the words that CRIU wrote before it had a
  /// log.
  Result<Response> perform(std::string_view request, const Listener& listener, std::int64_t deadline_ns);

 private:
  Session() = default;
  Result<> hear(const Response& notice, sys::Fd fd, const Listener& listener);
  Error ended();
  std::string complaint() const;

  sys::Fd socket_;
  sys::Fd complaints_;
  sys::Process process_;
};

/// CRIU's version; an error if it does not work here at all, with its own words. Takes 10 s at most.
Result<Version> read_version(const std::string& program);
/// What CRIU finds of the kernel.
Result<Features> read_features(const std::string& program);

}  // namespace masu::criu
