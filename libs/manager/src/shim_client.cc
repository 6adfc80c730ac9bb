// SPDX-License-Identifier: Apache-2.0
#include "masu/manager/shim_client.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/sys/raw.h"
#include "masu/sys/socket.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include <sys/socket.h>

namespace masu::manager {
namespace {

constexpr std::size_t kLongestHead = std::size_t{64} << 10;

// A connection that is read to the end of a head, and then body.
class Wire {
 public:
  explicit Wire(sys::Fd socket) : socket_(std::move(socket)) {}

  Result<> send(std::string_view bytes) {
    while (!bytes.empty()) {
      const long sent = sys::send_message(socket_.get(), bytes.data(), bytes.size());
      if (sent < 0) return fail(Error::sys(static_cast<int>(-sent), "write to the shim"));
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return {};
  }
  /// More bytes; false at the end.
  Result<bool> fill() {
    std::array<char, 65536> bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init): read(2) fills it
    for (;;) {
      const long got = sys::raw::read(socket_.get(), bytes.data(), bytes.size());
      if (got == -EINTR) continue;
      if (got < 0) return fail(Error::sys(static_cast<int>(-got), "read from the shim"));
      buffer.append(bytes.data(), static_cast<std::size_t>(got));
      return got > 0;
    }
  }
  Result<std::string> line() {
    for (;;) {
      if (const auto end = buffer.find("\r\n"); end != std::string::npos) {
        std::string out = buffer.substr(0, end);
        buffer.erase(0, end + 2);
        return out;
      }
      if (buffer.size() > kLongestHead || !TRY(fill()))
        return fail(Error::make(Kind::system, "the shim ended the connection in the middle of an answer"));
    }
  }
  sys::Fd take() { return std::move(socket_); }

  std::string buffer;

 private:
  sys::Fd socket_;
};

struct Head {
  int status = 0;
  std::optional<std::size_t> length;
  bool chunked = false;
};

Result<Head> read_head(Wire& wire) {
  Head out;
  const std::string first = TRY(wire.line());
  constexpr std::size_t kStatusAt = 9, kStatusSize = 3;  // HTTP/1.1 200
  if (first.size() >= kStatusAt + kStatusSize)
    out.status = text::parse_int<int>(std::string_view(first).substr(kStatusAt, kStatusSize)).value_or(0);
  if (out.status == 0) return fail(Error::make(Kind::system, "the shim's answer is no HTTP"));
  for (;;) {
    const std::string line = TRY(wire.line());
    if (line.empty()) return out;
    const auto colon = std::min(line.find(':'), line.size() - 1);
    const std::string_view name = std::string_view(line).substr(0, colon);
    const std::string_view value = text::trim(std::string_view(line).substr(colon + 1));
    if (text::equals_ignore_case(name, "content-length")) out.length = text::parse_int<std::size_t>(value);
    if (text::equals_ignore_case(name, "transfer-encoding"))
      out.chunked = text::equals_ignore_case(value, "chunked");
  }
}

// Hands on the body; what `take` refuses ends it.
Result<> read_chunks(Wire& wire, const std::function<bool(std::string_view)>& take) {
  for (;;) {
    std::size_t left = text::parse_int<std::size_t>(TRY(wire.line()), 16).value_or(0);
    if (left == 0) return {};
    while (left > 0) {
      if (wire.buffer.empty() && !TRY(wire.fill())) return {};
      const std::size_t size = std::min(left, wire.buffer.size());
      if (!take(std::string_view(wire.buffer).substr(0, size))) return {};
      wire.buffer.erase(0, size);
      left -= size;
    }
    TRY(wire.line());
  }
}

Result<> read_body(Wire& wire, const Head& head, const std::function<bool(std::string_view)>& take) {
  if (head.chunked) return read_chunks(wire, take);
  std::size_t left = head.length.value_or(0);
  while (left > 0) {
    if (wire.buffer.empty() && !TRY(wire.fill())) break;
    const std::size_t size = std::min(left, wire.buffer.size());
    if (!take(std::string_view(wire.buffer).substr(0, size))) return {};
    wire.buffer.erase(0, size);
    left -= size;
  }
  return {};
}

std::string request_text(std::string_view method, std::string_view path, std::string_view form,
                         std::string_view json, std::string_view more = {}) {
  const std::string_view body = form.empty() ? json : form;
  return cat(method, " ", path, " HTTP/1.1\r\nHost: shim\r\n", more,
             form.empty() ? (json.empty() ? "" : "Content-Type: application/json\r\n")
                          : "Content-Type: application/x-www-form-urlencoded\r\n",
             "Content-Length: ", body.size(), "\r\n\r\n", body);
}

Error refusal(const Reply& reply) {
  std::string message = reply.body;
  if (const auto document = json::Document::parse(reply.body)) {
    const auto error = json::Reader(*document).find("error");
    if (error)
      if (const auto text = error->find("message")) message = text->value().text();
  }
  constexpr int kConflict = 409, kNotFound = 404;
  return Error::make(reply.status == kConflict   ? Kind::invalid_state
                     : reply.status == kNotFound ? Kind::not_found
                                                 : Kind::system,
                     std::string(text::trim(message)));
}

}  // namespace

Result<sys::Fd> ShimClient::connect() const {
  const sys::Fd folder = TRY(sys::open(folder_, O_PATH | O_DIRECTORY));
  return sys::connect_at(folder.get(), "shim.sock", SOCK_STREAM);
}

bool ShimClient::is_alive() const { return connect().has_value(); }

Result<Reply> ShimClient::ask(std::string_view method, std::string_view path, std::string_view form,
                              std::string_view json) const {
  Wire wire(TRY_IN(connect(), "connect to the shim"));
  TRY(wire.send(request_text(method, path, form, json)));
  const Head head = TRY(read_head(wire));
  Reply out{.status = head.status, .body = {}};
  TRY(read_body(wire, head, [&out](std::string_view bytes) {
    out.body += bytes;
    return true;
  }));
  return out;
}

Result<std::string> ShimClient::get(std::string_view method, std::string_view path, std::string_view form,
                                    std::string_view json) const {
  Reply reply = TRY(ask(method, path, form, json));
  if (reply.status / 100 != 2) return fail(refusal(reply));
  return std::move(reply.body);
}

Result<> ShimClient::stream(std::string_view path, const std::function<bool(std::string_view)>& take) const {
  Wire wire(TRY_IN(connect(), "connect to the shim"));
  TRY(wire.send(request_text("GET", path, {}, {})));
  const Head head = TRY(read_head(wire));
  if (head.status / 100 == 2) return read_body(wire, head, take);
  Reply reply{.status = head.status, .body = {}};
  TRY(read_body(wire, head, [&reply](std::string_view bytes) {
    reply.body += bytes;
    return true;
  }));
  return fail(refusal(reply));
}

Result<ShimClient::Attached> ShimClient::attach(std::string_view path) const {
  Wire wire(TRY_IN(connect(), "connect to the shim"));
  TRY(wire.send(request_text("POST", path, {}, {}, "Connection: Upgrade\r\nUpgrade: masu-attach\r\n")));
  const Head head = TRY(read_head(wire));
  constexpr int kSwitching = 101;
  if (head.status == kSwitching) {
    std::string begun = std::move(wire.buffer);
    return Attached{wire.take(), std::move(begun)};
  }
  Reply reply{.status = head.status, .body = {}};
  TRY(read_body(wire, head, [&reply](std::string_view bytes) {
    reply.body += bytes;
    return true;
  }));
  return fail(refusal(reply));
}

std::string escape(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
      out += c;
    else
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return out;
}

}  // namespace masu::manager
