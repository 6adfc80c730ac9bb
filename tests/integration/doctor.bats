#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# doctor: what this machine lacks for root and for an ordinary user, and the command that mends it. Faults are made in
# mount namespaces of their own.

# shellcheck disable=SC2016,SC2154 # texts for inner shells; status, output and errors are set by helpers.bash
load helpers
USER_ID=4711

setup() {
  make_bundle
  install -m 755 "$MASU_RUNTIME" "$T/masu-runtime"
  mkdir -m 700 "$T/home"
  chown $USER_ID:$USER_ID "$T/home"
}
teardown() {
  take_cgroups
  clean_up
}

# changed TEXT COMMAND… : TEXT changes mounts in a namespace of the command's own.
changed() { unshare --mount --propagation private bash -euc "$1"'; exec "${@:2}"' bash "$T" "${@:2}"; }

# Before a command: an ordinary user without any right, whose state has a place.
AS_USER=(setpriv "--reuid=$USER_ID" "--regid=$USER_ID" --clear-groups --bounding-set=-all)

# examine COMMAND… : its findings into $T/findings, its exit code into status.
examine() {
  status=0
  "$@" --format json >"$T/findings" 2>"$T/errors" </dev/null 3>&- 4>&- || status=$?
  is "" "$(<"$T/errors")"
  # The exit code is that of the findings.
  is "$status" "$(jq 'if any(.state == "problem") then 1 else 0 end' "$T/findings")"
}

# finding SUBJECT STATE [TEXT [CURE]] : there is one of the kind, whose detail and cure contain these texts.
finding() {
  jq -e --arg subject "$1" --arg state "$2" --arg text "${3:-}" --arg cure "${4:-}" 'any(.subject == $subject and
    .state == $state and (.detail | contains($text)) and (.cure // "" | contains($cure)))' "$T/findings" >/dev/null ||
    { jq . "$T/findings" >&2; return 1; }
}

# cure_of SUBJECT : its command, as root would type it, into $T/cure.
cure_of() {
  local command
  command=$(jq -er --arg subject "$1" 'first(.[] | select(.subject == $subject and has("cure"))).cure' "$T/findings")
  [[ $EUID == 0 ]]
  command=${command#sudo }
  [[ $command != "su -c "* && $command != "sh -c "* ]] || eval "command=${command#* -c }"
  echo "$command" >"$T/cure"
}

# What the command of "delegation" has made.
take_cgroups() {
  local dir
  [[ -n ${CGROUPS_GIVEN:-} ]] || return 0
  cgroups_of user-$USER_ID | sort -r | while read -r dir; do rmdir "$dir"; done
}

@test "root: findings in both forms" {
  rt doctor
  is "" "$errors"
  has STATE SUBJECT "$(uname -r)" cgroups "state directory"
  examine "$MASU_RUNTIME" --root "$ROOT" doctor
  jq -e 'length > 10 and all((.state | IN("ok", "warning", "problem")) and (.subject | length > 0) and
    (.detail | length > 0) and (has("cure") == (.cure // "" | length > 0)))' "$T/findings" >/dev/null
  finding kernel ok "$(uname -r)"
  finding "subordinate ids" ok root
  finding "state directory" ok "$ROOT"
  finding "system calls" ok
}

@test "without cgroups: a problem, exit code 1, and the command" {
  examine changed 'umount -R -l /sys/fs/cgroup' "$MASU_RUNTIME" doctor
  is 1 "$status"
  finding cgroups problem "no cgroup file system" "mount -t cgroup2 cgroup2 /sys/fs/cgroup"
  run -1 changed 'umount -R -l /sys/fs/cgroup' "$MASU_RUNTIME" doctor
  has "    mend: mount -t cgroup2 cgroup2 /sys/fs/cgroup"
}

@test "the command for missing cgroups mends it" {
  examine changed 'umount -R -l /sys/fs/cgroup; mount -t cgroup2 cgroup2 /sys/fs/cgroup' "$MASU_RUNTIME" doctor
  finding cgroups ok v2
}

@test "the command for a user's cgroups mends it" {
  [[ ! -d /run/systemd/system ]] || skip "systemd gives cgroups here: tests/vm"
  ! cgroups_of user-$USER_ID | grep . || skip "there are cgroups of user $USER_ID"
  examine "${AS_USER[@]}" "$T/masu-runtime" --root "$T/home" doctor
  finding delegation warning "no cgroup is this user's"
  local cure
  cure=$(jq -r '.[] | select(.subject == "delegation").cure' "$T/findings")
  [[ $cure == su\ * || $cure == sudo\ * ]]
  CGROUPS_GIVEN=yes
  # In a shell of its own, which is then in the new cgroups and becomes the user's.
  examine bash -c "$cure"'; exec "$@"' bash "${AS_USER[@]}" \
    "$T/masu-runtime" --root "$T/home" doctor
  finding delegation ok memory
}

@test "root without a right" {
  examine setpriv --bounding-set=-sys_resource,-net_admin --inh-caps=-sys_resource,-net_admin "$MASU_RUNTIME" doctor
  finding "right CAP_SYS_RESOURCE" warning rlimits
  finding "right CAP_NET_ADMIN" warning netDevices
  examine setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin "$MASU_RUNTIME" doctor
  is 1 "$status"
  finding "right CAP_SYS_ADMIN" problem mounts
}

@test "a user without a place for state" {
  examine "${AS_USER[@]}" env -u XDG_RUNTIME_DIR "$T/masu-runtime" doctor
  is 1 "$status"
  finding "state directory" problem "XDG_RUNTIME_DIR is not set" ""
  cure_of "state directory"
  if [[ $(<"$T/cure") == export* ]]; then # loginctl: tests/vm
    examine "${AS_USER[@]}" env -u XDG_RUNTIME_DIR TMPDIR="$T/home" sh -c "$(<"$T/cure")"'; exec "$@"' sh "$T/masu-runtime" doctor
    finding "state directory" ok
  fi
  examine "${AS_USER[@]}" env XDG_RUNTIME_DIR="$T/home" "$T/masu-runtime" doctor
  finding "state directory" ok "$T/home/masu-runtime"
  [[ ! -e $T/home/masu-runtime ]] # nothing is made
}

# A table of users and ranges of ids for the user of the tests.
with_ids='cp /etc/passwd "$1/passwd"; echo "masu-test:x:4711:4711::/:/bin/sh" >>"$1/passwd"
  for file in passwd subuid subgid; do mount --bind "$1/$file" "/etc/$file"; done'

@test "a user's ids" {
  echo "other:100000:65536" | tee "$T/subuid" >"$T/subgid"
  examine changed "$with_ids" "${AS_USER[@]:0:4}" \
    "$T/masu-runtime" --root "$T/home" doctor
  finding "subordinate ids" warning "masu-test has 0" "usermod --add-subuids 165536-231071 --add-subgids 165536-231071 masu-test"
  echo "masu-test:200000:65536" >>"$T/subuid"
  echo "$USER_ID:200000:65536" >>"$T/subgid"
  examine changed "$with_ids" "${AS_USER[@]:0:4}" \
    "$T/masu-runtime" --root "$T/home" doctor
  finding "subordinate ids" ok "masu-test has 65536"
  finding "id helpers" ok newgidmap
}

@test "the command for a user's ids mends it" {
  cp -a /etc "$T/etc"
  echo "masu-test:x:$USER_ID:$USER_ID::/:/bin/sh" >>"$T/etc/passwd"
  local own='mount --bind "$1/etc" /etc'
  examine changed "$own" "${AS_USER[@]:0:4}" "$T/masu-runtime" --root "$T/home" doctor
  finding "subordinate ids" warning "masu-test has 0"
  cure_of "subordinate ids"
  examine changed "$own"'; sh "$1/cure"' "${AS_USER[@]:0:4}" "$T/masu-runtime" --root "$T/home" doctor
  finding "subordinate ids" ok "masu-test has 65536 in /etc/subuid, 65536 in /etc/subgid"
}

@test "id helpers without rights, or with no_new_privs" {
  # shellcheck disable=SC2030
  local powerless='cp --no-preserve=mode /usr/bin/newuidmap "$1/helper"; chmod 755 "$1/helper"
    mount --bind "$1/helper" /usr/bin/newuidmap'
  examine changed "$powerless" "${AS_USER[@]}" "$T/masu-runtime" --root "$T/home" doctor
  finding "id helpers" warning "without the right" "chmod u+s /usr/bin/newuidmap"
  cure_of "id helpers"
  examine changed "$powerless"'; sh "$1/cure"' "${AS_USER[@]}" "$T/masu-runtime" --root "$T/home" doctor
  finding "id helpers" ok newuidmap
  examine "${AS_USER[@]}" setpriv --no-new-privs "$T/masu-runtime" --root "$T/home" doctor
  finding "id helpers" warning no_new_privs
}

@test "user namespaces that are switched off" {
  # The sysctl is the namespace's own: a limit inside of another one leaves the machine alone (namespaces(7)).
  examine unshare --user --map-root-user sh -c 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"' sh \
    "$T/masu-runtime" --root "$ROOT" doctor
  is 1 "$status"
  finding "user namespaces" problem "user.max_user_namespaces is 0" "user.max_user_namespaces=15000"
  cure_of "user namespaces"
  cp -a /etc "$T/etc"
  examine unshare --user --map-root-user --mount sh -euc 'mount --bind "$1/etc" /etc
    echo 0 >/proc/sys/user/max_user_namespaces; sh "$1/cure" >/dev/null; shift; exec "$@"' sh "$T" \
    "$T/masu-runtime" --root "$ROOT" doctor
  finding "user namespaces" ok
}

@test "parts of /proc that are hidden" {
  # A procfs of another test's that nothing hides would do for the kernel.
  local hidden='awk "\$5 != \"/proc\" && / - proc /{print \$5}" /proc/self/mountinfo | xargs -r -n 1 umount -l
    mount -t tmpfs tmpfs /proc/bus'
  examine changed "$hidden" "${AS_USER[@]}" "$T/masu-runtime" --root "$T/home" doctor
  is 1 "$status"
  if finding procfs problem "/proc/bus" "umount /proc/bus" 2>/dev/null; then
    cure_of procfs
    examine changed "$hidden"'; sh "$1/cure"' "${AS_USER[@]}" "$T/masu-runtime" --root "$T/home" doctor
    finding procfs ok
  else
    finding procfs problem "/proc/bus" "run --security-opt" # in a container
  fi
  examine "${AS_USER[@]}" "$T/masu-runtime" --root "$T/home" doctor
  finding procfs ok
}

@test "without /proc" {
  examine changed 'umount -R -l /proc' "$MASU_RUNTIME" doctor
  is 1 "$status"
  finding procfs problem /proc "mount -t proc proc /proc"
  cure_of procfs
  examine changed 'umount -R -l /proc; sh "$1/cure"' "$MASU_RUNTIME" --root "$ROOT" doctor
  finding kernel ok
}

@test "wrong command lines" {
  refused doctor --format yaml
  says yaml
  refused doctor one
}
