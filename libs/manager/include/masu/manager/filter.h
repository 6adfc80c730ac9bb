// SPDX-License-Identifier: Apache-2.0
//
// --filter KEY=VALUE of the commands that list and prune. Of several with one key, one has to match; labels
// have to match all.
#pragma once

#include "masu/base/error.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace masu::manager {

class Filters {
 public:
  /// Kind::usage for what has no "=", and for a key that is not among `known` ("id name label until").
  static Result<Filters> parse(const std::vector<std::string_view>& texts, std::string_view known);

  bool empty() const { return values_.empty(); }
  const std::vector<std::string>& values(std::string_view key) const;
  /// True if no filter has this key, or `matches` one of its values.
  bool any(std::string_view key, const std::function<bool(const std::string&)>& matches) const;
  /// "label=NAME", "label=NAME=VALUE": all of them; "label!=…": none of them.
  bool labels(const std::map<std::string, std::string>& labels) const;
  /// "until=TIME": what is older than that; a time, or a span before now. Kind::usage for anything else.
  Result<std::optional<std::int64_t>> until() const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

/// RFC 3339, seconds since the epoch, or a span before now ("10m"): nanoseconds since the epoch.
std::optional<std::int64_t> parse_moment(std::string_view text);

/// A pattern as docker's name filter has it: found anywhere; "^…" at the beginning, "…$" at the end. Nothing
/// else of regular expressions is known.
bool matches_name(std::string_view name, std::string_view pattern);

}  // namespace masu::manager
