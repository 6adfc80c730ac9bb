#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# masu-shim: asked by those who do not speak HTTP, by too many, and with a runtime that fails.

# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; status, output, errors and code are set by helpers.bash and shim.bash
load helpers
load shim
setup() { make_shim_bundle; }
teardown() { end_shim; }

# talk PYTHON : with `connect()`, which yields a connected socket.
talk() {
  timeout 100 /usr/bin/python3 -c "
import os, random, socket, sys
def connect():
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(60)
    client.connect('$SOCKET')
    return client
def answer(text):
    client = connect()
    try:
        client.sendall(text)
        client.shutdown(socket.SHUT_WR)
    except BrokenPipeError:
        pass  # it has heard enough
    got = b''
    try:
        while piece := client.recv(65536):
            got += piece
    except ConnectionResetError:
        pass
    return got
$1" 3>&- 4>&-
}

@test "garbage, half requests, too much of everything" {
  program sleep 1000
  shim_ok
  cmd start
  talk "
assert answer(b'\x16\x03\x01\x02\x00\x01\x00').startswith(b'HTTP/1.1 400 '), 1
assert answer(b'GET / HTTP/1.1\r\nX: ' + b'a' * 20000 + b'\r\n\r\n').startswith(b'HTTP/1.1 431 '), 2
assert answer(b'GET /' + b'a' * 20000 + b' HTTP/1.1\r\n\r\n').startswith(b'HTTP/1.1 414 '), 3
assert answer(b'POST /exec HTTP/1.1\r\nContent-Length: 3000000\r\n\r\n' + b'a' * 3000000).startswith(b'HTTP/1.1 413 '), 4
assert answer(b'POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n').startswith(b'HTTP/1.1 400 '), 5
assert answer(b'GET /logs?tail=%zz HTTP/1.1\r\n\r\n').startswith(b'HTTP/1.1 400 '), 6
assert answer(b'GET /../../etc/passwd HTTP/1.1\r\n\r\n').startswith(b'HTTP/1.1 404 '), 7
assert answer(b'') == b'' and answer(b'GET / HT') == b'', 8
two = answer(b'GET /health HTTP/1.1\r\n\r\nGET /health HTTP/1.1\r\nConnection: close\r\n\r\n')
assert two.count(b'HTTP/1.1 200 OK') == 2, two
random.seed(1)
for _ in range(200):
    answer(random.randbytes(random.randrange(1, 300)))
seed = b'POST /exec/e1/attach?start=1 HTTP/1.1\r\nUpgrade: tcp\r\nConnection: Upgrade\r\nContent-Length: 4\r\n\r\nabcd'
for _ in range(200):
    text = bytearray(seed)
    for _ in range(3):
        text[random.randrange(len(text))] = random.randrange(256)
    answer(bytes(text))
"
  good GET /
  field .state.status running
}

@test "frames that are none: that client is cut off, the container is not" {
  program sleep 1000
  shim_ok
  cmd start
  talk "
upgrade = b'POST /attach HTTP/1.1\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n'
random.seed(2)
assert answer(upgrade + b'\xff\xff\xff\xff').startswith(b'HTTP/1.1 101 ')
for _ in range(100):
    answer(upgrade + b'\x05' + random.randbytes(20))
client = connect()
client.sendall(upgrade + b'\x00\x00\x00\x00\x7f\xff\xff\xff')
while client.recv(1000):
    pass
"
  good GET /
  field .state.status running
}

@test "500 clients, some of whom say nothing: all are served, nothing is left of them" {
  program sleep 1000
  shim_ok
  cmd start
  local before
  before=$(find "/proc/$(shim_pid)/fd" -mindepth 1 | wc -l)
  talk "
idle = [connect() for _ in range(250)]
followers = [connect() for _ in range(125)]
for client in followers:
    client.sendall(b'GET /logs?follow HTTP/1.1\r\n\r\n')
for client in followers:
    assert client.recv(100).startswith(b'HTTP/1.1 200')
askers = [connect() for _ in range(125)]
for client in askers:
    client.sendall(b'GET /metrics HTTP/1.1\r\n\r\n')
for client in askers:
    assert client.recv(100).startswith(b'HTTP/1.1 200')
"
  good GET /
  wait_until fds_are "$before"
}
fds_are() { [[ $(find "/proc/$(shim_pid)/fd" -mindepth 1 | wc -l) == "$1" ]]; }

@test "more clients than there are file descriptors: the rest waits its turn" {
  program sleep 1000
  ulimit -n 200
  shim_ok
  cmd start
  talk "
clients = [connect() for _ in range(150)]
last = connect()
last.sendall(b'GET /metrics HTTP/1.1\r\n\r\n')
for client in clients:
    client.close()
assert last.recv(100).startswith(b'HTTP/1.1 200')
"
  good GET /
}

@test "clients that go away in the middle" {
  sh_program 'while [ ! -e /go ]; do echo more; sleep 0.001; done; exit 2'
  shim_ok
  cmd start
  talk "
for path in ('GET /logs?follow', 'GET /wait', 'GET /events', 'POST /attach', 'GET /'):
    for _ in range(20):
        client = connect()
        client.sendall((path + ' HTTP/1.1\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n').encode())
        if path != 'GET /wait' and random.random() < 0.5:
            client.recv(10)
        client.close()
"
  touch "$BUNDLE/rootfs/go"
  good GET /wait
  field .exitStatus 2
}

@test "a runtime that hangs, or is killed: the others are served, and DELETE works" {
  program cat
  cat >"$T/runtime" <<EOF
#!/bin/sh
case "\$*" in *pause*) exec sleep 1000 ;; *resume*) kill -KILL \$\$ ;; esac
exec "$MASU_RUNTIME" "\$@"
EOF
  chmod +x "$T/runtime"
  # shellcheck disable=SC2034 # read by shim()
  RUNTIME=$T/runtime
  shim_ok
  cmd start
  answers 500 POST / -d cmd=resume
  [[ $(jq -r .error.message <<<"$output") == *'ended by signal 9'* ]]
  curl -sS --max-time 100 --unix-socket "$SOCKET" -d cmd=pause http://shim/ >"$T/paused" 3>&- 4>&- &
  local job=$!
  wait_until pause_hangs
  good GET /
  field .state.status running
  good GET /metrics
  kill -KILL "$(pause_pid)"
  wait "$job"
  grep -q 'ended by signal 9' "$T/paused"
}
pause_pid() { pgrep -P "$(shim_pid)" -x sleep; }
pause_hangs() { pause_pid >/dev/null; }

@test "a runtime that takes too long is killed, whatever it was to do, and the answer says so" {
  sh_program 'trap "exit 0" TERM; while :; do sleep 0.05; done'
  # shellcheck disable=SC2034 # read by shim()
  RUNTIME=$T/runtime
  hangs_at create
  shim --runtime-timeout 500ms
  is 125 "$status"
  says 'create: did not end in time, and was killed'
  [[ ! -e $FOLDER ]]
  assert_nothing_left "$ID"

  hangs_at nothing
  shim_ok --runtime-timeout 2s
  hangs_at start
  too_late start POST / -d cmd=start
  hangs_at nothing
  cmd start
  hangs_at state
  answers 404 GET /
  says_in_time state
  local what
  for what in pause resume kill; do
    hangs_at "$what"
    too_late "$what" POST / -d "cmd=$what"
  done
  hangs_at update
  too_late update POST /update -d '{"pids": {"limit": 100}}'
  hangs_at checkpoint
  too_late checkpoint POST /checkpoint -d "path=$T/image"
  hangs_at exec
  good POST /exec -d '{"args": ["true"]}'
  too_late exec POST /exec/e1/start
  hangs_at nothing
  good GET /
  field .state.status running
}
# hangs_at COMMAND : from now on the runtime does not come back from it.
hangs_at() {
  cat >"$T/runtime.new" <<EOF
#!/bin/sh
case " \$* " in *' $1 '*) exec sleep 1000 ;; esac
exec "$MASU_RUNTIME" "\$@"
EOF
  chmod +x "$T/runtime.new"
  mv "$T/runtime.new" "$T/runtime"
}
# too_late COMMAND REQUEST…
too_late() {
  answers 504 "${@:2}" && says_in_time "$1"
}
says_in_time() {
  [[ $(jq -r .error.message <<<"$output") == *"$1: did not end in time, and was killed"* ]] || { echo "found: $output" >&2; return 1; }
}

@test "the runtime killed while it makes the container: its caller is told, and nothing is left" {
  program sleep 1000
  # shellcheck disable=SC2034 # read by shim()
  RUNTIME=$T/runtime
  local delay killed=0
  for delay in 0.0005 0.001 0.002 0.004 0.006 0.009; do
    cat >"$T/runtime" <<EOF
#!/bin/sh
case "\$*" in *' create '*) exec timeout -s KILL $delay "$MASU_RUNTIME" "\$@" ;; esac
exec "$MASU_RUNTIME" "\$@"
EOF
    chmod +x "$T/runtime"
    shim
    if [[ $status == 0 ]]; then
      good DELETE /
      is BYE
    else
      is 125 "$status"
      says create
      killed=$((killed + 1))
    fi
    [[ ! -e $FOLDER ]]
    assert_nothing_left "$ID"
  done
  ((killed > 0))
}
