#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# masu-shim: killed by SIGKILL at many points. Its keeper starts another: no exit code, no output is lost.

# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; status, output, errors and code are set by helpers.bash and shim.bash
load helpers
load shim
setup() { make_shim_bundle; }
teardown() { end_shim; }

zombie() { grep -q '^State:.Z' "/proc/$1/status"; } 2>/dev/null
container_pid() { good GET / && jq .state.pid <<<"$output"; }
# ends_unseen : the container goes on (by /go) to its end while its shim is stopped, which is killed then.
ends_unseen() {
  local pid shim
  pid=$(container_pid) shim=$(shim_pid)
  kill -STOP "$shim"
  touch "$BUNDLE/rootfs/go"
  wait_until zombie "$pid"
  kill_shim
}

@test "killed while the container runs: it notices nothing, no output is lost" {
  sh_program 'i=0; while [ ! -e /go ]; do echo "number $i"; i=$((i + 1)); sleep 0.005; done; printf end; exit 33'
  shim_ok
  cmd start
  wait_until has_line 'number 5"' "$FOLDER/container.log"
  kill_shim
  good GET /
  field .state.status running
  touch "$BUNDLE/rootfs/go"
  good GET /wait
  field .exitStatus 33
  good GET '/logs?format=text'
  local last
  last=$(grep -c number <<<"$output")
  is "$(for ((i = 0; i < last; i++)); do echo "number $i"; done; echo -n end)"
}

@test "killed while a container is only created: it can still be started" {
  program sh -c 'exit 4'
  shim_ok
  kill_shim
  good GET /
  field .state.status created
  run_to_end
  field .exitStatus 4
}

@test "killed when the container has ended, before that is recorded" {
  sh_program 'while [ ! -e /go ]; do sleep 0.01; done; echo unheard; exit 33'
  shim_ok
  cmd start
  ends_unseen
  good GET /wait
  field .exitStatus 33
  is 33 "$(jq .exitStatus "$FOLDER/exit.json")"
  good GET '/logs?format=text'
  is unheard
}

@test "killed when a signal has ended the container, before that is recorded" {
  program sleep 1000
  shim_ok
  cmd start
  local pid shim
  pid=$(container_pid) shim=$(shim_pid)
  kill -STOP "$shim"
  kill -KILL "$pid"
  wait_until zombie "$pid"
  kill_shim
  good GET /wait
  field .signal SIGKILL
  field .exitStatus 137
}

@test "killed while the last output is awaited" {
  drop_namespace pid
  sh_program 'sleep 1000 & exit 9'
  shim_ok --drain-timeout 1s
  local pid
  pid=$(container_pid)
  cmd start
  wait_until zombie "$pid"
  kill_shim
  good GET /wait
  field .exitStatus 9
}

@test "killed after the end: the record is what it was, the exit command runs once" {
  sh_program 'exit 12'
  shim_ok --exit-command /bin/sh --exit-command-arg -c --exit-command-arg "echo x >>$T/ran"
  run_to_end
  wait_until test -s "$T/ran"
  local record=$output
  kill_shim
  is "$record" "$(<"$FOLDER/exit.json")"
  good GET /wait
  is "$record"
  is 1 "$(wc -l <"$T/ran")"
}

# in_pieces ARG… : 40 MB come through while shims are killed; the log has each byte once.
in_pieces() {
  local killed
  base64 -w 150 /dev/urandom | head -c 40000000 >"$BUNDLE/rootfs/data"
  sh_program 'cat /data; exit 7'
  shim_ok "$@"
  start_later
  wait_until test -s "$FOLDER/container.log"
  for ((killed = 0; killed < 5; killed++)); do
    [[ ! -e $FOLDER/exit.json ]] || break
    kill_shim
    sleep "0.0$((RANDOM % 10))"
  done
  ((killed > 0))
  good GET /wait
  field .exitStatus 7
  curl -sS --max-time 60 --unix-socket "$SOCKET" 'http://shim/logs?format=text' | cmp - "$BUNDLE/rootfs/data"
}
@test "killed in the middle of 40 MB of output" { in_pieces; }
@test "killed in the middle of 40 MB of output, and of rotating the log" { in_pieces --log-max-size 1m --log-max-files 200; }
@test "killed in the middle of 40 MB of output, log as of CRI" { in_pieces --log-format cri; }

@test "killed while an exec runs: its exit code and its output are there" {
  program sleep 1000
  shim_ok
  cmd start
  good POST /exec -H 'Content-Type: application/json' \
    -d '{"args":["sh","-c","echo one; while [ ! -e /go ]; do sleep 0.01; done; read line; echo two $line; exit 17"]}'
  good POST /exec/e1/start
  kill_shim
  good GET /exec/e1
  field .running true
  echo three >"$T/in"
  touch "$BUNDLE/rootfs/go"
  STDIN=$T/in attach /exec/e1/attach
  has 'two three'
  good GET /exec/e1/wait
  field .exitStatus 17
  kill_shim
  good GET /exec/e1
  field .exitStatus 17
  good POST /exec -H 'Content-Type: application/json' -d '{"args":["sh","-c","exit 3"]}'
  field .id e2
}

@test "killed while stdin is open: it stays so" {
  program cat
  shim_ok
  cmd start
  kill_shim
  echo through >"$T/in"
  STDIN=$T/in attach /attach
  is through
  good GET /wait
  field .exitStatus 0
}

@test "killed: a container with a terminal keeps it" {
  edit '.process.terminal = true'
  sh_program 'trap "exit 99" HUP; stty -echo; echo ready; read line; echo "read $line"; stty size; exit 6'
  shim_ok
  cmd start
  wait_until has_line ready "$FOLDER/container.log"
  kill_shim
  good POST /resize -d rows=40 -d columns=100
  echo word >"$T/in"
  STDIN=$T/in attach /attach
  has 'read word' '40 100'
  good GET /wait
  field .exitStatus 6
}

@test "killed again and again, also while no shim is there" {
  sh_program 'while [ ! -e /go ]; do sleep 0.01; done; exit 21'
  shim_ok
  cmd start
  local pid
  pid=$(container_pid)
  for _ in 1 2 3; do kill_shim; done
  kill -KILL "$(shim_pid)"
  touch "$BUNDLE/rootfs/go"
  wait_until zombie "$pid"
  good GET /wait # is answered by the next
  field .exitStatus 21
}

@test "killed: who comes in the meantime is served by the next" {
  program sleep 1000
  shim_ok
  for _ in 1 2 3; do
    kill -KILL "$(shim_pid)"
    good GET /
    field .state.status created
  done
}

@test "killed: the restart policy goes on, and so does a stop's time" {
  sh_program 'trap "" TERM; echo life; while [ ! -e /go ]; do sleep 0.02; done; rm /go; exit 1'
  shim_ok --restart on-failure --stop-timeout 500ms
  cmd start
  kill_shim
  touch "$BUNDLE/rootfs/go"
  wait_until has_restarts 1
  kill_shim
  curl -sS --max-time 60 --unix-socket "$SOCKET" -d cmd=stop http://shim/ >/dev/null 2>&1 3>&- 4>&- &
  wait_until stopping
  kill_shim
  good GET /wait
  field .exitStatus 137
  field .restarts 1
}
has_restarts() { good GET / && field .restarts "$1" && field .state.status running; } 2>/dev/null
stopping() { [[ $(jq .stopping "$FOLDER/shim.json") == true ]]; }

@test "killed while memory runs out: the record tells" {
  need_controller memory
  edit '.linux.resources.memory.limit = 8388608'
  sh_program 'while [ ! -e /go ]; do sleep 0.01; done; head -c 100000000 /dev/zero | tail -n 1'
  shim_ok
  cmd start
  ends_unseen
  good GET /wait
  field .oomKilled true
}

@test "killed while the container is made: its caller is told, and nothing is left" {
  program sleep 1000
  local moment
  for moment in before after; do
    cat >"$T/runtime" <<EOF
#!/bin/bash
case "\$*" in *' create '*)
  [[ $moment == before ]] || "$MASU_RUNTIME" "\$@"
  kill -KILL \$PPID
  exec sleep 1000 ;;
esac
exec "$MASU_RUNTIME" "\$@"
EOF
    chmod +x "$T/runtime"
    # shellcheck disable=SC2034 # read by shim()
    RUNTIME=$T/runtime
    shim
    is 125 "$status"
    says 'killed while the container was made'
    [[ ! -e $FOLDER ]]
  done
}

@test "the keeper killed: the shim stays the container's parent" {
  sh_program 'while [ ! -e /go ]; do sleep 0.01; done; exit 31'
  shim_ok
  cmd start
  kill_keeper
  touch "$BUNDLE/rootfs/go"
  good GET /wait
  field .exitStatus 31
}
kill_keeper() {
  local keeper
  keeper=$(keeper_pid)
  kill -KILL "$keeper"
  wait_until gone "$keeper"
}

@test "a shim killed, later the keeper: the container is a stranger then, and is watched" {
  sh_program 'while [ ! -e /go ]; do sleep 0.01; done; exit 32'
  shim_ok
  cmd start
  kill_shim
  good GET /
  kill_keeper
  touch "$BUNDLE/rootfs/go"
  good GET /wait
  # Its parent is another now: since Linux 6.15 the status is known in spite of that.
  [[ $(jq .exitStatus <<<"$output") == 32 || $(jq .unknown <<<"$output") == true ]]
}

@test "both killed while the container runs: --recover goes on" {
  sh_program 'i=0; while [ ! -e /go ]; do echo "number $i"; i=$((i + 1)); sleep 0.005; done; echo end; exit 33'
  shim_ok
  cmd start
  wait_until has_line 'number 5"' "$FOLDER/container.log"
  kill_both
  recover
  good GET /
  field .state.status running
  touch "$BUNDLE/rootfs/go"
  good GET /wait
  [[ $(jq .exitStatus <<<"$output") == 33 || $(jq .unknown <<<"$output") == true ]]
  good GET '/logs?format=text'
  is end "$(tail -n 1 <<<"$output")"
}

@test "both killed, and then the container ends: --recover tells what can be known" {
  sh_program 'while [ ! -e /go ]; do sleep 0.02; done; exit 33'
  shim_ok
  cmd start
  local pid
  pid=$(container_pid)
  kill_both
  touch "$BUNDLE/rootfs/go"
  wait_until gone "$pid"
  recover
  good GET /wait
  field .exited true
  # Its zombie, if it is there yet.
  [[ $(jq .exitStatus <<<"$output") == 33 || $(jq .unknown <<<"$output") == true ]]
}

@test "after the machine has been started anew nobody knows how it ended" {
  program sleep 1000
  shim_ok
  cmd start
  local pid
  pid=$(container_pid)
  kill_both
  kill -KILL "$pid"
  sed -i 's/"bootId": *"[^"]*"/"bootId": "another"/' "$FOLDER/shim.json"
  recover
  good GET /wait
  field .exited true
  field .unknown true
  field .exitStatus 255
}

@test "recover: nothing to recover, or a shim that lives" {
  program sleep 1000
  ! recover 2>/dev/null || false
  shim_ok
  ! recover 2>/dev/null || false
  is 125 "$status"
  grep -q 'there is a shim' "$T/err"
  kill_both
  shim
  is 125 "$status"
  says '--recover goes on'
  recover
}
