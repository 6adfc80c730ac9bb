# SPDX-License-Identifier: Apache-2.0
# hooks: when, where, with what; and what becomes of the container if one fails.

# hook KIND [WORD…] : a hook of this kind that appends what it sees to $T/hooks, then does as the words say.
hook() {
  local kind=$1
  shift
  config --arg kind "$kind" --arg path "$CHECKER" --arg file "$T/hooks" \
    '.hooks[$kind] += [{path: $path, args: (["a-hook", "hook", $file] + $ARGS.positional), env: ["HOOK=\($kind)"]}]' --args -- "$@"
}
# container_hook [WORD…] : a startContainer hook, which is a program of the container.
container_hook() {
  config '.hooks.startContainer += [{path: "/checker", args: (["checker", "hook", "/tmp/hook"] + $ARGS.positional), env: ["HOOK=startContainer"]}]' --args -- "$@"
}
seen() { jq -r '.env[] | select(startswith("HOOK=")) | .[5:]' "$T/hooks" 2>/dev/null | tr '\n' ' '; }
record() { jq -rs "map(select(.env | index(\"HOOK=$1\"))) | first | $2" "$T/hooks"; } # record KIND FILTER

#: each kind at its time: three within create, one within start, one within delete
times() {
  local kind
  for kind in poststop poststart createContainer createRuntime prestart; do hook $kind; done
  program exit 0
  create
  is 'prestart createRuntime createContainer ' "$(seen)"
  start
  is 'prestart createRuntime createContainer poststart ' "$(seen)"
  becomes stopped
  ok delete "$ID"
  is 'prestart createRuntime createContainer poststart poststop ' "$(seen)"
}

#: startContainer runs within start, before the program
start_container() {
  container_hook
  program cat /tmp/hook
  create
  not ls "$ROOTFS/tmp/hook"
  start
  finish
  has HOOK=startContainer
}

#: several of one kind run in their order
order() {
  local name
  for name in one two three; do
    config --arg path "$CHECKER" --arg file "$T/hooks" --arg name $name \
      '.hooks.createRuntime += [{path: $path, args: ["hook", "hook", $file], env: ["HOOK=\($name)"]}]'
  done
  program exit 0
  create
  is 'one two three ' "$(seen)"
}

#: prestart, createRuntime, poststart and poststop run in the namespaces of the runtime
runtime_namespaces() {
  local kind name
  for kind in prestart createRuntime poststart poststop; do hook $kind; done
  inside exit 0
  becomes stopped
  ok delete "$ID"
  for kind in prestart createRuntime poststart poststop; do
    for name in mnt net uts pid; do is "$(readlink "/proc/self/ns/$name")" "$(record "$kind" ".namespaces.$name")"; done
  done
}

#: createContainer runs in the namespaces of the container
container_namespaces() {
  local name
  hook createContainer
  runs
  for name in mnt net uts ipc; do is "$(readlink "/proc/$(pid)/ns/$name")" "$(record createContainer ".namespaces.$name")"; done
}

#: the state is on stdin: id, bundle, annotations
state_on_stdin() {
  local kind
  config '.annotations = {"org.example.key": "value"}'
  for kind in prestart createRuntime createContainer poststart poststop; do hook $kind; done
  inside exit 0
  becomes stopped
  ok delete "$ID"
  for kind in prestart createRuntime createContainer poststart poststop; do
    is "$ID $BUNDLE value" "$(record $kind '.stdin | fromjson | "\(.id) \(.bundle) \(.annotations["org.example.key"])"')"
  done
}

#: the state names the pid as the runtime sees it
pid_on_stdin() {
  local kind
  for kind in createRuntime poststart; do hook $kind; done
  runs
  for kind in createRuntime poststart; do is "$(pid)" "$(record $kind '.stdin | fromjson | .pid')"; done
}

#: the status is creating or created, then running, then stopped
status_on_stdin() {
  local kind
  for kind in createRuntime poststart poststop; do hook $kind; done
  runs
  ok kill "$ID" KILL
  becomes stopped
  ok delete "$ID"
  [[ $(record createRuntime '.stdin | fromjson | .status') == creat* ]]
  is running "$(record poststart '.stdin | fromjson | .status')"
  is stopped "$(record poststop '.stdin | fromjson | .status')"
}

#: args and env are those of config.json
args_and_env() {
  hook createRuntime
  program exit 0
  create
  is '["HOOK=createRuntime"]' "$(record createRuntime '.env | tojson')"
}

# fails_create KIND : a failing hook of this kind fails create, and leaves no container.
fails_create() {
  hook "$1" exit 3
  call_with_output create --bundle "$BUNDLE" "$ID"
  [[ $status != 0 && -n $errors ]]
  not state "$ID"
}

#: a prestart hook that fails fails create
prestart_fails() { fails_create prestart; }

#: a createRuntime hook that fails fails create
create_runtime_fails() { fails_create createRuntime; }

#: a createContainer hook that fails fails create
create_container_fails() { fails_create createContainer; }

#: after a hook that fails, the poststop hooks run
poststop_after_failure() {
  hook poststop
  fails_create createRuntime
  is 'createRuntime poststop ' "$(seen)"
}

#: after a hook that fails, the next ones do not run
no_more_after_failure() {
  hook prestart exit 1
  hook createRuntime
  call_with_output create --bundle "$BUNDLE" "$ID"
  [[ $status != 0 ]]
  is 'prestart ' "$(seen)"
}

#: a startContainer hook that fails keeps the program from running
start_container_fails() {
  container_hook exit 1
  program say ran
  create
  rt start "$ID"
  finish
  not has ran
}

#: a poststart hook that fails ends the container
poststart_fails() {
  hook poststart exit 1
  program wait
  create
  rt start "$ID"
  is 1 "$status"
  until_true is_over
}
is_over() { # some delete it at once
  rt state "$ID"
  [[ $status != 0 || $output == *'"stopped"'* ]]
}

#: a poststop hook that fails does not stop delete
poststop_fails() {
  hook poststop exit 1
  hook poststop
  inside exit 0
  becomes stopped
  rt delete "$ID"
  not state "$ID"
  is 'poststop poststop ' "$(seen)"
}

#: timeout: a hook that takes longer fails create
timeout_passes() {
  hook createRuntime sleep 60
  config '.hooks.createRuntime[0].timeout = 1'
  call_with_output create --bundle "$BUNDLE" "$ID"
  [[ $status != 0 && $status != 124 ]]
}

#: timeout: a hook that is faster is no failure
timeout_is_enough() {
  hook createRuntime
  config '.hooks.createRuntime[0].timeout = 60'
  inside say ran
  is ran "$output"
}

#: a hook that does not exist fails create
missing() {
  config '.hooks.createRuntime = [{path: "/no/such/hook"}]'
  never_runs
}

#: a path that is not absolute is refused
relative() {
  config '.hooks.createRuntime = [{path: "bin/true"}]'
  never_runs
}
