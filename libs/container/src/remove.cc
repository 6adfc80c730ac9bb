// SPDX-License-Identifier: Apache-2.0
//
// delete and kill: what ends a container, whatever state it is in.
#include "hooks.h"
#include "inspect.h"
#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"

#include <cerrno>
#include <chrono>
#include <csignal>

namespace masu::container {
namespace {

using std::chrono::steady_clock;
constexpr std::chrono::seconds kDeadline{10};

// init last needs nothing more: in a pid namespace of its own its end takes the others along; otherwise the
// cgroup has them.
Result<> end_processes(const Inspection& container) {
  if (container.init) (void)container.init->signal(SIGKILL);
  if (container.cgroups) TRY(container.cgroups->kill_all(SIGKILL));
  if (!container.init) return {};
  const std::int64_t deadline = sys::raw::monotonic_ns() + std::chrono::nanoseconds(kDeadline).count();
  if (TRY(container.init->wait_ended(deadline))) return {};
  return fail(Error::make(Kind::timeout, cat("container init (pid ", container.init->pid(),
                                             ") is still alive ", kDeadline.count(), " s after SIGKILL"))
                  .hint("a process in the kernel (state D, a dead network share?) cannot be killed; delete "
                        "again later"));
}

Result<> remove_existing(const StateStore& store, const Inspection& container, bool force) {
  const bool ended = container.status == Status::stopped || container.status == Status::created;
  if (!ended && !force)
    return fail(Error::make(Kind::invalid_state, cat("cannot delete container ", container.record.id,
                                                     " that is not stopped: ", status_name(container.status)))
                    .hint("kill it first, or delete --force"));
  TRY(end_processes(container));
  if (container.cgroups) TRY(container.cgroups->remove(steady_clock::now() + kDeadline));
  TRY(leave_resctrl(container.record.resctrl));
  // The hooks are known from the copy, which goes with the directory.
  const auto config = container.entry.read_config();
  TRY(store.remove(container.record.id));
  if (config)
    run_poststop_hooks(*config, container.record);
  else if (config.error().err() != ENOENT)  // another delete was faster
    log::write(log::Level::warning, cat("poststop hooks are not run: ", config.error().message()));
  return {};
}

// A state file that says nothing, of a full disk or a careless hand: the cgroups are found again from the
// config, and what runs in them is the container.
Result<> remove_damaged(const Context& context, const StateStore& store, const std::string& id) {
  const Entry entry = TRY(store.find(id));
  if (const auto config = entry.read_config(); config && !context.cgroups_disabled) {
    const cgroups::Layout layout = TRY(cgroups::detect_layout());
    const cgroups::PathRequest request{
        .cgroups_path = config->linux_.cgroups_path, .id = id, .systemd = context.systemd_cgroup};
    const auto planned = TRY(cgroups::Manager::plan(layout, request));
    const auto manager = TRY(cgroups::Manager::from_saved(planned.saved()));
    TRY(manager.remove(steady_clock::now() + kDeadline));
  }
  return store.remove(id);
}

}  // namespace

Result<> remove(const Context& context, const std::string& id, bool force) {
  auto container = inspect(context, id);
  auto store = StateStore::open(context.root, false);
  if (!store && store.error().kind() != Kind::not_found) return fail(std::move(store).error());
  if (container && store) return remove_existing(*store, *container, force);
  const Kind why = container ? Kind::not_found : container.error().kind();
  if (why == Kind::invalid_spec && force && store) return remove_damaged(context, *store, id);
  if (why != Kind::not_found) return fail(std::move(container).error());
  // Without a state file nothing else had been made: a create that was killed in its first instructions.
  if (store) TRY(store->remove(id));
  if (force) return {};
  return fail(does_not_exist(id));
}

Result<> kill(const Context& context, const std::string& id, int signal, bool all) {
  const Inspection container = TRY(inspect(context, id));
  const bool everyone = all || (signal == SIGKILL && !container.record.private_pids);
  if (everyone && container.cgroups) {
    // Init may have gone and left others behind, which are the container then.
    const bool others = !container.init && !TRY(container.cgroups->pids(true)).empty();
    TRY(container.cgroups->kill_all(signal));
    if (container.init || all || others) return {};
  }
  if (!container.init)
    return fail(Error::make(Kind::invalid_state, cat("container ", quote(id), ": container not running")));
  TRY(container.init->signal(signal));
  // v1's freezer keeps even SIGKILL pending, and one that was left half frozen by a killed `pause` soon does.
  if (signal == SIGKILL && container.freezer != cgroups::FreezerState::thawed)
    return container.cgroups->thaw();
  return {};
}

}  // namespace masu::container
