// SPDX-License-Identifier: Apache-2.0
#include "option.h"

#include "masu/shim/options.h"

namespace masu::manager {

Error wrong(const cli::Option& option, std::string_view given, std::string_view why) {
  return Error::make(Kind::usage, cat("--", option.name, " ", quote(given), ": ", why));
}

std::pair<std::string, std::string> split_pair(std::string_view text) {
  const auto equals = text.find('=');
  return {std::string(text.substr(0, equals)),
          std::string(equals == std::string_view::npos ? "" : text.substr(equals + 1))};
}

std::optional<std::int64_t> parse_bytes(std::string_view digits) {
  for (const std::string_view unit : {"iB", "ib", "B", "b"})  // docker takes 64mb and 64MiB as well
    if (digits.ends_with(unit)) {
      digits.remove_suffix(unit.size());
      break;
    }
  const auto size = shim::parse_size(digits);
  if (!size || *size == 0 || *size > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  return static_cast<std::int64_t>(*size);
}

Result<std::int64_t> read_bytes(const cli::Call& call, const cli::Option& option) {
  const std::string_view given = call.arguments.value(option);
  if (given.empty() || given == "0") return 0;
  if (given == "-1") return -1;
  const auto size = parse_bytes(given);
  if (!size) return fail(wrong(option, given, "expected a size: 512m, 2g"));
  return *size;
}

}  // namespace masu::manager
