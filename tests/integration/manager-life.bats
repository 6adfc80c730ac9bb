#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The life of containers under masu: detached, stopped, started again, looked at, entered, and removed.

load helpers
load manager

setup_file() { make_image; }
setup() { make_store; }
teardown() { end_store; }

# A program that runs until it is told to end, and says when it has begun.
SLEEPER='trap "exit 3" TERM; echo ready; while :; do sleep 1000 & wait $!; done'
ready() { masu logs "$1" && [[ $output == *ready* ]]; }
sleeper() {
  ok run -d "$@" busybox sh -c "$SLEEPER"
  CONTAINER=$output
  wait_until ready "$CONTAINER"
}
status_is() { masu inspect -f '{{.State.Status}}' "$1" && [[ $output == "$2" ]]; }

gone_from_list() { masu ls -a -q && [[ -z $output ]]; }

@test "run -d prints the id; ls, inspect, stop, start, rm" {
  sleeper --name web --label a=b
  [[ $CONTAINER =~ ^[0-9a-f]{64}$ ]]
  ok ls
  has "CONTAINER ID" "${CONTAINER:0:12}" busybox:latest Up web
  ok ps -q --no-trunc
  is "$CONTAINER"
  ok inspect web
  jq -e '.[0] | .State.Running and .State.Pid > 0 and .Name == "web" and .Config.Labels == {"a": "b"}' "$OUT"
  ok inspect -f '{{.State.Status}} {{json .Config.Labels}} {{index .Config.Labels "a"}}' web
  is 'running {"a":"b"} b'
  exits 1 rm web
  says "is running" hint
  ok stop web
  is web
  ok ls -q
  is ""
  ok ls -a
  has "Exited (3)"
  ok start web
  status_is web running
  ok rm -f "${CONTAINER:0:8}"
  exits 1 inspect web
  says "no such container or image"
}

@test "a name is taken once, and free again" {
  ok create --name one busybox true
  exits 125 create --name one busybox true
  says "in use"
  exits 125 create --name 'a/b' busybox true
  ok rm one
  ok create --name one busybox true
  ok ls -a
  has Created
}

@test "start -a shows the output, and has the exit code" {
  ok create --name one busybox sh -c 'echo again; exit 4'
  exits 4 start -a one
  is again
  exits 4 start -a one
  is again
  ok inspect -f '{{.State.ExitCode}}' one
  is 4
}

@test "what a container wrote is there when it is started again" {
  exits 0 run --name one busybox sh -c 'echo x >>/count; wc -l </count'
  is 1
  exits 0 start -a one
  is 2
}

@test "kill, and the exit code of a signal; wait" {
  sleeper --name one
  ok kill -s KILL one
  ok wait one
  is 137
  wait_until status_is one exited
  exits 1 kill one
  says "not running"
}

@test "--rm removes a detached container when it has ended" {
  sleeper --rm --name one
  ok kill one
  wait_until gone_from_list
}

@test "masu is killed: the container goes on, and --rm still holds" {
  timeout -k 1 60 "$MASU" --root "$STORE" run --rm --name one busybox sh -c "$SLEEPER" >"$T/said" 2>&1 </dev/null 3>&- 4>&- &
  wait_until has_line ready "$T/said"
  # The one that stays with it is masu itself, below timeout.
  kill -KILL "$(pgrep -P $!)"
  wait $! || true
  status_is one running
  ok kill one
  wait_until gone_from_list
}

@test "the shim is killed: rm -f removes the rest" {
  sleeper --name one
  kill -KILL "$(<"$STORE/state/shims/$CONTAINER/shim.pid")"
  exits 0 rm -f one
  ok ls -a -q
  is ""
}

@test "logs: both streams, tail, timestamps, following" {
  masu run --name one busybox sh -c 'echo out; echo err >&2; printf end'
  masu logs one
  is $'out\nend'
  says err
  masu logs -n 1 one
  is end
  ok run -d --name two busybox sh -c 'for i in 1 2 3; do echo line $i; sleep 0.1; done'
  ok logs -f -t two
  [[ $(wc -l <"$OUT") == 3 ]]
  [[ $output == 20??-??-??T*" line 1"* ]]
}

@test "exec: output, code, user, environment, stdin" {
  sleeper --name one -e A=b
  ok exec one sh -c 'echo $A $(id -u) $(pwd)'
  is "b 0 /"
  exits 7 exec one sh -c 'exit 7'
  ok exec -u someone -w /tmp -e C=d one sh -c 'echo $C $(id -un) $(id -G) $(pwd)'
  is "d someone 1000 77 /tmp"
  echo text >"$T/in"
  STDIN=$T/in ok exec -i one cat
  is text
  exits 127 exec one no-such-program
  exits 125 exec nobody true
  ok exec -d one touch /made
  wait_until "$MASU" --root "$STORE" exec one test -e /made
}

@test "exec --cidfile: the container is named by a file" {
  ok run -d --cidfile "$T/cid" busybox sleep 1000
  ok exec --cidfile cid echo hello
  is hello
  exits 125 exec --cidfile "$T/none" true
  says "--cidfile" "/none" ENOENT
  echo >"$T/empty"
  exits 125 exec --cidfile empty true
  says "--cidfile: there is no id in '$T/empty'"
  exits 125 exec "$(<"$T/cid")"
  says "requires COMMAND"
}

@test "limits, capabilities and identity are those asked for" {
  ok run --rm -m 64m --pids-limit 100 --cpus 0.5 --ulimit nofile=100:200 --cap-drop all --cap-add net_raw -u someone -w /tmp \
    --hostname box busybox sh -c 'ulimit -n; grep CapBnd /proc/self/status; id -un; pwd; hostname'
  has 100 0000000000002000 someone /tmp box
  ok run --rm --security-opt no-new-privileges --security-opt seccomp=unconfined busybox grep -E 'NoNewPrivs|Seccomp:' /proc/self/status
  has $'NoNewPrivs:\t1' $'Seccomp:\t0'
  ok run --rm --privileged busybox grep Seccomp: /proc/self/status
  has $'Seccomp:\t0'
}

@test "mounts: a folder of the host, read-only, tmpfs; a read-only root" {
  mkdir "$T/data"
  echo mine >"$T/data/file"
  ok run --rm -v "$T/data:/data" busybox sh -c 'cat /data/file; echo more >/data/other'
  is mine
  is more "$(<"$T/data/other")"
  exits 1 run --rm -v "$T/data:/data:ro" busybox touch /data/x
  exits 1 run --rm --mount "type=bind,src=$T/data,dst=/data,ro" busybox touch /data/x
  ok run --rm --read-only --tmpfs /scratch:size=1m busybox sh -c 'touch /scratch/x; ! touch /x 2>/dev/null'
  exits 125 run --rm -v "$T/none:/data" busybox true
  says "$T/none"
}

@test "pause and unpause" {
  sleeper --name one
  ok pause one
  ok inspect -f '{{.State.Paused}}' one
  is true
  ok unpause one
  ok inspect -f '{{.State.Status}}' one
  is running
}

@test "restart: another process, the same container" {
  sleeper --name one
  local pid
  ok inspect -f '{{.State.Pid}}' one
  pid=$output
  ok restart one
  ok inspect -f '{{.State.Pid}}' one
  [[ $output -gt 0 && $output != "$pid" ]]
}

@test "twenty at once" {
  local i pids=()
  for i in {1..20}; do
    timeout -k 5 60 "$MASU" --root "$STORE" run -d --name "c$i" busybox sleep 1000 >"$T/many.$i" 2>&1 </dev/null 3>&- 4>&- &
    pids+=($!)
  done
  for i in "${pids[@]}"; do wait "$i" || { cat "$T"/many.*; return 1; }; done
  ok ls -q
  [[ $(wc -l <<<"$output") == 20 ]]
}

@test "tag, rmi, and the image of a container" {
  ok tag busybox other:v2
  ok run --rm other:v2 echo tagged
  is tagged
  ok create --name one busybox true
  exits 1 rmi busybox
  says "that of container one"
  ok rm one
  ok rmi busybox
  ok run --rm other:v2 echo still
  is still
  ok image rm other:v2
  [[ -z $(find "$STORE/layers" "$STORE/blobs/sha256" -mindepth 1) ]]
}

@test "system check mends what was cut off, and names what is damaged" {
  mkdir -p "$STORE/containers/$(printf 'a%.0s' {1..64})/upper" "$STORE/layers/.cut/diff"
  touch "$STORE/ingest/sha256-0"
  ok system check
  has "containers mended: 1" "2 rests"
  rm -rf "$STORE"/layers/*
  exits 1 system check
  has "is damaged: a layer is missing"
}
