// SPDX-License-Identifier: Apache-2.0
#include "run_security.h"

#include "masu/sys/fd.h"

#include <fcntl.h>

namespace masu::manager {

Result<> read_security(const cli::Call& call, const image::Config&, Request& out) {
  const cli::Arguments& given = call.arguments;
  for (const std::string_view name : given.values(kCapAdd)) out.cap_add.emplace_back(name);
  for (const std::string_view name : given.values(kCapDrop)) out.cap_drop.emplace_back(name);
  for (const std::string_view option : given.values(kSecurityOpt)) {
    const auto [name, value] = split_pair(option);
    if (name == "no-new-privileges" && (value.empty() || value == "true")) {
      out.no_new_privileges = true;
    } else if (name == "no-new-privileges" && value == "false") {
      out.no_new_privileges = false;
    } else if (name == "seccomp" && value == "unconfined") {
      out.seccomp = value;
    } else if (name == "seccomp" && !value.empty()) {
      out.seccomp = TRY(call.env.absolute(value));
      const sys::Fd readable = TRY_IN(sys::open(out.seccomp, O_RDONLY), "--security-opt seccomp");
    } else {
      return fail(
          wrong(kSecurityOpt, option, "expected no-new-privileges, seccomp=unconfined or seccomp=FILE"));
    }
  }
  out.privileged = given.has(kPrivileged);
  for (const std::string_view item : given.values(kSysctl)) {
    if (item.find('=') == std::string_view::npos) return fail(wrong(kSysctl, item, "expected NAME=VALUE"));
    out.sysctls.insert_or_assign(split_pair(item).first, split_pair(item).second);
  }
  return {};
}

}  // namespace masu::manager
