# SPDX-License-Identifier: Apache-2.0
#
# The words of the cases. A case runs under `set -e` in a subshell: the first command that fails fails it, and what was
# printed is the reason that is shown. It has
#
#   T       a directory of its own            BUNDLE  the bundle, with config.json and rootfs
#   ROOT    the runtime's --root              ID      the container's id; further ones start with it ($ID-2)
#   status, output, errors                    of the last call of the runtime, or output of the container

PATIENCE=40 # seconds that one call of the runtime, or one container, may take

# ---- what a case needs ---------------------------------------------------------------------------------------------

skip() {
  echo "$*"
  exit 77
}

# needs WHAT… : skips the case, with the reason, where the machine has not got it.
needs() {
  local what
  for what; do
    case $what in
      root) [[ $EUID == 0 ]] || skip 'needs root' ;;
      ids) [[ $EUID == 0 ]] || skip 'needs root, for more ids than one' ;;
      v2) unified || skip 'needs cgroup v2 alone' ;;
      userns) [[ -e /proc/self/ns/user && $(cat /proc/sys/user/max_user_namespaces) -gt 0 ]] || skip 'the kernel gives no user namespaces' ;;
      timens) [[ -e /proc/self/ns/time ]] || skip 'the kernel has no time namespaces' ;;
      seccomp) grep -q '^Seccomp:' /proc/self/status || skip 'the kernel has no seccomp' ;;
      idmap) has_feature '.linux.mountExtensions.idmap.enabled' || skip 'the features of the runtime do not name idmapped mounts' ;;
      apparmor) [[ $(cat /sys/module/apparmor/parameters/enabled 2>/dev/null) == Y ]] || skip 'AppArmor is not enabled in the kernel' ;;
      selinux) [[ -e /sys/fs/selinux/enforce ]] || skip 'SELinux is not enabled in the kernel' ;;
      resctrl) grep -q ' - resctrl ' /proc/self/mountinfo || skip 'resctrl is not mounted' ;;
      v1:*) { ! unified && has_controller "${what#*:}"; } || skip "needs the controller ${what#*:} of cgroup v1" ;;
      cgroup:*) has_controller "${what#*:}" || skip "the cgroup controller ${what#*:} is not here" ;;
      kernel:*) printf '%s\n' "${what#*:}" "$(uname -r)" | sort -VC || skip "needs Linux ${what#*:}" ;;
      tool:*) type -P "${what#*:}" >/dev/null || skip "needs the program ${what#*:}" ;;
      file:*) [[ -e ${what#*:} ]] || skip "${what#*:} is not here" ;;
      option:*) has_option "${what#*:}" || skip "the features of the runtime do not name the mount option ${what#*:}" ;;
      command:*) has_command "${what#*:}" || skip "the runtime has no command ${what#*:}" ;;
      *) echo "needs: what is '$what'?" && return 1 ;;
    esac
  done
}
unified() { [[ -e /sys/fs/cgroup/cgroup.controllers ]]; }
has_controller() {
  if unified; then grep -qw "$1" /sys/fs/cgroup/cgroup.controllers; else [[ -d /sys/fs/cgroup/$1 ]]; fi
}
# Mount options that the spec does not demand are asked of those who claim them.
has_option() { has_feature ".mountOptions | index(\"$1\")"; }
has_feature() { "$RUNTIME" features 2>/dev/null | jq -e "$1" >/dev/null 2>&1; }
# Every runtime lists its commands in its help.
has_command() { grep -qE "^[[:space:]]*$1\b" <<<"$("$RUNTIME" --help 2>&1)"; }

# at_end COMMAND… : is run when the case ends, however it ends; the last that is given comes first.
at_end() { AT_END="$(printf '%q ' "$@"); ${AT_END:-}"; }

# ---- the bundle ----------------------------------------------------------------------------------------------------

begin_case() {
  ROOT=$T/root BUNDLE=$T/bundle
  ROOTFS=$BUNDLE/rootfs
  ID=conf-${WORK##*.}-${T##*/}
  status=0 output='' errors='' READER=''
  mkdir -p "$ROOT" "$ROOTFS"/{dev,proc,sys,tmp,etc}
  chmod 1777 "$ROOTFS/tmp"
  ln "$CHECKER" "$ROOTFS/checker" 2>/dev/null || cp "$CHECKER" "$ROOTFS/checker"
  cp "$WORK/config.json" "$BUNDLE/config.json"
  cp "$WORK/host.json" "$T/host.json"
  cd "$BUNDLE"
}

# What is the same for all cases: config.json, on one line, and what the checker cannot know, the namespaces that the
# runtime is started in.
prepare_cases() {
  local type name separator='{"namespaces": {' ordinary=.
  # An ordinary user is root in a user namespace, in which there is no other id.
  # shellcheck disable=SC2016 # variables of jq
  [[ $EUID == 0 ]] || ordinary='.linux.namespaces += [{type: "user"}] | (.mounts[].options | select(.)) -= ["gid=5"]
    | .linux.uidMappings = [{containerID: 0, hostID: $uid, size: 1}] | .linux.gidMappings = [{containerID: 0, hostID: $gid, size: 1}]'
  jq -c --argjson uid "$(id -u)" --argjson gid "$(id -g)" "$ordinary" "$here/config.json" >"$WORK/config.json"
  for name in pid:pid net:network mnt:mount ipc:ipc uts:uts user:user cgroup:cgroup time:time; do
    type=${name#*:} name=${name%:*}
    [[ -e /proc/self/ns/$name ]] || continue
    printf '%s"%s": "%s"' "$separator" "$type" "$(readlink "/proc/self/ns/$name")"
    separator=', '
  done >"$WORK/host.json"
  echo '}, "joined": {}}' >>"$WORK/host.json"
}

# config [JQ-OPTION…] FILTER : changes config.json.
config() {
  jq -c "$@" <"$BUNDLE/config.json" >"$BUNDLE/config.new"
  mv "$BUNDLE/config.new" "$BUNDLE/config.json"
}

# program WORD… : the container runs the checker with these words (`checker` alone lists them). Without jq, whose start
# would be the most of what a case takes: config.json is one line, and its first "args" are those of the process.
program() {
  local text word list='"/checker"'
  text=$(<"$BUNDLE/config.json")
  for word; do
    word=${word//\\/\\\\} word=${word//\"/\\\"} word=${word//$'\n'/\\n}
    list+=",\"$word\""
  done
  printf '%s"args":[%s]%s' "${text%%'"args":['*}" "$list" "${text#*'"args":['*']'}" >"$BUNDLE/config.json"
}

# add_mount JSON : appends to mounts.
add_mount() { config --argjson mount "$1" '.mounts += [$mount]'; }

# add_namespace TYPE, drop_namespace TYPE, join_namespace TYPE PATH
add_namespace() { config --arg type "$1" '.linux.namespaces += [{type: $type}]'; }
drop_namespace() { config --arg type "$1" 'del(.linux.namespaces[] | select(.type == $type))'; }
join_namespace() {
  drop_namespace "$1"
  config --arg type "$1" --arg path "$2" '.linux.namespaces += [{type: $type, path: $path}]'
  local link
  link=$(stat -L -c '[%i]' "$2")
  jq --arg type "$1" --arg link "$link" '.joined[$type] = $link' "$T/host.json" >"$T/host.new"
  mv "$T/host.new" "$T/host.json"
}

# ---- the runtime ---------------------------------------------------------------------------------------------------

# rt ARG… : calls the runtime; sets status, output and errors. Stdout goes to the file descriptor $OUT if it is set;
# RUN_UNDER is a program with its options that the runtime is run by.
rt() {
  local out=$T/stdout
  [[ -z ${OUT:-} ]] || out=/dev/fd/$OUT
  status=0
  # shellcheck disable=SC2086 # a list of words
  MASU_CANARY=tweet timeout -k 5 "$PATIENCE" ${RUN_UNDER:-} "$RUNTIME" --root "$ROOT" "$@" >"$out" 2>"$T/stderr" || status=$?
  output=''
  [[ -n ${OUT:-} ]] || output=$(tr -d '\0' <"$T/stdout")
  errors=$(tr -d '\0' <"$T/stderr")
}

report() {
  printf 'call:   %s\nstatus: %s\nstdout: %s\nstderr: %s\n' "$*" "$status" "${output:0:1500}" "${errors:0:1500}"
}

# ok ARG… : the call succeeds.
ok() {
  rt "$@"
  [[ $status == 0 ]] || { report "$@" && return 1; }
}

# refused ARG… : the call fails, with a message.
refused() {
  rt "$@"
  [[ $status != 0 && $status != 124 ]] || { report "$@" && echo 'expected an error' && return 1; }
  [[ -n $errors ]] || { report "$@" && echo 'expected a message on stderr' && return 1; }
}

# create [ARG…] : creates the container; what it prints is read until `finish`.
create() { create_as "$ID" "$@"; }
create_as() { # create_as ID [ARG…]
  local id=$1
  shift
  call_with_output create --bundle "$BUNDLE" "$@" "$id"
  [[ $status == 0 ]] || { report create "$@" "$id" && return 1; }
}

# call_with_output ARG… : a call whose stdout becomes that of a container.
call_with_output() {
  local pipe
  exec {pipe}> >(timeout "$PATIENCE" cat >"$T/seen")
  READER=$!
  OUT=$pipe rt "$@"
  exec {pipe}>&-
}

start() { ok start "${1:-$ID}"; }

# finish : waits until nobody can write to the container's stdout any more; output is what was written.
finish() {
  wait "$READER" || { echo "the container did not end within $PATIENCE s" && return 1; }
  output=$(tr -d '\0' <"$T/seen")
}

# inside WORD… : runs the checker with these words in a container to its end; output is what it printed.
inside() {
  program "$@"
  create
  start
  finish
}

# runs : a container that stays until it is killed.
runs() {
  program wait
  create "$@"
  start
}

# never_runs : config.json is refused, with a message, by create or else by start, and the program does not run.
never_runs() {
  call_with_output create --bundle "$BUNDLE" "$ID"
  [[ $status != 0 ]] || rt start "$ID"
  [[ $status != 0 && $status != 124 ]] || { report create, start && echo 'expected an error of create or start' && return 1; }
  [[ -n $errors ]] || { report create, start && echo 'expected a message on stderr' && return 1; }
  rt delete --force "$ID"
  finish
  is '' "$output"
}

# check [MEMBER…] : the checker compares what it sees with these members of config.json, or with all that it knows.
check() {
  (($# == 0)) || program check "$@"
  cp "$BUNDLE/config.json" "$T/host.json" "$ROOTFS/"
  create
  start
  finish
  judge
}
# judge : the checker's last output has no difference and compared something.
judge() {
  [[ $output =~ (^|$'\n')'checked '[1-9] && ! $output =~ (^|$'\n')'not ' ]] || { echo "$output" && echo "$errors" && return 1; }
}

# ---- what is seen from outside ------------------------------------------------------------------------------------

# state [ID], pid [ID] : that member of the state. Not by jq, for the reason that `program` has.
state() {
  ok state "${1:-$ID}" || return
  sed -nE 's/.*"status": ?"([a-z]*)".*/\1/p' <<<"$output"
}
pid() {
  ok state "${1:-$ID}" || return
  sed -nE 's/.*"pid": ?([0-9]+).*/\1/p' <<<"$output"
}
has_status() { [[ $(state "$2" 2>/dev/null) == "$1" ]]; } # has_status STATUS ID

# until_true COMMAND… : retries for 30 s.
until_true() {
  local end=$((SECONDS + 30))
  until "$@"; do
    ((SECONDS < end)) || { echo "in vain: $*" && return 1; }
    sleep 0.02
  done
}
becomes() { until_true has_status "$1" "${2:-$ID}"; } # becomes STATUS [ID]

# ended PID : it is not there, or waits only for its parent to take note.
ended() { [[ ! -e /proc/$1/stat || $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) =~ ^(Z|X|$) ]]; }
# is EXPECTED ACTUAL
is() { [[ $2 == "$1" ]] || { printf 'expected: %s\nseen:     %s\n' "$1" "$2" && return 1; }; }
# has TEXT [WHERE] : WHERE, or the last output, contains TEXT.
has() { [[ ${2-$output} == *"$1"* ]] || { printf 'expected in: %s\nmissing:     %s\n' "${2-$output}" "$1" && return 1; }; }
# not COMMAND… : it fails.
not() { if "$@"; then echo "expected to fail: $*" && return 1; fi; }

# ---- cgroups -------------------------------------------------------------------------------------------------------

# cgroup CONTROLLER : the directory of the running container's cgroup.
cgroup() {
  local path
  if unified; then
    path=$(sed -n 's/^0:://p' "/proc/$(pid)/cgroup")
    echo "/sys/fs/cgroup$path"
  else
    path=$(sed -nE "s/^[0-9]+:([^:]*,)?$1(,[^:]*)?://p" "/proc/$(pid)/cgroup")
    echo "/sys/fs/cgroup/$1$path"
  fi
}

# limit CONTROLLER V1-FILE V1-VALUE V2-FILE V2-VALUE : what the kernel enforces on the running container.
limit() {
  local dir
  dir=$(cgroup "$1")
  # A runtime may keep the program in a cgroup below the one that has the limits.
  if unified; then
    [[ $(cat "$dir/$4") == "$5" ]] || is "$5" "$(cat "${dir%/*}/$4")"
  else
    is "$3" "$(cat "$dir/$2")"
  fi
}

# ---- nothing left --------------------------------------------------------------------------------------------------

ids_of_case() { find "$T/root" -mindepth 1 -maxdepth 1 -type d -name "conf-*" -printf '%f\n' 2>/dev/null; }

# end_case : deletes the case's containers; a process, cgroup, mount or state that is left then fails the case.
end_case() {
  local id left bad=0
  ROOT=$T/root
  ID=conf-${WORK##*.}-${T##*/}
  cd /
  for id in $(ids_of_case); do rt delete --force "$id"; done
  left=$(ids_of_case)
  [[ -z $left ]] || { echo "state left by delete --force: $left" && bad=1; }
  left=$(processes_of_case)
  [[ -z $left ]] || { sleep 0.2 && left=$(processes_of_case); }
  [[ -z $left ]] || { echo "processes left: $left" && xargs kill -KILL <<<"$left" && bad=1; }
  left=$(find /sys/fs/cgroup -type d \( -name "*$ID" -o -name "*${ID}[.-]*" \) 2>/dev/null)
  [[ -z $left ]] || { echo "cgroups left: $left" && bad=1 && sort -r <<<"$left" | xargs rmdir 2>/dev/null; }
  left=$(awk -v t="$T/" 'index($5, t) == 1 {print $5}' /proc/self/mountinfo)
  [[ -z $left ]] || { echo "mounts left: $left" && bad=1 && sort -r <<<"$left" | xargs umount -l; }
  rm -rf --one-file-system "$T"
  return $bad
}
processes_of_case() {
  local pid
  for pid in $(grep -lsE "(/|-)$ID([.-][^/]*)?(/|\$)" /proc/[0-9]*/cgroup | tr -dc '0-9\n'); do ended "$pid" || echo "$pid"; done
}
