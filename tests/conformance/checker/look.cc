// SPDX-License-Identifier: Apache-2.0
#include "look.h"

#include "masu/base/text.h"

#include <algorithm>
#include <climits>

#include <fcntl.h>
#include <unistd.h>

namespace masu::conformance {

std::string read_all(int fd) {
  std::string text;
  char buffer[4096];
  for (ssize_t size = 0; (size = read(fd, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(size));
  return text;
}

std::string read_file(const char* path) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return {};
  std::string text = read_all(fd);
  close(fd);
  return text;
}

std::string read_link(const char* path) {
  char target[PATH_MAX];
  const ssize_t size = readlink(path, target, sizeof target);
  return size < 0 ? std::string() : std::string(target, static_cast<std::size_t>(size));
}

std::string status_field(std::string_view name) {
  const std::string status = read_file("/proc/self/status");
  for (std::string_view line : text::split(status, '\n'))
    if (line.starts_with(name) && line.substr(name.size()).starts_with(":"))
      return std::string(text::trim(line.substr(name.size() + 1)));
  return {};
}

std::string squeeze(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\t' || c == '\n';
    if (!space)
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

namespace {

// "\040" and the like.
std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto code = text[i] == '\\' ? text::parse_int<int>(text.substr(i + 1, 3), 8) : std::nullopt;
    out += code ? static_cast<char>(*code) : text[i];
    if (code) i += 3;
  }
  return out;
}

bool contains(const std::vector<std::string_view>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

}  // namespace

bool MountEntry::has(std::string_view option) const { return contains(options, option); }
bool MountEntry::has_super(std::string_view option) const { return contains(super_options, option); }
bool MountEntry::has_peers(std::string_view kind) const {
  return std::ranges::any_of(optional, [&](std::string_view word) { return word.starts_with(kind); });
}

MountTable::MountTable() : text_(read_file("/proc/self/mountinfo")) {
  for (std::string_view line : text::split(text_, '\n')) {
    const auto words = text::split(line, ' ');
    const auto dash = std::ranges::find(words, "-");
    if (words.size() < 9 || words.end() - dash < 4) continue;
    entries_.push_back({.target = unescape(words[4]),
                        .options = text::split(words[5], ','),
                        .optional = {words.begin() + 6, dash},
                        .type = dash[1],
                        .super_options = text::split(dash[3], ',')});
  }
}

const MountEntry* MountTable::on(std::string_view target) const {
  const MountEntry* found = nullptr;
  for (const MountEntry& entry : entries_)
    if (entry.target == target) found = &entry;
  return found;
}

}  // namespace masu::conformance
