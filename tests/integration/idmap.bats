#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Id-mapped mounts: maps of the mount's own, those of the container, and what is refused.

# shellcheck disable=SC2154 # status, output and errors are set by helpers.bash
load helpers
setup() {
  make_bundle
  mkdir -p "$T/source/below"
  echo text >"$T/source/file"
  chown 0:0 "$T/source" "$T/source/file"
  chown 5:6 "$T/source/below"
}
teardown() { clean_up; }

OWNERS="stat -c '%u:%g %n' /data /data/file /data/below"
# own_maps UID-JSON GID-JSON [OPTION…] : mounts the source on /data with these maps.
mapped() {
  local uids=$1 gids=$2
  shift 2
  add_mount "$(jq -nc --arg source "$T/source" --argjson uids "$uids" --argjson gids "$gids" \
    '{destination: "/data", source: $source, options: $ARGS.positional, uidMappings: $uids, gidMappings: $gids}' --args -- "$@")"
}
map() { printf '[{"containerID":%d,"hostID":%d,"size":%d}]' "$@"; }
user_namespace() {
  edit '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
    | .linux.gidMappings = .linux.uidMappings'
  chown -R 100000:100000 "$BUNDLE/rootfs"
}
on_data() { add_mount "$(jq -nc --arg source "$T/source" '{destination: "/data", source: $source, options: $ARGS.positional}' --args -- "$@")"; }

@test "maps of the mount's own, without a user namespace" {
  mapped "$(map 0 1000 10)" "$(map 0 2000 10)" bind
  in_container "$OWNERS; (echo more >/data/new) 2>/dev/null || echo refused"
  has $'1000:2000 /data\n1000:2000 /data/file\n1005:2006 /data/below' refused # root has no id on this file system
}

@test "a file made through the map gets the file system's id" {
  mapped "$(map 0 1000 10)" "$(map 0 1000 10)" bind
  edit '.process.user = {uid: 1003, gid: 1004}'
  chmod 777 "$T/source"
  in_container "echo text >/data/new; stat -c %u:%g /data/new"
  is 1003:1004
  is 3:4 "$(stat -c %u:%g "$T/source/new")"
}

@test "with a user namespace, by its maps: root's files are root's" {
  user_namespace
  on_data bind idmap
  in_container "$OWNERS; touch /data/new"
  is $'0:0 /data\n0:0 /data/file\n5:6 /data/below'
  is 0:0 "$(stat -c %u:%g "$T/source/new")"
}

@test "with a user namespace and the same maps in the mount, as Kubernetes asks" {
  user_namespace
  mapped "$(map 0 100000 65536)" "$(map 0 100000 65536)" rbind
  in_container "$OWNERS"
  is $'0:0 /data\n0:0 /data/file\n5:6 /data/below'
}

@test "a source that only the host's root can reach" {
  user_namespace
  chmod 700 "$T/source" && mkdir -m 700 "$T/closed" && mv "$T/source" "$T/closed/source"
  ln -s closed/source "$T/source"
  on_data bind idmap
  in_container "$OWNERS"
  is $'0:0 /data\n0:0 /data/file\n5:6 /data/below'
}

@test "idmap maps the top mount alone, ridmap all below it" {
  user_namespace
  unshare --mount --propagation private bash -euc "
    mount -t tmpfs -o mode=755 tmpfs '$T/source/below' && touch '$T/source/below/deep'
    $(declare -f edit add_mount program); export BUNDLE='$BUNDLE'
    run() { timeout 30 '$MASU_RUNTIME' --root '$ROOT' run -b '$BUNDLE' \"\$1\" </dev/null; }
    program stat -c %u:%g /data/file /data/below/deep
    cp '$BUNDLE/config.json' '$T/plain'
    add_mount '{\"destination\": \"/data\", \"source\": \"$T/source\", \"options\": [\"rbind\", \"idmap\"]}'
    run '$ID'
    cp '$T/plain' '$BUNDLE/config.json'
    add_mount '{\"destination\": \"/data\", \"source\": \"$T/source\", \"options\": [\"rbind\", \"ridmap\"]}'
    run '$ID-2'" >"$T/seen"
  is $'0:0\n65534:65534\n0:0\n0:0' "$(<"$T/seen")"
}

@test "a source that an earlier mount of the container has made" {
  user_namespace
  add_mount "$(jq -nc --arg source "$T/source" '{destination: "/first", source: $source, options: ["bind"]}')"
  add_mount "$(jq -nc --arg source "$BUNDLE/rootfs/first" '{destination: "/data", source: $source, options: ["bind", "idmap"]}')"
  mkdir -m 755 "$BUNDLE/rootfs/first"
  in_container "stat -c %u:%g /first; $OWNERS"
  is $'65534:65534\n0:0 /data\n0:0 /data/file\n5:6 /data/below'
}

@test "the same without a user namespace" {
  add_mount '{"destination": "/first", "type": "tmpfs", "source": "tmpfs", "options": ["mode=755"]}'
  add_mount "$(jq -nc --arg source "$BUNDLE/rootfs/first" --argjson map "$(map 0 1000 10)" \
    '{destination: "/data", source: $source, options: ["bind"], uidMappings: $map, gidMappings: $map}')"
  mkdir -m 755 "$BUNDLE/rootfs/first"
  in_container 'stat -c %u:%g /first /data'
  is $'0:0\n1000:1000'
}

@test "crun's text form, with ids of the host and of the container" {
  on_data bind 'idmap=uids=0-1000-1#5-1500-1;gids=0-2000-10'
  in_container "$OWNERS"
  is $'1000:2000 /data\n1000:2000 /data/file\n1500:2006 /data/below'
  edit 'del(.mounts[] | select(.destination == "/data"))'
  user_namespace
  on_data bind 'idmap=uids=@0-7-10;gids=@0-8-10'
  in_container_again "$OWNERS"
  is $'7:8 /data\n7:8 /data/file\n12:14 /data/below'
}
in_container_again() {
  sh_program "$1"
  ok run -b "$BUNDLE" "$ID-2"
}

@test "refused: no user namespace, one map alone, junk, ids beyond the container's" {
  on_data bind idmap
  program true
  refused run -b "$BUNDLE" "$ID"
  says 'mounts[' "no user namespace"
  edit 'del(.mounts[-1])'
  mapped "$(map 0 1000 10)" '[]' bind
  refused run -b "$BUNDLE" "$ID"
  says 'mounts[' "uidMappings and gidMappings must be given together"
  edit 'del(.mounts[-1])'
  for text in uids=0-1\;gids=0-1-1 uids=0-1-0\;gids=0-1-1 uids=0-1-1 1-2-3 uids=; do
    on_data bind "idmap=$text"
    refused run -b "$BUNDLE" "$ID"
    says 'mounts[' "expected uids=C-H-N"
    edit 'del(.mounts[-1])'
  done
  user_namespace
  on_data bind 'idmap=uids=@0-65530-10;gids=@0-0-1'
  refused run -b "$BUNDLE" "$ID"
  says "no map for these ids"
}

@test "refused: a file system that has no id-mapped mounts" {
  add_mount "$(jq -nc --argjson map "$(map 0 1000 10)" \
    '{destination: "/data", source: "/proc", options: ["bind"], uidMappings: $map, gidMappings: $map}')"
  program true
  refused run -b "$BUNDLE" "$ID"
  says 'mounts[' 'set the id map of the mount' 'no id-mapped mounts'
  [[ ! -e $ROOT/$ID ]]
}
