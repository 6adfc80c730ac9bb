# SPDX-License-Identifier: Apache-2.0
# process.user: ids, groups, umask.

#: uid and gid, all four of each
ids() {
  needs ids
  config '.process.user = {uid: 1000, gid: 1001}'
  check process.user.uid process.user.gid
}

#: uid 0 and gid 0
root() { check process.user.uid process.user.gid; }

#: ids that no file of the container knows
large_ids() {
  needs ids
  config '.process.user = {uid: 2000000000, gid: 2000000001}'
  check process.user
}

#: additionalGids, those and no others
additional_groups() {
  needs ids
  config '.process.user = {uid: 1000, gid: 1000, additionalGids: [5, 1234, 65534]}'
  check process.user
}

#: the caller's supplementary groups do not get into the container
no_groups_of_the_caller() {
  needs root tool:setpriv
  config '.process.user.additionalGids = []'
  program check process.user
  cp "$BUNDLE/config.json" "$T/host.json" "$ROOTFS/"
  RUN_UNDER='setpriv --groups 4242'
  create
  start
  finish
  judge
}

#: umask
umask_is_set() {
  config '.process.user.umask = 63'
  check process.user.umask
}

#: files that the program makes have the umask of config.json
umask_of_files() {
  config '.process.user.umask = 7'
  inside open /tmp/new c ';' stat /tmp/new
  has '/tmp/new: - 640 0:0'
}

#: a user other than root can read what root can, and not write it
permissions() {
  needs ids
  config '.process.user = {uid: 1000, gid: 1000}'
  inside open /checker r ';' open /checker w ';' open /tmp/own c ';' stat /tmp/own
  is $'open /checker: ok\nopen /checker: EACCES\nopen /tmp/own: ok\n/tmp/own: - 644 1000:1000' "$output"
}
