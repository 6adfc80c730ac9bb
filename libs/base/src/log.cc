// SPDX-License-Identifier: Apache-2.0
#include "masu/base/log.h"

#include "log_service.h"
#include "masu/base/errno_name.h"
#include "masu/base/text.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

namespace masu::log {
namespace {

struct Sink {
  int fd = STDERR_FILENO;
  Format format = Format::text;
  Level level = Level::error;
  Target target = Target::file;
  char identifier[64] = {};  ///< longer ones are cut
};
// The one global of the project: a log belongs to the process, as stderr does.
constinit Sink sink;

std::string now() {
  timespec time{};
  (void)clock_gettime(CLOCK_REALTIME, &time);
  return text::rfc3339(time.tv_sec, time.tv_nsec);
}

void append_field(std::string& line, std::string_view key, std::string_view value) {
  if (sink.format == Format::json) {
    line += ',';
    text::append_json_string(line, key);
    line += ':';
  } else {
    line += cat(" ", key, "=");
  }
  text::append_json_string(line, value);
}

}  // namespace

Result<> open(const Config& config) {
  Sink opened{STDERR_FILENO, config.format, config.level, config.target};
  if (config.target != Target::file) {
    auto connected = connect_service(config.target);
    if (!connected) return fail(std::move(connected).error());
    opened.fd = *connected;
    (void)config.path.copy(opened.identifier, sizeof opened.identifier - 1);
  } else if (!config.path.empty()) {
    opened.fd = ::open(config.path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644);
    if (opened.fd < 0) return fail(Error::sys(errno, cat("open log file ", quote(config.path))));
  }
  if (to_file()) (void)::close(sink.fd);
  sink = opened;
  return {};
}

bool to_file() { return sink.fd != STDERR_FILENO; }

bool enabled(Level level) { return level <= sink.level; }

std::string_view level_name(Level level) {
  constexpr std::string_view kNames[] = {"error", "warning", "info", "debug", "trace"};
  return kNames[static_cast<unsigned>(level)];
}

std::optional<Level> parse_level(std::string_view name) {
  for (auto level : {Level::error, Level::warning, Level::info, Level::debug, Level::trace})
    if (name == level_name(level)) return level;
  if (name == "warn") return Level::warning;
  return std::nullopt;
}

void write(Level level, std::string_view message, std::initializer_list<Field> fields) {
  if (!enabled(level)) return;
  std::string line;
  if (sink.target != Target::file) {
    line = (sink.target == Target::journal ? journal_entry : syslog_line)(sink.identifier, level, message,
                                                                          fields);
    (void)!::send(sink.fd, line.data(), line.size(), MSG_NOSIGNAL);
    return;
  }
  if (sink.format == Format::json) {
    line = cat("{\"level\":\"", level_name(level), "\",\"msg\":");
    text::append_json_string(line, message);
    line += cat(",\"time\":\"", now(), "\"");
  } else {
    line = cat("time=\"", now(), "\" level=", level_name(level), " msg=");
    text::append_json_string(line, message);
  }
  for (const auto& [key, value] : fields)
    if (!value.empty()) append_field(line, key, value);
  line += sink.format == Format::json ? "}\n" : "\n";
  // One write a line, so that lines of several processes do not mix (O_APPEND). A full disk must not stop a
  // container.
  (void)!::write(sink.fd, line.data(), line.size());
}

void write(const Error& error) {
  write(Level::error, error.message(),
        {{"kind", kind_name(error.kind())},
         {"errno", errno_name(error.err())},
         {"path", error.path()},
         {"hint", error.hint_text()}});
}

}  // namespace masu::log
