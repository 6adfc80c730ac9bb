#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# masu push, save, load, import: what we write skopeo and podman read, and we read what they write.

load helpers
load manager

setup_file() {
  [[ $EUID == 0 ]] || return 0
  make_image && start_registry
}
teardown_file() { end_registry; }
setup() { make_store; }
teardown() { end_store; }

# inspected NAME KEY : of an image in the registry, by skopeo.
inspected() { skopeo inspect --tls-verify=false "docker://$REGISTRY/$1" | jq -r "$2"; }
manifest_of() { curl -sf -H "Accept: application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json" \
  "http://$REGISTRY/v2/$1/manifests/$2"; }
# copied FROM TO : by skopeo.
copied() { skopeo --insecure-policy copy --src-tls-verify=false --dest-tls-verify=false "$@" >"$T/copy" 2>&1 3>&- 4>&- || { cat "$T/copy" >&2; return 1; }; }
digest_of() { readlink "$STORE/refs/$(tr / % <<<"$1")"; }

@test "an image is pushed to the byte, and pulled again" {
  masu push --digestfile "$T/digest" busybox "$REGISTRY/push/box:v1"
  [[ $status == 0 ]]
  says "Pushing $REGISTRY/push/box:v1" ": sent"
  [[ $(cat "$T/digest") == "$(digest_of docker.io/library/busybox:latest)" ]]
  [[ $(inspected push/box:v1 .Digest) == "$(cat "$T/digest")" ]]
  masu push busybox "$REGISTRY/push/box:v2"
  says "already there"
  ok rmi busybox
  ok pull -q "$REGISTRY/push/box:v2"
  ok run --rm "$REGISTRY/push/box:v2" echo back
  is back
}

@test "the types of Docker and of OCI, and other compressions" {
  ok push -q --format v2s2 busybox "$REGISTRY/push/docker:v1"
  [[ $(manifest_of push/docker v1 | jq -r .mediaType) == application/vnd.docker.distribution.manifest.v2+json ]]
  [[ $(manifest_of push/docker v1 | jq -r '.layers[0].mediaType') == application/vnd.docker.image.rootfs.diff.tar.gzip ]]
  ok push -q --format oci --compression-format zstd --compression-level 3 --force-compression busybox "$REGISTRY/push/zstd:v1"
  [[ $(manifest_of push/zstd v1 | jq -r '.layers[0].mediaType') == application/vnd.oci.image.layer.v1.tar+zstd ]]
  exits 1 push -q --format v2s2 --compression-format zstd --force-compression busybox "$REGISTRY/push/no:v1"
  says "no layers of zstd" hint
  rm -rf "$STORE"
  ok pull -q "$REGISTRY/push/docker:v1" "$REGISTRY/push/zstd:v1"
  ok run --rm "$REGISTRY/push/docker:v1" echo docker
  is docker
  ok run --rm "$REGISTRY/push/zstd:v1" echo zstd
  is zstd
}

@test "every form is saved, and read by skopeo and by ourselves" {
  local form from
  ok tag busybox other.org/team/app:2
  for form in docker-archive oci-archive oci-dir docker-dir; do
    local images=(busybox)
    [[ $form == docker-dir ]] || images+=(other.org/team/app:2)
    ok save --format "$form" -o "$T/$form" "${images[@]}"
    case $form in
      docker-archive) from=docker-archive:$T/$form:docker.io/library/busybox:latest ;;
      oci-archive) from=oci-archive:$T/$form:docker.io/library/busybox:latest ;;
      oci-dir) from=oci:$T/$form:docker.io/library/busybox:latest ;;
      docker-dir) from=dir:$T/$form ;;
    esac
    copied "$from" "docker://$REGISTRY/saved/$form:v1"
    rm -rf "$T/other"
    STORE=$T/other ok load -i "$T/$form"
    [[ $form == docker-dir ]] || has "Loaded image: docker.io/library/busybox:latest" "other.org/team/app:2"
    ok pull -q "$REGISTRY/saved/$form:v1"
    ok run --rm "$REGISTRY/saved/$form:v1" echo "$form"
    is "$form"
  done
}

@test "what is saved twice is the same, and stdout will do" {
  for form in docker-archive oci-archive; do
    ok save --format $form -o "$T/one" busybox
    ok save --format $form busybox
    cmp "$T/one" "$OUT"
    STDIN=$OUT STORE=$T/other ok load
    has "Loaded image: docker.io/library/busybox:latest"
  done
  exits 1 save -o "$T/none" nothing
  says "no such image: nothing"
  exits 1 save --format docker-dir -o "$T/none" busybox busybox:v9
  [[ ! -e $T/none ]]
  exits 1 save -o /dev/full busybox
  says ENOSPC
  [[ -c /dev/full ]]
  exits 1 save -o "$T/missing/folder/x" busybox
  says missing/folder
  script -qec "$MASU --root $STORE save busybox" /dev/null >"$T/terminal" </dev/null 3>&- 4>&- || true
  grep -q "stdout is a terminal" "$T/terminal"
}

@test "podman reads what we push and save, and we read what it saves" {
  command -v podman >/dev/null || skip "no podman"
  local podman=(podman --root "$T/podman" --runroot "$T/podman-run" --storage-driver vfs --cgroup-manager cgroupfs --events-backend none)
  ok push -q busybox "$REGISTRY/podman/box:v1"
  "${podman[@]}" pull -q --tls-verify=false "$REGISTRY/podman/box:v1" 3>&- 4>&-
  ok save -o "$T/ours.tar" busybox
  "${podman[@]}" load -q -i "$T/ours.tar" 3>&- 4>&-
  for form in docker-archive oci-archive; do
    "${podman[@]}" save -q --format $form -o "$T/theirs.$form" "$REGISTRY/podman/box:v1" 3>&- 4>&-
    rm -rf "$STORE"
    ok load -q -i "$T/theirs.$form"
    is "$REGISTRY/podman/box:v1"
    ok run --rm "$REGISTRY/podman/box:v1" echo podman
    is podman
  done
}

@test "an image is imported, with changes" {
  mkdir -p "$T/tree/bin" "$T/tree/etc"
  cp /bin/busybox "$T/tree/bin/sh"
  tar -C "$T/tree" -cf "$T/tree.tar" .
  gzip -k "$T/tree.tar"
  for file in tree.tar tree.tar.gz; do
    ok import -c 'CMD ["sh", "-c", "echo $A"]' -c "ENV A=imported" --change "LABEL a.b=c" -m "by hand" "$T/$file" made:v1
    [[ $output == sha256:* ]]
    ok run --rm made:v1
    is imported
    ok inspect -f '{{index .Config.Labels "a.b"}}' made:v1
    is c
  done
  STDIN=$T/tree.tar.gz ok import - piped
  ok push -q piped "$REGISTRY/import/piped:v1"
  [[ $(inspected import/piped:v1 '.Layers | length') == 1 ]]
  exits 1 import -c "RUN x" "$T/tree.tar" bad
  says "RUN" "no instruction"
  echo "no tar archive at all, but long enough to be looked at" >"$T/text"
  exits 1 import "$T/text" bad
  says "tar archive"
  : >"$T/empty"
  exits 1 import "$T/empty" bad
  says "it is empty"
  ok images
  [[ $output != *bad* ]]
}
