// SPDX-License-Identifier: Apache-2.0
//
// What a file holds, by its first bytes.
#pragma once

#include <string_view>

namespace masu::wasm {

enum class Form {
  module,     ///< binary, a core module
  component,  ///< binary, of the component model
  text,       ///< the text format
  other,
};

Form form_of(std::string_view bytes);

}  // namespace masu::wasm
