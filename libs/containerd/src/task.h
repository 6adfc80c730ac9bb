// SPDX-License-Identifier: Apache-2.0
//
// One container with its processes, as the task service knows it. What it is asked to do is done in this
// process, by masu::container; what the kernel knows (does it run, is it paused) is asked of the kernel.
#pragma once

#include "masu/base/error.h"
#include "masu/cgroups/watch.h"
#include "masu/container/container.h"
#include "masu/event/children.h"
#include "masu/event/loop.h"
#include "masu/sys/process.h"
#include "messages.h"
#include "streams.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace masu::containerd {

/// Answers a call that may have to wait; with the method's own answer.
using Reply = std::function<void(Result<std::string>)>;

/// What tasks have in common.
struct World {
  event::Loop& loop;
  event::Children& children;
  std::string name_space;
  std::function<void(const Event&)> publish;
};

/// A process of a container: its first one, or an exec'd one.
struct Process {
  Process(World& world, std::string given, StdioPaths paths, StdioOwner owner)
      : exec_id(std::move(given)), stdio(world.loop, std::move(paths), std::move(owner)) {}
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  std::string exec_id;  ///< empty: the first one
  std::string spec;     ///< of an exec'd one
  Stdio stdio;
  Status status = Status::created;
  sys::Process handle;
  unsigned exit_status = 0;
  Time exited_at = 0;
  const char* busy = nullptr;  ///< what is being done with it, so that nothing else can be: "deleted"
  std::vector<Reply> waiters;

  /// The process has no end that could still be waited for.
  ~Process() {
    for (const Reply& reply : waiters)
      reply(fail(Error::make(Kind::not_found, "the process has been deleted")));
  }
};

class Task {
 public:
  /// Mounts the root file system and makes the container. On an error nothing is left behind.
  static Result<std::unique_ptr<Task>> create(World& world, const CreateRequest& request);
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task();

  pid_t pid() const { return init_->handle.pid(); }
  const std::string& id() const { return id_; }

  Result<std::string> start(const std::string& exec_id);
  /// Restores the container of a checkpoint, for a task that was created from one; answers as start().
  void restore(const Reply& reply);
  bool is_checkpointed() const { return !request_.checkpoint.empty(); }
  /// `removed` is called before the answer when the task itself has gone.
  void remove(const std::string& exec_id, std::function<void()> removed, Reply reply);
  Result<std::string> exec(const ExecRequest& request);
  Result<std::string> state(const std::string& exec_id) const;
  Result<std::string> pids() const;
  Result<std::string> pause();
  Result<std::string> resume();
  Result<std::string> kill(const KillRequest& request);
  Result<std::string> resize(const ResizeRequest& request);
  Result<std::string> close_input(const std::string& exec_id);
  Result<std::string> update(const UpdateRequest& request);
  Result<std::string> stats() const;
  void checkpoint(const CheckpointRequest& request, const Reply& reply);
  void wait(const std::string& exec_id, Reply reply);

 private:
  Task(World& world, const CreateRequest& request, RuntimeOptions options);
  Result<> prepare();
  Result<> make();
  Result<Process*> find(const std::string& exec_id) const;
  StdioOwner owner(const std::string& exec_id) const;
  void launched(Process& process, container::Launched launched);
  void ended(Process& process, int status);
  void expect(Process& process);
  Result<> start_exec(Process& process);
  void finish_removal(Process& process, const std::function<void()>& removed, const Reply& reply);
  void watch_oom();
  void take_oom();
  Result<Status> status_of(const Process& process) const;
  Result<> adopt_restored(sys::Fd console);

  World& world_;
  CreateRequest request_;
  RuntimeOptions options_;
  std::string id_;
  container::Context context_;
  std::unique_ptr<Process> init_;
  std::map<std::string, std::unique_ptr<Process>> execs_;
  std::optional<cgroups::OomWatch> oom_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

/// Where the containers of a namespace are kept: what runc's option Root or our default has.
std::string state_root(const RuntimeOptions& options, std::string_view name_space);
/// Written into the bundle before anything is made, for `delete` after the end of the shim.
inline constexpr const char* kRootFile = "masu-root";
inline constexpr const char* kPidFile = "init.pid";

}  // namespace masu::containerd
