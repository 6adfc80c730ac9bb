#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# masu-shim: docs/shim-api.yaml is what the running shim does.

# shellcheck disable=SC2154 # status, output, errors and code are set by helpers.bash and shim.bash
load helpers
load shim
setup() { make_shim_bundle; }
teardown() { end_shim; }

@test "each documented request is answered as documented, and no other is" {
  program sleep 1000
  shim_ok --health-cmd true
  cmd start
  timeout 100 /usr/bin/python3 "$SUPPORT/shim-api-check.py" "$SUPPORT/../../docs/shim-api.yaml" "$SOCKET" 3>&- 4>&-
}
