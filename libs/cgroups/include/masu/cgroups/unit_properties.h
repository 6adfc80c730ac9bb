// SPDX-License-Identifier: Apache-2.0
//
// What a unit is told about its container, as the properties of org.freedesktop.systemd1. systemd writes the
// files of a unit's cgroup again when it likes (daemon-reload, a property set by somebody else), so what it
// can express it has to know; the rest is in the files alone. Pure functions. Source:
// org.freedesktop.systemd1(5), systemd.resource-control(5).
#pragma once

#include "masu/base/error.h"
#include "masu/cgroups/devices.h"
#include "masu/cgroups/settings.h"
#include "masu/dbus/value.h"
#include "masu/spec/config.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace masu::cgroups {

struct Property {
  std::string name;
  dbus::Value value;

  friend bool operator==(const Property&, const Property&) = default;
};
using Properties = std::vector<Property>;

/// "infinity" of systemd's limits.
inline constexpr std::uint64_t kInfinity = ~std::uint64_t{0};

/// The limits as the files of v1 or v2 have them (settings_v1, settings_v2), as far as systemd of this
/// version has properties for them. A value that cannot be read is left out: the kernel, who gets the file
/// too, says what is wrong with it. A property comes once, with the last value.
Properties limit_properties(std::span<const Setting> settings, int version);
/// True if limit_properties() or start-only ones depend on the version for these settings.
bool depends_on_version(std::span<const Setting> settings);
/// memory.oom.group, which systemd takes when a unit is started and never again (OOMPolicy, systemd 253).
std::optional<Property> oom_policy(std::span<const Setting> settings, int version);

/// DevicePolicy and DeviceAllow. A list that allows by default has no form there: systemd then allows all,
/// and our own program or list denies.
Properties device_properties(const DevicePolicy& policy);

/// Annotations org.systemd.property.NAME, the values in GVariant text. A name in ...Sec is turned into
/// ...USec, the number times 10⁶. Kind::invalid_spec names the annotation.
Result<Properties> annotation_properties(const spec::Annotations& annotations);

/// "0-2,9" → "\x07\x02": CPU n is bit n % 8 of byte n / 8. Nothing for what is no list of cpuset(7), or
/// beyond 8191.
std::optional<std::string> cpu_mask(std::string_view list);

/// "252.22-1~deb12u1", "v245.4-1.fc32" → 252, 245; 0 if it begins with no number.
int parse_systemd_version(std::string_view text);

}  // namespace masu::cgroups
