// SPDX-License-Identifier: Apache-2.0
#include "task.h"

#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cgroups/layout.h"
#include "masu/container/events.h"
#include "masu/spec/parse.h"
#include "masu/sys/raw.h"
#include "metrics.h"
#include "publisher.h"
#include "rootfs.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include <sys/epoll.h>
#include <sys/wait.h>

namespace masu::containerd {
namespace {

constexpr std::int64_t kDrainTime = 2 * event::kSecond;  // as containerd's own shim has it
constexpr const char* kDefaultRoot = "/run/containerd/masu";

unsigned exit_code(int status) {
  constexpr unsigned kSignalled = 128;
  if (WIFEXITED(status)) return static_cast<unsigned>(WEXITSTATUS(status));
  return kSignalled + static_cast<unsigned>(WTERMSIG(status));
}

// slice:prefix:name is systemd's form of linux.cgroupsPath, which clients write where they have been told
// that systemd makes the cgroups. A CRI plugin does so without telling a shim that is not runc's.
Result<bool> wants_systemd(const std::string& bundle) {
  const std::string text = TRY(sys::read_file(bundle + "/config.json"));
  const spec::Config config = TRY(spec::parse_config(text));
  const auto parts = text::split(config.linux_.cgroups_path, ':');
  return parts.size() == 3 && (parts.front().empty() || parts.front().ends_with(".slice"));
}

// Clients look for what runc's shim writes before the cause.
Error in_words_of_clients(Error error, const char* what) { return std::move(error).within(what); }

}  // namespace

std::string state_root(const RuntimeOptions& options, std::string_view name_space) {
  return cat(options.root.empty() ? kDefaultRoot : options.root, "/", name_space);
}

Task::Task(World& world, const CreateRequest& request, RuntimeOptions options)
    : world_(world), request_(request), options_(std::move(options)), id_(request.id) {
  context_.root = state_root(options_, world.name_space);
  context_.systemd_cgroup = options_.systemd_cgroup;
  context_.embedded = true;  // for the streams, which are not ours
  init_ = std::make_unique<Process>(world_, "", request.stdio, owner(""));
}

Task::~Task() {
  *alive_ = false;
  if (oom_) world_.loop.forget(oom_->fd());
  for (const auto& [exec_id, process] : execs_)
    if (process->handle.pid() > 0) world_.children.settle(process->handle.pid());
  if (pid() > 0) world_.children.settle(pid());
}

StdioOwner Task::owner(const std::string& exec_id) const {
  return {world_.name_space, exec_id.empty() ? id_ : exec_id, options_.io_uid, options_.io_gid};
}

Result<std::unique_ptr<Task>> Task::create(World& world, const CreateRequest& request) {
  if (!request.bundle.starts_with('/'))
    return fail(Error::make(Kind::usage, cat("the bundle ", quote(request.bundle), " is no absolute path")));
  auto options = TRY(parse_runtime_options(request.options));
  std::unique_ptr<Task> task(new Task(world, request, std::move(options)));
  TRY(task->prepare());
  auto made = task->make();
  if (made) return task;
  task->init_->stdio.close();
  if (auto unmounted = unmount_rootfs(request.bundle); !unmounted) log::write(unmounted.error());
  return fail(in_words_of_clients(std::move(made).error(), "OCI runtime create failed"));
}

Result<> Task::prepare() {
  const sys::Fd bundle = TRY_IN(sys::open(request_.bundle, O_RDONLY | O_DIRECTORY), "bundle");
  TRY(sys::replace_file_at(bundle.get(), kRootFile, context_.root, 0600));
  return mount_rootfs(request_.bundle, request_.rootfs);
}

Result<> Task::make() {
  if (!context_.systemd_cgroup) context_.systemd_cgroup = TRY(wants_systemd(request_.bundle));
  TRY(init_->stdio.open());
  if (is_checkpointed()) return {};  // restored by start
  container::CreateOptions options;
  options.id = id_;
  options.bundle = request_.bundle;
  options.pid_file = cat(request_.bundle, "/", kPidFile);
  options.no_pivot = options_.no_pivot_root;
  options.no_new_keyring = options_.no_new_keyring;
  options.stdio = init_->stdio.process_ends();
  options.detached = false;  // the terminal's master is for us
  launched(*init_, TRY(container::create(context_, options)));
  return {};
}

void Task::launched(Process& process, container::Launched launched) {
  process.handle = std::move(launched.process);
  expect(process);
  // Without its streams it still is a container: its client sees it, and can end it.
  if (auto begun = process.stdio.begin(std::move(launched.console)); !begun) log::write(begun.error());
}

void Task::expect(Process& process) {
  world_.children.expect(process.handle.pid(), [this, &process](int status) {
    world_.children.settle(process.handle.pid());
    ended(process, status);
  });
}

Result<Process*> Task::find(const std::string& exec_id) const {
  if (exec_id.empty()) return init_.get();
  const auto found = execs_.find(exec_id);
  if (found != execs_.end()) return found->second.get();
  return fail(Error::make(Kind::not_found, cat("process ", quote(exec_id), " does not exist")));
}

void Task::ended(Process& process, int status) {
  const bool first = process.exec_id.empty();
  if (first) {
    // Of a pid namespace that is not its own, others are left; they end with it. It is told last, so that
    // clients find the reason before the end.
    (void)container::kill(context_, id_, SIGKILL, true);
    take_oom();
  }
  process.status = Status::stopped;
  process.exit_status = exit_code(status);
  process.exited_at = now();
  world_.publish(exit_event(id_, first ? id_ : process.exec_id, process.handle.pid(), process.exit_status,
                            process.exited_at));
  std::vector<Reply> waiters;
  waiters.swap(process.waiters);
  for (const Reply& reply : waiters) reply(encode_wait(process.exit_status, process.exited_at));
}

Result<std::string> Task::start(const std::string& exec_id) {
  Process& process = *TRY(find(exec_id));
  if (process.status != Status::created)
    return fail(Error::make(Kind::invalid_state, "cannot start a process that is running or has run"));
  if (!exec_id.empty()) {
    TRY(start_exec(process));
    world_.publish(exec_started_event(id_, exec_id, process.handle.pid()));
    return encode_pid(process.handle.pid());
  }
  auto started = container::start(context_, id_);
  if (!started) return fail(in_words_of_clients(std::move(started).error(), "OCI runtime start failed"));
  process.status = Status::running;
  watch_oom();
  world_.publish(start_event(id_, pid()));
  return encode_pid(pid());
}

Result<> Task::start_exec(Process& process) {
  container::ExecOptions options;
  options.process_text = process.spec;
  options.tty = process.stdio.paths().terminal;
  auto opened = process.stdio.open();
  options.stdio = process.stdio.process_ends();
  auto spawned = opened ? container::spawn(context_, id_, options) : fail(std::move(opened).error());
  if (spawned) {
    process.status = Status::running;
    launched(process, std::move(*spawned));
    return {};
  }
  process.stdio.close();
  process.status = Status::stopped;
  constexpr unsigned kNeverRan = 255;
  process.exit_status = kNeverRan;
  process.exited_at = now();
  std::vector<Reply> waiters;
  waiters.swap(process.waiters);
  for (const Reply& reply : waiters) reply(encode_wait(process.exit_status, process.exited_at));
  return fail(in_words_of_clients(std::move(spawned).error(), "OCI runtime exec failed"));
}

Result<std::string> Task::exec(const ExecRequest& request) {
  if (request.exec_id.empty()) return fail(Error::make(Kind::usage, "an exec'd process has an id"));
  if (execs_.contains(request.exec_id))
    return fail(Error::make(Kind::exists, cat("id ", quote(request.exec_id), " is taken")));
  if (request.spec.value.empty()) return fail(Error::make(Kind::usage, "there is no process to execute"));
  auto process = std::make_unique<Process>(world_, request.exec_id, request.stdio, owner(request.exec_id));
  process->spec = request.spec.value;
  execs_.emplace(request.exec_id, std::move(process));
  world_.publish(exec_added_event(id_, request.exec_id));
  return std::string();
}

// What a process has written is passed on first; what others hold open is waited for a while.
void Task::remove(const std::string& exec_id, std::function<void()> removed, Reply reply) {
  const auto found = find(exec_id);
  if (!found) return reply(fail(Error::make(Kind::not_found, found.error().message())));
  Process& process = **found;
  if (process.busy != nullptr)
    return reply(fail(Error::make(Kind::invalid_state, cat("the process is being ", process.busy))));
  if (process.status == Status::running)
    return reply(fail(Error::make(Kind::invalid_state, "cannot delete a running process")));
  process.busy = "deleted";
  // Once, by whichever comes first.
  const auto finish = std::make_shared<std::function<void()>>(
      [this, alive = alive_, &process, removed = std::move(removed), reply = std::move(reply)] {
        if (*alive) finish_removal(process, removed, reply);
      });
  const auto once = [finish] {
    const auto action = std::exchange(*finish, nullptr);
    if (action) action();
  };
  if (process.stdio.drained() || process.status == Status::created) return once();
  const event::Loop::Timer timer = world_.loop.after(kDrainTime, once);
  process.stdio.on_drained([once, timer, &loop = world_.loop] {
    loop.cancel(timer);
    loop.later(once);
  });
}

void Task::finish_removal(Process& process, const std::function<void()>& removed, const Reply& reply) {
  const pid_t pid = process.handle.pid();
  const std::string answer = encode_delete(pid, process.exit_status, process.exited_at);
  if (!process.exec_id.empty()) {
    execs_.erase(process.exec_id);
    return reply(answer);
  }
  auto done = container::remove(context_, id_, process.status == Status::created);
  // After a checkpoint there is none any more.
  if (!done && done.error().kind() != Kind::not_found) {
    process.busy = nullptr;
    return reply(fail(std::move(done).error().within("failed to delete task")));
  }
  process.stdio.close();
  if (auto unmounted = unmount_rootfs(request_.bundle); !unmounted) {
    process.busy = nullptr;
    return reply(fail(std::move(unmounted).error()));
  }
  world_.publish(delete_event(id_, pid, process.exit_status, process.exited_at));
  const Reply last = reply;  // ours goes with us
  removed();
  last(answer);
}

Result<Status> Task::status_of(const Process& process) const {
  if (process.status != Status::running) return process.status;
  const auto known = container::state(context_, id_);
  return known && known->status == container::Status::paused ? Status::paused : Status::running;
}

Result<std::string> Task::state(const std::string& exec_id) const {
  const Process& process = *TRY(find(exec_id));
  StateAnswer answer;
  answer.id = exec_id.empty() ? id_ : exec_id;
  answer.bundle = request_.bundle;
  answer.pid = process.handle.pid();
  answer.status = TRY(status_of(process));
  answer.stdio = process.stdio.paths();
  answer.exit_status = process.exit_status;
  answer.exited_at = process.exited_at;
  answer.exec_id = exec_id;
  return encode(answer);
}

Result<std::string> Task::pids() const {
  std::vector<ProcessInfo> out;
  for (const pid_t pid : TRY(container::processes(context_, id_))) {
    const auto known =
        std::ranges::find_if(execs_, [pid](const auto& entry) { return entry.second->handle.pid() == pid; });
    out.push_back({pid, known == execs_.end() ? "" : known->first});
  }
  return encode(out);
}

Result<std::string> Task::pause() {
  TRY(container::pause(context_, id_));
  world_.publish(paused_event(id_));
  return std::string();
}

Result<std::string> Task::resume() {
  TRY(container::resume(context_, id_));
  world_.publish(resumed_event(id_));
  return std::string();
}

Result<std::string> Task::kill(const KillRequest& request) {
  const Process& process = *TRY(find(request.process.exec_id));
  if (process.status == Status::stopped)
    return fail(Error::make(Kind::not_found, "process already finished"));
  if (process.handle.pid() == 0) return fail(Error::make(Kind::invalid_state, "process not created"));
  if (!process.exec_id.empty()) {
    TRY(process.handle.signal(request.signal));
    return std::string();
  }
  auto killed = container::kill(context_, id_, request.signal, request.all);
  if (killed) return std::string();
  // It has ended, and we have not heard of it yet.
  if (killed.error().kind() == Kind::invalid_state || killed.error().err() == ESRCH)
    return fail(std::move(killed).error().as(Kind::not_found).within("process already finished"));
  return fail(std::move(killed).error());
}

Result<std::string> Task::resize(const ResizeRequest& request) {
  Process& process = *TRY(find(request.process.exec_id));
  TRY(process.stdio.resize(request.width, request.height));
  return std::string();
}

Result<std::string> Task::close_input(const std::string& exec_id) {
  Process& process = *TRY(find(exec_id));
  process.stdio.close_input();
  return std::string();
}

Result<std::string> Task::update(const UpdateRequest& request) {
  auto resources = TRY(spec::parse_resources(request.resources.value));
  TRY(container::update(context_, id_, std::move(resources)));
  return std::string();
}

Result<std::string> Task::stats() const {
  const auto stats = TRY(container::stats(context_, id_));
  const bool v2 = TRY(cgroups::detect_layout()).kind == cgroups::LayoutKind::v2;
  return encode_stats(v2 ? metrics_v2(stats) : metrics_v1(stats));
}

void Task::wait(const std::string& exec_id, Reply reply) {
  const auto found = find(exec_id);
  if (!found) return reply(fail(Error::make(Kind::not_found, found.error().message())));
  Process& process = **found;
  if (process.status == Status::stopped) return reply(encode_wait(process.exit_status, process.exited_at));
  process.waiters.push_back(std::move(reply));
}

void Task::watch_oom() {
  auto watch = container::watch_oom(context_, id_);
  if (!watch) return log::write(watch.error());
  if (!*watch) return;
  oom_ = std::move(*watch);
  auto watched = world_.loop.watch(oom_->fd(), EPOLLIN, [this](std::uint32_t) { take_oom(); });
  if (!watched) log::write(watched.error());
}

void Task::take_oom() {
  if (!oom_) return;
  const auto event = oom_->take();
  if (!event || event->gone) {
    world_.loop.forget(oom_->fd());
    oom_.reset();
  }
  if (event && (event->oom || event->kills > 0)) world_.publish(oom_event(id_));
}

}  // namespace masu::containerd
