// SPDX-License-Identifier: Apache-2.0
//
// read_host(): who and where we are.
#include "attempts.h"
#include "checks.h"
#include "masu/cgroups/delegation.h"
#include "masu/sys/protect.h"
#include "masu/sys/raw.h"

#include <stdlib.h>
#include <sys/utsname.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace masu::doctor {
namespace {

// With the effective ids, which are what the kernel will ask for.
bool is_writable(const std::string& path) {
  constexpr int kWrite = 2, kEffectiveIds = 0x200;  // W_OK, AT_EACCESS
  return sys::raw::call(SYS_faccessat2, AT_FDCWD, path.c_str(), kWrite, kEffectiveIds) == 0;
}

bool file_gains_rights(const std::string& path) {
  struct stat info;
  if (sys::raw::fstatat(AT_FDCWD, path.c_str(), &info, 0) < 0) return false;
  if (info.st_uid == 0 && (info.st_mode & S_ISUID) != 0) return true;
  return ::getxattr(path.c_str(), "security.capability", nullptr, 0) > 0;
}

std::string variable(const char* name) {
  const char* value = secure_getenv(name);
  return value == nullptr ? std::string() : value;
}

// passwd(5) alone: NSS would need its modules.
std::string name_of(const std::string& passwd, uid_t uid) {
  for (std::string_view line : text::split(passwd, '\n')) {
    const auto fields = text::split(line, ':');
    if (fields.size() > 2 && fields[2] == cat(uid)) return std::string(fields[0]);
  }
  return {};
}

std::string find_engine(const Host& host) {
  if (exists("/.dockerenv")) return "docker";
  return exists(host.run + "/.containerenv") ? "podman" : "";
}

}  // namespace

Host read_host(std::string state_directory) {
  Host host;
  for (std::string_view directory : text::split(variable("PATH"), ':'))
    if (!directory.empty()) host.path.emplace_back(directory);
  for (const char* directory : {"/usr/sbin", "/sbin"}) host.path.emplace_back(directory);
  utsname name{};
  if (::uname(&name) == 0) host.kernel = name.release;
  host.euid = geteuid();
  host.user = name_of(read_value(host.etc + "/passwd"), host.euid);
  host.runtime_dir = variable("XDG_RUNTIME_DIR");
  host.state_directory = std::move(state_directory);
  host.engine = find_engine(host);
  host.how_to_delegate = cgroups::how_to_delegate();
  host.runs_from_copy = !sys::executable_is_out_of_reach();
  host.writable = is_writable;
  host.gains_rights = file_gains_rights;
  host.attempts = make_attempts(exists(host.run + "/systemd/system"), !is_root(host));
  return host;
}

}  // namespace masu::doctor
