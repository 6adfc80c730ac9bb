// SPDX-License-Identifier: Apache-2.0
//
// Where buses listen. Source: D-Bus Specification, "Server Addresses" and "Well-known Message Bus Instances".
#pragma once

#include "masu/base/error.h"

#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace masu::dbus {

/// A unix socket; no other transport is spoken.
struct Address {
  std::string path;
  bool abstract = false;  ///< `path` is a name of the abstract namespace (unix(7))

  /// "unix:path=/run/dbus/system_bus_socket", for messages.
  std::string text() const;
  friend bool operator==(const Address&, const Address&) = default;
};

/// "unix:path=/run/bus;unix:abstract=name,guid=…" in the order of trying. Transports other than unix sockets
/// are left out; it is an error (Kind::invalid_spec) if there is nothing else.
Result<std::vector<Address>> parse_addresses(std::string_view text);

/// What decides where the buses are.
struct Environment {
  std::string system_bus;   ///< $DBUS_SYSTEM_BUS_ADDRESS
  std::string session_bus;  ///< $DBUS_SESSION_BUS_ADDRESS
  std::string runtime_dir;  ///< $XDG_RUNTIME_DIR
  uid_t euid = 0;
};
/// That of this process. Of a program with more rights than its caller the variables are ignored
/// (secure_getenv(3)).
Environment read_environment();

/// $DBUS_SYSTEM_BUS_ADDRESS, or /run/dbus/system_bus_socket.
Result<std::vector<Address>> system_bus(const Environment& environment);
/// $DBUS_SESSION_BUS_ADDRESS, or $XDG_RUNTIME_DIR/bus, or /run/user/<euid>/bus.
Result<std::vector<Address>> session_bus(const Environment& environment);

}  // namespace masu::dbus
