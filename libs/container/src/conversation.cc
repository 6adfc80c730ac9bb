// SPDX-License-Identifier: Apache-2.0
#include "conversation.h"

#include "failure.h"
#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"
#include "masu/sys/socket.h"

#include <cerrno>

#include <sys/mman.h>

namespace masu::container {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kPatience =
    120 * kSecond;  // without a step; a hook has a deadline of its own, or none

bool waits_for_hook(std::uint16_t step) {
  return step == static_cast<std::uint16_t>(Step::create_container_hook) ||
         step == static_cast<std::uint16_t>(Step::start_container_hook);
}

}  // namespace

// By libc's functions: a thread sanitizer has to see that a page is not the one that another thread had
// there.
Result<ProgressPage> ProgressPage::make() {
  void* page = ::mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return fail(Error::sys(errno, "map a shared page"));
  ProgressPage made;
  made.page_ = static_cast<Progress*>(page);
  return made;
}

ProgressPage::~ProgressPage() {
  if (page_ != nullptr) (void)::munmap(page_, sizeof(Progress));
}

Step Conversation::step() const {
  return progress_ == nullptr ? Step::start_container_hook : static_cast<Step>(progress_->step);
}

Result<> Conversation::say(Word word, std::span<const int> fds) const {
  Message message;
  message.word = word;
  const long sent = sys::send_with_fds(sync_.get(), &message, sizeof message, fds);
  if (sent < 0 && sent != -EPIPE && sent != -ECONNRESET)
    return fail(Error::sys(static_cast<int>(-sent), "talk to the container's process"));
  return {};  // a child that has gone says why, or its end is seen, by next()
}

Result<> Conversation::wait() const {
  std::uint32_t seen = 0;
  std::int64_t since = sys::raw::monotonic_ns();
  for (;;) {
    pollfd polls[2] = {{sync_.get(), POLLIN, 0}, {child_ != nullptr ? child_->pidfd() : -1, POLLIN, 0}};
    const std::int64_t now = sys::raw::monotonic_ns();
    const int ready = sys::raw::poll_until(polls, 2, now + kSecond);
    if (ready < 0) return fail(Error::sys(-ready, "wait for the container's process"));
    if (ready > 0) return {};
    // Where nothing is shared (`start`) only hooks can take long, and they end by themselves.
    if (progress_ == nullptr || waits_for_hook(progress_->step)) continue;
    const std::uint32_t at = progress_->step * 65536u + progress_->index;
    if (at != seen) {
      seen = at;
      since = now;
    } else if (now - since > kPatience) {
      return fail(Error::make(Kind::timeout, cat("no progress for ", kPatience / kSecond, " s at step '",
                                                 step_name(static_cast<Step>(progress_->step)), "'"))
                      .hint("a file system or device that does not answer? the process has been killed"));
    }
  }
}

Result<std::optional<Message>> Conversation::next(sys::Fd* fd) const {
  for (;;) {
    TRY(wait());
    Message message;
    int received = -1;
    const long got = sys::receive_message(sync_.get(), &message, sizeof message, &received);
    sys::Fd owned(received);
    // The child has gone without reading all we said; what it said before still follows (unix(7)).
    if (got == -ECONNRESET) continue;
    if (got == 0) return std::nullopt;
    if (got < 0) return fail(Error::sys(static_cast<int>(-got), "listen to the container's process"));
    if (got != sizeof message)
      return fail(Error::make(Kind::internal, "the container's process sent a torn message"));
    message.detail[sizeof message.detail - 1] = '\0';
    if (message.word == Word::warning) {
      log::write(log::Level::warning, describe_warning(message));
      continue;
    }
    if (fd != nullptr) *fd = std::move(owned);
    return message;
  }
}

}  // namespace masu::container
