// SPDX-License-Identifier: Apache-2.0
//
// Options of run and create: the container as such: name, labels, what becomes of it at its end.
#pragma once

#include "masu/cli/env.h"
#include "masu/image/document.h"
#include "masu/manager/container.h"
#include "option.h"

#include <array>

namespace masu::manager {

inline constexpr cli::Option kInteractive{
    .name = "interactive", .letter = 'i', .help = "pass stdin on to the container"};
inline constexpr cli::Option kTty{.name = "tty", .letter = 't', .help = "give the container a terminal"};
inline constexpr cli::Option kRm{.name = "rm", .help = "remove the container when it has ended"};
inline constexpr cli::Option kName = value("name", "NAME", "the container's name; one is found by default");
inline constexpr cli::Option kLabel = values("label", "NAME[=VALUE]", "a label", 'l');
inline constexpr cli::Option kAnnotation =
    values("annotation", "NAME=VALUE", "an annotation for the runtime");
inline constexpr cli::Option kRestart =
    value("restart", "POLICY", "no (the default), on-failure[:N], always, unless-stopped");
inline constexpr cli::Option kStopSignal = value("stop-signal", "SIGNAL", "what stop sends; TERM by default");
inline constexpr cli::Option kStopTimeout =
    value("stop-timeout", "SECONDS", "after which stop kills; 10 by default");
inline constexpr cli::Option kPull =
    value("pull", "WHEN", "pull the image always, never, or when it is missing (the default)", 0,
          {cli::Values::From::choices, "always missing newer never"});
inline constexpr cli::Option kRunPlatform =
    value("platform", "OS/ARCH", "of an image to be pulled, the one for this");
inline constexpr cli::Option kCidFile =
    value("cidfile", "FILE", "write the id to this new file", 0, cli::kFiles);
inline constexpr std::array kPoliciesOptions = {&kInteractive, &kTty,        &kRm,          &kName,
                                                &kLabel,       &kAnnotation, &kRestart,     &kStopSignal,
                                                &kStopTimeout, &kPull,       &kRunPlatform, &kCidFile};

/// What they say, and the image where they are silent.
Result<> read_policies(const cli::Call& call, const image::Config& image, Request& out);

}  // namespace masu::manager
