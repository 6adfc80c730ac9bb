# SPDX-License-Identifier: Apache-2.0
#
# What the tests of masu share: `setup() { make_store; }` and `teardown() { end_store; }`. Each test has a store of its
# own, which is copied from one that has the image "busybox" (setup_file() { make_image; }).
#
#   T  the test's folder     STORE  its --root     IMAGE_LAYOUT  the image as an OCI layout

make_image() {
  [[ $EUID == 0 ]] || return 0
  export IMAGE_LAYOUT=$BATS_FILE_TMPDIR/layout
  /usr/bin/python3 "$SUPPORT/tiny-image.py" "$IMAGE_LAYOUT" || return
  PATH=${MASU_IMAGE%/*}:$PATH timeout 60 "$MASU" --root "$BATS_FILE_TMPDIR/store" load -q -i "$IMAGE_LAYOUT" >"$BATS_FILE_TMPDIR/loaded" 3>&- 4>&-
}

make_store() {
  [[ $EUID == 0 ]] || skip "needs root"
  [[ -x $MASU && -x $MASU_IMAGE ]] || { echo "no such program: $MASU or $MASU_IMAGE (set MASU, MASU_IMAGE)" >&2; return 1; }
  T=$BATS_TEST_TMPDIR
  PATH=${MASU_IMAGE%/*}:${MASU_SHIM%/*}:${MASU_RUNTIME%/*}:$PATH
  STORE=$T/store
  export MASU_NETWORK=none # a bridge is for the tests of networks
  CALLS=0
  [[ ! -d $BATS_FILE_TMPDIR/store ]] || cp -a "$BATS_FILE_TMPDIR/store" "$STORE"
  cd "$T" || return
}

# masu ARG… : sets status, output (stdout) and errors (stderr). Stdin is $STDIN or /dev/null.
masu() {
  CALLS=$((CALLS + 1))
  OUT=$T/out.$CALLS ERR=$T/err.$CALLS
  status=0
  timeout -k 5 60 "$MASU" --root "$STORE" "$@" <"${STDIN:-/dev/null}" >"$OUT" 2>"$ERR" 3>&- 4>&- || status=$?
  # shellcheck disable=SC2034 # the tests read it
  output=$(tr -d '\0' <"$OUT")
  errors=$(tr -d '\0' <"$ERR")
}
# ok ARG… : succeeds, and says nothing on stderr.
ok() {
  masu "$@"
  [[ $status == 0 && -z $errors ]] || { report "$@"; return 1; }
}
# exits CODE ARG…
exits() {
  local code=$1
  shift
  masu "$@"
  [[ $status == "$code" ]] || { report "$@"; echo "expected status $code" >&2; return 1; }
}

# end_store : removes the test's containers; nothing of them may be left.
end_store() {
  local bad=0 left
  [[ -n ${STORE:-} && -d $STORE ]] || return 0
  masu rm -f -a
  [[ $status == 0 ]] || { report rm -f -a; bad=1; }
  # A container that its shim is removing is not in the list any more, and its folder goes last.
  wait_until no_container_here || { echo "left: $(containers_here)" >&2; bad=1; }
  left=$(find "$STORE/state/runtime" -mindepth 1 -maxdepth 1 ! -name '.*' 2>/dev/null)
  [[ -z $left ]] || { echo "left of the runtime: $left" >&2; bad=1; }
  wait_until no_shim_here || { echo "shims left: $(pgrep -af "$STORE")" >&2; bad=1; }
  ! grep -qF " $STORE" /proc/self/mountinfo || { echo "mounts left" >&2; bad=1; }
  return $bad
}
containers_here() { find "$STORE"/{containers,names,state/shims} -mindepth 1 -maxdepth 1 2>/dev/null; }
no_container_here() { [[ -z $(containers_here) ]]; }
no_shim_here() { ! pgrep -f -- "--root $STORE/state/shims" >/dev/null; }

# start_registry [CONFIG-LINES] : Debian's docker-registry on a free port of the loopback; REGISTRY is its name.
start_registry() {
  REGISTRY_DIR=$BATS_FILE_TMPDIR/registry
  mkdir -p "$REGISTRY_DIR"
  REGISTRY=127.0.0.1:$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  cat >"$REGISTRY_DIR/config.yml" <<END
version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: $REGISTRY_DIR/data}}
http: {addr: "$REGISTRY"${1:-}}
${2:-}
END
  docker-registry serve "$REGISTRY_DIR/config.yml" >"$REGISTRY_DIR/log" 2>&1 </dev/null 3>&- 4>&- &
  echo $! >"$REGISTRY_DIR/pid"
  export REGISTRY REGISTRY_DIR
  for _ in {1..400}; do
    (exec 5<>"/dev/tcp/${REGISTRY/://}") 2>/dev/null && return
    sleep 0.05
  done
  cat "$REGISTRY_DIR/log" >&2
  return 1
}
end_registry() { [[ ! -e ${REGISTRY_DIR:-}/pid ]] || kill "$(cat "$REGISTRY_DIR/pid")"; }

# push_image LAYOUT NAME [SKOPEO-ARG…] : by skopeo.
push_image() {
  skopeo --insecure-policy copy --dest-tls-verify=false "${@:3}" "oci:$1:busybox:latest" "docker://$REGISTRY/$2" >"$REGISTRY_DIR/push" 2>&1 3>&- 4>&- ||
    { cat "$REGISTRY_DIR/push" >&2; return 1; }
}
