// SPDX-License-Identifier: Apache-2.0
#include "publisher.h"

#include "masu/base/log.h"
#include "masu/base/text.h"

#include <algorithm>

#include <time.h>

namespace masu::containerd {
namespace {

constexpr const char* kService = "containerd.services.events.ttrpc.v1.Events";
constexpr std::int64_t kAnswerTime = 5 * event::kSecond;
// As many as a pod makes in a long restart of containerd; then the oldest goes.
constexpr std::size_t kMostKept = 1024;
constexpr unsigned kMostFailures = 10;

}  // namespace

Time now() {
  timespec time{};
  (void)clock_gettime(CLOCK_REALTIME, &time);
  return std::int64_t{time.tv_sec} * event::kSecond + time.tv_nsec;
}

Publisher::Publisher(event::Loop& loop, std::string address, std::string name_space)
    : loop_(loop), address_(std::move(address)), namespace_(std::move(name_space)) {
  constexpr std::string_view kUnix = "unix://";
  if (address_.starts_with(kUnix)) address_.erase(0, kUnix.size());
}

Publisher::~Publisher() {
  *alive_ = false;
  if (timer_) loop_.cancel(*timer_);
}

void Publisher::publish(const Event& event) {
  if (address_.empty()) return;
  if (queue_.size() == kMostKept) {
    log::write(log::Level::warning, "too many events wait for containerd: one is dropped",
               {{"topic", queue_[1].topic}});
    queue_.erase(queue_.begin() + 1);  // the first is on its way
  }
  queue_.push_back({event.topic, encode_forward(event, namespace_, now())});
  send();
}

void Publisher::send() {
  if (sending_ || queue_.empty() || timer_) return;
  if (client_ && !client_->connected()) client_.reset();  // containerd has been restarted
  if (!client_) {
    auto client = ttrpc::Client::connect(loop_, address_);
    if (!client) return retry(client.error().message());
    client_ = std::move(*client);
  }
  sending_ = true;
  client_->call(
      {.service = kService,
       .method = "Forward",
       .payload = queue_.front().request,
       .timeout_ns = kAnswerTime},
      [this](Result<ttrpc::Response> response) {
        // The client is not to be dropped from within its own call.
        loop_.later([this, alive = alive_,
                     kept = std::make_shared<Result<ttrpc::Response>>(std::move(response))]() mutable {
          if (*alive) answered(std::move(*kept));
        });
      });
}

void Publisher::answered(Result<ttrpc::Response> response) {
  sending_ = false;
  if (!response) {
    client_.reset();
    return retry(response.error().message());
  }
  if (response->code != ttrpc::Code::ok) return retry(response->message);
  queue_.pop_front();
  send();
}

void Publisher::retry(const std::string& why) {
  Item& item = queue_.front();
  ++item.failures;
  log::write(log::Level::warning, cat("an event could not be published: ", why), {{"topic", item.topic}});
  const std::int64_t pause = std::min(item.failures, 5u) * event::kSecond;
  if (item.failures == kMostFailures) queue_.pop_front();
  timer_ = loop_.after(pause, [this] {
    timer_.reset();
    send();
  });
}

}  // namespace masu::containerd
