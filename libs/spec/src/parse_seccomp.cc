// SPDX-License-Identifier: Apache-2.0
//
// `linux.seccomp` of config.json (runtime-spec config-linux.md, "Seccomp").
#include "read.h"

#include <linux/seccomp.h>

namespace masu::spec {
namespace {

Result<> read_action(json::Reader in, SeccompAction& out) {
  return named(seccomp_actions(), "seccomp action")(in, out.ret);
}

// seccomp(2): the kernel has 16 bits for the value, and caps errno at MAX_ERRNO.
Result<> check_errno(json::Reader in, std::string_view key, const SeccompAction& action,
                     const std::optional<std::uint32_t>& value) {
  if (!value) return {};
  if (action.ret != SECCOMP_RET_ERRNO && action.ret != SECCOMP_RET_TRACE)
    return fail(in.error(key, "is only for SCMP_ACT_ERRNO and SCMP_ACT_TRACE"));
  const std::uint32_t max = action.ret == SECCOMP_RET_ERRNO ? 4095 : 65535;
  if (*value > max) return fail(in.error(key, cat(*value, " is not between 0 and ", max)));
  return {};
}

// A flag keeps its name: the loader tells which one the kernel lacks.
Result<> read_flag(json::Reader in, std::string& out) {
  std::uint64_t bit = 0;
  TRY(named(seccomp_flags(), "seccomp flag")(in, bit));
  out.assign(in.value().text());
  return {};
}

Result<> read_flags(json::Reader in, std::optional<std::vector<std::string>>& out) {
  return each(read_flag)(in, out.emplace());
}

}  // namespace

static Result<> read(json::Reader in, SeccompArg& out) {
  TRY(in.require("index", out.index, within(0, 5)));
  TRY(in.require("value", out.value));
  TRY(in.optional("valueTwo", out.value_two));
  return in.require("op", out.op, named(seccomp_operators(), "seccomp operator"));
}

static Result<> read(json::Reader in, SeccompRule& out) {
  TRY(in.require("names", out.names, each(read_nonempty)));
  if (out.names.empty()) return fail(in.error("names", "must not be empty"));
  TRY(in.require("action", out.action, read_action));
  TRY(in.optional("errnoRet", out.errno_ret));
  TRY(check_errno(in, "errnoRet", out.action, out.errno_ret));
  TRY(in.optional("args", out.args));
  if (out.action.ret == SECCOMP_RET_USER_NOTIF)
    for (const auto& name : out.names)
      if (name == "write")  // the runtime reports its own progress by it, before anybody could answer
        return fail(in.error("names", "SCMP_ACT_NOTIFY cannot be used for the write syscall"));
  return {};
}

Result<> read(json::Reader in, Seccomp& out) {
  TRY(in.require("defaultAction", out.default_action, read_action));
  if (out.default_action.ret == SECCOMP_RET_USER_NOTIF)
    return fail(in.error("defaultAction", "SCMP_ACT_NOTIFY cannot be the default action"));
  TRY(in.optional("defaultErrnoRet", out.default_errno_ret));
  TRY(check_errno(in, "defaultErrnoRet", out.default_action, out.default_errno_ret));
  TRY(in.optional("architectures", out.architectures,
                  each(named(seccomp_architectures(), "seccomp architecture"))));
  TRY(in.optional("flags", out.flags, read_flags));
  TRY(in.optional("listenerPath", out.listener_path));
  TRY(in.optional("listenerMetadata", out.listener_metadata));
  if (!out.listener_metadata.empty() && out.listener_path.empty())
    return fail(in.error("listenerMetadata", "needs listenerPath"));
  return in.optional("syscalls", out.syscalls);
}

}  // namespace masu::spec
