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
inline constexpr cli::Option kOs{
    .name = "os", .takes = cli::Option::Takes::value, .argument = "OS", .help = "of --platform, this part"};
inline constexpr cli::Option kArch{.name = "arch",
                                   .takes = cli::Option::Takes::value,
                                   .argument = "ARCH",
                                   .help = "of --platform, this part"};
inline constexpr cli::Option kVariant{.name = "variant",
                                      .takes = cli::Option::Takes::value,
                                      .argument = "VARIANT",
                                      .help = "of --platform, this part"};
inline constexpr cli::Option kAllTags{
    .name = "all-tags", .letter = 'a', .help = "fetch the images of all tags of the repository"};
inline constexpr cli::Option kPolicy{.name = "policy",
                                     .takes = cli::Option::Takes::value,
                                     .argument = "WHEN",
                                     .values = {cli::Values::From::choices, "always missing newer never"},
                                     .help = "whether to fetch what is here; always by default"};
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

inline constexpr cli::Option kRetry{.name = "retry",
                                    .takes = cli::Option::Takes::value,
                                    .argument = "N",
                                    .help = "try as often again what may pass; 3 by default"};
inline constexpr cli::Option kRetryDelay{.name = "retry-delay",
                                         .takes = cli::Option::Takes::value,
                                         .argument = "TIME",
                                         .help = "wait as long before it, doubled each time: 300ms, 2s"};
inline constexpr cli::Option kDigestFile{.name = "digestfile",
                                         .takes = cli::Option::Takes::value,
                                         .argument = "FILE",
                                         .values = cli::kFiles,
                                         .help = "write the digest of the manifest there to FILE"};
inline constexpr cli::Option kPushFormat{
    .name = "format",
    .letter = 'f',
    .takes = cli::Option::Takes::value,
    .argument = "FORM",
    .values = {cli::Values::From::choices, "oci v2s2"},
    .help = "the types of manifest and layers; those that the image has by default"};
inline constexpr cli::Option kCompressionFormat{
    .name = "compression-format",
    .takes = cli::Option::Takes::value,
    .argument = "FORM",
    .values = {cli::Values::From::choices, "gzip zstd"},
    .help = "for layers that are not compressed; gzip by default"};
inline constexpr cli::Option kCompressionLevel{.name = "compression-level",
                                               .takes = cli::Option::Takes::value,
                                               .argument = "N",
                                               .help = "1 to 9 for gzip, to 20 for zstd"};
inline constexpr cli::Option kForceCompression{.name = "force-compression",
                                               .help = "compress those anew that are compressed already"};
inline constexpr cli::Option kOutput{.name = "output",
                                     .letter = 'o',
                                     .takes = cli::Option::Takes::value,
                                     .argument = "PATH",
                                     .values = cli::kFiles,
                                     .help = "write there; to stdout by default"};
inline constexpr cli::Option kSaveFormat{
    .name = "format",
    .takes = cli::Option::Takes::value,
    .argument = "FORM",
    .values = {cli::Values::From::choices, "docker-archive oci-archive oci-dir docker-dir"},
    .help = "of the file or folder; docker-archive by default"};
inline constexpr cli::Option kMultiImage{
    .name = "multi-image-archive", .letter = 'm', .help = "as it is: an archive may hold several images"};
inline constexpr cli::Option kChange{.name = "change",
                                     .letter = 'c',
                                     .takes = cli::Option::Takes::values,
                                     .argument = "INSTRUCTION",
                                     .help = "CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, USER, VOLUME, WORKDIR …"};
inline constexpr cli::Option kMessage{.name = "message",
                                      .letter = 'm',
                                      .takes = cli::Option::Takes::value,
                                      .argument = "TEXT",
                                      .help = "a comment for the image's history"};
inline constexpr cli::Option kUsername{.name = "username",
                                       .letter = 'u',
                                       .takes = cli::Option::Takes::value,
                                       .argument = "NAME",
                                       .help = "asked for by default"};
inline constexpr cli::Option kPassword{
    .name = "password",
    .letter = 'p',
    .takes = cli::Option::Takes::value,
    .argument = "TEXT",
    .help = "asked for by default; other users can see it in the process list"};
inline constexpr cli::Option kPasswordStdin{.name = "password-stdin", .help = "read the password from stdin"};
inline constexpr cli::Option kGetLogin{.name = "get-login", .help = "print who is logged in, and no more"};
inline constexpr cli::Option kLogoutAll{.name = "all", .letter = 'a', .help = "of all registries"};

inline constexpr const cli::Option* kPushOptions[] = {&kQuiet,
                                                      &kAuthFile,
                                                      &kCreds,
                                                      &kTlsVerify,
                                                      &kCertDir,
                                                      &kDigestFile,
                                                      &kPushFormat,
                                                      &kCompressionFormat,
                                                      &kCompressionLevel,
                                                      &kForceCompression,
                                                      &kRetry,
                                                      &kRetryDelay};
inline constexpr const cli::Option* kSaveOptions[] = {&kOutput, &kSaveFormat, &kMultiImage, &kQuiet};
inline constexpr const cli::Option* kImportOptions[] = {&kChange, &kMessage, &kPlatform, &kQuiet};
inline constexpr const cli::Option* kLoginOptions[] = {&kUsername, &kPassword,  &kPasswordStdin, &kGetLogin,
                                                       &kAuthFile, &kTlsVerify, &kCertDir};
inline constexpr const cli::Option* kLogoutOptions[] = {&kLogoutAll, &kAuthFile};
inline constexpr cli::Positional kPushPositionals[] = {
    {.name = "IMAGE", .values = {cli::Values::From::output, "images -q"}, .help = "a name or an id"},
    {.name = "NAME",
     .count = cli::Positional::Count::optional,
     .help = "where to; as the image is called by default"}};
inline constexpr cli::Positional kSavePositionals[] = {{.name = "IMAGE",
                                                        .count = cli::Positional::Count::some,
                                                        .values = {cli::Values::From::output, "images -q"},
                                                        .help = "names or ids"}};
inline constexpr cli::Positional kImportPositionals[] = {
    {.name = "FILE", .values = cli::kFiles, .help = "a tar archive, compressed or not; - is stdin"},
    {.name = "NAME", .count = cli::Positional::Count::optional, .help = "of the image that is made"}};
inline constexpr cli::Positional kLoginPositionals[] = {
    {.name = "REGISTRY",
     .count = cli::Positional::Count::optional,
     .help = "a host, with a port or not; docker.io by default"}};

inline constexpr const cli::Option* kLoadOptions[] = {&kInput, &kPlatform, &kQuiet};
inline constexpr const cli::Option* kPullOptions[] = {
    &kPlatform, &kOs,    &kArch,      &kVariant, &kAllTags, &kPolicy,    &kQuiet,
    &kAuthFile, &kCreds, &kTlsVerify, &kCertDir, &kRetry,   &kRetryDelay};
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

constexpr cli::Command push_command(Run run) {
  return {.name = "push",
          .summary = "send an image to a registry",
          .description = R"(
Layers that the registry has are not sent again. The manifest goes as it is, to the byte, if no option changes it and no
layer has to be compressed.)",
          .options = kPushOptions,
          .positionals = kPushPositionals,
          .run = run};
}

constexpr cli::Command save_command(Run run) {
  return {.name = "save",
          .summary = "write images to an archive or a folder",
          .description = "What is written is read by load, docker load, podman load and skopeo.",
          .options = kSaveOptions,
          .positionals = kSavePositionals,
          .run = run};
}

constexpr cli::Command import_command(Run run) {
  return {.name = "import",
          .summary = "make an image of a root file system",
          .description = "Of one layer, from a tar archive as masu export writes it. Prints the image's id.",
          .options = kImportOptions,
          .positionals = kImportPositionals,
          .run = run};
}

constexpr cli::Command login_command(Run run) {
  return {.name = "login",
          .summary = "keep credentials for a registry",
          .description = R"(
They are tried, and kept in the auth file (see FILES) or by the helper that it names (docker-credential-NAME).)",
          .options = kLoginOptions,
          .positionals = kLoginPositionals,
          .run = run};
}

constexpr cli::Command logout_command(Run run) {
  return {.name = "logout",
          .summary = "forget the credentials for a registry",
          .options = kLogoutOptions,
          .positionals = kLoginPositionals,
          .run = run};
}

}  // namespace masu::manager
