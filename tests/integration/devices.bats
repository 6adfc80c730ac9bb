#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# /dev: the default nodes and links, devices of the config, and the device rules of the cgroup.

load helpers
setup() { make_bundle; }
teardown() { clean_up; }

@test "the default devices" {
  in_container 'for d in null zero full random urandom tty; do stat -c "%n %F %t:%T %a" /dev/$d; done'
  is "/dev/null character special file 1:3 666
/dev/zero character special file 1:5 666
/dev/full character special file 1:7 666
/dev/random character special file 1:8 666
/dev/urandom character special file 1:9 666
/dev/tty character special file 5:0 666"
}

@test "the default links" {
  in_container 'for l in fd stdin stdout stderr ptmx; do echo "$l $(readlink /dev/$l)"; done'
  has "fd /proc/self/fd" "stdin /proc/self/fd/0" "stdout /proc/self/fd/1" "stderr /proc/self/fd/2"
  [[ $output == *"ptmx pts/ptmx" || $output == *"ptmx /dev/pts/ptmx" ]]
}

@test "no /dev/console without a terminal, and the default devices work" {
  in_container 'test ! -e /dev/console && echo none; echo x >/dev/null; head -c 4 /dev/zero | wc -c; head -c 4 /dev/urandom | wc -c; echo x 2>/dev/null >/dev/full || echo full; : </dev/ptmx && echo ptmx'
  is $'none\n4\n4\nfull\nptmx'
}

@test "devices of the config: type, numbers, mode and owner, whatever the caller's umask" {
  edit '.linux.devices = [{path: "/dev/mine", type: "c", major: 1, minor: 3, fileMode: 384, uid: 3, gid: 4},
    {path: "/dev/deep/block", type: "b", major: 7, minor: 99, fileMode: 438},
    {path: "/dev/unbuffered", type: "u", major: 1, minor: 5},
    {path: "/dev/pipe", type: "p", fileMode: 420}]'
  sh_program 'for d in mine deep/block unbuffered pipe; do stat -c "%n %F %t:%T %a %u:%g" /dev/$d; done; echo x >/dev/mine && echo usable'
  umask 077
  ok run -b "$BUNDLE" "$ID"
  is "/dev/mine character special file 1:3 600 3:4
/dev/deep/block block special file 7:63 666 0:0
/dev/unbuffered character special file 1:5 666 0:0
/dev/pipe fifo 0:0 644 0:0
usable"
}

@test "a device of the config replaces the default one; ptmx and console are skipped" {
  edit '.linux.devices = [{path: "/dev/null", type: "c", major: 1, minor: 3, fileMode: 438}, {path: "/dev/tty", type: "c", major: 5, minor: 0},
    {path: "/dev/ptmx", type: "c", major: 5, minor: 2}, {path: "/dev/console", type: "c", major: 5, minor: 1}]'
  in_container 'test -c /dev/null && readlink /dev/ptmx | grep -o "pts/ptmx"'
  is pts/ptmx
}

@test "an existing node that matches is kept, one that differs is an error" {
  edit 'del(.mounts[] | select(.destination | startswith("/dev"))) | .linux.devices = [{path: "/dev/there", type: "c", major: 1, minor: 3}]'
  mknod rootfs/dev/there c 1 3
  program true
  ok run -b "$BUNDLE" "$ID"
  rm rootfs/dev/there
  mknod rootfs/dev/there c 1 5
  refused run -b "$BUNDLE" "$ID"
  says /dev/there
  assert_nothing_left "$ID"
}

@test "/dev bound from elsewhere is left as it is" {
  mkdir "$T/dev"
  mknod -m 666 "$T/dev/null" c 1 3
  edit --arg d "$T/dev" 'del(.mounts[] | select(.destination | startswith("/dev"))) | .mounts += [{destination: "/dev", source: $d, options: ["rbind"]}]'
  in_container 'ls /dev'
  is null
}

@test "/dev read-only" {
  edit '(.mounts[] | select(.destination == "/dev") | .options) += ["ro"]'
  in_container 'touch /dev/x 2>/dev/null || echo read-only; test -c /dev/null && echo x >/dev/null && echo works; touch /dev/shm/x && echo shm'
  is $'read-only\nworks\nshm'
}

@test "device rules: all denied, the default devices stay allowed" {
  use_probe
  edit '.linux.resources.devices = [{allow: false, access: "rwm"}]'
  in_container 'probe mknod c 1 3; probe mknod c 1 5; probe mknod c 10 229; probe mknod c 1 1; probe open /dev/null w; probe open /dev/tty r'
  is $'open ok\nopen ok\nopen EPERM\nopen EPERM\nok\nENXIO'
}

@test "device rules: what is allowed after the denial can be opened" {
  use_probe
  edit '.linux.resources.devices = [{allow: false, access: "rwm"}, {allow: true, type: "c", major: 1, minor: 11, access: "r"}]'
  in_container 'mknod /tmp/kmsg c 1 11; probe open /tmp/kmsg r; probe open /tmp/kmsg w; rm /tmp/kmsg'
  [[ $output == $'ok\nEPERM' || $output == $'EPERM\nEPERM' ]] # reading kmsg may need CAP_SYSLOG
}

@test "device rules: everything allowed" {
  use_probe
  edit '.linux.resources.devices = [{allow: true, access: "rwm"}]'
  in_container 'mknod /tmp/kmsg c 1 11; probe open /tmp/kmsg w; rm /tmp/kmsg'
  is ok
}

@test "device rules: exec is held to them as well" {
  use_probe
  edit '.linux.resources.devices = [{allow: false, access: "rwm"}]'
  sleeper
  ok exec "$ID" sh -c 'mknod /tmp/kmsg c 1 11; probe open /tmp/kmsg w; rm /tmp/kmsg'
  is EPERM
}

@test "bad devices are refused with their path" {
  program true
  local bad
  for bad in '[{"path": "/dev/x", "type": "q", "major": 1, "minor": 3}]' '[{"path": "/dev/x", "type": "c"}]' '[{"type": "c", "major": 1, "minor": 3}]'; do
    edit --argjson bad "$bad" '.linux.devices = $bad'
    refused run -b "$BUNDLE" "$ID"
    says "linux.devices[0]"
  done
  edit 'del(.linux.devices) | .linux.resources.devices = [{allow: true, type: "c", major: 1, minor: 3, access: "xyz"}]'
  refused run -b "$BUNDLE" "$ID"
  says "linux.resources.devices[0]"
  assert_nothing_left "$ID"
}
