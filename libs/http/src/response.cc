// SPDX-License-Identifier: Apache-2.0
#include "masu/http/response.h"

#include "masu/base/text.h"

#include <charconv>

namespace masu::http {
namespace {

std::string status_line(int status) { return cat("HTTP/1.1 ", status, " ", reason_phrase(status), "\r\n"); }

std::string_view connection(bool keep_alive) {
  return keep_alive ? "Connection: keep-alive\r\n" : "Connection: close\r\n";
}

}  // namespace

std::string_view reason_phrase(int status) {
  switch (status) {
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 426:
      return "Upgrade Required";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Unknown";
  }
}

std::string to_text(const Response& response, bool keep_alive, bool head_only) {
  constexpr int kNoContent = 204;
  std::string out = cat(status_line(response.status), connection(keep_alive));
  if (!response.location.empty()) out += cat("Location: ", response.location, "\r\n");
  if (response.status == kNoContent) return out + "\r\n";
  out += cat("Content-Type: ", response.type, "\r\nContent-Length: ", response.body.size(), "\r\n\r\n");
  if (!head_only) out += response.body;
  return out;
}

std::string chunked_head(int status, std::string_view type, bool keep_alive) {
  return cat(status_line(status), connection(keep_alive), "Content-Type: ", type,
             "\r\nCache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n");
}

std::string upgrade_head(std::string_view protocol) {
  return cat(status_line(101), "Connection: Upgrade\r\nUpgrade: ", protocol, "\r\n\r\n");
}

void append_chunk(std::string& out, std::string_view bytes) {
  if (bytes.empty()) return;  // an empty chunk would be the last
  char size[16];
  char* const end = std::to_chars(size, size + sizeof size, bytes.size(), 16).ptr;
  out.append(size, static_cast<std::size_t>(end - size));
  out += "\r\n";
  out += bytes;
  out += "\r\n";
}

}  // namespace masu::http
