// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes what CRIU answers and logs. Nothing may crash it, and what is refused is refused in words.
#include "masu/criu/log.h"
#include "masu/criu/message.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace masu;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto response = criu::parse_response(text); !response && response.error().message().empty())
    std::abort();
  const std::string error = criu::first_error(text);
  if (error.find('\n') != std::string::npos) std::abort();
  return 0;
}
