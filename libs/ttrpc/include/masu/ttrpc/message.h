// SPDX-License-Identifier: Apache-2.0
//
// What the frames of ttrpc carry: calls, answers, and the status of one that failed (gRPC's codes).
#pragma once

#include "masu/base/error.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace masu::ttrpc {

/// google.rpc.Code.
enum class Code : std::uint32_t {
  ok = 0,
  unknown = 2,
  invalid_argument = 3,
  deadline_exceeded = 4,
  not_found = 5,
  already_exists = 6,
  resource_exhausted = 8,
  failed_precondition = 9,
  unimplemented = 12,
  internal = 13,
};
/// What an Error is called there.
Code code_of(Kind kind);

struct Request {
  std::string service;          ///< "containerd.task.v2.Task"
  std::string method;           ///< "Create"
  std::string payload;          ///< the method's own message
  std::int64_t timeout_ns = 0;  ///< what the caller waits; 0: for ever
};
std::string encode(const Request& request);
Result<Request> parse_request(std::string_view bytes);

struct Response {
  Code code = Code::ok;
  std::string message;  ///< why not
  std::string payload;
};
std::string encode(const Response& response);
Result<Response> parse_response(std::string_view bytes);

}  // namespace masu::ttrpc
