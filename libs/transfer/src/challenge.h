// SPDX-License-Identifier: Apache-2.0
//
// WWW-Authenticate: what a registry wants to know before it answers (RFC 9110, 11.6.1).
#pragma once

#include <string>
#include <string_view>

namespace masu::transfer {

struct Challenge {
  enum class Scheme { none, basic, bearer };
  Scheme scheme = Scheme::none;
  std::string realm, service, scope, error;
};

/// Of a header field's value: Bearer realm="…",service="…",scope="…". `none` for another scheme.
Challenge parse_challenge(std::string_view value);

}  // namespace masu::transfer
