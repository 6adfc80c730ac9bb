# SPDX-License-Identifier: Apache-2.0
# linux.devices, the default devices, and the device rules of linux.resources.

#: the default devices and links of /dev are there and open
defaults() { check default-devices; }

#: the default devices are there for a user, too
defaults_for_user() {
  needs ids
  config '.process.user = {uid: 1000, gid: 1000}'
  check default-devices
}

#: character and block devices and a FIFO, with mode and owner
nodes() {
  needs root
  config '.linux.devices = [
    {path: "/dev/character", type: "c", major: 10, minor: 229, fileMode: 432, uid: 7, gid: 8},
    {path: "/dev/block", type: "b", major: 7, minor: 0, fileMode: 384, uid: 0, gid: 6},
    {path: "/dev/unbuffered", type: "u", major: 1, minor: 3, fileMode: 438},
    {path: "/dev/fifo", type: "p", fileMode: 438}]'
  check linux.devices
}

#: a node outside of /dev, in a directory that does not exist
node_elsewhere() {
  needs root
  config '.linux.devices = [{path: "/srv/nodes/null", type: "c", major: 1, minor: 3, fileMode: 438}]'
  check linux.devices
}

#: the umask of the process does not change the mode of a node
node_and_umask() {
  needs root
  config '.process.user.umask = 63 | .linux.devices = [{path: "/dev/other", type: "c", major: 1, minor: 3, fileMode: 438, uid: 0, gid: 0}]'
  check linux.devices
}

#: an entry for a default device
node_of_default() {
  needs root
  config '.linux.devices = [{path: "/dev/zero", type: "c", major: 1, minor: 5, fileMode: 438, uid: 0, gid: 0}]'
  check linux.devices default-devices
}

#: a type that does not exist is refused
node_of_unknown_type() {
  config '.linux.devices = [{path: "/dev/x", type: "x", major: 1, minor: 3}]'
  never_runs
}

# A device that does not exist can be opened as far as the rules go: the error is then another one than theirs.
allowed='ENXIO'
denied='EPERM'
deny_all='{allow: false, access: "rwm"}'

#: all are denied: the default devices still work
deny_all_but_defaults() {
  needs root
  config ".linux.resources.devices = [$deny_all]"
  check default-devices
}

#: all are denied: others cannot be made or cannot be opened
denied() {
  needs root
  config ".linux.resources.devices = [$deny_all]"
  inside device c 1 200
  has "$denied"
  becomes stopped
  ok delete "$ID"
  inside device b 1 0
  has "$denied"
}

#: one is allowed again
allowed() {
  needs root
  config ".linux.resources.devices = [$deny_all, {allow: true, type: \"c\", major: 1, minor: 200, access: \"rwm\"}]"
  inside device c 1 200 ';' device c 1 201
  has "open c 1:200: $allowed"
  has "c 1:201: $denied"
}

#: reading is allowed and writing is not
allowed_to_read() {
  needs root
  config ".linux.resources.devices = [$deny_all, {allow: true, type: \"c\", major: 1, minor: 200, access: \"r\"}]
    | .linux.devices = [{path: \"/dev/some\", type: \"c\", major: 1, minor: 200, fileMode: 438}]"
  inside open /dev/some r ';' open /dev/some w
  is "open /dev/some: $allowed"$'\n'"open /dev/some: $denied" "$output"
}

#: a minor that is left out means all of the major
allowed_by_major() {
  needs root
  config ".linux.resources.devices = [$deny_all, {allow: true, type: \"c\", major: 1, access: \"rwm\"}]"
  inside device c 1 200
  is "open c 1:200: $allowed" "$output"
}

#: the later of two rules is in force
later_rule() {
  needs root
  config ".linux.resources.devices = [{allow: true, access: \"rwm\"}, {allow: false, type: \"c\", major: 1, minor: 200, access: \"rwm\"}]"
  inside device c 1 200 ';' device c 1 201
  has "c 1:200: $denied"
  has "open c 1:201: $allowed"
}
