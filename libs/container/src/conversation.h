// SPDX-License-Identifier: Apache-2.0
//
// The parent's side of protocol.h: a child being started, from clone to exec, with an end to every wait.
#pragma once

#include "masu/sys/fd.h"
#include "masu/sys/process.h"
#include "protocol.h"

#include <functional>
#include <optional>
#include <span>

namespace masu::container {

struct Child;

/// The page shared with the child. Unmapped with its owner.
class ProgressPage {
 public:
  static Result<ProgressPage> make();
  ProgressPage() = default;
  ProgressPage(ProgressPage&& other) noexcept : page_(std::exchange(other.page_, nullptr)) {}
  ProgressPage& operator=(ProgressPage&& other) noexcept {
    std::swap(page_, other.page_);
    return *this;
  }
  ~ProgressPage();
  Progress* get() const { return page_; }

 private:
  Progress* page_ = nullptr;
};

class Conversation {
 public:
  Conversation() = default;
  /// With a child cloned by us: `progress` is the page shared with it.
  Conversation(sys::Fd sync, const sys::Process* child, const Progress* progress)
      : sync_(std::move(sync)), child_(child), progress_(progress) {}

  Result<> say(Word word, std::span<const int> fds = {}) const;

  /// The next word; nothing when the child has closed the socket (exec, or its end). Warnings are logged and
  /// skipped. An fd that came along is put into `fd`, or closed. A child that makes no progress for two
  /// minutes outside of hooks is Kind::timeout.
  Result<std::optional<Message>> next(sys::Fd* fd = nullptr) const;

  /// Where the child is; of one that is not ours it is known that `ready` came before.
  Step step() const;

 private:
  Result<> wait() const;

  sys::Fd sync_;
  const sys::Process* child_ = nullptr;
  const Progress* progress_ = nullptr;
};

}  // namespace masu::container
