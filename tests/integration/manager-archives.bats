#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Layers as real tar archives, odd and hostile (tests/support/odd-tars.py): what is right is written, and nothing outside of
# the layer's folder changes whatever the archive says.

# shellcheck disable=SC2030,SC2031 # each test is a process of its own
load helpers
load manager

setup_file() {
  [[ $EUID == 0 ]] || return 0
  make_image || return
  VICTIM=$BATS_FILE_TMPDIR/outside/victim
  export VICTIM
  mkdir "$BATS_FILE_TMPDIR/outside"
  echo untouched >"$VICTIM"
  chmod 600 "$VICTIM"
  /usr/bin/python3 "$SUPPORT/odd-tars.py" "$BATS_FILE_TMPDIR/tars" "$VICTIM"
}
setup() {
  make_store
  TARS=$BATS_FILE_TMPDIR/tars
}
teardown() { end_store; }

# taken NAME : the archive is imported; D is its layer's folder.
taken() {
  ok import "$TARS/good/$1.tar" "odd/$1" || return
  ok inspect -f '{{index .RootFS.Layers 0}}' "odd/$1"
  D=$STORE/layers/${output#sha256:}/diff
}
# The time of its last change covers content, mode, owner, links and attributes.
look_outside() { stat -c '%n %i %a %h %z' "${VICTIM%/*}" "$VICTIM"; }

@test "every form of tar, long names, odd names, large numbers" {
  local long
  long=$(printf 'long%.0s' {1..60})
  taken ustar
  is texttext "$(cat "$D/d/file" "$D/d/hard")"
  is "/d/file 2" "$(readlink "$D/d/link") $(stat -c %h "$D/d/file")"
  for form in gnu-long pax-long; do
    taken $form
    is text "$(cat "$D/$long/$long/$long/file")"
    [[ $D/hard -ef $D/$long/$long/$long/file && $(readlink "$D/link") == "$long/$long/$long/file" ]]
  done
  taken names
  is 1234 "$(cat "$D/grüße" "$D"/$'two\nlines' "$D/back\\slash" "$D/-rf")"
  taken bytes
  is 1 "$(cat "$D"/$'caf\xe9')"
  for form in numbers pax-numbers; do
    taken $form
    [[ $(stat -c '%u %g %Y' "$D/file") == "3000000000 2500000 -8640"[01] ]]
  done
  for form in oldgnu-sparse gnu-sparse pax-sparse-0.0 pax-sparse-0.1 pax-sparse-1.0; do
    taken $form
    is "$((100 << 20))" "$(stat -c %s "$D/sparse")"
    [[ $(stat -c %b "$D/sparse") -lt 1000 ]] # 512 bytes each
    is end "$(tail -c +$(((64 << 20) + 1)) "$D/sparse" | head -c 3)"
  done
  taken v7
  [[ -f $D/file ]]
  taken nul
  is a "$(ls "$D")" # a name ends there
  taken global
  is text "$(cat "$D/file")"
  taken no-end
  is text "$(cat "$D/file")"
  taken empty
  is "" "$(ls -A "$D")"
}

@test "attributes, devices, modes, parents that are not named, names that come twice" {
  taken attributes
  is user.mine "$(/usr/bin/python3 -c 'import os, sys; print(*(x for x in os.listxattr(sys.argv[1]) if x != "security.selinux"))' "$D/file")"
  taken nodes
  [[ -p $D/fifo ]]
  is "1 3 7 0" "$(stat -c '%Hr %Lr' "$D/null" "$D/loop" | tr '\n' ' ' | sed 's/ $//')"
  taken modes
  is "4755 1777 0 0" "$(stat -c %a "$D/su" "$D/t" "$D/none" "$D/closed" | tr '\n' ' ' | sed 's/ $//')"
  is text "$(cat "$D/closed/file")"
  taken parents
  is "0 755 0 700 1000000000" "$(stat -c '%u %a' "$D/a") $(stat -c '%u %a %Y' "$D/a/b")"
  taken twice
  is "second a file mine" "$(cat "$D/x") $(cat "$D/y") $(cat "$D/z")"
  taken dots
  is $'text\ntext' "$(printf '%s\n' "$(cat "$D/d/file")" "$(cat "$D/absolute")")"
}

@test "a deep tree is written, run, copied out and removed, with few files open" {
  ulimit -n 256
  taken deep
  ok create --name one odd/deep x
  ok export -o "$T/out.tar" one
  [[ $(tar -tf "$T/out.tar" | tail -n 1) == *d/d/file ]]
  ok rm one
  ok rmi odd/deep
  [[ ! -e $D ]]
}

@test "hostile archives are refused in one line, and leave nothing" {
  local tar name before
  before=$(look_outside)
  rm -rf "$STORE"
  for tar in "$TARS"/bad/*.tar; do
    name=${tar##*/}
    exits 1 import "$tar" bad || { echo "$name" >&2; return 1; }
    is 1 "$(grep -c "^masu: " "$ERR")" || { cat "$ERR" >&2; return 1; }
    is "$before" "$(look_outside)" || { echo "$name" >&2; return 1; }
    is "" "$(find "$STORE"/layers "$STORE"/ingest "$STORE"/refs -mindepth 1)" || { echo "$name" >&2; return 1; }
  done
}

@test "links that lead out of the layer end in it" {
  local tar before
  before=$(look_outside)
  for tar in "$TARS"/caught/*.tar; do
    masu import "$tar" caught
    [[ $status -le 1 ]] || { report "$tar"; return 1; }
    is "$before" "$(look_outside)" || { echo "$tar" >&2; return 1; }
  done
  # What a container sees is within it, too.
  masu import "$TARS/caught/proc.tar" caught
  is "$before" "$(look_outside)"
}

# make_layered NAME TAR… : an image of busybox and these layers.
make_layered() {
  /usr/bin/python3 "$SUPPORT/tiny-image.py" "$T/$1.layout" "${@:2}" --name "$1"
  ok load -q -i "$T/$1.layout"
}
# layer FILE PYTHON : a tar archive, of what is added to `tar`.
layer() {
  /usr/bin/python3 - "$T/$1" <<END
import io, sys, tarfile
tar = tarfile.open(sys.argv[1], "w")
def add(name, kind=tarfile.REGTYPE, text="", **more):
    entry = tarfile.TarInfo(name)
    entry.type, entry.size, entry.mode = kind, len(text), 0o755
    for key, value in more.items():
        setattr(entry, key, value)
    tar.addfile(entry, io.BytesIO(text.encode()))
def link(name, target):
    add(name, tarfile.LNKTYPE, linkname=target)
$2
tar.close()
END
}

@test "a hard link to a file of a lower layer is a copy of it, of this image alone" {
  layer one.tar 'add("data/", tarfile.DIRTYPE); add("data/file", text="one", mode=0o4711); add("data/gone", text="x")'
  layer two.tar 'add("data/", tarfile.DIRTYPE); add("data/file", text="two")'
  layer mid.tar 'add("data/.wh.gone")'
  layer top.tar 'link("linked", "data/file"); link("tool", "bin/busybox"); add("top", text="top")'
  make_layered first "$T/one.tar" "$T/mid.tar" "$T/top.tar"
  make_layered second "$T/two.tar" "$T/mid.tar" "$T/top.tar"
  ok run --rm first sh -c 'cat /linked /data/file /top; stat -c %a /linked; cmp /tool /bin/busybox && echo same'
  is $'oneoneTOP4711\nsame' "${output/top/TOP}"
  ok run --rm second cat /linked
  is two
  ok --storage-driver vfs run --rm second cat /linked
  is two
  local id
  for pair in first:one second:two; do
    ok inspect -f '{{.Id}}' "${pair%:*}"
    id=${output#sha256:}
    is "${pair#*:}" "$(cat "$STORE"/layers/*-"$id"/diff/linked)"
  done
  ok save -o "$T/saved.tar" first
  ok system check
  ok rmi first
  ok run --rm second cat /linked
  ok rmi second busybox
  is "" "$(ls "$STORE/layers")"
  ok load -q -i "$T/saved.tar"
  ok run --rm first cat /linked
  is one
  layer none.tar 'link("linked", "data/gone")'
  /usr/bin/python3 "$SUPPORT/tiny-image.py" "$T/none.layout" "$T/one.tar" "$T/mid.tar" "$T/none.tar" --name none
  exits 1 load -q -i "$T/none.layout"
  says "linked" "data/gone" "neither the layer nor those below"
  ok system check
  ok images -q none
  is ""
}

# shown DRIVER : deletions and opaque folders, as the driver shows them.
shown() {
  layer base.tar 'add("d/", tarfile.DIRTYPE); add("d/old"); add("e/", tarfile.DIRTYPE); add("e/old"); add("f/old"); add("g/old"); add("gone")'
  layer top.tar 'add(".wh.gone"); add("d/new"); add("d/.wh..wh..opq"); add(".wh.e"); add("e/new"); add("f/", tarfile.DIRTYPE); add("f/new"); add(".wh.f"); add("g/new")'
  layer root.tar 'add(".wh..wh..opq"); [add(name + "/", tarfile.DIRTYPE) for name in ("dev", "proc", "sys", "etc")]; add("bin/busybox", text="")'
  make_layered shown "$T/base.tar" "$T/top.tar"
  ok --storage-driver "$1" run --rm shown sh -c 'ls /gone 2>/dev/null; ls /d /e /f /g'
  is $'/d:\nnew\n\n/e:\nnew\n\n/f:\nnew\n\n/g:\nnew\nold'
  # A layer whose root is opaque hides all layers below it.
  make_layered bare "$T/base.tar" "$T/root.tar"
  ok --storage-driver "$1" create --name bare bare x
  ok --storage-driver "$1" run --rm -v /bin/busybox:/bin/busybox bare /bin/busybox ls /
  [[ $output != *gone* && $output != *home* && $output == *etc* ]]
}
@test "deletions, by overlayfs" { shown overlay; }
@test "deletions, by a copy" { shown vfs; }
@test "deletions, by fuse-overlayfs" {
  [[ -e /dev/fuse ]] || skip "no /dev/fuse"
  shown fuse-overlayfs
}

@test "compressions: members, frames, what is cut off or damaged" {
  local plain=$TARS/good/ustar.tar half
  half=$(($(stat -c %s "$plain") / 2))
  { head -c "$half" "$plain" | gzip; tail -c +$((half + 1)) "$plain" | gzip -9; head -c 512 /dev/zero; } >"$T/members.gz"
  { head -c "$half" "$plain" | zstd -q; printf '\x50\x2a\x4d\x18\x04\0\0\0skip'; tail -c +$((half + 1)) "$plain" | zstd -q -19; } >"$T/frames.zst"
  for file in members.gz frames.zst; do
    ok import "$T/$file" packed
    ok inspect -f '{{index .RootFS.Layers 0}}' packed
    is "sha256:$(sha256sum <"$plain" | cut -d' ' -f1)"
    is text "$(cat "$STORE/layers/${output#sha256:}/diff/d/file")"
  done
  gzip -c "$plain" | head -c -40 >"$T/cut.gz"
  zstd -qc "$plain" | head -c -40 >"$T/cut.zst"
  gzip -c "$plain" | head -c -8 >"$T/crc.gz"
  printf '\1\2\3\4\0\0\0\0' >>"$T/crc.gz"
  for file in cut.gz cut.zst crc.gz; do
    exits 1 import "$T/$file" bad
    says "compressed data"
  done
}

@test "the caller's file mode mask is not the image's" {
  rm -rf "$STORE"
  umask 077
  ok load -q -i "$IMAGE_LAYOUT"
  ok volume create v
  ok run --rm -u someone -v v:/v busybox sh -c 'ls -d / /bin /v && cat /etc/hosts >/dev/null && umask'
  is $'/\n/bin\n/v\n0022'
}
