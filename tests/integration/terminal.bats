#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Terminals: the console socket of create, run and exec, and the foreground's relay.

load helpers
setup() {
  make_bundle
  edit '.process.terminal = true'
}
teardown() { clean_up; }

# receive NAME [INPUT] : a client that listens on $T/NAME.sock; what it got in $T/NAME.got, the terminal in $T/NAME.tty.
receive() {
  python3 "$SUPPORT/recvtty.py" "$T/$1.sock" "$T/$1.tty" "${@:2}" >"$T/$1.got" 2>"$T/$1.err" 3>&- 4>&- &
  RECEIVER=$!
  wait_until test -S "$T/$1.sock"
}

# A command line in the foreground of a terminal of its own (script(1)). What is written to the fifo $T/keyboard is
# typed; it is open for both ways, so that script never sees, and types, an end of file.
on_terminal() {
  [[ -p $T/keyboard ]] || mkfifo "$T/keyboard"
  timeout -k 5 30 script -qefc "$1" /dev/null 0<>"$T/keyboard" 3>&- 4>&-
}
runtime_line() { printf '%q --root %q' "$MASU_RUNTIME" "$ROOT"; }

@test "create --console-socket sends one master and a name" {
  sh_program 'tty; test -t 0 && test -t 1 && test -t 2 && echo all'
  receive console
  create_container --console-socket "$T/console.sock"
  ok start "$ID"
  wait $RECEIVER || { cat "$T/console.err" >&2; return 1; }
  [[ $(cat "$T/console.got") == "fds=1 name=/dev/p"*" tty=yes size="* ]]
  # As a container's program sees it: /dev/console, or the slave's own name in the container's devpts.
  tr -d '\r' <"$T/console.tty" >"$T/plain"
  grep -qE '^/dev/(console|pts/0)$' "$T/plain"
  has_line all "$T/plain"
}

@test "the terminal is interactive" {
  sh_program 'echo ready; read line; echo "got $line"'
  receive console $'some words\n'
  start_container --console-socket "$T/console.sock"
  wait $RECEIVER
  has_line "got some words" "$T/console.tty"
}

@test "the terminal controls the program: ^C is SIGINT" {
  sh_program 'trap "echo interrupted; exit 0" INT; echo ready; while :; do sleep 0.05; done'
  receive console $'\x03'
  start_container --console-socket "$T/console.sock"
  wait $RECEIVER
  has_line interrupted "$T/console.tty"
}

@test "consoleSize is the terminal's size; 0 by 0 is no size" {
  edit '.process.consoleSize = {height: 33, width: 111}'
  program stty size
  receive console
  start_container --console-socket "$T/console.sock"
  wait $RECEIVER
  has_line "33 111" "$T/console.tty"
  ok delete --force "$ID"
  edit '.process.consoleSize = {height: 0, width: 0}'
  receive second
  start_container --console-socket "$T/second.sock"
  wait $RECEIVER
}

@test "the slave belongs to the user, and /dev/console is a terminal" {
  edit '.process.user = {uid: 1000, gid: 1000}'
  sh_program 'stat -L -c "%u" /proc/self/fd/0; test -c /dev/console && echo is a device; echo written >/dev/console'
  receive console
  start_container --console-socket "$T/console.sock"
  wait $RECEIVER
  tr -d '\r' <"$T/console.tty" >"$T/plain"
  is $'1000\nis a device\nwritten' "$(cat "$T/plain")"
}

@test "a terminal with a read-only root" {
  edit '.root.readonly = true'
  sh_program 'test -t 0 && echo terminal; touch /x 2>/dev/null || echo read-only'
  receive console
  start_container --console-socket "$T/console.sock"
  wait $RECEIVER
  has_line terminal "$T/console.tty"
  has_line read-only "$T/console.tty"
}

@test "run --detach with a console socket" {
  sh_program 'echo hello; exit 3'
  receive console
  ok run --detach --console-socket "$T/console.sock" -b "$BUNDLE" "$ID"
  wait $RECEIVER
  has_line hello "$T/console.tty"
}

@test "a console socket in a deep directory: longer than sun_path" {
  local deep
  deep=$T/$(printf 'd%.0s' {1..120})
  mkdir "$deep"
  program true
  (cd "$deep" && exec python3 "$SUPPORT/recvtty.py" s "$T/tty" >/dev/null 2>"$T/recv.err" 3>&- 4>&-) &
  local receiver=$!
  wait_until test -S "$deep/s"
  ok create -b "$BUNDLE" --console-socket "$deep/s" "$ID"
  ok start "$ID"
  wait $receiver
}

@test "detached with a terminal but without a console socket" {
  refused create -b "$BUNDLE" "$ID"
  says "cannot allocate tty if" "without setting console socket"
  refused run -d -b "$BUNDLE" "$ID"
  says "cannot allocate tty if" "without setting console socket"
  assert_nothing_left "$ID"
}

@test "a console socket without a terminal" {
  edit '.process.terminal = false'
  refused create -b "$BUNDLE" --console-socket "$T/console.sock" "$ID"
  says "cannot use console socket if" "will not detach or allocate tty"
  assert_nothing_left "$ID"
}

@test "a console socket where nobody listens" {
  refused create -b "$BUNDLE" --console-socket "$T/nobody.sock" "$ID"
  says nobody.sock
  assert_nothing_left "$ID"
}

@test "foreground: a terminal from end to end" {
  sh_program 'test -t 0 && test -t 1 && echo terminal; exit 6'
  run -6 on_terminal "$(runtime_line) run -b $BUNDLE $ID"
  has terminal
  assert_nothing_left "$ID"
}

@test "a terminal without a mount namespace is one of the host's" {
  drop_namespace mount
  edit 'del(.linux.maskedPaths, .linux.readonlyPaths)'
  sh_program 'test -t 0 && test -t 1 && echo terminal; exit 6'
  run -6 on_terminal "$(runtime_line) run -b $BUNDLE $ID"
  has terminal
  assert_nothing_left "$ID"
}

@test "foreground: what is typed arrives, and is echoed once" {
  sh_program 'echo ready; read line; echo "<$line>"'
  mkfifo "$T/keyboard"
  (wait_until has_status "$ID" running && sleep 0.3 && echo typed >"$T/keyboard") 3>&- 4>&- &
  run -0 on_terminal "$(runtime_line) run -b $BUNDLE $ID"
  has "<typed>"
  [[ $(grep -c '^typed' <<<"$output") == 1 ]] # the caller's own terminal is raw, only the container's echoes
}

@test "foreground: the size follows the caller's terminal" {
  sh_program 'sleep 0.2; stty size'
  run -0 on_terminal "stty rows 44 cols 88; $(runtime_line) run -b $BUNDLE $ID"
  has "44 88"
}

# Whatever the program does first, and however slow the runtime is meanwhile.
@test "foreground: newlines and the size are right from the first moment" {
  program stty size
  local line
  for line in "run -b $BUNDLE $ID" "exec -t $ID-2 stty size"; do
    [[ $line == run* ]] || (program sleep 1000 && edit '.process.terminal = false' && ok run -d -b "$BUNDLE" "$ID-2")
    run -0 on_terminal "stty rows 44 cols 88; strace -qq -o $T/strace -e trace=recvmsg -e inject=recvmsg:delay_exit=100000 \
      $(runtime_line) $line >$T/out"
    is $'44 88' "$(<"$T/out")"
    run ! grep $'\r' "$T/out"
  done
}

@test "foreground: a change of size reaches the program" {
  # The first size may come as a change as well.
  sh_program 'trap "stty size; test \"\$(stty size)\" != \"41 71\" || exit 0" WINCH; echo ready; while :; do sleep 0.1; done'
  run -0 on_terminal "stty rows 20 cols 30; (sleep 1; stty rows 41 cols 71 </dev/tty) & $(runtime_line) run -b $BUNDLE $ID"
  has "41 71"
}

@test "foreground: the caller's terminal is itself again afterwards" {
  program true
  run -0 on_terminal "stty -a >$T/before; $(runtime_line) run -b $BUNDLE $ID; stty -a >$T/after"
  diff "$T/before" "$T/after"
}

@test "foreground: no byte of a long output is lost" {
  program seq 30000
  run -0 on_terminal "$(runtime_line) run -b $BUNDLE $ID"
  cmp <(seq 30000) <(tr -d '\r' <<<"$output")
}

@test "exec -t --console-socket --detach" {
  edit '.process.terminal = false'
  sleeper
  receive exec
  ok exec -t -d --console-socket "$T/exec.sock" "$ID" sh -c 'test -t 1 && tty'
  wait $RECEIVER
  grep -q '^/dev/' "$T/exec.tty"
}

@test "exec --process with a terminal, its size and a console socket" {
  edit '.process.terminal = false'
  sleeper
  jq '.process | .terminal = true | .consoleSize = {height: 12, width: 34} | .args = ["stty", "size"]' config.json >"$T/process.json"
  receive exec
  ok exec --process "$T/process.json" -d --console-socket "$T/exec.sock" "$ID"
  wait $RECEIVER
  has_line "12 34" "$T/exec.tty"
}

@test "exec -t in the foreground" {
  edit '.process.terminal = false'
  sleeper
  run -9 on_terminal "$(runtime_line) exec -t $ID sh -c 'test -t 0 && echo terminal; exit 9'"
  has terminal
}

@test "exec -t -d without a console socket" {
  edit '.process.terminal = false'
  sleeper
  refused exec -t -d "$ID" true
  says "cannot allocate tty if" "without setting console socket"
}

@test "exec of a container with a terminal has none unless asked" {
  sh_program 'sleep 1000'
  receive console
  start_container --console-socket "$T/console.sock"
  ok exec "$ID" sh -c 'test -t 0 || echo none'
  is none
  ok delete --force "$ID"
  wait $RECEIVER
}
