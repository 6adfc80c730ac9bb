// SPDX-License-Identifier: Apache-2.0
//
// The tables that describe a program's command line. Parser, help, completion, man page and reference are all
// made from them, so none can lag behind another. They are constants: at start they cost nothing. An option
// is an object, and is asked for by that object (`arguments.has(kForce)`): a misspelt one does not compile.
#pragma once

#include "masu/base/error.h"

#include <span>
#include <string_view>

namespace masu::cli {

class Arguments;
struct Call;

/// What an argument may be. Shells complete it so. Of an option, parse() refuses what is not one of the
/// choices; for a positional they are proposals.
struct Values {
  enum class From {
    anywhere,
    files,
    directories,
    choices,  ///< `text`: the words allowed, a space between two
    output,   ///< `text`: arguments for the program itself; each line that it prints is a value ("list -q")
  };
  From from = From::anywhere;
  std::string_view text;
};
inline constexpr Values kFiles{Values::From::files, {}};
inline constexpr Values kDirectories{Values::From::directories, {}};

struct Option {
  enum class Takes {
    nothing,   ///< a flag; `--x=false` switches it off again
    value,     ///< the last one given counts
    values,    ///< may be repeated, all count
    optional,  ///< `--x` or `--x=VALUE`, never `--x VALUE`
  };
  std::string_view name;  ///< without dashes
  char letter = 0;        ///< short form; 0: none
  Takes takes = Takes::nothing;
  std::string_view argument;  ///< its name in help: "DIR"
  Values values;
  std::string_view help;  ///< lower case, no stop
  bool hidden = false;    ///< accepted, but not shown
};

struct Positional {
  enum class Count { one, optional, any, some };  ///< exactly 1, 0 or 1, 0 or more, 1 or more
  std::string_view name;
  Count count = Count::one;
  Values values;
  std::string_view help;
};

struct Command {
  std::string_view name;
  std::string_view summary;      ///< one line, lower case, no stop
  std::string_view description;  ///< sentences; an empty line parts paragraphs
  std::span<const Option* const> options;
  std::span<const Positional> positionals;
  /// Options end at the first positional: what follows belongs to another program, whose command line it is
  /// (`exec`).
  bool options_first = false;
  /// Yields the exit code.
  Result<int> (*run)(const Call& call) = nullptr;
};

/// A row of a table that is for documents alone: an exit code, a file, a variable of the environment.
struct Note {
  std::string_view name;
  std::string_view text;
};

/// The first word of commands of two: "network" of "network ls", whose Command::name is both words.
struct Group {
  std::string_view name;
  std::string_view alias;     ///< another word for it; empty: none
  std::string_view summary;   ///< of help
  std::string_view commands;  ///< commands of one word that may stand behind it too: "run start", or "rm=rmi"
};

struct Program {
  std::string_view name;
  std::string_view summary;
  std::string_view description;
  std::span<const Option* const> options;  ///< global ones; they come before the command
  std::span<const Command* const>
      commands;                   ///< none: the program does one thing, and the options are its own
  std::span<const Group> groups;  ///< every first word of a command of two
  std::span<const Note> exit_codes;
  std::span<const Note> environment;
  std::span<const Note> files;
  std::string_view see_also;  ///< "crun(1) runc(8)"
  char section = '8';         ///< of the manual
  std::string_view date;      ///< of the manual page: "November 22, 2026"
};

/// Accepted by every program and command, also as -? and --usage.
inline constexpr Option kHelp{.name = "help", .letter = 'h', .help = "print this help and exit"};

/// Null if there is no such command.
const Command* find_command(const Program& program, std::string_view name);
/// By its name or its alias; null if there is no such group.
const Group* find_group(const Program& program, std::string_view name);

}  // namespace masu::cli
