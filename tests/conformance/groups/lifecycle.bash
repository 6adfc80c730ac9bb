# SPDX-License-Identifier: Apache-2.0
# The operations of the runtime-spec's runtime.md and the states between them.

#: create makes the container and does not run the program
create_does_not_run() {
  program say ran
  create
  is created "$(state)"
  kill -0 "$(pid)"
  rt delete --force "$ID"
  finish
  is '' "$output"
}

#: start runs the program
start_runs() {
  inside say ran
  is ran "$output"
}

#: the states: created, running, stopped
states() {
  program wait
  create
  is created "$(state)"
  start
  is running "$(state)"
  ok kill "$ID" KILL
  becomes stopped
}

#: a program that ends by itself leaves a stopped container
ends_by_itself() {
  inside exit 3
  becomes stopped
}

#: delete of a stopped container: state knows it no more
delete_stopped() {
  inside exit 0
  becomes stopped
  ok delete "$ID"
  refused state "$ID"
}

#: delete of a running container is refused and leaves it alone
delete_running() {
  runs
  refused delete "$ID"
  is running "$(state)"
}

#: delete --force of a running container ends and removes it
delete_force_running() {
  local init
  runs
  init=$(pid)
  ok delete --force "$ID"
  refused state "$ID"
  until_true ended "$init"
}

#: delete --force of a created container
delete_force_created() {
  program wait
  create
  ok delete --force "$ID"
  refused state "$ID"
}

#: delete of an unknown container is refused
delete_unknown() { refused delete "$ID-none"; }

#: start of an unknown container is refused
start_unknown() { refused start "$ID-none"; }

#: state of an unknown container is refused
state_unknown() { refused state "$ID-none"; }

#: kill of an unknown container is refused
kill_unknown() { refused kill "$ID-none" KILL; }

#: start of a running container is refused and leaves it alone
start_running() {
  runs
  refused start "$ID"
  is running "$(state)"
}

#: start of a stopped container is refused
start_stopped() {
  inside exit 0
  becomes stopped
  refused start "$ID"
}

#: kill of a stopped container is refused
kill_stopped() {
  inside exit 0
  becomes stopped
  refused kill "$ID" KILL
}

#: an id that is in use is refused and the container with it is left alone
id_in_use() {
  local init
  runs
  init=$(pid)
  call_with_output create --bundle "$BUNDLE" "$ID"
  [[ $status != 0 && -n $errors ]]
  is running "$(state)"
  is "$init" "$(pid)"
}

#: an id can be used again after delete
id_again() {
  inside say first
  becomes stopped
  ok delete "$ID"
  inside say second
  is second "$output"
}

#: an id that would be a path is refused
id_path() {
  call_with_output create --bundle "$BUNDLE" "../$ID"
  [[ $status != 0 ]]
  call_with_output create --bundle "$BUNDLE" "$ID/x"
  [[ $status != 0 ]]
}

#: several containers of one bundle at a time
several() {
  runs
  create_as "$ID-2"
  start "$ID-2"
  is running "$(state)"
  is running "$(state "$ID-2")"
  not is "$(pid)" "$(pid "$ID-2")"
}

#: kill reaches the program: by name, by name with SIG, by number
kill_forms() {
  local signal
  for signal in USR1 SIGUSR1 10; do
    runs
    until_true grep -q waiting "$T/seen"
    ok kill "$ID" $signal
    finish
    is $'waiting\nsignal 10' "$output"
    becomes stopped
    ok delete "$ID"
  done
}

#: kill without a signal sends TERM
kill_default() {
  runs
  until_true grep -q waiting "$T/seen"
  ok kill "$ID"
  finish
  is $'waiting\nsignal 15' "$output"
}

#: kill with KILL of a created container
kill_created() {
  program wait
  create
  ok kill "$ID" KILL
  becomes stopped
}

#: kill with a signal that does not exist is refused
kill_bad_signal() {
  runs
  refused kill "$ID" NOSUCH
  is running "$(state)"
}

#: a change of config.json after create has no effect on start
config_is_read_once() {
  program say before
  create
  program say after
  start
  finish
  is before "$output"
}

#: a bundle without config.json is refused
no_config() {
  rm "$BUNDLE/config.json"
  never_runs
}

#: a bundle that does not exist is refused
no_bundle() { refused create --bundle "$T/none" "$ID"; }

#: the current directory is the bundle if none is given
bundle_is_current() {
  program say here
  call_with_output create "$ID"
  start
  finish
  is here "$output"
}

#: --pid-file holds the pid of the container's first process when create returns
pid_file() {
  program wait
  create --pid-file "$T/pid"
  is "$(pid)" "$(cat "$T/pid")"
}

#: the death of the first process by KILL from outside is seen
killed_from_outside() {
  runs
  kill -KILL "$(pid)"
  becomes stopped
  ok delete "$ID"
}

#: all processes of the container end with its first one
processes_end() {
  program forks 3 ';' wait
  create
  start
  until_true grep -q waiting "$T/seen"
  ok kill "$ID" KILL
  finish
}

#: the container's cgroup and state directory are gone after delete
delete_removes() {
  needs root
  local dirs
  runs
  dirs=$(cut -d: -f3 "/proc/$(pid)/cgroup" | grep -F "$ID" || true)
  ok kill "$ID" KILL
  becomes stopped
  ok delete "$ID"
  local dir
  for dir in $dirs; do not compgen -G "/sys/fs/cgroup/*$dir"; done
  is '' "$(find "$ROOT" -name "*$ID*")"
}

#: an id of 64 characters and more
long_id() {
  local long=$ID-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
  program wait
  create_as "$long"
  start "$long"
  is running "$(state "$long")"
}

#: a bundle whose name has spaces and other characters
bundle_name() {
  mv "$BUNDLE" "$T/a bundle: ü\\"
  BUNDLE="$T/a bundle: ü\\"
  ROOTFS=$BUNDLE/rootfs
  cd "$BUNDLE"
  check process mounts
}

#: --no-pivot: the root is entered by chroot
no_pivot() {
  needs root
  program list /
  call_with_output create --no-pivot --bundle "$BUNDLE" "$ID"
  is 0 "$status"
  start
  finish
  is '/: checker dev etc proc sys tmp' "$output"
}

#: --no-new-keyring is taken
no_new_keyring() {
  program say ran
  create --no-new-keyring
  start
  finish
  is ran "$output"
}
