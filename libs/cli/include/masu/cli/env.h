// SPDX-License-Identifier: Apache-2.0
//
// What a command has of the world besides its arguments. Passed down from main(), so commands use no globals
// and tests can give them another world.
#pragma once

#include "masu/base/error.h"
#include "masu/cli/parse.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace masu::cli {

struct Env {
  Words words;                             ///< argv: a null follows the last
  const char* const* variables = nullptr;  ///< "NAME=value", ends with null
  int out = 1;                             ///< results go here; not owned
  std::int64_t started_ns = 0;             ///< CLOCK_REALTIME when main() began

  /// Name under which the program was called, without its folder; empty if argv is empty.
  std::string_view called_as() const;
  /// Value of a variable; empty if it is unset.
  std::string_view variable(std::string_view name) const;
  /// `path` as seen from the working directory, without single dots and double slashes. Two dots stay: what
  /// lies before it may be a symbolic link. Kind::usage for an empty path, Kind::system if the working
  /// directory is gone.
  Result<std::string> absolute(std::string_view path) const;
  /// Writes all of `text` to `out`.
  Result<> print(std::string_view text) const;
};

/// One call of one command.
struct Call {
  const Program& program;
  const Command& command;
  const Arguments& globals;
  const Arguments& arguments;
  const Env& env;
};

}  // namespace masu::cli
