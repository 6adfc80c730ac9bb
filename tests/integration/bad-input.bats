#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Input that is wrong: config.json, the root, the program. Each is told with the JSON path or the words that clients
# look for, with exit code 1, and nothing is left. (Mounts, hooks, namespaces … are in their own files.)

# shellcheck disable=SC2034,SC2154 # ROOT, status, output and errors belong to helpers.bash
load helpers
setup() {
  make_bundle
  cp config.json "$T/good.json"
  program true
}
teardown() { clean_up; }

# rejects FILTER TEXT… : the good config, changed by FILTER, is refused with each TEXT.
rejects() {
  jq "$1" "$T/good.json" >config.json
  refused create -b "$BUNDLE" "$ID" || { echo "filter: $1" >&2; return 1; }
  shift
  says "$@"
}

@test "no config.json, no bundle" {
  rm config.json
  refused create -b "$BUNDLE" "$ID"
  says "JSON specification file config.json not found"
  refused run -b "$T/nowhere" "$ID"
  says "$T/nowhere"
  assert_nothing_left "$ID"
}

@test "a config.json that is a directory, a fifo without a writer, unreadable rubbish" {
  rm config.json
  mkdir config.json
  refused create -b "$BUNDLE" "$ID"
  says config.json
  rmdir config.json
  head -c 100000 /dev/urandom >config.json
  refused create -b "$BUNDLE" "$ID"
  says config.json
  assert_nothing_left "$ID"
}

@test "broken JSON" {
  local text
  for text in '' '{' '[]' '"text"' 'null' '{"ociVersion": "1.0.2"' "$(head -c 700 "$T/good.json")" '{"a": 1,}' "{'a': 1}" '{"ociVersion": "1.0.2"} trailing' \
    '{"ociVersion": tru}' '{"a": "\u12"}' '{"a": 01}'; do
    printf '%s' "$text" >config.json
    refused create -b "$BUNDLE" "$ID"
    says config.json
  done
  printf '{"a": "\xff\xfe"}' >config.json
  refused create -b "$BUNDLE" "$ID"
  printf '[%.0s' {1..100000} >config.json
  refused create -b "$BUNDLE" "$ID"
  { printf '{"x":'; printf '{"a":%.0s' {1..50000}; } >config.json
  refused create -b "$BUNDLE" "$ID"
  assert_nothing_left "$ID"
}

@test "wrong types: top level, root, process" {
  rejects '.ociVersion = 1' ociVersion
  rejects '.root = "rootfs"' root
  rejects '.root.path = 3' root.path
  rejects '.root.readonly = "yes"' root.readonly
  rejects '.hostname = []' hostname
  rejects '.annotations = {"a": 1}' annotations
  rejects '.process = []' process
  rejects '.process.args = "sh"' process.args
  rejects '.process.args = [1]' "process.args[0]"
  rejects '.process.env = {}' process.env
  rejects '.process.env[1] = null' "process.env[1]"
  rejects '.process.cwd = 5' process.cwd
  rejects '.process.terminal = "yes"' process.terminal
  rejects '.process.user = 0' process.user
  rejects '.process.user.uid = "0"' process.user.uid
  rejects '.process.user.additionalGids = [1, "x"]' "process.user.additionalGids[1]"
  rejects '.process.capabilities = []' process.capabilities
  rejects '.process.capabilities.bounding = "CAP_KILL"' process.capabilities.bounding
  rejects '.process.noNewPrivileges = 1' process.noNewPrivileges
  rejects '.process.rlimits = [{type: "RLIMIT_CORE", soft: "many", hard: 1}]' "process.rlimits[0].soft"
  rejects '.process.oomScoreAdj = "0"' process.oomScoreAdj
  assert_nothing_left "$ID"
}

@test "wrong types: mounts, hooks, linux" {
  rejects '.mounts = {}' mounts
  rejects '.mounts[0] = "proc"' "mounts[0]"
  rejects '.mounts[0].destination = 7' "mounts[0].destination"
  rejects '.mounts[2].options = "ro"' "mounts[2].options"
  rejects '.mounts[2].options[1] = 1' "mounts[2].options[1]"
  rejects '.hooks = []' hooks
  rejects '.hooks.prestart = {}' hooks.prestart
  rejects '.hooks.prestart = [{path: 1}]' "hooks.prestart[0].path"
  rejects '.linux = 1' linux
  rejects '.linux.namespaces = "pid"' linux.namespaces
  rejects '.linux.namespaces = [{}]' "linux.namespaces[0]"
  rejects '.linux.maskedPaths = [1]' "linux.maskedPaths[0]"
  rejects '.linux.sysctl = {"net.ipv4.ip_forward": 1}' linux.sysctl
  rejects '.linux.resources = []' linux.resources
  rejects '.linux.resources.memory.limit = "1G"' linux.resources.memory.limit
  rejects '.linux.resources.memory.limit = 1.5' linux.resources.memory.limit
  rejects '.linux.resources.cpu.shares = "x"' linux.resources.cpu.shares
  rejects '.linux.seccomp = {defaultAction: 1}' linux.seccomp.defaultAction
  rejects '.linux.uidMappings = [{containerID: "0"}]' "linux.uidMappings[0].containerID"
  rejects '.linux.devices = {}' linux.devices
  assert_nothing_left "$ID"
}

@test "wrong ranges" {
  rejects '.process.user.uid = -1' process.user.uid
  rejects '.process.user.uid = 4294967296' process.user.uid
  rejects '.process.user.umask = -1' process.user.umask
  rejects '.linux.resources.cpu.shares = -1' linux.resources.cpu.shares
  rejects '.linux.resources.memory.limit = 1e30' linux.resources.memory.limit
  rejects '.linux.resources.pids.limit = 99999999999999999999' linux.resources.pids.limit
  rejects '.linux.uidMappings = [{containerID: 0, hostID: 0, size: 4294967296}]' "linux.uidMappings[0].size"
  assert_nothing_left "$ID"
}

@test "unknown words where a list of words is given" {
  rejects '.linux.namespaces[0].type = "nosuch"' "linux.namespaces[0]" nosuch
  rejects '.linux.rootfsPropagation = "nosuch"' linux.rootfsPropagation
  rejects '.process.rlimits = [{type: "RLIMIT_NOSUCH", soft: 1, hard: 1}]' "process.rlimits[0]" RLIMIT_NOSUCH
  rejects '.linux.personality = {domain: "NOSUCH"}' linux.personality
  rejects '.process.scheduler = {policy: "SCHED_NOSUCH"}' process.scheduler
  rejects '.process.ioPriority = {class: "IOPRIO_NOSUCH", priority: 1}' process.ioPriority
  rejects '.linux.memoryPolicy = {mode: "MPOL_NOSUCH", nodes: "0"}' linux.memoryPolicy
  assert_nothing_left "$ID"
}

@test "what must be there and is not" {
  rejects 'del(.root)' root
  rejects 'del(.root.path)' root.path
  rejects 'del(.process.cwd)' process.cwd
  rejects 'del(.process.args)' process.args
  rejects '.process.args = []' process.args
  rejects '.process.args = [""]'
  rejects 'del(.mounts[3].destination)' "mounts[3].destination"
  assert_nothing_left "$ID"
}

@test "bytes that no path or argument can hold" {
  rejects '.process.args = ["a\u0000b"]' "process.args[0]"
  rejects '.process.env += ["X=a\u0000b"]' "process.env[2]"
  rejects '.mounts[1].destination = "/a\u0000b"' "mounts[1].destination"
  rejects '.hostname = "a\u0000b"' hostname
  rejects '.root.path = "root\u0000fs"' root.path
  assert_nothing_left "$ID"
}

@test "a hostname that is too long" {
  rejects '.hostname = "x" * 65' hostname
  assert_nothing_left "$ID"
}

@test "unknown members are ignored, everywhere" {
  jq '.nosuch = 1 | .process.nosuch = {} | .root.nosuch = [] | .mounts[0].nosuch = true | .linux.nosuch = "x" | .linux.resources.nosuch = {a: [1]} | .linux.namespaces[0].nosuch = null' \
    "$T/good.json" >config.json
  ok run -b "$BUNDLE" "$ID"
}

@test "a later version of the spec is fine" {
  jq '.ociVersion = "1.99.0-dev"' "$T/good.json" >config.json
  ok run -b "$BUNDLE" "$ID"
}

@test "the root: missing, a file" {
  mv rootfs "$T/moved"
  refused run -b "$BUNDLE" "$ID"
  says "$BUNDLE/rootfs" "no such file or directory"
  touch rootfs
  refused run -b "$BUNDLE" "$ID"
  says "$BUNDLE/rootfs" "not a directory"
  rm rootfs
  mv "$T/moved" rootfs
  assert_nothing_left "$ID"
}

@test "the root is empty" {
  mv rootfs "$T/moved"
  mkdir rootfs
  refused run -b "$BUNDLE" "$ID"
  says "executable file not found"
  rm -rf rootfs
  mv "$T/moved" rootfs
  assert_nothing_left "$ID"
}

@test "the program is not found, in PATH or by its path: create says so" {
  program nosuch
  refused create -b "$BUNDLE" "$ID"
  says 'exec: "nosuch": executable file not found in $PATH'
  program /bin/nosuch
  refused create -b "$BUNDLE" "$ID"
  says /bin/nosuch "no such file or directory"
  [[ $errors =~ exec:?\ \"?/bin/nosuch\"?:\ (stat\ /bin/nosuch:\ )?no\ such\ file\ or\ directory ]] || [[ ${errors//\\/} =~ exec:\ \"/bin/nosuch\":\ stat\ /bin/nosuch:\ no\ such ]]
  assert_nothing_left "$ID"
}

@test "the program is a directory" {
  program /etc
  refused run -b "$BUNDLE" "$ID"
  says "is a directory" "permission denied"
  assert_nothing_left "$ID"
}

@test "the program is not executable" {
  program /etc/passwd
  refused run -b "$BUNDLE" "$ID"
  says /etc/passwd "permission denied"
  assert_nothing_left "$ID"
}

@test "the program lies on a noexec mount" {
  cp rootfs/bin/busybox "$T/true"
  add_mount "{\"destination\": \"/noexec\", \"source\": \"$T\", \"options\": [\"bind\", \"noexec\"]}"
  program /noexec/true
  refused run -b "$BUNDLE" "$ID"
  says "permission denied"
  assert_nothing_left "$ID"
}

@test "the program is for another architecture, or no program at all: run and start say so" {
  # A valid ELF header, but for e_machine.
  head -c 4096 rootfs/bin/busybox >rootfs/bin/foreign
  printf '\xff\x7f' | dd of=rootfs/bin/foreign bs=1 seek=18 conv=notrunc status=none
  chmod 755 rootfs/bin/foreign
  program foreign
  refused run -b "$BUNDLE" "$ID"
  says "exec format error"
  assert_nothing_left "$ID"
  printf 'neither ELF nor script\n' >rootfs/bin/garbage
  chmod 755 rootfs/bin/garbage
  program garbage
  ok create -b "$BUNDLE" "$ID"
  refused start "$ID"
  says "exec format error"
  wait_for_stop
  ok delete "$ID"
  assert_nothing_left "$ID"
}

@test "the program's interpreter is missing: of a script and of an ELF file" {
  printf '#!/no/interpreter\n' >rootfs/bin/script
  chmod 755 rootfs/bin/script
  program script
  refused run -b "$BUNDLE" "$ID"
  says "no such file or directory"
  cp "$(realpath /bin/ls)" rootfs/bin/dynamic # wants ld.so, which is not here
  program dynamic
  refused run -b "$BUNDLE" "$ID"
  says "no such file or directory"
  assert_nothing_left "$ID"
}

@test "the program is a link to outside" {
  ln -s "$T/outside" rootfs/bin/out
  cp rootfs/bin/busybox "$T/outside"
  program /bin/out
  refused run -b "$BUNDLE" "$ID"
  says "no such file or directory"
  assert_nothing_left "$ID"
}

@test "a pid file that cannot be written: nothing is left" {
  program sleep 1000
  refused create -b "$BUNDLE" --pid-file "$T/no/such/dir/pid" "$ID"
  says "$T/no/such/dir" "no such file or directory"
  assert_nothing_left "$ID"
}

@test "a root that cannot be written: state is not kept, nothing is left" {
  touch "$T/file"
  ROOT=$T/file/root
  refused create -b "$BUNDLE" "$ID"
  says "$T/file"
  ROOT=$T/root
  assert_nothing_left "$ID"
}

@test "strange numbers for flags" {
  local bad
  for bad in -1 x 1x "" 99999999999; do
    refused run --preserve-fds "$bad" -b "$BUNDLE" "$ID"
  done
  assert_nothing_left "$ID"
}
