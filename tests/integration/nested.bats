#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The runtime inside a container: one with all rights, and one in a user namespace, where the kernel mounts a file system
# afresh only if it shows nothing that is hidden outside (mount_namespaces(7)).

load helpers
setup() {
  ! readelf -lW "$MASU_RUNTIME" | grep -q INTERP || skip "the runtime of this build needs libraries, which the container lacks"
  make_bundle
  mkdir -p "$BUNDLE/rootfs/inner" "$BUNDLE/rootfs/run"
  cp -a "$BUSYBOX_ROOT" "$BUNDLE/rootfs/inner/rootfs"
  install -m 755 "$MASU_RUNTIME" "$BUNDLE/rootfs/bin/masu-runtime"
  edit '.root.readonly = false | .process.cwd = "/inner" | del(.linux.readonlyPaths)'
  add_mount '{"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["nosuid", "noexec", "nodev"]}'
}
teardown() { clean_up; }

INNER='cd /inner && masu-runtime --root /run/inner run inner'

# inner_bundle [JQ-OPTION…] FILTER COMMAND : of spec --rootless; COMMAND is for the shell.
inner_bundle() {
  (cd "$BUNDLE/rootfs/inner" && rm -f config.json && "$MASU_RUNTIME" spec --rootless)
  jq --arg command "${*: -1}" '.process.terminal = false | .process.args = ["sh", "-c", $command] |
    .linux.uidMappings = [{containerID: 0, hostID: 0, size: 1}] | .linux.gidMappings = .linux.uidMappings' \
    "$BUNDLE/rootfs/inner/config.json" | jq "${@:1:$#-1}" >"$T/inner.json"
  mv "$T/inner.json" "$BUNDLE/rootfs/inner/config.json"
}

all_rights() {
  edit '.process.capabilities = (["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID",
    "CAP_KILL", "CAP_MKNOD", "CAP_NET_ADMIN", "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP", "CAP_SYS_ADMIN", "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE", "CAP_SETFCAP"] as $all | {bounding: $all, effective: $all, permitted: $all}) |
    .process.noNewPrivileges = false'
}

in_user_namespace() {
  all_rights
  edit '.linux.namespaces += [{type: "user"}] |
    .linux.uidMappings = [{containerID: 0, hostID: 200000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
  chown -R 200000:200000 "$BUNDLE/rootfs"
  chmod 755 "$BUNDLE/rootfs"
}

@test "in a container with all rights" {
  all_rights
  edit 'del(.linux.maskedPaths)'
  inner_bundle . 'echo inside $$; cat /proc/1/comm; true'
  in_container "$INNER"
  is $'inside 1\nsh'
}

@test "in a user namespace that sees all of proc: a complete container" {
  in_user_namespace
  edit 'del(.linux.maskedPaths)'
  inner_bundle . 'echo inside $$; cat /proc/1/comm; ls -d /sys/class /dev/mqueue'
  in_container "$INNER"
  is $'inside 1\nsh\n/dev/mqueue\n/sys/class'
}

@test "in a user namespace with a masked proc: a new pid namespace is refused, with the reason" {
  in_user_namespace
  inner_bundle . true
  sh_program "$INNER"
  exits 1 run "$ID"
  says 'error mounting "proc"' EPERM "the outer /proc is partly hidden"
}

@test "proc, sysfs and mqueue of the outer container, where a fresh one is refused" {
  in_user_namespace
  inner_bundle 'del(.linux.namespaces[] | select(.type == "pid" or .type == "ipc")) |
    .mounts |= map(if .destination == "/sys" then {destination, type: "sysfs", source: "sysfs", options: ["nosuid", "noexec", "nodev", "ro"]}
      else . end)' 'cat /proc/$$/comm; ls -d /sys/class /dev/mqueue
    mkdir /sys/x 2>/dev/null || echo read-only; cat /proc/keys /proc/timer_list; ls /proc/acpi; ls /sys/firmware'
  in_container "$INNER"
  is $'sh\n/dev/mqueue\n/sys/class\nread-only'
}

# What Podman does for an ordinary user: the runtime is root of a user namespace that has the host's other namespaces.
@test "in a user namespace around the runtime alone: exec, and a pid namespace that is joined" {
  local holder
  unshare --user --map-root-user --mount --propagation private sleep 1000 >/dev/null 2>&1 3>&- 4>&- &
  holder=$!
  wait_until test "$(readlink /proc/self/ns/user)" != "$(readlink /proc/$holder/ns/user)"
  mkdir -p "$T/bin"
  printf '#!/bin/sh\nexec nsenter --user --mount --preserve-credentials --target %s "%s" "$@"\n' "$holder" "$MASU_RUNTIME" >"$T/bin/rt"
  chmod 755 "$T/bin/rt"
  MASU_RUNTIME=$T/bin/rt

  edit '.mounts |= map(if .type == "devpts" then .options -= ["gid=5"] else . end)' # one id is mapped
  program sleep 1000
  ok --cgroup-manager disabled run -b "$BUNDLE" -d "$ID"
  ok exec "$ID" sh -c 'echo $(cat /proc/1/comm) $(readlink /proc/self/ns/pid)'
  is "sleep $(readlink "/proc/$(pid_of "$ID")/ns/pid")"
  exits 7 exec "$ID" sh -c 'exit 7'
  join_namespace pid "/proc/$(pid_of "$ID")/ns/pid"
  program sh -c 'cat /proc/1/comm; exit 6'
  exits 6 --cgroup-manager disabled run -b "$BUNDLE" "$ID-2"
  is sleep
  ok delete --force "$ID"
  kill "$holder"
}
