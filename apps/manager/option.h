// SPDX-License-Identifier: Apache-2.0
//
// What tables of options and their readers are made of.
#pragma once

#include "masu/base/error.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cli/command.h"
#include "masu/cli/env.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace masu::manager {

constexpr cli::Option value(std::string_view name, std::string_view argument, std::string_view help,
                            char letter = 0, cli::Values values = {}) {
  return {.name = name,
          .letter = letter,
          .takes = cli::Option::Takes::value,
          .argument = argument,
          .values = values,
          .help = help};
}
constexpr cli::Option values(std::string_view name, std::string_view argument, std::string_view help,
                             char letter = 0, cli::Values values = {}) {
  return {.name = name,
          .letter = letter,
          .takes = cli::Option::Takes::values,
          .argument = argument,
          .values = values,
          .help = help};
}

constexpr cli::Option flag(std::string_view name, std::string_view help, char letter = 0) {
  return {.name = name, .letter = letter, .help = help};
}

/// Tables of several subjects as one.
template <std::size_t... kSizes>
constexpr auto join_options(const std::array<const cli::Option*, kSizes>&... tables) {
  std::array<const cli::Option*, (kSizes + ...)> out{};
  std::size_t at = 0;
  const auto add = [&](const auto& table) {
    for (const cli::Option* option : table) out[at++] = option;
  };
  (add(tables), ...);
  return out;
}

/// "--memory '1x': expected a size"
Error wrong(const cli::Option& option, std::string_view given, std::string_view why);
/// "512m", "1g", "64MiB": bytes, more than 0.
std::optional<std::int64_t> parse_bytes(std::string_view text);
/// "NAME=VALUE"; without "=" the value is empty.
std::pair<std::string, std::string> split_pair(std::string_view text);
/// 0 if it is not given, -1 for "-1".
Result<std::int64_t> read_bytes(const cli::Call& call, const cli::Option& option);

template <class T>
Result<> read_number(const cli::Call& call, const cli::Option& option, T& out) {
  if (!call.arguments.has(option)) return {};
  const auto number = text::parse_int<T>(call.arguments.value(option));
  if (!number) return fail(wrong(option, call.arguments.value(option), "expected a number"));
  out = *number;
  return {};
}

}  // namespace masu::manager
