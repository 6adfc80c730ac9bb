// SPDX-License-Identifier: Apache-2.0
//
// Values written by people: the GVariant text format, as in the annotation
// `org.systemd.property.TimeoutStopUSec: uint64 5000000`. Source: GLib reference, "GVariant Text Format".
#pragma once

#include "masu/base/error.h"
#include "masu/dbus/value.h"

#include <string_view>

namespace masu::dbus {

/// "true", "'text'", "['a.service', 'b.service']", "uint64 5", "@as []", "{'a': <1>}", "(1, 'x')",
/// "b'bytes'". An integer without a type is an int32, as everywhere in that format. Kind::invalid_spec says
/// what is wrong and where; what D-Bus has no form for (maybe types, handles) is refused.
Result<Value> parse_value(std::string_view text);

}  // namespace masu::dbus
