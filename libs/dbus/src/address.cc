// SPDX-License-Identifier: Apache-2.0
#include "masu/dbus/address.h"

#include "masu/base/text.h"
#include "masu/base/try.h"

#include <cstdlib>

#include <unistd.h>

namespace masu::dbus {
namespace {

Error bad_address(std::string_view text, std::string_view why) {
  return Error::make(Kind::invalid_spec, cat("D-Bus address ", quote(text), ": ", why));
}

/// "%2frun" → "/run".
Result<std::string> unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    const auto byte = text::parse_int<unsigned char>(text.substr(i + 1, 2), 16);
    if (!byte || *byte == 0 || text.size() - i < 3) return fail(bad_address(text, "a bad %-escape"));
    out.push_back(static_cast<char>(*byte));
    i += 2;
  }
  return out;
}

/// One entry; nothing for a transport that is not ours.
Result<std::vector<Address>> parse_entry(std::string_view entry) {
  constexpr std::string_view kUnix = "unix:";
  std::vector<Address> found;
  if (!entry.starts_with(kUnix)) return found;
  for (const std::string_view pair : text::split(entry.substr(kUnix.size()), ',')) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) return fail(bad_address(entry, "expected key=value"));
    const std::string_view key = pair.substr(0, equals);
    if (key == "path" || key == "abstract")
      found.push_back({TRY(unescape(pair.substr(equals + 1))), key == "abstract"});
  }
  if (found.size() > 1) return fail(bad_address(entry, "more than one socket"));
  return found;
}

std::string variable(const char* name) {
  const char* value = secure_getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

std::string Address::text() const { return cat(abstract ? "unix:abstract=" : "unix:path=", path); }

Result<std::vector<Address>> parse_addresses(std::string_view text) {
  std::vector<Address> addresses;
  for (const std::string_view entry : text::split(text, ';'))
    for (Address& address : TRY(parse_entry(entry))) addresses.push_back(std::move(address));
  if (addresses.empty()) return fail(bad_address(text, "no unix socket (unix:path=… or unix:abstract=…)"));
  return addresses;
}

Environment read_environment() {
  return {variable("DBUS_SYSTEM_BUS_ADDRESS"), variable("DBUS_SESSION_BUS_ADDRESS"),
          variable("XDG_RUNTIME_DIR"), geteuid()};
}

Result<std::vector<Address>> system_bus(const Environment& environment) {
  if (!environment.system_bus.empty()) return parse_addresses(environment.system_bus);
  return std::vector<Address>{{"/run/dbus/system_bus_socket"}};
}

Result<std::vector<Address>> session_bus(const Environment& environment) {
  if (!environment.session_bus.empty()) return parse_addresses(environment.session_bus);
  if (!environment.runtime_dir.empty()) return std::vector<Address>{{environment.runtime_dir + "/bus"}};
  return std::vector<Address>{{cat("/run/user/", environment.euid, "/bus")}};
}

}  // namespace masu::dbus
