// SPDX-License-Identifier: Apache-2.0
//
// Why a container does not start, or ends at once: its start is tried again, under an id and in a cgroup of
// its own, and what one errno or exit code hides is looked up.
#pragma once

#include "masu/container/container.h"

#include <chrono>
#include <string>
#include <vector>

namespace masu::container {

struct ExplainOptions {
  std::string subject;  ///< the id of a container, or an absolute path of a bundle
  bool hooks = true;    ///< run the hooks too: they may have effects outside of the container
  std::chrono::nanoseconds patience =
      std::chrono::seconds(5);  ///< a program that runs longer has started well
};

struct Explanation {
  bool failed = false;             ///< there is something to mend
  std::vector<std::string> lines;  ///< what happened, and then each cause that was found, as sentences
};

/// The program runs with the caller's standard streams and is killed in the end. Fails where there is nothing
/// to try: an unknown id, a bundle that cannot be read. No other effect stays than that of the program
/// itself.
Result<Explanation> explain(const Context& context, const ExplainOptions& options);

}  // namespace masu::container
