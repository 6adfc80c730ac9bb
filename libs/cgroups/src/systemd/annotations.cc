// SPDX-License-Identifier: Apache-2.0
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cgroups/unit_properties.h"
#include "masu/dbus/text.h"

#include <algorithm>
#include <cmath>

namespace masu::cgroups {
namespace {

using dbus::Value;

constexpr std::string_view kPrefix = "org.systemd.property.";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Seconds as systemd's unit files have them, as the microseconds that its interface has.
Result<Value> microseconds_of(const Value& seconds) {
  constexpr std::uint64_t kSecond = 1'000'000;
  if (seconds.is("d")) {
    const double value = seconds.real() * static_cast<double>(kSecond);
    if (!(value >= 0 && value < 18e18)) return fail(Error::make(Kind::invalid_spec, "no number of seconds"));
    return Value::uint64(static_cast<std::uint64_t>(value));
  }
  constexpr std::string_view kIntegers = "ynqiuxt";
  if (seconds.signature().size() != 1 || kIntegers.find(seconds.type()) == std::string_view::npos)
    return fail(Error::make(Kind::invalid_spec, "not a number"));
  const bool is_signed = std::string_view("nix").find(seconds.type()) != std::string_view::npos;
  const bool negative = is_signed && static_cast<std::int64_t>(seconds.number()) < 0;
  if (negative || seconds.number() > ~std::uint64_t{0} / kSecond)
    return fail(Error::make(Kind::invalid_spec, "no number of seconds"));
  return Value::uint64(seconds.number() * kSecond);
}

Result<Property> read_property(std::string_view name, std::string_view text) {
  constexpr std::string_view kSec = "Sec";
  if (name.size() < 3 || !std::ranges::all_of(name, is_letter))
    return fail(Error::make(Kind::invalid_spec, cat(quote(name), " is no name of a property")));
  Value value = TRY(dbus::parse_value(text));
  // "TimeoutStopSec", not "TimeoutStopUSec".
  const bool seconds = name.ends_with(kSec) && name.size() > kSec.size() && name[name.size() - 4] >= 'a' &&
                       name[name.size() - 4] <= 'z';
  if (!seconds) return Property{std::string(name), std::move(value)};
  return Property{cat(name.substr(0, name.size() - kSec.size()), "USec"), TRY(microseconds_of(value))};
}

}  // namespace

Result<Properties> annotation_properties(const spec::Annotations& annotations) {
  Properties properties;
  for (const auto& [key, text] : annotations) {
    if (!key.starts_with(kPrefix)) continue;
    auto property = read_property(std::string_view(key).substr(kPrefix.size()), text);
    if (!property) {
      Error error = std::move(property).error().within("systemd property").at(cat("annotations.", key));
      return fail(std::move(error));
    }
    properties.push_back(std::move(*property));
  }
  return properties;
}

}  // namespace masu::cgroups
