#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# masu-shim: attached clients, stdin, terminals.

# shellcheck disable=SC2154 # status, output, errors and code are set by helpers.bash and shim.bash
load helpers
load shim
setup() { make_shim_bundle; }
teardown() { end_shim; }

@test "attached before the start: both streams, apart, and how it ended" {
  sh_program 'echo out; echo err >&2; exit 11'
  shim_ok
  attach_later /attach
  cmd start
  ends_with 0 "$ATTACHED"
  is out "$(<"$T/attached")"
  is err "$(<"$T/attached-errors")"
  is 11 "$(jq .exitStatus "$T/attached-record")"
}

@test "stdin is bytes, to the last of them (the original knew lines and a magic one)" {
  program sha256sum
  ln -sf busybox "$BUNDLE/rootfs/bin/sha256sum"
  (head -c 3000000 /dev/urandom; printf 'close\nno line break') >"$T/blob"
  shim_ok
  STDIN=$T/blob attach_later /attach
  cmd start
  ends_with 0 "$ATTACHED"
  is "$(sha256sum <"$T/blob")" "$(<"$T/attached")"
}

@test "half-closed: the container's stdin ends, its output still comes" {
  program cat
  echo hello >"$T/in"
  shim_ok
  STDIN=$T/in attach_later /attach half-close
  cmd start
  ends_with 0 "$ATTACHED"
  is hello "$(<"$T/attached")"
}

@test "--stdin open: outlives its clients, until it is ended" {
  program cat
  echo one >"$T/in"
  shim_ok --stdin open
  cmd start
  STDIN=$T/in attach_later /attach half-close
  wait_until has_line one "$T/attached"
  echo two >"$T/in"
  STDIN=$T/in timeout 60 /usr/bin/python3 "$SUPPORT/shim-attach.py" "$SOCKET" /attach half-close <"$T/in" >"$T/second" 3>&- 4>&- &
  local second=$!
  wait_until has_line two "$T/attached"
  good DELETE /stdin
  ends_with 0 "$ATTACHED"
  ends_with 0 "$second"
  good GET /wait
  field .exitStatus 0
  good GET '/logs?format=text'
  is $'one\ntwo'
}

@test "--stdin none: at its end from the beginning" {
  sh_program 'cat; echo done'
  shim_ok --stdin none
  run_to_end
  field .exitStatus 0
}

@test "a container that does not read its stdin: nobody else is held up" {
  sh_program 'while [ ! -e /go ]; do sleep 0.02; done; echo over'
  head -c 20000000 /dev/zero >"$T/in"
  shim_ok
  cmd start
  STDIN=$T/in attach_later /attach
  good GET /
  field .state.status running
  [[ $(awk '/VmRSS/ {print $2}' "/proc/$(shim_pid)/status") -lt 8192 ]] # the rest waits at the client's
  touch "$BUNDLE/rootfs/go"
  good GET /wait
  field .exitStatus 0
}

@test "a client that does not read is cut off; the container, the log and the others go on" {
  sh_program 'while [ ! -e /go ]; do sleep 0.02; done; while :; do echo many words that nobody reads; done | head -c 20000000; exit 0'
  shim_ok
  cmd start
  mkfifo "$T/hold"
  # It attaches and then waits for a line that never comes.
  timeout 60 /usr/bin/python3 "$SUPPORT/shim-attach.py" "$SOCKET" /attach pause no-stdin </dev/null >"$T/stalled" 2>&1 3>&- 4<>"$T/hold" &
  local stalled=$!
  wait_until has_clients 1
  touch "$BUNDLE/rootfs/go"
  good GET /wait
  field .exitStatus 0
  is 20000000 "$(curl -sS --unix-socket "$SOCKET" 'http://shim/logs?format=text' | wc -c)"
  has_clients 0
  kill -TERM "$stalled" 2>/dev/null || true
  wait "$stalled" || true
}

@test "many clients see the same" {
  sh_program 'i=0; while [ $i -lt 300 ]; do echo "line $i"; i=$((i + 1)); done'
  shim_ok
  local i jobs=() job
  for i in 1 2 3 4; do
    timeout 60 /usr/bin/python3 "$SUPPORT/shim-attach.py" "$SOCKET" "/attach?stdin=0" no-stdin </dev/null >"$T/client.$i" 3>&- 4>&- &
    jobs+=($!)
  done
  wait_until has_clients 4
  run_to_end
  for job in "${jobs[@]}"; do ends_with 0 "$job"; done
  for i in 1 2 3 4; do cmp <(for ((j = 0; j < 300; j++)); do echo "line $j"; done) "$T/client.$i"; done
}

@test "only one stream, only by upgrade, only while there is something to attach to" {
  sh_program 'echo out; echo err >&2'
  shim_ok
  answers 426 POST /attach
  answers 405 GET /attach
  attach_later '/attach?stdout=0&stdin=0' no-stdin
  cmd start
  ends_with 0 "$ATTACHED"
  is "" "$(<"$T/attached")"
  is err "$(<"$T/attached-errors")"
  answers 409 POST /attach
}

terminal_with() {
  use_runtime "$1" || skip "$1 is not installed"
  edit '.process.terminal = true'
  sh_program 'stty size; tty; read line; echo "got $line"; stty size'
  ln -sf busybox "$BUNDLE/rootfs/bin/tty"
  printf 'hello\n' >"$T/in"
  shim_ok
  good GET /
  field .terminal true
  good POST /resize -d 'rows=33&columns=99'
  attach_later /attach resize=44x111 keep-stdin no-stdin
  STDIN=$T/in timeout 60 /usr/bin/python3 "$SUPPORT/shim-attach.py" "$SOCKET" /attach keep-stdin <"$T/in" >"$T/second" 3>&- 4>&- &
  local second=$!
  wait_until has_clients 2
  cmd start
  ends_with 0 "$ATTACHED"
  ends_with 0 "$second"
  grep -q '^44 111$' "$T/attached"
  grep -q '^/dev/' "$T/attached"
  grep -q '^got hello$' "$T/attached"
  good GET '/logs?format=text'
  has 'got hello'
  good GET /wait
  field .exitStatus 0
}

@test "a terminal: size, input, output, log: masu-runtime" { terminal_with "$MASU_RUNTIME"; }
@test "a terminal: size, input, output, log: crun" { terminal_with crun; }
@test "a terminal: size, input, output, log: runc" { terminal_with runc; }

@test "without a terminal there is nothing to resize" {
  program sleep 1000
  shim_ok
  answers 409 POST /resize -d 'rows=33&columns=99'
  answers 400 POST /resize -d 'rows=0&columns=99'
}

@test "another user in the container can open /dev/stdout" {
  edit '.process.user = {uid: 1000, gid: 1000}'
  sh_program 'echo one >/dev/stdout; echo two >/dev/stderr'
  shim_ok
  run_to_end
  good GET '/logs?format=text&stream=stdout'
  is one
  good GET '/logs?format=text&stream=stderr'
  is two
}
