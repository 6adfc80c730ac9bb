// SPDX-License-Identifier: Apache-2.0
//
// Options of run and create: what the program may do.
#pragma once

#include "masu/cli/env.h"
#include "masu/image/document.h"
#include "masu/manager/container.h"
#include "option.h"

#include <array>

namespace masu::manager {

inline constexpr cli::Option kCapAdd =
    values("cap-add", "CAPABILITY", "give a capability; all for all of them");
inline constexpr cli::Option kCapDrop =
    values("cap-drop", "CAPABILITY", "take a capability; all for all of them");
inline constexpr cli::Option kSecurityOpt =
    values("security-opt", "OPTION",
           "no-new-privileges, seccomp=unconfined|FILE, apparmor=, label=, mask=, unmask=ALL, proc-opts=, "
           "systempaths=unconfined");
inline constexpr cli::Option kPrivileged{.name = "privileged",
                                         .help = "all capabilities, no seccomp filter, nothing masked"};
inline constexpr cli::Option kSysctl =
    values("sysctl", "NAME=VALUE", "a kernel parameter of the container's namespaces");
inline constexpr cli::Option kPid =
    value("pid", "MODE", "processes: private (the default), host, container:NAME or ns:PATH");
inline constexpr cli::Option kIpc =
    value("ipc", "MODE", "shared memory: private, host, container:NAME, ns:PATH, shareable or none");
inline constexpr cli::Option kUts =
    value("uts", "MODE", "host name: private, host, container:NAME or ns:PATH");
inline constexpr cli::Option kCgroupns =
    value("cgroupns", "MODE", "view of cgroups: private, host, container:NAME or ns:PATH");
inline constexpr cli::Option kDevice =
    values("device", "SRC[:DST][:rwm]", "a device of the host, or all in a folder of /dev");
inline constexpr cli::Option kDeviceRule =
    values("device-cgroup-rule", "RULE", "let it use devices: 'c 42:* rwm'");
inline constexpr cli::Option kGpus =
    value("gpus", "GPUS", "is refused: devices of that kind are given by --device and bind mounts");
inline constexpr std::array kSecurityOptions = {&kGpus,       &kCapAdd,   &kCapDrop, &kSecurityOpt,
                                                &kPrivileged, &kSysctl,   &kPid,     &kIpc,
                                                &kUts,        &kCgroupns, &kDevice,  &kDeviceRule};

/// What they say, and the image where they are silent.
Result<> read_security(const cli::Call& call, const image::Config& image, Request& out);

}  // namespace masu::manager
