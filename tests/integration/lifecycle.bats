#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# create, start, state, kill, delete: the way of a container, and each command in a state that forbids it.

# shellcheck disable=SC2154 # status, output and errors are set by helpers.bash
load helpers
setup() { make_bundle; }
teardown() { clean_up; }

@test "create, start, kill, delete: the status follows" {
  program sleep 1000
  create_container
  [[ $(status_of "$ID") == created ]]
  ok start "$ID"
  [[ $(status_of "$ID") == running ]]
  ok kill "$ID" KILL
  wait_for_stop
  ok delete "$ID"
  refused state "$ID"
  assert_nothing_left "$ID"
}

@test "the program does not run before start" {
  sh_program 'echo ran >/ran; sleep 1000'
  create_container
  sleep 0.1
  [[ ! -e rootfs/ran ]]
  ok start "$ID"
  wait_until test -e rootfs/ran
}

@test "create and start print nothing" {
  program sleep 1000
  ok create -b "$BUNDLE" "$ID"
  is ""
  ok start "$ID"
  is ""
}

@test "the bundle is the working directory by default" {
  program sleep 1000
  cd "$BUNDLE"
  ok create "$ID"
  is "$BUNDLE" "$("$MASU_RUNTIME" --root "$ROOT" state "$ID" | jq -r .bundle)"
}

@test "a relative bundle is relative to the caller" {
  program sleep 1000
  cd "$T"
  ok create --bundle bundle "$ID"
  is "$BUNDLE" "$("$MASU_RUNTIME" --root "$ROOT" state "$ID" | jq -r .bundle)"
}

@test "the pid file holds init's pid and no newline, relative to the caller" {
  program sleep 1000
  cd "$T"
  create_container --pid-file init.pid
  is "$(pid_of "$ID")" "$(cat init.pid)"
  [[ $(wc -l <init.pid) == 0 ]]
  [[ ! -e $BUNDLE/init.pid ]]
  [[ $(find "$T" -maxdepth 1 -name '*init.pid*' | wc -l) == 1 ]] # no temporary file beside it
}

@test "init is a child of the caller's subreaper when create returns, which learns its exit code" {
  sh_program 'exit 7'
  run -0 timeout 20 python3 "$SUPPORT/subreaper.py" "$T/pid" -- \
    "'$MASU_RUNTIME' --root '$ROOT' create -b '$BUNDLE' --pid-file '$T/pid' $ID && '$MASU_RUNTIME' --root '$ROOT' start $ID"
  is 7
  ok delete "$ID"
}

@test "the subreaper learns of a signal, too" {
  program sleep 1000
  run -0 timeout 20 python3 "$SUPPORT/subreaper.py" "$T/pid" -- \
    "'$MASU_RUNTIME' --root '$ROOT' run -d -b '$BUNDLE' --pid-file '$T/pid' $ID && '$MASU_RUNTIME' --root '$ROOT' kill $ID 9"
  is 137
}

@test "--pidfd-socket sends a descriptor of init, and of exec's process" {
  [[ -e /proc/self/ns/pid_for_children ]] # Linux 5.3 has pidfds
  program sleep 1000
  local receiver
  receive() {
    timeout 20 python3 "$SUPPORT/pidfd-receiver.py" "$T/$1" >"$T/$1.got" 3>&- 4>&- &
    receiver=$!
    wait_until test -S "$T/$1"
  }
  receive init
  ok create -b "$BUNDLE" --pidfd-socket "$T/init" "$ID"
  wait $receiver
  is "standard 1 $(pid_of "$ID")" "$(cat "$T/init.got")"
  ok start "$ID"
  receive exec
  ok exec -d --pidfd-socket "$T/exec" --pid-file "$T/pid" "$ID" sleep 1000
  wait $receiver
  is "setns 1 $(cat "$T/pid")" "$(cat "$T/exec.got")"
}

@test "a config.json that changes after create changes nothing" {
  sh_program 'echo first; sleep 1000'
  create_container
  sh_program 'echo second; sleep 1000'
  ok start "$ID"
  wait_until test -s "$CONTAINER_OUT"
  is first "$(cat "$CONTAINER_OUT")"
}

@test "--config names another file than the bundle's" {
  sh_program 'echo other'
  mv config.json "$T/other.json"
  ok run -b "$BUNDLE" --config "$T/other.json" "$ID"
  is other
}

@test "start of a running, a stopped and an unknown container: three different errors" {
  sleeper
  refused start "$ID"
  says running
  local first=$errors
  ok kill "$ID" KILL
  wait_for_stop
  refused start "$ID"
  says stopped
  [[ $errors != "$first" ]]
  refused start "$ID-2"
  says "container does not exist"
}

@test "unknown ids: container does not exist" {
  local command
  for command in state start kill delete ps; do
    refused $command "$ID"
    says "container does not exist"
  done
  refused exec "$ID" true
  says "container does not exist"
}

@test "create of a taken id" {
  program sleep 1000
  create_container
  refused create -b "$BUNDLE" "$ID"
  says "container with given ID already exists"
  [[ $(status_of "$ID") == created ]] # the first is unharmed
  refused run -b "$BUNDLE" "$ID"
  says "container with given ID already exists"
  ok start "$ID"
  [[ $(status_of "$ID") == running ]]
}

@test "kill: numbers, names in any case, with and without SIG" {
  sh_program 'for s in HUP INT USR1 USR2 TERM; do trap "echo $s" $s; done; echo ready; while :; do sleep 1000 & wait $!; kill $!; done'
  start_container
  wait_until has_line ready "$CONTAINER_OUT"
  ok kill "$ID" 1 && wait_until has_line HUP "$CONTAINER_OUT"
  ok kill "$ID" INT && wait_until has_line INT "$CONTAINER_OUT"
  ok kill "$ID" SIGUSR1 && wait_until has_line USR1 "$CONTAINER_OUT"
  ok kill "$ID" sigusr2 && wait_until has_line USR2 "$CONTAINER_OUT"
  ok kill "$ID" && wait_until has_line TERM "$CONTAINER_OUT" # the default
}

@test "kill: unknown signals" {
  sleeper
  local signal
  for signal in FOO SIGFOO 0x9 -3 1000 9x ""; do
    refused kill "$ID" "$signal"
    says "unknown signal"
  done
  [[ $(status_of "$ID") == running ]]
}

@test "kill of a created container" {
  program sleep 1000
  local signal
  for signal in KILL TERM INT HUP; do
    create_container
    ok kill "$ID" $signal
    wait_for_stop
    ok delete "$ID"
  done
  create_container
  ok kill "$ID" USR1
  ok start "$ID"
  ok kill "$ID" TERM # the program has no handler, as before
  sleep 0.1
  is running "$(status_of "$ID")"
}

@test "kill and exec of a stopped container: container not running" {
  program true
  start_container
  wait_for_stop
  refused kill "$ID" TERM
  says "container not running"
  refused exec "$ID" true
  says "cannot exec in a stopped container" "container not running"
}

@test "kill --all of a stopped container is no error" {
  program true
  start_container
  wait_for_stop
  ok kill --all "$ID" KILL
}

@test "kill --all reaches every process" {
  sh_program 'trap "" USR1; (trap "echo child; exit" USR1; echo ready; while :; do sleep 1000 & wait $!; done) & wait $!; sleep 1000'
  start_container
  wait_until has_line ready "$CONTAINER_OUT"
  ok kill --all "$ID" USR1
  wait_until has_line child "$CONTAINER_OUT"
}

@test "KILL without a private pid namespace ends all processes" {
  drop_namespace pid
  sh_program 'sleep 1000 & sleep 1000 & sleep 1000'
  start_container
  wait_until process_count "$ID" 3
  ok kill "$ID" KILL
  wait_for_stop
  wait_until no_processes_of "$ID"
}

@test "KILL without a private pid namespace ends the processes that outlive init" {
  drop_namespace pid
  sh_program 'sleep 1000 & sleep 1000 & sleep 1000'
  start_container
  wait_until process_count "$ID" 3
  kill -KILL "$(pid_of "$ID")"
  wait_for_stop
  ok kill "$ID" KILL
  wait_until no_processes_of "$ID"
  refused kill "$ID" KILL
  says "container not running"
}

@test "processes that outlive init in the host's pid namespace end with delete" {
  drop_namespace pid
  sh_program 'setsid sleep 1000 & echo ready'
  start_container
  wait_for_stop
  ok delete --force "$ID"
  assert_nothing_left "$ID"
}

@test "delete of a running container is refused" {
  sleeper
  refused delete "$ID"
  says "cannot delete container $ID that is not stopped: running"
  [[ $(status_of "$ID") == running ]]
}

@test "delete of a created container ends it" {
  program sleep 1000
  create_container
  local pid
  pid=$(pid_of "$ID")
  ok delete "$ID"
  gone "$pid"
  assert_nothing_left "$ID"
}

@test "delete --force: a running one, then twice" {
  sleeper
  local pid
  pid=$(pid_of "$ID")
  ok delete --force "$ID"
  gone "$pid"
  assert_nothing_left "$ID"
  ok delete --force "$ID"
  is ""
}

@test "delete -f of an id that never was" {
  ok delete -f "$ID"
}

@test "a directory without state: plain delete says so and removes it, --force is silent" {
  mkdir -p "$ROOT/$ID"
  refused delete "$ID"
  says "does not exist"
  [[ ! -e $ROOT/$ID ]]
  mkdir -p "$ROOT/$ID"
  ok delete --force "$ID"
  [[ ! -e $ROOT/$ID ]]
}

@test "an id can be used again after delete" {
  program true
  local round
  for round in 1 2 3; do ok run -b "$BUNDLE" "$ID" || { echo "round $round" >&2; return 1; }; done
}

@test "ids that are allowed" {
  program true
  local id
  for id in "$ID+a" "$ID.b" "$ID-C" "${ID}_d"; do ok run -b "$BUNDLE" "$id"; done
}

@test "ids that are refused" {
  program true
  local id
  for id in . .. "" a/b ../x /abs "a b" 'a$b' $'a\nb' 'ä'; do
    refused run -b "$BUNDLE" "$id"
    says "invalid container ID format"
    refused delete --force "$id"
    says "invalid container ID format"
  done
  [[ ! -e $T/x && -z $(ls -A "$ROOT" 2>/dev/null) ]]
}

@test "twenty containers at once" {
  program sleep 1000
  local n pids=()
  for n in {1..20}; do
    timeout 60 "$MASU_RUNTIME" --root "$ROOT" run -d -b "$BUNDLE" "$ID-$n" </dev/null >/dev/null 2>"$T/err-$n" 3>&- &
    pids+=($!)
  done
  for n in {1..20}; do wait "${pids[n - 1]}" || { cat "$T/err-$n" >&2; return 1; }; done
  ok list -q
  [[ $(wc -w <<<"$output") == 20 ]]
}

@test "of two that start a container at once, the other is told that it runs" {
  program sleep 1000
  for _ in {1..10}; do
    ok create -b "$BUNDLE" "$ID"
    "$MASU_RUNTIME" --root "$ROOT" start "$ID" >/dev/null 2>"$T/one" 3>&- 4>&- &
    local other=$! mine=0 theirs=0
    "$MASU_RUNTIME" --root "$ROOT" start "$ID" >/dev/null 2>"$T/two" || mine=$?
    wait $other || theirs=$?
    is 1 $((mine + theirs))
    grep -q "it is running already" "$T/one" "$T/two" || {
      cat "$T/one" "$T/two" >&2
      return 1
    }
    ok delete --force "$ID"
  done
}

@test "kill and delete of all whose id matches" {
  program sleep 1000
  local id
  for id in "$ID-1" "$ID-2" "$ID"; do
    ok create -b "$BUNDLE" "$id"
    ok start "$id"
  done
  ok kill --regex "^$ID-[0-9]$" KILL
  wait_for_stop "$ID-1"
  wait_for_stop "$ID-2"
  has_status "$ID" running
  refused delete --regex "$ID("
  says "invalid regular expression"
  ok delete --regex "^$ID-"
  is "[\"$ID\"]" "$("$MASU_RUNTIME" --root "$ROOT" list -f json | jq -c 'map(.id)')"
  ok delete --regex --force "$ID"
  assert_nothing_left "$ID"
}
