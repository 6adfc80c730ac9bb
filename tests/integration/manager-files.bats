#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Files of containers under masu: copied in and out, exported.

load helpers
load manager

setup_file() { make_image; }
setup() { make_store; }
teardown() { end_store; }

sleeper() { ok run -d "$@" busybox sleep 1000; }

@test "cp: files and folders, both ways, running and stopped" {
  mkdir -p "$T/from/sub"
  echo one >"$T/from/a"
  echo two >"$T/from/sub/b"
  ln -s a "$T/from/link"
  ok create --name stopped busybox true
  sleeper --name running
  local name
  for name in stopped running; do
    ok cp "$T/from/a" $name:/etc/a
    ok cp "$T/from" $name:/new
    ok cp "$T/from/." $name:/tmp
    ok cp "$T/from" $name:/tmp
    ok cp $name:/etc/a "$T/$name-a"
    is one "$(<"$T/$name-a")"
    ok cp $name:/new "$T/$name-new"
    diff -r --no-dereference "$T/from" "$T/$name-new"
    ok cp $name:/tmp "$T/$name-tmp"
    diff -r --no-dereference "$T/from" "$T/$name-tmp/from"
    is two "$(<"$T/$name-tmp/sub/b")"
    [[ -L $T/$name-tmp/link ]]
    ok cp -L $name:/new/link "$T/$name-link"
    [[ ! -L $T/$name-link && $(<"$T/$name-link") == one ]]
    ok cp $name:/new/sub/. "$T/$name-sub"
    is two "$(<"$T/$name-sub/b")"
  done
  ok exec running cat /etc/a /new/sub/b
  is $'one\ntwo'
}

@test "cp: archives by stdin and stdout" {
  ok create --name one busybox true
  mkdir "$T/in"
  echo text >"$T/in/file"
  tar -C "$T/in" --owner=1000 --group=77 -cf "$T/in.tar" .
  STDIN=$T/in.tar ok cp - one:/tmp
  ok cp one:/tmp -
  tar -tvf "$OUT" >"$T/listed"
  grep -q ' 1000/77 .*tmp/file' <(tar --numeric-owner -tvf "$OUT")
  mkdir "$T/out"
  tar -C "$T/out" -xf "$OUT"
  is text "$(<"$T/out/tmp/file")"
  exits 1 cp - one:/none
  STDIN=/etc/passwd exits 1 cp - one:/tmp
}

@test "cp: owners, with -a and without" {
  ok create --name one busybox true
  touch "$T/file"
  chown 1000:77 "$T/file"
  chmod 640 "$T/file"
  ok cp "$T/file" one:/plain
  ok cp -a "$T/file" one:/kept
  ok start one
  ok cp one:/plain "$T/back"
  is "0:0 640" "$(stat -c '%u:%g %a' "$T/back")"
  ok cp -a one:/kept "$T/kept"
  is "1000:77 640" "$(stat -c '%u:%g %a' "$T/kept")"
}

@test "cp: between containers, and within one" {
  ok create --name one busybox true
  ok create --name two busybox true
  ok cp one:/etc/passwd two:/copied
  ok cp one:/etc/passwd one:/etc/again
  ok cp two:/copied "$T/a"
  ok cp one:/etc/again "$T/b"
  cmp "$T/a" "$T/b"
}

@test "cp: links of a container do not lead out of it" {
  ok run --name one busybox sh -c 'ln -s /../../../../../../../../etc /out; ln -s / /root-link; ln -s /etc/passwd /etc/link'
  echo theirs >"$T/file"
  local before
  before=$(ls /etc)
  ok cp "$T/file" one:/out/masu-test-file
  is "$before" "$(ls /etc)"
  ok cp one:/etc/masu-test-file "$T/back"
  is theirs "$(<"$T/back")"
  ok cp -L one:/etc/link "$T/passwd"
  [[ $(<"$T/passwd") != "$(</etc/passwd)" ]]
  grep -q someone "$T/passwd"
  exits 1 cp one:/../../../../../../../../"$T"/file "$T/never"
  [[ ! -e $T/never ]]
}

@test "cp: what cannot be is said, and nothing is left" {
  ok create --name one busybox true
  mkdir "$T/folder"
  touch "$T/file"
  exits 1 cp one:/none "$T/x"
  says "/none"
  exits 1 cp "$T/none" one:/x
  says "$T/none"
  exits 1 cp "$T/file" nobody:/x
  says "no such container"
  exits 1 cp "$T/file" "$T/x"
  says "neither side is a container"
  exits 1 cp "$T/folder" one:/etc/passwd
  says "folder"
  exits 1 cp "$T/file" one:/none/
  exits 1 cp "$T/file" one:/none/deeper
  mkdir "$T/folder/passwd"
  exits 1 cp "$T/folder/." one:/etc
  says "folder"
  ok cp --overwrite "$T/folder/." one:/etc
  ok diff one
  has "C /etc/passwd"
  exits 1 cp one:relative
}

@test "cp: volumes and folders of the host, of a container that does not run too" {
  mkdir "$T/shared"
  ok create --name one -v "$T/shared:/shared" busybox true
  echo x >"$T/file"
  ok cp "$T/file" one:/shared/file
  is x "$(<"$T/shared/file")"
}

@test "export: all files as an archive, without what is mounted" {
  mkdir "$T/shared"
  touch "$T/shared/never"
  ok run --name one -v "$T/shared:/shared" busybox sh -c 'echo mine >/file; ln /file /same; rm /etc/group'
  ok export -o "$T/one.tar" one
  tar -tf "$T/one.tar" >"$T/listed"
  grep -qx bin/busybox "$T/listed"
  grep -qx shared/ "$T/listed"
  is 0 "$(grep -c 'shared/.\|etc/group$' "$T/listed" || true)"
  mkdir "$T/root"
  tar -C "$T/root" -xf "$T/one.tar"
  is mine "$(<"$T/root/file")"
  [[ $T/root/file -ef $T/root/same ]]
  ok start one
  ok export one
  tar -tf "$OUT" | grep -qx file
  exits 1 export nobody
  exits 1 export -o /none/x one
  [[ ! -e $T/one.tar.part ]]
}
