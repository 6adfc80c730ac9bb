#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# masu pull: from Debian's docker-registry on the loopback, filled by skopeo.

load helpers
load manager

setup_file() {
  [[ $EUID == 0 ]] || return 0
  make_image && start_registry && push_image "$IMAGE_LAYOUT" test/box:v1 && push_image "$IMAGE_LAYOUT" test/docker:v1 -f v2s2
  rm -rf "$BATS_FILE_TMPDIR/store"
  # The layer that a test damages is in no other image: the tests of this file run side by side.
  head -c 10000 /dev/urandom >"$BATS_FILE_TMPDIR/noise"
  tar -C "$BATS_FILE_TMPDIR" -cf "$BATS_FILE_TMPDIR/noise.tar" noise
  /usr/bin/python3 "$SUPPORT/tiny-image.py" "$BATS_FILE_TMPDIR/frail" "$BATS_FILE_TMPDIR/noise.tar"
  push_image "$BATS_FILE_TMPDIR/frail" test/frail:v1
}
teardown_file() { end_registry; }
setup() { make_store; }
teardown() { end_store; }

# blob_of FILTER [NAME] : what jq reads of the manifest of an image that was pulled.
blob_of() { jq -r "$1" <"$STORE/blobs/sha256/$(readlink "$STORE/refs/$REGISTRY%test%${2:-box}:v1" | cut -d: -f2)"; }
data_of() { echo "$REGISTRY_DIR/data/docker/registry/v2/blobs/sha256/${1:7:2}/${1:7}/data"; }

@test "an image is pulled, and run" {
  ok pull -q "$REGISTRY/test/box:v1"
  ok run --rm --pull never "$REGISTRY/test/box:v1" echo pulled
  is pulled
}

@test "run pulls what is missing, and says so on stderr" {
  masu run --rm "$REGISTRY/test/box:v1" echo one
  is one
  says "Pulling $REGISTRY/test/box:v1"
  ok run --rm "$REGISTRY/test/box:v1" echo two
  masu run --rm --pull always "$REGISTRY/test/box:v1" echo three
  says Pulling
}

@test "an image of Docker's own types" {
  ok image pull -q "$REGISTRY/test/docker:v1"
  ok run --rm "$REGISTRY/test/docker:v1" echo docker
  is docker
}

@test "by digest" {
  ok pull -q "$REGISTRY/test/box:v1"
  local digest
  digest=$(readlink "$STORE/refs/$REGISTRY%test%box:v1")
  ok pull -q "$REGISTRY/test/box@$digest"
  ok run --rm "$REGISTRY/test/box@$digest" echo digest
  exits 1 pull -q "$REGISTRY/test/box@sha256:$(printf '0%.0s' {1..64})"
}

@test "an unknown tag, an unknown repository, no registry, no name: each is said, and nothing is left" {
  exits 1 pull -q "$REGISTRY/test/box:v9"
  says v9 404 hint
  exits 1 pull -q "$REGISTRY/test/nothing:v1"
  says 404
  exits 1 pull -q 127.0.0.1:1/test/box:v1
  says 127.0.0.1:1 "ECONNREFUSED"
  exits 1 pull -q "$REGISTRY/Test/box"
  says "lower case"
  ok images -q
  is ""
}

@test "a layer with another content is refused, and named" {
  ok pull -q "$REGISTRY/test/frail:v1"
  local layer
  layer=$(blob_of '.layers[1].digest' frail)
  rm -rf "$STORE"
  cp "$(data_of "$layer")" "$T/good"
  printf X | dd of="$(data_of "$layer")" bs=1 seek=100 conv=notrunc status=none
  masu pull -q "$REGISTRY/test/frail:v1"
  cp "$T/good" "$(data_of "$layer")"
  [[ $status == 1 ]]
  says "$layer" "another content"
  ok images -q
  is ""
  ok pull -q "$REGISTRY/test/frail:v1"
  ok run --rm "$REGISTRY/test/frail:v1" echo mended
}

@test "indexes with variants and attestations, artifacts, images without layers" {
  /usr/bin/python3 "$SUPPORT/many-images.py" "$IMAGE_LAYOUT" "$T/many"
  for name in many artifact bare; do
    skopeo --insecure-policy copy -q --all --dest-tls-verify=false "oci:$T/many:$name" "docker://$REGISTRY/test/$name:v1" 3>&- 4>&-
  done
  ok pull -q "$REGISTRY/test/many:v1"
  ok run --rm --pull never "$REGISTRY/test/many:v1" echo ours
  is ours
  for pair in arm/v7:v7 arm/v6:v6 arm/v8:v7; do
    ok pull -q --platform "linux/${pair%:*}" "$REGISTRY/test/many:v1"
    ok inspect -f '{{index .Config.Env 0}}' "$REGISTRY/test/many:v1"
    is "VARIANT=${pair#*:}"
  done
  exits 1 pull -q --platform linux/s390x "$REGISTRY/test/many:v1"
  says "not made for linux/s390x, but for" "linux/arm/v7" hint
  run ! grep -q unknown "$ERR"
  exits 1 pull -q "$REGISTRY/test/artifact:v1"
  says "no root file system"
  ok pull -q "$REGISTRY/test/bare:v1"
  ok run --rm -v /bin/busybox:/busybox "$REGISTRY/test/bare:v1" /busybox echo bare
  is bare
  exits 127 run --rm "$REGISTRY/test/bare:v1" none
}

# on_terminal COLUMNS ARG… : what masu shows there.
on_terminal() {
  script -qec "stty cols $1; exec '$MASU' --root '$STORE' ${*:2}" /dev/null </dev/null 2>&1 3>&- 4>&- | tr -d '\r' >"$T/terminal"
}

@test "bars on a terminal, lines otherwise, nothing if quiet" {
  masu pull "$REGISTRY/test/box:v1"
  says "Pulling $REGISTRY/test/box:v1"
  grep -qxE '[0-9a-f]{12}: done' "$ERR"
  is 2 "$(wc -l <"$ERR")"
  masu pull "$REGISTRY/test/box:v1"
  says ": already here"
  rm -rf "$STORE"
  on_terminal 80 pull "$REGISTRY/test/box:v1"
  grep -qE $'^[0-9a-f]{12}: \\[=*>? *\\] [0-9.]+ k?B of [0-9.]+ .B\e\\[K$' "$T/terminal"
  grep -q $'\e\\[1A[0-9a-f]*: done\e\\[K$' "$T/terminal"
  rm -rf "$STORE"
  on_terminal 40 pull "$REGISTRY/test/box:v1"
  [[ $(sed $'s/\e\\[[0-9]*[AK]//g' "$T/terminal" | grep -v '^Pulling\|^sha256:' | wc -L) -lt 40 ]]
  ok pull -q "$REGISTRY/test/box:v1"
}

@test "a download that broke off is gone on with" {
  ok pull -q "$REGISTRY/test/box:v1"
  local layer
  layer=$(blob_of '.layers[0].digest')
  rm -rf "$STORE"
  masu images
  head -c 500000 "$(data_of "$layer")" >"$STORE/ingest/sha256-${layer#sha256:}"
  ok --log-level debug pull -q "$REGISTRY/test/box:v1" || [[ $status == 0 ]]
  ok run --rm "$REGISTRY/test/box:v1" echo whole
  is whole
}
