// SPDX-License-Identifier: Apache-2.0
#include "labels.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/fd.h"
#include "masu/sys/raw.h"

#include <string_view>

namespace masu::container {
namespace {

bool has_apparmor(const LabelHost& host) {
  const auto enabled = sys::read_file(cat(host.sys, "/module/apparmor/parameters/enabled"));
  return enabled && enabled->starts_with('Y');
}

bool has_selinux(const LabelHost& host) {
  return sys::open(cat(host.sys, "/fs/selinux/enforce"), O_RDONLY).has_value();
}

// "docker-default (enforce)", one a line; only root may read the list, and only where securityfs is mounted.
bool is_known_to_be_missing(const std::string& profile, const LabelHost& host) {
  // A name with a namespace or a stack of profiles is for the kernel to take apart.
  if (profile.starts_with(':') || profile.find("//&") != std::string::npos) return false;
  const auto loaded = sys::read_file(cat(host.sys, "/kernel/security/apparmor/profiles"));
  if (!loaded) return false;
  for (const auto line : text::split(*loaded, '\n'))
    if (line.substr(0, line.rfind(" (")) == profile) return false;
  return true;
}

// A process that is confined already may, with no_new_privs, only be confined further: its profile and the
// new one then hold both.
bool is_confined(const LabelHost& host) {
  auto current = sys::read_kernel_file(cat(host.proc, "/self/attr/apparmor/current"));
  if (!current) current = sys::read_kernel_file(cat(host.proc, "/self/attr/current"));
  return current && text::trim(*current) != "unconfined" && !text::trim(*current).empty();
}

Result<std::string> plan_apparmor(const spec::Process& process, const LabelHost& host) {
  const std::string& profile = process.apparmor_profile;
  if (profile.empty()) return std::string();
  if (!has_apparmor(host)) {
    if (profile == "unconfined") return std::string();
    return fail(Error::make(Kind::unsupported,
                            cat("AppArmor profile ", quote(profile), ": this host has no AppArmor"))
                    .at("process.apparmorProfile")
                    .hint("leave the profile out, or boot a kernel that has AppArmor with apparmor=1"));
  }
  if (profile != "unconfined" && is_known_to_be_missing(profile, host))
    return fail(Error::make(Kind::not_found, cat("AppArmor profile ", quote(profile), " is not loaded"))
                    .at("process.apparmorProfile")
                    .hint("load it with: apparmor_parser -r FILE"));
  return cat(process.no_new_privileges && is_confined(host) ? "stack " : "exec ", profile);
}

Error no_selinux(const std::string& label) {
  return Error::make(Kind::unsupported, cat("SELinux label ", quote(label),
                                            ": SELinux is disabled or not supported on this host"))
      .hint("leave the label out");
}

}  // namespace

Result<> plan_labels(ProcessPlan& plan, const spec::Process& process, const LabelHost& host) {
  plan.apparmor = TRY(plan_apparmor(process, host));
  if (!process.selinux_label.empty() && !has_selinux(host))
    return fail(no_selinux(process.selinux_label).at("process.selinuxLabel"));
  plan.selinux_label = process.selinux_label;
  return {};
}

Result<> check_mount_label(const std::string& label, const LabelHost& host) {
  if (label.empty() || has_selinux(host)) return {};
  return fail(no_selinux(label).at("linux.mountLabel"));
}

}  // namespace masu::container
