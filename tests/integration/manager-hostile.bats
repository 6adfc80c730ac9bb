#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# masu pull from a registry that refuses, breaks off, lies or says nothing: each is named, and nothing is left.

load helpers
load manager

setup_file() {
  export BATS_NO_PARALLELIZE_WITHIN_FILE=true # they read one server's log
  [[ $EUID == 0 ]] || return 0
  make_image || return
  rm -rf "$BATS_FILE_TMPDIR/store"
  /usr/bin/python3 "$SUPPORT/hostile-registry.py" "$IMAGE_LAYOUT" "$BATS_FILE_TMPDIR/port" "$BATS_FILE_TMPDIR/log" 3>&- 4>&- &
  echo $! >"$BATS_FILE_TMPDIR/pid"
  wait_until test -e "$BATS_FILE_TMPDIR/port"
}
teardown_file() { [[ ! -e $BATS_FILE_TMPDIR/pid ]] || kill "$(cat "$BATS_FILE_TMPDIR/pid")"; }
setup() {
  make_store
  R=127.0.0.1:$(cat "$BATS_FILE_TMPDIR/port")
  : >"$BATS_FILE_TMPDIR/log"
}
teardown() { end_store; }

pull() { masu pull -q --retry-delay 10ms "$@"; }
# refused NAME TEXT… : the pull fails, says so, and leaves no image.
refused() {
  pull "$R/$1/x"
  [[ $status == 1 ]] || { report pull "$1"; return 1; }
  says "$R/$1/x" "${@:2}" || return
  nothing_left
}
nothing_left() {
  ok images -q && is "" || return
  local left
  left=$(find "$STORE/refs" "$STORE/layers" -mindepth 1)
  [[ -z $left ]] || { echo "left: $left" >&2; return 1; }
}
requests() { grep -c -- "$1" "$BATS_FILE_TMPDIR/log" || true; }

@test "as it should: the server of this test is a registry" {
  pull "$R/ok/x"
  [[ $status == 0 ]]
  ok run --rm --pull never "$R/ok/x" echo good
  is good
}

@test "what is refused is said with its number, the registry's words and a hint" {
  refused unauthorized 401 "this is unauthorized" "hint:" "masu login"
  refused forbidden 403 "this is forbidden" "hint:"
  refused missing 404 "this is missing" "hint: check the name"
  pull --creds u:p "$R/forbidden/x"
  says "do not allow this"
}

@test "what may pass is tried again, as often as is said" {
  pull --retry 2 "$R/broken/x"
  [[ $status == 1 ]]
  says 500 "this is broken" hint
  [[ $(requests "/v2/broken/x/manifests/") == 3 ]]
  pull --retry 0 "$R/many/x"
  says 429 hint
  [[ $(requests "/v2/many/x/manifests/") == 1 ]]
  pull "$R/flaky/x"
  [[ $status == 0 ]]
  local begun=$EPOCHREALTIME
  pull "$R/later/x"
  [[ $status == 0 ]]
  ((${EPOCHREALTIME/./} - ${begun/./} >= 1000000)) # Retry-After, not the 10 ms of our own
}

@test "a server that says nothing is given up" {
  MASU_NET_TIMEOUT=1 pull --retry 0 "$R/silent/x"
  [[ $status == 1 ]]
  says "ETIMEDOUT"
  nothing_left
}

@test "a blob in the manifest itself needs no request, and is believed as little as any other" {
  pull "$R/data/x"
  [[ $status == 0 ]]
  [[ $(requests "/v2/data/x/blobs/") == 1 ]] # the layer's
  ok run --rm --pull never "$R/data/x" echo good
  is good
  ok rmi "$R/data/x"
  refused data-wrong "has another content"
}

@test "a layer that is not handed on is taken from where it says, without our credentials" {
  pull --creds u:p "$R/urls/x"
  [[ $status == 0 ]] || { report; return 1; }
  ok run --rm --pull never "$R/urls/x" echo good
  is good
  ok rmi "$R/urls/x"
  pull --creds u:p "$R/urls-thief/x"
  [[ $status == 1 ]]
  says "/elsewhere/" "answers 401" "hint: "
  [[ $(requests "/token") == 0 ]]
  pull --creds u:p "$R/urls-gone/x"
  [[ $status == 1 ]]
  says "answers 410" "hint: "
  pull --creds u:p "$R/urls-file/x"
  [[ $status == 1 ]]
  says "answers 404" "urls"
  [[ $(requests "/elsewhere/.* Basic") == 0 && $(requests "/elsewhere/.* -$") -ge 3 ]]
  nothing_left
}

@test "a broken download is gone on with, or begun again where there are no ranges" {
  pull "$R/reset/x"
  [[ $status == 0 ]]
  [[ $(requests "bytes=") -ge 3 ]]
  ok run --rm "$R/reset/x" echo whole
  is whole
  rm -rf "$STORE"
  pull "$R/restart/x"
  [[ $status == 0 ]]
  ok run --rm "$R/restart/x" echo whole
  is whole
}

@test "a blob with other bytes, fewer or more is refused, and the next pull is a good one" {
  local layer
  layer=$(jq -r '.layers[0].digest' <"$IMAGE_LAYOUT/blobs/$(jq -r '.manifests[0].digest' <"$IMAGE_LAYOUT/index.json" | tr : /)")
  refused wrong "$layer" "another content"
  refused long "$layer" "longer than"
  refused short "$layer"
  rm -rf "$STORE"
  pull "$R/manifest@$(jq -r '.manifests[0].digest' <"$IMAGE_LAYOUT/index.json")"
  [[ $status == 1 ]]
  says "another content" hint
  pull "$R/ok/x"
  [[ $status == 0 ]]
}

@test "manifests that are none" {
  refused schema1 "schema 1" hint
  refused type "application/vnd.example.other+json"
  refused big "longer than"
  refused garbage manifest
  refused deep manifest
}

@test "credentials do not follow a redirection to another host" {
  pull --creds secret:word "$R/redirect/x"
  [[ $status == 0 ]]
  [[ $(grep -c elsewhere "$BATS_FILE_TMPDIR/log") -ge 2 ]]
  grep -q "blobs.* Basic" "$BATS_FILE_TMPDIR/log"
  [[ $(grep " /elsewhere" "$BATS_FILE_TMPDIR/log" | grep -cv -- " -$") == 0 ]]
}

@test "a token that is used up is fetched anew" {
  pull --creds u:p "$R/token/x"
  [[ $status == 0 ]]
  pull --creds u:wrong "$R/token/y"
  [[ $status == 1 ]]
  says 401 "who are you?" hint
  pull "$R/token/y"
  says 401
}

@test "all tags, over all pages" {
  pull --all-tags "$R/many-tags"
  [[ $status == 0 ]]
  ok images --format '{{.Tag}}'
  is $'v1\nv2\nv3'
}

@test "a full disk is said, and the next pull is a good one" {
  mkdir -p "$STORE"
  # In a mount namespace of its own: a file system with too little room for the layer.
  timeout 60 unshare -m sh -c "mount -t tmpfs -o size=1500k none '$STORE' && { '$MASU_IMAGE' --root '$STORE' pull -q --retry 0 '$R/ok/x'; echo status \$?; ls '$STORE/layers' '$STORE/refs'; }" \
    >"$T/full" 2>&1 3>&- 4>&-
  grep -q "ENOSPC" "$T/full"
  grep -q "hint: free some room" "$T/full"
  grep -qx "status 1" "$T/full"
  pull "$R/ok/x"
  [[ $status == 0 ]]
}

# start_proxy [USER:PASSWORD] : P is its address.
start_proxy() {
  rm -f "$T/proxy.port"
  /usr/bin/python3 "$SUPPORT/tiny-proxy.py" "${R#*:}" "$T/proxy.port" "$T/proxy.log" "$@" 3>&- 4>&- &
  PROXIES+=("$!")
  wait_until test -e "$T/proxy.port"
  P=127.0.0.1:$(cat "$T/proxy.port")
}
through_proxy() { HTTP_PROXY=$1 HTTPS_PROXY=$1 pull --retry 0 --tls-verify=false "${@:2}"; }

@test "proxies: for http and https, with a password, not for this machine, not where NO_PROXY says" {
  PROXIES=()
  start_proxy
  through_proxy "http://$P" registry.test/ok/x
  [[ $status == 0 ]]
  grep -qx "CONNECT registry.test:443 HTTP/1.1" "$T/proxy.log" # it speaks no TLS
  grep -qx "GET http://registry.test/v2/ok/x/manifests/latest HTTP/1.1" "$T/proxy.log"
  ok run --rm --pull never registry.test/ok/x echo by proxy
  is "by proxy"
  NO_PROXY=other.test,registry.test through_proxy "http://$P" registry.test/ok/x
  [[ $status == 1 ]]
  says "registry.test" "hint: check the registry's name, and that of its proxy"
  : >"$T/proxy.log"
  through_proxy "http://$P" "$R/ok/x"
  [[ $status == 0 && ! -s $T/proxy.log ]]
  through_proxy http://127.0.0.1:1 registry.test/ok/x
  [[ $status == 1 ]]
  says ECONNREFUSED "127.0.0.1 port 1"
  start_proxy me:secret
  through_proxy "http://$P" registry.test/ok/x
  [[ $status == 1 ]]
  says 407
  through_proxy "http://me:secret@$P" registry.test/ok/x
  [[ $status == 0 ]]
  kill "${PROXIES[@]}"
}

@test "layers are fetched side by side" {
  local i tars=() pid
  for i in {1..6}; do
    echo "$i" >"$T/$i"
    tar -C "$T" -cf "$T/$i.tar" "$i"
    tars+=("$T/$i.tar")
  done
  /usr/bin/python3 "$SUPPORT/tiny-image.py" "$T/layers" "${tars[@]}"
  /usr/bin/python3 "$SUPPORT/hostile-registry.py" "$T/layers" "$T/port" "$T/log" 3>&- 4>&- &
  pid=$!
  wait_until test -e "$T/port"
  pull "127.0.0.1:$(cat "$T/port")/slow/x"
  kill "$pid"
  [[ $status == 0 ]]
  grep -q "together [234]" "$T/log"
}

@test "one download for two that pull at once" {
  masu images
  local one two
  timeout 60 "$MASU" --root "$STORE" pull -q "$R/ok/x" >"$T/one" 2>&1 3>&- 4>&- &
  one=$!
  timeout 60 "$MASU" --root "$STORE" pull -q "$R/ok/y" >"$T/two" 2>&1 3>&- 4>&- &
  two=$!
  wait "$one" "$two"
  cmp "$T/one" "$T/two"
  [[ $(grep -c "GET .*/blobs/" "$BATS_FILE_TMPDIR/log") == 2 ]]
}
