// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes all that the D-Bus client reads: messages, values in text, addresses. Nothing may crash it, and a
// value that was read comes back as the same bytes when it is written, read and written again.
#include "masu/dbus/address.h"
#include "masu/dbus/message.h"
#include "masu/dbus/text.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace masu;

void check_values(const dbus::Values& values) {
  const auto bytes = dbus::encode(values);
  if (!bytes) std::abort();
  const auto again = dbus::decode(dbus::signature_of(values), *bytes);
  if (!again || dbus::encode(*again) != *bytes) std::abort();
}

void read_message(std::string_view bytes) {
  const auto message = dbus::parse_message(bytes);
  if (!message) {
    if (message.error().message().empty()) std::abort();
    return;
  }
  const auto values = message->values();
  if (!values) return;
  check_values(*values);
  dbus::Message copy = *message;
  copy.order = dbus::ByteOrder::little;
  copy.body = dbus::encode(*values).value();
  const auto written = dbus::to_bytes(copy);
  if (!written || !dbus::parse_message(*written)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_message(text);
  if (const auto value = dbus::parse_value(text)) check_values({*value});
  (void)dbus::parse_addresses(text);
  return 0;
}
