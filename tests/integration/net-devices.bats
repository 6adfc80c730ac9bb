#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# linux.netDevices: interfaces that the container takes over. The tests' host is a network namespace of their own.

# shellcheck disable=SC2154 # status, output and errors are set by helpers.bash
load helpers
setup() {
  make_bundle
  NETNS=masu-$$-$RANDOM
  ip netns add "$NETNS"
  ip -n "$NETNS" link add md0 type veth peer name md0-peer
  ip -n "$NETNS" link set md0-peer up
  ip -n "$NETNS" link set md0 mtu 1400 address 02:00:00:00:00:07 up
  ip -n "$NETNS" address add 192.0.2.7/24 brd + dev md0
  ip -n "$NETNS" address add 2001:db8::7/64 dev md0 nodad
}
teardown() {
  local bad=0
  clean_up || bad=1
  ip netns delete "$NETNS" || bad=1
  return $bad
}

run_in_net() { run timeout 20 nsenter --net="/run/netns/$NETNS" "$MASU_RUNTIME" --root "$ROOT" run -b "$BUNDLE" "$@"; }

@test "the interface comes with its addresses, MTU and MAC, up, under its new name" {
  edit '.linux.netDevices = {md0: {name: "eth7"}}'
  sh_program "ip addr show dev eth7"
  run_in_net "$ID"
  [[ $status == 0 ]]
  has "mtu 1400" 02:00:00:00:00:07 "inet 192.0.2.7/24 brd 192.0.2.255" "inet6 2001:db8::7/64 scope global" UP
  run ! ip -n "$NETNS" link show md0
}

@test "without a name it keeps the host's; a hook finds it there" {
  edit --arg ip "$(type -P ip)" --arg out "$T/hook" '.linux.netDevices = {md0: {}} |
    .hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c", "pid=$(sed \"s/.*\\\"pid\\\"://; s/,.*//\"); nsenter -t $pid -n \($ip) -o link >\($out)"],
      env: ["PATH=/usr/bin:/bin:/usr/sbin:/sbin"]}]'
  sh_program "ip -o link show dev md0"
  run_in_net "$ID"
  [[ $status == 0 ]]
  has ": md0" UP
  grep -q "md0" "$T/hook"
}

@test "a pattern as the name; two at once; sysctls of the interface" {
  ip -n "$NETNS" link add md1 type veth peer name md1-peer
  edit '.linux.netDevices = {md0: {name: "net%d"}, md1: {name: "other"}} | .linux.sysctl = {"net.ipv4.conf.other.forwarding": "1"}'
  sh_program 'ip -o link | cut -d: -f2 | cut -d@ -f1; cat /proc/sys/net/ipv4/conf/other/forwarding'
  run_in_net "$ID"
  [[ $status == 0 ]]
  has net0 other $'\n1'
}

@test "into a network namespace joined by path" {
  ip netns add "$NETNS-2"
  join_namespace network "/run/netns/$NETNS-2"
  edit '.linux.netDevices = {md0: {}}'
  sh_program "ip -o link show dev md0"
  run_in_net "$ID"
  [[ $status == 0 ]]
  has md0
  ip netns delete "$NETNS-2"
}

@test "in a user namespace" {
  edit '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
    | .linux.gidMappings = .linux.uidMappings | .linux.netDevices = {md0: {}}'
  chown -R 100000:100000 "$BUNDLE/rootfs"
  sh_program "ip -o addr show dev md0"
  run_in_net "$ID"
  [[ $status == 0 ]]
  has 192.0.2.7/24
}

@test "refused: an interface that is not there, a name that is taken" {
  edit '.linux.netDevices = {nothing: {}}'
  program true
  run_in_net "$ID"
  [[ $status == 1 && $output == *"network interface 'nothing'"*"linux.netDevices.nothing"* ]]
  edit '.linux.netDevices = {md0: {name: "lo"}}'
  run_in_net "$ID"
  [[ $status == 1 && $output == *"'lo'"*"file exists"*"linux.netDevices.md0"* ]]
  ip -n "$NETNS" link show md0
}

@test "refused: without a network namespace, or with names that are none" {
  drop_namespace network
  edit '.linux.netDevices = {md0: {}}'
  program true
  refused run -b "$BUNDLE" "$ID"
  says linux.netDevices "network namespace"
  edit '.linux.namespaces += [{type: "network"}] | .linux.netDevices = {"a/b": {}}'
  refused run -b "$BUNDLE" "$ID"
  says linux.netDevices "not the name of a network interface"
}
