// SPDX-License-Identifier: Apache-2.0
#include "run_security.h"

#include "masu/manager/device.h"
#include "masu/spec/config.h"
#include "masu/sys/fd.h"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace masu::manager {

namespace {

void add_paths(std::string_view list, std::vector<std::string>& out) {
  for (const std::string_view path : text::split(list, ':')) out.emplace_back(path);
}

Result<> read_seccomp(const cli::Call& call, const std::string& value, Request& out) {
  out.seccomp = value;
  if (value == "unconfined") return {};
  out.seccomp = TRY(call.env.absolute(value));
  const sys::Fd readable = TRY_IN(sys::open(out.seccomp, O_RDONLY), "--security-opt seccomp");
  return {};
}

// Docker has written "label:disable" once, and still takes it.
std::pair<std::string, std::string> split_security(std::string_view text) {
  const auto at = text.find_first_of("=:");
  return {std::string(text.substr(0, at)),
          std::string(at == std::string_view::npos ? "" : text.substr(at + 1))};
}

Result<> read_security_option(const cli::Call& call, std::string_view option, Request& out) {
  const auto [name, value] = split_security(option);
  if (name == "no-new-privileges") {
    if (!value.empty() && value != "true" && value != "false")
      return fail(wrong(kSecurityOpt, option, "expected no-new-privileges, =true or =false"));
    out.no_new_privileges = value != "false";
  } else if (name == "systempaths" && value == "unconfined") {
    out.shown = {"ALL"};
  } else if (value.empty()) {
    return fail(wrong(kSecurityOpt, option, "expected NAME=VALUE"));
  } else if (name == "seccomp") {
    TRY(read_seccomp(call, value, out));
  } else if (name == "apparmor") {
    out.apparmor = value;
  } else if (name == "label") {
    if (value != "disable" && value != "nested" && access("/sys/fs/selinux/enforce", F_OK) == 0)
      return fail(Error::make(Kind::unsupported,
                              cat("--security-opt ", quote(option), ": labels of SELinux are not supported"))
                      .hint("label=disable runs without"));
    out.selinux.push_back(value);
  } else if (name == "mask") {
    add_paths(value, out.masked);
  } else if (name == "unmask") {
    add_paths(value == "all" ? "ALL" : value, out.shown);
  } else if (name == "proc-opts") {
    out.proc_options = value;
  } else {
    return fail(wrong(kSecurityOpt, option, "there is no such option"));
  }
  for (const auto* paths : {&out.masked, &out.shown})
    for (const std::string& path : *paths)
      if (path != "ALL" && !path.starts_with('/'))
        return fail(wrong(kSecurityOpt, option, "expected paths from the root on, a colon between them"));
  return {};
}

Result<std::string> read_mode(const cli::Call& call, const cli::Option& option, std::string_view more = {}) {
  const std::string_view mode = call.arguments.value(option);
  if (!call.arguments.has(option) || mode == "private") return std::string();
  const bool path = mode.starts_with("ns:/"), container = mode.starts_with("container:") && mode.size() > 10;
  bool other = false;
  for (const std::string_view word : text::split(more, ' ')) other = other || (!word.empty() && word == mode);
  if (mode != "host" && !path && !container && !other)
    return fail(
        wrong(option, mode,
              cat("expected private, host, container:NAME, ns:PATH", more.empty() ? "" : ", ", more)));
  return std::string(mode);
}

}  // namespace

Result<> read_security(const cli::Call& call, const image::Config&, Request& out) {
  const cli::Arguments& given = call.arguments;
  if (given.has(kGpus))
    return fail(
        Error::make(Kind::unsupported, "--gpus is not supported: no CDI descriptions are read")
            .hint(
                "give the device nodes by --device, as in --device /dev/dri, and the driver's files by -v"));
  for (const std::string_view name : given.values(kCapAdd)) out.cap_add.emplace_back(name);
  for (const std::string_view name : given.values(kCapDrop)) out.cap_drop.emplace_back(name);
  for (const std::string_view option : given.values(kSecurityOpt))
    TRY(read_security_option(call, option, out));
  out.privileged = given.has(kPrivileged);
  out.pid_mode = TRY(read_mode(call, kPid));
  out.ipc_mode = TRY(read_mode(call, kIpc, "shareable none"));
  out.uts_mode = TRY(read_mode(call, kUts));
  out.cgroup_mode = TRY(read_mode(call, kCgroupns));
  for (const std::string_view text : given.values(kDevice)) {
    const DeviceAsked device = TRY_IN(parse_device(text), cat("--device ", quote(text)));
    if (access(device.source.c_str(), F_OK) != 0)
      return fail(Error::sys(errno, cat("--device: look at ", quote(device.source))));
    out.devices.push_back(cat(device.source, ":", device.destination, ":", device.permissions));
  }
  for (const std::string_view text : given.values(kDeviceRule)) {
    TRY_IN(parse_device_rule(text), cat("--device-cgroup-rule ", quote(text)));
    out.device_rules.emplace_back(text);
  }
  for (const std::string_view item : given.values(kSysctl)) {
    if (item.find('=') == std::string_view::npos) return fail(wrong(kSysctl, item, "expected NAME=VALUE"));
    out.sysctls.insert_or_assign(split_pair(item).first, split_pair(item).second);
  }
  return {};
}

}  // namespace masu::manager
