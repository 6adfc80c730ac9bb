// SPDX-License-Identifier: Apache-2.0
//
// One more process in the container, with streams and an exit code of its own. It is made first and started
// later, so that a client can attach before there is anything to miss.
#pragma once

#include "events.h"
#include "masu/event/children.h"
#include "masu/sys/process.h"
#include "runtime.h"
#include "session.h"

#include <functional>
#include <memory>
#include <string>

namespace masu::shim {

/// What the processes of one container share.
struct Workplace {
  event::Loop& loop;
  event::Children& children;
  Keeping& keeping;
  Runtime& runtime;
  Events& events;
  int directory;
  std::string path;  ///< of the directory, short enough for a socket in it
  std::string id;
};

class Exec : public std::enable_shared_from_this<Exec> {
 public:
  /// `process` is an OCI process object. Without `input`, stdin is at its end.
  Exec(Workplace& place, std::string name, std::string process, bool terminal, bool input);
  ~Exec();
  Exec(const Exec&) = delete;
  Exec& operator=(const Exec&) = delete;

  const std::string& name() const { return name_; }
  const Life& life() const { return life_; }
  bool begun() const { return begun_; }
  bool over() const { return over_; }
  Session& session() { return session_; }
  std::string to_json() const;
  /// Rings when it has ended and all its output is read.
  Bell& ended() { return ended_; }

  void start(std::function<void(Result<>)> done);
  /// What an earlier shim has had of this name, as it is now.
  static Result<std::shared_ptr<Exec>> recover(Workplace& place, const std::string& name);
  Result<> signal(int number) const;

 private:
  void launched(const Outcome& outcome, const std::function<void(Result<>)>& done);
  Result<> prepare(std::vector<std::string>& words, std::array<sys::Fd, 3>& ends);
  Result<> go_on();
  void exited(std::optional<int> status);
  void check_over();
  void save() const;
  std::string file(std::string_view what) const;

  Workplace& place_;
  std::string name_, process_;
  bool terminal_, input_;
  Session session_;
  sys::Fd console_;
  sys::Process process_handle_;
  Life life_;
  bool begun_ = false, exit_seen_ = false, over_ = false;
  Bell ended_;
};

/// The container's `process` with another command line and what else the request has of args, env, cwd, user,
/// terminal. A request with `process` is that object alone.
Result<std::string> exec_process(std::string_view config, std::string_view request, bool* terminal,
                                 bool* input);
/// `process` of a config.json that runs this text in the shell; one that is a JSON array is the words
/// themselves.
Result<std::string> shell_process(std::string_view config, std::string_view command);

/// Takes the master of a terminal that a runtime has sent to the listening socket by now.
Result<sys::Fd> receive_terminal(const sys::Fd& listener);
/// The pid in a file that the runtime has written.
Result<pid_t> read_pid_file(int directory, const std::string& name);

}  // namespace masu::shim
