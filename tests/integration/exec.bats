#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# exec: one more process in a container, by flags or by --process.

load helpers
setup() { make_bundle; }
teardown() { clean_up; }

# process FILTER : the container's own process object, changed, as $T/process.json.
process() { jq ".process | $1" config.json >"$T/process.json"; }

caps() { grep -E "^$1:" <<<"$output" | cut -f2; } # caps CapEff : from /proc/self/status in the output

@test "exec: output and exit code" {
  sleeper
  exits 0 exec "$ID" echo hello
  is hello
  is "" "$errors"
  exits 42 exec "$ID" sh -c 'exit 42'
  is "" "$errors"
}

@test "exec: killed by a signal is 128+N" {
  sleeper
  exits 137 exec "$ID" sh -c 'kill -KILL $$'
  exits 143 exec "$ID" sh -c 'kill -TERM $$'
}

@test "exec: stdin reaches the program" {
  sleeper
  seq 50000 >"$T/in"
  STDIN=$T/in rt exec "$ID" cat
  [[ $status == 0 ]]
  cmp "$T/in" "$OUT"
}

@test "exec: flags after the id belong to the program" {
  sleeper
  ok exec "$ID" ls -d -1 /etc /proc
  is $'/etc\n/proc'
}

@test "exec: a lone -- before the program" {
  sleeper
  ok exec -- "$ID" echo hello
  is hello
}

@test "exec: the namespaces and the cgroups are init's" {
  sleeper
  local pid
  pid=$(pid_of "$ID")
  ok exec "$ID" sh -c 'for n in pid net ipc uts mnt cgroup user; do readlink /proc/self/ns/$n; done'
  is "$(for n in pid net ipc uts mnt cgroup user; do readlink "/proc/$pid/ns/$n"; done)"
  ok exec --detach --pid-file "$T/pid" "$ID" sleep 1000
  diff "/proc/$pid/cgroup" "/proc/$(cat "$T/pid")/cgroup"
}

@test "exec: a container with a pid namespace and no other" {
  edit '.linux.namespaces = [{type: "pid"}] | .mounts = [] | del(.linux.maskedPaths, .linux.readonlyPaths, .hostname)'
  program sleep 1000
  start_container
  ok exec "$ID" echo here
  is here
}

@test "exec: session and process group of its own" {
  use_probe
  sleeper
  ok exec "$ID" probe session
  is "sid=self pgid=self"
}

@test "exec --cwd" {
  sleeper
  ok exec "$ID" pwd
  is /
  ok exec --cwd /etc "$ID" pwd
  is /etc
}

@test "exec: the container's cwd is the default" {
  edit '.process.cwd = "/var"'
  sleeper
  ok exec "$ID" pwd
  is /var
}

@test "exec --cwd must be absolute and exist" {
  sleeper
  refused exec --cwd etc "$ID" true
  says "Cwd must be an absolute path"
  refused exec --cwd /nowhere "$ID" true
  says /nowhere "no such file or directory"
}

@test "exec: the environment is the container's, --env adds and overrides" {
  edit '.process.env += ["ONE=1", "TWO=2"]'
  sleeper
  ok exec --env TWO=zwei --env THREE=3 "$ID" env
  has ONE=1 TWO=zwei THREE=3 PATH=
  [[ $output != *TWO=2* ]]
  ok exec -e FOUR=4 "$ID" env
  has FOUR=4
}

@test "exec --user" {
  sleeper
  ok exec --user 1000:100 "$ID" id
  has "uid=1000" "gid=100"
  ok exec -u 1000 "$ID" sh -c 'id -u; echo $HOME'
  is $'1000\n/home/someone'
}

@test "exec --user: numbers are parsed strictly" {
  sleeper
  local user
  for user in 1000x x 1000: :5 -1 1000:5x 99999999999 "0 " 0x0; do
    refused exec --user "$user" "$ID" id
  done
}

@test "exec --additional-gids" {
  sleeper
  ok exec -u 1000:1000 -g 7 -g 8 "$ID" id -G
  is "1000 7 8"
}

@test "exec: the container's user and groups are the default" {
  edit '.process.user = {uid: 1000, gid: 1000, additionalGids: [33]}'
  sleeper
  ok exec "$ID" sh -c 'id -u; id -G'
  is $'1000\n1000 33'
}

@test "exec --cap adds to bounding, effective and permitted, never to inheritable or ambient" {
  edit '.process.noNewPrivileges = false'
  sleeper
  ok exec "$ID" cat /proc/self/status
  local before
  before=$(caps CapEff)
  ok exec --cap CAP_SYS_ADMIN --cap CAP_SYS_PTRACE "$ID" cat /proc/self/status
  local want
  want=$(printf '%016x' $((16#$before | 1 << 21 | 1 << 19)))
  is "$want" "$(caps CapEff)"
  is "$want" "$(caps CapPrm)"
  is "$want" "$(caps CapBnd)"
  is 0000000000000000 "$(caps CapInh)"
  is 0000000000000000 "$(caps CapAmb)"
}

@test "exec: capabilities are the container's" {
  sleeper
  ok exec "$ID" cat /proc/self/status
  is 00000000080004eb "$(caps CapBnd)"
  is 00000000080004eb "$(caps CapEff)"
  is 0000000000000000 "$(caps CapInh)"
}

@test "exec as a user has no effective capabilities" {
  sleeper
  ok exec -u 1000 "$ID" cat /proc/self/status
  is 0000000000000000 "$(caps CapEff)"
  is 0000000000000000 "$(caps CapPrm)"
}

@test "exec --no-new-privs" {
  edit '.process.noNewPrivileges = false'
  sleeper
  ok exec "$ID" grep NoNewPrivs /proc/self/status
  is $'NoNewPrivs:\t0'
  ok exec --no-new-privs "$ID" grep NoNewPrivs /proc/self/status
  is $'NoNewPrivs:\t1'
}

@test "exec: umask is the container's" {
  edit '.process.user.umask = 63'
  sleeper
  ok exec "$ID" sh -c umask
  is 0077
}

@test "exec: rlimits are the container's" {
  edit '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 100, hard: 200}]'
  sleeper
  ok exec "$ID" sh -c 'ulimit -Sn; ulimit -Hn'
  is $'100\n200'
}

@test "exec: seccomp is the container's" {
  edit '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86_64"],
    syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 28}]}'
  sleeper
  exits 1 exec "$ID" mkdir /x
  says "No space left on device"
}

@test "exec: oomScoreAdj" {
  edit '.process.oomScoreAdj = 333'
  sleeper
  ok exec "$ID" cat /proc/self/oom_score_adj
  is 333
}

@test "exec --process" {
  sleeper
  process '.args = ["sh", "-c", "pwd; id -u; echo $FOO; umask"] | .cwd = "/etc" | .user = {uid: 1000, gid: 1000, umask: 23} | .env = ["FOO=bar", "PATH=/bin"]'
  ok exec --process "$T/process.json" "$ID"
  is $'/etc\n1000\nbar\n0027'
}

@test "exec --process: capabilities, rlimits, noNewPrivileges, groups" {
  edit '.process.noNewPrivileges = false'
  sleeper
  process '.args = ["sh", "-c", "id -G; ulimit -n; grep -E ^CapBnd\\|^NoNew /proc/self/status"] | .user = {uid: 0, gid: 0, additionalGids: [1, 2]} |
    .rlimits = [{type: "RLIMIT_NOFILE", soft: 77, hard: 88}] | .noNewPrivileges = true | .capabilities = {bounding: ["CAP_KILL"]}'
  ok exec -p "$T/process.json" "$ID"
  is $'0 1 2\n77\nCapBnd:\t0000000000000020\nNoNewPrivs:\t1'
}

@test "exec --process: what is unset falls back to the container's" {
  edit '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 100, hard: 200}]'
  sleeper
  process 'del(.rlimits, .capabilities) | .args = ["sh", "-c", "ulimit -n; grep ^CapBnd /proc/self/status"]'
  ok exec -p "$T/process.json" "$ID"
  is $'100\nCapBnd:\t00000000080004eb'
}

@test "exec --process: the file may go as soon as the command has returned" {
  sleeper
  process '.args = ["sh", "-c", "sleep 0.3; echo late"]'
  ok exec -d -p "$T/process.json" "$ID"
  rm "$T/process.json"
  wait_until has_line late "$OUT"
}

@test "exec --process: bad files" {
  sleeper
  process '.args = []'
  refused exec -p "$T/process.json" "$ID"
  says args
  process '.cwd = "etc"'
  refused exec -p "$T/process.json" "$ID"
  says "Cwd must be an absolute path"
  echo '{' >"$T/process.json"
  refused exec -p "$T/process.json" "$ID"
  refused exec -p "$T/missing.json" "$ID"
  says "$T/missing.json" "no such file or directory"
}

@test "exec --detach --pid-file: the pid as the caller sees it" {
  sleeper
  cd "$T"
  ok exec --detach --pid-file exec.pid "$ID" sleep 1234
  is $'sleep\n1234' "$(tr '\0' '\n' <"/proc/$(cat exec.pid)/cmdline")"
  [[ $(wc -l <exec.pid) == 0 ]]
  [[ $(status_of "$ID") == running ]]
}

@test "exec --detach: the process is the subreaper's child, which learns its exit code" {
  sleeper
  run -0 timeout 20 python3 "$SUPPORT/subreaper.py" "$T/pid" -- \
    "'$MASU_RUNTIME' --root '$ROOT' exec -d --pid-file '$T/pid' $ID sh -c 'exit 11'"
  is 11
}

@test "exec: signals to the runtime are forwarded" {
  sleeper
  "$MASU_RUNTIME" --root "$ROOT" exec "$ID" sh -c 'trap "echo got; exit 8" TERM; echo ready; while :; do sleep 0.05; done' \
    </dev/null >"$T/out" 2>"$T/err" 3>&- 4>&- &
  local pid=$!
  wait_until has_line ready "$T/out"
  kill -TERM $pid
  ends_with 8 $pid
  has_line got "$T/out"
}

@test "exec --preserve-fds" {
  use_probe
  sleeper
  run -0 timeout 20 "$MASU_RUNTIME" --root "$ROOT" exec --preserve-fds 2 "$ID" sh -c 'cat <&3; cat <&4; test -e /proc/self/fd/5 || echo no fifth' \
    3< <(echo three) 4< <(echo four) 5</dev/null
  is $'three\nfour\nno fifth'
}

@test "exec: no other descriptor leaks" {
  use_probe
  sleeper
  run -0 timeout 20 "$MASU_RUNTIME" --root "$ROOT" exec "$ID" probe fds 3</dev/null 7</dev/null 20</etc/passwd
  is $'0\n1\n2' "$(cut -d' ' -f1 <<<"$output")"
}

@test "exec in a created container" {
  sh_program 'sleep 1000'
  create_container
  ok exec "$ID" sh -c 'echo hello; hostname'
  is $'hello\nbox'
  [[ $(status_of "$ID") == created ]]
  ok start "$ID"
}

@test "exec: no program" {
  sleeper
  rt exec "$ID"
  [[ $status != 0 && -n $errors ]]
}

@test "exec: failures are 255 and say what docker and podman look for" {
  sleeper
  refused exec "$ID" nosuch
  says 'exec: "nosuch": executable file not found in $PATH'
  refused exec "$ID" /nosuch
  says "/nosuch" "no such file or directory"
  refused exec "$ID" /etc
  says "is a directory"
  refused exec "$ID" /etc/passwd
  says "permission denied"
  printf 'garbage' >rootfs/bin/garbage
  chmod 755 rootfs/bin/garbage
  refused exec "$ID" garbage
  says "exec format error"
  printf '#!/no/interpreter\n' >rootfs/bin/script
  chmod 755 rootfs/bin/script
  refused exec "$ID" script
  says "no such file or directory"
  [[ $(status_of "$ID") == running ]]
}

@test "exec works after the bundle's config.json is gone" {
  sleeper
  rm config.json
  ok exec "$ID" echo hello
  is hello
}

@test "exec --cgroup: a path below the container's, never above" {
  sleeper
  refused exec --cgroup ../.. "$ID" true
  refused exec --cgroup memory:../x "$ID" true
}

@test "thirty execs at once" {
  sleeper
  local n pids=()
  for n in {1..30}; do
    timeout 30 "$MASU_RUNTIME" --root "$ROOT" exec "$ID" sh -c "echo $n; exit $n" </dev/null >"$T/n-$n" 2>&1 3>&- 4>&- &
    pids+=($!)
  done
  for n in {1..30}; do
    ends_with "$n" "${pids[n - 1]}"
    is "$n" "$(cat "$T/n-$n")"
  done
}
