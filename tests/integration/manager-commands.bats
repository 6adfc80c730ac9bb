#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What containers are asked under masu: lists and their filters, templates, processes, figures, events; and how they are
# named, changed and cleared away.

load helpers
load manager

setup_file() { make_image; }
setup() { make_store; }
teardown() { end_store; }

SLEEPER='trap "exit 3" TERM; echo ready; while :; do sleep 1000 & wait $!; done'
ready() { masu logs "$1" && [[ $output == *ready* ]]; }
sleeper() {
  ok run -d "$@" busybox sh -c "$SLEEPER"
  CONTAINER=$output
  wait_until ready "$CONTAINER"
}

@test "ls: filters, format, sort, last, size" {
  ok create --name one --label tier=front busybox true
  ok create --name two --label tier=back busybox sleep 1
  exits 4 run --name three busybox sh -c 'echo 12345 >/file; exit 4'
  sleeper --name four
  ok ls -a --format '{{.Names}}'
  is $'four\nthree\ntwo\none'
  ok ls --format '{{.Names}} {{.State}}'
  is "four running"
  ok ls -a --filter label=tier --format '{{.Names}}' --sort names
  is $'one\ntwo'
  ok ls -a --filter label=tier=back --format '{{.Names}}'
  is two
  ok ls --filter status=created --filter name=t --format '{{.Names}}'
  is two
  ok ls --filter exited=4 --format '{{.Names}} {{.Status}}'
  [[ $output == "three Exited (4) "*" ago" ]]
  ok ls -a --filter before=three --format '{{.Names}}'
  is $'two\none'
  ok ls -a --filter since=two --filter ancestor=busybox --format '{{.Names}}'
  is $'four\nthree'
  ok ls -n 2 --format '{{.Names}}'
  is $'four\nthree'
  ok ls -l -q --no-trunc
  is "$CONTAINER"
  ok ls -a --filter name=three --format '{{.Size}}'
  is "6 B"
  ok ls -a --format 'table {{.Names}}\t{{.Image}}' --filter name=one
  is $'NAMES   IMAGE\none     busybox:latest'
  ok ls -a --noheading --filter name=one
  [[ $(wc -l <"$OUT") == 1 ]]
  ok container ls -a --format json --filter name=one
  jq -e '.Names == "one" and .State == "created"' "$OUT"
  exits 1 ls --filter nothing=x
  says "unknown key"
  exits 1 ls --filter status=x
  exits 1 ls --format '{{.Nmae}}'
  says "there is no field 'Nmae'"
  exits 1 ls --last x
}

@test "inspect: templates" {
  ok create --name one --label a=b -e X=1 busybox echo hello
  ok inspect -f '{{if .State.Running}}up{{else}}down{{end}} {{upper .Name}} {{len .Config.Cmd}} {{join .Config.Cmd "+"}}' one
  is "down ONE 2 echo+hello"
  ok inspect -f '{{range $k, $v := .Config.Labels}}{{$k}}={{$v}} {{end}}{{range .Config.Env}}{{println .}}{{end}}' one
  has "a=b" "X=1"
  exits 1 inspect -f '{{range .Name}}' one
  says "--format"
}

@test "rename: found by the new name alone, and the old one is free" {
  ok create --name one busybox true
  ok create --name two busybox true
  ok rename one three
  ok ls -a --format '{{.Names}}' --sort names
  is $'three\ntwo'
  exits 1 inspect one
  ok create --name one busybox true
  exits 1 rename three two
  says "in use"
  exits 1 rename three 'a/b'
  exits 1 rename nobody other
  says "no such container"
}

@test "top: the processes as the container sees them" {
  sleeper --name one -u someone
  ok top one
  has USER PID PPID "%CPU" ELAPSED TTY TIME COMMAND
  grep -Eq '^someone +1 +0 .*trap' "$OUT"
  ok top one pid,args
  grep -Eq '^1 +sh -c' "$OUT"
  ok top one -o hpid user
  exits 1 top one nonsense
  says "unknown descriptor"
  ok stop one
  exits 1 top one
  says "not running"
}

@test "stats: figures of those that run" {
  sleeper --name one
  ok create --name two busybox true
  ok stats --no-stream --format json
  jq -e '.Name == "one" and (.PIDs | tonumber) >= 1 and (.CPUPerc | endswith("%")) and (.MemUsage | contains(" / "))' "$OUT"
  ok stats --no-stream
  has "CONTAINER ID" "CPU %" "MEM USAGE / LIMIT" one
  ok stats --no-stream -a --format '{{.Name}} {{.PIDs}}'
  has "two --"
  exits 1 stats --no-stream nobody
  exits 1 stats --interval x
}

@test "events: of its whole life, filtered, as JSON, and as they happen" {
  local since pid
  since=$(date +%s.%N)
  timeout 60 "$MASU" --root "$STORE" events --filter event=die --format '{{.Actor.Attributes.name}} {{.Actor.Attributes.exitCode}}' >"$T/followed" 2>&1 </dev/null 3>&- 4>&- &
  pid=$!
  wait_until test -d "$STORE/events"
  exits 5 run --name one --label a=b busybox sh -c 'exit 5'
  ok rename one two
  ok rm two
  wait_until has_line "one 5" "$T/followed"
  kill "$pid"
  wait "$pid" || true
  ok events --since "$since" --stream=false --format '{{.Action}}'
  is $'create\nstart\ndie\nrename\ndestroy'
  ok events --since "$since" --until 0s --filter type=container --filter container=two --filter label=a=b --format json
  jq -se '.[0].Action == "rename" and .[0].Actor.Attributes.oldName == "one"' "$OUT"
  ok events --stream=false --filter event=die
  [[ $output == *"container die "*"exitCode=5"*"name=one"* ]]
  exits 1 events --filter nothing=x
  exits 1 events --since yesterday
}

@test "wait: conditions" {
  ok create --name one busybox sleep 1000
  ok wait --condition created one
  is -1
  timeout 60 "$MASU" --root "$STORE" wait --condition running --interval 20ms one >"$T/waited" 2>&1 </dev/null 3>&- 4>&- &
  ok start one
  ends_with 0 $!
  ok kill one
  ok wait --condition exited one
  is 137
  exits 1 wait nobody
  ok wait --ignore nobody
  is ""
}

@test "several are named by filter, by file, as the latest" {
  ok create --name one --label x --cidfile "$T/cid" busybox true
  ok create --name two --label x busybox true
  ok create --name three busybox true
  ok rm --filter label=x --filter name=two
  ok rm --cidfile "$T/cid"
  ok ls -a --format '{{.Names}}'
  is three
  ok rm -l
  exits 1 rm nobody
  says "no such container"
  ok rm --ignore nobody
  ok rm -f nobody
  exits 1 stop
  says "requires a container"
  exits 1 rm -a three
  says "not both"
}

@test "pause and unpause are seen in lists" {
  sleeper --name one
  ok pause one
  ok ls --format '{{.State}} {{.Status}}'
  [[ $output == "paused Up "*"(Paused)" ]]
  exits 1 pause one
  says "is paused"
  ok unpause -a
  ok ls --format '{{.State}}'
  is running
}

@test "logs: of several, with names" {
  exits 0 run --name one busybox echo first
  exits 0 run --name two busybox echo second
  ok logs --names one two
  is $'one first\ntwo second'
  ok logs -f --names one two
  has "one first" "two second"
  ok logs -n 0 one
  is ""
  exits 1 logs nobody
}

@test "update: limits of a running container, and of its next start" {
  need_controller pids
  sleeper --name one --pids-limit 100
  ok update --pids-limit 50 one
  ok inspect -f '{{.HostConfig.PidsLimit}} {{.State.Running}}' one
  is "50 true"
  [[ $(cat "$(find /sys/fs/cgroup -type d -path "*$CONTAINER*" -exec test -e '{}/pids.max' \; -print | head -1)/pids.max") == 50 ]]
  ok update --restart on-failure:2 one
  exits 1 update one
  says "nothing to change"
  exits 1 update --memory x one
  exits 1 update --pids-limit 5 nobody
}

@test "update: every limit that run has" {
  ok create --name one busybox true
  ok update -m 64m --memory-reservation 32m --memory-swap 128m --cpu-period 50000 --cpu-quota 25000 --cpu-shares 512 --cpuset-cpus 0 --cpuset-mems 0 --pids-limit 9 one
  ok inspect one
  jq -e '.[0].HostConfig | .Memory == 67108864 and .MemoryReservation == 33554432 and .MemorySwap == 134217728 and .CpuPeriod == 50000 and .CpuQuota == 25000
    and .CpuShares == 512 and .CpusetCpus == "0" and .CpusetMems == "0" and .PidsLimit == 9' "$OUT"
  ok update --cpus 2 one
  ok inspect -f '{{.HostConfig.NanoCpus}}' one
  is 2000000000
  exits 1 update --memory-swap 1m one
  exits 1 update --blkio-weight 5 one
}

@test "rm --depend: with those that share its namespaces" {
  sleeper --name one
  sleeper --name two --network container:one
  sleeper --name three --pid container:two
  sleeper --name four
  exits 1 rm --depend one
  ok rm -f --depend one
  ok ls -a --format '{{.Names}}'
  is four
}

@test "system prune: networks, and volumes if asked for" {
  ok network create --subnet 10.251.7.0/24 unused
  ok volume create named
  ok create --name one -v /data busybox true
  ok rm one
  ok system prune -f
  has "Deleted Networks:" unused
  is 2 "$(find "$STORE/volumes" -mindepth 1 -maxdepth 1 | wc -l)"
  ok system prune -f --volumes
  has "Deleted Volumes:"
  ok volume ls -q
  is named
}

@test "diff: what was added, changed, deleted" {
  exits 0 run --name one busybox sh -c 'echo x >/etc/new; echo y >>/etc/passwd; rm /etc/group; mkdir /data; touch /data/file'
  ok diff one
  is $'A /data\nA /data/file\nC /etc\nD /etc/group\nA /etc/new\nC /etc/passwd'
  ok diff --format json one
  jq -e '.deleted == ["/etc/group"]' "$OUT"
  exits 1 diff nobody
}

@test "prune, df, info, version, exists" {
  ok create --name one --label keep busybox true
  exits 0 run --name two busybox sh -c 'echo 12345 >/file'
  sleeper --name three
  ok system df --format '{{.Type}}: {{.TotalCount}} {{.Active}}'
  has "Images: 1 1" "Containers: 3 1"
  ok system df -v
  has "Images space usage" two
  exits 1 container prune
  says "nobody answers"
  ok container prune -f --filter 'label!=keep'
  has "Deleted Containers" "reclaimed space: 6 B"
  ok container exists one
  exits 1 container exists two
  ok image exists busybox
  exits 1 image exists nothing
  ok info --format '{{.Containers}} {{.ContainersRunning}} {{.Images}}'
  is "2 1 1"
  ok info
  has "Root Dir: $STORE"
  ok version --format '{{.Client.Version}}'
  [[ $output =~ ^[0-9]+\. ]]
  ok system prune -f
  ok ls -a --format '{{.Names}}'
  is three
}

@test "system reset leaves nothing, but what is not ours" {
  sleeper --name one
  touch "$STORE/mine"
  ok system reset -f
  [[ $(find "$STORE" -type f) == "$STORE/mine" ]] || { find "$STORE" -type f; false; }
  ok ls -a -q
  is ""
}

@test "generate systemd: a unit that systemd takes" {
  command -v systemd-analyze >/dev/null || skip "systemd-analyze is not installed"
  ok create --name one --stop-timeout 7 busybox true
  ok generate systemd --name one
  has "ExecStart=" 'start --attach "one"' "--time 7" "Restart=on-failure" "WantedBy="
  ok generate systemd --files one
  [[ -s $output ]]
  systemd-analyze verify --man=no "$output" 2>&1 3>&- 4>&- | tee "$T/said"
  [[ $(<"$T/said") != *"${output##*/}"* ]]
  ok create --rm --name two busybox true
  exits 1 generate systemd two
}

@test "help fits a screen, for each command" {
  local name
  for name in $("$MASU" --help | sed -n '/^COMMANDS/,/^$/p' | tail -n +2); do
    ok "$name" --help
    [[ $(wc -l <"$OUT") -le 24 && $(wc -L <"$OUT") -le 80 ]] || { echo "$name: $(wc -l <"$OUT") lines" >&2; return 1; }
  done
  ok --help
  [[ $(wc -l <"$OUT") -le 40 ]]
}

@test "run: --sig-proxy=false keeps signals from the container; keys to detach by" {
  "$MASU" --root "$STORE" run --name one --sig-proxy=false busybox sleep 1000 >"$T/log" 2>&1 3>&- 4>&- &
  local client=$!
  is_up() { masu inspect -f '{{.State.Status}}' one && [[ $output == running ]]; }
  wait_until is_up
  kill -TERM $client
  local code=0
  wait $client || code=$?
  is 143 "$code"
  is_up
  exits 125 run --rm --detach-keys ctrl-p,nonsense busybox true
  says "--detach-keys"
  exits 5 run --rm --detach-keys ctrl-x busybox sh -c 'exit 5'
}

@test "exec --env-file; keys to detach by; start of several" {
  sleeper --name one
  printf '# a comment\nA=from file\n\nB=2\n' >"$T/env"
  ok exec --env-file "$T/env" one sh -c 'echo $A $B'
  is "from file 2"
  exits 125 exec --env-file "$T/none" one true
  exits 125 exec --detach-keys ctrl-p,nonsense one true
  says "--detach-keys"
  ok create --name two busybox true
  ok create --name three busybox true
  ok start --filter name=t
  [[ $(wc -l <"$OUT") == 2 ]]
  ok wait two three
  is $'0\n0'
}
