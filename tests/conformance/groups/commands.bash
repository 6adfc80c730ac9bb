# SPDX-License-Identifier: Apache-2.0
# Commands beyond the runtime-spec's own that all clients use, where the runtime has them.

#: run: the program's output, and its exit code as the runtime's own
run_exit_code() {
  needs command:run
  program say out ';' exit 42
  rt run --bundle "$BUNDLE" "$ID"
  is 42 "$status"
  is out "$output"
}

#: run: 128 + N if the program dies of signal N
run_signal() {
  needs command:run seccomp
  config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["getppid"], action: "SCMP_ACT_TRAP"}]}'
  program call getppid
  rt run --bundle "$BUNDLE" "$ID"
  is 159 "$status"
}

#: run: the container is gone when it returns
run_deletes() {
  needs command:run
  program exit 0
  ok run --bundle "$BUNDLE" "$ID"
  refused state "$ID"
}

#: run --detach returns, and the container runs
run_detach() {
  needs command:run
  program wait
  call_with_output run --detach --pid-file "$T/pid" --bundle "$BUNDLE" "$ID"
  is 0 "$status"
  is running "$(state)"
  is "$(pid)" "$(cat "$T/pid")"
}

#: pause stops all processes, resume lets them go on
pause_and_resume() {
  needs root command:pause command:resume
  runs
  until_true grep -q waiting "$T/seen"
  ok pause "$ID"
  is paused "$(state)"
  ok resume "$ID"
  is running "$(state)"
  ok kill "$ID" TERM
  finish
  has 'signal 15'
}

#: delete --force of a paused container
delete_paused() {
  needs root command:pause
  runs
  ok pause "$ID"
  ok delete --force "$ID"
  refused state "$ID"
}

#: list --format json names id, pid, status and bundle
list_json() {
  needs command:list
  runs
  ok list --format json
  is "$ID $(pid) running $BUNDLE" "$(ok list --format json && jq -r '.[] | "\(.id) \(.pid) \(.status) \(.bundle)"' <<<"$output")"
}

#: list --quiet has the ids alone
list_quiet() {
  needs command:list
  runs
  ok list -q
  is "$ID" "$output"
}

#: ps --format json lists the pids of all processes
ps_json() {
  needs root command:ps
  program forks 0 ';' wait
  create
  start
  ok ps --format json "$ID"
  is "[$(pid)]" "$(ok ps --format json "$ID" && jq -c . <<<"$output")"
}

#: update --resources takes a resources object from stdin
update_resources() {
  needs root command:update cgroup:memory cgroup:pids
  config '.linux.resources = {memory: {limit: 67108864}, pids: {limit: 20}}'
  runs
  echo '{"memory": {"limit": 134217728}, "pids": {"limit": 40}}' >"$T/resources"
  ok update --resources - "$ID" <"$T/resources"
  limit memory memory.limit_in_bytes 134217728 memory.max 134217728
  limit pids pids.max 40 pids.max 40
}

#: update leaves alone what it is not asked to change
update_keeps() {
  needs root command:update cgroup:memory cgroup:pids
  config '.linux.resources = {memory: {limit: 67108864}, pids: {limit: 20}}'
  runs
  echo '{"pids": {"limit": 40}}' >"$T/resources"
  ok update --resources "$T/resources" "$ID"
  limit memory memory.limit_in_bytes 67108864 memory.max 67108864
}

#: features is a document with the versions of the spec and what is known
features() {
  needs command:features
  ok features
  is '' "$errors"
  jq -e '(.ociVersionMin | type == "string") and (.ociVersionMax | type == "string") and (.mountOptions | index("rbind"))
    and (.linux.namespaces | index("mount")) and (.hooks | index("createRuntime"))' <<<"$output"
}

#: events --stats is one document with the container's id
events_stats() {
  needs root command:events cgroup:memory
  runs
  ok events --stats "$ID"
  is "stats $ID" "$(ok events --stats "$ID" && jq -r '"\(.type) \(.id)"' <<<"$output")"
}

#: --version names the runtime, and the spec's version
version() {
  local text
  text=$("$RUNTIME" --version)
  grep -qi version <<<"$text"
  grep -qE '^spec: *[0-9]' <<<"$text"
}

#: spec writes a config.json
spec() {
  needs command:spec
  mkdir "$T/new"
  cd "$T/new"
  ok spec
  jq -e '.ociVersion and .process.args and .linux.namespaces' config.json
}

#: --log and --log-format json: an error is a line with level and msg
log_json() {
  rt --log "$T/log" --log-format json state "$ID-none"
  [[ $status != 0 ]]
  jq -e 'select(.level == "error") | .msg | length > 0' "$T/log"
}
