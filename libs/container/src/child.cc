// SPDX-License-Identifier: Apache-2.0
//
// How the child speaks: its words to the parent, and how it ends.
#include "child.h"

#include "masu/sys/process.h"
#include "masu/sys/raw.h"
#include "masu/sys/socket.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <span>
#include <utility>

#include <sys/prctl.h>

namespace masu::container {

void Child::at(Step step, std::size_t index) noexcept {
  timespec now{};
  (void)clock_gettime(CLOCK_REALTIME, &now);
  const auto number = static_cast<std::uint16_t>(step);
  progress.index = static_cast<std::uint16_t>(index);
  progress.step = number;
  if (progress.reached[number] == 0)
    progress.reached[number] = static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
  detail[0] = '\0';
}

void Child::explain(const char* words) noexcept {
  std::size_t length = strlen(words);
  if (length >= sizeof detail) length = sizeof detail - 1;
  memcpy(detail, words, length);
  detail[length] = '\0';
}

void Child::tidy() const noexcept { (void)sys::raw::close_range(scratch, ~0u, 0); }

int say(Child& child, Word word, int value, int fd) noexcept {
  Message message;
  message.word = word;
  message.step = static_cast<Step>(child.progress.step);
  message.index = child.progress.index;
  message.value = value;
  memcpy(message.detail, child.detail, sizeof message.detail);
  const long sent = sys::send_message(child.sync, &message, sizeof message, fd);
  return sent < 0 ? static_cast<int>(sent) : 0;
}

int hear(Child& child, Word expected, Word* heard) noexcept {
  Message message;
  const long got = sys::receive_message(child.sync, &message, sizeof message);
  if (got < 0) return static_cast<int>(got);
  if (got == 0) return -EPIPE;
  if (got != sizeof message) return -EPROTO;
  if (heard != nullptr) *heard = message.word;
  return heard != nullptr || message.word == expected ? 0 : -EPROTO;
}

void die(Child& child, int error) noexcept {
  (void)say(child, Word::failure, -error);
  sys::raw::exit(1);
}

void warn(Child& child, int error) noexcept { (void)say(child, Word::warning, -error); }

void check(Child& child, int result) noexcept {
  if (result < 0) [[unlikely]]
    die(child, result);
}

void close_all_but(Child& child, std::span<const int> sorted) noexcept {
  unsigned from = 3 + child.process.preserved_fds;
  for (const int kept : sorted) {
    const auto number = static_cast<unsigned>(kept);
    if (kept < 0 || number < from) continue;
    if (number > from) check(child, sys::raw::close_range(from, number - 1, 0));
    from = number + 1;
  }
  check(child, sys::raw::close_range(from, ~0u, 0));
}

namespace {

// Out of a program with other threads we have copies of whatever these had open a moment ago: the sockets of
// other starts, whose end somebody waits for, too.
void leave_program(const Inheritance& inherited, Child& child) noexcept {
  if (inherited.undumpable) check(child, sys::make_undumpable());
  check(child, sys::set_stdio(inherited.stdio));
  close_all_but(child, inherited.kept);
}

}  // namespace

void begin(Child& child) noexcept {
  if (child.inherited != nullptr) leave_program(*child.inherited, child);
  check(child, sys::raw::prctl(PR_SET_PDEATHSIG, SIGKILL));
  const long session = sys::raw::call(SYS_setsid);  // or getpgrp() would be 0 inside the pid namespace
  check(child, static_cast<int>(session));
  // The parent has blocked all signals around the clone.
  const std::uint64_t none = 0;
  check(child,
        static_cast<int>(sys::raw::call(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, sizeof none)));
}

void reset_signals(Child& child, std::uint64_t signals) noexcept {
  constexpr int kLastSignal = 64;  // the kernel's, of which a libc may hide some
  struct {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)();
    std::uint64_t mask;
  } const standard{};  // the kernel's struct sigaction, not libc's
  for (int number = 1; number <= kLastSignal; ++number)
    if ((signals >> (number - 1) & 1) != 0 && number != SIGKILL && number != SIGSTOP)
      check(child, static_cast<int>(
                       sys::raw::call(SYS_rt_sigaction, number, &standard, nullptr, sizeof standard.mask)));
}

namespace {

// Does not return, so that where it would return to does not matter; the kernel wants an address
// (rt_sigaction(2)).
void leave(int signal) { sys::raw::exit(128 + signal); }

}  // namespace

void end_by_signals() noexcept {
  constexpr unsigned long kSaRestorer = 0x04000000;
  struct {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)(int);
    std::uint64_t mask;
  } const action{leave, kSaRestorer, leave, 0};
  for (const int number :
       {SIGHUP, SIGINT, SIGTERM})  // `create` has gone: there is nobody to tell of a failure
    (void)sys::raw::call(SYS_rt_sigaction, number, &action, nullptr, sizeof action.mask);
}

void close_foreign_fds(Child& child) noexcept {
  std::array kept = {child.sync, child.listener, child.hook_output[0], child.hook_output[1]};
  for (std::size_t i = 1; i < kept.size(); ++i)
    for (std::size_t k = i; k > 0 && kept[k] < kept[k - 1]; --k) std::swap(kept[k], kept[k - 1]);
  close_all_but(child, kept);
  child.proc = -1;
  child.root = -1;
}

void become_root(Child& child) noexcept {
  // setgroups may be denied for good (user_namespaces(7)), and then there are no groups to lose.
  const int dropped = static_cast<int>(sys::raw::call(SYS_setgroups, 0, nullptr));
  if (dropped != -EPERM) check(child, dropped);
  check(child, static_cast<int>(sys::raw::call(SYS_setresgid, 0, 0, 0)));
  check(child, static_cast<int>(sys::raw::call(SYS_setresuid, 0, 0, 0)));
  check(child, sys::raw::prctl(PR_SET_PDEATHSIG, SIGKILL));  // cleared by the change of ids (prctl(2))
}

}  // namespace masu::container
