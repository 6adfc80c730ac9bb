// SPDX-License-Identifier: Apache-2.0
#include "foreground.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/life.h"
#include "masu/manager/session.h"

namespace masu::manager {
namespace {

// The shim's exit command does the same; whoever comes second finds nothing left to do.
Result<> finish(const Place& place, const Request& request) {
  const auto held = lock(place, request.id);
  if (!held) return {};
  if (request.remove) return remove(place, request);
  if (!request.restart.empty()) return {};  // it may be running again
  return end_shim(place, request);
}

}  // namespace

Result<StayOptions> read_stay(const cli::Call& call) {
  StayOptions out{.pass_signals = call.arguments.flag(kSigProxy).value_or(true)};
  if (call.arguments.has(kDetachKeys))
    out.detach_keys = TRY_IN(parse_detach_keys(call.arguments.value(kDetachKeys)), "--detach-keys");
  return out;
}

Result<int> stay_with(const Place& place, const Request& request, bool input,
                      const std::function<Result<>()>& begin, const StayOptions& stay) {
  const ShimClient shim(place.shim_folder(request.id));
  // With a policy there may be no end.
  const SessionOptions options{
      .path = cat("/attach?finishes=", request.restart.empty() ? "1" : "0", input ? "" : "&stdin=0"),
      .resize_path = "/resize",
      .input = input,
      .tty = request.tty,
      .pass_signals = stay.pass_signals,
      .kill_path = "/",
      .detach_keys = stay.detach_keys};
  const SessionEnd end = TRY(run_session(shim, options, begin));
  switch (end.outcome) {
    case Outcome::ended:
      TRY(finish(place, request));
      return end.code;
    case Outcome::detached:
      return 0;
    case Outcome::lost:
      break;
  }
  return fail(
      Error::make(Kind::system, cat("the supervisor of container ", request.name, " has ended unexpectedly"))
          .hint(cat("masu rm -f ", request.name, " removes what is left")));
}

}  // namespace masu::manager
