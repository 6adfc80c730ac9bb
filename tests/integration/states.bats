#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Every command on a container in every state: the exit code, and what is said where the state is the wrong one.

# shellcheck disable=SC2154 # status, output and errors belong to helpers.bash
load helpers
setup() { make_bundle; }
teardown() { clean_up; }

# enter STATE : the container is in STATE, made anew if the last command has changed that.
enter() {
  has_status "$ID" "$1" && return
  ok delete --force "$ID"
  [[ $1 != absent ]] || return 0
  program sleep 1000
  create_container
  [[ $1 == created ]] || ok start "$ID"
  case $1 in
    paused) ok pause "$ID" ;;
    stopped) ok kill "$ID" KILL ;;
  esac
  wait_until has_status "$ID" "$1"
}

# answers STATE CODE MESSAGE COMMAND ARG… : the command ends with CODE in this STATE; MESSAGE is "-" for nothing on stderr.
answers() {
  local state=$1 code=$2 message=$3
  shift 3
  enter "$state" || return
  exits "$code" "$@" || { echo "the container was $state" >&2; return 1; }
  if [[ $message == - ]]; then is "" "$errors"; else says "$message"; fi
}

# Where CRIU is asked, it fails; where the state forbids it, it is not.
CRIU=(--criu /bin/false)
files() {
  mkdir "$T/image"
  echo '[]' >"$T/image/descriptors.json"
  echo '[{"destination": "/m", "type": "tmpfs", "source": "tmpfs"}]' >"$T/mounts.json"
}
restore() { echo "${CRIU[@]}" restore --image-path "$T/image" -b "$BUNDLE" "$ID"; }

@test "a container that does not exist" {
  files
  local command missing="container '$ID': container does not exist"
  for command in start kill delete pause resume "update --pids-limit 50" ps "events --stats" events state "${CRIU[*]} checkpoint"; do
    # shellcheck disable=SC2086 # a command with its options
    answers absent 1 "$missing" $command "$ID"
  done
  answers absent 1 "$missing" mounts add "$ID" "$T/mounts.json"
  answers absent 1 "$missing" mounts remove "$ID" "$T/mounts.json"
  answers absent 1 "$missing" explain "$ID"
  answers absent 255 "$missing" exec "$ID" true
  answers absent 0 - delete --force "$ID"
  answers absent 0 - create -b "$BUNDLE" "$ID"
}

@test "a container that is being created" {
  files
  edit --arg t "$T" '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c", "until [ -e \($t)/go ]; do sleep 0.05; done"]}]'
  program sleep 1000
  "$MASU_RUNTIME" --root "$ROOT" create -b "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1 3>&- 4>&- &
  local creator=$!
  wait_until has_status "$ID" creating
  answers creating 1 "container with given ID already exists: '$ID'" create -b "$BUNDLE" "$ID"
  answers creating 1 "container with given ID already exists: '$ID'" run -b "$BUNDLE" "$ID"
  # shellcheck disable=SC2046 # words
  answers creating 1 "container with given ID already exists: '$ID'" $(restore)
  answers creating 1 "cannot start container '$ID': it is being created" start "$ID"
  answers creating 1 "container not running: it is being created" pause "$ID"
  answers creating 1 "container not paused: it is creating" resume "$ID"
  answers creating 1 "container not running: it is being created" update --pids-limit 50 "$ID"
  answers creating 255 "cannot exec: the container is being created" exec "$ID" true
  answers creating 255 "cannot exec: the container is being created" exec --ignore-paused "$ID" true
  answers creating 1 "cannot change the mounts of a creating container" mounts add "$ID" "$T/mounts.json"
  answers creating 1 "cannot change the mounts of a creating container" mounts remove "$ID" "$T/mounts.json"
  answers creating 1 "container not running: it is creating" "${CRIU[@]}" checkpoint "$ID"
  answers creating 1 "cannot delete container $ID that is not stopped: creating" delete "$ID"
  answers creating 0 - ps "$ID"
  answers creating 0 - events --stats "$ID"
  answers creating 0 - state "$ID"
  answers creating 0 - list
  touch "$T/go"
  wait $creator
  is created "$(status_of "$ID")"
}

@test "a created container" {
  files
  answers created 1 "container with given ID already exists: '$ID'" create -b "$BUNDLE" "$ID"
  answers created 1 "container with given ID already exists: '$ID'" run -b "$BUNDLE" "$ID"
  # shellcheck disable=SC2046 # words
  answers created 1 "container with given ID already exists: '$ID'" $(restore)
  answers created 1 "container not paused: it is created" resume "$ID"
  answers created 1 "container not running: it is created" "${CRIU[@]}" checkpoint "$ID"
  answers created 0 - mounts add "$ID" "$T/mounts.json"
  answers created 0 - mounts remove "$ID" "$T/mounts.json"
  answers created 0 - exec "$ID" true
  answers created 0 - update --pids-limit 50 "$ID"
  answers created 0 - ps "$ID"
  answers created 0 - events --stats "$ID"
  answers created 0 - state "$ID"
  answers created 0 - pause "$ID"
  answers created 0 - start "$ID"
  answers created 0 - kill "$ID" KILL
  answers created 0 - delete "$ID"
}

@test "a running container" {
  files
  answers running 1 "container with given ID already exists: '$ID'" create -b "$BUNDLE" "$ID"
  # shellcheck disable=SC2046 # words
  answers running 1 "container with given ID already exists: '$ID'" $(restore)
  answers running 1 "container with given ID already exists: '$ID'" run -b "$BUNDLE" "$ID"
  answers running 1 "checkpoint container '$ID': CRIU ended" "${CRIU[@]}" checkpoint --image-path "$T/dump" "$ID"
  answers running 0 - mounts add "$ID" "$T/mounts.json"
  answers running 0 - mounts remove "$ID" "$T/mounts.json"
  answers running 1 "cannot start container '$ID': it is running already" start "$ID"
  answers running 1 "container not paused: it is running" resume "$ID"
  answers running 1 "cannot delete container $ID that is not stopped: running" delete "$ID"
  answers running 0 - exec "$ID" true
  answers running 0 - update --pids-limit 50 "$ID"
  answers running 0 - ps "$ID"
  answers running 0 - events --stats "$ID"
  answers running 0 - state "$ID"
  answers running 0 - pause "$ID"
  answers running 0 - kill "$ID" KILL
  answers running 0 - delete --force "$ID"
}

@test "a paused container" {
  files
  answers paused 1 "container with given ID already exists: '$ID'" create -b "$BUNDLE" "$ID"
  # shellcheck disable=SC2046 # words
  answers paused 1 "container with given ID already exists: '$ID'" $(restore)
  answers paused 1 "container with given ID already exists: '$ID'" run -b "$BUNDLE" "$ID"
  answers paused 1 "checkpoint container '$ID': CRIU ended" "${CRIU[@]}" checkpoint --image-path "$T/dump" "$ID"
  answers paused 0 - mounts add "$ID" "$T/mounts.json"
  answers paused 0 - mounts remove "$ID" "$T/mounts.json"
  answers paused 1 "cannot start container '$ID': it is paused" start "$ID"
  answers paused 1 "container not running: it is paused already" pause "$ID"
  answers paused 1 "cannot delete container $ID that is not stopped: paused" delete "$ID"
  answers paused 255 "cannot exec in a paused container" exec "$ID" true
  answers paused 0 - update --pids-limit 50 "$ID"
  answers paused 0 - ps "$ID"
  answers paused 0 - events --stats "$ID"
  answers paused 0 - state "$ID"
  answers paused 0 - resume "$ID"
  answers paused 0 - kill "$ID" KILL
  answers paused 0 - delete --force "$ID"
}

@test "a stopped container" {
  files
  answers stopped 1 "container with given ID already exists: '$ID'" create -b "$BUNDLE" "$ID"
  # shellcheck disable=SC2046 # words
  answers stopped 1 "container with given ID already exists: '$ID'" $(restore)
  answers stopped 1 "container with given ID already exists: '$ID'" run -b "$BUNDLE" "$ID"
  answers stopped 1 "container not running: it is stopped" "${CRIU[@]}" checkpoint "$ID"
  answers stopped 1 "cannot change the mounts of a stopped container" mounts add "$ID" "$T/mounts.json"
  answers stopped 1 "cannot change the mounts of a stopped container" mounts remove "$ID" "$T/mounts.json"
  answers stopped 255 "cannot exec in a stopped container" exec --ignore-paused "$ID" true
  answers stopped 1 "container not running" kill "$ID"
  answers stopped 1 "not running" events "$ID"
  answers stopped 1 "cannot start container '$ID': container has stopped" start "$ID"
  answers stopped 1 "container '$ID': container not running" kill "$ID" KILL
  answers stopped 255 "cannot exec in a stopped container: container not running" exec "$ID" true
  answers stopped 1 "cannot pause container '$ID': container not running" pause "$ID"
  answers stopped 1 "cannot resume container '$ID': container not paused: it is stopped" resume "$ID"
  answers stopped 1 "cannot update container '$ID': container not running" update --pids-limit 50 "$ID"
  answers stopped 1 "container with id $ID is not running: container not running" events --stats "$ID"
  answers stopped 0 - ps "$ID"
  answers stopped 0 - state "$ID"
  answers stopped 0 - kill --all "$ID" KILL
  answers stopped 0 - delete "$ID"
}
