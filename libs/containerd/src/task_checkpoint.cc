// SPDX-License-Identifier: Apache-2.0
//
// Checkpoint and restore of a task: CRIU's work may take long, so it is done beside the loop.
#include "beside.h"
#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/container/checkpoint.h"
#include "masu/criu/session.h"
#include "masu/sys/raw.h"
#include "masu/sys/socket.h"
#include "task.h"

#include <cstdlib>
#include <utility>

#include <sys/socket.h>

namespace masu::containerd {
namespace {

constexpr const char* kConsoleSocket = "console.sock";

Result<criu::CgroupMode> cgroup_mode(std::string_view name) {
  if (name.empty()) return criu::CgroupMode::standard;
  if (name == "soft") return criu::CgroupMode::soft;
  if (name == "full") return criu::CgroupMode::full;
  if (name == "strict") return criu::CgroupMode::strict;
  if (name == "ignore") return criu::CgroupMode::ignore;
  return fail(
      Error::make(Kind::usage, cat("cgroups_mode ", quote(name), " is none of soft, full, strict, ignore")));
}

Result<container::CriuOptions> criu_options(const RuntimeOptions& options, const std::string& bundle,
                                            const std::string& images, const std::string& work) {
  const char* path = secure_getenv("PATH");
  container::CriuOptions out;
  out.program = TRY(criu::find_program(options.criu_path, path == nullptr ? "" : path));
  out.images = images;
  out.work = !work.empty()                     ? work
             : !options.criu_work_path.empty() ? options.criu_work_path
                                               : bundle + "/criu-work";
  if (!out.images.starts_with('/'))
    return fail(
        Error::make(Kind::usage, cat("the path of the checkpoint ", quote(images), " is not absolute")));
  return out;
}

Result<sys::Fd> take_console(const sys::Fd& listener) {
  const long got = sys::raw::call(SYS_accept4, listener.get(), nullptr, nullptr, SOCK_CLOEXEC);
  if (got < 0) return fail(Error::sys(static_cast<int>(-got), "accept the terminal"));
  const sys::Fd connection(static_cast<int>(got));
  char name[256];
  int master = -1;
  if (const long received = sys::receive_message(connection.get(), name, sizeof name, &master); received < 0)
    return fail(Error::sys(static_cast<int>(-received), "receive the terminal"));
  return sys::Fd(master);
}

}  // namespace

void Task::checkpoint(const CheckpointRequest& request, const Reply& reply) {
  const auto prepared = [&]() -> Result<container::CheckpointOptions> {
    const auto given = TRY(parse_checkpoint_options(request.options));
    container::CheckpointOptions out;
    out.criu = TRY(criu_options(options_, request_.bundle,
                                given.image_path.empty() ? request.path : given.image_path, given.work_path));
    out.criu.tcp_established = given.open_tcp;
    out.criu.ext_unix_sockets = given.external_unix_sockets;
    out.criu.shell_job = given.terminal;
    out.criu.file_locks = given.file_locks;
    out.criu.cgroup_mode = TRY(cgroup_mode(given.cgroups_mode));
    for (const std::string& name : given.empty_namespaces) {
      if (name != "network")
        return fail(Error::make(Kind::unsupported,
                                cat("only the namespace network can be left empty, not ", quote(name))));
      out.criu.empty_network = true;
    }
    out.leave_running = !given.exit;
    return out;
  }();
  if (!prepared) return reply(fail(Error::make(prepared.error().kind(), prepared.error().message())));
  auto begun = run_beside(
      world_.children, [&] { return container::checkpoint(context_, id_, *prepared); },
      [this, alive = alive_, path = request.path, reply](Result<> done) {
        if (!done) return reply(fail(std::move(done).error()));
        if (*alive) world_.publish(checkpointed_event(id_, path));
        reply(std::string());
      });
  if (!begun) reply(fail(std::move(begun).error()));
}

void Task::restore(const Reply& reply) {
  if (init_->status != Status::created || init_->busy != nullptr)
    return reply(fail(Error::make(Kind::invalid_state, "cannot start a process that is running or has run")));
  const auto bundle = sys::open(request_.bundle, O_PATH | O_DIRECTORY);
  const bool terminal = init_->stdio.paths().terminal;
  auto listener = std::make_shared<sys::Fd>();
  const auto prepared = [&]() -> Result<container::RestoreOptions> {
    container::RestoreOptions out;
    out.criu = TRY(criu_options(options_, request_.bundle, request_.checkpoint, ""));
    out.id = id_;
    out.bundle = request_.bundle;
    out.pid_file = cat(request_.bundle, "/", kPidFile);
    out.run.detach = true;
    if (!terminal) return out;
    if (!bundle) return fail(Error::sys(bundle.error().err(), "open the bundle"));
    *listener = TRY(sys::listen_at(bundle->get(), kConsoleSocket, SOCK_STREAM | SOCK_NONBLOCK));
    out.console_socket = cat(request_.bundle, "/", kConsoleSocket);
    return out;
  }();
  if (!prepared) return reply(fail(Error::make(prepared.error().kind(), prepared.error().message())));
  auto begun = run_beside(
      world_.children,
      [&]() -> Result<> {
        const auto ends = init_->stdio.process_ends();
        if (const int set = sys::set_stdio(ends); set < 0) return fail(Error::sys(-set, "set the streams"));
        TRY(container::restore(context_, *prepared));
        return {};
      },
      [this, alive = alive_, listener, terminal, reply](Result<> done) {
        if (!*alive) return reply(fail(Error::make(Kind::not_found, "the task has been deleted")));
        init_->busy = nullptr;
        (void)sys::raw::unlinkat(AT_FDCWD, cat(request_.bundle, "/", kConsoleSocket).c_str(), 0);
        if (!done) return reply(fail(std::move(done).error().within("OCI runtime restore failed")));
        auto console = terminal ? take_console(*listener) : Result<sys::Fd>(sys::Fd());
        if (!console) log::write(console.error());
        const auto adopted = adopt_restored(console ? std::move(*console) : sys::Fd());
        if (!adopted) return reply(fail(Error::make(adopted.error().kind(), adopted.error().message())));
        reply(encode_pid(pid()));
      });
  if (!begun) return reply(fail(std::move(begun).error()));
  init_->busy = "restored";
}

Result<> Task::adopt_restored(sys::Fd console) {
  const std::string text = TRY(sys::read_file(cat(request_.bundle, "/", kPidFile)));
  const auto restored = text::parse_int<pid_t>(text::trim(text));
  if (!restored) return fail(Error::make(Kind::internal, "there is no pid of the restored process"));
  const int pidfd = sys::raw::pidfd_open(*restored);
  if (pidfd < 0) return fail(Error::sys(-pidfd, "open the restored process"));
  init_->status = Status::running;
  launched(*init_, {sys::Process(*restored, sys::Fd(pidfd)), std::move(console)});
  watch_oom();
  world_.publish(start_event(id_, *restored));
  return {};
}

}  // namespace masu::containerd
