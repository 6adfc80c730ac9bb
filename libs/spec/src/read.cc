// SPDX-License-Identifier: Apache-2.0
#include "read.h"

namespace masu::spec {
namespace {

// N, N-M, or N-M:K/L (K of every L from N to M), as bitmap_parselist() of the kernel reads them.
bool is_list_item(std::string_view item) {
  auto number = [](std::string_view digits) { return text::parse_int<std::uint32_t>(digits); };
  const auto colon = item.find(':');
  const auto range = item.substr(0, colon);
  const auto dash = range.find('-');
  const auto first = number(range.substr(0, dash));
  if (!first) return false;
  if (dash == std::string_view::npos) return colon == std::string_view::npos;
  const auto last = number(range.substr(dash + 1));
  if (!last || *last < *first) return false;
  if (colon == std::string_view::npos) return true;
  const auto stride = item.substr(colon + 1);
  const auto slash = stride.find('/');
  if (slash == std::string_view::npos) return false;
  const auto used = number(stride.substr(0, slash));
  const auto group = number(stride.substr(slash + 1));
  return used && group && *group > 0 && *used <= *group;
}

}  // namespace

Result<> read_environment(json::Reader in, std::vector<std::string>& out) {
  return each([](json::Reader item, std::string& entry) -> Result<> {
    TRY(json::read(item, entry));
    const auto equals = entry.find('=');
    if (equals == std::string::npos) return fail(item.error(cat(quote(entry), " has no '='")));
    if (equals == 0) return fail(item.error(cat(quote(entry), " has no name before '='")));
    return {};
  })(in, out);
}

Result<> read_absolute_path(json::Reader in, std::string& out) {
  TRY(json::read(in, out));
  if (!out.starts_with('/')) return fail(in.error(cat(quote(out), " is not an absolute path")));
  return {};
}

Result<> read_nonempty(json::Reader in, std::string& out) {
  TRY(json::read(in, out));
  if (out.empty()) return fail(in.error("must not be empty"));
  return {};
}

Result<> read_number_list(json::Reader in, std::string& out) {
  TRY(json::read(in, out));
  if (out.empty()) return {};
  for (const auto item : text::split(out, ','))
    if (!is_list_item(text::trim(item)))
      return fail(in.error(cat(quote(out), " is not a list of numbers and ranges such as 0-3,8")));
  return {};
}

// dev_valid_name() of the kernel, and "." and ".." that would be folders of sysfs.
bool is_interface_name(std::string_view name, bool pattern) {
  constexpr std::size_t kLongest = 15;  // IFNAMSIZ - 1
  if (name.empty() || name.size() > kLongest || name == "." || name == "..") return false;
  if (name.find_first_of("/: \t\n\v\f\r") != std::string_view::npos) return false;
  const auto percent = name.find('%');
  if (percent == std::string_view::npos) return true;
  return pattern && name.substr(percent).starts_with("%d") &&
         name.find('%', percent + 1) == std::string_view::npos;
}

}  // namespace masu::spec
