// SPDX-License-Identifier: Apache-2.0
//
// What `info` tells of the machine: read without privileges, and as far as the machine lets itself be read.
// The parsers are pure; so are the two forms of the document.
#pragma once

#include "masu/cgroups/controllers.h"
#include "masu/cgroups/layout.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace masu::runtime {

struct NamespaceKind {
  std::string name;      ///< the spec's: "mount"
  bool enabled = false;  ///< the kernel has it, and lets new ones be made
};

struct Host {
  std::string kernel_release;  ///< uname(2): "6.1.0-18-amd64"
  std::string kernel_version;
  std::string architecture;
  std::string system;              ///< os-release(5): "Debian GNU/Linux 12 (bookworm)"; empty: unknown
  unsigned cores = 0;              ///< CPUs that are online
  std::uint64_t memory_bytes = 0;  ///< all of the machine's
  std::uint64_t swap_bytes = 0;
  bool systemd = false;  ///< is the init of the machine (sd_booted(3))
  cgroups::LayoutKind cgroup_setup = cgroups::LayoutKind::none;
  std::vector<cgroups::CgroupMount> cgroup_mounts;
  std::vector<cgroups::CgroupController> controllers;
  std::vector<NamespaceKind> namespaces;
};

/// Asks the kernel. What cannot be read stays empty.
Host read_host();

/// PRETTY_NAME of an os-release(5) file, without its quotes; else NAME; else nothing.
std::string system_name(std::string_view os_release);
/// The number of CPUs in a list of the kernel's ("0-3,8\n"); 0 if it is none.
unsigned count_cpus(std::string_view list);
std::string host_text(const Host& host);
std::string host_json(const Host& host);

}  // namespace masu::runtime
