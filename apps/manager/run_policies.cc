// SPDX-License-Identifier: Apache-2.0
#include "run_policies.h"

#include "masu/shim/options.h"

namespace masu::manager {

Result<> read_policies(const cli::Call& call, const image::Config& image, Request& out) {
  const cli::Arguments& given = call.arguments;
  out.name = given.value(kName);
  if (given.has(kName)) TRY_IN(check_name(out.name), "--name");
  for (const std::string_view label : given.values(kLabel))
    out.labels.insert_or_assign(split_pair(label).first, split_pair(label).second);
  for (const std::string_view item : given.values(kAnnotation))
    out.annotations.insert_or_assign(split_pair(item).first, split_pair(item).second);
  out.restart = given.value(kRestart);
  if (!out.restart.empty()) TRY_IN(shim::RestartPolicy::parse(out.restart), "--restart");
  if (given.has(kRm) && !out.restart.empty() && out.restart != "no")
    return fail(Error::make(Kind::usage, "--rm and --restart exclude each other"));
  out.stop_signal = given.value(kStopSignal, image.stop_signal);
  if (!out.stop_signal.empty()) TRY_IN(shim::parse_signal(out.stop_signal), "--stop-signal");
  TRY(read_number(call, kStopTimeout, out.stop_timeout));
  out.tty = given.has(kTty);
  out.interactive = given.has(kInteractive);
  out.remove = given.has(kRm);
  return {};
}

}  // namespace masu::manager
