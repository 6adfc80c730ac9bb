// SPDX-License-Identifier: Apache-2.0
//
// What `create` and `run` share: a container from config.json to the moment when only the exec is left.
#pragma once

#include "conversation.h"
#include "failure.h"
#include "masu/cgroups/manager.h"
#include "masu/container/container.h"
#include "masu/sys/procfs.h"
#include "notify.h"
#include "plan.h"
#include "refusal_watch.h"
#include "state_store.h"
#include "trace.h"

#include <cerrno>
#include <memory>
#include <optional>

#include <unistd.h>

namespace masu::container {

/// A start that is made to find something out.
struct Probe {
  bool without_program = false;  ///< the program is not looked up, and cannot be run
  bool report_refusals = false;  ///< what the seccomp profile refuses is counted
  seccomp::Program profile;      ///< as it would be loaded without the report
  std::optional<RefusalWatch> watch;
};

class Creation {
 public:
  enum class Next { wait_for_start, run_at_once };

  /// Everything up to the child's `ready`; on an error nothing is left behind. The child then waits for
  /// `start`, or with run_at_once for finish().
  static Result<Creation> make(const Context& context, const CreateOptions& options, Next next,
                               Probe* probe = nullptr);

  /// run_at_once only: lets the child execute its program, and returns when it has.
  Result<> finish();
  /// Removes cgroups and state of a child that has ended, and runs the poststop hooks.
  Result<> dispose();
  /// Kills the child and takes everything back.
  void undo();

  /// Which limit of its cgroups the container has run into, as a sentence; empty if none.
  std::string shortage() const;

  const sys::Process& process() const { return *process_; }
  const Record& record() const { return record_; }
  const Entry& entry() const { return *entry_; }
  sys::Process take_process() { return std::move(*process_); }
  /// After finish(): until the container says that it is ready, if anyone wants to know (NOTIFY_SOCKET).
  Result<> await_ready() const { return relay_ ? relay_->run(*process_) : Result<>{}; }
  Result<> await_ready_in_background() const {
    return relay_ ? relay_->run_in_background(*process_) : Result<>{};
  }
  /// The terminal's master, if there was no console socket to send it to.
  sys::Fd take_master() { return std::move(master_); }

 private:
  Creation(const Context& context, const CreateOptions& options, Probe* probe)
      : context_(&context), options_(&options), probe_(probe), trace_(context) {}

  Result<> read_config();
  Result<> reserve_id();
  Result<> record_intent(Next next);
  Result<> make_plan();
  Result<> open_hook_output();
  void prepare_probe();
  Result<> open_namespaces();
  void open_sources();
  Result<> clone_child(Next next);
  Result<> settle_child();
  Result<> join_cgroups();
  Result<> record(bool ready);
  Result<> let_go(Next next);
  Result<> talk_until_ready();
  Result<> map_mount(std::size_t index, int mount);
  Result<> prepare_module(int program);
  Result<> give_console(sys::Fd master);
  Result<> hand_over(Next next);
  Error died() const;

  const Context* context_;
  const CreateOptions* options_;
  Probe* probe_;
  const uid_t euid_ = geteuid();
  Trace trace_;
  std::string config_text_;
  std::unique_ptr<spec::Config> config_;
  const Workload* workload_ = nullptr;
  std::optional<StateStore> store_;
  std::optional<Entry> entry_;
  std::optional<NotifyRelay> relay_;
  Record record_;
  std::optional<cgroups::Manager> cgroups_;
  Plan plan_;
  sys::Fd listener_;
  sys::Fd console_socket_;
  std::vector<sys::Fd> given_;  // namespaces and mounts for the child
  std::optional<sys::Procfs> procfs_;
  ProgressPage progress_;
  std::unique_ptr<sys::Process> process_;
  bool by_helper_ = false;  // clone_by_helper() has made the process
  Conversation talk_;
  sys::Fd master_;
};

/// The pid namespace that children of this thread are born into. The one of the process would do, if no
/// thread of it had chosen another.
inline constexpr char kOwnPids[] = "/proc/thread-self/ns/pid_for_children";

/// Makes sure that 0–2 are open and that the preserved fds' numbers are taken, so that no fd of ours gets one
/// of them.
Result<> reserve_fds(unsigned preserved);
/// <path> with the pid in decimal, no newline, whole or not there (contract 1.8).
Result<> write_pid_file(const std::string& path, pid_t pid);
/// Sends a pidfd over a unix socket; `what` is "standard" (init) or "setns" (exec).
Result<> send_pidfd(const std::string& socket, int pidfd, std::string_view what);
/// Makes this process undumpable, unless it is another's program.
Result<> hide_from_ptrace(const Context& context);
/// Reaps a child that has been sent SIGKILL; one that the kernel does not let go (state D) is left to our own
/// parent.
void reap_killed(const sys::Process& child);
/// Whether the cgroup may be why clone3(2) with CLONE_INTO_CGROUP has failed (-errno):
/// Manager::explain_clone() says how.
constexpr bool is_about_cgroup(long error) {
  return error == -EBUSY || error == -EOPNOTSUPP || error == -EACCES || error == -EAGAIN;
}
/// Sends a terminal's master with the slave's name (contract 1.8).
Result<> send_master(int socket, int master);
/// Compiles the profile, or takes the program from the cache in the root.
Result<> plan_seccomp(ProcessPlan& plan, const spec::Config& config, const std::string& root);
/// The child ended before its exec without a word. One of ours is reaped: a signal makes the exit code, as it
/// would have for the program, unless the kernel's OOM killer sent it.
Error describe_end(const sys::Process& child, Step step, bool oom_killed = false);
/// After `proceed`: hears the child out until it has executed its program (Word::seccomp_listener is served
/// on the way: the listener goes to the profile's agent, or to `probe`).
Result<> await_exec(const Conversation& talk, const sys::Process& child, const spec::Config& config,
                    const Record& record, const FailureContext& context, Probe* probe = nullptr);

}  // namespace masu::container
