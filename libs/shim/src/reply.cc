// SPDX-License-Identifier: Apache-2.0
#include "reply.h"

#include "masu/json/writer.h"

namespace masu::shim {
namespace {

std::string_view code_of(int status) {
  switch (status) {
    case 400:
      return "bad_request";
    case 403:
      return "forbidden";
    case 404:
      return "not_found";
    case 405:
      return "bad_method";
    case 408:
      return "timeout";
    case 409:
      return "conflict";
    case 413:
    case 414:
    case 431:
      return "too_large";
    case 426:
      return "upgrade_required";
    case 503:
      return "unsupported";
    case 504:
      return "timeout";
    default:
      return "internal";
  }
}

int status_of(Kind kind) {
  switch (kind) {
    case Kind::usage:
    case Kind::invalid_spec:
      return 400;
    case Kind::not_found:
      return 404;
    case Kind::exists:
    case Kind::invalid_state:
      return 409;
    case Kind::unsupported:
      return 503;
    case Kind::timeout:
      return 504;
    case Kind::system:
    case Kind::internal:
      return 500;
  }
  return 500;
}

}  // namespace

http::Response error_response(int status, std::string_view message) {
  std::string body;
  json::Writer(body)
      .begin_object()
      .key("error")
      .begin_object()
      .member("code", code_of(status))
      .member("message", message)
      .end_object()
      .end_object();
  return {.status = status, .body = body + "\n"};
}

http::Response error_response(const Error& error) {
  return error_response(status_of(error.kind()), error.message());
}

}  // namespace masu::shim
