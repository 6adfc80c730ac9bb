// SPDX-License-Identifier: Apache-2.0
#include "in_parallel.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace masu::transfer {

Result<> in_parallel(std::size_t count, const std::function<Result<>(std::size_t)>& work) {
  constexpr std::size_t kMostThreads = 4;
  std::mutex mutex;
  std::size_t next = 0;
  std::optional<Error> failure;
  const auto take_turns = [&] {
    for (;;) {
      std::size_t mine = 0;
      {
        const std::lock_guard held(mutex);
        if (next == count || failure) return;
        mine = next++;
      }
      auto done = work(mine);
      const std::lock_guard held(mutex);
      if (!done && !failure) failure = std::move(done).error();
    }
  };
  std::vector<std::thread> others;
  for (std::size_t i = 1; i < std::min(count, kMostThreads); ++i) others.emplace_back(take_turns);
  take_turns();
  for (std::thread& thread : others) thread.join();
  if (failure) return fail(std::move(*failure));
  return {};
}

}  // namespace masu::transfer
