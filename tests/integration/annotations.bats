#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The annotations that the runtime acts on, as crun(1) has them. What they say about groups is in process.bats, about
# SELinux in labels.bats, about systemd in tests/vm/systemd.bats.

load helpers

setup() { make_bundle; }
teardown() { clean_up; }

# annotate NAME VALUE
annotate() { edit --arg name "run.oci.$1" --arg value "$2" '.annotations[$name] = $value'; }

# shout KIND STATUS : a hook that says its kind on stdout and "err KIND" on stderr.
shout() { jq -cn --arg kind "$1" --arg shell "${3:-/bin/sh}" '[{path: $shell, args: ["sh", "-c", "echo \($kind); echo err \($kind) >&2; exit \(env.STATUS // 0)"]}]'; }

@test "hooks.stdout and hooks.stderr: what all hooks print is appended to the files" {
  local kind
  program true
  for kind in prestart createRuntime createContainer startContainer poststart poststop; do
    edit --arg kind "$kind" --argjson hooks "$(shout "$kind")" '.hooks[$kind] = $hooks'
  done
  annotate hooks.stdout "$T/stdout"
  annotate hooks.stderr errors.log
  echo before >"$T/stdout"
  ok run -b "$BUNDLE" "$ID"
  is $'before\nprestart\ncreateRuntime\ncreateContainer\nstartContainer\npoststart\npoststop' "$(cat "$T/stdout")"
  is 6 "$(grep -c '^err ' "$BUNDLE/errors.log")"
  is 600 "$(stat -c %a "$BUNDLE/errors.log")"
}

@test "hooks.stdout: what goes elsewhere is still in the message of a failure" {
  program true
  edit --argjson hooks "$(STATUS=3 shout createRuntime)" '.hooks.createRuntime = $hooks'
  annotate hooks.stdout "$T/stdout"
  refused run -b "$BUNDLE" "$ID"
  says "createRuntime hook #0" "exit status 3: err createRuntime"
  is createRuntime "$(cat "$T/stdout")"
  annotate hooks.stdout "$T/no/such/dir"
  refused run -b "$BUNDLE" "$ID"
  says annotations.run.oci.hooks.stdout "$T/no/such/dir"
  assert_nothing_left "$ID"
}

@test "pidfd_receiver gets a descriptor of init" {
  program sleep 1000
  annotate pidfd_receiver "$T/receiver"
  refused create -b "$BUNDLE" "$ID"
  says run.oci.pidfd_receiver "$T/receiver"
  assert_nothing_left "$ID"
  timeout 20 python3 "$SUPPORT/pidfd-receiver.py" "$T/receiver" >"$T/got" 3>&- 4>&- &
  local receiver=$!
  wait_until test -S "$T/receiver"
  ok create -b "$BUNDLE" "$ID"
  wait $receiver
  is "standard 1 $(pid_of "$ID")" "$(cat "$T/got")"
}

@test "seccomp.receiver is the listener if the profile names none" {
  use_probe
  edit '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["umask"], action: "SCMP_ACT_NOTIFY"}]}'
  annotate seccomp.receiver "$T/agent.sock"
  timeout 20 python3 "$SUPPORT/seccomp-agent.py" "$T/agent.sock" 123 >"$T/state" 2>"$T/agent.err" 3>&- 4>&- &
  local agent=$!
  wait_until test -S "$T/agent.sock"
  sh_program 'probe syscall 95'
  ok run -b "$BUNDLE" "$ID"
  is ENOMEDIUM
  wait $agent
}

@test "seccomp_fail_unknown_syscall: a call that nobody knows is refused, every time" {
  program true
  edit '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["umask", "no_such_call"], action: "SCMP_ACT_ERRNO"}]}'
  ok run -b "$BUNDLE" "$ID"
  annotate seccomp_fail_unknown_syscall 1
  refused run -b "$BUNDLE" "$ID"
  says linux.seccomp.syscalls no_such_call
  refused run -b "$BUNDLE" "$ID"
  says no_such_call
}

# instruction CODE JT JF K : struct sock_filter.
instruction() { printf '%04x%02x%02x%08x' "$@" | sed -E 's/(..)(..)(..)(..)(..)(..)(..)(..)/\2\1\3\4\8\7\6\5/' | xxd -r -p; }

@test "seccomp_bpf_data: the filter is taken as it is, instead of the profile's" {
  use_probe
  local filter
  # umask: errno 123; everything else is allowed.
  filter=$({ instruction 0x20 0 0 0; instruction 0x15 0 1 95; instruction 0x06 0 0 0x5007b; instruction 0x06 0 0 0x7fff0000; } | base64 -w0)
  edit '.linux.seccomp = {defaultAction: "SCMP_ACT_ERRNO"}'
  annotate seccomp_bpf_data "$filter"
  sh_program 'probe syscall 95'
  ok run -b "$BUNDLE" "$ID"
  is ENOMEDIUM
  for filter in '' '!' AAAA "$(printf 'cccccccc' | base64)"; do
    annotate seccomp_bpf_data "$filter"
    refused run -b "$BUNDLE" "$ID"
    says seccomp
  done
  assert_nothing_left "$ID"
}

@test "what cannot be done is refused with another way" {
  program true
  annotate seccomp.plugins plugin.so
  refused run -b "$BUNDLE" "$ID"
  says annotations.run.oci.seccomp.plugins run.oci.seccomp.receiver
  edit 'del(.annotations)'
  annotate systemd.force_cgroup_v1 /sys/fs/cgroup/systemd
  refused run -b "$BUNDLE" "$ID"
  says annotations.run.oci.systemd.force_cgroup_v1
  edit 'del(.annotations)'
  annotate delegate-cgroup payload
  refused run -b "$BUNDLE" "$ID"
  says annotations.run.oci.delegate-cgroup run.oci.systemd.subgroup
  annotate systemd.subgroup group
  annotate delegate-cgroup ../payload
  refused run -b "$BUNDLE" "$ID"
  says annotations.run.oci.delegate-cgroup ../payload
  assert_nothing_left "$ID"
}
