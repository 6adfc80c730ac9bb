// SPDX-License-Identifier: Apache-2.0
#include "masu/image/digest.h"

#include "masu/base/text.h"

namespace masu::image {
namespace {

bool is_hex(std::string_view text, std::size_t size) {
  return text.size() == size && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

Result<Digest> Digest::parse(std::string_view text) {
  constexpr std::size_t kSha256 = 64, kSha512 = 128;
  const auto colon = text.find(':');
  const std::string_view algorithm = text.substr(0, colon);
  const std::string_view hex = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  if ((algorithm == "sha256" && is_hex(hex, kSha256)) || (algorithm == "sha512" && is_hex(hex, kSha512)))
    return Digest(std::string(text));
  return fail(Error::make(Kind::usage, cat(quote(text), " is no digest: expected sha256:<64 hex digits>")));
}

Digest Digest::sha256(std::string_view hex) { return Digest(cat("sha256:", hex)); }

}  // namespace masu::image
