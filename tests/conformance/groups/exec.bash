# SPDX-License-Identifier: Apache-2.0
# exec: another process in a running container, as the clients start it.

# process FILTER WORD… : $T/process.json, the process of config.json changed by FILTER, with the checker's words.
process() {
  local filter=$1
  shift
  jq -c ".process | .args = [\"/checker\"] + \$ARGS.positional | $filter" --args -- "$@" <"$BUNDLE/config.json" >"$T/process.json"
}
running() {
  needs command:exec
  runs
}

#: the program's output and arguments
output() {
  running
  ok exec "$ID" /checker say 'two words' -x
  is $'two words\n-x' "$output"
}

#: the exit code
exit_code() {
  running
  rt exec "$ID" /checker exit 42
  is 42 "$status"
}

#: --process takes a whole process object
process_file() {
  running
  process '.cwd = "/tmp"' link /proc/self/cwd
  ok exec --process "$T/process.json" "$ID"
  is '/proc/self/cwd -> /tmp' "$output"
}

# checked MEMBER… : what an exec'd process sees of a process object, in place of the container's own.
checked() {
  jq -c --slurpfile process "$T/process.json" '.process = $process[0]' "$BUNDLE/config.json" >"$ROOTFS/config.json"
  cp "$T/host.json" "$ROOTFS/"
  ok exec --process "$T/process.json" "$ID"
  judge
}

#: user, groups and umask of the process object
user() {
  needs ids
  running
  process '.user = {uid: 1000, gid: 1001, additionalGids: [5], umask: 63}' check process.user
  checked
}

#: environment, directory, limits of the process object
environment() {
  running
  process '.env += ["NEW=1"] | .cwd = "/etc" | .rlimits = [{type: "RLIMIT_NOFILE", soft: 55, hard: 66}]' check process.env process.cwd process.rlimits
  checked
}

#: capabilities of the process object
capabilities() {
  running
  process '.capabilities = {bounding: ["CAP_KILL", "CAP_CHOWN"], permitted: ["CAP_KILL"], effective: ["CAP_KILL"]}' check process.capabilities
  checked
}

#: noNewPrivileges of the process object
no_new_privileges() {
  config '.process.noNewPrivileges = false'
  running
  process '.noNewPrivileges = true' check process.noNewPrivileges
  checked
}

#: the process is in all namespaces of the container
namespaces() {
  add_namespace cgroup
  running
  local name expected='' words=()
  for name in pid net mnt ipc uts cgroup; do
    words+=(link "/proc/self/ns/$name" ';')
    expected+="/proc/self/ns/$name -> $(readlink "/proc/$(pid)/ns/$name")"$'\n'
  done
  ok exec "$ID" /checker "${words[@]}"
  is "$expected" "$output"$'\n'
}

#: the process is in the user namespace of the container
user_namespace() {
  needs root userns
  add_namespace user
  config '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
  running
  ok exec "$ID" /checker link /proc/self/ns/user ';' open /tmp/new c ';' stat /tmp/new
  has "$(readlink "/proc/$(pid)/ns/user")"
  has '/tmp/new: - 644 0:0'
}

#: the process is in the cgroup of the container
cgroup_of_container() {
  needs root cgroup:pids
  config '.linux.resources.pids = {limit: 4}'
  running
  ok exec "$ID" /checker forks 10
  has 'children '
  ((${output#children } < 4))
}

#: the container's seccomp profile holds for it
seccomp() {
  needs seccomp
  config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["getppid"], action: "SCMP_ACT_ERRNO", errnoRet: 71}]}'
  running
  ok exec "$ID" /checker call getppid
  is 'getppid 71' "$output"
}

#: nothing of the runtime's descriptors and environment gets in
clean() {
  running
  process . check descriptors process.env
  checked
}

#: --detach returns at once, with the pid in --pid-file
detach() {
  running
  call_with_output exec --detach --pid-file "$T/exec.pid" "$ID" /checker wait
  is 0 "$status"
  until_true grep -q waiting "$T/seen"
  is /checker "$(readlink "/proc/$(cat "$T/exec.pid")/exe")"
  kill -TERM "$(cat "$T/exec.pid")"
  finish
  has 'signal 15'
}

#: in a created container, too
created() {
  needs command:exec
  program wait
  create
  ok exec "$ID" /checker say early
  is early "$output"
}

#: in a stopped container it is refused
stopped() {
  needs command:exec
  inside exit 0
  becomes stopped
  refused exec "$ID" /checker say late
}

#: in an unknown container it is refused
unknown() {
  needs command:exec
  refused exec "$ID-none" /checker say nowhere
}

#: a program that does not exist is an error
missing_program() {
  running
  refused exec "$ID" /no/such/program
  is running "$(state)"
}

#: a process object without args is refused
no_args() {
  running
  process '.args = []'
  refused exec --process "$T/process.json" "$ID"
}
