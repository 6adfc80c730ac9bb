// SPDX-License-Identifier: Apache-2.0
#include "stop_options.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/shim/options.h"

namespace masu::manager {

Result<StopOptions> read_stop(const cli::Call& call, const cli::Option& time, const cli::Option& signal) {
  StopOptions out;
  if (call.arguments.has(time)) {
    out.seconds = text::parse_int<std::uint32_t>(call.arguments.value(time));
    if (!out.seconds) return fail(Error::make(Kind::usage, cat("--", time.name, ": expected seconds")));
  }
  out.signal = call.arguments.value(signal);
  if (!out.signal.empty()) TRY_IN(shim::parse_signal(out.signal), cat("--", signal.name));
  return out;
}

}  // namespace masu::manager
