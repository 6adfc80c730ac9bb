#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The runtime's own program cannot be written from a container (CVE-2019-5736).

load helpers
setup() {
  make_bundle
  use_probe
  # A copy is attacked, not the program under test.
  cp "$MASU_RUNTIME" "$T/runtime"
  MASU_RUNTIME=$T/runtime
  SUM=$(sha256sum <"$T/runtime")
  printf '#!/proc/self/exe\n' >rootfs/bin/trap
  chmod 755 rootfs/bin/trap
}
teardown() {
  local changed=0
  [[ $(sha256sum <"$T/runtime") == "$SUM" ]] || { echo "the runtime's program was overwritten" >&2; changed=1; }
  clean_up && return $changed
}

@test "the attack itself works: it overwrites a program that nothing protects" {
  mkdir rootfs/victim
  cp rootfs/bin/busybox rootfs/victim/sleep
  program sh -c 'probe attack & for i in 1 2 3 4 5 6 7 8 9 10; do /victim/sleep 0.05; grep -q bin/true /victim/sleep && break; done; sleep 0.2; kill $!'
  ok run -b "$BUNDLE" "$ID"
  has "overwritten /victim/sleep"
}

@test "a program that is #!/proc/self/exe" {
  program trap
  rt run -b "$BUNDLE" "$ID"
  [[ $status != 124 && $status != 137 ]]
}

@test "the program /proc/self/exe" {
  program /proc/self/exe --version
  rt run -b "$BUNDLE" "$ID"
  [[ $status != 124 && $status != 137 ]]
}

@test "exec of #!/proc/self/exe while the container writes to every /proc/PID/exe" {
  program probe attack
  start_container
  wait_until has_line attacking "$CONTAINER_OUT"
  for _ in {1..25}; do rt exec "$ID" trap; done
  ok kill "$ID" KILL
  wait_for_stop
  run ! grep overwritten "$CONTAINER_OUT"
}

@test "start of #!/proc/self/exe beside a container that attacks, in one pid namespace" {
  sh_program 'exec probe attack'
  start_container
  wait_until has_line attacking "$CONTAINER_OUT"
  join_namespace pid "/proc/$(pid_of "$ID")/ns/pid"
  program trap
  for _ in {1..15}; do rt run -b "$BUNDLE" "$ID-2"; done
  run ! grep overwritten "$CONTAINER_OUT"
}

@test "exec's processes are not dumpable before they run the program: their descriptors and memory are closed to the container" {
  # CVE-2016-9962: what the attacker can open of a process that is joining is told by "probe attack" as well.
  program probe attack
  edit '.process.capabilities |= map_values(. + ["CAP_SYS_PTRACE"])'
  start_container
  wait_until has_line attacking "$CONTAINER_OUT"
  for _ in {1..15}; do rt exec "$ID" true; done
  run ! grep -E 'overwritten|descriptor of the host' "$CONTAINER_OUT"
}

# as_user ARG… : the runtime as an ordinary user.
as_user() {
  status=0
  timeout -k 5 "$PATIENCE" setpriv --reuid 4711 --regid 4711 --clear-groups "$MASU_RUNTIME" --root "$T/user-root" "$@" \
    >"$T/user-out" 2>"$T/user-err" </dev/null 3>&- 4>&- || status=$?
}
# attack_as_user COMMAND… : the container's root, which the user is, attacks while the runtime is its program again and again.
# COMMAND starts the runtime.
attack_as_user() {
  mkdir "$T/user-root"
  chown -hR 4711:4711 "$T/user-root" "$BUNDLE"
  edit '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 4711, size: 1}] |
    .linux.gidMappings = .linux.uidMappings | .mounts[].options |= (. // [] | map(select(startswith("gid=") | not)))'
  program probe attack
  as_user run --detach -b "$BUNDLE" "$ID"
  is 0 "$status"
  wait_until has_line attacking "$T/user-out"
  cp "$T/user-out" "$T/attacker"
  for _ in {1..15}; do as_user exec "$ID" trap; done
  as_user delete --force "$ID"
  is 0 "$status"
}

@test "an ordinary user's own runtime runs from a sealed memfd" {
  command -v strace >/dev/null || skip "needs strace"
  chown 4711:4711 "$T/runtime"
  printf '#!/bin/sh\nexec strace -f -qq -e trace=memfd_create -o %q %q "$@"\n' "$T/strace" "$T/runtime" >"$T/traced"
  chmod 755 "$T/traced"
  touch "$T/strace"
  chown 4711:4711 "$T/strace"
  attack_as_user
  MASU_RUNTIME=$T/traced as_user spec --bundle "$T/user-root" # no container, no copy
  run ! grep memfd_create "$T/strace"
  program true
  MASU_RUNTIME=$T/traced as_user run -b "$BUNDLE" "$ID"
  is 0 "$status"
  grep memfd_create "$T/strace"
}

@test "a runtime that is root's is out of an ordinary user's reach, without a copy" {
  command -v strace >/dev/null || skip "needs strace"
  printf '#!/bin/sh\nexec strace -f -qq -e trace=memfd_create,execveat -o %q %q "$@"\n' "$T/strace" "$T/runtime" >"$T/traced"
  chmod 755 "$T/traced"
  touch "$T/strace"
  chown 4711:4711 "$T/strace"
  attack_as_user
  program true
  MASU_RUNTIME=$T/traced as_user run -b "$BUNDLE" "$ID"
  is 0 "$status"
  is "" "$(grep -E "memfd_create|execveat" "$T/strace")"
  # Whoever else may write it makes it one that needs a copy.
  chmod 775 "$T/runtime"
  MASU_RUNTIME=$T/traced as_user run -b "$BUNDLE" "$ID"
  is 0 "$status"
  grep memfd_create "$T/strace"
}
