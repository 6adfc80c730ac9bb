// SPDX-License-Identifier: Apache-2.0
//
// Requests to a container's shim: HTTP/1.1 on its unix socket, a connection for each.
#pragma once

#include "masu/base/error.h"
#include "masu/sys/fd.h"

#include <functional>
#include <string>
#include <string_view>

namespace masu::manager {

struct Reply {
  int status = 0;
  std::string body;
};

class ShimClient {
 public:
  explicit ShimClient(std::string folder) : folder_(std::move(folder)) {}

  /// Whether there is a shim that answers.
  bool is_alive() const;
  /// `form` is a body of application/x-www-form-urlencoded, `json` one of application/json; both may be
  /// empty.
  Result<Reply> ask(std::string_view method, std::string_view path, std::string_view form = {},
                    std::string_view json = {}) const;
  /// ask(), where anything but 2xx is an error with the shim's words.
  Result<std::string> get(std::string_view method, std::string_view path, std::string_view form = {},
                          std::string_view json = {}) const;
  /// The body in pieces as they come, until it ends or `take` returns false.
  Result<> stream(std::string_view path, const std::function<bool(std::string_view)>& take) const;

  struct Attached {
    sys::Fd socket;
    std::string begun;  ///< bytes that came with the answer
  };
  /// The connection after its upgrade: frames (masu/shim/frame.h).
  Result<Attached> attach(std::string_view path) const;

 private:
  Result<sys::Fd> connect() const;
  std::string folder_;
};

/// Escapes a value for a form.
std::string escape(std::string_view text);

}  // namespace masu::manager
