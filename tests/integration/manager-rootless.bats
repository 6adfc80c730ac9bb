#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# masu as an ordinary user: with ids of subuid(5) by newuidmap(1), and with his own id alone.

load helpers
load manager
load user
setup_file() { make_user_files; }
setup() { make_user_store; }
teardown() { end_user_store; }

@test "load, run, logs, exec, stop and rm; files of many ids come and go" {
  ok images -q
  is "$IMAGE_ID"
  ok run --rm busybox sh -c 'id -u; cat /proc/self/uid_map | tr -s " "; touch /tmp/x && chown 1000:1000 /tmp/x && stat -c %u:%g /tmp/x'
  is $'0\n 0 4711 1\n 1 200000 65536\n1000:1000'
  ok run -d --name web busybox sh -c 'echo hello; echo >/tmp/of-another; chown 77 /tmp/of-another; sleep 1000'
  wait_until user_sees hello logs web
  ok exec web sh -c 'id -u; id -u someone'
  is $'0\n1000'
  ok exec -u someone web id -u
  is 1000
  ok ls -q
  [[ $output =~ ^[0-9a-f]{12}$ ]]
  ok stop -t 1 web
  exits 0 start web
  ok inspect -f '{{.State.Status}}' web
  is running
  is 200076 "$(stat -c %u "$STORE"/containers/*/upper/tmp/of-another)"
  ok rm -f web
  is "" "$(ls "$STORE/containers")"
}

@test "the program runs as another user of the image, with the codes of docker" {
  exits 7 run --rm -u someone busybox sh -c 'id -u; id -G; exit 7'
  is $'1000\n1000 77'
  exits 127 run --rm busybox no-such-program
  exits 126 run --rm busybox /etc/passwd
  exits 125 run --rm no-such-image-here:1 true
}

@test "secrets, also of another id" {
  printf hunter2 >"$T/data"
  STDIN=$T/data ok secret create token -
  is "600 4711" "$(stat -c '%a %u' "$STORE/secrets/token")"
  ok run --rm --secret token --secret token,target=/t,uid=1000,mode=0400 --secret token,type=env busybox \
    sh -c 'echo $token; cat /run/secrets/token; stat -c " %u:%g %a" /run/secrets/token /t'
  is $'hunter2\nhunter2 0:0 444\n 1000:0 400'
  is "" "$(ls "$STORE/containers")"
}

@test "stdin, and a terminal" {
  STDIN=$T/in
  echo text >"$STDIN"
  ok run --rm -i busybox cat
  is text
  run as_user script -qec "$T/bin/masu --root $STORE run --rm -it busybox tty" /dev/null
  [[ $output == *"/dev/pts/0"* ]]
}

@test "reading asks for no user namespace" {
  ok create --name idle busybox true
  local command
  for command in "ls -a" "inspect idle" "logs idle" images; do
    # shellcheck disable=SC2086 # words
    as_user strace -f -qq -e trace=unshare,clone3,clone -o "$T/trace" "$T/bin/masu" --root "$STORE" $command >/dev/null
    is "" "$(grep -E 'NEWUSER' "$T/trace" || true)"
  done
}

@test "a killed shim's container is ended and removed" {
  ok run -d --name web busybox sleep 1000
  local pid
  for pid in $(pgrep -f -- "--root $STORE/state/shims"); do kill -KILL "$pid"; done
  ok rm -f web
}

@test "with no id but one's own: root's files are the user's, and another user cannot be" {
  echo >"$T/subuid"
  echo >"$T/subgid"
  rm -rf "$STORE"
  ok load -q -i "$IMAGE_LAYOUT"
  ok run --rm busybox sh -c 'tr -s " " </proc/self/uid_map; stat -c %u /bin/busybox'
  is $' 0 4711 1\n0'
  exits 125 run --rm -u someone busybox true
  says 1000
}

@test "a folder in /tmp that another user has made is not used" {
  local folder=/tmp/masu-$USER_ID
  [[ ! -e $folder ]] || skip "$folder is there"
  mkdir -m 777 "$folder"
  run as_user env -u XDG_RUNTIME_DIR HOME="$T/home" "$T/bin/masu" ls
  rmdir "$folder"
  is 1 "$status"
  [[ $output == *"$folder"*"another user's"*"XDG_RUNTIME_DIR"* ]]
}

@test "the places are those of XDG" {
  mkdir -m 700 "$T/runtime"
  chown "$USER_ID" "$T/runtime"
  run as_user env XDG_RUNTIME_DIR="$T/runtime" XDG_DATA_HOME="$T/data" "$T/bin/masu" load -q -i "$IMAGE_LAYOUT"
  is 0 "$status"
  run as_user env XDG_RUNTIME_DIR="$T/runtime" XDG_DATA_HOME="$T/data" "$T/bin/masu" run -d --rm busybox sleep 1000
  is 0 "$status"
  local id=${lines[-1]}
  [[ -d $T/data/masu/containers/$id && -S $T/runtime/masu/shims/$id/shim.sock ]]
  run as_user env XDG_RUNTIME_DIR="$T/runtime" XDG_DATA_HOME="$T/data" "$T/bin/masu" rm -f "$id"
  is 0 "$status"
}

@test "cp, export and diff reach files of other ids, in a container that runs and in one that does not" {
  ok run -d --name web busybox sh -c 'echo secret >/tmp/f; chmod 600 /tmp/f; chown 1000:1000 /tmp/f; echo done; sleep 1000'
  wait_until user_sees "done" logs web
  local phase
  for phase in running stopped; do
    rm -rf "$T/copy"
    ok cp web:/tmp/f "$T/copy"
    is secret "$(cat "$T/copy")"
    ok export -o "$T/$phase.tar" web
    is 1000/1000 "$(tar --numeric-owner -tvf "$T/$phase.tar" tmp/f | awk '{print $2}')"
    masu diff web
    has "A /tmp/f"
    [[ $phase == stopped ]] || ok stop -t 0 web
  done
}

@test "a limit that cannot be had is refused, with the way to get it; the default one is left out" {
  [[ ! -e /sys/fs/cgroup/cgroup.controllers ]] || skip "cgroup v2: here the user's systemd may give him one"
  ok run --rm busybox true
  exits 125 run --rm -m 64m busybox true
  says "rootless needs no limits" "have root make a cgroup" "uid $USER_ID"
  exits 125 run --rm --pids-limit 100 busybox true
  is "" "$(ls "$STORE/containers")"
}

@test "keep-id: the caller's own id inside, files of the image still root's" {
  [[ -e /dev/fuse ]] || skip "no /dev/fuse"
  mknod -m 666 "$T/fuse" c 10 229
  mkdir "$T/work"
  chown "$USER_ID:$USER_ID" "$T/work"
  ok run --rm --userns keep-id -v "$T/work:/work" busybox sh -c 'id -u; id -g; stat -c %u:%g /etc /work; touch /work/mine; touch /etc/x 2>/dev/null || echo not mine'
  is $'4711\n4711\n0:0\n4711:4711\nnot mine'
  is "$USER_ID:$USER_ID" "$(stat -c %u:%g "$T/work/mine")"
  ok run --rm --userns keep-id:uid=1000,gid=77 busybox sh -c 'id -u; id -g; stat -c %u /etc'
  is $'1000\n77\n0'
  ok run -d --name web --userns keep-id -u 0 -v data:/data busybox sh -c 'touch /etc/mine; sleep 1000'
  wait_until user_sees 0:0 exec web stat -c %u:%g /etc/mine
  ok exec -u 4711:4711 web id -u
  is 4711
  ok rm -f -t 0 web
  ok run --rm --userns nomap -v "$T/work:/work" busybox sh -c 'tr -s " " </proc/self/uid_map; stat -c %u /etc /work/mine'
  is $' 0 1 65536\n0\n65534'
  ok run --rm --userns auto:size=1000 busybox sh -c 'tr -s " " </proc/self/uid_map; stat -c %u /etc; touch /x'
  is $' 0 1 1000\n0'
}

@test "mapped ids without fuse-overlayfs are refused with what to install" {
  as_user env PATH=/nowhere "$T/bin/masu" --root "$STORE" run --userns keep-id busybox true 2>"$T/errors" || status=$?
  is 125 "$status"
  grep -q 'hint: .*fuse-overlayfs' "$T/errors"
}

@test "with one id alone there is none to keep it beside" {
  : >"$T/subuid"
  : >"$T/subgid"
  rm -rf "$STORE"
  ok load -q -i "$IMAGE_LAYOUT"
  exits 125 run --userns keep-id busybox true
  says "hint: " "/etc/subuid"
  exits 125 run --userns nomap busybox true
  says "no ids but your own"
}

@test "cp between two containers, running or not" {
  ok run -d --name runs busybox sh -c 'echo text >/file; chown 5:6 /file; sleep 1000'
  ok create --name stands busybox true
  wait_until user_sees text exec runs cat /file
  ok cp runs:/file stands:/one
  ok cp -a stands:/one runs:/two
  ok exec runs cat /two
  is text
  ok create --name other busybox true
  ok cp stands:/one other:/three
  ok cp other:/three runs:/three
  ok exec runs stat -c %u:%g /three
  is 0:0
}
