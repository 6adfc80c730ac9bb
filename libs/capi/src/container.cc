// SPDX-License-Identifier: Apache-2.0
//
// The life of a container: create, start, kill, wait, pause, resume, delete; and processes in it.
#include "masu/base/try.h"
#include "objects.h"

#include <csignal>

namespace container = masu::container;
using masu::Error;
using masu::fail;
using masu::Kind;
using masu::Result;
using namespace masu::capi;

namespace {

// With SIGCHLD ignored the kernel throws away the exit codes that we are to wait for, those of hooks too.
Result<> check_program() {
  struct sigaction now{};
  if (sigaction(SIGCHLD, nullptr, &now) == 0 && now.sa_handler != SIG_IGN &&
      (now.sa_flags & SA_NOCLDWAIT) == 0)
    return {};
  return fail(Error::make(Kind::usage, "the calling program ignores SIGCHLD")
                  .hint("reset it to SIG_DFL: containers and hooks are waited for"));
}

Result<container::Context> context_of(const masu_context_options* given) {
  const auto options = TRY(read_options<masu_context_options>(given, MASU_CONTEXT_OPTIONS_INIT));
  TRY(check_flags(options.flags, MASU_CONTEXT_SYSTEMD_CGROUP | MASU_CONTEXT_NO_CGROUPS));
  TRY(check_program());
  container::Context context;
  context.root = options.root == nullptr ? "/run/masu-runtime" : options.root;
  if (!context.root.starts_with('/')) return fail(Error::make(Kind::usage, "the root is no absolute path"));
  context.systemd_cgroup = (options.flags & MASU_CONTEXT_SYSTEMD_CGROUP) != 0;
  context.cgroups_disabled = (options.flags & MASU_CONTEXT_NO_CGROUPS) != 0;
  context.embedded = true;
  return context;
}

Result<container::Launched> create(const container::Context& context, const char* id,
                                   const masu_create_options* given) {
  const auto options = TRY(read_options<masu_create_options>(given, MASU_CREATE_OPTIONS_INIT));
  TRY(check_flags(options.flags, MASU_CREATE_NO_PIVOT | MASU_CREATE_NO_NEW_KEYRING));
  const Stdio stdio = TRY(Stdio::open(options.stdin_fd, options.stdout_fd, options.stderr_fd));
  container::CreateOptions create;
  create.id = text_of(id);
  create.bundle = text_of(options.bundle);
  if (!create.bundle.starts_with('/'))
    return fail(Error::make(Kind::usage, "the bundle is no absolute path"));
  create.config = text_of(options.config);
  create.console_socket = text_of(options.console_socket);
  create.pid_file = text_of(options.pid_file);
  create.no_pivot = (options.flags & MASU_CREATE_NO_PIVOT) != 0;
  create.no_new_keyring = (options.flags & MASU_CREATE_NO_NEW_KEYRING) != 0;
  create.stdio = stdio.fds();
  create.detached = false;  // the terminal's master is kept for masu_container_take_console()
  return container::create(context, create);
}

std::vector<std::string> texts(const char* const* list) {
  std::vector<std::string> out;
  for (; list != nullptr && *list != nullptr; ++list) out.emplace_back(*list);
  return out;
}

Result<container::Launched> execute(const masu_container& container, const masu_exec_options* given) {
  const auto options = TRY(read_options<masu_exec_options>(given, MASU_EXEC_OPTIONS_INIT));
  TRY(check_flags(options.flags, MASU_EXEC_TERMINAL | MASU_EXEC_NO_NEW_PRIVILEGES | MASU_EXEC_IGNORE_PAUSED));
  const Stdio stdio = TRY(Stdio::open(options.stdin_fd, options.stdout_fd, options.stderr_fd));
  container::ExecOptions exec;
  exec.process_file = text_of(options.process);
  exec.args = texts(options.args);
  if (exec.process_file.empty() && exec.args.empty())
    return fail(Error::make(Kind::usage, "no program is given to execute"));
  exec.env = texts(options.env);
  exec.cwd = text_of(options.cwd);
  exec.user = text_of(options.user);
  exec.console_socket = text_of(options.console_socket);
  exec.pid_file = text_of(options.pid_file);
  exec.tty = (options.flags & MASU_EXEC_TERMINAL) != 0;
  exec.no_new_privileges = (options.flags & MASU_EXEC_NO_NEW_PRIVILEGES) != 0;
  exec.ignore_paused = (options.flags & MASU_EXEC_IGNORE_PAUSED) != 0;
  exec.stdio = stdio.fds();
  return container::spawn(container.context, container.id, exec);
}

int tell_end(Result<std::optional<int>>&& waited, int* exit_code, masu_error** error) {
  if (!waited) {
    give(std::move(waited).error(), error);
    return -1;
  }
  if (!*waited) return 0;
  if (exit_code != nullptr) *exit_code = **waited;
  return 1;
}

}  // namespace

masu_context* masu_context_new(const masu_context_options* options, masu_error** error) {
  return make<masu_context>(context_of(options), error);
}

void masu_context_free(masu_context* context) { delete context; }

masu_container* masu_create(const masu_context* context, const char* id, const masu_create_options* options,
                            masu_error** error) {
  auto launched = create(context->context, id, options);
  if (!launched) {
    give(std::move(launched).error(), error);
    return nullptr;
  }
  auto* made = new masu_container{context->context, id, std::nullopt};
  made->init.emplace(std::move(*launched));
  return made;
}

masu_container* masu_open(const masu_context* context, const char* id, masu_error** error) {
  auto init = container::find_init(context->context, text_of(id));
  if (!init) {
    give(std::move(init).error(), error);
    return nullptr;
  }
  auto* opened = new masu_container{context->context, id, std::nullopt};
  if (*init) opened->init.emplace(container::Launched{std::move(**init), {}});
  return opened;
}

void masu_container_free(masu_container* container) { delete container; }

const char* masu_container_id(const masu_container* container) { return container->id.c_str(); }

int masu_container_pidfd(const masu_container* container) {
  return container->init ? container->init->pidfd() : -1;
}

pid_t masu_container_pid(const masu_container* container) {
  return container->init ? container->init->pid() : 0;
}

int masu_container_take_console(masu_container* container) {
  return container->init ? container->init->take_console() : -1;
}

int masu_start(masu_container* container, masu_error** error) {
  return finish(container::start(container->context, container->id), error);
}

int masu_kill(masu_container* container, int signal, unsigned flags, masu_error** error) {
  if (auto known = check_flags(flags, MASU_KILL_ALL); !known) return finish(std::move(known), error);
  return finish(container::kill(container->context, container->id, signal, (flags & MASU_KILL_ALL) != 0),
                error);
}

int masu_wait(masu_container* container, int64_t timeout_ms, int* exit_code, masu_error** error) {
  if (container->init) return tell_end(container->init->wait(timeout_ms), exit_code, error);
  if (exit_code != nullptr) *exit_code = -1;
  return 1;
}

int masu_pause(masu_container* container, masu_error** error) {
  return finish(container::pause(container->context, container->id), error);
}

int masu_resume(masu_container* container, masu_error** error) {
  return finish(container::resume(container->context, container->id), error);
}

int masu_delete(masu_container* container, unsigned flags, masu_error** error) {
  if (auto known = check_flags(flags, MASU_DELETE_FORCE); !known) return finish(std::move(known), error);
  const bool force = (flags & MASU_DELETE_FORCE) != 0;
  auto removed = container::remove(container->context, container->id, force);
  if (removed && container->init) container->init->reap();
  return finish(std::move(removed), error);
}

masu_process* masu_exec(masu_container* container, const masu_exec_options* options, masu_error** error) {
  auto launched = execute(*container, options);
  if (launched) return new masu_process{Waited(std::move(*launched))};
  give(std::move(launched).error(), error);
  return nullptr;
}

void masu_process_free(masu_process* process) { delete process; }

pid_t masu_process_pid(const masu_process* process) { return process->process.pid(); }

int masu_process_pidfd(const masu_process* process) { return process->process.pidfd(); }

int masu_process_take_console(masu_process* process) { return process->process.take_console(); }

int masu_process_kill(masu_process* process, int signal, masu_error** error) {
  return finish(process->process.signal(signal), error);
}

int masu_process_wait(masu_process* process, int64_t timeout_ms, int* exit_code, masu_error** error) {
  return tell_end(process->process.wait(timeout_ms), exit_code, error);
}
