// SPDX-License-Identifier: Apache-2.0
#include "masu/ttrpc/client.h"

#include "channel.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/socket.h"

#include <cerrno>

#include <sys/socket.h>

namespace masu::ttrpc {

Client::Client(event::Loop& loop) : loop_(loop) {}

Client::~Client() {
  for (const auto& [stream, call] : calls_) loop_.cancel(call.deadline);
}

Result<std::unique_ptr<Client>> Client::connect(event::Loop& loop, const std::string& path) {
  std::unique_ptr<Client> client(new Client(loop));
  Client* self = client.get();
  sys::Fd socket = TRY(sys::connect_to(path, SOCK_STREAM | SOCK_NONBLOCK));
  client->channel_ = TRY(Channel::make(
      loop, std::move(socket),
      [self](const Frame& frame) {
        if (frame.type == Type::response && !frame.too_long)
          self->finish(frame.stream, parse_response(frame.message));
      },
      [self] { self->fail_all(); }));
  return client;
}

void Client::call(const Request& request, OnAnswer answered) {
  const std::uint32_t stream = next_stream_;
  next_stream_ += 2;
  const event::Loop::Timer deadline = loop_.after(request.timeout_ns, [this, stream] {
    finish(stream, fail(Error::make(Kind::timeout, "no answer came in time")));
  });
  calls_.emplace(stream, Call{std::move(answered), deadline});
  channel_->send(Type::request, stream, encode(request));
}

bool Client::connected() const { return channel_->open(); }

void Client::finish(std::uint32_t stream, Result<Response> response) {
  const auto found = calls_.find(stream);
  if (found == calls_.end()) return;
  const Call call = std::move(found->second);
  calls_.erase(found);
  loop_.cancel(call.deadline);
  call.answered(std::move(response));
}

void Client::fail_all() {
  std::map<std::uint32_t, Call> calls;
  calls.swap(calls_);
  for (const auto& [stream, call] : calls) loop_.cancel(call.deadline);
  for (const auto& [stream, call] : calls) call.answered(fail(Error::sys(ECONNRESET, "call")));
}

}  // namespace masu::ttrpc
