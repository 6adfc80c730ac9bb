# SPDX-License-Identifier: Apache-2.0
#
# What the tests of masu-shim share, on top of helpers.bash: `setup() { make_shim_bundle; }` and
# `teardown() { end_shim; }`.
#
#   SHIMS   its --root      FOLDER  the folder of the shim of $ID      SOCKET  its socket
#   RUNTIME the runtime below it (masu-runtime), called with --root $ROOT

make_shim_bundle() {
  make_bundle || return
  [[ -x $MASU_SHIM ]] || { echo "no such program: $MASU_SHIM (set MASU_SHIM)" >&2; return 1; }
  SHIMS=$T/shims
  FOLDER=$SHIMS/$ID
  SOCKET=$FOLDER/shim.sock
  RUNTIME=$MASU_RUNTIME
}

# use_runtime NAME : what the shim is to call, if it is installed.
use_runtime() {
  RUNTIME=$(command -v "$1") || return
  [[ $1 != crun ]] || RUNTIME=$SUPPORT/crun
}

# shim ARG… : starts a shim for the bundle; sets status, output and errors.
shim() {
  status=0
  CALLS=$((CALLS + 1))
  timeout -k 5 60 "$MASU_SHIM" --root "$SHIMS" --bundle "$BUNDLE" --container-id "$ID" --runtime "$RUNTIME" \
    --runtime-arg --root --runtime-arg "$ROOT" "$@" </dev/null >"$T/shim.$CALLS" 2>"$T/shim-errors.$CALLS" 3>&- 4>&- || status=$?
  output=$(<"$T/shim.$CALLS")
  errors=$(<"$T/shim-errors.$CALLS")
}

# shim_ok ARG… : it is there, and says where.
shim_ok() {
  shim "$@"
  [[ $status == 0 && -z $errors && $output == "$SOCKET" ]] || { report "$@"; return 1; }
}

# api METHOD PATH [CURL-ARG…] : a request; sets code (of HTTP) and output.
api() {
  local method=$1 path=$2
  shift 2
  CALLS=$((CALLS + 1))
  code=$(curl -sS --globoff --max-time 60 --unix-socket "$SOCKET" -X "$method" -o "$T/body.$CALLS" -w '%{http_code}' "$@" \
    "http://shim$path" 2>"$T/curl.$CALLS") || { echo "curl: $(<"$T/curl.$CALLS")" >&2; return 1; }
  output=''
  [[ ! -s $T/body.$CALLS ]] || output=$(tr -d '\0' <"$T/body.$CALLS")
  # shellcheck disable=SC2034 # the tests read it
  BODY=$T/body.$CALLS
}

# answers CODE METHOD PATH [CURL-ARG…]
answers() {
  local expected=$1
  shift
  api "$@" || return
  [[ $code == "$expected" ]] || { printf '%s: %s instead of %s: %s\n' "$*" "$code" "$expected" "${output:0:2000}" >&2; return 1; }
}
# good METHOD PATH … : an answer of 2xx.
good() {
  api "$@" || return
  [[ $code == 2?? ]] || { printf '%s: %s: %s\n' "$*" "$code" "${output:0:2000}" >&2; return 1; }
}
cmd() { good POST / -d "cmd=$1" "${@:2}"; }

# field FILTER EXPECTED : of the last answer's JSON.
field() {
  local actual
  actual=$(jq -r "$1" <<<"$output") || return
  [[ $actual == "$2" ]] || { echo "$1: expected $2, found $actual in $output" >&2; return 1; }
}

# run_to_end : starts the container and waits for its end; the record is the output.
run_to_end() {
  cmd start || return
  good GET /wait
}

shim_pid() { cat "$FOLDER/shim.pid"; }
keeper_pid() { cat "$FOLDER/keeper.pid"; }

# kill_shim : SIGKILL. Its keeper starts another.
kill_shim() {
  local pid
  pid=$(shim_pid)
  kill -KILL "$pid"
  wait_until another_shim "$pid"
}
another_shim() { [[ $(shim_pid) != "$1" ]]; } 2>/dev/null
# kill_both : shim and keeper.
kill_both() {
  local pid keeper
  pid=$(shim_pid) keeper=$(keeper_pid)
  kill -KILL "$keeper"
  wait_until gone "$keeper"
  kill -KILL "$pid"
  wait_until gone "$pid"
}
recover() {
  status=0
  timeout 60 "$MASU_SHIM" --root "$SHIMS" --container-id "$ID" --recover >"$T/out" 2>"$T/err" </dev/null 3>&- 4>&- || status=$?
  [[ $status == 0 && $(<"$T/out") == "$SOCKET" ]] || { echo "recover: $status $(<"$T/err")" >&2; return 1; }
}

# end_shim : shim and keeper end by themselves, and nothing of them or the container is left.
end_shim() {
  local pid keeper bad=0
  [[ -n ${SHIMS:-} ]] || return 0
  for pid in "$SHIMS"/*/shim.pid; do
    [[ -e $pid ]] || continue
    FOLDER=${pid%/*} SOCKET=${pid%/*}/shim.sock
    pid=$(<"$pid") keeper=$(keeper_pid)
    if api DELETE / && [[ $code == 200 && $output == BYE ]]; then
      { wait_until gone "$pid" && wait_until gone "$keeper"; } || bad=1
      [[ ! -e $FOLDER ]] || { echo "left: $(ls -a "$FOLDER")" >&2; bad=1; }
    else
      echo "the shim did not end: ${output:-}" >&2
      kill -KILL "$keeper" "$pid"
      rm -rf "$FOLDER"
      bad=1
    fi
  done
  umount -l "$T/small" 2>/dev/null || true # of the tests with a full disk
  clean_up || bad=1
  return $bad
}

# attach PATH [ACTION…] : tests/support/shim-attach.py, its stdin from $STDIN; output and errors are the process', the
# record is how it ended.
attach() {
  status=0
  timeout -k 5 60 /usr/bin/python3 "$SUPPORT/shim-attach.py" "$SOCKET" "$@" <"${STDIN:-/dev/null}" >"$T/attached" 2>"$T/attached-errors" \
    3>"$T/attached-record" 4>&- || status=$?
  output=$(tr -d '\0' <"$T/attached")
  errors=$(tr -d '\0' <"$T/attached-errors")
  [[ $status == 0 ]] || { report attach "$@"; return 1; }
}
# attach_later PATH [ACTION…] : the same beside us; $ATTACHED is its pid, its output in $T/attached.
attach_later() {
  timeout -k 5 60 /usr/bin/python3 "$SUPPORT/shim-attach.py" "$SOCKET" "$@" <"${STDIN:-/dev/null}" >"$T/attached" 2>"$T/attached-errors" \
    3>"$T/attached-record" 4>&- &
  # shellcheck disable=SC2034 # the tests read it
  ATTACHED=$!
  wait_until has_clients 1
}
has_clients() { curl -sS --max-time 20 --unix-socket "$SOCKET" http://shim/metrics | grep -q "^masu_attached_clients{.*} $1\$"; }

# start_later : starts the container beside us.
start_later() { curl -sS --max-time 60 --unix-socket "$SOCKET" -d cmd=start http://shim/ >/dev/null 3>&- 4>&- & }
