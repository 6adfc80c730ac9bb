# SPDX-License-Identifier: Apache-2.0
#
# A CRIU for tests that are about what comes before it has to work.

# stand_in SCRIPT : a CRIU that does as the script says; $CRIU is the option for it.
stand_in() {
  printf '#!/bin/bash\n%s\n' "$1" >"$T/criu"
  chmod 755 "$T/criu"
  # shellcheck disable=SC2034 # the tests read it
  CRIU=(--criu "$T/criu")
}

# works_as VERSION : one that answers the question for its version, and fails at all else.
works_as() {
  local IFS=.
  # shellcheck disable=SC2086
  set -- $1
  stand_in "exec 9<&\"\$2\"
request=\$(dd bs=65536 count=1 <&9 2>/dev/null | head -c 2 | od -An -tu1 | tr -d ' ')
[ \"\$request\" = 810 ] || { echo 'Error (criu/stand-in.c:1): not a real one' >&2; exit 1; }
printf '\\010\\012\\020\\001\\122\\006\\010\\$(printf %03o "$1")\\020\\$(printf %03o "$2")\\040\\001' | dd ibs=1 obs=64 2>/dev/null >&9"
}
