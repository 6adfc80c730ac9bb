#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# How layers become a root: by overlayfs, fuse-overlayfs or a copy, as root and as an ordinary user; many layers; doctor.

load helpers
load manager
load user
setup_file() { make_user_files; }
setup() { make_user_store; }
teardown() { end_user_store; }

# as_root ARG… : masu, of a store of root's own.
as_root() {
  STORE=$T/roots
  masu() {
    CALLS=$((CALLS + 1))
    OUT=$T/out.$CALLS ERR=$T/err.$CALLS
    # shellcheck disable=SC2034
    status=0
    timeout -k 5 60 "$T/bin/masu" --root "$STORE" "$@" <"${STDIN:-/dev/null}" >"$OUT" 2>"$ERR" 3>&- 4>&- || status=$?
    output=$(tr -d '\0' <"$OUT")
    # shellcheck disable=SC2034
    errors=$(tr -d '\0' <"$ERR")
  }
}

# make_layers COUNT : an image whose layers each add a file, write over one and remove the one before.
make_layers() {
  local i tars=()
  mkdir "$T/tars" "$T/files"
  for ((i = 0; i < $1; ++i)); do
    rm -rf "$T/files"/*
    echo "$i" >"$T/files/last"
    echo "$i" >"$T/files/file$i"
    ((i == 0)) || : >"$T/files/.wh.file$((i - 1))"
    tar -C "$T/files" -cf "$T/tars/$i.tar" --owner=0 --group=0 .
    tars+=("$T/tars/$i.tar")
  done
  /usr/bin/python3 "$SUPPORT/tiny-image.py" "$T/layered" "${tars[@]}" --name layered
}

@test "an image of 64 layers" {
  as_root
  make_layers 64
  ok load -q -i "$T/layered"
  ok run --rm layered sh -c 'ls /file*; cat /last'
  is $'/file63\n63'
}

# Without lowerdir+, which is of Linux 6.7: what fsconfig(2) is asked is refused, and so as there.
@test "an image of 130 layers, and no fsconfig" {
  as_root
  make_layers 130
  ok load -q -i "$T/layered"
  ok run --rm layered sh -c 'ls /file*; cat /last'
  is $'/file129\n129'
  rm "$STORE/driver"
  timeout 60 strace -qq -e trace=fsconfig -e inject=fsconfig:error=EINVAL -o "$T/trace" \
    "$T/bin/masu" --root "$STORE" run -d --name old layered sh -c 'ls /file*; cat /last; echo mine >/mine; rm /last; sleep 1000' >"$T/id" 3>&- 4>&-
  grep -q "fsconfig.*EINVAL.*INJECTED" "$T/trace"
  is overlay "$(head -n 1 "$STORE/driver")"
  wait_until user_sees $'/file129\n129' logs old
  ok exec old sh -c 'grep -c " / overlay" /proc/mounts; cat /mine; ls /last 2>/dev/null || echo removed'
  is $'1\nmine\nremoved'
  ok diff old
  has "D /last" "A /mine"
}

# commits_with DRIVER : what a container changed is in the image, and nothing is half made where that fails.
commits_with() {
  local driver=$1
  make_layers 3
  ok load -q -i "$T/layered"
  ok --storage-driver "$driver" run --name one layered sh -c 'echo mine >/etc/mine; rm /last /etc/group; rm -r /home; mkdir /home; touch /home/me'
  ok commit -q --iidfile "$T/iid" one made
  is "$(<"$T/iid")"
  for other in overlay vfs; do
    ok --storage-driver $other run --rm made sh -c 'cat /etc/mine; ls /last /etc/group 2>/dev/null; ls /home /file*'
    is $'mine\n/file2\n\n/home:\nme'
  done
  rm "$T/iid"
  exits 1 commit -c "RUN x" --iidfile "$T/iid" one bad
  [[ ! -e $T/iid ]]
  ok system check
  ok rm one
}
@test "commit, as root: overlay" { as_root && commits_with overlay; }
@test "commit, as root: a copy" { as_root && commits_with vfs; }
@test "commit, as an ordinary user: overlay" { commits_with overlay; }
@test "commit, as an ordinary user: a copy" { commits_with vfs; }

@test "an overlay of ours knows no redirects, and a layer with one is not committed" {
  as_root
  make_layers 1
  ok load -q -i "$T/layered"
  ok run -d --name one layered sh -c 'mv /home /moved && sleep 1000'
  wait_until test -e "$(echo "$STORE"/containers/*/upper/moved)"
  [[ $(/usr/bin/python3 -c 'import os, sys; print(*os.listxattr(sys.argv[1]))' "$(echo "$STORE"/containers/*/upper/moved)") != *redirect* ]]
  /usr/bin/python3 -c 'import os, sys; os.setxattr(sys.argv[1], "trusted.overlay.redirect", b"/home")' "$(echo "$STORE"/containers/*/upper/moved)"
  exits 1 commit one made
  says "'moved'" redirect_dir hint
  ok images -q made
  is ""
}

# runs_with DRIVER : written, kept over a restart, removed; of a killed shim nothing is left.
runs_with() {
  local driver=$1 pid
  make_layers 3
  ok load -q -i "$T/layered"
  ok --storage-driver "$driver" run -d --name web layered sh -c 'ls /file*; cat /last; stat -f -c %T /; echo mine >/etc/mine; rm /last; sleep 1000'
  wait_until user_sees $'/file2\n2' logs web
  ok exec web cat /etc/mine
  is mine
  ok stop -t 0 web
  exits 0 --storage-driver "$driver" start web
  ok exec web sh -c 'cat /etc/mine; ls /last 2>/dev/null || echo removed'
  is $'mine\nremoved'
  for pid in $(pgrep -f -- "--root $STORE/state/shims"); do kill -KILL "$pid"; done
  ok rm -f web
  wait_until no_fuse_of_ours
}
no_fuse_of_ours() { ! pgrep -f -- "fuse-overlayfs .*$STORE/" >/dev/null; }

@test "fuse-overlayfs, as root" {
  [[ -e /dev/fuse ]] || skip "no /dev/fuse"
  as_root
  runs_with fuse-overlayfs
}
@test "fuse-overlayfs, as an ordinary user" {
  [[ -e /dev/fuse ]] || skip "no /dev/fuse"
  mknod -m 666 "$T/fuse" c 10 229
  runs_with fuse-overlayfs
}
@test "copies, as root" {
  as_root
  runs_with vfs
}
@test "copies, as an ordinary user" { runs_with vfs; }

@test "the driver is tried once, and can be asked for; a wrong name is refused" {
  ok run --rm busybox true
  is "overlay $(uname -r)" "$(head -n 2 "$STORE/driver" | tr '\n' ' ' | sed 's/ $//')"
  printf 'vfs\n%s\n' "$(uname -r)" >"$STORE/driver"
  ok create --name copied busybox true
  exits 0 start -a copied
  [[ -e $(echo "$STORE"/containers/*/copied) ]]
  MASU_STORAGE_DRIVER=zfs exits 125 run --rm busybox true
  says "no such storage driver" "fuse-overlayfs"
  exits 125 --storage-driver zfs run --rm busybox true
  is copied "$(ls "$STORE/names")"
}

@test "doctor tells the driver, and as a user what a network needs" {
  masu doctor --format json
  is "overlay: the kernel's own" "$(jq -r '.[] | select(.subject == "storage driver").detail' "$OUT")"
  jq -e 'any(.subject == "network without root") and any(.subject == "tun") and any(.subject == "subordinate ids")' "$OUT" >/dev/null
  as_root
  masu doctor
  has "storage driver" "overlay: the kernel's own"
}
