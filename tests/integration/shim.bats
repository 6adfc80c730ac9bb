#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# masu-shim: a container's life by HTTP, its record, and what goes wrong at the start.

# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; status, output, errors and code are set by helpers.bash and shim.bash
load helpers
load shim
setup() { make_shim_bundle; }
teardown() { end_shim; }

life_with() {
  use_runtime "$1" || skip "$1 is not installed"
  sh_program 'echo out; echo err >&2; printf "no line break"; exit 42'
  shim_ok
  good GET /
  field .id "$ID"
  field .state.status created
  field .status.exited false
  run_to_end
  field .exitStatus 42
  good GET /
  field .state.status stopped
  field .status.exitStatus 42
  field .status.waitStatus 10752
  good GET '/logs?format=text&stream=stdout'
  is $'out\nno line break'
  good GET '/logs?stream=stderr'
  field .m err
  answers 204 POST / -d cmd=delete
  answers 404 GET /
  says_message 'container does not exist'
}
says_message() { [[ $(jq -r .error.message <<<"$output") == *"$1"* ]] || { echo "expected: $1, found: $output" >&2; return 1; }; }

@test "created, started, ended, deleted: masu-runtime" { life_with "$MASU_RUNTIME"; }
@test "created, started, ended, deleted: crun" { life_with crun; }
@test "created, started, ended, deleted: runc" { life_with runc; }

@test "only what is in the right state is done, and the answers say so" {
  sh_program 'trap "exit 3" TERM; echo ready; while :; do sleep 0.05; done'
  shim_ok
  answers 409 POST / -d cmd=delete
  says_message 'container is not stopped'
  answers 400 POST / -d cmd=fly
  says_message "invalid command 'fly'"
  answers 400 POST / -d 'cmd=kill&signal=NOTHING'
  cmd start
  answers 409 POST / -d cmd=start
  says_message 'container is not created'
  wait_until has_line ready "$FOLDER/container.log"
  cmd kill -d signal=TERM
  good GET /wait
  field .exitStatus 3
  answers 409 POST / -d cmd=kill
  says_message 'container is not running'
  answers 405 PUT /
  answers 404 GET /nowhere
}

@test "a signal ends it: 128 + N, and the signal's name" {
  program sleep 1000
  shim_ok
  cmd start
  cmd kill -d signal=KILL
  good GET /wait
  field .exitStatus 137
  field .signal SIGKILL
  field .waitStatus 9
  field .oomKilled false
  # On disk, whole, before it was told.
  is "$output" "$(<"$FOLDER/exit.json")"
}

@test "whoever asks for the end gets it, however many ask and whenever" {
  sh_program 'while [ ! -e /go ]; do sleep 0.02; done; exit 9'
  shim_ok --exit-dir "$T"
  cmd start
  local i job jobs=()
  for i in 1 2 3 4 5; do
    curl -sS --max-time 60 --unix-socket "$SOCKET" http://shim/wait >"$T/wait.$i" 3>&- 4>&- &
    jobs+=($!)
  done
  touch "$BUNDLE/rootfs/go"
  for job in "${jobs[@]}"; do wait "$job"; done
  good GET /wait
  for i in 1 2 3 4 5; do is "$output" "$(<"$T/wait.$i")"; done
  is "$output" "$(<"$T/$ID")"
  field .exitStatus 9
}

@test "killed from outside, it is stopped at once" {
  program sleep 1000
  shim_ok --pid-file "$T/pid"
  cmd start
  field .state.status running
  kill -KILL "$(<"$T/pid")"
  wait_until gone "$(<"$T/pid")"
  good GET /wait
  field .exitStatus 137
  good GET /
  field .state.status stopped
}

@test "DELETE ends a running and a created container, and all that is there" {
  program sleep 1000
  shim_ok
  local pid shim
  good GET /
  pid=$(jq .state.pid <<<"$output") shim=$(shim_pid)
  good DELETE /
  is BYE
  gone "$pid"
  wait_until gone "$shim"
  [[ ! -e $FOLDER ]]
  shim_ok
  cmd start
  pid=$(jq .state.pid <<<"$output")
  good DELETE /
  is BYE
  gone "$pid"
}

@test "a runtime that fails says why, and nothing is left" {
  local runtime
  for runtime in "$MASU_RUNTIME" crun runc; do
    use_runtime "$runtime" || continue
    program true
    edit '.root.path = "/no/such/rootfs"'
    shim
    is 125 "$status"
    [[ $errors == *"create"* && $errors == */no/such/rootfs* ]] || { report "$runtime"; false; }
    [[ ! -e $FOLDER ]] || { ls -a "$FOLDER"; false; }
  done
}

@test "a program that cannot be executed: start says why" {
  program /no/such/program
  shim
  if [[ $status == 0 ]]; then
    answers 500 POST / -d cmd=start
    says_message 'no such file'
    good GET /wait
  else
    says 'no such file'
  fi
}

@test "one shim a container; two containers beside each other" {
  program sleep 1000
  shim_ok
  shim
  is 125 "$status"
  says 'there is a shim for this container already'
  ID=$ID-2
  FOLDER=$SHIMS/$ID SOCKET=$SHIMS/$ID/shim.sock
  shim_ok
  good DELETE /
  is BYE
}

@test "the command line: what is missing or wrong is named" {
  local words
  for words in "" "--container-id x" "--bundle ." "--container-id a/b --bundle ." "--container-id x --bundle . --restart often" \
    "--container-id x --bundle . --stop-timeout soon" "--container-id x --bundle . --log-max-size much" \
    "--container-id x --bundle . --runtime /no/such" "--container-id x --bundle . extra" "--fly"; do
    status=0
    # shellcheck disable=SC2086 # words
    timeout 20 "$MASU_SHIM" --root "$SHIMS" $words >"$T/out" 2>"$T/err" || status=$?
    [[ $status == 125 && ! -s $T/out && $(wc -l <"$T/err") -ge 1 ]] || { echo "$words: $status $(<"$T/err")" >&2; false; }
    [[ ! -d $SHIMS || -z $(ls "$SHIMS") ]]
  done
  "$MASU_SHIM" --version | grep -q '^masu-shim version '
  "$MASU_SHIM" --help | grep -q -- '--exit-command'
}

@test "the daemon has let go of its caller: session, terminal, folder, file descriptors" {
  program sleep 1000
  exec 7</etc/passwd
  shim_ok
  exec 7<&-
  local pid
  pid=$(shim_pid)
  is / "$(readlink "/proc/$pid/cwd")"
  is "$(awk '{print $6}' "/proc/$pid/stat")" "$(ps -o sid= -p "$pid" | tr -d ' ')"
  [[ $(ps -o tty= -p "$pid") == '?' ]]
  is "" "$(find "/proc/$pid/fd" -lname /etc/passwd)"
  is /dev/null "$(readlink "/proc/$pid/fd/0")"
  is 700 "$(stat -c %a "$FOLDER")"
  is 600 "$(stat -c %a "$SOCKET")"
}

# stranger : what another user gets.
stranger() {
  setpriv --reuid 23456 --regid 23456 --clear-groups /usr/bin/python3 -c '
import socket, sys
client = socket.socket(socket.AF_UNIX)
client.settimeout(20)
try:
    client.connect(sys.argv[1])
except PermissionError:
    sys.exit(print("no connection"))
try:
    client.sendall(b"GET / HTTP/1.1\r\n\r\n")
    print(client.recv(100) or "nothing")
except (BrokenPipeError, ConnectionResetError):
    print("nothing")
' "$SOCKET"
}

@test "nobody else can connect" {
  program sleep 1000
  shim_ok
  chmod 711 "$T" "$SHIMS" "$FOLDER"
  chmod 666 "$SOCKET"
  # Even with the modes opened: the peer is asked who it is.
  is nothing "$(stranger)"
  chmod 600 "$SOCKET"
  is "no connection" "$(stranger)"
  good GET /
}

@test "the exit command runs once, with the exit status, and what it leaves is not kept" {
  sh_program 'exit 5'
  cat >"$T/on-exit" <<'EOF'
#!/bin/sh
echo "$MASU_CONTAINER_ID $MASU_EXIT_STATUS $*" >>"$1"
EOF
  chmod +x "$T/on-exit"
  shim_ok --exit-command "$T/on-exit" --exit-command-arg "$T/ran" --exit-command-arg 'two words'
  run_to_end
  wait_until has_line "$ID 5 $T/ran two words" "$T/ran"
  good DELETE /
  is 1 "$(wc -l <"$T/ran")"
}

@test "a folder with a long name" {
  program sleep 1000
  SHIMS=$T/$(printf 'long-%.0s' {1..30}) FOLDER=$SHIMS/$ID SOCKET=$SHIMS/$ID/shim.sock
  shim_ok
  (cd "$FOLDER" && SOCKET=shim.sock good GET /)
  (cd "$FOLDER" && SOCKET=shim.sock good DELETE /)
}
