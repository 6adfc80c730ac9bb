// SPDX-License-Identifier: Apache-2.0
#include "creation.h"
#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/seccomp/cache.h"
#include "masu/sys/fd.h"

#include <fcntl.h>

namespace masu::container {

Result<> plan_seccomp(ProcessPlan& plan, const spec::Config& config, const std::string& root) {
  if (!config.linux_.seccomp) return {};
  seccomp::Omissions omissions;
  const sys::Fd dir = TRY(sys::open(root, O_PATH | O_DIRECTORY));
  plan.seccomp =
      TRY_IN(seccomp::compile_cached(*config.linux_.seccomp, seccomp::Host::probe(), dir.get(), &omissions),
             "seccomp profile");
  plan.has_seccomp = true;
  if (log::enabled(log::Level::debug))
    for (const auto& name : omissions.calls)
      log::write(log::Level::debug, cat("seccomp: unknown system call ", quote(name)));
  return {};
}

}  // namespace masu::container
