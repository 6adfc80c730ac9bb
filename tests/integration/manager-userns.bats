#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# User namespaces of a container's own, as root: --userns, --uidmap, --subuidname; layers by id-mapped mounts.

load helpers
load manager
setup_file() { make_image; }
setup() {
  make_store
  echo containers:500000:4096 | tee "$T/subuid" >"$T/subgid"
}
teardown() { end_store; }

# with_subids : masu with $T/subuid and $T/subgid in the place of this machine's.
with_subids() {
  masu() {
    CALLS=$((CALLS + 1))
    OUT=$T/out.$CALLS ERR=$T/err.$CALLS status=0
    # shellcheck disable=SC2016 # for the shell inside
    unshare --mount --propagation private bash -euc 'for file in subuid subgid; do mount --bind "$1/$file" "/etc/$file"; done; exec "${@:2}"' bash "$T" \
      timeout -k 5 60 "$MASU" --root "$STORE" "$@" <"${STDIN:-/dev/null}" >"$OUT" 2>"$ERR" 3>&- 4>&- || status=$?
    output=$(tr -d '\0' <"$OUT")
    errors=$(tr -d '\0' <"$ERR")
  }
}
sees() { masu "${@:2}" && [[ $output == *"$1"* ]]; } # sees TEXT ARG…
owner() { stat -c %u:%g "$1"; }

@test "files of the image are the container's root's, and stay on the disk as they are" {
  ok run -d --name web --uidmap 0:300000:65536 busybox sh -c 'echo mine >/etc/mine; chown 7:8 /etc/mine; sleep 1000'
  wait_until sees 7:8 exec web stat -c %u:%g /etc/mine
  ok exec web sh -c 'tr -s " " </proc/self/uid_map; tr -s " " </proc/self/gid_map; stat -c %u:%g /bin /etc/hosts; echo 1.2.3.4 new >>/etc/hosts'
  is $' 0 300000 65536\n 0 300000 65536\n0:0\n0:0'
  ok inspect -f '{{.State.Pid}}' web
  is 300000 "$(stat -c %u "/proc/$output")"
  is 7:8 "$(owner "$STORE"/containers/*/upper/etc/mine)"
  is 0:0 "$(owner "$STORE"/layers/*/diff/bin)"
  ok diff web
  [[ $output == *"A /etc/mine"* ]]
}

@test "a container without it sees the same files, and a restart is the same" {
  ok create --name web --uidmap 0:300000:65536 busybox sh -c 'echo again >>/log; stat -c %u /log; id -u'
  ok start -a web
  ok start -a web
  is $'0\n0'
  is 0:0 "$(owner "$STORE"/containers/*/upper/log)"
  ok commit -q web again
  ok run --rm again sh -c 'wc -l </log; stat -c %u:%g /log'
  is $'2\n0:0'
}

@test "volumes keep the ids of containers, whichever they are outside" {
  ok run --rm --uidmap 0:300000:65536 -v data:/data busybox sh -c 'echo 1 >/data/one; chown 5:6 /data/one'
  is 5:6 "$(owner "$STORE/volumes/data/_data/one")"
  ok run --rm --uidmap 0:400000:65536 -v data:/data busybox stat -c %u:%g /data/one
  is 5:6
  ok run --rm --uidmap 0:400000:65536 -v fresh:/bin2 -v filled:/home busybox sh -c 'touch /bin2/x && stat -c %u:%g /home /bin2/x'
  is $'0:0\n0:0'
  mkdir "$T/host"
  chown 400003:400003 "$T/host"
  ok run --rm --uidmap 0:400000:65536 -v "$T/host:/host" busybox stat -c %u:%g /host
  is 3:3
  ok run --rm --uidmap 0:400000:65536 -v "$T/host:/host:U" -u 9:9 busybox sh -c 'stat -c %u:%g /host; touch /host/x'
  is 9:9
  is 400009:400009 "$(owner "$T/host/x")"
}

@test "groups of their own, several ranges, another driver" {
  ok run --rm --uidmap 0:300000:10 --uidmap 10:310000:10 --gidmap 0:320000:20 busybox sh -c 'tr -s " " </proc/self/uid_map; tr -s " " </proc/self/gid_map; stat -c %u:%g /etc; touch /x'
  is $' 0 300000 10\n 10 310000 10\n 0 320000 20\n0:0'
  ok --storage-driver vfs run --rm --uidmap 0:300000:65536 busybox sh -c 'stat -c %u:%g /etc; touch /x; stat -c %u /x'
  is $'0:0\n0'
}

@test "auto gives each container ids of its own, from those of containers in subuid" {
  with_subids
  ok run -d --name one --userns auto busybox sleep 1000
  ok run -d --name two --userns auto:size=2048 busybox sleep 1000
  ok exec one cat /proc/self/uid_map
  [[ $(tr -s ' ' <<<"$output") == " 0 500000 1024" ]]
  ok exec two cat /proc/self/uid_map
  [[ $(tr -s ' ' <<<"$output") == " 0 501024 2048" ]]
  exits 125 run --userns auto:size=2048 busybox true
  [[ $errors == *"no 2048 free ids in a row in /etc/subuid"* ]]
  ok rm -f -t 0 one
  ok run --rm --userns auto busybox cat /proc/self/uid_map
  [[ $(tr -s ' ' <<<"$output") == " 0 500000 1024" ]]
  ok run --rm --userns container:two busybox cat /proc/self/uid_map
  [[ $(tr -s ' ' <<<"$output") == " 0 501024 2048" ]]
  ok run --rm --subuidname containers busybox cat /proc/self/uid_map
  [[ $(tr -s ' ' <<<"$output") == " 0 500000 4096" ]]
  : >"$T/subuid"
  exits 125 run --userns auto busybox true
  [[ $errors == *"no ids are set aside for containers in /etc/subuid"* && $errors == *"hint: "* ]]
}

@test "many at once get ids that are nobody else's" {
  with_subids
  echo containers:500000:20480 | tee "$T/subuid" >"$T/subgid"
  local i pids=()
  for i in {1..8}; do (masu create --userns auto --name "c$i" busybox true && [[ $status == 0 ]]) & pids+=($!); done
  for i in "${pids[@]}"; do wait "$i"; done
  is 8 "$(grep -ho '"outside":[^,]*' "$STORE"/containers/*/container.json | sort | uniq -c | awk '$1 == 2' | wc -l)"
}

@test "the network, exec, cp and what shares namespaces" {
  ok run -d --name web --uidmap 0:300000:65536 --network host busybox sleep 1000
  ok exec web ls /sys/class/net
  ok exec -u someone web sh -c 'id -u; touch /tmp/x; stat -c %u /tmp/x'
  is $'1000\n1000'
  echo text >"$T/file"
  chmod 600 "$T/file"
  ok cp "$T/file" web:/etc/file
  ok exec web stat -c %u:%g /etc/file
  is 0:0
  ok exec web sh -c 'chown 7:7 /etc/file'
  ok cp -a web:/etc/file "$T/back"
  is 7:7 "$(owner "$T/back")"
  ok run --rm --userns container:web --pid container:web --ipc container:web busybox true
  ok stop -t 0 web
  ok cp "$T/file" web:/etc/other
  exits 0 start web
  ok exec web stat -c %u:%g /etc/other /etc/file
  is $'0:0\n7:7'
}

@test "what cannot be is refused in one line" {
  local option
  for option in "--userns=odd" "--userns=auto:size=0" "--userns=auto:uid=1" "--userns=keep-id:uid=x" "--userns=private" "--uidmap=0" "--uidmap=0:1:0" \
    "--uidmap=0:1:2:3" "--userns=container:" "--userns=keep-id" "--userns=nomap" "--subuidname=no-such-name-here" \
    "--userns=auto --uidmap=0:1:1" "--userns=host --uidmap=0:1:1" "--uidmap=0:1:5 --uidmap=4:9:1" "--uidmap=0:1:5 --uidmap=9:5:1" "--uidmap=0:1:1 --subuidname=a" "--uidmap=1:300000:5"; do
    # shellcheck disable=SC2086 # words
    exits 125 run $option busybox true
    [[ $errors == masu:* && $(grep -vc '^hint: ' <<<"$errors") == 1 ]] || { report "$option"; return 1; }
    is "" "$output"
  done
  exits 125 run --userns container:no-such busybox true
  [[ $errors == *"no such container: no-such"* ]]
  exits 125 run --uidmap 0:300000:10 -u 4000 busybox true
  ok ls -aq
  [[ $(wc -l <<<"$output") -le 1 ]]
}
