// SPDX-License-Identifier: Apache-2.0
#include "log_service.h"

#include "masu/base/text.h"

#include <cerrno>
#include <cstdint>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace masu::log {
namespace {

constexpr const char* kJournal = "/run/systemd/journal/socket";
constexpr const char* kSyslog = "/dev/log";

int severity(Level level) {
  constexpr int kError = 3, kWarning = 4, kInfo = 6, kDebug = 7;  // LOG_ERR … of syslog(3)
  switch (level) {
    case Level::error:
      return kError;
    case Level::warning:
      return kWarning;
    case Level::info:
      return kInfo;
    default:
      return kDebug;
  }
}

void append_entry(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += '\n';
  const std::uint64_t size = value.size();
  for (unsigned shift = 0; shift < 64; shift += 8) out += static_cast<char>(size >> shift & 0xff);
  out += value;
  out += '\n';
}

}  // namespace

Result<int> connect_service(Target target) {
  const char* path = target == Target::journal ? kJournal : kSyslog;
  const auto failed = [path](int error) {
    return fail(Error::sys(error, cat("log to ", quote(path)))
                    .hint("is the service running, and its socket to be seen from here?"));
  };
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return failed(errno);
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  memcpy(address.sun_path, path, strlen(path) + 1);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  const int error = errno;
  (void)::close(fd);
  return failed(error);
}

std::string journal_entry(std::string_view identifier, Level level, std::string_view message,
                          std::initializer_list<Field> fields) {
  std::string out;
  append_entry(out, "MESSAGE", message);
  append_entry(out, "PRIORITY", cat(severity(level)));
  append_entry(out, "SYSLOG_IDENTIFIER", identifier);
  for (const auto& [key, value] : fields) {
    if (value.empty()) continue;
    std::string name = "MASU_";
    for (const char c : key) name += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    append_entry(out, name, value);
  }
  return out;
}

std::string syslog_line(std::string_view identifier, Level level, std::string_view message,
                        std::initializer_list<Field> fields) {
  constexpr int kDaemon = 3 << 3;  // LOG_DAEMON
  std::string out = cat("<", kDaemon | severity(level), ">", identifier, "[", ::getpid(), "]: ");
  text::append_json_string(out, message);
  for (const auto& [key, value] : fields) {
    if (value.empty()) continue;
    out += cat(" ", key, "=");
    text::append_json_string(out, value);
  }
  return out;
}

}  // namespace masu::log
