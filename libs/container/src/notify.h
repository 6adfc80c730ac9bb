// SPDX-License-Identifier: Apache-2.0
//
// NOTIFY_SOCKET: a container tells when it is ready (sd_notify(3)), and whoever manages us is told so, with
// the pid that he knows. The container's socket is <root>/<id>/notify/notify.sock, at /run/notify in the
// container.
#pragma once

#include "masu/base/error.h"
#include "masu/spec/config.h"
#include "masu/sys/fd.h"
#include "masu/sys/process.h"
#include "state_store.h"

#include <string>

namespace masu::container {

/// Makes the socket's directory, and adds it and the variable to the container.
Result<> offer_notify_socket(const Entry& entry, const std::string& root, spec::Config& config);

class NotifyRelay {
 public:
  /// Binds the container's socket and connects to ours, `outer`: a path, or @name for an abstract one. To be
  /// called before the program runs.
  static Result<NotifyRelay> open(const Entry& entry, const std::string& outer);

  /// Waits until the container is ready, or has ended, however long that takes: the manager has a deadline of
  /// his own for it. Then hands on READY and MAINPID, and waits at most 30 s for the manager to have read
  /// them.
  Result<> run(const sys::Process& init) const;
  /// The same in a child process, which ends with us.
  Result<> run_in_background(const sys::Process& init) const;

 private:
  NotifyRelay(sys::Fd inner, sys::Fd outer) : inner_(std::move(inner)), outer_(std::move(outer)) {}
  Result<> tell(const sys::Process& init) const;

  sys::Fd inner_;
  sys::Fd outer_;
};

}  // namespace masu::container
