// SPDX-License-Identifier: Apache-2.0
//
// The parts of examine(), each of which appends its findings, and what they share: reading, and wording
// cures.
#pragma once

#include "masu/base/text.h"
#include "masu/doctor/doctor.h"

namespace masu::doctor {

using State = Finding::State;
using Findings = std::vector<Finding>;

// kernel.cc
void check_kernel(const Host& host, Findings& findings);
void check_system_calls(const Host& host, Findings& findings);
void check_seccomp(const Host& host, Findings& findings);
void check_landlock(const Host& host, Findings& findings);
// namespaces.cc
void check_user_namespaces(const Host& host, Findings& findings);
void check_procfs(const Host& host, Findings& findings);
// ids.cc
void check_id_helpers(const Host& host, Findings& findings);
void check_subordinate_ids(const Host& host, Findings& findings);
// cgroups.cc
void check_cgroups(const Host& host, Findings& findings);
// system.cc
void check_systemd(const Host& host, Findings& findings);
void check_state_directory(const Host& host, Findings& findings);
void check_capabilities(const Host& host, Findings& findings);
void check_security_modules(const Host& host, Findings& findings);
void check_criu(const Host& host, Findings& findings);

/// The content without white space around it; empty if it cannot be read.
std::string read_value(const std::string& path);
bool exists(const std::string& path);
/// The first of `directories` that has `program`, with its name; or an empty string.
std::string find_program(const std::vector<std::string>& directories, std::string_view program);
/// The value of a line "Name:\tvalue" of /proc/self/status.
std::string status_value(const Host& host, std::string_view name);

/// Root of the machine, not of a user namespace alone.
bool is_root(const Host& host);
/// The user's name, or else his number.
std::string user_of(const Host& host);

// Cures. Commands for as_root() and what is made of it hold no single quotes.

/// `command`, by sudo(8) or su(1) if the caller is not root.
std::string as_root(const Host& host, const std::string& command);
/// The same for what root of a user namespace has no right to: his cure is empty.
std::string as_machine_root(const Host& host, const std::string& command);
/// Within such a command: the pid of the shell that it is typed into, outside of the quotes of as_root().
std::string_view own_shell(const Host& host);
/// Sets a sysctl, now and at each boot.
std::string set_sysctl(const Host& host, std::string_view name, std::string_view value);
/// Adds to the kernel's command line; empty if the boot loader is none that is known.
std::string boot_with(const Host& host, std::string_view argument);

struct Package {
  std::string_view apt, dnf, zypper, pacman, apk;
};
/// By the package manager that is there; empty if none is known.
std::string install(const Host& host, const Package& package);
/// Starts the container that this is with another option; empty outside of one.
std::string restart_with(const Host& host, std::string_view docker, std::string_view podman);

}  // namespace masu::doctor
