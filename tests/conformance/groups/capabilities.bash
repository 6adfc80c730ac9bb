# SPDX-License-Identifier: Apache-2.0
# process.capabilities: the five sets, as they are after execve(2).

all='["CAP_CHOWN", "CAP_KILL", "CAP_NET_RAW", "CAP_SYS_CHROOT"]'

#: root with four
of_root() {
  config ".process.capabilities = {bounding: $all, permitted: $all, effective: $all}"
  check process.capabilities
}

#: root with none
none() {
  config '.process.capabilities = {bounding: [], permitted: [], effective: [], inheritable: [], ambient: []}'
  check process.capabilities
}

#: a user has none after the program starts
of_user() {
  needs ids
  config ".process.user = {uid: 1000, gid: 1000} | .process.capabilities = {bounding: $all, permitted: $all, effective: $all}"
  check process.capabilities
}

#: a user has those of the ambient set
ambient() {
  needs ids
  config ".process.user = {uid: 1000, gid: 1000} | .process.capabilities = {
    bounding: $all, permitted: $all, effective: $all, inheritable: $all, ambient: [\"CAP_NET_RAW\"]}"
  check process.capabilities
}

#: the inheritable set
inheritable() {
  config ".process.capabilities = {bounding: $all, permitted: $all, effective: $all, inheritable: [\"CAP_KILL\"]}"
  check process.capabilities
}

#: a bounding set that is larger than the permitted one, without noNewPrivileges
bounding() {
  config '.process.noNewPrivileges = false | .process.capabilities = {
    bounding: ["CAP_CHOWN", "CAP_KILL", "CAP_NET_RAW"], permitted: ["CAP_CHOWN"], effective: ["CAP_CHOWN"]}'
  check process.capabilities
}

#: without CAP_SYS_ADMIN nothing can be mounted
no_mounting() {
  inside tmpfs /tmp ';' umount /dev/shm
  is $'mount /tmp: EPERM\numount /dev/shm: EPERM' "$output"
}

#: CAP_MKNOD makes device nodes, its absence forbids them
mknod() {
  needs root
  inside device c 1 3
  is 'open c 1:3: ok' "$output"
  becomes stopped
  ok delete "$ID"
  config 'del(.process.capabilities[][] | select(. == "CAP_MKNOD"))'
  inside device c 1 3
  is 'make c 1:3: EPERM' "$output"
}
