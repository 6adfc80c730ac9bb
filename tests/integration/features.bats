#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What `features` claims is so: each word of its lists is put into a config.json, and acts. That a word which is not in a
# list is refused is shown beside it.

load helpers
setup() {
  make_bundle
  FEATURES=$("$MASU_RUNTIME" features)
}
teardown() { clean_up; }

claimed() { jq -r "$1" <<<"$FEATURES"; }

@test "hooks: each of them runs" {
  local hook
  edit --argjson names "$(claimed '.hooks' | jq -c)" --arg log "$T/hooks" \
    '.hooks = ($names | map({(.): [{path: "/bin/sh", args: ["sh", "-c", "echo \(.) >>\($log)"]}]}) | add)'
  add_mount "$(jq -n --arg dir "$T" '{destination: $dir, type: "bind", source: $dir, options: ["rbind", "rw"]}')"
  in_container true
  for hook in $(claimed '.hooks[]'); do grep -qx "$hook" "$T/hooks" || { echo "did not run: $hook" >&2; return 1; }; done
  is "$(claimed '.hooks | length')" "$(wc -l <"$T/hooks")"
}

@test "mountOptions: each is acted on, on a bind or on a file system" {
  local option options=()
  # idmap and ridmap need ids to map (idmap.bats); remount, a mount that is there (mounts.bats)
  mapfile -t options < <(claimed '.mountOptions[] | select(IN("idmap", "ridmap", "remount", "bind", "rbind") | not)')
  ((${#options[@]} > 50))
  mkdir "$T/source"
  for option in "${options[@]}"; do
    case $option in
      # the file system's own, or tmpfs' alone
      async | sync | dirsync | mand | nomand | rasync | rsync | rdirsync | rmand | rnomand | iversion | noiversion | lazytime | nolazytime | silent | loud | tmpcopyup | defaults)
        add_mount '{"destination": "/m/'"$option"'", "type": "tmpfs", "source": "tmpfs", "options": ["'"$option"'"]}'
        ;;
      *) add_mount '{"destination": "/m/'"$option"'", "type": "bind", "source": "'"$T/source"'", "options": ["rbind", "'"$option"'"]}' ;;
    esac
  done
  in_container 'grep -c " /m/" /proc/self/mountinfo; grep -E " /m/(rro|ro|nosuid|rnodev|rnoexec|nosymfollow) " /proc/self/mountinfo'
  is "${#options[@]}" "${output%%$'\n'*}"
  for option in rro:ro ro:ro nosuid:nosuid rnodev:nodev rnoexec:noexec nosymfollow:nosymfollow; do
    grep -qE " /m/${option%:*} ([a-z]+,)*${option#*:}(,| )" "$OUT"
  done
  add_mount '{"destination": "/m/none", "type": "bind", "source": "/", "options": ["rbind", "nosuchoption"]}'
  refused run -b "$BUNDLE" "$ID"
  says nosuchoption
}

@test "namespaces: each can be new" {
  local kind name
  edit --argjson types "$(claimed '.linux.namespaces' | jq -c)" '.linux.namespaces = ($types | map({type: .}))
    | .linux.uidMappings = [{containerID: 0, hostID: 0, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
  in_container 'cd /proc/self/ns; for i in *; do echo $i $(readlink $i); done'
  for kind in $(claimed '.linux.namespaces[]'); do
    case $kind in mount) name=mnt ;; network) name=net ;; *) name=$kind ;; esac
    grep -q "^$name " "$OUT"
    ! grep -qx "$name $(readlink "/proc/self/ns/$name")" "$OUT"
  done
  edit '.linux.namespaces += [{type: "nosuchtype"}]'
  refused run -b "$BUNDLE" "$ID"
  says nosuchtype
}

@test "capabilities: all of the kernel's, and each has an effect" {
  local last mask
  last=$(</proc/sys/kernel/cap_last_cap)
  is "$((last + 1))" "$(claimed '.linux.capabilities | length')"
  edit --argjson all "$(claimed '.linux.capabilities' | jq -c)" \
    '.process.capabilities = {bounding: $all, effective: $all, permitted: $all, inheritable: $all, ambient: $all}'
  # not more than what the caller of the test has itself
  mask=$(sed -n 's/^CapBnd:\t//p' /proc/self/status)
  in_container 'sed -n "s/^CapEff:.//p" /proc/self/status'
  is "$mask"
}

# A profile of all words: each action by a system call that nothing here makes, each operator by an argument.
profile_of_all_words() {
  edit --argjson all "$(claimed '.linux.seccomp' | jq -c)" '
    ["ustat", "sysfs", "uselib", "vhangup", "acct", "swapon", "swapoff", "nfsservctl", "lookup_dcookie"] as $calls |
    .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", architectures: $all.archs, syscalls: (
      ($all.actions - ["SCMP_ACT_ALLOW", "SCMP_ACT_NOTIFY"] | to_entries
        | map({names: [$calls[.key]], action: .value})) +
      [{names: ["personality"], action: "SCMP_ACT_ERRNO", errnoRet: 71,
        args: ($all.operators | map({index: 0, value: 77, valueTwo: 77, op: .}))}])}'
}

@test "seccomp: every action, operator and architecture is taken" {
  profile_of_all_words
  in_container 'grep "^Seccomp:" /proc/self/status'
  is $'Seccomp:\t2'
  local word
  for word in '.defaultAction = "SCMP_ACT_NONE"' '.architectures = ["SCMP_ARCH_NONE"]' \
    '.syscalls[0].args = [{index: 0, value: 1, op: "SCMP_CMP_NONE"}]' '.flags = ["SECCOMP_FILTER_FLAG_NONE"]'; do
    cp "$BUNDLE/config.json" "$T/good"
    edit ".linux.seccomp |= ($word)"
    refused run -b "$BUNDLE" "$ID"
    says _NONE
    cp "$T/good" "$BUNDLE/config.json"
  done
}

@test "seccomp: each supported flag loads, and what is only known is told" {
  local flag
  profile_of_all_words
  for flag in $(claimed '.linux.seccomp.supportedFlags[]'); do
    [[ $flag != *WAIT_KILLABLE_RECV ]] || continue # for a listener alone: seccomp.bats
    edit --arg flag "$flag" '.linux.seccomp.flags = [$flag]'
    in_container true
  done
  # libseccomp's names, which runc's callers look for
  jq -e '.linux.seccomp.knownFlags - .linux.seccomp.supportedFlags | inside(["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"])' <<<"$FEATURES"
}

@test "memoryPolicy: each mode and flag is taken" {
  [[ -d /sys/devices/system/node/node0 ]] || skip "the kernel has no NUMA"
  local mode flag nodes
  for mode in $(claimed '.linux.memoryPolicy.modes[]'); do
    case $mode in MPOL_DEFAULT | MPOL_LOCAL) nodes='' ;; *) nodes=0 ;; esac
    edit --arg mode "$mode" --arg nodes "$nodes" '.linux.memoryPolicy = {mode: $mode, nodes: $nodes, flags: []}'
    in_container true
  done
  for flag in $(claimed '.linux.memoryPolicy.flags[]'); do
    edit --arg flag "$flag" '.linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "0", flags: [$flag]}'
    in_container true
  done
  edit '.linux.memoryPolicy.flags = ["MPOL_F_NONE"]'
  refused run -b "$BUNDLE" "$ID"
  says MPOL_F_NONE
}

@test "every annotation that acts is called unsafe, but what only restricts" {
  local name prefix unsafe=()
  mapfile -t unsafe < <(claimed '.potentiallyUnsafeConfigAnnotations[]')
  while read -r name; do
    [[ $name != masu.landlock.* ]] || continue
    for prefix in "${unsafe[@]}"; do
      [[ $name != "$prefix" && ($prefix != *. || $name != "$prefix"*) ]] || continue 2
    done
    echo "not called unsafe: $name" >&2
    return 1
  done < <(awk -F'|' '/^\| annotation `/ {prefix = $2; gsub(/[^a-z.]|annotation|…/, "", prefix); next}
    /^\| `/ && prefix != "" {gsub(/=[^`]*|[`, ]/, " ", $2); n = split($2, names, " "); for (i = 1; i <= n; ++i) print prefix names[i]; next}
    !/^\|/ {prefix = ""}' "$SUPPORT/../../docs/src/annotations.md" | tee "$T/names")
  grep -qx run.oci.hooks.stderr "$T/names"
  grep -qx masu.landlock.connect "$T/names"
}
