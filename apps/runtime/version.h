// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace masu::runtime {

extern const std::string_view kVersionNumber;  ///< "0.1.0"
extern const std::string_view kCommit;         ///< "unknown" if the build was not made from a checkout

/// Of the runtime-spec: what we read goes up to this version, and from 1.0.0 on.
inline constexpr std::string_view kSpecVersion = "1.3.0";
inline constexpr std::string_view kOldestSpecVersion = "1.0.0";

/// The lines of --version. go-runc reads the words after "<name> version", "commit:" and "spec:".
std::string version_text(std::string_view name);

}  // namespace masu::runtime
