// SPDX-License-Identifier: Apache-2.0
//
// Requests of HTTP/1.1 (RFC 9112), as bytes come in. The grammar is llhttp's, the parser of Node.js; what is
// kept of a request, and how much of it, is decided here.
#pragma once

#include "masu/base/error.h"
#include "masu/http/form.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace masu::http {

struct Limits {
  std::size_t head = std::size_t{16} * 1024;    ///< bytes of target and header fields
  std::size_t body = std::size_t{1024} * 1024;  ///< bytes of the content
};

struct Request {
  std::string method;  ///< "GET"
  std::string path;    ///< decoded; begins with "/"
  Form query;
  std::vector<std::pair<std::string, std::string>> fields;  ///< header fields; names in lower case
  std::string body;
  bool keep_alive = false;  ///< the connection may be used for another request
  bool upgrade = false;     ///< asks for another protocol; what follows it is that protocol's

  /// The first header field of that (lower-case) name; empty if there is none.
  std::string_view field(std::string_view name) const;
};

/// What a refused request is answered with.
struct Refusal {
  int status = 400;
  std::string reason;
};

class RequestParser {
 public:
  explicit RequestParser(Limits limits = {});
  RequestParser(RequestParser&&) noexcept;
  RequestParser& operator=(RequestParser&&) noexcept;
  ~RequestParser();

  enum class Outcome { more, complete, refused };
  /// Reads on, and stops behind the end of a request; `*used` are the bytes that belong to it.
  Outcome feed(std::string_view bytes, std::size_t* used);
  /// True when a request has begun and is not yet complete.
  bool begun() const;
  /// After `complete`: the request; the parser is ready for the next.
  Request take();
  /// After `refused`. The connection is of no further use.
  const Refusal& refusal() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace masu::http
