#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# masu-shim's log: no byte is lost, whatever the container writes, and whoever reads it.

# shellcheck disable=SC2030,SC2031,SC2154 # status, output, errors and code are set by helpers.bash and shim.bash
load helpers
load shim
setup() { make_shim_bundle; }
teardown() { end_shim; }

# text QUERY : the log as the container wrote it, to $BODY.
text() { good GET "/logs?format=text&stream=stdout$1"; }

@test "a container that prints much with nobody reading does not stop (the original did after 64 KiB)" {
  sh_program 'i=0; while [ $i -lt 20000 ]; do echo "line $i of many that nobody reads"; i=$((i + 1)); done; exit 4'
  shim_ok
  run_to_end
  field .exitStatus 4
  is 20000 "$(wc -l <"$FOLDER/container.log")"
  is 20000 "$(jq -r .m "$FOLDER/container.log" | sort -u | wc -l)"
  is "line 19999 of many that nobody reads" "$(tail -n 1 "$FOLDER/container.log" | jq -r .m)"
}

@test "lines of any length (the original lost those above 64 KiB)" {
  sh_program 'head -c 70000 /dev/zero | tr "\0" x; echo; head -c 3000000 /dev/zero | tr "\0" y; echo; echo after'
  shim_ok
  run_to_end
  text ''
  is 3070008 "$(stat -c %s "$BODY")"
  is "$( (head -c 70000 /dev/zero | tr '\0' x; echo; head -c 3000000 /dev/zero | tr '\0' y; echo; echo after) | sha256sum)" "$(sha256sum <"$BODY")"
  text '&tail=2'
  is 3000007 "$(stat -c %s "$BODY")"
}

@test "a last line without a line break (the original lost it), and bytes that are no text" {
  cp /bin/busybox "$BUNDLE/rootfs/blob"
  sh_program 'cat /blob; printf "the end"'
  shim_ok
  run_to_end
  text ''
  cmp <(cat /bin/busybox; printf 'the end') "$BODY"
  # The file is JSON, every line of it, in the form that is promised.
  is 0 "$(jq -c 'select((.m | type) != "string" or .s != "stdout" or (.t | test("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z$") | not))' \
    "$FOLDER/container.log" | wc -l)"
}

@test "follow: what was, what comes, to the end" {
  sh_program 'echo one; while [ ! -e /go ]; do sleep 0.02; done; echo two; printf three'
  shim_ok
  cmd start
  wait_until has_line one "$FOLDER/container.log"
  curl -sS --no-buffer --max-time 60 --unix-socket "$SOCKET" 'http://shim/logs?follow&format=text' >"$T/followed" 3>&- 4>&- &
  local follower=$!
  wait_until has_line one "$T/followed"
  touch "$BUNDLE/rootfs/go"
  ends_with 0 "$follower"
  is $'one\ntwo\nthree' "$(<"$T/followed")"
}

@test "rotated by size and count; a follower loses nothing over it" {
  sh_program 'echo begin; while [ ! -e /go ]; do sleep 0.02; done; i=0; while [ $i -lt 3000 ]; do echo "number $i"; i=$((i + 1)); done'
  shim_ok --log-max-size 50k --log-max-files 3
  cmd start
  curl -sS --no-buffer --max-time 60 --unix-socket "$SOCKET" 'http://shim/logs?follow&format=text' >"$T/followed" 3>&- 4>&- &
  local follower=$!
  wait_until has_line begin "$T/followed"
  touch "$BUNDLE/rootfs/go"
  ends_with 0 "$follower"
  cmp <(echo begin; for ((i = 0; i < 3000; i++)); do echo "number $i"; done) "$T/followed"
  [[ -e $FOLDER/container.log.2 && ! -e $FOLDER/container.log.3 ]]
  local file
  for file in "$FOLDER"/container.log*; do
    [[ $(stat -c %s "$file") -le 51200 ]]
    jq -e . "$file" >/dev/null
  done
  text '&tail=1'
  is 'number 2999'
}

@test "tail, since, until, one stream" {
  sh_program 'echo a; echo b >&2; echo c; while [ ! -e /go ]; do sleep 0.02; done; echo d'
  shim_ok
  cmd start
  wait_until has_line '"c"' "$FOLDER/container.log"
  local middle
  middle=$(date +%s.%N)
  touch "$BUNDLE/rootfs/go"
  good GET /wait
  text ''
  is $'a\nc\nd'
  text '&tail=2'
  is $'c\nd'
  good GET '/logs?format=text&stream=stderr'
  is b
  text "&since=$middle"
  is d
  text "&until=$middle"
  is $'a\nc'
  text "&since=$(date -u -d "@$middle" +%Y-%m-%dT%H:%M:%S.%NZ)"
  is d
  answers 400 GET '/logs?tail=x'
  answers 400 GET '/logs?since=yesterday'
  answers 400 GET '/logs?stream=stdin'
}

@test "the form of Kubernetes, a file of one's own, no log at all" {
  sh_program 'echo out; echo err >&2; printf part'
  shim_ok --log-format cri --log-file "$T/own.log"
  run_to_end
  grep -qE '^[0-9TZ:.-]+ stdout F out$' "$T/own.log"
  grep -qE '^[0-9TZ:.-]+ stderr F err$' "$T/own.log"
  grep -qE '^[0-9TZ:.-]+ stdout P part$' "$T/own.log"
  good GET '/logs?format=text&stream=stdout'
  is $'out\npart'
  good DELETE /
  [[ -e $T/own.log ]]
  shim_ok --log-format none
  run_to_end
  answers 404 GET /logs
}

@test "moved by another: SIGHUP and POST /logs/reopen begin a new file" {
  sh_program 'echo first; while [ ! -e /go ]; do sleep 0.02; done; echo second'
  shim_ok
  cmd start
  wait_until has_line first "$FOLDER/container.log"
  mv "$FOLDER/container.log" "$T/moved"
  good POST /logs/reopen
  touch "$BUNDLE/rootfs/go"
  good GET /wait
  is second "$(jq -r .m "$FOLDER/container.log")"
  is first "$(jq -r .m "$T/moved")"
  good POST /logs/rotate
  is second "$(jq -r .m "$FOLDER/container.log.1")"
  is 0 "$(stat -c %s "$FOLDER/container.log")"
}

lost_something() { curl -sS --max-time 20 --unix-socket "$SOCKET" http://shim/metrics | grep -q "^masu_log_lost_bytes_total.* [1-9]"; }

@test "a full disk: the container goes on, the exit code is there, the log says what is missing" {
  mkdir "$T/small"
  mount -t tmpfs -o size=64k none "$T/small"
  sh_program 'while [ ! -e /go ]; do i=0; while [ $i -lt 200 ]; do echo fill fill fill fill fill; i=$((i + 1)); done; done
    while [ ! -e /end ]; do sleep 0.02; done; echo last; exit 6'
  shim_ok --log-file "$T/small/log"
  cmd start
  wait_until lost_something
  touch "$BUNDLE/rootfs/go"
  mount -o remount,size=10m "$T/small" # somebody makes room
  touch "$BUNDLE/rootfs/end"
  good GET /wait
  field .exitStatus 6
  jq -e . "$T/small/log" >/dev/null
  jq -r .m "$T/small/log" | grep -q 'bytes of output are missing here'
  is last "$(jq -r 'select(.s == "stdout") | .m' "$T/small/log" | tail -n 1)"
}

@test "a full disk under all of the shim: the exit code is recorded" {
  mkdir "$T/small"
  mount -t tmpfs -o size=256k none "$T/small"
  # shellcheck disable=SC2034 # read by shim()
  SHIMS=$T/small FOLDER=$T/small/$ID SOCKET=$T/small/$ID/shim.sock
  sh_program 'while [ ! -e /go ]; do sleep 0.02; done; exit 6'
  shim_ok
  cmd start
  head -c 1000000 /dev/zero >"$T/small/fill" 2>/dev/null || true
  touch "$BUNDLE/rootfs/go"
  good GET /wait
  field .exitStatus 6
  is 6 "$(jq .exitStatus "$FOLDER/exit.json")"
  good GET /
  field .status.exitStatus 6
}

@test "docker: the form of its json-file" {
  sh_program 'printf "one\n\"two\"\n"; printf "\377end"; echo error >&2'
  shim_ok --log-format docker
  run_to_end
  is '"one\n" "\"two\"\n"' "$(jq -c 'select(.stream == "stdout") | .log' "$FOLDER/container.log" | head -n 2 | xargs -d '\n')"
  is error "$(jq -r 'select(.stream == "stderr") | .log' "$FOLDER/container.log")"
  good GET '/logs?format=text&stream=stdout'
  printf 'one\n"two"\n\377end' | cmp - "$BODY"
}

@test "journald: each line with its fields" {
  /usr/bin/python3 - "$T/journal.sock" "$T/journal" 3>&- 4>&- <<'EOF' &
import socket, struct, sys
inbox = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
inbox.bind(sys.argv[1])
inbox.settimeout(60)
with open(sys.argv[2], "w") as out:
    for _ in range(4):
        data, fields = inbox.recv(1 << 20), {}
        while data:
            name, _, data = data.partition(b"\n")
            size = struct.unpack("<Q", data[:8])[0]
            fields[name.decode()] = data[8:8 + size].decode()
            data = data[9 + size:]
        print(fields["PRIORITY"], fields["CONTAINER_NAME"], fields.get("CONTAINER_PARTIAL_MESSAGE"), fields["MESSAGE"], file=out, flush=True)
EOF
  wait_until test -S "$T/journal.sock"
  sh_program 'echo one; sleep 0.1; echo "<4>two"; sleep 0.1; printf end; sleep 0.1; echo error >&2'
  shim_ok --log-format journald --journal-socket "$T/journal.sock"
  run_to_end
  wait_until has_line error "$T/journal"
  is "6 $ID None one
4 $ID None two
6 $ID true end
3 $ID None error" "$(<"$T/journal")"
  answers 404 GET /logs
}

@test "journald: a name and a tag of its own" {
  /usr/bin/python3 -c 'import socket, sys
inbox = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
inbox.bind(sys.argv[1])
inbox.settimeout(60)
open(sys.argv[2], "wb").write(inbox.recv(1 << 20))' "$T/journal.sock" "$T/journal" 3>&- 4>&- &
  wait_until test -S "$T/journal.sock"
  sh_program 'echo one'
  shim_ok --log-format journald --journal-socket "$T/journal.sock" --log-name web --log-tag 'a tag'
  run_to_end
  wait_until test -s "$T/journal"
  local name
  for name in CONTAINER_NAME=web CONTAINER_TAG="a tag" SYSLOG_IDENTIFIER="a tag" CONTAINER_ID_FULL="$ID"; do
    grep -qaF -A1 "${name%%=*}" "$T/journal"
    grep -qaF "${name#*=}" <(grep -aF -A1 "${name%%=*}" "$T/journal")
  done
}

@test "a bound on all that is logged: what comes after is not, and the log says so" {
  sh_program 'i=0; while [ $i -lt 1000 ]; do echo "line $i"; i=$((i + 1)); done; exit 4'
  shim_ok --log-max-total 1000
  run_to_end
  field .exitStatus 4
  good GET '/logs?format=text&stream=stdout'
  is 1000 "$(wc -c <"$BODY")"
  is 1 "$(grep -c 'what follows is not logged' "$FOLDER/container.log")"
  good GET /metrics
  [[ $(sed -n 's/^masu_log_lost_bytes_total{.*} //p' <<<"$output") -gt 0 ]]
}

@test "--log-sync: on the disk before the end is told" {
  sh_program 'echo line'
  shim_ok --log-sync
  strace -qq -e trace=fsync,write -e signal=none -y -o "$T/calls" -p "$(shim_pid)" 3>&- 4>&- &
  local tracer=$!
  wait_until is_traced
  run_to_end
  kill -INT "$tracer"
  wait "$tracer" || true
  # The log's, and the record's afterwards, in the room that was kept for it.
  is "container.log .exit.json.room" "$(sed -nE 's/^fsync\([0-9]+<.*\/([^/]+)>\).*/\1/p' "$T/calls" | head -n 2 | xargs)"
}
is_traced() { grep -q '^TracerPid:.[1-9]' "/proc/$(shim_pid)/status"; }
