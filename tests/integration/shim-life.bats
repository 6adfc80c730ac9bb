#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# masu-shim: stopping, pausing, restarting, health, events, figures.

# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; status, output, errors and code are set by helpers.bash and shim.bash
load helpers
load shim
setup() { make_shim_bundle; }
teardown() { end_shim; }

# events : the names of what has happened so far, in order.
events() { curl -sS --no-buffer --max-time 1 --unix-socket "$SOCKET" 'http://shim/events?since=0' 2>/dev/null | sed -n 's/^event: //p' | tr '\n' ' ' || true; }
has_event() { [[ " $(events) " == *" $1 "* ]]; }

@test "stop: by the signal, or when the time is up by SIGKILL to all" {
  sh_program 'trap "exit 5" TERM; echo ready; while :; do sleep 0.02; done'
  shim_ok
  cmd start
  wait_until has_line ready "$FOLDER/container.log"
  cmd stop
  field .status.exitStatus 5
  good DELETE /
  sh_program 'trap "" TERM; echo ready; while :; do sleep 0.02; done'
  shim_ok --stop-timeout 200ms
  cmd start
  wait_until has_line ready "$FOLDER/container.log"
  cmd stop
  field .status.exitStatus 137
  cmd stop # is no error
}

@test "stop: processes that share the host's pids end too" {
  drop_namespace pid
  sh_program 'sleep 1000 & trap "" TERM; echo ready; while :; do sleep 0.02; done'
  shim_ok --drain-timeout 60s
  cmd start
  wait_until has_line ready "$FOLDER/container.log"
  cmd stop -d timeout=0
  field .status.exitStatus 137
}

@test "an end is told though something still holds the output" {
  drop_namespace pid
  sh_program 'sleep 1000 & echo out; exit 8'
  shim_ok --drain-timeout 100ms
  run_to_end
  field .exitStatus 8
  good GET '/logs?format=text'
  is out
}

@test "signals to the shim are for the container" {
  sh_program 'trap "exit 21" TERM; echo ready; while :; do sleep 0.02; done'
  shim_ok
  cmd start
  wait_until has_line ready "$FOLDER/container.log"
  kill -TERM "$(shim_pid)"
  good GET /wait
  field .exitStatus 21
}

@test "pause and resume" {
  program sleep 1000
  shim_ok
  cmd start
  cmd pause
  field .state.status paused
  cmd resume
  field .state.status running
  has_event paused && has_event resumed
}

@test "restart: on failure, so often" {
  sh_program 'echo life; exit 3'
  shim_ok --restart on-failure:2
  cmd start
  good GET /wait
  wait_until is_over
  is 3 "$(jq -r .m "$FOLDER/container.log" | grep -c life)"
  field .restarts 2
  field .exitStatus 3
}
is_over() { good GET /wait && [[ $(jq .restarts <<<"$output") == 2 ]]; }

@test "restart: always, until it is stopped" {
  sh_program 'echo life; while [ ! -e /go ]; do sleep 0.02; done; rm /go'
  shim_ok --restart always
  cmd start
  local first
  first=$(jq .state.pid <<<"$output")
  touch "$BUNDLE/rootfs/go"
  wait_until another_life "$first"
  cmd stop -d timeout=0
  good GET /wait
  field .exitStatus 137
  has_event restarting
  good GET /
  field .state.status stopped
  field .restarting false
}
another_life() {
  good GET / && [[ $(jq -r .state.status <<<"$output") == running && $(jq .state.pid <<<"$output") != "$1" ]]
} 2>/dev/null

@test "restart: unless it was stopped, each time after a longer wait" {
  sh_program 'exit 0'
  shim_ok --restart unless-stopped
  cmd start
  wait_until restarts_reach 3
  cmd stop
  good GET /wait
  local before
  before=$(jq .restarts <<<"$output")
  sleep 1
  good GET /
  field .restarts "$before"
  field .restarting false
  curl -sS --no-buffer --max-time 1 --unix-socket "$SOCKET" 'http://shim/events?since=0' 2>/dev/null | sed -n 's/^data: //p' >"$T/events" || true
  is "100 200 400" "$(jq -r 'select(.event == "restarting") | .delayMs' "$T/events" | head -n 3 | xargs)"
}
restarts_reach() { good GET / && [[ $(jq .restarts <<<"$output") -ge $1 ]]; }

@test "restart: by request" {
  program sleep 1000
  shim_ok
  cmd start
  local first
  first=$(jq .state.pid <<<"$output")
  cmd restart -d timeout=0
  wait_until another_life "$first"
  field .restarts 1
}

@test "a container that cannot be started again ends there, and the exit command runs" {
  sh_program 'exit 1'
  shim_ok --restart always --exit-command /bin/touch --exit-command-arg "$T/over"
  mv "$BUNDLE/rootfs/bin/sh" "$BUNDLE/rootfs/bin/shell"
  cp "$BUNDLE/rootfs/bin/busybox" "$BUNDLE/rootfs/bin/sh"
  cmd start
  rm "$BUNDLE/config.json"
  wait_until test -e "$T/over"
  has_event restart-failed
}

@test "health: starting, healthy, unhealthy, and what is to be done then" {
  program sleep 1000
  shim_ok --health-cmd 'test ! -e /sick || { echo bad; exit 1; }' --health-interval 50ms --health-retries 2 --health-on-failure kill
  cmd start
  wait_until health_is healthy
  touch "$BUNDLE/rootfs/sick"
  good GET /wait
  field .exitStatus 137
  good GET /health
  field .status unhealthy
  field '.log[-1].output' bad
  field '.log[-1].exitCode' 1
}
health_is() { good GET /health && field .status "$1"; } 2>/dev/null

@test "health: a check that takes too long has failed, and nothing of it stays" {
  program sleep 1000
  shim_ok --health-cmd 'sleep 1001' --health-interval 50ms --health-timeout 200ms --health-retries 1
  cmd start
  wait_until health_is unhealthy
  field '.log[0].exitCode' 124
  sleep 1
  good GET /pids
  [[ $(jq '.processes | length' <<<"$output") -le 3 ]] # of the checks one goes on at most, shell and sleep
}

@test "health: in the start period failures do not count, and checks come at an interval of their own" {
  program sleep 1000
  shim_ok --health-cmd 'test -e /well' --health-interval 1000s --health-retries 1 --health-start-period 1000s --health-start-interval 50ms
  cmd start
  wait_until has_checked
  field .status starting
  field .failingStreak 0
  touch "$BUNDLE/rootfs/well"
  wait_until health_is healthy
}
has_checked() { good GET /health && [[ $(jq '.log | length' <<<"$output") -ge 2 ]]; }

@test "health: unhealthy, and so restarted, or stopped" {
  program sleep 1000
  local act
  for act in restart stop; do
    touch "$BUNDLE/rootfs/sick"
    shim_ok --health-cmd 'test ! -e /sick' --health-interval 50ms --health-retries 1 --health-on-failure $act --stop-timeout 0s
    cmd start
    if [[ $act == restart ]]; then
      wait_until restarts_reach 1
      rm "$BUNDLE/rootfs/sick"
      wait_until health_is healthy
    else
      good GET /wait
      field .exitStatus 137
    fi
    good DELETE /
  done
}

@test "health: checks of the start come first; what fails them often enough is started again" {
  program sleep 1000
  shim_ok --health-cmd 'test -e /well' --health-interval 1000s --health-retries 1 --health-startup-cmd '["test", "-e", "/up"]' --health-startup-interval 50ms \
    --health-startup-success 2 --health-startup-retries 1000
  cmd start
  wait_until has_checked
  field .status starting
  field .log[0].exitCode 1
  touch "$BUNDLE/rootfs/up"
  wait_until health_is unhealthy # by the first check of the health, which comes at once
  good DELETE /
  rm "$BUNDLE/rootfs/up"
  shim_ok --health-cmd true --health-interval 50ms --health-startup-cmd 'test -e /up' --health-startup-interval 50ms --health-startup-retries 2 --stop-timeout 0s
  cmd start
  wait_until restarts_reach 2
  touch "$BUNDLE/rootfs/up"
  wait_until health_is healthy
  good DELETE /
  shim_ok --health-cmd true --health-interval 1000s --health-startup-cmd 'sleep 1001' --health-startup-interval 50ms --health-startup-timeout 100ms
  cmd start
  wait_until has_checked
  field .log[0].exitCode 124
  good DELETE /
  shim --health-startup-cmd true
  is 125 "$status"
  says "--health-startup-cmd needs --health-cmd"
}

@test "events: what was, what comes, from a given one on" {
  program sleep 1000
  shim_ok
  curl -sS --no-buffer --max-time 60 --unix-socket "$SOCKET" 'http://shim/events?since=0' >"$T/events" 3>&- 4>&- &
  local listener=$!
  wait_until has_line 'event: created' "$T/events"
  cmd start
  wait_until has_line 'event: started' "$T/events"
  cmd kill -d signal=KILL
  wait_until has_line 'event: exited' "$T/events"
  sed -n 's/^data: //p' "$T/events" | jq -e 'select(.event == "exited") | .exitStatus == 137' >/dev/null
  curl -sS --no-buffer --max-time 1 --unix-socket "$SOCKET" -H 'Last-Event-ID: 2' http://shim/events >"$T/later" || true
  is 'id: 3' "$(head -n 1 "$T/later")"
  good DELETE /
  ends_with 0 "$listener"
  has_line 'event: deleted' "$T/events"
}

@test "a container that runs out of memory: told, and recorded" {
  need_controller memory
  edit '.linux.resources.memory.limit = 8388608'
  sh_program 'head -c 100000000 /dev/zero | tail -n 1'
  shim_ok
  curl -sS --no-buffer --max-time 60 --unix-socket "$SOCKET" 'http://shim/events?since=0' >"$T/events" 3>&- 4>&- &
  cmd start
  good GET /wait
  field .oomKilled true
  wait_until has_line 'event: oom' "$T/events"
}

@test "figures of a running container" {
  program sh -c 'while :; do :; done'
  shim_ok
  cmd start
  wait_until uses_cpu
  good GET /stats
  [[ $(jq .pids.current <<<"$output") -ge 1 && $(jq .memory.usage <<<"$output") -gt 0 ]]
  good GET /metrics
  has 'masu_container_running{container="'"$ID"'"} 1' '# TYPE masu_cpu_seconds_total counter'
  # Prometheus' text: each line a comment, or a name, labels and a number.
  is "" "$(grep -vE '^(# (HELP|TYPE) masu_[a-z_]+ .+|masu_[a-z_]+\{container="[^"]+"\} [0-9.]+)$' <<<"$output" || true)"
}
uses_cpu() { good GET /stats && [[ $(jq .cpu.usage_ns <<<"$output") -gt 0 ]]; }

@test "the container's processes" {
  sh_program 'sleep 1000 & sleep 1001 & wait'
  shim_ok
  cmd start
  wait_until has_process 'sleep 1001'
  [[ $(jq '.processes | length' <<<"$output") == 3 ]]
}
has_process() { good GET /pids && jq -e --arg it "$1" '.processes[] | select(.command | endswith($it))' <<<"$output" >/dev/null; }

@test "update: other limits, and ones that are refused" {
  need_controller pids
  program sleep 1000
  shim_ok
  cmd start
  good POST /update -H 'Content-Type: application/json' -d '{"pids":{"limit":77}}'
  good GET /stats
  field .pids.limit 77
  answers 400 POST /update -H 'Content-Type: application/json' -d '[]'
  answers 500 POST /update -H 'Content-Type: application/json' -d '{"pids":{"limit":"many"}}'
}

@test "checkpoint: handed to the runtime, its error is ours" {
  program sleep 1000
  cat >"$T/runtime" <<EOF
#!/bin/sh
case "\$*" in *' checkpoint '*) echo "\$@" >>$T/asked; [ ! -e $T/refuse ] || { echo 'no CRIU here' >&2; exit 1; }; exit 0 ;; esac
exec "$MASU_RUNTIME" "\$@"
EOF
  chmod +x "$T/runtime"
  # shellcheck disable=SC2034 # read by shim()
  RUNTIME=$T/runtime
  shim_ok
  answers 409 POST /checkpoint -d path=/image
  cmd start
  answers 400 POST /checkpoint -d path=image
  good POST /checkpoint -d path=/image -d leave-running=1
  grep -q -- "checkpoint --image-path /image --leave-running $ID\$" "$T/asked"
  touch "$T/refuse"
  answers 500 POST /checkpoint -d path=/image
  has 'no CRIU here'
}

@test "sockets of published ports are held until the end, also by the next shim" {
  sh_program 'while [ ! -e /go ]; do sleep 0.01; done'
  shim --hold-fds 2
  is 125 "$status"
  says 'is not open'
  /usr/bin/python3 -c '
import os, socket, sys
server = socket.socket()
server.bind(("127.0.0.1", 0))
open(sys.argv[1], "w").write(str(server.getsockname()[1]))
if server.fileno() != 3:
    os.dup2(server.fileno(), 3)
os.set_inheritable(3, True)
os.execv(sys.argv[2], sys.argv[2:])
' "$T/port" "$MASU_SHIM" --root "$SHIMS" --bundle "$BUNDLE" --container-id "$ID" --runtime "$RUNTIME" --runtime-arg --root \
    --runtime-arg "$ROOT" --hold-fds 1 >"$T/socket" 3>&- 4>&-
  ! can_bind || false
  cmd start
  kill_shim
  good GET /
  ! can_bind || false
  touch "$BUNDLE/rootfs/go"
  good GET /wait
  wait_until can_bind
}
can_bind() { /usr/bin/python3 -c 'import socket, sys; socket.socket().bind(("127.0.0.1", int(open(sys.argv[1]).read())))' "$T/port" 2>/dev/null; }

@test "when memory runs out it is to be the last; what it runs is not" {
  (echo -999 >/proc/self/oom_score_adj) 2>/dev/null || skip "nobody may lower oom_score_adj here"
  program sleep 1000
  shim_ok --exit-command /bin/sh --exit-command-arg -c --exit-command-arg "cat /proc/self/oom_score_adj >$T/score"
  cmd start
  is -999 "$(<"/proc/$(shim_pid)/oom_score_adj")"
  is -999 "$(<"/proc/$(keeper_pid)/oom_score_adj")"
  good GET /
  is "$(</proc/self/oom_score_adj)" "$(<"/proc/$(jq .state.pid <<<"$output")/oom_score_adj")"
  cmd kill -d signal=KILL
  wait_until test -s "$T/score"
  is "$(</proc/self/oom_score_adj)" "$(<"$T/score")"
}

@test "the exit command can wait; a DELETE does not" {
  program true
  shim_ok --exit-delay 1000s --exit-command /bin/touch --exit-command-arg "$T/ran"
  run_to_end
  [[ ! -e $T/ran ]]
  good DELETE /
  wait_until test -e "$T/ran"
}

@test "idle, it does not wake up" {
  program sleep 1000
  shim_ok
  cmd start
  wait_until sleeps_on
}
# A second after the last request they give back memory, once.
sleeps_on() {
  local before
  before=$(switches)
  sleep 2
  [[ $(switches) == "$before" ]]
}
switches() { awk '/ctxt_switches/ {sum += $2} END {print sum}' "/proc/$(shim_pid)/status" "/proc/$(keeper_pid)/status"; }

pass_through_with() {
  use_runtime "$1" || skip "$1 is not installed"
  cc -static -O1 -Wall -o "$BUNDLE/rootfs/bin/notify" "$SUPPORT/notify.c"
  sh_program 'cat <&3; notify READY=1; sleep 1000'
  echo passed >"$T/three"
  /usr/bin/python3 -c '
import socket, sys
inbox = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
inbox.bind(sys.argv[1])
open(sys.argv[2], "w").close()
inbox.settimeout(60)
with open(sys.argv[2], "w") as told:
    told.write(inbox.recv(4096).decode())
' "$T/manager.sock" "$T/told" 3>&- 4>&- &
  wait_until test -e "$T/told"
  NOTIFY_SOCKET=$T/manager.sock LISTEN_FDS=1 timeout 60 "$MASU_SHIM" --root "$SHIMS" --bundle "$BUNDLE" --container-id "$ID" \
    --runtime "$RUNTIME" --runtime-arg --root --runtime-arg "$ROOT" 3<"$T/three" 4>&- >"$T/socket"
  is "$SOCKET" "$(<"$T/socket")"
  cmd start
  wait_until has_line READY=1 "$T/told"
  good GET '/logs?format=text'
  is passed
}
@test "READY=1 and LISTEN_FDS pass through the shim: masu-runtime" { pass_through_with "$MASU_RUNTIME"; }
@test "READY=1 and LISTEN_FDS pass through the shim: crun" { pass_through_with crun; }
@test "READY=1 and LISTEN_FDS pass through the shim: runc" { pass_through_with runc; }
