// SPDX-License-Identifier: Apache-2.0
//
// Options that create, run and exec have in common, and their meaning for the container library.
#pragma once

#include "globals.h"
#include "masu/base/error.h"
#include "masu/cli/command.h"
#include "masu/cli/env.h"
#include "masu/container/container.h"

#include <string>
#include <string_view>

namespace masu::runtime {

inline constexpr cli::Option kBundle{.name = "bundle",
                                     .letter = 'b',
                                     .takes = Takes::value,
                                     .argument = "DIR",
                                     .values = cli::kDirectories,
                                     .help = "directory of the bundle; the working directory by default"};
inline constexpr cli::Option kConfig{
    .name = "config",
    .letter = 'f',
    .takes = Takes::value,
    .argument = "FILE",
    .values = cli::kFiles,
    .help = "read the configuration from FILE instead of the bundle's config.json"};
inline constexpr cli::Option kConsoleSocket{
    .name = "console-socket",
    .takes = Takes::value,
    .argument = "SOCKET",
    .values = cli::kFiles,
    .help = "send the master of the container's terminal to the unix socket SOCKET"};
inline constexpr cli::Option kPidfdSocket{
    .name = "pidfd-socket",
    .takes = Takes::value,
    .argument = "SOCKET",
    .values = cli::kFiles,
    .help = "send a pidfd of the new process to the unix socket SOCKET"};
inline constexpr cli::Option kPidFile{.name = "pid-file",
                                      .takes = Takes::value,
                                      .argument = "FILE",
                                      .values = cli::kFiles,
                                      .help = "write the pid of the new process to FILE"};
inline constexpr cli::Option kPreserveFds{
    .name = "preserve-fds",
    .takes = Takes::value,
    .argument = "N",
    .help = "pass N more file descriptors to the new process, from 3 on and after those of $LISTEN_FDS"};
inline constexpr cli::Option kNoPivot{
    .name = "no-pivot",
    .help = "change the root without pivot_root(2), as a root on an initramfs needs it; less safe"};
inline constexpr cli::Option kNoNewKeyring{
    .name = "no-new-keyring", .help = "keep the caller's session keyring, which the container can then read"};

/// For options that a command accepts and that mean nothing to it.
inline constexpr cli::Option kIgnoredDetach{.name = "detach", .letter = 'd', .hidden = true};
inline constexpr cli::Option kIgnoredNoSubreaper{.name = "no-subreaper", .hidden = true};

inline constexpr cli::Positional kNewId{
    .name = "ID",
    .help = "name of the new container: letters, digits and _ + - . ; unique below the state directory"};
inline constexpr cli::Positional kId{
    .name = "ID", .values = {From::output, "list -q"}, .help = "name of the container"};

/// The number of a --preserve-fds; 0 if it was not given.
Result<unsigned> preserve_fds(const cli::Arguments& arguments);
/// An absolute path of an option; empty if it was not given.
Result<std::string> path_value(const cli::Call& call, const cli::Option& option);
Result<container::CreateOptions> create_options(const cli::Call& call);

}  // namespace masu::runtime
