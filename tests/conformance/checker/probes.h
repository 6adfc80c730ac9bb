// SPDX-License-Identifier: Apache-2.0
//
// Single questions of the cases, which config.json cannot ask: each is a word of the command line that prints
// a line.
#pragma once

#include <span>
#include <string_view>

namespace masu::conformance {

using Words = std::span<char* const>;

struct Probe {
  std::string_view name;
  std::string_view arguments;  // one word each, for the help
  int (*run)(Words);
};

std::span<const Probe> probes();

/// Writes what a hook sees as JSON to the file `words[0]`, then ends as the further words say: `exit N`,
/// `sleep SECONDS`.
int record_hook(Words words, char* const* environment);

}  // namespace masu::conformance
