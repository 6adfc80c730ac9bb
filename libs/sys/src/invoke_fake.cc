// SPDX-License-Identifier: Apache-2.0
#include "masu/sys/fake.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <cerrno>

#include <unistd.h>

namespace masu::sys {
namespace fake {
namespace {

struct Rule {
  unsigned nth = 0;  // 0: none
  int err = 0;
  std::optional<long> number;
};

struct State {
  std::vector<Call> calls;
  Rule rule;
  std::function<std::optional<long>(const Call&)> handler;
};

State& state() {
  static State instance;
  return instance;
}

bool rule_hits(const Call& call) {
  Rule& rule = state().rule;
  if (rule.nth == 0 || (rule.number && *rule.number != call.number)) return false;
  return --rule.nth == 0;
}

}  // namespace

void reset() { state() = {}; }

void fail_nth(unsigned nth, int err, std::optional<long> number) { state().rule = {nth, err, number}; }

void answer(std::function<std::optional<long>(const Call&)> handler) { state().handler = std::move(handler); }

const std::vector<Call>& calls() { return state().calls; }

std::size_t count(long number) {
  const auto& all = state().calls;
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [&](const Call& call) { return call.number == number; }));
}

}  // namespace fake

namespace raw {

long invoke(long number, long a, long b, long c, long d, long e, long f) noexcept {
  fake::Call call{number, {a, b, c, d, e, f}, 0};
  std::optional<long> answered;
  if (fake::rule_hits(call)) {
    answered = -fake::state().rule.err;
    if (number == SYS_close)
      (void)::syscall(number, a);  // a close that fails has freed the number all the same
  }
  if (!answered && fake::state().handler) answered = fake::state().handler(call);
  if (!answered) {
    const long value = ::syscall(number, a, b, c, d, e, f);
    answered = value == -1 ? -errno : value;
  }
  call.result = *answered;
  fake::state().calls.push_back(call);
  return *answered;
}

}  // namespace raw
}  // namespace masu::sys
