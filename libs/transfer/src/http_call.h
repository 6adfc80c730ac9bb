// SPDX-License-Identifier: Apache-2.0
//
// One HTTP request by libcurl.
#pragma once

#include "masu/base/error.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace masu::transfer {

/// How the other side is believed, and known.
struct Trust {
  bool verify = true;
  std::string authorities;       ///< PEM; empty: the system's
  std::string certificate, key;  ///< our own: files
};

struct HttpCall {
  std::string url;
  std::vector<std::string> headers;  ///< "Accept: …"
  std::string user_password;         ///< Basic, if not empty
  std::string form;                  ///< a body to POST; empty: GET
  std::uint64_t from = 0;            ///< Range: bytes=from-
  std::size_t most = 0;              ///< bytes of a body that is kept in memory
  /// Takes the body of a 2xx in pieces, with its status; without it the body is kept.
  std::function<Result<>(int status, std::string_view)> take;
};

struct HttpReply {
  int status = 0;
  std::string body;  ///< what was kept
  std::string content_type, challenge, digest;
  int retry_after = 0;  ///< seconds
};

/// Kind::system if there is no answer: err() is ECONNREFUSED and the like where that is known, and ETIMEDOUT.
/// `*plain_instead` says that TLS was answered by what is no TLS.
Result<HttpReply> perform(const HttpCall& call, const Trust& trust, bool* plain_instead = nullptr);

/// Escapes a value for a query.
std::string escape_query(std::string_view text);

}  // namespace masu::transfer
