// SPDX-License-Identifier: Apache-2.0
//
// The kernel for unit tests: link masu::sys_fake before masu::sys, and every system call of the project
// passes through here. It goes on to the real kernel unless a test says otherwise, so that a test can make
// the n-th call fail and then count what has been left open.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace masu::sys::fake {

struct Call {
  long number = 0;
  long arguments[6] = {};
  long result = 0;
};

/// Forgets all calls and rules.
void reset();
/// Makes the `nth` call from now on (1 is the next one) yield -err. With `number`, only calls of that number
/// count.
void fail_nth(unsigned nth, int err, std::optional<long> number = std::nullopt);
/// Answers calls instead of the kernel: a value is the result, nothing passes the call on.
void answer(std::function<std::optional<long>(const Call&)> handler);
/// All calls since reset().
const std::vector<Call>& calls();
/// How many of `number` there were.
std::size_t count(long number);

}  // namespace masu::sys::fake
