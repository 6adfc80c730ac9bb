#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# NOTIFY_SOCKET: what a container says by sd_notify(3) reaches the manager of the runtime.

# shellcheck disable=SC2154 # status, output and errors are set by helpers.bash
load helpers
setup() { make_bundle; }
teardown() {
  [[ -z ${MANAGER:-} ]] || kill -KILL "$MANAGER" 2>/dev/null || true
  clean_up
}

# manager ADDRESS : plays systemd: each message becomes a line of $T/told (line breaks as spaces), barriers are answered.
manager() {
  python3 -c '
import os, socket, sys
address = sys.argv[1]
inbox = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
inbox.bind("\0" + address[1:] if address.startswith("@") else address)
open(sys.argv[2], "w").close()
while True:
    message, fds, _, _ = socket.recv_fds(inbox, 4096, 4)
    with open(sys.argv[2], "a") as told:
        told.write(message.decode().strip().replace("\n", " ") + "\n")
    for fd in fds:
        os.close(fd)
' "$1" "$T/told" 2>"$T/manager.errors" 3>&- 4>&- &
  MANAGER=$!
  wait_until test -e "$T/told"
}

# use_sender : /bin/notify MESSAGE in the container.
use_sender() {
  cc -static -O1 -Wall -o "$BUNDLE/rootfs/bin/notify" "$SUPPORT/notify.c"
}

@test "create and start: start returns when the container is ready, and the manager knows its pid" {
  manager "$T/manager.sock"
  use_sender
  sh_program 'sleep 0.5; notify STATUS=starting; notify READY=1; sleep 1000'
  NOTIFY_SOCKET=$T/manager.sock ok create -b "$BUNDLE" "$ID"
  is "" "$(<"$T/told")"
  NOTIFY_SOCKET=$T/manager.sock ok start "$ID"
  is "READY=1 MAINPID=$(pid_of "$ID")"$'\nBARRIER=1' "$(<"$T/told")"
  is running "$(status_of "$ID")"
}

@test "run --detach waits too; run in the foreground tells it meanwhile" {
  manager "$T/manager.sock"
  use_sender
  sh_program 'sleep 0.5; notify READY=1; sleep 1000'
  NOTIFY_SOCKET=$T/manager.sock ok run -d -b "$BUNDLE" "$ID"
  is "READY=1 MAINPID=$(pid_of "$ID")"$'\nBARRIER=1' "$(<"$T/told")"
  sh_program 'notify READY=1; while [ ! -e /go ]; do sleep 0.05; done; exit 5'
  NOTIFY_SOCKET=$T/manager.sock timeout 60 "$MASU_RUNTIME" --root "$ROOT" run -b "$BUNDLE" "$ID-2" </dev/null 3>&- 4>&- &
  local job=$!
  wait_until bash -c "[[ \$(grep -c READY=1 '$T/told') == 2 ]]"
  touch "$BUNDLE/rootfs/go"
  ends_with 5 "$job"
}

@test "a manager with an abstract name; a user of the container's own; a user namespace" {
  manager "@masu-$ID"
  use_sender
  edit '.process.user = {uid: 33, gid: 33} | .linux.namespaces += [{type: "user"}] |
    .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
  chown -R 100000:100000 "$BUNDLE/rootfs"
  sh_program 'notify READY=1; sleep 1000'
  NOTIFY_SOCKET=@masu-$ID ok run -d -b "$BUNDLE" "$ID"
  is "READY=1 MAINPID=$(pid_of "$ID")"$'\nBARRIER=1' "$(<"$T/told")"
}

@test "a container that ends without a word does not hold up start" {
  manager "$T/manager.sock"
  program true
  NOTIFY_SOCKET=$T/manager.sock ok create -b "$BUNDLE" "$ID"
  NOTIFY_SOCKET=$T/manager.sock ok start "$ID"
  is "" "$(<"$T/told")"
}

@test "a start that was killed leaves the way free for another; of two at once one is told that it runs" {
  manager "$T/manager.sock"
  use_sender
  sh_program 'notify READY=1; sleep 1000'
  NOTIFY_SOCKET=$T/manager.sock ok create -b "$BUNDLE" "$ID"
  python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).bind(sys.argv[1])' "$ROOT/$ID/notify/notify.sock"
  export NOTIFY_SOCKET=$T/manager.sock
  "$MASU_RUNTIME" --root "$ROOT" start "$ID" >/dev/null 2>"$T/one" 3>&- 4>&- &
  local other=$! mine=0 theirs=0
  "$MASU_RUNTIME" --root "$ROOT" start "$ID" >/dev/null 2>"$T/two" || mine=$?
  wait $other || theirs=$?
  is 1 $((mine + theirs))
  grep -q "it is running already" "$T/one" "$T/two"
  is "READY=1 MAINPID=$(pid_of "$ID")"$'\nBARRIER=1' "$(<"$T/told")"
}

@test "a manager that is not there is an error, and nothing is left" {
  program true
  NOTIFY_SOCKET=$T/nobody refused run -b "$BUNDLE" "$ID"
  says NOTIFY_SOCKET nobody
  assert_nothing_left "$ID"
}
