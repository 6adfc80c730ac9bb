// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes the reader of config.json: no input may crash it, and what it accepts must come back equal from the
// writer.
#include "masu/spec/parse.h"
#include "masu/spec/write.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto config = masu::spec::parse_config({reinterpret_cast<const char*>(data), size});
  if (!config) {
    if (config.error().message().empty()) std::abort();
    return 0;
  }
  const auto again = masu::spec::parse_config(masu::spec::to_json(*config));
  if (!again || !(*again == *config)) std::abort();
  return 0;
}
