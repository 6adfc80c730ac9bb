#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The cgroups library's own tests on a machine of cgroup v2 alone: limits, freezing, statistics, watches, device programs.

@test "the cases of cgroups_test that need a machine" {
  [[ -x $CGROUPS_TEST ]]
  timeout 170 "$CGROUPS_TEST" --gtest_filter='*Machine*/All' --gtest_brief=1 | tee "$BATS_TEST_TMPDIR/output"
  grep -q ' PASSED ' "$BATS_TEST_TMPDIR/output"
}
