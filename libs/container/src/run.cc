// SPDX-License-Identifier: Apache-2.0
#include "creation.h"
#include "foreground.h"
#include "masu/base/log.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"

#include <sys/prctl.h>

namespace masu::container {
namespace {

Result<> run_detached(const Context& context, const CreateOptions& options) {
  Creation creation = TRY(Creation::make(context, options, Creation::Next::run_at_once));
  if (auto finished = creation.finish(); !finished) {
    creation.undo();
    return finished;
  }
  return creation.await_ready();
}

}  // namespace

Result<int> run(const Context& context, const CreateOptions& create, const RunOptions& run) {
  if (run.detach) {
    if (auto ran = run_detached(context, create); !ran) return fail(std::move(ran).error().exits({}));
    return 0;
  }
  if (!run.no_subreaper) (void)sys::raw::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const SignalGate gate;
  CreateOptions options = create;
  options.detached = false;
  Creation creation = TRY(Creation::make(context, options, Creation::Next::run_at_once));
  if (auto finished = creation.finish(); !finished) {
    creation.undo();
    return fail(std::move(finished).error());
  }
  if (auto relayed = creation.await_ready_in_background(); !relayed) {
    creation.undo();
    return fail(std::move(relayed).error());
  }
  auto code = supervise(creation.process(), Foreground{.master = creation.take_master()});
  if (!run.keep) {
    // Before the code is returned, so that a caller finds the name free again; a failure does not hide the
    // code.
    if (auto disposed = creation.dispose(); !disposed)
      log::write(log::Level::warning, disposed.error().message());
  }
  return code;
}

}  // namespace masu::container
