// SPDX-License-Identifier: Apache-2.0
#include "service.h"

#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <unistd.h>

namespace masu::containerd {
namespace {

// The same messages under two names: containerd 2 asks for the second.
constexpr std::string_view kService = "containerd.task.v2.Task", kServiceV3 = "containerd.task.v3.Task";

Error unknown(std::string_view what, std::string_view name) {
  return Error::make(Kind::unsupported, cat(what, " ", name, " is not known"));
}

}  // namespace

void Service::handle(const ttrpc::Request& request, Reply reply) {
  if (request.service != kService && request.service != kServiceV3)
    return reply(fail(unknown("service", request.service)));
  MASU_DEBUG(request.method);
  dispatch(request.method, request.payload,
           [method = request.method, reply = std::move(reply)](Result<std::string> answer) {
             if (!answer) MASU_DEBUG(cat(method, ": ", answer.error().message()));
             reply(std::move(answer));
           });
}

// Those that may have to wait, and those that answer at once.
void Service::dispatch(const std::string& method, std::string_view payload, const Reply& reply) {
  if (method == "Start") return start(payload, reply);
  if (method == "Delete") return remove(payload, reply);
  if (method == "Wait") return wait(payload, reply);
  if (method == "Checkpoint") return checkpoint(payload, reply);
  reply(answer(method, payload));
}

Result<std::string> Service::answer(const std::string& method, std::string_view payload) {
  if (method == "Create") return create(payload);
  if (method == "Connect") return connect(payload);
  if (method == "Shutdown") return shut_down();
  if (method == "Exec") {
    const auto request = TRY(parse_exec(payload));
    return TRY(find(request.id))->exec(request);
  }
  if (method == "Kill") {
    const auto request = TRY(parse_kill(payload));
    return TRY(find(request.process.id))->kill(request);
  }
  if (method == "ResizePty") {
    const auto request = TRY(parse_resize(payload));
    return TRY(find(request.process.id))->resize(request);
  }
  if (method == "Update") {
    const auto request = TRY(parse_update(payload));
    return TRY(find(request.id))->update(request);
  }
  constexpr std::string_view kOfTasks[] = {"State", "Pids", "Pause", "Resume", "CloseIO", "Stats"};
  if (std::ranges::find(kOfTasks, method) == std::end(kOfTasks)) return fail(unknown("method", method));
  const auto request = TRY(parse_process_request(payload));
  Task& task = *TRY(find(request.id));
  if (method == "State") return task.state(request.exec_id);
  if (method == "Pids") return task.pids();
  if (method == "Pause") return task.pause();
  if (method == "Resume") return task.resume();
  if (method == "CloseIO") return task.close_input(request.exec_id);
  return task.stats();
}

Result<Task*> Service::find(const std::string& id) const {
  const auto found = tasks_.find(id);
  if (found != tasks_.end()) return found->second.get();
  return fail(Error::make(Kind::not_found, cat("container ", quote(id), " is not created")));
}

Result<std::string> Service::create(std::string_view payload) {
  const auto request = TRY(parse_create(payload));
  if (tasks_.contains(request.id))
    return fail(Error::make(Kind::exists, cat("container ", quote(request.id), " is there already")));
  auto task = TRY(Task::create(world_, request));
  const pid_t pid = task->pid();
  tasks_.emplace(request.id, std::move(task));
  world_.publish(create_event(request, pid));
  return encode_pid(pid);
}

// The one who is asked for, or the answer why not.
Task* Service::find(const Result<ProcessRequest>& request, const Reply& reply) const {
  if (!request) {
    reply(fail(Error::make(Kind::usage, request.error().message())));
    return nullptr;
  }
  const auto task = find(request->id);
  if (task) return *task;
  reply(fail(Error::make(Kind::not_found, task.error().message())));
  return nullptr;
}

void Service::start(std::string_view payload, const Reply& reply) {
  const auto request = parse_process_request(payload);
  Task* task = find(request, reply);
  if (task == nullptr) return;
  if (request->exec_id.empty() && task->is_checkpointed()) return task->restore(reply);
  reply(task->start(request->exec_id));
}

void Service::remove(std::string_view payload, const Reply& reply) {
  const auto request = parse_process_request(payload);
  Task* task = find(request, reply);
  if (task != nullptr) task->remove(request->exec_id, [this, id = request->id] { tasks_.erase(id); }, reply);
}

void Service::wait(std::string_view payload, const Reply& reply) {
  const auto request = parse_process_request(payload);
  Task* task = find(request, reply);
  if (task != nullptr) task->wait(request->exec_id, reply);
}

void Service::checkpoint(std::string_view payload, const Reply& reply) {
  const auto request = parse_checkpoint(payload);
  if (!request) return reply(fail(Error::make(Kind::usage, request.error().message())));
  Task* task = find(ProcessRequest{request->id, ""}, reply);
  if (task != nullptr) task->checkpoint(*request, reply);
}

Result<std::string> Service::connect(std::string_view payload) const {
  const auto request = TRY(parse_process_request(payload));
  const auto task = find(request.id);
  return encode_connect(getpid(), task ? (*task)->pid() : 0, "");
}

// A pod's shim stays for the pod's other containers.
Result<std::string> Service::shut_down() {
  if (tasks_.empty()) shut_down_();
  return std::string();
}

}  // namespace masu::containerd
