// SPDX-License-Identifier: Apache-2.0
#include "masu/container/explain.h"

#include "creation.h"
#include "foreground.h"
#include "inspect.h"
#include "kernel_log.h"
#include "masu/base/errno_name.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/seccomp/refusals.h"
#include "masu/spec/parse.h"
#include "masu/spec/write.h"
#include "masu/sys/raw.h"
#include "program_check.h"
#include "workload.h"

#include <algorithm>
#include <csignal>

#include <linux/seccomp.h>
#include <sys/wait.h>
#include <unistd.h>

namespace masu::container {
namespace {

struct Subject {
  std::string bundle;
  spec::Config config;
};

Result<Subject> find_subject(const Context& context, const std::string& subject) {
  if (!subject.starts_with('/')) {
    const Inspection container = TRY(inspect(context, subject));
    return Subject{container.record.bundle, TRY(container.entry.read_config())};
  }
  const std::string path = subject + "/config.json";
  const std::string text = TRY_IN(sys::read_file(path), "bundle");
  return Subject{subject, TRY_IN(spec::parse_config(text), cat("config ", quote(path)))};
}

// Beside the container's own, which may be in use.
void move_cgroup(std::string& path, const std::string& id) {
  const auto end = path.find_last_of("/:");
  path = end == std::string::npos ? "" : path.substr(0, end + 1) + id;
}

class Trial {
 public:
  Trial(const Context& context, const ExplainOptions& options, Subject subject)
      : context_(context),
        options_(options),
        bundle_(std::move(subject.bundle)),
        config_(std::move(subject.config)) {}

  Result<Explanation> run() {
    TRY(prepare());
    const SignalGate gate;  // whoever interrupts us waits until nothing is left behind
    const KernelLog log = KernelLog::open();
    Probe probe{.report_refusals = true};
    if (auto started = start(probe); !started) tell(started.error());
    tell_refusals(probe);
    tell_denials(log);
    return std::move(said_);
  }

 private:
  Result<> prepare() {
    create_.id = cat("explain-", getpid());
    create_.bundle = bundle_;
    if (config_.process) {
      config_.process->terminal = false;
      config_.process->console_size.reset();
    }
    if (!config_.linux_.cgroups_path.empty()) move_cgroup(config_.linux_.cgroups_path, create_.id);
    if (!options_.hooks) config_.hooks = {};
    const long file = sys::raw::call(SYS_memfd_create, "config.json", 1);  // MFD_CLOEXEC
    if (file < 0) return fail(Error::sys(static_cast<int>(-file), "make a memory file"));
    file_ = sys::Fd(static_cast<int>(file));
    TRY(sys::write_all(file_.get(), spec::to_json(config_)));
    create_.config = cat("/proc/self/fd/", file_.get());
    return {};
  }

  Result<> start(Probe& probe) {
    Creation creation = TRY(Creation::make(context_, create_, Creation::Next::run_at_once, &probe));
    auto finished = creation.finish();
    if (finished) watch(creation);
    creation.undo();
    return finished;
  }

  void say(std::string line) { said_.lines.push_back(std::move(line)); }

  void tell(const Error& error) {
    said_.failed = true;
    say(cat("The start fails: ", error.message()));
    if (error.path() == "process.args[0]" && is_for_kernel())
      check_program_in_place();
    else if (!error.hint_text().empty())
      say(error.hint_text());
  }

  // Not a module, of which the error has said all.
  bool is_for_kernel() const {
    const auto workload = choose_workload(context_, config_);
    return workload && *workload == nullptr;
  }

  // Once more, up to the moment before the program is looked up: with all mounts in place.
  void check_program_in_place() {
    Probe probe{.without_program = true};
    auto creation = Creation::make(context_, create_, Creation::Next::wait_for_start, &probe);
    if (!creation) {
      say(cat("Tried again without the program it fails, too: ", creation.error().message()));
      return;
    }
    const std::string root = cat("/proc/", creation->process().pid(), "/root");
    const auto tree = sys::open(root, O_PATH | O_DIRECTORY);
    const auto image = sys::open(creation->record().rootfs, O_PATH | O_DIRECTORY);
    if (tree)
      for (auto& line : check_program(tree->get(), image ? image->get() : -1, *config_.process))
        say(std::move(line));
    creation->undo();
  }

  void watch(Creation& creation) {
    const sys::Process& process = creation.process();
    const auto ended = process.wait_ended(sys::raw::monotonic_ns() + options_.patience.count());
    if (!ended || !*ended) {
      say(cat("The program has started, and still runs after ", options_.patience.count() / 1'000'000,
              " ms."));
      return;
    }
    siginfo_t info{};
    (void)waitid(P_PID, static_cast<id_t>(process.pid()), &info, WEXITED | WNOWAIT);
    if (info.si_code == CLD_EXITED) {
      said_.failed = info.si_status != 0;
      say(cat("The program has started, and ended with exit code ", info.si_status, "."));
    } else {
      said_.failed = true;
      say(cat("The program has started, and was ended by signal ", info.si_status, "."));
    }
    const std::string shortage = creation.shortage();
    if (!shortage.empty()) say(shortage);
  }

  void tell_refusals(const Probe& probe) {
    if (!probe.watch) return;
    for (const RefusedCall& call : probe.watch->calls()) {
      const bool is_errno = (call.answer & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO;
      const std::string_view name = errno_name(static_cast<int>(call.answer & SECCOMP_RET_DATA));
      say(cat("The seccomp profile refuses system call ", seccomp::call_text(call.arch, call.number),
              is_errno ? cat(" with ", name) : std::string(" and kills its caller"), " (", call.count,
              call.count == 1 ? " time)." : " times)."));
    }
  }

  void tell_denials(const KernelLog& log) {
    for (auto& line : log.denials()) say(cat("A security module has denied something: ", quote(line)));
  }

  const Context& context_;
  const ExplainOptions& options_;
  std::string bundle_;
  spec::Config config_;
  CreateOptions create_;
  sys::Fd file_;
  Explanation said_;
};

}  // namespace

Result<Explanation> explain(const Context& context, const ExplainOptions& options) {
  return Trial(context, options, TRY(find_subject(context, options.subject))).run();
}

}  // namespace masu::container
