// SPDX-License-Identifier: Apache-2.0
#include "checks.h"
#include "masu/sys/fd.h"
#include "masu/sys/raw.h"

#include <algorithm>

namespace masu::doctor {

std::string read_value(const std::string& path) {
  const auto content = sys::read_file(path);
  return content ? std::string(text::trim(*content)) : std::string();
}

bool exists(const std::string& path) {
  return sys::raw::call(SYS_faccessat, AT_FDCWD, path.c_str(), 0 /* F_OK */) == 0;
}

std::string find_program(const std::vector<std::string>& directories, std::string_view program) {
  for (const std::string& directory : directories)
    if (std::string file = cat(directory, "/", program); exists(file)) return file;
  return {};
}

std::string status_value(const Host& host, std::string_view name) {
  const std::string status = read_value(host.proc + "/self/status");
  for (std::string_view line : text::split(status, '\n'))
    if (line.starts_with(name) && line.substr(name.size()).starts_with(':'))
      return std::string(text::trim(line.substr(name.size() + 1)));
  return {};
}

bool is_root(const Host& host) {
  if (host.euid != 0) return false;
  // user_namespaces(7): the first one maps all ids to themselves.
  const std::string map = read_value(host.proc + "/self/uid_map");
  return map.empty() || map.ends_with(" 4294967295");
}

std::string user_of(const Host& host) { return host.user.empty() ? cat(host.euid) : host.user; }

std::string_view state_name(State state) {
  switch (state) {
    case State::ok:
      return "ok";
    case State::warning:
      return "warning";
    case State::problem:
      return "problem";
  }
  return "problem";
}

std::vector<Finding> examine(const Host& host) {
  constexpr void (*kChecks[])(const Host&, Findings&) = {
      check_kernel,           check_system_calls, check_capabilities,
      check_user_namespaces,  check_procfs,       check_id_helpers,
      check_subordinate_ids,  check_cgroups,      check_systemd,
      check_state_directory,  check_seccomp,      check_landlock,
      check_security_modules, check_criu};
  Findings findings;
  if (!host.attempts.procfs.empty()) {  // nothing else could be believed
    findings.push_back({State::problem, "procfs", host.attempts.procfs,
                        as_machine_root(host, cat("mount -t proc proc ", host.proc))});
    return findings;
  }
  for (const auto check : kChecks) check(host, findings);
  return findings;
}

bool has_problem(const std::vector<Finding>& findings) {
  return std::ranges::find(findings, State::problem, &Finding::state) != findings.end();
}

}  // namespace masu::doctor
