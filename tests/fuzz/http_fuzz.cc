// SPDX-License-Identifier: Apache-2.0
//
// Requests as any client may send them, in pieces of any size: the outcome must not depend on the pieces.
#include "masu/http/request.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using masu::http::RequestParser;

// What is read of `bytes`, given `piece` of them at a time.
std::vector<std::string> read(std::string_view bytes, std::size_t piece) {
  std::vector<std::string> found;
  RequestParser parser({.head = 512, .body = 512});
  while (!bytes.empty()) {
    const std::string_view given = bytes.substr(0, piece);
    std::size_t used = 0;
    const auto outcome = parser.feed(given, &used);
    if (used > given.size()) std::abort();
    bytes.remove_prefix(used);
    if (outcome == RequestParser::Outcome::refused) {
      if (parser.refusal().status < 400) std::abort();
      return found;
    }
    if (outcome == RequestParser::Outcome::more && used < given.size()) std::abort();
    if (outcome != RequestParser::Outcome::complete) continue;
    const masu::http::Request request = parser.take();
    if (!request.path.starts_with('/') || request.body.size() > 512) std::abort();
    found.push_back(request.method + " " + request.path + " " + request.body);
    if (request.upgrade) return found;
  }
  return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (read(bytes, bytes.size()) != read(bytes, 1)) std::abort();
  return 0;
}
