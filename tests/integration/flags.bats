#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Every flag with a value refuses a wrong one: which flags there are is asked of the program itself, so that none can be
# forgotten here.

# shellcheck disable=SC2154 # status, output and errors belong to helpers.bash
load helpers
load criu
setup() { make_bundle; }
teardown() { clean_up; }

# COMMAND.FLAG, a wrong value, and what the message has to say. "global" stands before the command.
wrong_values() {
  cat <<'END'
global.root|/|--root /
global.log|/no/such/log|open log file '/no/such/log': no such file or directory
global.log-format|xml|invalid log-format 'xml': expected one of text json
global.log-level|loud|invalid log-level 'loud': expected one of error
global.cgroup-manager|nobody|invalid cgroup-manager 'nobody': expected one of cgroupfs
create.bundle|/no/such|config.json not found: '/no/such/config.json'
create.config|/no/such|config.json not found: '/no/such'
create.console-socket|/no/such|cannot use console socket
create.pidfd-socket|/no/such|--pidfd-socket: socket '/no/such'
create.pid-file|/no/such/file|--pid-file '/no/such/file'
create.preserve-fds|-1|invalid preserve-fds '-1': expected a number
create.preserve-fds|4294967296|invalid preserve-fds '4294967296': expected a number
create.preserve-fds|400000000|too many open files (EMFILE) [--preserve-fds]
run.bundle|/no/such|config.json not found: '/no/such/config.json'
run.config|/no/such|config.json not found: '/no/such'
run.console-socket|/no/such|cannot use console socket
run.pidfd-socket|/no/such|--pidfd-socket: socket '/no/such'
run.pid-file|/no/such/file|--pid-file '/no/such/file'
run.preserve-fds|1x|invalid preserve-fds '1x': expected a number
exec.process|/no/such|--process: open '/no/such'
exec.cwd|relative|Cwd must be an absolute path [--cwd]
exec.cwd|/no/such|chdir to cwd ("/no/such")
exec.env|NAME|--env 'NAME': expected NAME=VALUE
exec.env|=value|--env '=value': expected NAME=VALUE
exec.env||--env '': expected NAME=VALUE
exec.user|root|--user 'root': expected UID or UID:GID
exec.user||--user '': expected UID or UID:GID
exec.user|4294967296|--user '4294967296': expected UID or UID:GID
exec.additional-gids|tty|invalid additional-gids 'tty': expected a number
exec.cap|NOSUCH|--cap 'NOSUCH': unknown capability
exec.cgroup|../up|--cgroup '../up': .. is not a sub cgroup path
exec.cgroup|nosuch:/x|--cgroup 'nosuch:/x': the container has no such controller
exec.console-socket|/no/such|cannot use console socket
exec.pidfd-socket|/no/such|--pidfd-socket: socket '/no/such'
exec.pid-file|/no/such/file|--pid-file '/no/such/file'
exec.preserve-fds|x|invalid preserve-fds 'x': expected a number
exec.apparmor|no such profile|no such profile
exec.process-label|no such label|no such label
list.format|yaml|invalid format 'yaml': expected one of table json
ps.format|yaml|invalid format 'yaml': expected one of table json
info.format|yaml|invalid format 'yaml': expected one of text json
doctor.format|yaml|invalid format 'yaml': expected one of text json
update.resources|/no/such|--resources: open '/no/such'
update.memory|5x|invalid value for memory: '5x'
update.memory|-2|invalid value for memory: '-2'
update.memory-reservation|much|invalid value for memory-reservation: 'much'
update.memory-swap|1.5.5g|invalid value for memory-swap: '1.5.5g'
update.cpu-share|-5|cpu-share: '-5'
update.cpu-quota|1e9|invalid value for cpu-quota: '1e9'
update.cpu-period|-1|cpu-period: '-1'
update.cpu-burst|x|invalid value for cpu-burst: 'x'
update.cpu-rt-period|x|invalid value for cpu-rt-period: 'x'
update.cpu-rt-runtime|x|invalid value for cpu-rt-runtime: 'x'
update.cpu-idle|2|2
update.cpuset-cpus|3-1|cpu.cpus: '3-1'
update.cpuset-mems|a|cpu.mems: 'a'
update.pids-limit|1.5|invalid value for pids-limit: '1.5'
update.blkio-weight|5|5 is not between 10 and 1000
update.l3-cache-schema|junk|l3 cache schema
update.mem-bw-schema|junk|memory bandwidth schema
checkpoint.image-path|/dev/null/x|/dev/null/x
checkpoint.work-path|/dev/null/x|/dev/null/x
checkpoint.parent-path|/absolute|--parent-path must be relative
checkpoint.status-fd|x|invalid status-fd 'x': expected a file descriptor
checkpoint.page-server|localhost|invalid page-server 'localhost': expected ADDRESS:PORT
checkpoint.manage-cgroups-mode|wild|invalid manage-cgroups-mode 'wild': expected one of soft
checkpoint.empty-ns|pid|invalid empty-ns 'pid': expected one of network
checkpoint.network-lock|none|invalid network-lock 'none': expected one of iptables
restore.bundle|/no/such|config.json not found: '/no/such/config.json'
restore.config|/no/such|config.json not found: '/no/such'
restore.console-socket|/no/such|cannot use console socket
restore.image-path|/no/such|--image-path: open '/no/such'
restore.work-path|/dev/null/x|/dev/null/x
restore.manage-cgroups-mode|wild|invalid manage-cgroups-mode 'wild': expected one of soft
restore.empty-ns|pid|invalid empty-ns 'pid': expected one of network
restore.network-lock|none|invalid network-lock 'none': expected one of iptables
restore.lsm-profile|junk|invalid lsm-profile 'junk': expected apparmor:NAME or selinux:LABEL
events.interval|0s|invalid interval '0s'
events.pressure|x|--pressure 'x': expected cpu, memory or io
explain.patience|soon|invalid patience 'soon': expected a duration
spec.bundle|/no/such|/no/such
spec.file|config.json|config.json exists
END
}

# Checked elsewhere: what --trace cannot write (trace.bats), CRIU itself (checkpoint.bats), what CRIU is told and judges.
elsewhere() { printf '%s\n' global.trace global.criu restore.pid-file restore.lsm-mount-context; }

# flags COMMAND… : those with a value, as its help names them.
flags() { "$MASU_RUNTIME" "$@" --help | sed -nE '/OPTIONS:/,$s/^ +(-[a-zA-Z], )?--([a-z0-9-]+) [^ ]+( .*)?$/\2/p'; }

all_flags() {
  local command
  flags | sed 's/^/global./'
  for command in $("$MASU_RUNTIME" --help | sed -nE '/^COMMANDS:/,/^$/s/^ +([a-z]+) .*/\1/p'); do
    flags "$command" | sed "s/^/$command./"
  done
}

# refuses COMMAND FLAG VALUE TEXT
refuses() {
  local flag=--$2=$3
  case $1 in
    global) rt "$flag" list ;;
    create | run) rt "$1" -b "$BUNDLE" "$flag" "$ID-2" ;;
    restore) rt "${CRIU[@]}" restore --image-path "$T/image" -b "$BUNDLE" "$flag" "$ID-2" ;;
    exec) rt exec "$flag" "$ID" true ;;
    checkpoint) rt "${CRIU[@]}" checkpoint --image-path "$T/new-image" "$flag" "$ID" ;;
    list | info | doctor) rt "$1" "$flag" ;;
    spec) rt spec "$flag" ;;
    *) rt "$1" "$flag" "$ID" ;;
  esac
  local code=1
  [[ $1 != exec ]] || code=255
  [[ $status == "$code" && -n $errors ]] || { report "$1 $flag"; return 1; }
  says "$4" || { echo "for $1 $flag" >&2; return 1; }
}

@test "the list of flags is complete, and has no other" {
  [[ $(all_flags | wc -l) -gt 70 ]]
  diff <(all_flags | sort -u) <({ wrong_values | cut -d'|' -f1; elsewhere; } | sort -u)
}

@test "each flag with a wrong value: the message names it, nothing is changed, nothing is left" {
  mkdir "$T/image"
  echo '[]' >"$T/image/descriptors.json"
  works_as 3.17
  sleeper
  ok events --stats "$ID"
  local before flag value text
  before=$(jq -c '.data | [.memory.usage.limit, .pids.limit, .cpuset.cpus]' "$OUT")
  while IFS='|' read -r flag value text; do
    refuses "${flag%%.*}" "${flag#*.}" "$value" "$text"
  done < <(wrong_values)
  is running "$(status_of "$ID")"
  [[ ! -e $ROOT/$ID-2 ]]
  ok events --stats "$ID"
  is "$before" "$(jq -c '.data | [.memory.usage.limit, .pids.limit, .cpuset.cpus]' "$OUT")"
}

@test "a flag without its value, a value where there is none, a flag twice" {
  local flag command name
  while read -r flag; do
    command=${flag%%.*} name=${flag#*.}
    if [[ $command == global ]]; then rt "--$name"; else rt "$command" "--$name"; fi
    [[ $status == 1 || $status == 255 ]] || { report "$flag"; return 1; }
    says "--$name"
  done < <(all_flags)
  refused delete --force=maybe "$ID"
  says force maybe
}
