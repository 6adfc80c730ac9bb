// SPDX-License-Identifier: Apache-2.0
//
// Rules that tie members of different objects together: most say that a setting of a namespace needs that
// namespace, since it would change the host's otherwise.
#include "validate.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/value.h"
#include "masu/spec/names.h"
#include "masu/spec/sysctl.h"

#include <algorithm>
#include <string_view>

#include <linux/seccomp.h>

namespace masu::spec {
namespace {

constexpr std::size_t kLongestUtsName = 64;  // __NEW_UTS_LEN

const Namespace* find(const Config& config, std::string_view name) {
  return config.find_namespace(*find_value(namespaces(), name));
}

Result<> require_namespace(const Config& config, bool used, std::string_view name, std::string_view path) {
  if (!used || find(config, name)) return {};
  return fail(
      Error::spec(std::string(path), cat("needs a ", name, " namespace, and linux.namespaces has none")));
}

Result<> check_uts(const Config& config) {
  TRY(require_namespace(config, !config.hostname.empty(), "uts", "hostname"));
  TRY(require_namespace(config, !config.domainname.empty(), "uts", "domainname"));
  if (config.hostname.size() > kLongestUtsName)
    return fail(Error::spec("hostname", cat("is longer than ", kLongestUtsName, " bytes")));
  if (config.domainname.size() > kLongestUtsName)
    return fail(Error::spec("domainname", cat("is longer than ", kLongestUtsName, " bytes")));
  return {};
}

Result<> check_user_namespace(const Config& config) {
  const Linux& linux_ = config.linux_;
  TRY(require_namespace(config, !linux_.uid_mappings.empty(), "user", "linux.uidMappings"));
  TRY(require_namespace(config, !linux_.gid_mappings.empty(), "user", "linux.gidMappings"));
  const Namespace* user = find(config, "user");
  if (!user || !user->path.empty()) return {};
  if (linux_.uid_mappings.empty())
    return fail(Error::spec("linux.uidMappings", "a new user namespace needs mappings"));
  if (linux_.gid_mappings.empty())
    return fail(Error::spec("linux.gidMappings", "a new user namespace needs mappings"));
  return {};
}

Result<> check_time_namespace(const Config& config) {
  if (config.linux_.time_offsets.empty()) return {};
  TRY(require_namespace(config, true, "time", "linux.timeOffsets"));
  if (find(config, "time")->path.empty()) return {};
  return fail(Error::spec("linux.timeOffsets", "cannot be set in a time namespace that is joined by path"));
}

Result<> check_sysctls(const Config& config) {
  for (const auto& [key, value] : config.linux_.sysctl) TRY(check_sysctl(config, key, value));
  return {};
}

// The listener can be named by an annotation instead (crun(1), run.oci.seccomp.receiver).
Result<> check_seccomp(const Config& config) {
  if (!config.linux_.seccomp) return {};
  const Seccomp& seccomp = *config.linux_.seccomp;
  const bool notifies = std::ranges::any_of(
      seccomp.syscalls, [](const SeccompRule& rule) { return rule.action.ret == SECCOMP_RET_USER_NOTIF; });
  if (!notifies || !seccomp.listener_path.empty() || config.annotations.contains("run.oci.seccomp.receiver"))
    return {};
  return fail(Error::spec("linux.seccomp.listenerPath", "must be given for SCMP_ACT_NOTIFY"));
}

}  // namespace

Result<> validate(const Config& config) {
  TRY(check_uts(config));
  TRY(check_user_namespace(config));
  TRY(check_time_namespace(config));
  TRY(require_namespace(config, !config.linux_.masked_paths.empty(), "mount", "linux.maskedPaths"));
  TRY(require_namespace(config, !config.linux_.readonly_paths.empty(), "mount", "linux.readonlyPaths"));
  TRY(require_namespace(config, !config.linux_.net_devices.empty(), "network", "linux.netDevices"));
  TRY(check_sysctls(config));
  return check_seccomp(config);
}

}  // namespace masu::spec
