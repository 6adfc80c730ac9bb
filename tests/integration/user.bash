# SPDX-License-Identifier: Apache-2.0
#
# masu as an ordinary user, for tests that root runs: `setup_file() { make_user_files; }`, `setup() { make_user_store; }`,
# `teardown() { end_user_store; }`; then masu(), ok() and exits() of manager.bash call it as that user, who has a name and
# ids in /etc/subuid and /etc/subgid ($T/subuid, $T/subgid) in a mount namespace of each call's own.

USER_ID=4711

make_user_files() {
  [[ $EUID == 0 ]] || return 0
  export IMAGE_LAYOUT=$BATS_FILE_TMPDIR/layout USER_BIN=$BATS_FILE_TMPDIR/bin IMAGE_ID
  /usr/bin/python3 "$SUPPORT/tiny-image.py" "$IMAGE_LAYOUT" || return
  # Copies, since the build may be where only root can look.
  mkdir "$USER_BIN"
  cp "$MASU" "$MASU_IMAGE" "$MASU_SHIM" "$MASU_RUNTIME" "$USER_BIN" || return
  chmod -R go+rX "$BATS_FILE_TMPDIR" && chmod go+rx "${BATS_FILE_TMPDIR%/*}" "$BATS_RUN_TMPDIR"
  IMAGE_ID=$(sed -n 's/.*"config":[^}]*"digest": *"\([^"]*\)".*/\1/p' "$IMAGE_LAYOUT"/blobs/sha256/* | head -n 1)
  IMAGE_ID=${IMAGE_ID#sha256:}
  IMAGE_ID=${IMAGE_ID:0:12}
}

make_user_store() {
  [[ $EUID == 0 ]] || skip "needs root, to become another user"
  T=$BATS_TEST_TMPDIR STORE=$BATS_TEST_TMPDIR/store CALLS=0
  export MASU_NETWORK=none # as in manager.bash
  chmod 755 "$T" "${T%/*}"
  chown "$USER_ID:$USER_ID" "$T"
  ln -s "$USER_BIN" "$T/bin"
  for file in passwd group; do cp "/etc/$file" "$T/$file"; done
  echo "masu-test:x:$USER_ID:$USER_ID::/:/bin/sh" >>"$T/passwd"
  echo "masu-test:x:$USER_ID:" >>"$T/group"
  echo "masu-test:200000:65536" | tee "$T/subuid" >"$T/subgid"
  cd "$T" || return
  ok load -q -i "$IMAGE_LAYOUT"
}

# as_user COMMAND… : without any right or group; /dev/fuse is $T/fuse, if that is there.
as_user() {
  # shellcheck disable=SC2016 # for the shell inside
  unshare --mount --propagation private bash -euc '
    for file in passwd group subuid subgid; do mount --bind "$1/$file" "/etc/$file"; done
    [[ ! -e $1/fuse ]] || mount --bind "$1/fuse" /dev/fuse
    exec setpriv --reuid "$2" --regid "$2" --clear-groups "${@:3}"' bash "$T" "$USER_ID" "$@"
}

# The place of manager.bash's own.
masu() {
  CALLS=$((CALLS + 1))
  OUT=$T/out.$CALLS ERR=$T/err.$CALLS
  # shellcheck disable=SC2034 # the tests read them
  status=0
  # shellcheck disable=SC2034
  as_user timeout -k 5 60 "$T/bin/masu" --root "$STORE" "$@" <"${STDIN:-/dev/null}" >"$OUT" 2>"$ERR" 3>&- 4>&- || status=$?
  # shellcheck disable=SC2034 # the tests read it
  output=$(tr -d '\0' <"$OUT")
  # shellcheck disable=SC2034
  errors=$(tr -d '\0' <"$ERR")
}
user_sees() { masu "${@:2}" && [[ $output == *"$1"* ]]; } # user_sees TEXT ARG…

end_user_store() { end_store; }
