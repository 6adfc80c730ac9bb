# SPDX-License-Identifier: Apache-2.0
# Bad input: what cannot be done is an error of create or start, with a message, and nothing of it stays behind.

# refuses FILTER : config.json with this change never runs.
refuses() {
  config "$1"
  never_runs
}

#: config.json that is no JSON
no_json() {
  echo '{"ociVersion": "1.0.2", ' >"$BUNDLE/config.json"
  never_runs
}

#: config.json that is empty
empty() {
  : >"$BUNDLE/config.json"
  never_runs
}

#: members that the spec does not know are ignored
unknown_members() {
  config '.future = {"a": [1]} | .process.future = true | .linux.future = "x" | .mounts[0].future = null'
  inside say ran
  is ran "$output"
}

#: an ociVersion of a later minor version is no error
later_version() {
  config '.ociVersion = "1.9.0"'
  inside say ran
  is ran "$output"
}

#: without root
no_root() { refuses 'del(.root)'; }

#: process.args that is a string
args_type() { refuses '.process.args = "/checker"'; }

#: process.env that is an object
env_type() { refuses '.process.env = {"A": "1"}'; }

#: process.cwd that is a number
cwd_type() { refuses '.process.cwd = 7'; }

#: process.user.uid that is negative
uid_negative() { refuses '.process.user.uid = -5'; }

#: process.rlimits whose soft limit is above the hard one
rlimit_order() { refuses '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 20, hard: 10}]'; }

#: process.oomScoreAdj out of range
oom_score_range() { refuses '.process.oomScoreAdj = 5000'; }

#: root.path that is a list
root_type() { refuses '.root.path = ["rootfs"]'; }

#: mounts that are an object
mounts_type() { refuses '.mounts = {"destination": "/x"}'; }

#: a mount without a destination
mount_destination() { refuses '.mounts += [{type: "tmpfs", source: "tmpfs"}]'; }

#: mount options that are a string
mount_options_type() { refuses '.mounts[0].options = "ro"'; }

#: linux.namespaces that is a string
namespaces_type() { refuses '.linux.namespaces = "pid"'; }

#: a namespace of an unknown type
namespace_unknown() { refuses '.linux.namespaces += [{type: "nosuch"}]'; }

#: uidMappings with a negative size
mapping_negative() { refuses '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 0, size: -1}] | .linux.gidMappings = .linux.uidMappings'; }

#: a user namespace without mappings
no_mappings() { refuses '.linux.namespaces += [{type: "user"}]'; }

#: memory.limit that is a string
memory_type() { refuses '.linux.resources.memory.limit = "64M"'; }

#: an unknown rootfsPropagation
propagation_unknown() { refuses '.linux.rootfsPropagation = "nosuch"'; }

#: seccomp without a default action
seccomp_default() { refuses '.linux.seccomp = {syscalls: []}'; }

#: hooks that are a list
hooks_type() { refuses '.hooks = []'; }

#: a hook without a path
hook_path() { refuses '.hooks = {createRuntime: [{args: ["x"]}]}'; }
