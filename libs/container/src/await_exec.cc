// SPDX-License-Identifier: Apache-2.0
//
// The last stretch: from `proceed` to the exec of the program, and the seccomp filter on that way.
#include "creation.h"
#include "failure.h"
#include "hooks.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/seccomp/listener.h"
#include "masu/sys/raw.h"

#include <cerrno>
#include <csignal>
#include <cstdint>

namespace masu::container {
namespace {

// The listener's fd is in the child, whose calls may be filtered by now: we take it from there, and pass it
// on to the agent.
Result<> serve_listener(int fd, const sys::Process& child, const spec::Config& config, const Record& record,
                        Probe* probe) {
  const long taken = sys::raw::call(SYS_pidfd_getfd, child.pidfd(), fd, 0);
  if (taken < 0)
    return fail(
        Error::sys(static_cast<int>(-taken), "take the seccomp listener from the container's process"));
  const sys::Fd listener(static_cast<int>(taken));
  if (probe != nullptr && !probe->profile.code.empty()) {
    probe->watch.emplace(TRY(RefusalWatch::start(listener, probe->profile)));
    return {};
  }
  const HookStateText text = hook_state_text(record);
  const std::string state = cat(text.head, "running\",\"pid\":", child.pid(), text.tail);
  const auto& profile = *config.linux_.seccomp;
  return seccomp::send_listener(profile.listener_path, listener.get(),
                                {.oci_version = record.oci_version,
                                 .pid = child.pid(),
                                 .metadata = profile.listener_metadata,
                                 .state = state});
}

constexpr std::int64_t kPatience = 10'000'000'000;  // ns, for the end of a process that was killed

// Who hears of the failure and looks at the container shall see it stopped, and without its seccomp agent the
// program must not run.
void end(const sys::Process& child) {
  if (child.signal(SIGKILL)) (void)child.wait_ended(sys::raw::monotonic_ns() + kPatience);
}

}  // namespace

Error describe_end(const sys::Process& child, Step step, bool oom_killed) {
  Error error = describe_silent_end(step, oom_killed);
  const bool ended = child.wait_ended(sys::raw::monotonic_ns() + kPatience).value_or(false);
  if (oom_killed || !ended) return error;
  const auto code = child.reap();
  return code && *code > 128 ? std::move(error).exits(*code) : std::move(error);
}

Result<> await_exec(const Conversation& talk, const sys::Process& child, const spec::Config& config,
                    const Record& record, const FailureContext& context, Probe* probe) {
  bool about_to_execute = false;
  for (;;) {
    const auto message = TRY(talk.next());
    if (!message) break;
    switch (message->word) {
      case Word::ready:
        about_to_execute = true;
        break;
      case Word::failure:
        end(child);  // it is about to
        return fail(describe_failure(*message, context));
      case Word::seccomp_listener:
        if (auto served = serve_listener(message->value, child, config, record, probe); !served) {
          end(child);
          return served;
        }
        TRY(talk.say(Word::listener_taken));
        break;
      default:
        return fail(Error::make(Kind::internal, "the container's process spoke out of turn"));
    }
  }
  // The socket closed: by exec, or by the process's end before it got there. A program that has ended already
  // is a success.
  if (about_to_execute) return {};
  return fail(describe_end(child, talk.step()));
}

}  // namespace masu::container
