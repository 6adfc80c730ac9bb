// SPDX-License-Identifier: Apache-2.0
//
// The command-line parser. It accepts what Go's flag package and getopt_long(3) accept, since callers are
// written for either: -x and --x for long options, --x=v and --x v, -xv and clusters of letters,
// --x=true|false|yes|no|1|0 for flags, `--` before positionals. Options may come before or after positionals
// unless the command forbids it. Pure: it reads its arguments and nothing else. Its errors are of Kind::usage
// and name the offending word.
#pragma once

#include "masu/base/error.h"
#include "masu/cli/command.h"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace masu::cli {

using Words = std::span<const char* const>;

/// The options and positionals of one level (program or command) of a command line. Refers to the words
/// parsed.
class Arguments {
 public:
  /// The option was given; for a flag: and the last one given did not switch it off.
  bool has(const Option& option) const { return flag(option).value_or(false); }
  /// Like has(), but tells "not given" (nothing) from "switched off" (false).
  std::optional<bool> flag(const Option& option) const;
  /// The last value given, or `otherwise`.
  std::string_view value(const Option& option, std::string_view otherwise = {}) const;
  std::vector<std::string_view> values(const Option& option) const;

  const std::vector<std::string_view>& positionals() const { return positionals_; }
  /// The n-th positional, or `otherwise` if there are fewer.
  std::string_view positional(std::size_t n, std::string_view otherwise = {}) const;

 private:
  friend class Parser;
  struct Given {
    const Option* option;
    std::string_view value;
    bool on;
  };
  std::vector<Given> given_;
  std::vector<std::string_view> positionals_;
};

/// Global options; the command's name and all that follows it are left as positionals.
Result<Arguments> parse(const Program& program, Words words);
/// Options and positionals of `command`; `words` are those after its name. With --help, positionals are not
/// counted.
Result<Arguments> parse(const Program& program, const Command& command, Words words);

}  // namespace masu::cli
