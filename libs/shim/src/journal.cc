// SPDX-License-Identifier: Apache-2.0
#include "journal.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"
#include "masu/sys/socket.h"

#include <sys/socket.h>
#include <sys/time.h>

namespace masu::shim {
namespace {

constexpr std::size_t kLongest = std::size_t{32} * 1024;  // less than any wmem_default
constexpr long kPatience = 200'000;                       // µs
constexpr std::int64_t kSilence = 5'000'000'000;          // after journald has taken nothing for that long
constexpr char kInfo = '6', kError = '3';

// A value may hold anything, so it comes with its length (64 bits, little-endian).
void append_field(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += '\n';
  for (unsigned shift = 0; shift < 64; shift += 8) out += static_cast<char>(value.size() >> shift & 0xff);
  out += value;
  out += '\n';
}

// "<3>text": the priority that programs give to systemd (sd-daemon(3)).
char take_priority(std::string_view& line, char otherwise) {
  if (line.size() < 3 || line[0] != '<' || line[1] < '0' || line[1] > '7' || line[2] != '>') return otherwise;
  const char priority = line[1];
  line.remove_prefix(3);
  return priority;
}

}  // namespace

Result<std::unique_ptr<Journal>> Journal::open(const LogOptions& options, std::string_view container,
                                               LogState* state) {
  constexpr std::size_t kShort = 12;
  const std::string_view name = options.name.empty() ? container : options.name;
  const std::string_view tag = options.tag.empty() ? container : options.tag;
  sys::Fd socket = TRY_IN(sys::connect_to(options.journal, SOCK_DGRAM), "log to the journal");
  const timeval patience{.tv_sec = 0, .tv_usec = kPatience};
  (void)setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  std::unique_ptr<Journal> journal(new Journal(options.journal, std::move(socket), state));
  for (const auto& [field, value] : {std::pair{"CONTAINER_ID", container.substr(0, kShort)},
                                     {"CONTAINER_ID_FULL", container},
                                     {"CONTAINER_NAME", name},
                                     {"CONTAINER_TAG", tag},
                                     {"SYSLOG_IDENTIFIER", tag}})
    append_field(journal->fields_, field, value);
  return journal;
}

void Journal::write(Stream stream, std::string_view bytes) {
  state_->bytes += bytes.size();
  while (!bytes.empty()) {
    const auto end = bytes.substr(0, kLongest).find('\n');
    const bool partial = end == std::string_view::npos;
    const std::size_t size = partial ? std::min(bytes.size(), kLongest) : end;
    send_line(stream, bytes.substr(0, size), partial);
    bytes.remove_prefix(size + (partial ? 0 : 1));
  }
}

void Journal::send_line(Stream stream, std::string_view line, bool partial) {
  const std::size_t whole = line.size();
  bool& begun = begun_[stream == Stream::out ? 0 : 1];
  const char otherwise = stream == Stream::out ? kInfo : kError;
  const char priority = begun ? otherwise : take_priority(line, otherwise);
  begun = partial;
  std::string datagram;
  append_field(datagram, "MESSAGE", line);
  append_field(datagram, "PRIORITY", {&priority, 1});
  if (partial) append_field(datagram, "CONTAINER_PARTIAL_MESSAGE", "true");
  datagram += fields_;
  if (!send(datagram)) state_->lost += whole;
}

// journald may have been started anew. One that takes nothing is not waited for each time.
bool Journal::send(std::string_view datagram) {
  if (sys::raw::monotonic_ns() < silent_until_) return false;
  for (const bool again : {false, true}) {
    const long sent = sys::send_message(socket_.get(), datagram.data(), datagram.size());
    if (sent >= 0) return true;
    if (sent == -EAGAIN || again) break;
    auto socket = sys::connect_to(path_, SOCK_DGRAM);
    if (!socket) break;
    socket_ = std::move(*socket);
  }
  silent_until_ = sys::raw::monotonic_ns() + kSilence;
  return false;
}

}  // namespace masu::shim
