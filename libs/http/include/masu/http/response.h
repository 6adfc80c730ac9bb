// SPDX-License-Identifier: Apache-2.0
//
// What is written to a connection: heads of responses, and the chunks of those whose length is not known
// beforehand (RFC 9112, 7.1).
#pragma once

#include <string>
#include <string_view>

namespace masu::http {

struct Response {
  int status = 200;
  std::string body;
  std::string_view type = "application/json";
  std::string_view location = {};  ///< of what was created
};

/// "Not Found" for 404.
std::string_view reason_phrase(int status);

/// The whole response. With `head_only` (HEAD) the body is counted, and left out.
std::string to_text(const Response& response, bool keep_alive, bool head_only = false);
/// The head of a response that goes on in chunks.
std::string chunked_head(int status, std::string_view type, bool keep_alive);
/// 101, after which the connection speaks `protocol`.
std::string upgrade_head(std::string_view protocol);

void append_chunk(std::string& out, std::string_view bytes);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace masu::http
