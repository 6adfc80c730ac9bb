// SPDX-License-Identifier: Apache-2.0
//
// The commands that read and write archives of containers' files. As those of image_tables.h they are run by
// masu-image, and both programs have the same tables.
#pragma once

#include "each_container.h"
#include "masu/cli/command.h"
#include "masu/cli/env.h"

namespace masu::manager::files {

using Run = Result<int> (*)(const cli::Call&);
using Takes = cli::Option::Takes;

inline constexpr cli::Option kArchive{.name = "archive", .letter = 'a', .help = "owners stay as they are"};
inline constexpr cli::Option kFollow{
    .name = "follow-link", .letter = 'L', .help = "copy what a link leads to, instead of the link"};
inline constexpr cli::Option kOverwrite{.name = "overwrite",
                                        .help = "a folder may take a file's place, and a file a folder's"};
inline constexpr cli::Option kQuietCopy{
    .name = "quiet", .letter = 'q', .help = "accepted: nothing is said anyway"};
inline constexpr const cli::Option* kCopyOptions[] = {&kArchive, &kFollow, &kOverwrite, &kQuietCopy};
inline constexpr cli::Positional kCopyPositionals[] = {
    {.name = "FROM",
     .values = cli::kFiles,
     .help = "CONTAINER:PATH, a path of this machine, or - for a tar archive from stdin"},
    {.name = "TO", .values = cli::kFiles, .help = "the same; - is a tar archive to stdout"}};

inline constexpr cli::Option kExportOutput{.name = "output",
                                           .letter = 'o',
                                           .takes = Takes::value,
                                           .argument = "FILE",
                                           .values = cli::kFiles,
                                           .help = "write there, instead of to stdout"};
inline constexpr const cli::Option* kExportOptions[] = {&kExportOutput};

inline constexpr cli::Option kAuthor{.name = "author",
                                     .letter = 'a',
                                     .takes = Takes::value,
                                     .argument = "TEXT",
                                     .help = "who has made the image"};
inline constexpr cli::Option kCommitChange{
    .name = "change",
    .letter = 'c',
    .takes = Takes::values,
    .argument = "INSTRUCTION",
    .help = "CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, USER, VOLUME, WORKDIR …"};
inline constexpr cli::Option kCommitMessage{.name = "message",
                                            .letter = 'm',
                                            .takes = Takes::value,
                                            .argument = "TEXT",
                                            .help = "a comment for the history"};
inline constexpr cli::Option kPause{
    .name = "pause",
    .letter = 'p',
    .help = "let its processes stand still meanwhile, as by default; --pause=false: not"};
inline constexpr cli::Option kQuietCommit{
    .name = "quiet", .letter = 'q', .help = "accepted: only the id is printed"};
inline constexpr cli::Option kIidFile{.name = "iidfile",
                                      .takes = Takes::value,
                                      .argument = "FILE",
                                      .values = cli::kFiles,
                                      .help = "write the image's id there too"};
inline constexpr cli::Option kCommitFormat{.name = "format",
                                           .letter = 'f',
                                           .takes = Takes::value,
                                           .argument = "FORMAT",
                                           .values = {cli::Values::From::choices, "oci docker"},
                                           .help = "of the manifest: oci by default"};
inline constexpr const cli::Option* kCommitOptions[] = {
    &kAuthor, &kCommitChange, &kCommitMessage, &kPause, &kQuietCommit, &kIidFile, &kCommitFormat};
inline constexpr cli::Positional kCommitPositionals[] = {
    kContainer[0], {.name = "NAME", .count = cli::Positional::Count::optional, .help = "of the image"}};

constexpr cli::Command copy_command(Run run) {
  return {.name = "cp",
          .summary = "copy files between a container and this machine",
          .description = R"(
A folder that is there gets what is copied, under its own name; from a path that ends with /. comes what is in the folder.
The container may run or not; its links lead nowhere but into it.)",
          .options = kCopyOptions,
          .positionals = kCopyPositionals,
          .run = run};
}

constexpr cli::Command export_command(Run run) {
  return {.name = "export",
          .summary = "write all files of a container as a tar archive",
          .description = "Without what is mounted in it, volumes among them.",
          .options = kExportOptions,
          .positionals = kContainer,
          .run = run};
}

constexpr cli::Command commit_command(Run run) {
  return {
      .name = "commit",
      .summary = "make an image of a container",
      .description = "What it has changed becomes a layer above those of its image. Prints the image's id.",
      .options = kCommitOptions,
      .positionals = kCommitPositionals,
      .run = run};
}

}  // namespace masu::manager::files
