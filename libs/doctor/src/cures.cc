// SPDX-License-Identifier: Apache-2.0
#include "checks.h"

namespace masu::doctor {

std::string as_root(const Host& host, const std::string& command) {
  if (host.euid == 0 || command.empty()) return command;
  const bool simple = command.find_first_of("&|;<>$\"{*") == std::string::npos;
  if (find_program(host.path, "sudo").empty()) return cat("su -c '", command, "'");
  return simple ? cat("sudo ", command) : cat("sudo sh -c '", command, "'");
}

std::string as_machine_root(const Host& host, const std::string& command) {
  return host.euid == 0 && !is_root(host) ? std::string() : as_root(host, command);
}

std::string_view own_shell(const Host& host) { return host.euid == 0 ? "$$" : "'$$'"; }

std::string set_sysctl(const Host& host, std::string_view name, std::string_view value) {
  constexpr std::string_view kFile = "/etc/sysctl.d/60-containers.conf";
  const std::string command = cat("echo ", name, "=", value, " >>", kFile, " && sysctl -p ", kFile);
  return name.starts_with("user.") ? as_root(host, command)
                                   : as_machine_root(host, command);  // namespaces(7)
}

std::string boot_with(const Host& host, std::string_view argument) {
  if (!find_program(host.path, "grubby").empty())
    return as_machine_root(host, cat("grubby --update-kernel=ALL --args=\"", argument, "\""));
  const std::string grub = host.etc + "/default/grub";
  if (exists(grub))
    return as_machine_root(
        host, cat("sed -i \"s/^GRUB_CMDLINE_LINUX=./&", argument, " /\" ", grub, " && update-grub"));
  return {};
}

std::string install(const Host& host, const Package& package) {
  struct Manager {
    std::string_view program, verb, name;
  };
  const Manager managers[] = {{"apt-get", "install", package.apt},
                              {"dnf", "install", package.dnf},
                              {"zypper", "install", package.zypper},
                              {"pacman", "-S", package.pacman},
                              {"apk", "add", package.apk}};
  for (const auto& [program, verb, name] : managers)
    if (!find_program(host.path, program).empty()) return as_root(host, cat(program, " ", verb, " ", name));
  return {};
}

std::string restart_with(const Host& host, std::string_view docker, std::string_view podman) {
  if (host.engine.empty()) return {};
  return cat(host.engine, " run ", host.engine == "podman" ? podman : docker, " IMAGE");
}

}  // namespace masu::doctor
