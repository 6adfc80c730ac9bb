// SPDX-License-Identifier: Apache-2.0
#include "masu/cgroups/files.h"

#include "masu/base/text.h"
#include "masu/base/try.h"

namespace masu::cgroups {
namespace {

Error malformed(std::string_view what, std::string_view text) {
  return Error::make(Kind::internal, cat(what, ": unexpected content ", quote(text)));
}

/// Cuts the first line off `text`, without its end.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

std::optional<std::uint64_t> parse_value(std::string_view text) {
  if (text == "max" || text == "-1") return kMax;
  return text::parse_int<std::uint64_t>(text);
}

/// "12.34" of a pressure file, in hundredths.
std::optional<std::uint32_t> find_percentage(const NestedLine& line, std::string_view name) {
  for (const auto& [key, value] : line.values) {
    if (key != name) continue;
    const std::size_t dot = value.find('.');
    if (dot == std::string_view::npos || value.size() - dot != 3) return std::nullopt;
    const auto whole = text::parse_int<std::uint16_t>(value.substr(0, dot));
    const auto part = text::parse_int<std::uint16_t>(value.substr(dot + 1));
    if (!whole || !part) return std::nullopt;
    return *whole * 100u + *part;
  }
  return std::nullopt;
}

}  // namespace

Result<std::uint64_t> parse_single_value(std::string_view text) {
  const auto value = parse_value(text::trim(text));
  if (!value) return fail(malformed("single value", text));
  return *value;
}

std::optional<std::uint64_t> find_flat(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.size() > key.size() && line[key.size()] == ' ' && line.starts_with(key))
      return parse_value(line.substr(key.size() + 1));
  }
  return std::nullopt;
}

Result<std::vector<std::pair<std::string_view, std::uint64_t>>> parse_flat_keyed(std::string_view text) {
  std::vector<std::pair<std::string_view, std::uint64_t>> pairs;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const std::size_t space = line.find(' ');
    if (space == 0 || space == std::string_view::npos) return fail(malformed("flat keyed file", line));
    const auto value = parse_value(line.substr(space + 1));
    if (!value) return fail(malformed("flat keyed file", line));
    pairs.emplace_back(line.substr(0, space), *value);
  }
  return pairs;
}

std::optional<std::uint64_t> NestedLine::find(std::string_view name) const {
  for (const auto& [key_, value] : values)
    if (key_ == name) return parse_value(value);
  return std::nullopt;
}

Result<std::vector<NestedLine>> parse_nested_keyed(std::string_view text) {
  std::vector<NestedLine> lines;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    NestedLine parsed;
    for (const std::string_view word : text::split(line, ' ')) {
      if (word.empty()) continue;  // some files end their lines with a space
      if (parsed.key.empty()) {
        parsed.key = word;
        continue;
      }
      const std::size_t equals = word.find('=');
      if (equals == 0 || equals == std::string_view::npos) return fail(malformed("nested keyed file", line));
      parsed.values.emplace_back(word.substr(0, equals), word.substr(equals + 1));
    }
    if (parsed.key.empty()) return fail(malformed("nested keyed file", line));
    lines.push_back(std::move(parsed));
  }
  return lines;
}

Result<std::vector<pid_t>> parse_pids(std::string_view text) {
  std::vector<pid_t> pids;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const auto pid = text::parse_int<pid_t>(line);
    if (!pid || *pid < 0) return fail(malformed("list of processes", line));
    pids.push_back(*pid);
  }
  return pids;
}

std::optional<DeviceNumber> parse_device_number(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto major = text::parse_int<std::uint32_t>(text.substr(0, colon));
  const auto minor = text::parse_int<std::uint32_t>(text.substr(colon + 1));
  if (!major || !minor) return std::nullopt;
  return DeviceNumber{*major, *minor};
}

Result<std::vector<std::uint16_t>> parse_number_list(std::string_view text) {
  std::vector<std::uint16_t> numbers;
  const std::string_view list = text::trim(text);
  if (list.empty()) return numbers;
  for (const std::string_view range : text::split(list, ',')) {
    const std::size_t dash = range.find('-');
    const auto first = text::parse_int<std::uint16_t>(range.substr(0, dash));
    const auto last =
        dash == std::string_view::npos ? first : text::parse_int<std::uint16_t>(range.substr(dash + 1));
    if (!first || !last || *first > *last) return fail(malformed("list of numbers", list));
    for (unsigned number = *first; number <= *last; ++number)
      numbers.push_back(static_cast<std::uint16_t>(number));
  }
  return numbers;
}

Result<Pressure> parse_pressure(std::string_view text) {
  Pressure pressure;
  for (const NestedLine& line : TRY(parse_nested_keyed(text))) {
    if (line.key != "some" && line.key != "full") continue;
    Pressure::Line& out = line.key == "some" ? pressure.some : pressure.full;
    const auto avg10 = find_percentage(line, "avg10"), avg60 = find_percentage(line, "avg60"),
               avg300 = find_percentage(line, "avg300");
    const auto total = line.find("total");
    if (!avg10 || !avg60 || !avg300 || !total) return fail(malformed("pressure", text));
    out = {.avg10 = *avg10, .avg60 = *avg60, .avg300 = *avg300, .total = *total};
  }
  return pressure;
}

Result<std::vector<BlockEntry>> parse_block_entries(std::string_view text) {
  std::vector<BlockEntry> entries;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const auto fields = text::split(line, ' ');
    if (fields[0] == "Total") continue;
    const auto device = parse_device_number(fields[0]);
    const auto value = text::parse_int<std::uint64_t>(fields.back());
    if (!device || !value || fields.size() < 2 || fields.size() > 3)
      return fail(malformed("blkio file", line));
    entries.push_back(
        {device->major, device->minor, std::string(fields.size() == 3 ? fields[1] : ""), *value});
  }
  return entries;
}

Result<std::vector<OwnCgroup>> parse_own_cgroups(std::string_view text) {
  std::vector<OwnCgroup> cgroups;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos) return fail(malformed("/proc/<pid>/cgroup", line));
    const auto number = text::parse_int<std::uint32_t>(line.substr(0, first));
    OwnCgroup cgroup{number.value_or(0), line.substr(first + 1, second - first - 1), line.substr(second + 1)};
    // "/a (deleted)" names a cgroup that is gone while its last process lives on; its path is of no use.
    if (!number || !cgroup.path.starts_with('/')) return fail(malformed("/proc/<pid>/cgroup", line));
    cgroups.push_back(cgroup);
  }
  return cgroups;
}

}  // namespace masu::cgroups
