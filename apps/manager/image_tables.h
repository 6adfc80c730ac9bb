// SPDX-License-Identifier: Apache-2.0
//
// The commands that fetch and read images. They are run by masu-image, a program of its own, so that what
// comes from registries and archives is read in another process, and a start of a container loads none of
// their libraries. Both programs have the same tables; masu hands over.
#pragma once

#include "masu/cli/command.h"
#include "masu/cli/env.h"

namespace masu::manager {

using Run = Result<int> (*)(const cli::Call&);

inline constexpr cli::Option kInput{.name = "input",
                                    .letter = 'i',
                                    .takes = cli::Option::Takes::value,
                                    .argument = "PATH",
                                    .values = cli::kFiles,
                                    .help = "an archive, or the folder of an OCI layout; stdin by default"};
inline constexpr cli::Option kPlatform{
    .name = "platform",
    .takes = cli::Option::Takes::value,
    .argument = "OS/ARCH",
    .help = "of an image for several platforms, the one for this; the host's by default"};
inline constexpr cli::Option kQuiet{.name = "quiet", .letter = 'q', .help = "print the result alone"};
inline constexpr cli::Option kAuthFile{.name = "authfile",
                                       .takes = cli::Option::Takes::value,
                                       .argument = "FILE",
                                       .values = cli::kFiles,
                                       .help = "credentials, as docker and podman keep them"};
inline constexpr cli::Option kCreds{
    .name = "creds",
    .takes = cli::Option::Takes::value,
    .argument = "USER:PASSWORD",
    .help = "credentials for the registry; other users can see them in the process list"};
inline constexpr cli::Option kTlsVerify{
    .name = "tls-verify", .help = "as it is by default; --tls-verify=false takes any certificate, and http"};
inline constexpr cli::Option kCertDir{
    .name = "cert-dir",
    .takes = cli::Option::Takes::value,
    .argument = "DIR",
    .values = cli::kDirectories,
    .help = "certificates of authorities (*.crt), and our own (*.cert with *.key)"};

inline constexpr const cli::Option* kLoadOptions[] = {&kInput, &kPlatform, &kQuiet};
inline constexpr const cli::Option* kPullOptions[] = {&kPlatform, &kQuiet,     &kAuthFile,
                                                      &kCreds,    &kTlsVerify, &kCertDir};
inline constexpr cli::Positional kPullPositionals[] = {
    {.name = "IMAGE", .count = cli::Positional::Count::some, .help = "names of images"}};

constexpr cli::Command load_command(Run run) {
  return {.name = "load",
          .summary = "take images from an archive or a folder",
          .description = R"(
Reads an OCI image layout as a folder, an archive of one (oci-archive), or what docker save writes (docker-archive),
compressed by gzip or zstd or not.)",
          .options = kLoadOptions,
          .run = run};
}

constexpr cli::Command pull_command(Run run) {
  return {.name = "pull",
          .summary = "fetch images from a registry",
          .description = R"(
"alpine" is docker.io/library/alpine:latest. Every digest and size is checked; a download that breaks off is gone on with
by the next. Plain http is spoken to this machine alone, unless --tls-verify=false is given.)",
          .options = kPullOptions,
          .positionals = kPullPositionals,
          .run = run};
}

}  // namespace masu::manager
