// SPDX-License-Identifier: Apache-2.0
//
// The global options, and what commands make of them: the log, and the context of the container library.
#pragma once

#include "masu/base/error.h"
#include "masu/base/log.h"
#include "masu/cli/command.h"
#include "masu/cli/env.h"
#include "masu/container/container.h"

#include <string>
#include <string_view>

#include <sys/types.h>

namespace masu::runtime {

using Takes = cli::Option::Takes;
using From = cli::Values::From;

inline constexpr cli::Option kDebug{.name = "debug",
                                    .help = "log at level debug; ignored if --log-level is given"};
inline constexpr cli::Option kLog{.name = "log",
                                  .letter = 'l',
                                  .takes = Takes::value,
                                  .argument = "FILE",
                                  .values = cli::kFiles,
                                  .help =
                                      "append the log to FILE instead of standard error; journald:NAME and "
                                      "syslog:NAME send it to the host's log"};
inline constexpr cli::Option kLogFormat{.name = "log-format",
                                        .takes = Takes::value,
                                        .argument = "FORMAT",
                                        .values = {From::choices, "text json"},
                                        .help = "write log lines in this form; text by default"};
inline constexpr cli::Option kLogLevel{.name = "log-level",
                                       .takes = Takes::value,
                                       .argument = "LEVEL",
                                       .values = {From::choices, "error warning info debug trace"},
                                       .help = "log what is at least as grave as LEVEL; error by default"};
inline constexpr cli::Option kRoot{.name = "root",
                                   .letter = 'r',
                                   .takes = Takes::value,
                                   .argument = "DIR",
                                   .values = cli::kDirectories,
                                   .help = "keep the containers' state in DIR, which should be on a tmpfs"};
inline constexpr cli::Option kSystemdLog{
    .name = "systemd-log", .help = "send the log to systemd's journal; ignored if --log is given"};
inline constexpr cli::Option kSystemdCgroup{
    .name = "systemd-cgroup",
    .letter = 's',
    .help = "make cgroups through systemd; cgroupsPath is slice:prefix:name"};
inline constexpr cli::Option kCgroupManager{.name = "cgroup-manager",
                                            .takes = Takes::value,
                                            .argument = "MANAGER",
                                            .values = {From::choices, "cgroupfs systemd disabled"},
                                            .help = "who makes cgroups, or that there are to be none"};
inline constexpr cli::Option kTrace{
    .name = "trace",
    .takes = Takes::value,
    .argument = "FILE",
    .values = cli::kFiles,
    .help = "write the steps of the call and their times to FILE, as Chrome trace events"};
inline constexpr cli::Option kCriu{
    .name = "criu",
    .takes = Takes::value,
    .argument = "FILE",
    .values = cli::kFiles,
    .help = "the CRIU to checkpoint and restore with; the one in PATH by default"};
inline constexpr cli::Option kVersion{.name = "version", .letter = 'v', .help = "print the version and exit"};
inline constexpr cli::Option kVersionToo{.letter = 'V', .hidden = true};  // crun's

// What other runtimes have and callers therefore send; ignored.
inline constexpr cli::Option kRootless{
    .name = "rootless", .takes = Takes::value, .argument = "WHEN", .help = "ignored", .hidden = true};

inline constexpr const cli::Option* kGlobalOptions[] = {
    &kRoot,          &kLog,   &kLogFormat, &kLogLevel, &kDebug,      &kSystemdLog, &kSystemdCgroup,
    &kCgroupManager, &kTrace, &kCriu,      &kVersion,  &kVersionToo, &kRootless};

/// Who calls, as far as it decides where state is kept.
struct Caller {
  uid_t euid = 0;
  bool in_user_namespace = false;
};
/// Asks the kernel.
Caller read_caller();

/// Where state is kept when --root does not say it: $XDG_RUNTIME_DIR/masu-runtime for a caller who is not
/// root, or is root of a user namespace alone (then unless $USER is root); otherwise /run/masu-runtime. The
/// rule is runc's.
std::string default_root(const cli::Env& env, Caller (*caller)() = read_caller);

/// The state directory of this call, absolute.
Result<std::string> choose_root(const cli::Arguments& globals, const cli::Env& env,
                                Caller (*caller)() = read_caller);

log::Config log_config(const cli::Arguments& globals);
Result<container::Context> make_context(const cli::Call& call);
/// For a new container: also makes the default state directory below $XDG_RUNTIME_DIR. Its sticky bit keeps
/// it from those who clean up there (XDG Base Directory Specification); any other is made as the first
/// container needs it.
Result<container::Context> make_creating_context(const cli::Call& call);

}  // namespace masu::runtime
