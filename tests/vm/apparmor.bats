#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# AppArmor profiles on a host that has AppArmor, in force.

# shellcheck disable=SC2154 # status, output and errors are set by helpers.bash
load ../integration/helpers
setup() {
  [[ $(cat /sys/module/apparmor/parameters/enabled 2>/dev/null) == Y ]] || skip "this kernel has no AppArmor"
  make_bundle
  PROFILE=masu-$ID
  cat >"$T/profile" <<EOF
profile $PROFILE flags=(attach_disconnected,mediate_deleted) {
  file,
  capability,
  network,
  signal,
  unix,
  deny /etc/secret rw,
}
EOF
  apparmor_parser --replace --skip-cache "$T/profile"
  echo text >"$BUNDLE/rootfs/etc/secret"
  edit --arg profile "$PROFILE" '.process.apparmorProfile = $profile'
}
teardown() {
  clean_up
  [[ ! -e ${T:-}/profile ]] || apparmor_parser --remove "$T/profile"
}

LOOK='cat /proc/self/attr/current; cat /etc/secret 2>/dev/null || echo denied'

@test "the program runs under its profile, with no_new_privs or without" {
  in_container "$LOOK"
  is "$PROFILE (enforce)"$'\ndenied'
  edit '.process.noNewPrivileges = true'
  sh_program "$LOOK"
  ok run -b "$BUNDLE" "$ID-2"
  is "$PROFILE (enforce)"$'\ndenied'
}

@test "so does exec; another profile by option or file" {
  sleeper
  ok exec "$ID" sh -c "$LOOK"
  is "$PROFILE (enforce)"$'\ndenied'
  ok exec --apparmor unconfined "$ID" sh -c "$LOOK"
  is $'unconfined\ntext'
  jq '.process | .args = ["cat", "/proc/self/attr/current"] | .apparmorProfile = "unconfined"' config.json >"$T/process.json"
  ok exec --process "$T/process.json" "$ID"
  is unconfined
}

@test "in a user namespace" {
  edit '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
    | .linux.gidMappings = .linux.uidMappings'
  chown -R 100000:100000 "$BUNDLE/rootfs"
  in_container "$LOOK"
  is "$PROFILE (enforce)"$'\ndenied'
}

@test "a profile that is not loaded is refused before there is a container" {
  edit '.process.apparmorProfile = "nobody-loaded-this"'
  program true
  refused create -b "$BUNDLE" "$ID"
  says "'nobody-loaded-this' is not loaded" process.apparmorProfile "apparmor_parser -r"
  [[ ! -e $ROOT/$ID ]]
}
