// SPDX-License-Identifier: Apache-2.0
#include "masu/criu/log.h"

#include "masu/base/text.h"

namespace masu::criu {

std::string first_error(std::string_view log) {
  constexpr std::string_view kMark = "Error (";
  for (std::string_view line : text::split(log, '\n')) {
    const auto at = line.find(kMark);
    if (at == std::string_view::npos) continue;
    // Before it are a time and a pid, "(00.016514)    218: ", and nothing else: the words may be quoted in a
    // line.
    if (line.substr(0, at).find_first_not_of("0123456789.(): \t") != std::string_view::npos) continue;
    return std::string(text::trim(line.substr(at)));
  }
  return {};
}

}  // namespace masu::criu
