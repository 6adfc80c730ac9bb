// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "create_options.h"
#include "criu_options.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"

namespace masu::runtime {
namespace {

constexpr cli::Option kParentPath{.name = "parent-path",
                                  .takes = Takes::value,
                                  .argument = "DIR",
                                  .values = cli::kDirectories,
                                  .help =
                                      "write only the memory that has changed since the checkpoint in DIR, "
                                      "which is relative to --image-path"};
constexpr cli::Option kLeaveRunning{.name = "leave-running", .help = "let the container run on"};
constexpr cli::Option kTcpSkipInFlight{.name = "tcp-skip-in-flight",
                                       .help = "leave out TCP connections that are being made"};
constexpr cli::Option kLinkRemap{.name = "link-remap",
                                 .help = "keep open files that have no name any more by a link"};
constexpr cli::Option kStatusFd{.name = "status-fd",
                                .takes = Takes::value,
                                .argument = "FD",
                                .help = "write a NUL to FD when the page server is ready, and close it"};
constexpr cli::Option kPageServer{.name = "page-server",
                                  .takes = Takes::value,
                                  .argument = "ADDRESS:PORT",
                                  .help = "send the memory to the page server there"};
constexpr cli::Option kPreDump{
    .name = "pre-dump", .help = "write the memory alone; the container runs on, for a later checkpoint"};

constexpr const cli::Option* kOptions[] = {
    &kImagePath,       &kWorkPath,   &kParentPath, &kLeaveRunning,      &kPreDump,   &kTcpEstablished,
    &kTcpSkipInFlight, &kExtUnixSk,  &kShellJob,   &kFileLocks,         &kLinkRemap, &kLazyPages,
    &kStatusFd,        &kPageServer, &kAutoDedup,  &kManageCgroupsMode, &kEmptyNs,   &kNetworkLock};
constexpr cli::Positional kPositionals[] = {kId};

Result<std::optional<criu::PageServer>> page_server(std::string_view given) {
  if (given.empty()) return std::nullopt;
  const auto colon = given.rfind(':');
  const auto port = colon == std::string_view::npos ? std::nullopt
                                                    : text::parse_int<std::uint16_t>(given.substr(colon + 1));
  if (!port || *port == 0 || colon == 0)
    return fail(
        Error::make(Kind::usage, cat("invalid page-server ", quote(given), ": expected ADDRESS:PORT")));
  std::string_view address = given.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  return criu::PageServer{std::string(address), *port};
}

Result<int> status_fd(std::string_view given) {
  if (given.empty()) return -1;
  if (const auto fd = text::parse_int<int>(given); fd && *fd >= 0) return *fd;
  return fail(
      Error::make(Kind::usage, cat("invalid status-fd ", quote(given), ": expected a file descriptor")));
}

Result<int> run(const cli::Call& call) {
  const cli::Arguments& arguments = call.arguments;
  const auto context = TRY(make_context(call));
  container::CheckpointOptions options;
  options.page_server = TRY(page_server(arguments.value(kPageServer)));
  options.status_fd = TRY(status_fd(arguments.value(kStatusFd)));
  options.parent = arguments.value(kParentPath);
  options.leave_running = arguments.has(kLeaveRunning);
  options.pre_dump = arguments.has(kPreDump);
  options.tcp_skip_in_flight = arguments.has(kTcpSkipInFlight);
  options.link_remap = arguments.has(kLinkRemap);
  options.criu = TRY(criu_options(call));
  TRY(container::checkpoint(context, std::string(arguments.positional(0)), options));
  return 0;
}

}  // namespace

constinit const cli::Command kCheckpointCommand{.name = "checkpoint",
                                                .summary = "write all processes of a container to files",
                                                .description = R"(
Writes what a running container is and has in memory to a directory, from which `restore` brings it back, here or
elsewhere, and removes it. It is done by CRIU, the program `criu`, which has to be installed. When it fails, the container
runs on.)",
                                                .options = kOptions,
                                                .positionals = kPositionals,
                                                .run = run};

}  // namespace masu::runtime
