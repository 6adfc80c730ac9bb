#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# masu and images for wasi/wasm: one name for several platforms, run and exec of modules.

load helpers
load manager

setup_file() {
  [[ -e ${WASMTIME_LIBRARY:-} ]] || skip "no wasmtime: set WASMTIME_LIBRARY (./dev test integration installs it)"
  make_image && make_wasm_layer && make_index && start_registry && push_index
}
teardown_file() { end_registry; }
setup() {
  make_store
  PATH=${MASU_RUNTIME_WASM%/*}:$PATH
  export HOME=$T/home XDG_CACHE_HOME=$T/cache MASU_WASM_ENGINE_PATH=$WASMTIME_LIBRARY
}
teardown() { end_store; }

# A layer with /hello.wat, which says so; its exit code is the number of its arguments, which count the module's name.
make_wasm_layer() {
  mkdir "$BATS_FILE_TMPDIR/layer"
  cat >"$BATS_FILE_TMPDIR/layer/hello.wat" <<'WAT'
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $count (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\10\00\00\00hello from wasm\n")
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 100)))
    (drop (call $count (i32.const 104) (i32.const 108)))
    (call $exit (i32.sub (i32.load (i32.const 104)) (i32.const 1)))))
WAT
  tar -C "$BATS_FILE_TMPDIR/layer" -cf "$BATS_FILE_TMPDIR/layer.tar" hello.wat
}

# A layout whose one name is an index of two: busybox's image, and the same with the module for wasi/wasm.
make_index() {
  local layout=$BATS_FILE_TMPDIR/index native wasm index
  /usr/bin/python3 "$SUPPORT/tiny-image.py" "$layout" || return
  native=$(jq -c '.manifests[0] | del(.annotations)' "$layout/index.json")
  /usr/bin/python3 "$SUPPORT/tiny-image.py" "$layout" "$BATS_FILE_TMPDIR/layer.tar" --platform wasi/wasm \
    --config '{"Cmd": ["/hello.wat"]}' || return
  wasm=$(jq -c '.manifests[0] | del(.annotations)' "$layout/index.json")
  jq -nc --argjson native "$native" --argjson wasm "$wasm" --arg arch "$(host_architecture)" \
    '{schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: [
      $native + {platform: {os: "linux", architecture: $arch}},
      $wasm + {platform: {os: "wasi", architecture: "wasm"}}]}' >"$BATS_FILE_TMPDIR/index.blob"
  index=$(sha256sum <"$BATS_FILE_TMPDIR/index.blob" | cut -d' ' -f1)
  cp "$BATS_FILE_TMPDIR/index.blob" "$layout/blobs/sha256/$index"
  jq -nc --arg digest "sha256:$index" --argjson size "$(stat -c %s "$BATS_FILE_TMPDIR/index.blob")" \
    '{schemaVersion: 2, manifests: [{mediaType: "application/vnd.oci.image.index.v1+json", digest: $digest, size: $size,
      annotations: {"org.opencontainers.image.ref.name": "busybox:latest"}}]}' >"$layout/index.json"
}
host_architecture() { case $(uname -m) in x86_64) echo amd64 ;; aarch64) echo arm64 ;; *) uname -m ;; esac; }
push_index() { push_image "$BATS_FILE_TMPDIR/index" team/both:v1 --all; }

@test "--platform wasi/wasm: the module of an image that is for several platforms" {
  exits 0 run --rm --quiet --platform wasi/wasm "$REGISTRY/team/both:v1"
  is "hello from wasm"
  exits 2 run --rm "$REGISTRY/team/both:v1" /hello.wat one two
  # What is here under the name is for another platform.
  exits 125 run --rm --pull never --platform "linux/$(host_architecture)" "$REGISTRY/team/both:v1" true
  says "is here for wasi/wasm alone"
  exits 0 run --rm --quiet --platform "linux/$(host_architecture)" "$REGISTRY/team/both:v1" echo native
  is native
}

@test "a container with a module stays one: start again, exec" {
  ok pull -q --platform wasi/wasm "$REGISTRY/team/both:v1"
  ok create --name mod "$REGISTRY/team/both:v1"
  ok start -a mod
  is "hello from wasm"
  ok start -a mod
  is "hello from wasm"
  ok rm mod
  # What was given counts: here a program, with a module by exec.
  ok run -d --name mod --annotation run.oci.handler=wasm-smart "$REGISTRY/team/both:v1" sleep 100
  exits 1 exec mod /hello.wat one
  has "hello from wasm"
  ok rm -f -t 0 mod
}
