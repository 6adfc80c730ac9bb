// SPDX-License-Identifier: Apache-2.0
//
// The program's log: text or JSON lines to stderr or a file, one write(2) a line; or entries of the host's
// log. Libraries log at debug and trace only; errors are returned, and the program logs the one that ends it
// (contract 1.7: clients parse this file). A call below the level costs one load and one branch.
#pragma once

#include "masu/base/error.h"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace masu::log {

enum class Level { error, warning, info, debug, trace };
enum class Format { text, json };
enum class Target { file, journal, syslog };

struct Config {
  std::string path;              ///< of the file, empty: stderr; otherwise the identifier of the entries
  Format format = Format::text;  ///< of the file
  Level level = Level::error;
  Target target = Target::file;
};

/// Opens the log (append, created 0644, O_CLOEXEC). Until then the log is text on stderr at level error.
Result<> open(const Config& config);
/// True when the log goes elsewhere than to stderr.
bool to_file();
bool enabled(Level level);
/// "error", "warning", "info", "debug", "trace"; parse accepts "warn" too.
std::string_view level_name(Level level);
std::optional<Level> parse_level(std::string_view name);

using Field = std::pair<std::string_view, std::string_view>;
void write(Level level, std::string_view message, std::initializer_list<Field> fields = {});

/// Logs an error with its parts (errno, kind, path, hint) as fields.
void write(const Error& error);

}  // namespace masu::log

#define MASU_LOG(level, message)                  \
  do {                                            \
    if (::masu::log::enabled(level)) [[unlikely]] \
      ::masu::log::write(level, message);         \
  } while (false)
#define MASU_DEBUG(message) MASU_LOG(::masu::log::Level::debug, message)
#define MASU_TRACE(message) MASU_LOG(::masu::log::Level::trace, message)
