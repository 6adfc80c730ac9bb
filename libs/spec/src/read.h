// SPDX-License-Identifier: Apache-2.0
//
// Private to the parser: the readers that its files share, and readers of single values to be composed with
// json::Reader::optional() and require(), as in
//
//     in.optional("flags", out.flags, each(named(seccomp_flags(), "seccomp flag")))
#pragma once

#include "masu/base/error.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/spec/config.h"
#include "masu/spec/names.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace masu::spec {

Result<> read(json::Reader in, Process& out);
Result<> read(json::Reader in, IdMapping& out);
Result<> read(json::Reader in, Linux& out);
Result<> read(json::Reader in, Resources& out);
Result<> read(json::Reader in, Seccomp& out);

/// "NAME=value" entries with a name.
Result<> read_environment(json::Reader in, std::vector<std::string>& out);
/// A string that starts with '/'.
Result<> read_absolute_path(json::Reader in, std::string& out);
/// A string that is not empty.
Result<> read_nonempty(json::Reader in, std::string& out);
/// Numbers and ranges as cpuset(7) writes lists: "0-3,8". Empty is allowed.
Result<> read_number_list(json::Reader in, std::string& out);
/// A name of at most 15 bytes that a network interface can have; "%d" as in netdevice(7) if `pattern`.
bool is_interface_name(std::string_view name, bool pattern);

/// A string out of `table`, as its value. Others are refused: "unknown <what> 'x'".
template <class T>
auto named(Table<T> table, std::string_view what) {
  return [table, what](json::Reader in, auto& out) -> Result<> {
    TRY(in.expect(json::Type::string));
    const std::string_view name = in.value().text();
    const auto value = find_value(table, name);
    if (!value) return fail(in.error(cat("unknown ", what, " ", quote(name))));
    out = *value;
    return {};
  };
}

/// An array of strings out of `table`, as the sum of its bits.
template <class T>
auto bits(Table<T> table, std::string_view what) {
  return [table, what](json::Reader in, T& out) -> Result<> {
    TRY(in.expect(json::Type::array));
    for (const json::Value element : in.value().elements()) {
      T bit{};
      TRY(named(table, what)(in.at(element), bit));
      out |= bit;
    }
    return {};
  };
}

/// An integer from `min` to `max`, into an integer that can hold them or an optional of one.
inline auto within(std::int64_t min, std::int64_t max) {
  return [min, max](json::Reader in, auto& out) -> Result<> {
    std::int64_t number = 0;
    TRY(json::read_signed(in, min, max, number));
    if constexpr (requires { out.emplace(); })
      out.emplace(static_cast<typename std::remove_reference_t<decltype(out)>::value_type>(number));
    else
      out = static_cast<std::remove_reference_t<decltype(out)>>(number);
    return {};
  };
}

/// An array whose elements are each read by `read_as`.
template <class ReadAs>
auto each(ReadAs read_as) {
  return [read_as]<class T>(json::Reader in, std::vector<T>& out) -> Result<> {
    TRY(in.expect(json::Type::array));
    out.clear();
    out.reserve(in.value().size());
    for (const json::Value element : in.value().elements()) TRY(read_as(in.at(element), out.emplace_back()));
    return {};
  };
}

}  // namespace masu::spec
