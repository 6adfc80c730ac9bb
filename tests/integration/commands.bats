#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The commands that only tell: list, ps, state, spec, features, --version, --help; and wrong command lines.

load helpers
setup() { make_bundle; }
teardown() { clean_up; }

@test "state: one object with the fields that clients read" {
  edit '.annotations = {"org.example.key": "a value", "dotted.key/slash": "ünïcode \"quoted\""}'
  sleeper
  ok state "$ID"
  jq -e --arg id "$ID" --arg bundle "$BUNDLE" '
    (.ociVersion | test("^1\\.[0-9]")) and .id == $id and .status == "running" and .bundle == $bundle and .pid > 1 and
    .rootfs == $bundle + "/rootfs" and .owner == "root" and
    .annotations == {"org.example.key": "a value", "dotted.key/slash": "ünïcode \"quoted\""} and
    (.created | test("^20[0-9][0-9]-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\\.[0-9]+)?Z$"))' "$OUT"
  [[ -d /proc/$(jq .pid "$OUT") ]]
  [[ $(jq -s length "$OUT") == 1 && $(tail -c1 "$OUT") == "" ]]
}

@test "state: the pid of a stopped container is 0" {
  program true
  start_container
  wait_for_stop
  ok state "$ID"
  jq -e '.pid == 0 and .status == "stopped"' "$OUT"
}

@test "list: an empty root" {
  mkdir "$ROOT"
  ok list -q
  is ""
  ok list --format json
  jq -e '. == [] or . == null' "$OUT"
  ok list
  [[ $(wc -l <"$OUT") == 1 ]] # the header
}

@test "list: a root that does not exist is an error, and is not made" {
  refused list
  says "$ROOT"
  [[ ! -e $ROOT ]]
}

@test "list: table, json and -q" {
  program sleep 1000
  create_container
  ok create -b "$BUNDLE" "$ID-2"
  ok start "$ID-2"
  ok list
  [[ $(head -1 "$OUT") =~ ID.*PID.*STATUS.*BUNDLE.*CREATED.*OWNER ]]
  grep -qE "^$ID +[0-9]+ +created +$BUNDLE +20[^ ]+Z +root *$" "$OUT"
  grep -qE "^$ID-2 +[0-9]+ +running +$BUNDLE " "$OUT"
  ok list -f json
  jq -e --arg id "$ID" 'map({id, status}) | sort_by(.id) == [{id: $id, status: "created"}, {id: ($id + "-2"), status: "running"}]' "$OUT"
  [[ $(wc -l <"$OUT") -le 1 ]] # one line
  ok list --format=json
  ok list -q
  is "$ID"$'\n'"$ID-2" "$(sort "$OUT")"
  refused list --format yaml
}

@test "list survives strangers in the root" {
  program sleep 1000
  create_container
  mkdir "$ROOT/half-made"
  touch "$ROOT/a-file"
  rt list -q
  [[ $status == 0 ]]
  is "$ID"
  rm -r "$ROOT/half-made" "$ROOT/a-file"
}

@test "ps: json is an array of host pids, child cgroups included" {
  sh_program 'sleep 1000 & sleep 1000'
  start_container
  wait_until process_count "$ID" 2
  ok ps --format json "$ID"
  jq -e --argjson pid "$(pid_of "$ID")" 'index($pid) != null and length >= 2 and all(type == "number")' "$OUT"
}

@test "ps: the table keeps the header and the container's rows" {
  program sleep 1234
  start_container
  ok ps "$ID"
  [[ $(head -1 "$OUT") == *PID* && $(wc -l <"$OUT") == 2 ]]
  has "$(pid_of "$ID")"
  ok ps --format table "$ID" -o pid,args
  has "sleep 1234"
  ok ps --format table "$ID" "-o pid,comm" # as one argument
  has sleep
}

@test "ps: of a created container, of a wrong format" {
  program sleep 1000
  create_container
  ok ps -f json "$ID"
  jq -e length "$OUT"
  refused ps -f yaml "$ID"
}

@test "spec writes a config.json that is valid and runs" {
  mkdir "$T/new"
  cd "$T/new"
  ok spec
  is ""
  [[ $(stat -c %a config.json) == 644 ]]
  jq -e '.process.terminal == true and .process.args == ["sh"] and .process.cwd == "/" and .process.noNewPrivileges == true and
    (.process.env | length == 2) and (.process.capabilities.bounding | sort == ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"]) and
    .process.rlimits == [{type: "RLIMIT_NOFILE", hard: 1024, soft: 1024}] and .root == {path: "rootfs", readonly: true} and
    (.mounts | length >= 7) and ([.linux.namespaces[].type] - ["cgroup"] | sort == ["ipc", "mount", "network", "pid", "uts"]) and
    .linux.resources.devices == [{allow: false, access: "rwm"}] and (.linux.maskedPaths | index("/proc/kcore") != null) and
    (.linux.readonlyPaths | index("/proc/sys") != null)' config.json
  grep -qP '^\t"' config.json # indented by tabs
  cp -a "$BUNDLE/rootfs" .
  jq '.process.terminal = false | .process.args = ["sh", "-c", "echo hello; hostname; id -u"]' config.json >c
  mv c config.json
  ok run "$ID"
  [[ $output == hello*0 ]]
}

@test "spec refuses to overwrite" {
  refused spec -b "$BUNDLE"
  says config.json exist
}

@test "spec --bundle" {
  mkdir "$T/new"
  ok spec --bundle "$T/new"
  jq -e . "$T/new/config.json"
  refused spec --bundle "$T/nowhere"
}

@test "spec --rootless" {
  mkdir "$T/new"
  ok spec --rootless -b "$T/new"
  jq -e '([.linux.namespaces[].type] | index("user") != null and index("network") == null) and
    .linux.uidMappings == [{containerID: 0, hostID: 0, size: 1}] and .linux.gidMappings == [{containerID: 0, hostID: 0, size: 1}] and
    .linux.resources == null and ([.mounts[].options // [] | .[] | select(startswith("gid="))] == [])' "$T/new/config.json"
  cp -a "$BUNDLE/rootfs" "$T/new/"
  jq '.process.terminal = false | .process.args = ["cat", "/proc/self/uid_map"]' "$T/new/config.json" >"$T/c" && mv "$T/c" "$T/new/config.json"
  ok run -b "$T/new" "$ID"
  [[ $output =~ ^\ *0\ +0\ +1$ ]]
}

@test "features: pure JSON with what clients look for" {
  ok features
  jq -e '
    (.ociVersionMin | test("^1\\.0")) and (.ociVersionMax | test("^1\\.")) and
    (.hooks | sort == ["createContainer", "createRuntime", "poststart", "poststop", "prestart", "startContainer"]) and
    (.mountOptions | . == sort and index("rro") != null and index("rbind") != null and index("nosuid") != null and index("tmpcopyup") != null) and
    (.linux.namespaces | sort == ["cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"]) and
    (.linux.capabilities | length > 30 and index("CAP_SYS_ADMIN") != null) and
    .linux.cgroup.v1 == true and .linux.cgroup.v2 == true and
    .linux.seccomp.enabled == true and (.linux.seccomp.actions | index("SCMP_ACT_NOTIFY") != null) and
    (.linux.seccomp.operators | length == 7) and (.linux.seccomp.archs | index("SCMP_ARCH_X86_64") != null) and
    (.linux.seccomp.knownFlags | index("SECCOMP_FILTER_FLAG_LOG") != null) and
    (.linux.mountExtensions.idmap.enabled | type == "boolean") and
    (.annotations | type == "object") and (.potentiallyUnsafeConfigAnnotations | index("org.systemd.property.") != null)' "$OUT"
  run -0 jq -r '.. | strings' "$OUT"
}

@test "features and --version work when the root cannot be used" {
  touch "$T/file"
  run -0 "$MASU_RUNTIME" --root "$T/file/root" --version
  run -0 --separate-stderr "$MASU_RUNTIME" --root "$T/file/root" features
  jq -e .ociVersionMax <<<"$output"
}

@test "--version: the lines that clients parse" {
  local flag
  for flag in --version -v; do
    ok $flag
    [[ ${output%%$'\n'*} =~ ^[a-z-]+\ version\ [0-9]+\.[0-9]+ ]]
    [[ $(grep -c version <<<"$output") == 1 ]] # docker splits every line that has the word
    grep -qE '^commit: [^ ]+' "$OUT"
    grep -qE '^spec: 1\.[0-9]+\.[0-9]+' "$OUT"
  done
}

@test "--help: on stdout, exit 0, with every command" {
  local command flag
  for flag in --help -h; do
    ok $flag
    has create start state kill delete run exec list ps pause resume update events info spec features
  done
  for command in create start state kill delete run exec list ps pause resume update events info spec features; do
    ok $command --help
    has $command
    ok $command -h
  done
}

@test "wrong command lines: exit 1, the error on stderr names the culprit" {
  refused nosuchcommand
  says nosuchcommand
  refused run --nosuchflag "$ID"
  says nosuchflag
  refused --nosuchglobal list
  says nosuchglobal
  refused create
  refused create one two
  refused start
  refused start one two
  refused state
  refused state one two
  refused kill
  refused kill one TERM three
  refused delete
  refused features one
  refused list one
  refused run -b
  [[ ! -e $ROOT/one ]]
}

@test "no command at all is told" {
  rt
  [[ -n $output$errors ]]
}

@test "options may stand before the id or after it" {
  sleeper
  ok delete "$ID" --force
}

@test "--root / is refused" {
  run -1 "$MASU_RUNTIME" --root / list
}

@test "the root is made, for root alone" {
  program sleep 1000
  create_container
  [[ $(stat -c %a "$ROOT") == 700 ]]
  [[ $(stat -c %a "$ROOT/$ID") == 7[01]1 || $(stat -c %a "$ROOT/$ID") == 700 ]]
}
