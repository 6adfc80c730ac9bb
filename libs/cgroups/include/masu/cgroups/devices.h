// SPDX-License-Identifier: Apache-2.0
//
// Access to devices: the rules of linux.resources.devices, reduced to the list that v1's kernel code would
// hold after them, and written as v1 files or as a v2 program (BPF_PROG_TYPE_CGROUP_DEVICE) with the same
// meaning. Source: config-linux.md "Allowed Device list"; Documentation/admin-guide/cgroup-v1/devices.rst.
#pragma once

#include "masu/base/error.h"
#include "masu/spec/config.h"
#include "masu/sys/fd.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <linux/bpf.h>

namespace masu::cgroups {

/// Bits of an access, as the kernel numbers them (BPF_DEVCG_ACC_*).
inline constexpr std::uint8_t kMknod = 1, kRead = 2, kWrite = 4;

/// One entry of the list. A number of -1 is any.
struct DeviceException {
  char type = 'c';  ///< 'c' or 'b'
  std::int64_t major = -1;
  std::int64_t minor = -1;
  std::uint8_t access = 0;

  friend bool operator==(const DeviceException&, const DeviceException&) = default;
};

/// Deny all but the exceptions, or allow all but them.
struct DevicePolicy {
  bool allow_by_default = false;
  std::vector<DeviceException> exceptions;

  /// The kernel's answer to an access: a device that is denied by default needs one exception with all asked
  /// bits; one that is allowed by default must meet no exception with any of them.
  bool allows(char type, std::uint32_t major, std::uint32_t minor, std::uint8_t access) const;
  friend bool operator==(const DevicePolicy&, const DevicePolicy&) = default;
};

/// The rules in their order, then the runtime's own: mknod of anything, null zero full tty random urandom,
/// pts, ptmx, tun. A deny that would punch a hole in a wildcard is refused with its JSON path: v1 ignores it
/// silently.
Result<DevicePolicy> reduce_device_rules(std::span<const spec::DeviceRule> rules);

/// One write to v1's devices.allow or devices.deny.
struct DeviceWrite {
  bool allow = false;
  std::string value;  ///< "a", "c 1:3 rwm"
  friend bool operator==(const DeviceWrite&, const DeviceWrite&) = default;
};
/// The writes for a cgroup of unknown content and without children: "a" first, then the exceptions.
std::vector<DeviceWrite> device_writes(const DevicePolicy& target);
/// The fewest writes from one list to another without passing through "a", which a cgroup with children
/// refuses (EINVAL). Kind::unsupported if they differ in what is the default.
Result<std::vector<DeviceWrite>> device_transition(const DevicePolicy& present, const DevicePolicy& target);
/// The content of v1's devices.list.
Result<DevicePolicy> parse_devices_list(std::string_view text);

/// The policy as a program: returns 1 to allow. A few instructions an exception; no maps, no helpers.
std::vector<bpf_insn> compile_device_program(const DevicePolicy& policy);

/// Loads the program and attaches it to the cgroup; a program of ours from before is replaced. `fresh`:
/// nothing can be attached yet, so that it is not asked.
Result<> attach_device_program(int cgroup, const DevicePolicy& policy, bool fresh);
/// The kernel's ids of the device programs of this cgroup, its ancestors' excepted.
Result<std::vector<std::uint32_t>> attached_device_programs(int cgroup);
/// Detaches all device programs of this cgroup, its ancestors' excepted.
Result<> detach_device_programs(int cgroup);

}  // namespace masu::cgroups
