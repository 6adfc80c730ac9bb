#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# --log, --log-format, --log-level, --debug. Clients decode the whole file: whole lines, one error, nothing else.

# shellcheck disable=SC2154 # status, output and errors are set by helpers.bash
load helpers
setup() { make_bundle; }
teardown() { clean_up; }

# valid_log FILE : JSON documents only, one a line, each with level, msg and an RFC 3339 time.
valid_log() {
  local lines
  lines=$(wc -l <"$1")
  [[ $(jq -s length "$1") == "$lines" ]] || return 1
  [[ $(grep -c '^{.*}$' "$1") == "$lines" ]] || return 1
  jq -es 'all(.[]; (.msg | type == "string" and length > 0) and (.level | IN("debug", "info", "warning", "error", "trace")) and
    (.time | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$")))' "$1"
}

@test "success writes nothing to the log" {
  program true
  ok --log "$T/log" --log-format json run -b "$BUNDLE" "$ID"
  [[ ! -s $T/log ]]
}

@test "json: a failure is exactly one line, with level error, and is told on stderr as well" {
  program nosuch
  refused --log "$T/log" --log-format json create -b "$BUNDLE" "$ID"
  valid_log "$T/log"
  [[ $(wc -l <"$T/log") == 1 ]]
  jq -e '.level == "error" and (.msg | contains("exec: \"nosuch\": executable file not found in $PATH"))' "$T/log"
  says "executable file not found"
}

@test "json: one line for each kind of failure" {
  sleeper
  local failures=0
  failing() {
    rm -f "$T/log"
    rt --log "$T/log" --log-format json "$@"
    [[ $status != 0 ]]
    valid_log "$T/log"
    is 1 "$(jq -s 'map(select(.level == "error")) | length' "$T/log")"
    is 1 "$(wc -l <"$T/log")"
    failures=$((failures + 1))
  }
  failing state "$ID-unknown"
  failing delete "$ID"
  failing kill "$ID" NOSUCH
  failing exec "$ID" nosuch
  failing exec --cwd relative "$ID" true
  failing start "$ID"
  failing create -b "$T/nowhere" "$ID-2"
  failing create -b "$BUNDLE" "$ID"
  echo '{' >config.json
  failing create -b "$BUNDLE" "$ID-2"
  [[ $failures == 9 ]]
}

@test "the file is appended to" {
  echo '{"level":"info","msg":"before","time":"2020-01-01T00:00:00Z"}' >"$T/log"
  refused --log "$T/log" --log-format json state "$ID"
  [[ $(wc -l <"$T/log") == 2 && $(jq -rs '.[0].msg' "$T/log") == before ]]
}

@test "json: strange bytes in a message stay one valid document" {
  program $'no\nsuch\t"thing\\ \x1b[31m'
  refused --log "$T/log" --log-format json create -b "$BUNDLE" "$ID"
  valid_log "$T/log"
  [[ $(wc -l <"$T/log") == 1 ]]
}

@test "text is the default format" {
  mkdir "$ROOT"
  refused --log "$T/log" state "$ID"
  has_line "container does not exist" "$T/log"
  grep -q 'level=error' "$T/log"
  is 1 "$(wc -l <"$T/log")"
}

@test "an unknown format or level is refused" {
  refused --log-format xml list
  says "invalid log-format"
  refused --log-level loud list
}

@test "--debug tells more, in whole JSON documents, and stdout stays clean" {
  program echo hello
  rt --debug --log "$T/log" --log-format json run -b "$BUNDLE" "$ID"
  [[ $status == 0 ]]
  is hello
  is "" "$errors"
  valid_log "$T/log"
  jq -es 'any(.[]; .level == "debug")' "$T/log"
}

@test "--debug yields to --log-level" {
  program true
  rt --debug --log-level error --log "$T/log" --log-format json run -b "$BUNDLE" "$ID"
  [[ $status == 0 && ! -s $T/log ]]
}

@test "many runtimes share one log: no line is torn" {
  local n pids=()
  for n in {1..20}; do
    timeout 20 "$MASU_RUNTIME" --root "$ROOT" --log "$T/log" --log-format json state "$ID-$n" >/dev/null 2>&1 &
    pids+=($!)
  done
  for n in "${pids[@]}"; do wait "$n" || true; done
  valid_log "$T/log"
  [[ $(wc -l <"$T/log") == 20 ]]
}

@test "a relative --log is relative to the caller, not to the bundle" {
  cd "$T"
  program nosuch
  refused --log here.log create -b "$BUNDLE" "$ID"
  [[ -s $T/here.log && ! -e $BUNDLE/here.log ]]
}

@test "a log that cannot be opened is an error" {
  program true
  refused --log "$T/no/such/dir/log" run -b "$BUNDLE" "$ID"
  says "$T/no/such/dir/log" "no such file or directory"
}

# with_services COMMAND… : with a /run and a /dev of its own, where nobody listens yet.
with_services() {
  mkdir -p "$T/run/systemd/journal" "$T/dev"
  # shellcheck disable=SC2016 # for the shell inside
  unshare --mount --propagation private bash -euc '
    mount -t tmpfs tmpfs "$1/dev"
    cp -a /dev/null "$1/dev/"
    mount --bind "$1/run" /run
    mount --bind "$1/dev" /dev
    exec "${@:2}"' bash "$T" "$@"
}

@test "journald: and syslog: are the host's log, and --systemd-log its journal" {
  cat >"$T/listen.py" <<'END'
import socket, subprocess, sys
path, *command = sys.argv[1:]
service = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
service.bind(path)
service.settimeout(10)
ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True)
sys.stdout.buffer.write(service.recv(65536))
sys.stderr.buffer.write(ended.stderr)
sys.exit(ended.returncode)
END
  local missing="container '$ID': container does not exist"
  listen() { run -1 --separate-stderr with_services /usr/bin/python3 "$T/listen.py" "$1" "$MASU_RUNTIME" --root "$ROOT" "${@:2}" state "$ID"; }
  listen /run/systemd/journal/socket --log journald:web
  [[ $output == *MESSAGE*"$missing"*PRIORITY*3*SYSLOG_IDENTIFIER*web*MASU_KIND*not_found* && $stderr == "$missing" ]]
  rm "$T/run/systemd/journal/socket"
  listen /run/systemd/journal/socket --systemd-log --log-format json
  [[ $output == *MESSAGE*"$missing"*SYSLOG_IDENTIFIER*masu-runtime* && $stderr == "$missing" ]]
  listen /dev/log --log syslog:web
  [[ $output == "<27>web["*"]: \"$missing\" kind=\"not_found\"" && $stderr == "$missing" ]]
}

@test "journald: and syslog: where nobody listens" {
  program true
  local log
  for log in journald:web:/run/systemd/journal/socket syslog:web:/dev/log; do
    run -1 --separate-stderr with_services "$MASU_RUNTIME" --root "$ROOT" --log "${log%:*}" run -b "$BUNDLE" "$ID"
    [[ $stderr == *"log to '${log##*:}': no such file or directory"* ]]
  done
}
