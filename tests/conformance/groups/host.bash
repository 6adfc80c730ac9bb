# SPDX-License-Identifier: Apache-2.0
# What the host lends to a container: network devices, security labels, cache and bandwidth of memory.

# with_device : a network namespace of the case's own, in which the runtime is called and has the device conf0.
with_device() {
  needs root tool:ip tool:nsenter tool:unshare
  touch "$T/netns"
  unshare --net="$T/netns" true
  at_end umount "$T/netns"
  nsenter --net="$T/netns" ip link add conf0 type dummy 2>/dev/null || nsenter --net="$T/netns" ip link add conf0 type veth ||
    skip 'the kernel makes no network device'
  RUN_UNDER="nsenter --net=$T/netns"
}

#: netDevices: a device of the host is the container's
net_device() {
  with_device
  config '.linux.netDevices = {conf0: {}}'
  inside list /sys/class/net
  is '/sys/class/net: conf0 lo' "$output"
}

#: netDevices: under another name
net_device_renamed() {
  with_device
  config '.linux.netDevices = {conf0: {name: "eth9"}}'
  inside list /sys/class/net
  is '/sys/class/net: eth9 lo' "$output"
}

#: netDevices: one that does not exist is refused
net_device_missing() {
  needs root
  config '.linux.netDevices = {nosuch0: {}}'
  never_runs
}

#: netDevices: a name that cannot be one is refused
net_device_bad_name() {
  needs root
  config '.linux.netDevices = {lo: {name: "a/b"}}'
  never_runs
}

#: apparmorProfile
apparmor() {
  needs root apparmor
  grep -q '^docker-default ' /sys/kernel/security/apparmor/profiles || skip 'the profile docker-default is not loaded'
  config '.process.apparmorProfile = "docker-default"'
  check process.apparmorProfile
}

#: apparmorProfile: one that is not loaded is refused
apparmor_missing() {
  needs apparmor
  config '.process.apparmorProfile = "conformance-nosuch"'
  never_runs
}

#: selinuxLabel
selinux() {
  needs root selinux
  config '.process.selinuxLabel = "system_u:system_r:container_t:s0"'
  check process.selinuxLabel
}

#: intelRdt: where there is no resctrl, it is refused
resctrl_missing() {
  ! grep -q ' - resctrl ' /proc/self/mountinfo || skip 'resctrl is mounted'
  config '.linux.intelRdt = {closID: "conformance", l3CacheSchema: "L3:0=f"}'
  never_runs
}

#: intelRdt: a group that is there is joined
resctrl() {
  needs root resctrl
  config --arg id "$ID" '.linux.intelRdt = {closID: $id}'
  mkdir "/sys/fs/resctrl/$ID"
  at_end rmdir "/sys/fs/resctrl/$ID"
  runs
  grep -qx "$(pid)" "/sys/fs/resctrl/$ID/tasks"
}
