#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# doctor on a machine with systemd: what it says to a user who has just been made, the commands that it names, and what it
# says after them.

# shellcheck disable=SC2154 # status, output and errors are set by helpers.bash
# shellcheck disable=SC2030,SC2031 # each case has an environment of its own
load ../integration/helpers
setup() {
  make_bundle
  install -m 755 "$MASU_RUNTIME" "$T/masu-runtime"
  NAME=doctor$RANDOM
  useradd --create-home --shell /bin/sh "$NAME"
  USER_ID=$(id -u "$NAME")
}
teardown() {
  loginctl disable-linger "$NAME"
  systemctl stop "user@$USER_ID.service"
  userdel --remove "$NAME"
  clean_up
}

# examine [COMMAND…] : the findings for the user, without a session, into $T/findings; COMMAND starts the doctor.
examine() {
  status=0
  (cd / && env -i "PATH=$PATH" "HOME=/home/$NAME" ${XDG_RUNTIME_DIR:+"XDG_RUNTIME_DIR=$XDG_RUNTIME_DIR"} setpriv \
    --reuid "$USER_ID" --regid "$USER_ID" --init-groups "$@" "$T/masu-runtime" doctor --format json) \
    >"$T/findings" 2>"$T/errors" </dev/null 3>&- 4>&- || status=$?
  is "" "$(grep -v '^Running scope' "$T/errors")"
}

# finding SUBJECT STATE [TEXT [CURE]] : there is one of the kind, whose detail and cure contain these texts.
finding() {
  jq -e --arg subject "$1" --arg state "$2" --arg text "${3:-}" --arg cure "${4:-}" 'any(.subject == $subject and
    .state == $state and (.detail | contains($text)) and (.cure // "" | contains($cure)))' "$T/findings" >/dev/null ||
    { jq . "$T/findings" >&2; return 1; }
}

# mend SUBJECT : what its cure names, by root, whose password the user need not know here.
mend() {
  local command
  command=$(jq -r --arg subject "$1" 'first(.[] | select(.subject == $subject)) | .cure' "$T/findings")
  [[ $command == "su -c '"*"'" || $command == "sudo "* ]]
  command=${command#sudo }
  [[ $command != "su -c "* ]] || eval "command=${command#su -c }"
  bash -c "$command"
}

# An emulated machine takes its time to start one.
await_manager() { timeout 120 sh -c 'until [ -S "/run/user/$1/systemd/private" ]; do sleep 0.2; done' sh "$USER_ID"; }

@test "a user gets a systemd and a cgroup of his own by the commands that are named" {
  unset XDG_RUNTIME_DIR
  examine
  is 1 "$status"
  finding linger warning "ends with the last session" "loginctl enable-linger $NAME"
  finding systemd warning "not reached" "loginctl enable-linger $NAME"
  finding delegation warning "no cgroup is this user's" "loginctl enable-linger $NAME"
  finding "state directory" problem "XDG_RUNTIME_DIR is not set" "loginctl enable-linger $NAME"
  mend linger
  await_manager

  examine
  finding linger ok
  finding systemd ok
  finding delegation warning "" "XDG_RUNTIME_DIR=/run/user/$USER_ID systemd-run"
  finding "state directory" problem "" "export XDG_RUNTIME_DIR=/run/user/$USER_ID"
  export XDG_RUNTIME_DIR=/run/user/$USER_ID

  examine
  is 0 "$status"
  finding systemd ok
  finding "state directory" ok
  finding delegation warning "no cgroup is this user's" "systemd-run --user --scope -p Delegate=yes \$SHELL"
  examine systemd-run --user --scope --quiet -p Delegate=yes
  finding delegation ok
}

@test "a controller that users are not given is given by the command that is named" {
  local dropin=/etc/systemd/system/user@.service.d/delegate.conf
  cp "$dropin" "$T/kept"
  printf '[Service]\nDelegate=cpu memory pids\n' >"$dropin"
  systemctl daemon-reload
  loginctl enable-linger "$NAME"
  await_manager
  export XDG_RUNTIME_DIR=/run/user/$USER_ID
  examine systemd-run --user --scope --quiet -p Delegate=yes
  finding delegation warning "without cpuset, io" delegate.conf
  mend delegation
  systemctl restart "user@$USER_ID.service"
  await_manager
  examine systemd-run --user --scope --quiet -p Delegate=yes
  finding delegation ok
  cp "$T/kept" "$dropin"
  systemctl daemon-reload
}
