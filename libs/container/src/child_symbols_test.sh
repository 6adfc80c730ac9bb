#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What runs between clone and exec may neither allocate, lock, unwind nor use stdio (child.h).
#
#   child_symbols_test.sh OBJECT… -- OBJECT…
#
# The first objects are the child's: all of their functions are judged. The others hold code for both sides: of them only
# what the child can reach counts. Whatever is reached and is in none of the objects must be allowed below.
set -eu

# Memory and text: libc's, without state. syscall(3) sets errno, which is the thread's own; clock_gettime(2) is the vDSO's;
# clone(2) with CLONE_VM calls the function on the stack that it is given, and no more.
allowed='memcpy memmove memset memcmp bcmp memchr strlen strchr strrchr strcmp strcpy strcspn strspn gnu_dev_makedev
syscall clone __errno_location clock_gettime _GLOBAL_OFFSET_TABLE_'
# Ends of a process that is broken anyway: of the stack protector, of -D_FORTIFY_SOURCE, and of libstdc++'s assertions,
# with which the preset dev checks the index of a vector or span.
allowed="$allowed __stack_chk_fail __memcpy_chk __memmove_chk __strcpy_chk _ZSt21__glibcxx_assert_failPKciS0_S0_"
# Readers of a std::string, which libstdc++ has instances of; inline once optimised.
string=_ZNKSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE
allowed="$allowed ${string}5c_strEv ${string}4dataEv ${string}4sizeEv ${string}5emptyEv"

# Edges "FUNCTION USES", one object after the other: calls within a section are in the instruction, all else is in
# relocations. A jump to a section by number (a function's cold part) counts as a use of all that is in it. Constructors
# and destructors have two names for one function.
edges() {
  nm --defined-only "$1" | awk '{ print "DEFINED", $NF }'
  objdump -dr --no-show-raw-insn "$1" | awk -v object="$1" -v own="$2" '
    function node(symbol) { return symbol ~ /^\./ ? object symbol : symbol }
    / R_[A-Z0-9_]+/ { symbol = $3; sub(/[-+]0x[0-9a-f]+$/, "", symbol); target = node(symbol) }
    target { print name, target; target = "" }  # that of an instruction, unless its relocation has just said better
    / R_[A-Z0-9_]+/ || /^$/ { next }
    /^Disassembly of section/ { section = $4; sub(/:$/, "", section); print "DEFINED", node(section); next }
    /^[0-9a-f]+ <.*>:$/ {
      name = $2; gsub(/[<>:]/, "", name)
      print node(section), name
      if (own) print "ROOT", name
      next
    }
    match($0, /<[^>+]+>$/) { target = substr($0, RSTART + 1, RLENGTH - 2) }
    END { if (target) print name, target }'
}

own=1
for object; do
  if [ "$object" = -- ]; then own=0; else edges "$object" $own; fi
done | sed 's/\([CD]\)1E/\12E/g' | sort -u | awk -v allowed="$allowed" '
  $1 == "DEFINED" { defined[$2] = 1; next }
  { uses[$1] = uses[$1] " " $2 }
  END {
    count = split(allowed, words)
    for (i = 1; i <= count; ++i) is_allowed[words[i]] = 1
    todo[size = 1] = "ROOT"
    for (at = 1; at <= size; ++at) {
      count = split(uses[todo[at]], used)
      for (i = 1; i <= count; ++i)
        if (!(used[i] in by)) { by[used[i]] = todo[at]; todo[++size] = used[i] }
    }
    if (size < 100) { print "only " size " functions found: is objdump at fault?"; exit 1 }
    for (symbol in by)
      if (!(symbol in defined) && !(symbol in is_allowed) && symbol !~ /\.o\.(L|rodata|data|bss)/) {
        print by[symbol] " uses " symbol
        bad = 1
      }
    exit bad
  }' >&2 || { echo "see the head of $0" >&2; exit 1; }
