#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Volumes of masu: named, anonymous, taken over from others, filled from the image; and masu volume.

load helpers
load manager

# An image that has something at /var/data, and says that it is a volume.
setup_file() {
  make_image
  [[ $EUID == 0 ]] || return 0
  mkdir -p "$BATS_FILE_TMPDIR/layer/var/data/sub"
  echo mine >"$BATS_FILE_TMPDIR/layer/var/data/sub/file"
  chown -R 1000:77 "$BATS_FILE_TMPDIR/layer/var/data"
  chmod 750 "$BATS_FILE_TMPDIR/layer/var/data"
  tar -C "$BATS_FILE_TMPDIR/layer" -cf "$BATS_FILE_TMPDIR/layer.tar" var/data
  /usr/bin/python3 "$SUPPORT/tiny-image.py" "$BATS_FILE_TMPDIR/data" "$BATS_FILE_TMPDIR/layer.tar" --name data:v1 --config '{"Volumes": {"/var/data": {}}}'
  PATH=${MASU_IMAGE%/*}:$PATH timeout 60 "$MASU" --root "$BATS_FILE_TMPDIR/store" load -q -i "$BATS_FILE_TMPDIR/data" >"$BATS_FILE_TMPDIR/loaded" 3>&- 4>&-
}
setup() { make_store; }
teardown() { end_store; }

volumes() { find "$STORE/volumes" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l; }

@test "a named volume is made on demand, outlives its containers, and is shared" {
  ok run --rm -v keep:/data busybox sh -c 'echo one >/data/file'
  ok run --rm -v keep:/other:ro busybox sh -c 'cat /other/file; ! touch /other/x 2>/dev/null'
  is one
  ok volume ls -q
  is keep
  ok run --rm --mount type=volume,src=keep,dst=/data,ro busybox cat /data/file
  is one
  exits 125 run --rm -v none:/data:nocreate busybox true
  says none "no such volume"
  exits 125 run --rm -v 'a b:/data' busybox true
  says "invalid volume name"
}

@test "labels of a volume: of volume create, and of one made on demand" {
  ok volume create -l colour=red -l plain one
  ok run --rm --mount type=volume,src=two,dst=/data,volume-label=colour=blue,volume-label=plain busybox true
  ok volume ls -q --filter label=plain
  is $'one\ntwo'
  ok volume ls -q --filter label=colour=blue
  is two
  ok run --rm --mount type=volume,src=one,dst=/data,volume-label=colour=green busybox true
  ok volume inspect -f '{{.Labels.colour}}' one
  is red
  exits 125 run --rm --mount type=volume,src=three,dst=/data,volume-label= busybox true
  says "expected volume-label=NAME=VALUE"
}

@test "a fresh volume gets what the image has there, with owner and mode; nocopy leaves it empty" {
  ok run --rm -v filled:/var/data data:v1 sh -c 'stat -c "%u:%g %a" /var/data /var/data/sub; cat /var/data/sub/file; rm -r /var/data/sub'
  is $'1000:77 750\n1000:77 755\nmine'
  ok run --rm -v filled:/var/data data:v1 ls /var/data
  is ""
  ok run --rm -v bare:/var/data:nocopy data:v1 ls /var/data
  is ""
  ok run --rm -v bare:/var/data data:v1 ls /var/data
  is ""
}

@test "anonymous volumes: of -v and of the image; gone with --rm and rm -v, else kept" {
  ok run --rm -v /cache data:v1 sh -c 'cat /var/data/sub/file; touch /cache/x; grep -cE " (/var/data|/cache) " /proc/mounts'
  is $'mine\n2'
  [[ $(volumes) == 0 ]]
  exits 0 run --name one data:v1 sh -c 'echo changed >/var/data/sub/file'
  [[ $(volumes) == 1 ]]
  exits 0 start -a one
  ok run --rm --image-volume ignore data:v1 sh -c 'grep -c " /var/data " /proc/mounts || true'
  is 0
  ok run --rm --image-volume tmpfs data:v1 sh -c 'stat -f -c %T /var/data; cat /var/data/sub/file'
  is $'tmpfs\nmine'
  ok rm one
  [[ $(volumes) == 1 ]]
  ok volume prune -f
  [[ $(volumes) == 0 ]]
  exits 0 create --name two data:v1 true
  ok rm -v two
  [[ $(volumes) == 0 ]]
  ok create --name three busybox true
  exits 125 create --name three data:v1 true
  [[ $(volumes) == 0 ]]
}

@test "--volumes-from: binds and volumes of another, also read-only" {
  mkdir "$T/host"
  ok run --name one -v "$T/host:/host" -v shared:/shared data:v1 sh -c 'echo 1 >/host/a; echo 2 >/shared/b; echo 3 >/var/data/c'
  ok run --rm --volumes-from one busybox cat /host/a /shared/b /var/data/c
  is $'1\n2\n3'
  ok run --rm --volumes-from one:ro data:v1 sh -c 'cat /var/data/c; for i in /host /shared /var/data; do touch $i/x 2>/dev/null && echo bad; done; true'
  is 3
  exits 125 run --rm --volumes-from nobody busybox true
  says nobody
}

@test "volume create, ls, inspect, rm: labels, filters, formats, and what is in use" {
  ok volume create --label a=b one
  is one
  ok volume create
  [[ $output =~ ^[0-9a-f]{64}$ ]]
  exits 1 volume create one
  says "already" hint
  ok volume create --ignore one
  ok volume ls -q -f label=a=b
  is one
  ok volume ls -q -f name=on -f dangling=true
  is one
  ok volume ls --format '{{.Name}} {{index .Labels "a"}}' -f label=a
  is "one b"
  ok volume inspect one
  jq -e --arg path "$STORE/volumes/one/_data" '.[0] | .Name == "one" and .Driver == "local" and .Mountpoint == $path and .Labels.a == "b"' "$OUT"
  ok volume inspect -f '{{.Mountpoint}}' one
  is "$STORE/volumes/one/_data"
  ok create --name user -v one:/x busybox true
  exits 1 volume rm one
  says "in use by container user" hint
  ok volume ls -q -f dangling=false
  is one
  ok volume prune -a -f
  ok volume ls -q
  is one
  ok volume rm -f one
  ok ls -aq
  is ""
  exits 1 volume rm one
  says "no such volume"
  ok volume rm -f one
  exits 1 volume inspect nothing
  exits 1 volume create 'a/b'
  exits 1 volume ls -f colour=red
  masu volume prune
  [[ $status == 1 ]]
}

@test "a volume of the driver's options: tmpfs, bind; bad ones are refused" {
  mkdir "$T/there"
  echo text >"$T/there/file"
  ok volume create -o type=tmpfs -o device=tmpfs -o o=size=1m,mode=711 fast
  ok run --rm -v fast:/fast busybox sh -c 'stat -f -c "%T %b" /fast; stat -c %a /fast'
  is $'tmpfs 256\n711'
  ok volume create -o type=none -o "device=$T/there" -o o=bind bound
  ok run --rm -v bound:/there:ro busybox sh -c 'cat /there/file; ! touch /there/x 2>/dev/null'
  is text
  ok run --rm --mount "type=volume,src=made,dst=/m,volume-opt=type=tmpfs,volume-opt=device=tmpfs,\"volume-opt=o=size=1m,uid=1000\"" busybox sh -c 'stat -c %u /m'
  is 1000
  exits 1 volume create -o size=1m bad
  says size hint
  exits 1 volume create -o type=tmpfs bad
  says device
}

@test "a part of a volume: below it, never outside" {
  ok run --rm -v part:/p busybox sh -c 'mkdir /p/a; echo in >/p/a/file; ln -s ../../../../../../../etc /p/out'
  ok run --rm --mount type=volume,src=part,dst=/x,subpath=a busybox cat /x/file
  is in
  exits 125 run --rm --mount type=volume,src=part,dst=/x,subpath=out busybox ls /x
  says out
  exits 125 run --rm --mount type=volume,src=part,dst=/x,subpath=none busybox true
  says none
  ok ls -aq
  is ""
}

@test "many containers make one volume at once; one of them fills it" {
  local i pids=()
  for i in {1..8}; do
    timeout -k 5 60 "$MASU" --root "$STORE" run --rm -v once:/var/data data:v1 sh -c "cat /var/data/sub/file; touch /var/data/$i" >"$T/many.$i" 2>&1 </dev/null 3>&- 4>&- &
    pids+=($!)
  done
  for i in "${pids[@]}"; do wait "$i" || { cat "$T"/many.*; return 1; }; done
  [[ $(cat "$T"/many.* | sort -u) == mine ]]
  ok run --rm -v once:/v busybox ls /v
  is $'1\n2\n3\n4\n5\n6\n7\n8\nsub'
}

@test "system check removes what is left of a volume's making and removal" {
  mkdir -p "$STORE/volumes/.gone-1/_data/x" "$STORE/volumes/.new-1" "$STORE/volumes/.new-2"
  touch -d '2 minutes ago' "$STORE/volumes/.new-1"
  ok system check
  has "volumes: 1"
  [[ ! -e $STORE/volumes/.gone-1 ]]
}
