#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# --trace FILE: the steps of a start as Chrome trace events. Completion scripts.

load helpers
setup() { make_bundle; }
teardown() { clean_up; }

@test "--trace: events of parent and child that a viewer can read" {
  program true
  ok --trace "$T/trace.json" run -b "$BUNDLE" "$ID"
  # Either an array of events or an object with traceEvents (Trace Event Format).
  jq -e '(if type == "array" then . else .traceEvents end) | length > 5 and
    all(.[]; (.name | type == "string") and (.ph | type == "string") and (.ph == "M" or (.ts | type == "number")) and has("pid")) and
    (map(select(.ph == "X")) | all(.dur >= 0)) and
    (map([.pid, .tid]) | unique | length >= 2)' "$T/trace.json"
}

@test "--trace: the program's output is clean, a file that cannot be written is told" {
  program echo hello
  ok --trace "$T/second.json" run -b "$BUNDLE" "$ID"
  is hello
  rt --trace "$T/no/such/dir/trace.json" run -b "$BUNDLE" "$ID"
  says "$T/no/such/dir"
}

@test "completion: bash's, zsh's and fish's scripts name the commands" {
  local shell
  for shell in bash zsh fish; do
    ok completion $shell
    has create delete exec
  done
  ok completion bash
  bash -n "$OUT"
}
