// SPDX-License-Identifier: Apache-2.0
//
// The annotations of config.json that this runtime acts on, as crun does (crun(1), "EXTENSIONS"); all others
// are handed through.
#pragma once

#include "masu/base/error.h"
#include "masu/spec/config.h"
#include "masu/sys/fd.h"

#include <string>

namespace masu::container::annotations {

inline constexpr char kCriuConfig[] = "org.criu.config";
inline constexpr char kDelegateCgroup[] = "run.oci.delegate-cgroup";
inline constexpr char kForceCgroupV1[] = "run.oci.systemd.force_cgroup_v1";
inline constexpr char kHandler[] = "run.oci.handler";
inline constexpr char kHooksStderr[] = "run.oci.hooks.stderr";
inline constexpr char kHooksStdout[] = "run.oci.hooks.stdout";
inline constexpr char kKeepGroups[] = "run.oci.keep_original_groups";
inline constexpr char kMountContextType[] = "run.oci.mount_context_type";
inline constexpr char kPidfdReceiver[] = "run.oci.pidfd_receiver";
inline constexpr char kSeccompFilter[] = "run.oci.seccomp_bpf_data";
inline constexpr char kSeccompPlugins[] = "run.oci.seccomp.plugins";
inline constexpr char kSeccompReceiver[] = "run.oci.seccomp.receiver";
inline constexpr char kSeccompStrict[] = "run.oci.seccomp_fail_unknown_syscall";
inline constexpr char kSubgroup[] = "run.oci.systemd.subgroup";
inline constexpr char kWasmVariant[] = "module.wasm.image/variant";

/// Its value; empty if it is not there.
std::string value(const spec::Annotations& annotations, const char* name);
bool given(const spec::Annotations& annotations, const char* name);

/// "annotations.<name>: <what>", Kind::invalid_spec.
Error refusal(const char* name, std::string what);

/// Refuses what cannot be done, and puts what only stands for a field of the config into that field.
Result<> adopt(spec::Config& config);

/// Where hooks print to; invalid fds where nothing is said.
struct HookOutput {
  sys::Fd out, err;
};
/// Opens the files to append to, and makes them if they are missing. Relative paths are the bundle's.
Result<HookOutput> open_hook_output(const spec::Annotations& annotations, const std::string& bundle);

}  // namespace masu::container::annotations
