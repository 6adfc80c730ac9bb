// SPDX-License-Identifier: Apache-2.0
//
// What the manager of images and containers needs besides what a runtime does.
#include "checks.h"

#include <algorithm>

namespace masu::doctor {
namespace {

bool has_overlay(const Host& host) {
  const std::string types = read_value(host.proc + "/filesystems");
  return std::ranges::any_of(text::split(types, '\n'),
                             [](std::string_view line) { return text::trim(line).ends_with("overlay"); });
}

std::string install_fuse_overlayfs(const Host& host) {
  return install(host, {.apt = "fuse-overlayfs",
                        .dnf = "fuse-overlayfs",
                        .zypper = "fuse-overlayfs",
                        .pacman = "fuse-overlayfs",
                        .apk = "fuse-overlayfs"});
}

void check_storage(const Host& host, const Storage& storage, Findings& findings) {
  if (storage.driver == "overlay") {
    findings.push_back({State::ok, "storage driver", "overlay: the kernel's own", ""});
    return;
  }
  const std::string load = has_overlay(host) ? std::string() : as_machine_root(host, "modprobe overlay");
  if (storage.driver.empty())
    findings.push_back({State::problem, "storage driver", storage.refused, load});
  else if (storage.driver == "vfs")
    findings.push_back({State::warning, "storage driver",
                        cat("vfs: each container gets a copy of all layers, since neither overlayfs works (",
                            storage.refused, ") nor is fuse-overlayfs there"),
                        load.empty() ? install_fuse_overlayfs(host) : load});
  else
    findings.push_back(
        {load.empty() ? State::ok : State::warning, "storage driver",
         cat("fuse-overlayfs, slower than the kernel's overlayfs, which is refused: ", storage.refused),
         load});
}

void check_fuse(const Host& host, const Storage& storage, Findings& findings) {
  if (storage.driver == "overlay") return;  // nobody asks for it
  const std::string device = host.dev + "/fuse";
  if (!exists(device))
    findings.push_back({State::warning, "fuse", cat(device, " is not there, which fuse-overlayfs needs"),
                        as_machine_root(host, "modprobe fuse")});
  else if (!host.writable(device))
    findings.push_back({State::warning, "fuse", cat(device, " may not be opened"),
                        as_machine_root(host, cat("chmod 666 ", device))});
  else
    findings.push_back({State::ok, "fuse", device, ""});
}

// pasta(1) and slirp4netns(1) make a network of an ordinary user's container, by a tap device in it.
void check_user_network(const Host& host, Findings& findings) {
  if (is_root(host)) return;
  const std::string device = host.dev + "/net/tun";
  if (!exists(device))
    findings.push_back({State::warning, "tun", cat(device, " is not there, which networks without root need"),
                        as_machine_root(host, "modprobe tun")});
  else if (!host.writable(device))
    findings.push_back({State::warning, "tun", cat(device, " may not be opened"),
                        as_machine_root(host, cat("chmod 666 ", device))});
  else
    findings.push_back({State::ok, "tun", device, ""});
  for (const char* program : {"pasta", "slirp4netns"})
    if (const std::string path = find_program(host.path, program); !path.empty()) {
      findings.push_back({State::ok, "network without root", path, ""});
      return;
    }
  findings.push_back(
      {State::warning, "network without root",
       "neither pasta nor slirp4netns is installed: containers reach no network but the host's",
       install(host,
               {.apt = "passt", .dnf = "passt", .zypper = "passt", .pacman = "passt", .apk = "passt"})});
}

}  // namespace

std::vector<Finding> examine_manager(const Host& host, const Storage& storage) {
  Findings findings;
  check_storage(host, storage, findings);
  check_fuse(host, storage, findings);
  check_user_network(host, findings);
  return findings;
}

}  // namespace masu::doctor
