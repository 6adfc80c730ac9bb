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
