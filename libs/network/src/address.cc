// SPDX-License-Identifier: Apache-2.0
#include "masu/network/address.h"

#include "masu/base/text.h"

#include <algorithm>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace masu::network {
namespace {

// Sets (or clears) all bits behind the prefix.
Address fill(Address address, unsigned prefix, bool ones) {
  for (unsigned bit = prefix; bit < address.bits(); ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
    std::uint8_t& byte = address.bytes[bit / 8];
    byte = static_cast<std::uint8_t>(ones ? byte | mask : byte & ~mask);
  }
  return address;
}

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
  const std::string copy(text);
  Address out;
  out.v6 = text.find(':') != std::string_view::npos;
  if (inet_pton(out.v6 ? AF_INET6 : AF_INET, copy.c_str(), out.bytes.data()) != 1) return std::nullopt;
  return out;
}

std::string Address::text() const {
  std::array<char, INET6_ADDRSTRLEN> out{};
  (void)inet_ntop(v6 ? AF_INET6 : AF_INET, bytes.data(), out.data(), out.size());
  return out.data();
}

Address Address::next() const {
  Address out = *this;
  for (unsigned i = bits() / 8; i > 0; --i)
    if (++out.bytes[i - 1] != 0) break;
  return out;
}

Subnet Subnet::of(Address address, unsigned prefix) { return {fill(address, prefix, false), prefix}; }

std::optional<Subnet> Subnet::parse(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = Address::parse(text.substr(0, slash));
  const auto prefix = text::parse_int<unsigned>(text.substr(slash + 1));
  if (!address || !prefix || *prefix > address->bits()) return std::nullopt;
  return of(*address, *prefix);
}

std::string Subnet::text() const { return cat(base.text(), "/", prefix); }

bool Subnet::contains(const Address& address) const {
  return address.v6 == base.v6 && fill(address, prefix, false) == base;
}

bool Subnet::overlaps(const Subnet& other) const { return contains(other.base) || other.contains(base); }

Address Subnet::last() const { return fill(base, prefix, true); }

}  // namespace masu::network
