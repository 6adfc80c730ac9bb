// SPDX-License-Identifier: Apache-2.0
//
// pause and resume: the cgroups' freezer.
#include "inspect.h"
#include "masu/base/text.h"
#include "masu/base/try.h"

#include <chrono>

namespace masu::container {
namespace {

using std::chrono::steady_clock;
constexpr std::chrono::seconds kDeadline{10};

// Both wordings are those that callers know from runc.
Result<> refuse_unless_pausable(const Inspection& container) {
  const std::string who = cat("cannot pause container ", quote(container.record.id), ": ");
  switch (container.status) {
    case Status::created:
    case Status::running:
      break;
    case Status::paused:
      return fail(Error::make(Kind::invalid_state, cat(who, "container not running: it is paused already")));
    case Status::creating:
      return fail(Error::make(Kind::invalid_state, cat(who, "container not running: it is being created")));
    case Status::stopped:
      return fail(Error::make(Kind::invalid_state, cat(who, "container not running")));
  }
  if (!container.cgroups)
    return fail(Error::make(Kind::unsupported, cat(who, "it was made without cgroups")));
  return {};
}

}  // namespace

Result<> pause(const Context& context, const std::string& id) {
  const Inspection container = TRY(inspect(context, id));
  TRY(refuse_unless_pausable(container));
  TRY_IN(container.cgroups->freeze(steady_clock::now() + kDeadline), cat("pause container ", quote(id)));
  return {};
}

Result<> resume(const Context& context, const std::string& id) {
  const Inspection container = TRY(inspect(context, id));
  if (container.status != Status::paused)
    return fail(Error::make(Kind::invalid_state,
                            cat("cannot resume container ", quote(id), ": container not paused: it is ",
                                status_name(container.status))));
  TRY_IN(container.cgroups->thaw(steady_clock::now() + kDeadline), cat("resume container ", quote(id)));
  return {};
}

}  // namespace masu::container
