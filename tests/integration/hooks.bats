#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The six kinds of hooks: order, namespaces, state on stdin, environment, arguments, timeouts, failures.

load helpers
setup() { make_bundle; }
teardown() { clean_up; }

KINDS="prestart createRuntime createContainer startContainer poststart poststop"

# hook KIND TEXT : adds a hook that runs TEXT in a shell; startContainer's is the container's shell.
hook() {
  edit --arg kind "$1" --arg text "$2" '.hooks[$kind] += [{path: "/bin/sh", args: ["sh", "-c", $text], env: ["PATH=/usr/bin:/bin"]}]'
}

# log_hooks : each kind appends its name to $T/order; the container has the file at /order.
log_hooks() {
  local kind
  : >"$T/order"
  chmod 666 "$T/order"
  add_mount "{\"destination\": \"/order\", \"source\": \"$T/order\", \"options\": [\"bind\"]}"
  for kind in $KINDS; do
    if [[ $kind == startContainer ]]; then hook "$kind" "echo $kind >>/order"; else hook "$kind" "echo $kind >>$T/order"; fi
  done
}

@test "order: each kind at its place" {
  log_hooks
  sh_program 'echo program >>/order; sleep 1000'
  create_container
  is $'prestart\ncreateRuntime\ncreateContainer' "$(cat "$T/order")"
  ok start "$ID"
  wait_until has_line program "$T/order"
  wait_until has_line poststart "$T/order"
  is startContainer "$(sed -n 4p "$T/order")"
  is $'poststart\nprogram' "$(sed -n 5,6p "$T/order" | sort)" # at the same time: the program has been executed, the hook runs
  ok delete --force "$ID"
  is poststop "$(sed -n 7p "$T/order")"
  is 7 "$(wc -l <"$T/order")"
}

@test "order: hooks of one kind run one after the other, in the order of the list" {
  hook createRuntime "sleep 0.2; echo one >>$T/order"
  hook createRuntime "echo two >>$T/order"
  in_container true
  is $'one\ntwo' "$(cat "$T/order")"
}

@test "start returns after poststart, delete after poststop" {
  hook poststart "sleep 0.3; touch $T/poststart"
  hook poststop "sleep 0.3; touch $T/poststop"
  sleeper
  [[ -e $T/poststart ]]
  ok delete --force "$ID"
  [[ -e $T/poststop ]]
}

@test "run in the foreground runs all six" {
  log_hooks
  program true
  ok run -b "$BUNDLE" "$ID"
  is "$(tr ' ' '\n' <<<"$KINDS")" "$(cat "$T/order")"
}

@test "stdin: the state, compact, as the spec has it" {
  edit '.annotations = {"org.example/path": "/a/b"}'
  local kind
  add_mount "{\"destination\": \"/states\", \"source\": \"$T/states\", \"options\": [\"bind\"]}"
  mkdir -m 777 "$T/states"
  for kind in $KINDS; do
    if [[ $kind == startContainer ]]; then hook "$kind" "cat >/states/$kind"; else hook "$kind" "cat >$T/states/$kind"; fi
  done
  program sleep 1000
  ok run -d -b "$BUNDLE" --pid-file "$T/pid" "$ID"
  ok delete --force "$ID"
  for kind in $KINDS; do
    jq -e --arg id "$ID" --arg bundle "$BUNDLE" '(.ociVersion | test("^1\\.")) and .id == $id and .bundle == $bundle and
      .annotations["org.example/path"] == "/a/b"' "$T/states/$kind"
    [[ $(wc -l <"$T/states/$kind") -le 1 ]]
    has_line '"/a/b"' "$T/states/$kind" # slashes are not escaped: shell hooks look for them
  done
  is "creating creating creating created running stopped" "$(for kind in $KINDS; do jq -r .status "$T/states/$kind"; done | xargs)"
  local pid
  pid=$(cat "$T/pid")
  for kind in prestart createRuntime poststart; do is "$pid" "$(jq .pid "$T/states/$kind")"; done
  is 0 "$(jq '.pid // 0' "$T/states/poststop")"
}

@test "a hook that does not read its stdin" {
  edit '.annotations = {"big": ("x" * 200000)}'
  hook createRuntime 'exit 0'
  in_container 'echo ran'
  is ran
}

@test "namespaces: the runtime's for prestart, createRuntime, poststart and poststop; the container's for the others" {
  local kind
  add_mount "{\"destination\": \"/ns\", \"source\": \"$T/ns\", \"options\": [\"bind\"]}"
  mkdir -m 777 "$T/ns"
  for kind in $KINDS; do
    if [[ $kind == startContainer ]]; then
      hook "$kind" "readlink /proc/self/ns/uts >/ns/$kind; hostname >/ns/host"
    else
      hook "$kind" "readlink /proc/self/ns/uts >$T/ns/$kind"
    fi
  done
  sh_program 'readlink /proc/self/ns/uts'
  ok run -b "$BUNDLE" "$ID"
  for kind in prestart createRuntime poststart poststop; do is "$(readlink /proc/self/ns/uts)" "$(cat "$T/ns/$kind")"; done
  for kind in createContainer startContainer; do is "$output" "$(cat "$T/ns/$kind")"; done
  is box "$(cat "$T/ns/host")"
}

@test "createContainer: host paths are still there, mounts of the container as well, the root not yet read-only" {
  edit '.root.readonly = true'
  hook createContainer "test -d $BUNDLE/rootfs/proc/1 && touch $BUNDLE/rootfs/made && echo yes >$T/seen"
  in_container 'ls -d /made'
  is yes "$(cat "$T/seen")"
}

@test "createRuntime can reach the container's namespaces by the pid" {
  hook createRuntime "pid=\$(jq .pid); readlink /proc/\$pid/ns/net >$T/net; ls /proc/\$pid/root >/dev/null"
  in_container 'readlink /proc/self/ns/net'
  is "$output" "$(cat "$T/net")"
}

@test "init is in its cgroup, with its limits, when the first hook runs" {
  edit '.linux.resources.pids = {limit: 77}'
  hook prestart "cat /proc/\$(jq .pid)/cgroup >$T/cgroup"
  in_container true
  grep -q "$ID" "$T/cgroup"
}

@test "cwd of the runtime's hooks is the bundle" {
  hook createRuntime "pwd >$T/pwd"
  cd /
  in_container true
  is "$BUNDLE" "$(cat "$T/pwd")"
}

@test "environment: the hook's own and nothing else" {
  edit --arg t "$T" '.hooks.createRuntime = [{path: "/usr/bin/env", args: ["env"], env: ["ONE=1", "TWO=a b"]}]'
  edit --arg t "$T" '.hooks.createRuntime[0] |= (.path = "/bin/sh" | .args = ["sh", "-c", "/usr/bin/env >\($t)/env"])'
  CALLERS=x in_container true
  is $'ONE=1\nTWO=a b' "$(grep -v -E '^(PWD|_|SHLVL|OLDPWD)=' "$T/env" | sort)"
}

@test "environment: an empty list is an empty environment; startContainer then has the program's" {
  edit --arg t "$T" '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c", "/usr/bin/env >\($t)/env"], env: []}] |
    .hooks.startContainer = [{path: "/bin/sh", args: ["sh", "-c", "env >/env"]}] | .process.env += ["MARK=program"]'
  CALLERS=x in_container true
  run ! grep -q CALLERS "$T/env"
  grep -q MARK=program rootfs/env
}

@test "arguments are passed as they are, argv[0] included" {
  edit --arg t "$T" '.hooks.createRuntime = [{path: "/bin/sh", args: ["another name", "-c", "printf \"%s|\" \"$0\" \"$@\" >\($t)/args", "zero", "a b", "", "c"]}]'
  in_container true
  is "zero|a b||c|" "$(cat "$T/args")"
}

@test "a hook's path must be absolute" {
  edit '.hooks.createRuntime = [{path: "bin/true"}]'
  program true
  refused run -b "$BUNDLE" "$ID"
  says "hooks.createRuntime[0].path"
  assert_nothing_left "$ID"
}

@test "failure: create fails, names the hook, tells what it said, cleans up" {
  local kind
  for kind in prestart createRuntime createContainer; do
    edit 'del(.hooks)'
    hook "$kind" 'exit 0'
    hook "$kind" 'echo it is broken >&2; exit 3'
    hook poststop "echo poststop >>$T/stopped"
    program true
    refused create -b "$BUNDLE" "$ID"
    says "error running $kind hook #1" "it is broken" 3
    assert_nothing_left "$ID"
  done
  is $'poststop\npoststop\npoststop' "$(cat "$T/stopped")"
}

@test "failure: a hook killed by a signal, one that does not exist" {
  hook createRuntime 'kill -KILL $$'
  program true
  refused run -b "$BUNDLE" "$ID"
  says "error running createRuntime hook #0"
  edit '.hooks = {createRuntime: [{path: "/no/such/hook"}]}'
  refused run -b "$BUNDLE" "$ID"
  says "error running createRuntime hook #0" "no such file or directory"
  assert_nothing_left "$ID"
}

@test "failure of startContainer: the program does not run, start says so" {
  hook startContainer 'exit 1'
  sh_program 'touch /ran'
  create_container
  refused start "$ID"
  says "error running startContainer hook #0"
  [[ ! -e rootfs/ran ]]
}

# Its program is the image's, as the container's own is.
@test "startContainer runs under the seccomp filter" {
  hook startContainer 'mkdir /made'
  sh_program 'touch /ran'
  edit '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_KILL"}]}'
  local nnp
  for nnp in true false; do
    edit --argjson nnp $nnp '.process.noNewPrivileges = $nnp'
    refused run -b "$BUNDLE" "$ID"
    says "error running startContainer hook #0" "bad system call"
    [[ ! -e rootfs/made && ! -e rootfs/ran ]]
  done
  edit '.linux.seccomp.syscalls[0].names = ["rmdir"]'
  ok run -b "$BUNDLE" "$ID"
  [[ -e rootfs/made && -e rootfs/ran ]]
}

@test "failure of poststart: the container is killed, start says so" {
  hook poststart 'exit 1'
  program sleep 1000
  create_container
  local pid
  pid=$(pid_of "$ID")
  refused start "$ID"
  says "error running poststart hook #0"
  wait_until gone "$pid"
}

@test "failure of poststop: the container is deleted all the same" {
  hook poststop 'exit 1'
  hook poststop "touch $T/second"
  program true
  start_container
  wait_for_stop
  exits 0 delete "$ID"
  assert_nothing_left "$ID"
  [[ -e $T/second ]]
}

@test "timeout: the hook is killed, create fails" {
  edit --arg t "$T" '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c", "echo $$ >\($t)/hookpid; exec sleep 1000"], timeout: 1}]'
  program true
  local before=$SECONDS
  refused run -b "$BUNDLE" "$ID"
  says "hook ran past specified timeout"
  ((SECONDS - before < 5))
  gone "$(cat "$T/hookpid")"
  assert_nothing_left "$ID"
}

@test "timeout: of a startContainer hook" {
  edit '.hooks.startContainer = [{path: "/bin/sleep", args: ["sleep", "1000"], timeout: 1}]'
  sh_program 'touch /ran'
  create_container
  refused start "$ID"
  says "hook ran past specified timeout"
  [[ ! -e rootfs/ran ]]
}

@test "timeout: not reached, and not positive" {
  edit '.hooks.createRuntime = [{path: "/bin/true", args: ["true"], timeout: 10}]'
  in_container true
  edit '.hooks.createRuntime[0].timeout = 0'
  refused run -b "$BUNDLE" "$ID"
  says "hooks.createRuntime[0].timeout"
  edit '.hooks.createRuntime[0].timeout = -1'
  refused run -b "$BUNDLE" "$ID"
  says "hooks.createRuntime[0].timeout"
  assert_nothing_left "$ID"
}

@test "no descriptor of the runtime leaks into a hook" {
  cp "$PROBE" "$T/probe"
  edit --arg t "$T" '.hooks = ([["prestart", "createRuntime", "createContainer", "poststart", "poststop"][] |
    {(.): [{path: "/bin/sh", args: ["sh", "-c", "\($t)/probe fds >\($t)/fds-\(.)"]}]}] | add)'
  in_container true
  # What the caller passes on without close-on-exec is its own affair: the hook has nothing beside that.
  local kind
  "$PROBE" fds 3>&- 4>&- | cut -d' ' -f1 | sort >"$T/callers"
  for kind in prestart createRuntime createContainer poststart poststop; do
    is "" "$(cut -d' ' -f1 "$T/fds-$kind" | sort | comm -23 - "$T/callers")" || { cat "$T/fds-$kind" >&2; return 1; }
  done
}

@test "state does not wait for a startContainer hook, however often it is asked" {
  edit '.hooks.startContainer = [{path: "/bin/sleep", args: ["sleep", "1000"]}]'
  create_container
  timeout 20 "$MASU_RUNTIME" --root "$ROOT" start "$ID" </dev/null >/dev/null 2>&1 3>&- 4>&- &
  local starter=$!
  wait_until process_count "$ID" 2
  for _ in {1..25}; do
    ok state "$ID"
    is created "$(jq -r .status <<<"$output")"
  done
  ok delete --force "$ID"
  wait $starter || true
}
