// SPDX-License-Identifier: Apache-2.0
//
// Where a fuzzer's files go: below $TMPDIR, which tests/fuzz/run removes, also when the fuzzer was killed.
#pragma once

#include <cstdlib>
#include <string>

namespace masu::fuzz {

/// A new empty folder. Aborts if it cannot be made.
inline std::string make_scratch() {
  const char* given = std::getenv("TMPDIR");
  std::string path = std::string(given != nullptr ? given : "/tmp") + "/masu-fuzz.XXXXXX";
  if (mkdtemp(path.data()) == nullptr) std::abort();
  return path;
}

}  // namespace masu::fuzz
