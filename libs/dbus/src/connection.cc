// SPDX-License-Identifier: Apache-2.0
#include "masu/dbus/connection.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>

namespace masu::dbus {

namespace raw = sys::raw;

namespace {

constexpr std::size_t kMaxLine = 16u << 10;
/// More than any bus has in flight for one call; what is beyond it is a peer gone mad.
constexpr std::size_t kMaxWaiting = 4096;

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
  return out;
}

/// connect(2) of a unix socket waits while the listener's queue is full; SO_SNDTIMEO ends that.
Result<> limit_connect(const sys::Fd& socket, std::int64_t deadline_ns) {
  const std::int64_t left = std::max<std::int64_t>(deadline_ns - raw::monotonic_ns(), 1'000'000);
  const timeval limit{.tv_sec = left / 1'000'000'000, .tv_usec = left % 1'000'000'000 / 1000};
  const long set = raw::call(SYS_setsockopt, socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (set < 0) return fail(Error::sys(static_cast<int>(-set), "limit the time of connect"));
  return {};
}

Result<sys::Fd> connect_to(const Address& address, std::int64_t deadline_ns) {
  const long made = raw::call(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (made < 0) return fail(Error::sys(static_cast<int>(-made), "make a unix socket"));
  sys::Fd socket(static_cast<int>(made));
  TRY(limit_connect(socket, deadline_ns));
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  // A path that is too long is reached through an fd of the socket file.
  sys::Fd file;
  std::string path = address.path;
  if (!address.abstract && path.size() >= sizeof name.sun_path) {
    file = TRY(sys::open(path, O_PATH));
    path = cat("/proc/self/fd/", file.get());
  }
  const std::size_t offset = address.abstract ? 1 : 0;
  if (path.size() + 1 > sizeof name.sun_path) return fail(Error::sys(ENAMETOOLONG, "abstract socket"));
  std::memcpy(name.sun_path + offset, path.data(), path.size());
  const std::size_t size = offsetof(sockaddr_un, sun_path) + path.size() + 1;
  long connected = -EINTR;
  while (connected == -EINTR) connected = raw::call(SYS_connect, socket.get(), &name, size);
  if (connected == -EAGAIN)
    return fail(Error::make(Kind::timeout, "nobody accepts the connection within the time allowed"));
  if (connected < 0) return fail(Error::sys(static_cast<int>(-connected), "connect"));
  return socket;
}

}  // namespace

Error Reply::error(std::string_view what) const {
  Error error = Error::make(Kind::system,
                            cat(what, ": ", error_text, error_text.empty() ? "" : " ", "(", error_name, ")"));
  constexpr std::string_view kPrefix = "org.freedesktop.DBus.Error.";
  if (!error_name.starts_with(kPrefix)) return error;
  const std::string_view name = std::string_view(error_name).substr(kPrefix.size());
  if (name == "AccessDenied" || name == "InteractiveAuthorizationRequired")
    return std::move(error).hint("the service does not allow this user to do it");
  return error;
}

Error Connection::broken(std::string_view what, int err) const {
  std::string frame = cat("D-Bus connection ", quote(name_));
  if (err != 0) return Error::sys(err, std::string(what)).within(std::move(frame));
  return Error::make(Kind::system, std::string(what)).within(std::move(frame));
}

Result<Connection> Connection::open(const std::vector<Address>& addresses, Peer peer,
                                    std::int64_t deadline_ns) {
  std::optional<Error> first;
  for (const Address& address : addresses) {
    auto socket = connect_to(address, deadline_ns);
    if (socket) return over(std::move(*socket), address.text(), peer, deadline_ns);
    Error error = std::move(socket).error().within(cat("D-Bus connection ", quote(address.text())));
    if (!first) first = std::move(error);
  }
  if (first) return fail(std::move(*first));
  return fail(Error::make(Kind::not_found, "no D-Bus address to connect to"));
}

Result<Connection> Connection::over(sys::Fd socket, std::string name, Peer peer, std::int64_t deadline_ns) {
  Connection connection(std::move(socket), std::move(name), peer);
  TRY(connection.authenticate(deadline_ns));
  if (peer == Peer::service) return connection;
  const Call hello{"org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "Hello", {}};
  const Reply reply = TRY(connection.call(hello, deadline_ns));
  if (!reply.ok())
    return fail(reply.error("say Hello").within(cat("D-Bus connection ", quote(connection.name_))));
  return connection;
}

// ---- bytes -----------------------------------------------------------------------------------------------

Result<> Connection::await(short events, std::int64_t deadline_ns, std::string_view what) {
  pollfd poll{.fd = socket_.get(), .events = events, .revents = 0};
  const int ready = raw::poll_until(&poll, 1, deadline_ns);
  if (ready < 0) return fail(broken(what, -ready));
  if (ready > 0) return {};
  return fail(Error::make(Kind::timeout, cat(what, ": no answer within the time allowed"))
                  .within(cat("D-Bus connection ", quote(name_)))
                  .hint("is the service behind this socket alive?"));
}

Result<> Connection::write(std::string_view bytes, std::int64_t deadline_ns) {
  while (!bytes.empty()) {
    const long sent = raw::call(SYS_sendto, socket_.get(), bytes.data(), bytes.size(),
                                MSG_NOSIGNAL | MSG_DONTWAIT, nullptr, 0);
    if (sent == -EINTR) continue;
    if (sent == -EAGAIN)
      TRY(await(POLLOUT, deadline_ns, "send"));
    else if (sent < 0)
      return fail(broken("send", static_cast<int>(-sent)));
    else
      bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

/// Reads what there is, or waits for it.
Result<> Connection::fill(std::int64_t deadline_ns) {
  std::array<char, 16384> buffer;
  for (;;) {
    TRY(await(POLLIN, deadline_ns, "receive"));
    // Not recvmsg: descriptors that nobody has asked for are closed by the kernel.
    const long got =
        raw::call(SYS_recvfrom, socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT, nullptr, nullptr);
    if (got == -EINTR || got == -EAGAIN) continue;
    if (got < 0) return fail(broken("receive", static_cast<int>(-got)));
    if (got == 0) return fail(broken("it was closed by the other side"));
    input_.append(buffer.data(), static_cast<std::size_t>(got));
    return {};
  }
}

// ---- authentication --------------------------------------------------------------------------------------

Result<std::string> Connection::read_line(std::int64_t deadline_ns) {
  for (;;) {
    const std::size_t end = input_.find("\r\n");
    if (end != std::string::npos) {
      std::string line = input_.substr(0, end);
      input_.erase(0, end + 2);
      return line;
    }
    if (input_.size() > kMaxLine) return fail(broken("authenticate: a line without an end"));
    TRY(fill(deadline_ns));
  }
}

/// One attempt: true if it was accepted, false if the server will hear another.
Result<bool> Connection::offer(std::string_view line, std::int64_t deadline_ns) {
  TRY(write(cat(line, "\r\n"), deadline_ns));
  for (int round = 0; round < 4; ++round) {
    const std::string answer = TRY(read_line(deadline_ns));
    if (answer.starts_with("OK ") || answer == "OK") return true;
    if (answer.starts_with("REJECTED")) return false;
    if (answer == "DATA" || answer.starts_with("DATA "))
      TRY(write("DATA\r\n", deadline_ns));
    else if (answer.starts_with("ERROR"))
      TRY(write("CANCEL\r\n", deadline_ns));
    else
      return fail(broken(cat("authenticate: ", quote(answer), " is no answer of D-Bus")));
  }
  return fail(broken("authenticate: the other side does not come to an end"));
}

/// EXTERNAL: the server sees by the socket who we are. The uid is said first, which every server understands.
/// In a user namespace it is not the one that the server sees, so that it rejects us; then it is asked to
/// take what it sees.
Result<> Connection::authenticate(std::int64_t deadline_ns) {
  TRY(write(std::string_view("\0", 1), deadline_ns));
  bool accepted = TRY(offer(cat("AUTH EXTERNAL ", hex(cat(read_environment().euid))), deadline_ns));
  if (!accepted) accepted = TRY(offer("AUTH EXTERNAL", deadline_ns));
  if (!accepted)
    return fail(broken("authenticate: this user was rejected")
                    .hint("the bus belongs to another user, or takes no EXTERNAL authentication"));
  return write("BEGIN\r\n", deadline_ns);
}

// ---- messages --------------------------------------------------------------------------------------------

Result<Message> Connection::read_message(std::int64_t deadline_ns) {
  std::size_t size = kHeadSize;
  while (input_.size() < size) TRY(fill(deadline_ns));
  size = TRY_IN(message_size(std::string_view(input_).substr(0, kHeadSize)), quote(name_));
  while (input_.size() < size) TRY(fill(deadline_ns));
  auto message = parse_message(std::string_view(input_).substr(0, size));
  input_.erase(0, size);
  if (!message) return fail(std::move(message).error().within(quote(name_)));
  return message;
}

/// Receives one message and puts it where it is looked for.
Result<> Connection::take_in(std::int64_t deadline_ns) {
  Message message = TRY(read_message(deadline_ns));
  if (message.type == Message::Type::reply || message.type == Message::Type::error) {
    replies_.push_back(std::move(message));
  } else if (message.type == Message::Type::signal) {
    const bool wanted = std::ranges::any_of(subscriptions_, [&message](const Subscription& subscription) {
      return subscription.interface == message.interface && subscription.member == message.member;
    });
    if (wanted) signals_.push_back(std::move(message));
  }
  if (replies_.size() + signals_.size() > kMaxWaiting) return fail(broken("too many messages at once"));
  return {};
}

Result<std::uint32_t> Connection::send(const Call& call, std::int64_t deadline_ns) {
  Message message;
  message.serial = ++last_serial_;
  message.path = call.path;
  message.interface = call.interface;
  message.member = call.member;
  message.destination = call.destination;
  message.signature = signature_of(call.arguments);
  message.body = TRY_IN(encode(call.arguments), cat("call ", call.member));
  const std::string bytes = TRY_IN(to_bytes(message), cat("call ", call.member));
  TRY(write(bytes, deadline_ns));
  return message.serial;
}

Result<Reply> Connection::wait(std::uint32_t serial, std::int64_t deadline_ns) {
  for (;;) {
    const auto found = std::ranges::find(replies_, serial, &Message::reply_serial);
    if (found == replies_.end()) {
      TRY(take_in(deadline_ns));
      continue;
    }
    const Message message = std::move(*found);
    replies_.erase(found);
    Reply reply;
    reply.values = TRY_IN(message.values(), quote(name_));
    if (message.type == Message::Type::reply) return reply;
    reply.error_name = message.error_name;
    if (!reply.values.empty() && reply.values.front().is("s")) reply.error_text = reply.values.front().text();
    return reply;
  }
}

Result<Reply> Connection::call(const Call& call, std::int64_t deadline_ns) {
  const std::uint32_t serial = TRY(send(call, deadline_ns));
  return wait(serial, deadline_ns);
}

Result<> Connection::subscribe(std::string_view interface, std::string_view member, std::string_view sender,
                               std::int64_t deadline_ns) {
  subscriptions_.push_back({std::string(interface), std::string(member)});
  if (peer_ == Peer::service) return {};  // it sends its signals to whoever is connected
  const std::string rule =
      cat("type='signal',sender='", sender, "',interface='", interface, "',member='", member, "'");
  const Call add{"org.freedesktop.DBus",
                 "/org/freedesktop/DBus",
                 "org.freedesktop.DBus",
                 "AddMatch",
                 {Value::string(rule)}};
  const Reply reply = TRY(call(add, deadline_ns));
  if (!reply.ok()) return fail(reply.error(cat("subscribe to ", member)));
  return {};
}

Result<Message> Connection::next_signal(std::int64_t deadline_ns) {
  while (signals_.empty()) TRY(take_in(deadline_ns));
  Message message = std::move(signals_.front());
  signals_.pop_front();
  return message;
}

}  // namespace masu::dbus
