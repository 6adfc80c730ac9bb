#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# run: the foreground with its exit codes, signals and stdio, and --detach.

# shellcheck disable=SC2154 # status, output and errors are set by helpers.bash
load helpers
setup() { make_bundle; }
teardown() { clean_up; }

# in_background : `run` in the foreground of a background job; its pid in $RUNTIME_PID, output in $OUT and $ERR.
in_background() {
  OUT=$T/out.run ERR=$T/err.run
  "$MASU_RUNTIME" --root "$ROOT" run -b "$BUNDLE" "$ID" </dev/null >"$OUT" 2>"$ERR" 3>&- 4>&- &
  RUNTIME_PID=$!
}

@test "run: stdout and stderr of the program, and nothing of our own" {
  sh_program 'echo out; echo err >&2'
  exits 0 run -b "$BUNDLE" "$ID"
  is out
  is err "$errors"
  assert_nothing_left "$ID"
}

@test "run: exit codes" {
  local code
  for code in 0 1 42 126 127 255; do
    program sh -c "exit $code"
    exits $code run -b "$BUNDLE" "$ID"
    is "" "$errors"
  done
  assert_nothing_left "$ID"
}

@test "run: a program that dies by signal N gives 128+N" {
  drop_namespace pid # init of a pid namespace is deaf to signals that it does not handle (pid_namespaces(7))
  program sleep 1000
  local signal
  for signal in 9 15 10; do
    in_background
    wait_until has_status "$ID" running
    kill -$signal "$(pid_of "$ID")"
    ends_with $((128 + signal)) $RUNTIME_PID
  done
  assert_nothing_left "$ID"
}

@test "run: stdin reaches the program" {
  program cat
  seq 100000 >"$T/in"
  STDIN=$T/in rt run -b "$BUNDLE" "$ID"
  [[ $status == 0 ]]
  cmp "$T/in" "$OUT"
}

@test "run: stdin from a pipe, end of file included" {
  program wc -c
  [[ $(head -c 300000 /dev/zero | timeout 20 "$MASU_RUNTIME" --root "$ROOT" run -b "$BUNDLE" "$ID") == 300000 ]]
}

@test "run: large output is whole" {
  program seq 200000
  ok run -b "$BUNDLE" "$ID"
  seq 200000 | cmp - "$OUT"
}

@test "run: signals are forwarded" {
  sh_program 'for s in HUP INT QUIT USR1 USR2; do trap "echo $s" $s; done; trap "echo TERM; exit 3" TERM
    echo ready; while :; do sleep 1000 & wait $!; kill $!; done'
  in_background
  wait_until has_line ready "$OUT"
  local signal
  for signal in HUP USR1 USR2 QUIT; do
    kill -$signal $RUNTIME_PID
    wait_until has_line $signal "$OUT"
  done
  kill -WINCH $RUNTIME_PID # without a terminal: no matter
  kill -URG $RUNTIME_PID
  kill -TERM $RUNTIME_PID
  ends_with 3 $RUNTIME_PID
  has_line TERM "$OUT"
  assert_nothing_left "$ID"
}

@test "run: children that outlive init end with the container" {
  sh_program 'sleep 1000 & exit 5'
  exits 5 run -b "$BUNDLE" "$ID"
  assert_nothing_left "$ID"
}

@test "run: kill from outside ends it" {
  sh_program 'echo ready; exec sleep 1000'
  in_background
  wait_until has_line ready "$OUT"
  ok kill "$ID" KILL
  ends_with 137 $RUNTIME_PID
  assert_nothing_left "$ID"
}

@test "run: killed before its program runs: the signal's exit code, and where it was; detached, a failure like any" {
  edit --arg t "$T" '.hooks.createContainer = [{path: "/bin/sh", args: ["sh", "-c", "touch \($t)/here; exec sleep 1000"]}]'
  local detach
  for detach in false true; do
    rm -f "$T/here"
    "$MASU_RUNTIME" --root "$ROOT" run --detach=$detach --pid-file "$T/pid" -b "$BUNDLE" "$ID" </dev/null >"$T/out" 2>"$T/err" 3>&- 4>&- &
    local job=$!
    wait_until test -e "$T/here"
    kill -KILL "$(jq .init_process_pid "$ROOT/$ID/state.json")"
    ends_with "$([[ $detach == true ]] && echo 1 || echo 137)" $job
    has_line "killed at step 'create_container_hook'" "$T/err"
    assert_nothing_left "$ID"
  done
}

@test "run: the container is visible while it runs" {
  program sleep 1000
  in_background
  wait_until has_status "$ID" running
  ok list -q
  is "$ID"
  ok delete --force "$ID"
  wait $RUNTIME_PID || true
}

@test "run --keep leaves the stopped container" {
  sh_program 'exit 4'
  exits 4 run --keep -b "$BUNDLE" "$ID"
  [[ $(status_of "$ID") == stopped ]]
  ok delete "$ID"
}

@test "run --detach returns while the program runs" {
  program sleep 1000
  ok run --detach -b "$BUNDLE" --pid-file "$T/pid" "$ID"
  is ""
  [[ $(status_of "$ID") == running ]]
  is "$(pid_of "$ID")" "$(cat "$T/pid")"
}

@test "run --detach: the program inherits the caller's stdio" {
  sh_program 'cat; echo err >&2'
  echo hello >"$T/in"
  STDIN=$T/in rt run -d -b "$BUNDLE" "$ID"
  [[ $status == 0 ]]
  wait_until has_line hello "$OUT"
  wait_until has_line err "$ERR"
}

@test "run --detach of a program that ends at once" {
  program true
  local n
  for n in 1 2 3 4 5; do
    ok run -d -b "$BUNDLE" "$ID-$n"
    wait_for_stop "$ID-$n"
  done
}

@test "run: a program that ends at once never hangs the runtime" {
  program true
  local n
  for n in {1..20}; do ok run -b "$BUNDLE" "$ID"; done
}

@test "run with stdin, stdout or stderr closed" {
  sh_program 'echo ok >/ran'
  local fd
  for fd in 0 1 2; do
    rm -f rootfs/ran
    case $fd in
      0) run -0 timeout 20 "$MASU_RUNTIME" --root "$ROOT" run -b "$BUNDLE" "$ID" 0<&- ;;
      1) run -0 bash -c 'timeout 20 "$0" --root "$1" run -b "$2" "$3" 1>&-' "$MASU_RUNTIME" "$ROOT" "$BUNDLE" "$ID" ;;
      2) run -0 bash -c 'timeout 20 "$0" --root "$1" run -b "$2" "$3" 2>&-' "$MASU_RUNTIME" "$ROOT" "$BUNDLE" "$ID" ;;
    esac
    [[ -e rootfs/ran ]]
  done
}

@test "run: a broken pipe on stdout ends the program, not the machinery" {
  program sh -c 'trap "" PIPE; while echo y; do :; done 2>/dev/null; exit 9'
  run -0 bash -c 'set +o pipefail; timeout 20 "$0" --root "$1" run -b "$2" "$3" | head -1; exit ${PIPESTATUS[1]}' \
    "$MASU_RUNTIME" "$ROOT" "$BUNDLE" "$ID"
  is y
  wait_until test ! -e "$ROOT/$ID"
}

@test "single dashes and --flag=value are taken, and flags end at the id" {
  program echo hello
  ok run -bundle="$BUNDLE" -no-subreaper "$ID"
  is hello
  ok run --bundle="$BUNDLE" --keep=false "$ID"
  is hello
}

@test "a root of the default kind: absolute paths do not matter" {
  program true
  cd "$T"
  run -0 timeout 20 "$MASU_RUNTIME" --root root run -b bundle "$ID"
  [[ ! -e $BUNDLE/root ]]
}

@test "the program starts with no signal blocked or ignored" {
  use_probe
  program probe signals
  # A caller that ignores and blocks: what the runtime inherits must not reach the program.
  run -0 timeout 20 python3 -c '
import os, signal, sys
for number in (signal.SIGINT, signal.SIGPIPE, signal.SIGUSR1): signal.signal(number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2, signal.SIGHUP})
os.execv(sys.argv[1], sys.argv[1:])' "$MASU_RUNTIME" --root "$ROOT" run -b "$BUNDLE" "$ID"
  is $'SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000'
}

@test "the program leads its session and process group" {
  use_probe
  program probe session
  ok run -b "$BUNDLE" "$ID"
  is "sid=self pgid=self"
}

@test "an argument keeps its bytes" {
  program printf '%s|' 'a b' '' '$HOME' $'two\nlines' 'ü' '"quoted\"'
  ok run -b "$BUNDLE" "$ID"
  is $'a b||$HOME|two\nlines|ü|"quoted\\"|'
}

@test "200 kB of arguments" {
  jq '.process.args = ["sh", "-c", "echo $#", "sh"] + [range(2000) | "x" * 100]' config.json >c && mv c config.json
  ok run -b "$BUNDLE" "$ID"
  is 2000
}

# parent_of_orphan : of a process that its own parent, in the container, has left.
parent_of_orphan() {
  wait_until test -s "$OUT"
  sed 's/.*) [A-Z] //; s/ .*//' "/proc/$(<"$OUT")/stat"
}

@test "run: orphans of a container on the host's pid namespace are ours; not with --no-subreaper" {
  drop_namespace pid
  sh_program '(sleep 1000 >/dev/null & echo $!); sleep 1000'
  in_background
  is $RUNTIME_PID "$(parent_of_orphan)"
  ok kill "$ID" KILL
  ends_with 137 $RUNTIME_PID
  OUT=$T/out.run
  "$MASU_RUNTIME" --root "$ROOT" run --no-subreaper -b "$BUNDLE" "$ID" </dev/null >"$OUT" 2>"$T/err.run" 3>&- 4>&- &
  RUNTIME_PID=$!
  local parent
  parent=$(parent_of_orphan)
  [[ $parent != "$RUNTIME_PID" && $parent != "$(pid_of "$ID")" ]]
  ok kill "$ID" KILL
  ends_with 137 $RUNTIME_PID
}
