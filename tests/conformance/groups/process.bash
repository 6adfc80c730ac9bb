# SPDX-License-Identifier: Apache-2.0
# process: arguments, environment, directory, and what else the program is born with.

#: the default configuration: everything that the checker knows
everything() {
  check
}

#: process.args reach the program, with spaces, empty ones and UTF-8
args() {
  inside say 'two words' '' 'ü€' '-x' '$HOME'
  is $'two words\n\nü€\n-x\n$HOME' "$output"
}

#: process.args[0] without a slash is looked for in the PATH of process.env
args_path() {
  mkdir "$ROOTFS/programs"
  mv "$ROOTFS/checker" "$ROOTFS/programs/by-name"
  config '.process.env = ["PATH=/nowhere:/programs"] | .process.args = ["by-name", "say", "found"]'
  create
  start
  finish
  is found "$output"
}

#: process.args that are empty are refused
args_empty() {
  config '.process.args = []'
  never_runs
}

#: a program that does not exist is an error of create or start
args_missing() {
  config '.process.args = ["/no/such/program"]'
  never_runs
}

#: process.env: each entry is there, nothing comes from the runtime's own environment
env() {
  config '.process.env += ["EMPTY=", "TWO=two words", "EQUALS=a=b", "LINES=a\nb"]'
  check process.env
}

#: process.cwd is where the program starts
cwd() {
  mkdir -p "$ROOTFS/a/b"
  config '.process.cwd = "/a/b"'
  check process.cwd
}

#: process.cwd that is not absolute is refused
cwd_relative() {
  config '.process.cwd = "tmp"'
  never_runs
}

#: process.rlimits, soft and hard
rlimits() {
  config '.process.rlimits = [
    {type: "RLIMIT_NOFILE", soft: 100, hard: 200}, {type: "RLIMIT_CORE", soft: 0, hard: 0},
    {type: "RLIMIT_NPROC", soft: 1000, hard: 2000}, {type: "RLIMIT_FSIZE", soft: 4096, hard: 1099511627776},
    {type: "RLIMIT_STACK", soft: 1048576, hard: 4194304}, {type: "RLIMIT_CPU", soft: 60, hard: 120}]'
  check process.rlimits
}

#: process.rlimits: an unknown type is refused
rlimits_unknown() {
  config '.process.rlimits = [{type: "RLIMIT_NOSUCH", soft: 1, hard: 1}]'
  never_runs
}

#: process.rlimits: a type that is given twice is refused
rlimits_twice() {
  config '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 10, hard: 10}, {type: "RLIMIT_NOFILE", soft: 11, hard: 11}]'
  never_runs
}

#: process.noNewPrivileges true
no_new_privileges() {
  config '.process.noNewPrivileges = true'
  check process.noNewPrivileges
}

#: process.noNewPrivileges false
new_privileges() {
  config '.process.noNewPrivileges = false'
  check process.noNewPrivileges
}

#: process.oomScoreAdj
oom_score() {
  config '.process.oomScoreAdj = 321'
  check process.oomScoreAdj
}

#: an environment and arguments of many kilobytes
large() {
  config '.process.env += [range(2000) | "VARIABLE_NUMBER_\(.)=the value of it, which is of some length"]'
  check process.env process.args
}
