#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# masu-image killed while it pulls: at each call that changes the store, and at many moments. `masu system check` leaves
# a sound store, and the next pull is a good one.

load helpers
load manager

setup_file() {
  [[ $EUID == 0 ]] || return 0
  mkdir "$BATS_FILE_TMPDIR/tree"
  head -c 3000000 /dev/urandom >"$BATS_FILE_TMPDIR/tree/random"
  tar -C "$BATS_FILE_TMPDIR" -cf "$BATS_FILE_TMPDIR/layer.tar" tree
  IMAGE_LAYOUT=$BATS_FILE_TMPDIR/layout
  /usr/bin/python3 "$SUPPORT/tiny-image.py" "$IMAGE_LAYOUT" "$BATS_FILE_TMPDIR/layer.tar" || return
  /usr/bin/python3 "$SUPPORT/hostile-registry.py" "$IMAGE_LAYOUT" "$BATS_FILE_TMPDIR/port" "$BATS_FILE_TMPDIR/log" 3>&- 4>&- &
  echo $! >"$BATS_FILE_TMPDIR/pid"
  wait_until test -e "$BATS_FILE_TMPDIR/port"
}
teardown_file() { [[ ! -e $BATS_FILE_TMPDIR/pid ]] || kill "$(cat "$BATS_FILE_TMPDIR/pid")"; }
setup() {
  make_store
  R=127.0.0.1:$(cat "$BATS_FILE_TMPDIR/port")
}
teardown() { end_store; }

# sound : what has a name is whole, to the digest, and nothing half made is left.
sound() {
  masu system check
  [[ $status == 0 ]] || { report system check; return 1; }
  local file left
  while read -r file; do
    [[ $(sha256sum <"$file" | cut -d' ' -f1) == "${file##*/}" ]] || { echo "damaged: $file" >&2; return 1; }
  done < <(find "$STORE/blobs/sha256" -type f)
  left=$(find "$STORE/ingest" "$STORE/refs" -mindepth 1 ! -name '127*' ! -name '@*'; find "$STORE/layers" -mindepth 1 -maxdepth 1 -name '.*')
  [[ -z $left ]] || { echo "left: $left" >&2; return 1; }
  jq -e .manifests "$STORE/index.json" >/dev/null || [[ ! -e $STORE/index.json ]]
}
good_pull() {
  masu pull -q "$R/ok/x"
  [[ $status == 0 ]] || { report pull; return 1; }
  ok run --rm --pull never "$R/ok/x" test -s /tree/random
}

@test "killed at each call that changes the store" {
  local call n killed=0 status
  for call in renameat2 symlinkat fdatasync syncfs; do
    for n in {1..9}; do
      rm -rf "$STORE"
      status=0
      timeout 30 strace -f -qq -o /dev/null -e "trace=$call" -e "inject=$call:signal=KILL:when=$n" \
        "$MASU_IMAGE" --root "$STORE" pull -q "$R/ok/x" >/dev/null 2>&1 3>&- 4>&- || status=$?
      [[ $status != 0 ]] || break # there is no n-th
      killed=$((killed + 1))
      sound || { echo "killed at $call $n" >&2; return 1; }
    done
  done
  echo "killed $killed times"
  ((killed >= 6))
  good_pull
}

# killed_at CALL PROGRAM ARG… : by each CALL of the command in turn, from the state in $T/before; the store is sound then.
killed_at() {
  local call=$1 program=$2 n status
  for n in {1..4}; do
    rm -rf "$STORE"
    cp -a "$T/before" "$STORE"
    status=0
    timeout 30 strace -f -qq -o /dev/null -e "trace=$call" -e "inject=$call:signal=KILL:when=$n" \
      "$program" --root "$STORE" "${@:3}" >/dev/null 2>&1 3>&- 4>&- || status=$?
    [[ $status -gt 2 ]] || break # there is no n-th
    KILLED=$((KILLED + 1))
    sound || { echo "killed at $call $n: ${*:3}" >&2; return 1; }
    [[ $(readlink "$STORE"/refs/"${R}"%ok%x:latest) == "$(readlink "$T/before/refs/${R}%ok%x:latest")" ]]
  done
}

@test "commands killed at each call that changes the store leave a sound one, with the images that it had" {
  local call command KILLED=0
  good_pull
  ok tag "$R/ok/x" 127.0.0.1/other
  ok save -q -o "$T/saved" "$R/ok/x"
  tar -C "$BATS_FILE_TMPDIR" -cf "$T/import.tar" tree/random port
  ok create --name one "$R/ok/x" x
  rm -rf "$T/before"
  cp -a "$STORE" "$T/before"
  for call in renameat2 symlinkat unlinkat syncfs mkdirat; do
    for command in "tag $R/ok/x 127.0.0.1/new" "untag $R/ok/x 127.0.0.1/other" "rmi 127.0.0.1/other" "image prune -f"; do
      # shellcheck disable=SC2086 # words
      killed_at $call "$MASU" $command || return
    done
    for command in "load -q -i $T/saved" "import $T/import.tar 127.0.0.1/imported" "commit one 127.0.0.1/made"; do
      # shellcheck disable=SC2086
      killed_at $call "$MASU_IMAGE" $command || return
    done
  done
  echo "killed $KILLED times"
  ((KILLED >= 20))
}

@test "save killed at each call leaves the archive that was there" {
  local n status
  good_pull
  ok save -q -o "$T/saved" "$R/ok/x"
  cp "$T/saved" "$T/good"
  for n in 1 5 20 40; do
    status=0
    timeout 30 strace -f -qq -o /dev/null -e trace=write,pwrite64,renameat2,renameat -e "inject=write,pwrite64,renameat2,renameat:signal=KILL:when=$n" \
      "$MASU_IMAGE" --root "$STORE" save -q -o "$T/saved" "$R/ok/x" >/dev/null 2>&1 3>&- 4>&- || status=$?
    cmp "$T/saved" "$T/good" || return
    sound || return
  done
  ok save -q -o "$T/saved" "$R/ok/x"
  cmp "$T/saved" "$T/good"
}

@test "killed at many moments, one after the other" {
  local i pid
  for i in {1..25}; do
    [[ $((i % 5)) != 0 ]] || rm -rf "$STORE" # the others go on with what is there
    "$MASU_IMAGE" --root "$STORE" pull -q "$R/ok/x" >/dev/null 2>&1 3>&- 4>&- &
    pid=$!
    sleep "0.$(printf '%03d' $((RANDOM % 150)))"
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" || true
    # Every second time without a check between: a pull mends by itself.
    [[ $((i % 2)) == 0 ]] || sound
  done
  good_pull
  sound
}

@test "a store whose files lost their content is told, and mended by a pull" {
  good_pull
  local manifest layer
  manifest=$(readlink "$STORE"/refs/127*)
  layer=$(jq -r '.layers[1].digest' <"$STORE/blobs/${manifest/://}")
  : >"$STORE/blobs/${manifest/://}"
  masu system check
  [[ $status == 1 ]]
  has "$R/ok/x:latest is damaged"
  masu pull -q "$R/ok/x"
  [[ $status == 0 ]]
  : >"$STORE/blobs/${layer/://}"
  rm -r "$STORE"/layers/*
  masu system check
  [[ $status == 1 ]]
  has "is damaged"
  good_pull
  sound
}
