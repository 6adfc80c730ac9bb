// SPDX-License-Identifier: Apache-2.0
#include "options.h"

namespace masu::containerd {

using Takes = cli::Option::Takes;

constexpr cli::Option kNamespace{.name = "namespace",
                                 .takes = Takes::value,
                                 .argument = "NAME",
                                 .help = "containerd's namespace of the container"};
constexpr cli::Option kId{.name = "id", .takes = Takes::value, .argument = "ID", .help = "the container"};
constexpr cli::Option kAddress{.name = "address",
                               .takes = Takes::value,
                               .argument = "PATH",
                               .values = cli::kFiles,
                               .help = "the socket of containerd"};
constexpr cli::Option kBundle{.name = "bundle",
                              .takes = Takes::value,
                              .argument = "DIR",
                              .values = cli::kDirectories,
                              .help = "the folder with config.json; the working directory by default"};
constexpr cli::Option kDebug{.name = "debug", .help = "log each call"};
constexpr cli::Option kVersion{.name = "version", .letter = 'v', .help = "print the version and exit"};

namespace {

constexpr cli::Option kPublishBinary{.name = "publish-binary",
                                     .takes = Takes::value,
                                     .argument = "PATH",
                                     .values = cli::kFiles,
                                     .help = "not needed: events go to the socket of TTRPC_ADDRESS"};

constexpr const cli::Option* kOptions[] = {&kNamespace, &kId,    &kAddress, &kPublishBinary,
                                           &kBundle,    &kDebug, &kVersion};
constexpr cli::Note kExitCodes[] = {{"0", "it is done, and what containerd wants to know was printed"},
                                    {"1", "any failure; the message on stderr says which"}};
constexpr cli::Note kEnvironment[] = {{"TTRPC_ADDRESS", "the socket that events are sent to"},
                                      {"PATH", "where criu is looked for"}};
constexpr cli::Note kFiles[] = {
    {"/run/containerd/s", "the sockets of shims, one for each pod"},
    {"/run/containerd/masu", "the state of containers, by namespace; masu-runtime --root reads it, too"},
    {"masu-root", "in the bundle: where the state of its container is"},
    {"init.pid", "in the bundle: the pid of its container"}};

}  // namespace

constinit const cli::Program kProgram{.name = "containerd-shim-masu-v2",
                                      .summary = "containers of containerd's, one process for each pod",
                                      .description = R"(
A shim of containerd's runtime v2, which is named io.containerd.masu.v2 there: it makes containers itself, without the
program of a runtime, and stays with those of one pod. It is executed by containerd, in the bundle of a container:

start prints the address of the pod's task service, which is started if there is none; options of runc's shim are read
from stdin. delete ends and removes a container whose shim is gone, and prints how it ended. serve is the service itself,
which start executes.)",
                                      .options = kOptions,
                                      .exit_codes = kExitCodes,
                                      .environment = kEnvironment,
                                      .files = kFiles,
                                      .see_also = "masu-runtime(8) containerd(8)",
                                      .date = "November 27, 2026"};

}  // namespace masu::containerd
