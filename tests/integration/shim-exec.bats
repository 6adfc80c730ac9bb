#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# masu-shim: more processes in the container, each with streams and an exit code of its own.

# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; status, output, errors and code are set by helpers.bash and shim.bash
load helpers
load shim
setup() { make_shim_bundle; }
teardown() { end_shim; }

running() {
  program sleep 1000
  shim_ok && cmd start
}

# new_exec JSON : $EXEC is its path.
new_exec() {
  answers 201 POST /exec -H 'Content-Type: application/json' -d "$1" || return
  EXEC=/exec/$(jq -r .id <<<"$output")
}

exec_with() {
  use_runtime "$1" || skip "$1 is not installed"
  running
  new_exec '{"args": ["sh", "-c", "cat; echo err >&2; echo $GREETING; exit 13"], "env": ["GREETING=hello"]}'
  field .exited false
  printf 'input without a line break, ' >"$T/in"
  STDIN=$T/in attach "$EXEC/attach?start=1"
  is 'input without a line break, hello'
  is err "$errors"
  is 13 "$(jq .exitStatus "$T/attached-record")"
  good GET "$EXEC"
  field .exitStatus 13
  good GET "$EXEC/wait"
  field .exitStatus 13
  good GET /
  field .state.status running
  good DELETE "$EXEC"
  answers 404 GET "$EXEC"
}
@test "attached, with stdin, streams and exit code: masu-runtime" { exec_with "$MASU_RUNTIME"; }
@test "attached, with stdin, streams and exit code: crun" { exec_with crun; }
@test "attached, with stdin, streams and exit code: runc" { exec_with runc; }

exec_terminal_with() {
  use_runtime "$1" || skip "$1 is not installed"
  ln -sf busybox "$BUNDLE/rootfs/bin/tty"
  running
  new_exec '{"args": ["sh", "-c", "read x; tty; stty size; echo got $x"], "terminal": true}'
  field .terminal true
  printf 'word\n' >"$T/in"
  good POST "$EXEC/start"
  good POST "$EXEC/resize" -d 'rows=21&columns=77'
  STDIN=$T/in attach "$EXEC/attach" keep-stdin
  has '/dev/' '21 77' 'got word'
  good GET "$EXEC/wait"
  field .exitStatus 0
}
@test "with a terminal: masu-runtime" { exec_terminal_with "$MASU_RUNTIME"; }
@test "with a terminal: crun" { exec_terminal_with crun; }
@test "with a terminal: runc" { exec_terminal_with runc; }

@test "detached, killed, many at once, each with its own end" {
  running
  new_exec '{"args": ["sleep", "1000"]}'
  local sleeper=$EXEC
  good POST "$sleeper/start"
  field .running true
  answers 409 POST "$sleeper/start"
  answers 409 DELETE "$sleeper"
  local i jobs=() job
  for i in 1 2 3 4 5 6; do
    new_exec "{\"args\": [\"sh\", \"-c\", \"exit $i\"], \"stdin\": false}"
    # shellcheck disable=SC2034 # the names of files count from there
    (CALLS=${i}000 && good POST "$EXEC/start" && good GET "$EXEC/wait" && field .exitStatus "$i") 3>&- 4>&- &
    jobs+=($!)
  done
  for job in "${jobs[@]}"; do ends_with 0 "$job"; done
  good POST "$sleeper/kill" -d signal=KILL
  good GET "$sleeper/wait"
  field .exitStatus 137
  field .signal SIGKILL
  good GET /exec
  is 7 "$(jq length <<<"$output")"
}

@test "what cannot be: says why" {
  running
  answers 400 POST /exec -d '{"args": []}'
  answers 400 POST /exec -d 'no json'
  answers 400 POST /exec -d '{"args": "sh"}'
  answers 404 GET /exec/nothing
  new_exec '{"args": ["/no/such/program"]}'
  answers 500 POST "$EXEC/start"
  [[ $(jq -r .error.message <<<"$output") == *'no such file'* ]]
  good GET "$EXEC/wait"
  field .exitStatus 255
  cmd stop -d timeout=0
  answers 409 POST /exec -d '{"args": ["true"]}'
}

@test "the container ends while one runs: it ends too, with its code" {
  running
  new_exec '{"args": ["sleep", "1000"]}'
  attach_exec_later
  cmd stop -d timeout=0
  field .status.exitStatus 137
  ends_with 0 "$ATTACHED"
  is 137 "$(jq .exitStatus "$T/attached-record")"
}
attach_exec_later() {
  timeout -k 5 60 /usr/bin/python3 "$SUPPORT/shim-attach.py" "$SOCKET" "$EXEC/attach?start=1" no-stdin </dev/null >"$T/attached" \
    3>"$T/attached-record" 4>&- &
  ATTACHED=$!
  wait_until exec_runs
}
exec_runs() { good GET "$EXEC" && field .running true; } 2>/dev/null

@test "another user, folder and the whole process object" {
  running
  new_exec '{"args": ["sh", "-c", "id -u; pwd"], "cwd": "/tmp", "user": {"uid": 1000, "gid": 1000}}'
  attach "$EXEC/attach?start=1"
  is $'1000\n/tmp'
  new_exec '{"process": {"args": ["/bin/sh", "-c", "echo $A"], "env": ["A=b"], "cwd": "/", "user": {"uid": 0, "gid": 0}}}'
  attach "$EXEC/attach?start=1"
  is b
}
