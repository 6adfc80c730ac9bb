#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Descriptors: what is passed on purpose (--preserve-fds, LISTEN_FDS), and that nothing else gets through.

load helpers
setup() {
  make_bundle
  use_probe
}
teardown() { clean_up; }

numbers() { cut -d' ' -f1 <<<"$output" | xargs; }
runtime() { timeout 20 "$MASU_RUNTIME" --root "$ROOT" "$@"; }
# activated N ARG… : the runtime as systemd's socket activation starts it, with N descriptors from 3 (sd_listen_fds(3)).
activated() {
  LISTEN_FDS=$1 timeout 20 bash -c 'export LISTEN_PID=$$; exec "$0" "$@"' "$MASU_RUNTIME" --root "$ROOT" "${@:2}"
}

@test "run: no descriptor of the caller's or of the runtime's leaks" {
  program probe fds
  run -0 runtime run -b "$BUNDLE" "$ID" 3</etc/passwd 5</dev/null 9</ 33</etc/group
  is "0 1 2" "$(numbers)"
}

@test "create and start: no descriptor leaks" {
  sh_program 'probe fds; sleep 1000'
  timeout 20 "$MASU_RUNTIME" --root "$ROOT" create -b "$BUNDLE" "$ID" </dev/null >"$T/fds" 2>&1 3</etc/passwd 7</
  ok start "$ID"
  wait_until has_line "2 " "$T/fds"
  is "0 1 2" "$(cut -d' ' -f1 "$T/fds" | xargs)"
}

@test "no descriptor leads to the host's file system, created or running" {
  program sleep 1000
  create_container
  local pid link
  pid=$(pid_of "$ID")
  ok start "$ID"
  for link in "/proc/$pid/fd"/*; do
    [[ ${link##*/} -le 2 ]] || { ls -l "/proc/$pid/fd" >&2; return 1; }
  done
}

# What the runtime has open must be closed before a path of the config's is looked up, not only at exec (CVE-2024-21626).
@test "a path by way of a descriptor does not lead out of the container" {
  cp /bin/busybox "$T/busybox"
  sleeper
  local fd out
  for fd in {3..16}; do
    out=/proc/self/fd/$fd/../../../../../../../../../..$T
    refused exec "$ID" "$out/busybox" true
    refused exec --cwd "$out" "$ID" true
    program "$out/busybox" true
    refused run -b "$BUNDLE" "$ID-2"
    program true
    edit --arg cwd "$out" '.process.cwd = $cwd'
    refused run -b "$BUNDLE" "$ID-2"
    edit '.process.cwd = "/"'
  done
}

@test "--preserve-fds: the descriptors keep their numbers" {
  sh_program 'cat <&3; cat <&4; probe fds'
  run -0 runtime run --preserve-fds 2 -b "$BUNDLE" "$ID" 3< <(echo three) 4< <(echo four) 5</dev/null
  is "three four" "$(head -2 <<<"$output" | xargs)"
  is "0 1 2 3 4" "$(tail -n +3 <<<"$output" | cut -d' ' -f1 | xargs)"
}

@test "--preserve-fds: a hole" {
  program probe fds
  run runtime run --preserve-fds 3 -b "$BUNDLE" "$ID" 3</dev/null 4<&- 5</dev/null
  # runc refuses, crun passes what there is: both are fine, a wrong descriptor is not.
  [[ $status == 1 || $(numbers) == "0 1 2 3 5" ]]
}

@test "LISTEN_FDS of the caller: descriptors from 3, LISTEN_FDS and LISTEN_PID=1 for the program" {
  sh_program 'echo "$LISTEN_FDS $LISTEN_PID"; cat <&3; probe fds'
  run -0 activated 1 run -b "$BUNDLE" "$ID" 3< <(echo three) 4</dev/null
  is "1 1" "${lines[0]}"
  is three "${lines[1]}"
  is "0 1 2 3" "$(tail -n +3 <<<"$output" | cut -d' ' -f1 | xargs)"
}

@test "LISTEN_FDS and --preserve-fds: the block of LISTEN_FDS comes first" {
  sh_program 'cat <&3; cat <&4; probe fds'
  run -0 activated 1 run --preserve-fds 1 -b "$BUNDLE" "$ID" 3< <(echo three) 4< <(echo four) 5</dev/null
  is "three four" "$(head -2 <<<"$output" | xargs)"
  is "0 1 2 3 4" "$(tail -n +3 <<<"$output" | cut -d' ' -f1 | xargs)"
}

@test "exec does not pass LISTEN_FDS" {
  sleeper
  run -0 activated 1 exec "$ID" sh -c 'echo "<$LISTEN_FDS>"' 3</dev/null
  is "<>"
}

@test "after create, no process of the runtime's stays behind, and init holds no pipe of the caller's" {
  # A shim's pipe reaches its end when init ends: nothing else may hold it.
  program sleep 1000
  mkfifo "$T/fifo"
  cat "$T/fifo" >"$T/read" 3>&- 4>&- &
  local reader=$!
  timeout 20 "$MASU_RUNTIME" --root "$ROOT" run -d -b "$BUNDLE" "$ID" </dev/null >"$T/fifo" 2>&1 3>&- 4>&-
  ok kill "$ID" KILL
  wait_until gone $reader
}
