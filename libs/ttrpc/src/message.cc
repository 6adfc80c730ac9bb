// SPDX-License-Identifier: Apache-2.0
#include "masu/ttrpc/message.h"

#include "masu/base/try.h"
#include "masu/protobuf/wire.h"

namespace masu::ttrpc {
namespace {

Result<> parse_status(std::string_view bytes, Response& out) {
  protobuf::Reader in(bytes);
  while (TRY(in.next())) {
    if (in.field() == 1) out.code = static_cast<Code>(static_cast<std::uint32_t>(in.number()));
    if (in.field() == 2) out.message = in.bytes();
  }
  return {};
}

}  // namespace

Code code_of(Kind kind) {
  switch (kind) {
    case Kind::invalid_spec:
    case Kind::usage:
      return Code::invalid_argument;
    case Kind::invalid_state:
      return Code::failed_precondition;
    case Kind::not_found:
      return Code::not_found;
    case Kind::exists:
      return Code::already_exists;
    case Kind::unsupported:
      return Code::unimplemented;
    case Kind::timeout:
      return Code::deadline_exceeded;
    case Kind::internal:
      return Code::internal;
    case Kind::system:
      return Code::unknown;
  }
  return Code::unknown;
}

std::string encode(const Request& request) {
  std::string text;
  protobuf::Writer out(text);
  out.bytes(1, request.service);
  out.bytes(2, request.method);
  out.bytes(3, request.payload);
  if (request.timeout_ns > 0) out.number(4, static_cast<std::uint64_t>(request.timeout_ns));
  return text;
}

Result<Request> parse_request(std::string_view bytes) {
  Request request;
  protobuf::Reader in(bytes);
  while (TRY(in.next())) {
    if (in.field() == 1) request.service = in.bytes();
    if (in.field() == 2) request.method = in.bytes();
    if (in.field() == 3) request.payload = in.bytes();
    if (in.field() == 4) request.timeout_ns = static_cast<std::int64_t>(in.number());
  }
  return request;
}

std::string encode(const Response& response) {
  std::string text;
  protobuf::Writer out(text);
  if (response.code != Code::ok) {
    std::string status;
    protobuf::Writer fields(status);
    fields.number(1, static_cast<std::uint32_t>(response.code));
    fields.bytes(2, response.message);
    out.bytes(1, status);
  }
  if (!response.payload.empty()) out.bytes(2, response.payload);
  return text;
}

Result<Response> parse_response(std::string_view bytes) {
  Response response;
  protobuf::Reader in(bytes);
  while (TRY(in.next())) {
    if (in.field() == 1) TRY(parse_status(in.bytes(), response));
    if (in.field() == 2) response.payload = in.bytes();
  }
  return response;
}

}  // namespace masu::ttrpc
