// SPDX-License-Identifier: Apache-2.0
#include "annotations.h"
#include "creation.h"
#include "masu/base/base64.h"
#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/seccomp/cache.h"
#include "masu/sys/fd.h"

#include <cstring>

#include <fcntl.h>

namespace masu::container {

namespace {

using namespace annotations;

// A program of the caller's own making; the kernel checks it when it is loaded.
Result<> adopt_filter(ProcessPlan& plan, const std::string& encoded) {
  const auto bytes = decode_base64(encoded);
  if (!bytes || bytes->empty() || bytes->size() % sizeof(sock_filter) != 0)
    return fail(refusal(kSeccompFilter, "is no base64 of BPF instructions (struct sock_filter)"));
  plan.seccomp.code.resize(bytes->size() / sizeof(sock_filter));
  std::memcpy(plan.seccomp.code.data(), bytes->data(), bytes->size());
  plan.has_seccomp = true;
  return {};
}

// What a cached program has left out was looked at when it was made: here the profile has to be gone through
// again.
Result<> refuse_unknown_calls(const spec::Seccomp& profile) {
  seccomp::Omissions omissions;
  (void)TRY_IN(seccomp::compile(profile, seccomp::Host::probe(), &omissions), "seccomp profile");
  if (omissions.calls.empty()) return {};
  return fail(
      Error::spec("linux.seccomp.syscalls", cat("unknown system call ", quote(omissions.calls.front())))
          .hint(cat("annotation ", kSeccompStrict, " asks for this refusal")));
}

}  // namespace

Result<> plan_seccomp(ProcessPlan& plan, const spec::Config& config, const std::string& root) {
  if (given(config.annotations, kSeccompFilter))
    return adopt_filter(plan, value(config.annotations, kSeccompFilter));
  if (!config.linux_.seccomp) return {};
  if (given(config.annotations, kSeccompStrict)) TRY(refuse_unknown_calls(*config.linux_.seccomp));
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
