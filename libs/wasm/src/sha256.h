// SPDX-License-Identifier: Apache-2.0
//
// SHA-256 (FIPS 180-4): to know a module again.
#pragma once

#include <string>
#include <string_view>

namespace masu::wasm {

/// In hexadecimal.
std::string sha256(std::string_view bytes);

}  // namespace masu::wasm
