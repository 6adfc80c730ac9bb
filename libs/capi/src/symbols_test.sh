#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# symbols_test.sh LIBRARY MAP HEADER: what the library exports, what its map lists and what its header declares are the same
# names, and its SONAME is libmasu.so.0.
set -euo pipefail
library=$1 map=$2 header=$3

exported() { nm -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort; }
listed() { sed -n 's/^    \(masu_[a-z_]*\);$/\1/p' "$map" | sort; }
declared() { cc -std=c99 -pedantic-errors -E -P "$header" | tr '\n' ' ' | tr ';' '\n' |
  sed -n 's/.*visibility("default").*[ *]\(masu_[a-z_]*\)(.*/\1/p' | sort; }

(($(listed | wc -l) > 40)) || { echo "no names in $map?"; exit 1; }
diff -u --label exported --label listed <(exported) <(listed)
diff -u --label declared --label listed <(declared) <(listed)
objdump -p "$library" | grep -q '^ *SONAME *libmasu\.so\.0$' || { echo "the SONAME is not libmasu.so.0"; exit 1; }
