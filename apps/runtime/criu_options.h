// SPDX-License-Identifier: Apache-2.0
//
// Options that checkpoint and restore have in common, and their meaning for the container library.
#pragma once

#include "globals.h"
#include "masu/base/error.h"
#include "masu/cli/command.h"
#include "masu/container/checkpoint.h"

namespace masu::runtime {

inline constexpr cli::Option kImagePath{.name = "image-path",
                                        .takes = Takes::value,
                                        .argument = "DIR",
                                        .values = cli::kDirectories,
                                        .help = "directory of the checkpoint; ./checkpoint by default"};
inline constexpr cli::Option kWorkPath{
    .name = "work-path",
    .takes = Takes::value,
    .argument = "DIR",
    .values = cli::kDirectories,
    .help = "write CRIU's log to DIR instead of the checkpoint's directory"};
inline constexpr cli::Option kTcpEstablished{.name = "tcp-established", .help = "keep open TCP connections"};
inline constexpr cli::Option kExtUnixSk{.name = "ext-unix-sk",
                                        .help = "allow unix sockets that are connected to the outside"};
inline constexpr cli::Option kShellJob{.name = "shell-job",
                                       .help = "allow the caller's terminal as standard streams"};
inline constexpr cli::Option kFileLocks{.name = "file-locks", .help = "keep file locks"};
inline constexpr cli::Option kAutoDedup{
    .name = "auto-dedup", .help = "punch out pages of earlier checkpoints that later ones replace"};
inline constexpr cli::Option kLazyPages{.name = "lazy-pages",
                                        .help = "copy memory on demand, by userfaultfd(2)"};
inline constexpr cli::Option kManageCgroupsMode{
    .name = "manage-cgroups-mode",
    .takes = Takes::value,
    .argument = "MODE",
    .values = {From::choices, "soft full strict ignore"},
    .help = "what CRIU does about cgroups that are there or missing; soft by default"};
inline constexpr cli::Option kEmptyNs{.name = "empty-ns",
                                      .takes = Takes::value,
                                      .argument = "NAMESPACE",
                                      .values = {From::choices, "network"},
                                      .help = "make the namespace, but leave out what is in it"};
inline constexpr cli::Option kNetworkLock{
    .name = "network-lock",
    .takes = Takes::value,
    .argument = "METHOD",
    .values = {From::choices, "iptables nftables skip"},
    .help = "how packets of open connections are held back; iptables by default"};

/// The CRIU that --criu names, or the one in PATH.
Result<container::CriuOptions> criu_options(const cli::Call& call);

}  // namespace masu::runtime
