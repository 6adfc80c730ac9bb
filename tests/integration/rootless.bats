#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# An ordinary user, with a single id and no helper: what `spec --rootless` writes just runs.

load helpers
setup() {
  make_bundle
  chown -R "$USER_ID:$USER_ID" "$BUNDLE" "$T"
  install -m 755 "$MASU_RUNTIME" "$T/masu-runtime"
  rm config.json
}
teardown() { clean_up; }

USER_ID=4711

# as_user ARG… : runs the runtime as an ordinary user without any group or right.
as_user() {
  status=0
  output=$(timeout -k 5 "$PATIENCE" setpriv --reuid $USER_ID --regid $USER_ID --clear-groups --bounding-set=-all \
    "$T/masu-runtime" --root "$ROOT" "$@" 2>"$T/errors" </dev/null 3>&- 4>&-) || status=$?
  errors=$(<"$T/errors")
}

@test "the bundle of spec --rootless runs, as root of its own namespace" {
  as_user spec --rootless
  is 0 "$status"
  edit '.process.terminal = false'
  sh_program 'id -u; tr -s " " </proc/self/uid_map'
  as_user run "$ID"
  is "" "$errors"
  is $'0\n 0 4711 1' "$output"
  is 0 "$status"
}

@test "create, start, exec and delete as an ordinary user" {
  as_user spec --rootless
  edit '.process.terminal = false'
  program sleep 1000
  setpriv --reuid $USER_ID --regid $USER_ID --clear-groups "$T/masu-runtime" --root "$ROOT" create "$ID" \
    >/dev/null 2>&1 </dev/null 3>&- 4>&-
  as_user start "$ID"
  is 0 "$status"
  as_user exec "$ID" sh -c 'id -u; exit 7'
  is 7 "$status"
  is 0 "$output"
  as_user delete --force "$ID"
  is 0 "$status"
}
