// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes the reader of state.json, which a crash of the machine may have left in any form: nothing may crash
// it, a refusal has words, and what it accepts is written and read again as the same.
#include "record.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto record = masu::container::parse_record({reinterpret_cast<const char*>(data), size});
  if (!record) {
    if (record.error().message().empty()) std::abort();
    return 0;
  }
  if (record->pid < 0 || record->cgroups.kind > masu::cgroups::LayoutKind::v2) std::abort();
  const std::string text = to_json(*record);
  const auto again = masu::container::parse_record(text);
  if (!again || to_json(*again) != text) std::abort();
  return 0;
}
