#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# --systemd-cgroup where systemd does not answer. What it does where it does is in tests/vm.

# status, output and errors are set by helpers.bash; each test is a subshell
# shellcheck disable=SC2154,SC2030,SC2031
load helpers
setup() {
  make_bundle
  program true
}
teardown() {
  [[ -z ${BUS:-} ]] || kill "$BUS"
  clean_up
}

# bus PYTHON : a server on $T/bus that does PYTHON with each connection c; it is the system bus from now on.
bus() {
  python3 -c "
import socket, sys, time
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen(8)
while True:
    c, _ = s.accept()
    $1" "$T/bus" 3>&- 4>&- &
  BUS=$!
  wait_until test -S "$T/bus"
  export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$T/bus
}

@test "without systemd: an error that names the bus, and nothing is left" {
  [[ ! -e /run/systemd/private ]] || skip "systemd runs here"
  export DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent/bus
  refused --systemd-cgroup run -b "$BUNDLE" "$ID"
  says "reach systemd" /nonexistent/bus "no such file or directory" "cgroupfs driver"
  assert_nothing_left "$ID"
}

@test "a bus that says nothing: an error within the time allowed" {
  bus 'k = c; time.sleep(1000)'
  local begin=$SECONDS
  refused --cgroup-manager systemd run -b "$BUNDLE" "$ID"
  says "reach systemd" "no answer within the time allowed"
  ((SECONDS - begin < 15))
  assert_nothing_left "$ID"
}

@test "a bus that talks nonsense, rejects, or hangs up" {
  bus 'c.sendall(b"HTTP/1.1 400 Bad Request\r\n")'
  refused --systemd-cgroup run -b "$BUNDLE" "$ID"
  says "is no answer of D-Bus"
  kill "$BUS" && rm "$T/bus"
  bus 'c.sendall(b"REJECTED\r\nREJECTED\r\n"); c.recv(4096); c.recv(4096)'
  refused --systemd-cgroup run -b "$BUNDLE" "$ID"
  says "this user was rejected"
  kill "$BUS" && rm "$T/bus"
  bus 'c.close()'
  refused --systemd-cgroup run -b "$BUNDLE" "$ID"
  says "reach systemd"
  assert_nothing_left "$ID"
}

@test "paths and annotations are checked before anything is made" {
  edit '.linux.cgroupsPath = "/a/b"'
  refused --systemd-cgroup run -b "$BUNDLE" "$ID"
  says linux.cgroupsPath "slice:prefix:name"
  edit '.linux.cgroupsPath = "a--b.slice:c:d"'
  refused --systemd-cgroup run -b "$BUNDLE" "$ID"
  says "invalid slice name: 'a--b.slice'"
  edit 'del(.linux.cgroupsPath) | .annotations["org.systemd.property.CollectMode"] = "inactive"'
  refused --systemd-cgroup run -b "$BUNDLE" "$ID"
  says annotations.org.systemd.property.CollectMode "text needs quotes"
  assert_nothing_left "$ID"
}

@test "the cgroupfs driver ignores the annotations" {
  edit '.annotations = {"org.systemd.property.CollectMode": "nonsense", "run.oci.systemd.subgroup": "payload"}'
  program cat /proc/self/cgroup
  ok run -b "$BUNDLE" "$ID"
  [[ $output != *payload* ]]
}
