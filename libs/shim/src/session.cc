// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include "masu/shim/frame.h"

#include <algorithm>

namespace masu::shim {

Session::Session(Streams::Place place, std::function<void()> drained)
    : place_(std::move(place)), drained_(std::move(drained)) {
  renew();
}

Session::~Session() {
  if (shrink_timer_) place_.loop.cancel(*shrink_timer_);
}

Streams& Session::renew() {
  streams_ = std::make_unique<Streams>(
      place_,
      Streams::Events{.output = [this](Stream stream, std::string_view bytes) { output(stream, bytes); },
                      .drained = [this] { drained_(); },
                      .input_room = [this] { input_room(); }});
  return *streams_;
}

void Session::output(Stream stream, std::string_view bytes) {
  if (log_ != nullptr) {
    log_->write(stream, bytes);
    if (journal_ != nullptr) journal_->write(stream, bytes);
    logged_.ring();
  }
  constexpr std::size_t kMuch = 4096;
  if (bytes.size() > kMuch) shrink_later();
  constexpr std::size_t kMostCopied = 4096;
  if (error_copy_ != nullptr && stream == Stream::err)
    error_copy_->append(bytes.substr(0, kMostCopied - std::min(kMostCopied, error_copy_->size())));
  if (clients_.empty()) return;
  const auto kind = stream == Stream::out ? Frame::Kind::out : Frame::Kind::err;
  const auto clients = clients_;
  for (std::string_view rest = bytes; !rest.empty();) {
    std::string frame;
    append_frame(frame, {kind, rest.substr(0, kLongestFrame)});
    rest.remove_prefix(frame.size() - kFrameHead);
    for (const auto& client : clients)
      if (const auto connection = client->connection.lock();
          connection && (stream == Stream::out ? client->wish.out : client->wish.err))
        connection->send(frame);
  }
}

// An idle shim is small: what much output has needed is given back a second after the last of it.
void Session::shrink_later() {
  much_output_ = true;
  if (shrink_timer_) return;
  shrink_timer_ = place_.loop.after(event::kSecond, [this] {
    shrink_timer_.reset();
    if (much_output_) {
      shrink_later();
      much_output_ = false;
      return;
    }
    streams_->shrink();
    if (log_ != nullptr) log_->shrink();
  });
}

void Session::attach(const std::shared_ptr<Connection>& connection, std::string_view protocol,
                     const Wish& wish, std::shared_ptr<void> owner) {
  const auto client =
      std::make_shared<Client>(Client{.connection = connection, .wish = wish, .owner = std::move(owner)});
  clients_.push_back(client);
  // Kept by the connection: gone with it.
  connection->keep(std::shared_ptr<void>(nullptr, [this, client](void*) {
    std::erase(clients_, client);
    stop_input(client);
  }));
  connection->upgrade(protocol,
                      {.received = [this, client](std::string_view bytes) { return received(client, bytes); },
                       .half_closed = [this, client] { stop_input(client); }});
}

std::size_t Session::received(const std::shared_ptr<Client>& client, std::string_view bytes) {
  std::size_t used = 0;
  const auto connection = client->connection.lock();
  while (connection && connection->is_open() && used < bytes.size()) {
    if (client->wish.input && streams_->backlog() > Streams::kBacklog) {  // input_room() goes on
      connection->set_reading(false);
      break;
    }
    std::size_t size = 0;
    const auto frame = parse_frame(bytes.substr(used), &size);
    if (!frame) {
      connection->close();
      return bytes.size();
    }
    if (size == 0) break;
    used += size;
    if (frame->kind == Frame::Kind::resize && frame->bytes.size() == 4) {
      const auto number = [&](std::size_t i) {
        return static_cast<std::uint16_t>(static_cast<unsigned char>(frame->bytes[i]) << 8 |
                                          static_cast<unsigned char>(frame->bytes[i + 1]));
      };
      (void)streams_->resize(number(0), number(2));  // without a terminal there is nothing to do
    } else if (frame->kind == Frame::Kind::input && client->wish.input) {
      if (frame->bytes.empty())
        stop_input(client);
      else
        (void)streams_->give_input(frame->bytes);  // a closed stdin takes nothing: as a closed pipe would
    }
  }
  return used;
}

void Session::stop_input(const std::shared_ptr<Client>& client) {
  if (!client->wish.input) return;
  client->wish.input = false;
  if (client->wish.ends_input && streams_ != nullptr) streams_->end_input();
}

void Session::input_room() {
  if (streams_ != nullptr && streams_->backlog() > 0) return;
  place_.loop.later([clients = clients_] {
    for (const auto& client : clients)
      if (const auto connection = client->connection.lock()) connection->set_reading(true);
  });
}

bool Session::has_finisher() const {
  return std::ranges::any_of(clients_, [](const auto& client) { return client->wish.finishes; });
}

void Session::end(const std::string& json) {
  std::string frame;
  append_frame(frame, {Frame::Kind::ended, json});
  const auto clients = clients_;
  for (const auto& client : clients) {
    const auto connection = client->connection.lock();
    if (!connection) continue;
    connection->send(frame);
    connection->finish();
  }
}

}  // namespace masu::shim
