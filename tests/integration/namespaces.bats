#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Namespaces: new ones, the caller's, joined ones; hostname, domainname, sysctls, time; the network's lo.

load helpers
setup() { make_bundle; }
teardown() { clean_up; }

ns_links() { local n; for n in "$@"; do readlink "/proc/self/ns/$n"; done; }

@test "new namespaces differ from the caller's, absent ones are the caller's" {
  in_container 'for n in pid net ipc uts mnt cgroup user; do readlink /proc/self/ns/$n; done'
  local new=$output n=0 type
  for type in pid net ipc uts mnt cgroup; do
    n=$((n + 1))
    [[ $(sed -n ${n}p <<<"$new") != "$(readlink /proc/self/ns/$type)" ]]
  done
  is "$(readlink /proc/self/ns/user)" "$(sed -n 7p <<<"$new")"
  edit 'del(.hostname) | .linux.namespaces = [{type: "mount"}] | del(.mounts[] | select(.destination == "/sys" or .destination == "/dev/mqueue"))'
  in_container 'for n in pid net ipc uts cgroup; do readlink /proc/self/ns/$n; done'
  is "$(ns_links pid net ipc uts cgroup)"
}

@test "init is pid 1, and sees its own processes alone" {
  in_container 'echo $$; ls -d /proc/[0-9]* | wc -l'
  [[ $output == $'1\n'[1-4] ]]
}

@test "namespaces joined by path, from another container and by a bind-mounted file" {
  sleeper
  local pid
  pid=$(pid_of "$ID")
  local type proc=(network:net ipc:ipc uts:uts pid:pid cgroup:cgroup)
  for type in "${proc[@]}"; do join_namespace "${type%%:*}" "/proc/$pid/ns/${type#*:}"; done
  edit 'del(.hostname)'
  sh_program 'for n in net ipc uts cgroup; do readlink /proc/self/ns/$n; done; readlink /proc/self/ns/pid; hostname; test $$ != 1 && echo second'
  ok run -b "$BUNDLE" "$ID-2"
  is "$(for type in net ipc uts cgroup pid; do readlink "/proc/$pid/ns/$type"; done)"$'\nbox\nsecond'
}

@test "a network namespace that ip-netns made" {
  command -v unshare >/dev/null
  touch "$T/netns"
  unshare --net="$T/netns" true
  join_namespace network "$T/netns"
  sh_program 'readlink /proc/self/ns/net; cat /sys/class/net/lo/flags'
  rt run -b "$BUNDLE" "$ID"
  local inode
  inode=$(stat -L -c %i "$T/netns")
  umount "$T/netns"
  [[ $status == 0 ]]
  # lo of a joined namespace is left alone: it is down here.
  is "net:[$inode]"$'\n0x8'
}

@test "lo is up in a new network namespace" {
  in_container 'cat /sys/class/net/lo/flags; ping -c 1 -W 1 127.0.0.1 >/dev/null 2>&1; ls /sys/class/net'
  is $'0x9\nlo'
}

@test "a joined mount namespace" {
  sh_program 'sleep 1000'
  start_container
  edit --arg path "/proc/$(pid_of "$ID")/ns/mnt" '.linux.namespaces = [.linux.namespaces[] | select(.type != "mount")] + [{type: "mount", path: $path}]'
  program true
  rt run -b "$BUNDLE" "$ID-2"
  # What the config's root means there is undefined; the first container must be unharmed.
  ok exec "$ID" true
}

@test "a path of another type, one that does not exist, one that is no namespace" {
  program true
  join_namespace network /proc/self/ns/uts
  refused run -b "$BUNDLE" "$ID"
  says /proc/self/ns/uts
  join_namespace network /no/such/ns
  refused run -b "$BUNDLE" "$ID"
  says /no/such/ns "no such file or directory"
  join_namespace network /etc/passwd
  refused run -b "$BUNDLE" "$ID"
  says /etc/passwd
  assert_nothing_left "$ID"
}

@test "a namespace twice, an unknown one" {
  program true
  edit '.linux.namespaces += [{type: "uts"}]'
  refused run -b "$BUNDLE" "$ID"
  says "linux.namespaces[6]"
  edit '.linux.namespaces[6] = {type: "nosuch"}'
  refused run -b "$BUNDLE" "$ID"
  says "linux.namespaces[6]" nosuch
  assert_nothing_left "$ID"
}

@test "hostname and domainname" {
  edit '.hostname = "a-name" | .domainname = "example.org"'
  in_container 'hostname; cat /proc/sys/kernel/domainname'
  is $'a-name\nexample.org'
}

@test "hostname and domainname need a uts namespace" {
  drop_namespace uts
  program true
  refused run -b "$BUNDLE" "$ID"
  says hostname
  edit 'del(.hostname) | .domainname = "x"'
  refused run -b "$BUNDLE" "$ID"
  says domainname
  assert_nothing_left "$ID"
}

@test "sysctls of the container's namespaces" {
  edit '.linux.sysctl = {"net.ipv4.ip_forward": "1", "kernel.msgmax": "12345", "net/ipv4/ip_local_port_range": "20000 30000", "kernel.shmmni": "99"}'
  in_container 'cd /proc/sys; cat net/ipv4/ip_forward kernel/msgmax kernel/shmmni; cat net/ipv4/ip_local_port_range | tr "\t" " "'
  is $'1\n12345\n99\n20000 30000'
  [[ $(cat /proc/sys/kernel/msgmax) != 12345 ]]
}

@test "sysctls of the host are refused" {
  program true
  local key
  for key in kernel.panic vm.swappiness kernel.hostname fs.file-max kernel.core_pattern ../kernel.panic net/../kernel/panic; do
    edit --arg key "$key" '.linux.sysctl = {($key): "1"}'
    refused run -b "$BUNDLE" "$ID"
    says "$key"
  done
  assert_nothing_left "$ID"
}

@test "sysctls need their namespace" {
  program true
  drop_namespace network
  edit 'del(.mounts[] | select(.type == "sysfs")) | .linux.sysctl = {"net.ipv4.ip_forward": "1"}'
  refused run -b "$BUNDLE" "$ID"
  says net.ipv4.ip_forward
  drop_namespace ipc
  edit '.linux.sysctl = {"kernel.msgmax": "1"}'
  refused run -b "$BUNDLE" "$ID"
  says kernel.msgmax
  assert_nothing_left "$ID"
}

@test "a sysctl that does not exist, a value that is refused" {
  program true
  edit '.linux.sysctl = {"net.no.such": "1"}'
  refused run -b "$BUNDLE" "$ID"
  says net.no.such "no such file or directory"
  edit '.linux.sysctl = {"net.ipv4.ip_local_port_range": "x"}'
  refused run -b "$BUNDLE" "$ID"
  says net.ipv4.ip_local_port_range "invalid argument"
  assert_nothing_left "$ID"
}

@test "a time namespace without offsets" {
  [[ -e /proc/self/ns/time ]] || skip "the kernel has no time namespaces"
  edit '.linux.namespaces += [{type: "time"}]'
  in_container 'readlink /proc/self/ns/time'
  [[ $output != "$(readlink /proc/self/ns/time)" ]]
}

@test "time offsets, for exec as well" {
  [[ -e /proc/self/ns/time ]] || skip "the kernel has no time namespaces"
  use_probe
  edit '.linux.namespaces += [{type: "time"}] | .linux.timeOffsets = {monotonic: {secs: 7000, nanosecs: 500}, boottime: {secs: 1000000}}'
  sleeper
  ok exec "$ID" probe clocks
  local here there
  read -ra there <<<"$output"
  read -ra here <<<"$("$PROBE" clocks)"
  ((there[0] - here[0] >= 6995 && there[0] - here[0] <= 7001))
  ((there[1] - here[1] >= 999995 && there[1] - here[1] <= 1000001))
}

@test "time offsets: without a new namespace, with a path, of an unknown clock" {
  program true
  edit '.linux.timeOffsets = {monotonic: {secs: 1}}'
  refused run -b "$BUNDLE" "$ID"
  says linux.timeOffsets
  edit '.linux.namespaces += [{type: "time", path: "/proc/self/ns/time"}]'
  refused run -b "$BUNDLE" "$ID"
  says linux.timeOffsets
  edit '.linux.namespaces[-1] = {type: "time"} | .linux.timeOffsets = {realtime: {secs: 1}}'
  refused run -b "$BUNDLE" "$ID"
  says linux.timeOffsets realtime
  edit '.linux.timeOffsets = {monotonic: {secs: 1, nanosecs: 1000000000}}'
  refused run -b "$BUNDLE" "$ID"
  says linux.timeOffsets.monotonic
  assert_nothing_left "$ID"
}
