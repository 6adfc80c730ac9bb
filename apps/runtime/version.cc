// SPDX-License-Identifier: Apache-2.0
//
// MASU_VERSION and MASU_COMMIT come from CMakeLists.txt.
#include "version.h"

#include "masu/base/text.h"

namespace masu::runtime {

constinit const std::string_view kVersionNumber = MASU_VERSION;
constinit const std::string_view kCommit = MASU_COMMIT;

std::string version_text(std::string_view name) {
  return cat(name, " version ", kVersionNumber, "\ncommit: ", kCommit, "\nspec: ", kSpecVersion, "\n");
}

}  // namespace masu::runtime
