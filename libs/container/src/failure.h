// SPDX-License-Identifier: Apache-2.0
//
// The words for what the child reports: step, index and errno become an Error with the plan's own names, and
// a hint where the cause is known. Clients match some of these texts (runtime contract 2.8).
#pragma once

#include "masu/base/error.h"
#include "plan.h"
#include "protocol.h"

#include <string>
#include <string_view>
#include <vector>

namespace masu::container {

/// "mount", "pivot_root" …: as the trace and the log name it.
std::string_view step_name(Step step);

/// The text of a warning.
std::string describe_warning(const Message& message);

struct FailureContext {
  const Plan* plan = nullptr;  ///< null for exec and start
  const spec::Process* process = nullptr;
};
Error describe_failure(const Message& failure, const FailureContext& context);

/// The child ended before its exec without a word: `step` is where it was.
Error describe_silent_end(Step step, bool oom_killed);

}  // namespace masu::container
