// SPDX-License-Identifier: Apache-2.0
#include "masu/sys/mountinfo.h"

#include "masu/base/text.h"

#include <algorithm>

namespace masu::sys {

std::string unescape_mount(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto code = text[i] == '\\' ? text::parse_int<unsigned>(text.substr(i + 1, 3), 8) : std::nullopt;
    out += code ? static_cast<char>(*code) : text[i];
    if (code) i += 3;
  }
  return out;
}

std::vector<MountEntry> parse_mountinfo(std::string_view text) {
  std::vector<MountEntry> mounts;
  for (std::string_view line : text::split(text, '\n')) {
    const auto fields = text::split(line, ' ');
    const auto dash =
        std::ranges::find(fields, "-");  // after the optional fields; then type, source, options
    if (dash - fields.begin() < 6 || fields.end() - dash < 4) continue;
    mounts.push_back({unescape_mount(fields[4]), fields[5], dash[1], dash[3]});
  }
  return mounts;
}

}  // namespace masu::sys
