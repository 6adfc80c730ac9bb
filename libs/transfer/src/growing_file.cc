// SPDX-License-Identifier: Apache-2.0
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"
#include "unpacking.h"

#include <algorithm>
#include <cerrno>
#include <vector>

namespace masu::transfer {

void GrowingFile::grow(std::uint64_t size) {
  const std::lock_guard held(mutex_);
  if (size < size_) broken_ = true;
  size_ = size;
  moved_.notify_all();
}

void GrowingFile::end(bool whole) {
  const std::lock_guard held(mutex_);
  ended_ = true;
  broken_ = broken_ || !whole;
  moved_.notify_all();
}

// The end of this wait is the writer's: its connection has deadlines of its own.
Result<std::uint64_t> GrowingFile::wait_beyond(std::uint64_t position) {
  std::unique_lock held(mutex_);
  moved_.wait(held, [&] { return broken_ || ended_ || size_ > position; });
  if (broken_) return fail(Error::make(Kind::invalid_state, "the download did not come to its end"));
  return size_ - position;
}

Decoder::Source GrowingFile::source(int file) {
  constexpr std::size_t kBuffer = std::size_t{256} * 1024;
  auto buffer = std::make_shared<std::vector<char>>(kBuffer);
  auto position = std::make_shared<std::uint64_t>(0);
  return [this, file, buffer, position]() -> Result<std::string_view> {
    const std::uint64_t more = TRY(wait_beyond(*position));
    const long got = sys::raw::call(SYS_pread64, file, buffer->data(),
                                    std::min<std::uint64_t>(more, buffer->size()), *position);
    if (got < 0) return fail(Error::sys(static_cast<int>(-got), "read the download"));
    *position += static_cast<std::uint64_t>(got);
    return std::string_view(buffer->data(), static_cast<std::size_t>(got));
  };
}

}  // namespace masu::transfer
