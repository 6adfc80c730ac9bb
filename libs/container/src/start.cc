// SPDX-License-Identifier: Apache-2.0
#include "creation.h"
#include "hooks.h"
#include "inspect.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"
#include "masu/sys/socket.h"
#include "notify.h"

#include <csignal>

#include <sys/socket.h>

namespace masu::container {
namespace {

constexpr std::int64_t kPatience = 10'000'000'000;  // ns, for the end of a process that was killed

Result<> refuse_unless_created(const Inspection& container) {
  const std::string who = cat("container ", quote(container.record.id));
  switch (container.status) {
    case Status::created:
      return {};
    case Status::stopped:
      return fail(Error::make(Kind::invalid_state, cat("cannot start ", who, ": container has stopped")));
    case Status::creating:
      return fail(Error::make(Kind::invalid_state, cat("cannot start ", who, ": it is being created")));
    case Status::paused:
      return fail(Error::make(Kind::invalid_state, cat("cannot start ", who, ": it is paused")));
    case Status::running:
      break;
  }
  return fail(Error::make(Kind::invalid_state, cat("cannot start ", who, ": it is running already")));
}

Result<> execute(const Inspection& container, const spec::Config& config) {
  const Conversation talk(TRY(sys::connect_at(container.entry.dir(), kStartSocket, SOCK_SEQPACKET)),
                          &*container.init, nullptr);
  TRY(talk.say(Word::proceed));
  return await_exec(talk, *container.init, config, container.record, {nullptr, &*config.process});
}

}  // namespace

Result<Launched> create(const Context& context, const CreateOptions& options) {
  Creation creation = TRY(Creation::make(context, options, Creation::Next::wait_for_start));
  return Launched{creation.take_process(), creation.take_master()};
}

Result<> start(const Context& context, const std::string& id) {
  Trace trace(context);
  trace.step("inspect");
  const Inspection container = TRY(inspect(context, id));
  TRY(refuse_unless_created(container));
  const spec::Config config = TRY(container.entry.read_config());
  std::optional<NotifyRelay> relay;
  sys::Fd lock;
  if (!context.notify_socket.empty() && container.entry.has("notify")) {
    // The socket has one name, which of two starts only the one that is heard may have.
    lock = TRY(container.entry.lock());
    const Inspection now = TRY(inspect(context, id));
    TRY(refuse_unless_created(now));
    relay = TRY(NotifyRelay::open(container.entry, context.notify_socket));
  }
  trace.step("exec");
  if (auto executed = execute(container, config); !executed) {
    // Of two that start it at once, one is heard. The other finds the socket gone, or that nobody listens on
    // it any more, or its connection ends with the exec.
    if (auto now = inspect(context, id); now && now->status == Status::running)
      TRY(refuse_unless_created(*now));
    return executed;
  }
  (void)sys::raw::unlinkat(container.entry.dir(), kStartSocket, 0);
  lock.reset();
  trace.step("poststart_hooks");
  if (auto ran =
          run_hooks(config.hooks.poststart, "poststart", "running", container.init->pid(), container.record);
      !ran) {
    // runtime-spec runtime.md: a failed poststart hook ends the container. What its end leaves is for
    // `delete`.
    (void)container.init->signal(SIGKILL);
    (void)container.init->wait_ended(sys::raw::monotonic_ns() + kPatience);
    return ran;
  }
  if (relay) TRY(relay->run(*container.init));
  return trace.write(nullptr);
}

}  // namespace masu::container
