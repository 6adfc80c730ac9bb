#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# User namespaces with mappings.

load helpers
setup() {
  make_bundle
  mapped
}
teardown() { clean_up; }

# mapped : root of the container is 100000 of the host, with 65536 ids.
mapped() {
  chown -hR 100000:100000 rootfs
  edit '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] |
    .linux.gidMappings = [{containerID: 0, hostID: 200000, size: 65536}]'
}

@test "the maps, root inside, an ordinary user outside" {
  in_container 'cat /proc/self/uid_map /proc/self/gid_map | tr -s " "; id -u; touch /made'
  is $' 0 100000 65536\n 0 200000 65536\n0'
  is 100000:200000 "$(stat -c %u:%g rootfs/made)"
}

@test "several ranges" {
  edit '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1}, {containerID: 1, hostID: 300000, size: 10}, {containerID: 1000, hostID: 400000, size: 1}]'
  in_container 'tr -s " " </proc/self/uid_map'
  is $' 0 100000 1\n 1 300000 10\n 1000 400000 1'
}

@test "a user of the container's" {
  edit '.process.user = {uid: 1000, gid: 1000, additionalGids: [7]}'
  sh_program 'id -u; id -G; sleep 1000'
  start_container
  wait_until has_line "1000 7" "$CONTAINER_OUT"
  is 101000 "$(stat -c %u "/proc/$(pid_of "$ID")")"
}

@test "a user that is not mapped" {
  edit '.process.user.uid = 70000'
  program true
  refused run -b "$BUNDLE" "$ID"
  says "cannot setuid to unmapped uid 70000 in user namespace"
  assert_nothing_left "$ID"
}

@test "devices are there and work, without mknod" {
  in_container 'for d in null zero full random urandom tty; do test -c /dev/$d || echo "no $d"; done; echo x >/dev/null && head -c 3 /dev/zero | wc -c; mknod /tmp/x c 1 3 2>/dev/null || echo refused'
  is $'3\nrefused'
}

@test "devices: whatever the image has in their place is not opened" {
  edit 'del(.mounts[] | select(.destination | startswith("/dev")))'
  mkfifo rootfs/dev/null
  touch rootfs/dev/zero
  chown 100000:100000 rootfs/dev/*
  in_container 'for d in null zero tty; do test -c /dev/$d || echo "no $d"; done; head -c 3 /dev/zero | wc -c'
  is 3
  ln -sf /etc/passwd rootfs/dev/null
  refused run -b "$BUNDLE" "$ID"
}

@test "masked and read-only paths hold" {
  in_container 'head -c1 /proc/timer_list 2>/dev/null | wc -c; echo x 2>/dev/null >/proc/sys/kernel/domainname || echo read-only; umount /proc/timer_list 2>/dev/null || echo masked'
  is $'0\nread-only\nmasked'
}

@test "hostname, network, mqueue, sysfs, devpts are the container's to use" {
  in_container 'hostname; cat /sys/class/net/lo/flags; touch /dev/mqueue/x && ls /dev/pts'
  is $'box\n0x9\nptmx'
}

@test "a terminal in a user namespace" {
  edit '.process.terminal = true'
  sh_program 'test -t 0 && echo terminal; stat -L -c %u /proc/self/fd/0'
  python3 "$SUPPORT/recvtty.py" "$T/s" "$T/tty" >"$T/got" 2>&1 3>&- 4>&- &
  local receiver=$!
  wait_until test -S "$T/s"
  start_container --console-socket "$T/s"
  wait $receiver
  is $'terminal\n0' "$(tr -d '\r' <"$T/tty")"
}

@test "exec joins the user namespace" {
  sleeper
  ok exec "$ID" sh -c 'id -u; readlink /proc/self/ns/user'
  is "0"$'\n'"$(readlink "/proc/$(pid_of "$ID")/ns/user")"
  ok exec -u 1000:1000 "$ID" sh -c 'id -u; id -g'
  is $'1000\n1000'
}

@test "a bind source that the container's root cannot reach" {
  mkdir -p "$T/closed/source"
  echo hello >"$T/closed/source/file"
  chmod 700 "$T/closed"
  add_mount "{\"destination\": \"/data\", \"source\": \"$T/closed/source\", \"options\": [\"bind\"]}"
  in_container 'cat /data/file'
  is hello
}

@test "a working directory that the container's root cannot reach" {
  mkdir -m 700 rootfs/closed
  chown 0:0 rootfs/closed
  edit '.process.cwd = "/closed"'
  program true
  refused run -b "$BUNDLE" "$ID"
  says '("/closed")' "permission denied"
  assert_nothing_left "$ID"
}

@test "a working directory that neither the user nor the container's root may enter is told with its path" {
  mkdir -m 700 rootfs/closed # of an id that is not mapped
  edit '.process.cwd = "/closed"'
  program true
  refused run -b "$BUNDLE" "$ID"
  says 'chdir to cwd ("/closed") set in config.json failed: permission denied'
}

@test "a bind keeps the flags that the host gave its source; to take one away is refused, with the reason" {
  mkdir "$T/source"
  mount -t tmpfs -o ro,nosuid,nodev,noexec source "$T/source"
  add_mount "{\"destination\": \"/s\", \"source\": \"$T/source\", \"options\": [\"bind\"]}"
  sh_program 'grep " /s " /proc/self/mountinfo | cut -d" " -f6'
  local plain option outcomes=()
  rt run -b "$BUNDLE" "$ID"
  plain=$output
  for option in rw exec suid dev; do
    edit --arg option $option '.mounts[-1].options = ["bind", $option]'
    rt run -b "$BUNDLE" "$ID"
    outcomes+=("$status ${errors//$'\n'/ }")
  done
  umount "$T/source"
  [[ $plain == ro,nosuid,nodev,noexec,* ]]
  for option in "${outcomes[@]}"; do
    [[ $option == "1 "*"operation not permitted"*"mounts["*"hint: in a user namespace a bind keeps the flags of its source"* ]] || { echo "$option" >&2; return 1; }
  done
}

@test "joined by path, with another container's other namespaces" {
  sleeper
  local pid
  pid=$(pid_of "$ID")
  edit 'del(.linux.uidMappings, .linux.gidMappings, .hostname)'
  join_namespace user "/proc/$pid/ns/user"
  join_namespace network "/proc/$pid/ns/net"
  join_namespace uts "/proc/$pid/ns/uts"
  sh_program 'readlink /proc/self/ns/user; hostname'
  ok run -b "$BUNDLE" "$ID-2"
  is "$(readlink "/proc/$pid/ns/user")"$'\nbox'
}

# As engines that make the network first have it.
@test "exec into a container whose network namespace is not its user namespace's" {
  unshare --net --ipc sleep 1000 </dev/null >/dev/null 2>&1 3>&- 4>&- &
  local foreign=$!
  is_there() { [[ $(readlink "/proc/$foreign/ns/net") != "$(readlink /proc/self/ns/net)" ]]; }
  wait_until is_there
  join_namespace network "/proc/$foreign/ns/net"
  join_namespace ipc "/proc/$foreign/ns/ipc"
  edit '.mounts |= map(select(.type != "sysfs" and .type != "mqueue"))'
  sleeper
  local kind
  for kind in net ipc; do
    ok exec "$ID" readlink "/proc/self/ns/$kind"
    is "$(readlink "/proc/$foreign/ns/$kind")"
  done
  kill $foreign
}

@test "a user namespace and a time namespace together" {
  [[ -e /proc/self/ns/time ]] || skip "the kernel has no time namespaces"
  use_probe
  edit '.linux.namespaces += [{type: "time"}] | .linux.timeOffsets = {boottime: {secs: 500000}}'
  in_container 'probe clocks'
  (($(cut -d' ' -f2 <<<"$output") - $(cut -d. -f1 /proc/uptime) >= 499990))
}

@test "capabilities are those of the user namespace" {
  in_container 'grep -E "^CapEff|^CapBnd" /proc/self/status | cut -f2; hostname other 2>/dev/null || echo not allowed'
  is $'00000000080004eb\n00000000080004eb\nnot allowed'
}

@test "maps without the namespace, the namespace without maps, a bad map" {
  program true
  edit 'del(.linux.gidMappings)'
  refused run -b "$BUNDLE" "$ID"
  says linux.gidMappings
  edit 'del(.linux.uidMappings)'
  refused run -b "$BUNDLE" "$ID"
  says linux.uidMappings
  edit '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 10}] | .linux.gidMappings = .linux.uidMappings | .linux.namespaces |= map(select(.type != "user"))'
  refused run -b "$BUNDLE" "$ID"
  says linux.uidMappings
  edit '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 10}, {containerID: 5, hostID: 200000, size: 10}]'
  refused run -b "$BUNDLE" "$ID"
  says linux.uidMappings
  edit '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 0}]'
  refused run -b "$BUNDLE" "$ID"
  says "linux.uidMappings[0]"
  assert_nothing_left "$ID"
}
