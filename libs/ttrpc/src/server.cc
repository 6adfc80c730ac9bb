// SPDX-License-Identifier: Apache-2.0
#include "masu/ttrpc/server.h"

#include "channel.h"
#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <cerrno>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace masu::ttrpc {
namespace {

Response refusal(Code code, std::string why) { return {.code = code, .message = std::move(why)}; }

Response response_to(Result<std::string> answer) {
  if (answer) return {.payload = std::move(*answer)};
  const Error& error = answer.error();
  const std::string hint = error.hint_text().empty() ? "" : cat(" (hint: ", error.hint_text(), ")");
  return refusal(code_of(error.kind()), error.message() + hint);
}

}  // namespace

struct Server::Client {
  std::unique_ptr<Channel> channel;
};

Server::Server(event::Loop& loop, sys::Fd listener, Handler handler)
    : loop_(loop), listener_(std::move(listener)), handler_(std::move(handler)) {}

Server::~Server() {
  if (pause_) loop_.cancel(*pause_);
  loop_.forget(listener_.get());
}

Result<std::unique_ptr<Server>> Server::make(event::Loop& loop, sys::Fd listener, Handler handler) {
  std::unique_ptr<Server> server(new Server(loop, std::move(listener), std::move(handler)));
  Server* self = server.get();
  constexpr int kBacklog = 128;
  (void)sys::raw::call(SYS_listen, server->listener_.get(), kBacklog);  // it listens already, for fewer
  TRY(self->listen());
  return server;
}

Result<> Server::listen() {
  return loop_.watch(listener_.get(), EPOLLIN, [this](std::uint32_t) { accept(); });
}

// Without a free fd: clients stay in the queue, and the loop is not told of them again and again.
void Server::pause() {
  loop_.forget(listener_.get());
  pause_ = loop_.after(event::kSecond, [this] {
    pause_.reset();
    if (auto listens = listen(); !listens) log::write(listens.error());
  });
}

bool Server::flushed() const {
  return std::ranges::all_of(clients_, [](const auto& entry) { return entry.first->channel->flushed(); });
}

void Server::accept() {
  const long got =
      sys::raw::call(SYS_accept4, listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (got < 0) {
    if (got == -EAGAIN || got == -EINTR || got == -ECONNABORTED) return;
    log::write(Error::sys(static_cast<int>(-got), "accept a client"));
    return pause();
  }
  auto client = std::make_shared<Client>();
  const std::weak_ptr<Client> weak = client;
  auto channel = Channel::make(
      loop_, sys::Fd(static_cast<int>(got)),
      [this, weak](const Frame& frame) {
        if (const auto sender = weak.lock()) take(sender, frame);
      },
      [this, key = client.get()] { clients_.erase(key); });
  if (!channel) return log::write(channel.error());
  client->channel = std::move(*channel);
  clients_.emplace(client.get(), std::move(client));
}

// What is no call of ours is answered where that can be done, and otherwise dropped, as the Go server does
// it.
void Server::take(const std::shared_ptr<Client>& client, const Frame& frame) {
  const auto answer = [&client, stream = frame.stream](const Response& response) {
    client->channel->send(Type::response, stream, encode(response));
  };
  if (frame.too_long)
    return answer(
        refusal(Code::resource_exhausted, cat("a message has at most ", kLongestMessage, " bytes")));
  if (frame.type != Type::request) return;
  if (frame.stream % 2 == 0)
    return answer(refusal(Code::invalid_argument, "a client's stream has an odd number"));
  auto request = parse_request(frame.message);
  if (!request) return answer(refusal(Code::invalid_argument, request.error().message()));
  handler_(std::move(*request),
           [weak = std::weak_ptr<Client>(client), stream = frame.stream](Result<std::string> result) {
             if (const auto caller = weak.lock())
               caller->channel->send(Type::response, stream, encode(response_to(std::move(result))));
           });
}

}  // namespace masu::ttrpc
