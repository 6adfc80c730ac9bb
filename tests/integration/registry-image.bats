#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# An image the whole way: built by umoci, pushed by skopeo to a registry of the test's own on the loopback, pulled,
# unpacked to a bundle by umoci, and run with the config.json that umoci writes.

load helpers

setup_file() {
  [[ $EUID == 0 ]] || return 0
  export REGISTRY_DIR=$BATS_FILE_TMPDIR/registry
  mkdir -p "$REGISTRY_DIR"
  # A free port: the kernel's choice, told by the socket that held it.
  REGISTRY=127.0.0.1:$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  export REGISTRY
  cat >"$REGISTRY_DIR/config.yml" <<EOF
version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: $REGISTRY_DIR/data}}
http: {addr: "$REGISTRY"}
EOF
  docker-registry serve "$REGISTRY_DIR/config.yml" >"$REGISTRY_DIR/log" 2>&1 </dev/null 3>&- 4>&- &
  echo $! >"$REGISTRY_DIR/pid"
  for _ in {1..200}; do
    (exec 5<>"/dev/tcp/${REGISTRY/://}") 2>/dev/null && break
    sleep 0.05
  done

  # The image: one layer with the busybox root, and a configuration that a container must show.
  local image=$BATS_FILE_TMPDIR/image
  {
    umoci init --layout "$image"
    umoci new --image "$image:v1"
    umoci insert --image "$image:v1" "$BUSYBOX_ROOT" /
    umoci config --image "$image:v1" --config.cmd sh --config.cmd -c --config.cmd 'echo "$GREETING from $(pwd) as $(id -u)"' \
      --config.env PATH=/bin --config.env GREETING=hello --config.workingdir /var --config.user someone --config.label org.example.label=a
    skopeo --insecure-policy copy --dest-tls-verify=false "oci:$image:v1" "docker://$REGISTRY/test/busybox:v1"
    skopeo --insecure-policy copy --src-tls-verify=false "docker://$REGISTRY/test/busybox:v1" "oci:$BATS_FILE_TMPDIR/pulled:v1"
    umoci unpack --image "$BATS_FILE_TMPDIR/pulled:v1" "$BATS_FILE_TMPDIR/bundle"
  } >"$REGISTRY_DIR/steps" 2>&1 3>&- 4>&- || echo failed >>"$REGISTRY_DIR/steps"
}

teardown_file() {
  [[ ! -e ${REGISTRY_DIR:-}/pid ]] || kill "$(cat "$REGISTRY_DIR/pid")"
}

setup() {
  make_bundle
  [[ -d $BATS_FILE_TMPDIR/bundle/rootfs ]] || { cat "$REGISTRY_DIR/steps" "$REGISTRY_DIR/log" >&2; return 1; }
  rm -rf "$BUNDLE"
  cp -a "$BATS_FILE_TMPDIR/bundle" "$BUNDLE"
  cd "$BUNDLE" || return
  edit '.process.terminal = false'
}
teardown() { clean_up; }

@test "the image's program, environment, working directory and user" {
  ok run -b "$BUNDLE" "$ID"
  is "hello from /var as 1000"
}

@test "the registry's digest is the image's" {
  local digest
  digest=$(skopeo --insecure-policy inspect --tls-verify=false "docker://$REGISTRY/test/busybox:v1" | jq -r .Digest)
  [[ $digest == sha256:* && -e $BATS_FILE_TMPDIR/pulled/blobs/sha256/${digest#sha256:} ]]
}

@test "umoci's config.json: annotations arrive in the state" {
  program sleep 1000
  start_container
  ok state "$ID"
  jq -e '.annotations["org.example.label"] == "a"' "$OUT"
  ok exec -u 0 "$ID" id -u
  is 0
}

@test "umoci's config.json with a terminal, as it was written" {
  edit '.process.terminal = true'
  python3 "$SUPPORT/recvtty.py" "$T/s" "$T/tty" >"$T/got" 2>&1 3>&- 4>&- &
  local receiver=$!
  wait_until test -S "$T/s"
  start_container --console-socket "$T/s"
  wait $receiver
  has_line "hello from /var as 1000" "$T/tty"
}
