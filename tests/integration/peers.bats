#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The command line of the peers: each flag of runc, crun and youki, as their callers may send it, is taken. What the
# flags do is tested where their commands are.

load helpers
setup() { make_bundle; }
teardown() { clean_up; }

# takes WHERE ARG… : the parser takes ARGs; --help stops the command before it acts.
takes() {
  local where=$1
  shift
  if [[ $where == global ]]; then rt "$@" features; else rt "$where" "$@" --help; fi
  [[ $status == 0 && -z $errors ]] || { echo "$where does not take: $*" >&2; report "$@"; return 1; }
}

# takes_all WHERE FLAG[=VALUE]… : with two dashes and, as Go's flag package lets callers do, with one.
takes_all() {
  local where=$1 flag name
  shift
  for flag; do
    name=${flag%%=*}
    takes "$where" "--$flag"
    ((${#name} == 1)) || takes "$where" "-$flag"
    [[ $flag == "$name" ]] || takes "$where" "--$name" "${flag#*=}"
    [[ $flag != "$name" ]] || { takes "$where" "--$flag=true" && takes "$where" "--$flag=false"; }
  done
}

@test "a flag that no peer has is not taken" {
  run ! takes create --nosuchflag
  run ! takes global --nosuchflag
}

@test "global flags" {
  takes_all global debug log="$T/log" log="file:$T/log" log-format=text log-format=json log-level=error log-level=warning log-level=debug \
    root="$T/other" systemd-cgroup cgroup-manager=systemd cgroup-manager=cgroupfs cgroup-manager=disabled \
    rootless=true rootless=false rootless=auto criu=/usr/sbin/criu
  takes global -r "$T/other" -l "$T/log" -s
  local flag
  for flag in -v -V --version -version -h -help --help '-?' --usage; do
    run -0 --separate-stderr "$MASU_RUNTIME" "$flag"
    [[ -n $output && -z $stderr ]]
  done
}

@test "flags of create and run" {
  local command
  for command in create run; do
    takes_all $command bundle="$BUNDLE" config=config.json console-socket=s pidfd-socket=s pid-file=p no-pivot no-new-keyring \
      preserve-fds=2 no-subreaper detach
    takes $command -b "$BUNDLE" -f config.json
  done
  takes_all run keep
  takes run -d
}

@test "flags of exec" {
  takes_all exec console-socket=s pidfd-socket=s cwd=/ env=A=b tty user=1:2 additional-gids=3 process=p.json detach pid-file=p \
    process-label=l apparmor=a no-new-privs cap=CAP_KILL preserve-fds=2 cgroup=/x ignore-paused
  takes exec -e A=b -e C=d -t -u 1:2 -g 3 -g 4 -p p.json -d -c CAP_KILL -c CAP_CHOWN
}

@test "flags of update" {
  takes_all update resources=r.json blkio-weight=10 cpu-period=1000 cpu-quota=-1 cpu-burst=0 cpu-share=2 cpu-rt-period=1 \
    cpu-rt-runtime=1 cpuset-cpus=0 cpuset-mems=0 memory=64m memory-reservation=64m memory-swap=-1 cpu-idle=1 pids-limit=1 \
    l3-cache-schema=L3:0=f mem-bw-schema=MB:0=10 kernel-memory=1 kernel-memory-tcp=1
  takes update -r -
}

@test "flags of checkpoint and restore" {
  takes_all checkpoint image-path=i work-path=w parent-path=../p leave-running tcp-established tcp-skip-in-flight link-remap \
    ext-unix-sk shell-job lazy-pages status-fd=3 page-server=localhost:1 file-locks pre-dump manage-cgroups-mode=soft \
    manage-cgroups-mode=full manage-cgroups-mode=strict manage-cgroups-mode=ignore empty-ns=network auto-dedup \
    network-lock=iptables network-lock=nftables network-lock=skip
  takes_all restore console-socket=s image-path=i work-path=w tcp-established tcp-close ext-unix-sk shell-job file-locks \
    manage-cgroups-mode=soft manage-cgroups-mode=full manage-cgroups-mode=strict manage-cgroups-mode=ignore bundle="$BUNDLE" \
    config=config.json detach pid-file=p no-subreaper no-pivot no-new-keyring keep empty-ns=network auto-dedup lazy-pages \
    lsm-profile=apparmor:x lsm-profile=selinux:x lsm-mount-context=x network-lock=nftables
  takes restore -d -b "$BUNDLE" -f config.json
  # go-runc and conmon, word for word
  takes restore -no-subreaper --bundle "$BUNDLE"
  takes restore --detach --bundle "$BUNDLE" --pid-file p --no-pivot --no-new-keyring --image-path i --work-path "$BUNDLE" --console-socket s
}

@test "flags of the other commands" {
  takes_all kill all regex
  takes kill -a -r
  takes_all delete force regex
  takes delete -f -r
  takes_all list format=table format=json quiet
  takes list -f json -q
  takes_all ps format=table format=json
  takes ps -f json
  takes_all spec bundle="$T" rootless file=config.json
  takes spec -b "$T" -f config.json
  takes_all events stats interval=5s
  takes events --interval=300ms
  local command
  for command in start state pause resume features info mounts; do takes $command; done
}

@test "the command lines that the clients write" {
  sleeper
  # go-runc: global flags in its order, one dash where it writes one
  run -0 --separate-stderr "$MASU_RUNTIME" --root "$ROOT" --debug --log "$T/log.json" --log-format json --rootless=false state "$ID"
  jq -e '.status == "running"' <<<"$output"
  run -0 --separate-stderr "$MASU_RUNTIME" --root "$ROOT" --log "$T/log.json" --log-format json events --stats "$ID"
  jq -e '.type == "stats"' <<<"$output"
  run -0 --separate-stderr "$MASU_RUNTIME" --root "$ROOT" ps --format table "$ID" "-o pid,comm"
  [[ ${lines[0]} == *PID* && ${#lines[@]} -gt 1 ]]
  jq -n '{args: ["true"], cwd: "/", user: {uid: 0, gid: 0}, env: ["PATH=/bin"]}' >"$T/p.json"
  # conmon: no --systemd-cgroup, the pid file before the process
  ok exec --pid-file "$T/pid" --process "$T/p.json" --detach "$ID"
  [[ $(<"$T/pid") =~ ^[0-9]+$ ]]
  # CRI-O and containerd: limits by standard input
  echo '{"pids": {"limit": 77}}' >"$T/limits"
  if unified || [[ -d /sys/fs/cgroup/pids ]]; then STDIN=$T/limits ok update --resources - "$ID"; fi
  # CRI-O: a signal by name, all processes
  ok kill -a "$ID" KILL
  wait_for_stop
  ok delete --force "$ID"
}
