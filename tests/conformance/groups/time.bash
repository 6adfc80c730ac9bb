# SPDX-License-Identifier: Apache-2.0
# A time namespace and linux.timeOffsets.

#: a new time namespace
new() {
  needs timens
  add_namespace time
  check linux.namespaces
}

#: offsets of both clocks
offsets() {
  needs timens
  add_namespace time
  config '.linux.timeOffsets = {monotonic: {secs: 86400, nanosecs: 500}, boottime: {secs: 172800, nanosecs: 0}}'
  check linux.timeOffsets
}

#: the program's clock is ahead by the offset
clock() {
  needs timens
  local host seen
  add_namespace time
  config '.linux.timeOffsets = {boottime: {secs: 1000000}}'
  inside clock boottime
  host=$(cut -d. -f1 /proc/uptime)
  seen=${output#boottime }
  ((seen - host > 999000 && seen - host < 1001000))
}

#: together with a user namespace
with_user_namespace() {
  needs root userns timens
  add_namespace time
  add_namespace user
  config '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings
    | .linux.timeOffsets = {monotonic: {secs: 5000}}'
  check linux.namespaces linux.timeOffsets
}

#: an offset of a clock that does not exist is refused
unknown_clock() {
  needs timens
  add_namespace time
  config '.linux.timeOffsets = {nosuch: {secs: 1}}'
  never_runs
}
