// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "create_options.h"
#include "criu_options.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"

namespace masu::runtime {
namespace {

constexpr cli::Option kDetach{.name = "detach",
                              .letter = 'd',
                              .help = "return when the container runs, instead of waiting for its end"};
constexpr cli::Option kKeep{.name = "keep", .help = "do not delete the container when its program has ended"};
constexpr cli::Option kNoSubreaper{.name = "no-subreaper",
                                   .help = "do not adopt processes that the container leaves behind"};
constexpr cli::Option kTcpClose{.name = "tcp-close", .help = "bring TCP connections back closed"};
constexpr cli::Option kLsmProfile{
    .name = "lsm-profile",
    .takes = Takes::value,
    .argument = "TYPE:NAME",
    .help = "use this label (selinux:…) or profile (apparmor:…) for all processes"};
constexpr cli::Option kLsmMountContext{.name = "lsm-mount-context",
                                       .takes = Takes::value,
                                       .argument = "CONTEXT",
                                       .help = "use this SELinux context for all mounts that have one"};
// A restored container has its root and its keyring already.
constexpr cli::Option kIgnoredNoPivot{.name = "no-pivot", .hidden = true};
constexpr cli::Option kIgnoredNoNewKeyring{.name = "no-new-keyring", .hidden = true};

constexpr const cli::Option* kOptions[] = {&kDetach,
                                           &kBundle,
                                           &kConfig,
                                           &kConsoleSocket,
                                           &kPidFile,
                                           &kKeep,
                                           &kNoSubreaper,
                                           &kImagePath,
                                           &kWorkPath,
                                           &kTcpEstablished,
                                           &kTcpClose,
                                           &kExtUnixSk,
                                           &kShellJob,
                                           &kFileLocks,
                                           &kLazyPages,
                                           &kAutoDedup,
                                           &kManageCgroupsMode,
                                           &kEmptyNs,
                                           &kNetworkLock,
                                           &kLsmProfile,
                                           &kLsmMountContext,
                                           &kIgnoredNoPivot,
                                           &kIgnoredNoNewKeyring};
constexpr cli::Positional kPositionals[] = {kNewId};

Result<std::string> lsm_profile(std::string_view given) {
  const auto colon = given.find(':');
  const std::string_view type = given.substr(0, colon);
  const bool named = colon != std::string_view::npos && colon + 1 < given.size();
  if (given.empty() || (named && (type == "apparmor" || type == "selinux"))) return std::string(given);
  return fail(Error::make(
      Kind::usage, cat("invalid lsm-profile ", quote(given), ": expected apparmor:NAME or selinux:LABEL")));
}

Result<int> run(const cli::Call& call) {
  const cli::Arguments& arguments = call.arguments;
  const auto context = TRY(make_creating_context(call));
  container::RestoreOptions options;
  options.id = arguments.positional(0);
  const std::string_view bundle = arguments.value(kBundle);
  options.bundle = TRY(call.env.absolute(bundle.empty() ? "." : bundle));
  options.config = TRY(path_value(call, kConfig));
  options.console_socket = TRY(path_value(call, kConsoleSocket));
  options.pid_file = TRY(path_value(call, kPidFile));
  options.lsm_profile = TRY(lsm_profile(arguments.value(kLsmProfile)));
  options.lsm_mount_context = arguments.value(kLsmMountContext);
  options.run = {.detach = arguments.has(kDetach),
                 .keep = arguments.has(kKeep),
                 .no_subreaper = arguments.has(kNoSubreaper)};
  options.criu = TRY(criu_options(call));
  options.criu.tcp_close = arguments.has(kTcpClose);
  return container::restore(context, options);
}

}  // namespace

constinit const cli::Command kRestoreCommand{.name = "restore",
                                             .summary = "bring a container back from a checkpoint",
                                             .description = R"(
Makes a container of a bundle and what `checkpoint` wrote; its processes go on where they were. Of the bundle its root file
system, mounts, namespaces that are given by a path, cgroups, limits and hooks count. Pipes that were standard streams of
the container become those of this command. Without --detach it waits for the end, as `run` does.)",
                                             .options = kOptions,
                                             .positionals = kPositionals,
                                             .run = run};

}  // namespace masu::runtime
