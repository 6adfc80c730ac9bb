// SPDX-License-Identifier: Apache-2.0
//
// The shim's side of its keeper (keeper.h): what the keeper holds for the shim that comes after this one, and
// what it tells of processes that an earlier shim has left to it.
#pragma once

#include "masu/event/loop.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace masu::shim {

/// One message between the two, either way; an fd may come with `hold`.
struct KeeperMessage {
  enum class Kind : std::uint32_t {
    hold,    ///< the fd, as `name`
    drop,    ///< what is held as `name`
    expect,  ///< tell when `pid` has ended …
    ended,   ///< … as the keeper does by this, with `status`; the zombie stays …
    settle,  ///< … until its end is recorded
    ready,   ///< all whose end matters are named: the others may be reaped
  };
  Kind kind = Kind::hold;
  pid_t pid = 0;
  int status = 0;  ///< as waitpid(2)
  char name[48] = {};
};

/// The name of the n-th fd that is only to be held.
std::string held_name(unsigned number);

/// What a shim is born with.
struct Inheritance {
  sys::Fd socket;  ///< to the keeper
  std::map<std::string, sys::Fd> held;
  bool heir = false;  ///< a shim before this one was killed
};

class Keeping {
 public:
  using OnEnd = std::function<void(std::optional<int> status)>;  ///< nothing: nobody can know

  Keeping(event::Loop& loop, Inheritance inheritance);
  ~Keeping();
  Keeping(const Keeping&) = delete;
  Keeping& operator=(const Keeping&) = delete;
  Result<> open();

  void hold(const std::string& name, const sys::Fd& fd);
  /// Comes before our own copy is closed: if we are killed in between, both are.
  void drop(const std::string& name);
  /// Whether there was a shim before, whose place this one has taken at once.
  bool is_heir() const { return heir_; }
  /// What an earlier shim had it hold; invalid if there is no such thing.
  sys::Fd take(const std::string& name);

  /// Tells when a process that is not our child has ended: a child of the keeper, or a stranger whose status
  /// the kernel may tell (Linux 6.15).
  void follow(pid_t pid, OnEnd on_end);
  void forget(pid_t pid);
  void settle(pid_t pid);
  void ready();

 private:
  struct Followed {
    OnEnd on_end;
    sys::Fd pidfd;  ///< of a stranger
  };
  void send(const KeeperMessage& message, int fd = -1) const;
  void receive();
  void follow_stranger(pid_t pid);
  void tell(pid_t pid, std::optional<int> status);

  event::Loop& loop_;
  sys::Fd socket_;
  std::map<std::string, sys::Fd> held_;
  bool heir_;
  std::map<pid_t, Followed> followed_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace masu::shim
