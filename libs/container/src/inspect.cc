// SPDX-License-Identifier: Apache-2.0
#include "inspect.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/socket.h"

#include <cerrno>

#include <sys/socket.h>

namespace masu::container {
namespace {

// A created container listens on its socket until `start` has led it to exec, whatever became of the file. A
// process that is asked takes the connection, sees it close, and goes on waiting.
bool waits_for_start(const Entry& entry) {
  if (!entry.has(kStartSocket)) return false;
  // Never to block: with a startContainer hook running nobody takes connections, and the queue may be full of
  // such as ours.
  const auto connected = sys::connect_at(entry.dir(), kStartSocket, SOCK_SEQPACKET | SOCK_NONBLOCK);
  return connected || connected.error().err() == EAGAIN;
}

Result<Status> status_of(Inspection& container) {
  if (!container.init) return Status::stopped;
  if (!container.record.ready) return Status::creating;
  if (container.cgroups) container.freezer = TRY(container.cgroups->freezer_state());
  if (container.freezer == cgroups::FreezerState::frozen) return Status::paused;
  return waits_for_start(container.entry) ? Status::created : Status::running;
}

}  // namespace

std::string_view status_name(Status status) {
  switch (status) {
    case Status::creating:
      return "creating";
    case Status::created:
      return "created";
    case Status::running:
      return "running";
    case Status::paused:
      return "paused";
    case Status::stopped:
      return "stopped";
  }
  return "stopped";
}

Result<Inspection> inspect(const Context& context, const std::string& id) {
  TRY(check_id(id));
  auto store = StateStore::open(context.root, false);
  if (!store && store.error().kind() == Kind::not_found) return fail(does_not_exist(id));
  if (!store) return fail(std::move(store).error());
  Entry entry = TRY(store->find(id));
  Record record = TRY(entry.read());
  Inspection container{std::move(entry), std::move(record), Status::stopped, std::nullopt, std::nullopt, {}};
  if (container.record.has_cgroups)
    container.cgroups = TRY(cgroups::Manager::from_saved(container.record.cgroups));
  // A pid of another boot is someone else's.
  if (TRY(sys::read_boot_id()) == container.record.boot_id)
    container.init = TRY(sys::Process::find(container.record.pid, container.record.start_time));
  container.status = TRY(status_of(container));
  return container;
}

Result<State> state(const Context& context, const std::string& id) {
  const Inspection container = TRY(inspect(context, id));
  const Record& record = container.record;
  const pid_t pid = container.init ? container.init->pid() : 0;
  return State{record.oci_version, record.id,        container.status,  pid, record.bundle, record.rootfs,
               record.created,     record.owner_uid, record.annotations};
}

Result<std::optional<sys::Process>> find_init(const Context& context, const std::string& id) {
  Inspection container = TRY(inspect(context, id));
  return std::move(container.init);
}

Result<std::vector<State>> list(const Context& context, std::vector<Error>* skipped) {
  const StateStore store = TRY(StateStore::open(context.root, false));
  std::vector<State> states;
  for (const auto& id : TRY(store.ids())) {
    auto one = state(context, id);
    if (one) states.push_back(std::move(*one));
    // A container may go while we look, or be half made: no reason to fail.
    else if (skipped != nullptr)
      skipped->push_back(std::move(one).error());
  }
  return states;
}

Result<std::vector<pid_t>> processes(const Context& context, const std::string& id) {
  const Inspection container = TRY(inspect(context, id));
  if (container.cgroups) return container.cgroups->pids(true);
  std::vector<pid_t> pids;
  if (container.init) pids.push_back(container.init->pid());
  return pids;
}

}  // namespace masu::container
