// SPDX-License-Identifier: Apache-2.0
//
// What is behind the opaque types of masu/container.h, and the ways between the C interface and
// masu::container: errors out, options in.
#pragma once

#include "masu/base/error.h"
#include "masu/base/text.h"
#include "masu/container.h"
#include "masu/container/container.h"
#include "masu/sys/process.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

struct masu_error {
  masu::Error error;
  std::string message = error.message();
};

struct masu_context {
  masu::container::Context context;
};

struct masu_state {
  masu::container::State state;
};

struct masu_list {
  std::vector<masu_state> states;
};

namespace masu::capi {

/// A process whose end is waited for from any thread: its exit code is taken once, and kept.
class Waited {
 public:
  explicit Waited(container::Launched&& launched)
      : process_(std::move(launched.process)), console_(std::move(launched.console)) {}

  pid_t pid() const { return process_.pid(); }
  int pidfd() const { return process_.pidfd(); }
  int take_console();
  Result<> signal(int number) const { return process_.signal(number); }
  /// Its exit code, -1 if that cannot be known, or nothing when the time is over.
  Result<std::optional<int>> wait(std::int64_t timeout_ms);
  /// Lets the kernel forget the process if it has ended and is a child of ours.
  void reap();

 private:
  int take_exit_code();

  sys::Process process_;
  std::mutex mutex_;  // of what follows
  sys::Fd console_;
  std::optional<int> exit_code_;
};

/// The stdio of a new process: what the caller gives, /dev/null for -1.
class Stdio {
 public:
  static Result<Stdio> open(int in, int out, int err);
  std::array<int, 3> fds() const { return fds_; }

 private:
  std::array<int, 3> fds_{};
  sys::Fd null_;
};

inline std::string text_of(const char* text) { return text == nullptr ? std::string() : std::string(text); }

/// Stores the error for the caller, or drops it if he does not want it.
void give(Error&& error, masu_error** out);

/// 0, or -1 with the error stored.
inline int finish(Result<>&& result, masu_error** error) {
  if (result) return 0;
  give(std::move(result).error(), error);
  return -1;
}

/// A new object, or null with the error stored.
template <class Object, class Value>
Object* make(Result<Value>&& result, masu_error** error) {
  if (result) return new Object{std::move(*result)};
  give(std::move(result).error(), error);
  return nullptr;
}

/// The caller's options as this version knows them: `known` comes with the defaults. What a later version has
/// added must not be asked for.
template <class Options>
Result<Options> read_options(const Options* given, Options known) {
  if (given == nullptr) return known;
  if (given->size < sizeof given->size)
    return fail(Error::make(Kind::usage, "the options have no size").hint("begin with the _INIT macro"));
  const auto* bytes = reinterpret_cast<const unsigned char*>(given);
  for (std::size_t at = sizeof known; at < given->size; ++at)
    if (bytes[at] != 0)
      return fail(
          Error::make(Kind::unsupported, "the options ask for what this version of libmasu does not know"));
  memcpy(&known, given, std::min(given->size, sizeof known));
  return known;
}

/// Refuses flags that this version does not know.
Result<> check_flags(unsigned given, unsigned known);

}  // namespace masu::capi

struct masu_container {
  masu::container::Context context;
  std::string id;
  /// Not of a container that had ended when it was opened.
  std::optional<masu::capi::Waited> init;
};

struct masu_process {
  masu::capi::Waited process;
};
