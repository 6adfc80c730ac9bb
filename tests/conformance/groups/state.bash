# SPDX-License-Identifier: Apache-2.0
# The state object that the runtime-spec's runtime.md describes.

#: ociVersion, id, status, pid and bundle are there
members() {
  program wait
  create
  ok state "$ID"
  is "$ID created $BUNDLE" "$(jq -r '"\(.id) \(.status) \(.bundle)"' <<<"$output")"
  jq -e '(.ociVersion | type == "string" and length > 0) and (.pid | type == "number" and . > 0)' <<<"$output"
}

#: pid is that of the first process as the caller sees it
pid_is_init() {
  runs
  until_true grep -q waiting "$T/seen"
  is '/checker' "$(readlink "/proc/$(pid)/exe")"
  grep -qE '^NSpid:.*\b1$' "/proc/$(pid)/status"
}

#: bundle is absolute, though it was given relatively
bundle_is_absolute() {
  cd "$T"
  program wait
  call_with_output create --bundle bundle "$ID"
  ok state "$ID"
  is "$BUNDLE" "$(jq -r .bundle <<<"$output")"
}

#: annotations are those of config.json
annotations() {
  local expected='{"a/b":"{\"json\": 1}","empty":"","org.example.key":"value","with space":"ü"}'
  config --argjson annotations "$expected" '.annotations = $annotations'
  runs
  is "$expected" "$(ok state "$ID" && jq -cS .annotations <<<"$output")"
}

#: of a stopped container no pid is given, or 0
pid_of_stopped() {
  inside exit 0
  becomes stopped
  ok state "$ID"
  is 0 "$(jq '.pid // 0' <<<"$output")"
}

#: stdout has the document alone and stderr nothing, since clients merge the two
output_is_clean() {
  runs
  ok state "$ID"
  is '' "$errors"
  is 1 "$(jq -s length <<<"$output")"
}
