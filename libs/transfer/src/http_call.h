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
  std::string method;                ///< empty: GET, or POST of a form
  std::string form;                  ///< a body to POST
  std::string body;                  ///< to send with another method
  int file = -1;                     ///< instead of a body: these bytes of an open file, from its beginning
  std::uint64_t file_size = 0;
  std::uint64_t from = 0;  ///< Range: bytes=from-
  std::size_t most = 0;    ///< bytes of a body that is kept in memory
  /// Takes the body of a 2xx in pieces, with its status; without it the body is kept.
  std::function<Result<>(int status, std::string_view)> take;
  std::function<void(std::uint64_t)> sent;  ///< bytes of the file so far; may be empty
};

struct HttpReply {
  int status = 0;
  std::string body;  ///< what was kept
  std::string content_type, challenge, digest;
  std::string location;  ///< absolute
  std::string next;      ///< of `Link: <…>; rel="next"`, absolute
  int retry_after = 0;   ///< seconds
};

/// Kind::system if there is no answer: err() is ECONNREFUSED and the like where that is known, and ETIMEDOUT.
/// `*plain_instead` says that TLS was answered by what is no TLS.
Result<HttpReply> perform(const HttpCall& call, const Trust& trust, bool* plain_instead = nullptr);

/// Escapes a value for a query.
std::string escape_query(std::string_view text);
/// What `link` is, seen from the document at `base`.
std::string resolve_url(const std::string& base, const std::string& link);

}  // namespace masu::transfer
