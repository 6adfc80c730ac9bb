// SPDX-License-Identifier: Apache-2.0
//
// Addresses and subnets of IPv4 and IPv6 as values.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace masu::network {

struct Address {
  bool v6 = false;
  std::array<std::uint8_t, 16> bytes{};  ///< network order; of IPv4 the first four

  /// "10.0.0.1", "fd00::1"; nothing for anything else.
  static std::optional<Address> parse(std::string_view text);
  std::string text() const;
  unsigned bits() const { return v6 ? 128 : 32; }
  /// The one after it; after the last comes the first.
  Address next() const;
  auto operator<=>(const Address&) const = default;
};

struct Subnet {
  Address base;  ///< bits behind the prefix are zero
  unsigned prefix = 0;

  /// "10.0.0.0/24"; bits behind the prefix are cleared.
  static std::optional<Subnet> parse(std::string_view text);
  static Subnet of(Address address, unsigned prefix);
  std::string text() const;
  bool contains(const Address& address) const;
  bool overlaps(const Subnet& other) const;
  /// The last address: of IPv4 the broadcast address.
  Address last() const;
  auto operator<=>(const Subnet&) const = default;
};

}  // namespace masu::network
