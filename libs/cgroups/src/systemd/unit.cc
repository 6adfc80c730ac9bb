// SPDX-License-Identifier: Apache-2.0
#include "masu/cgroups/unit.h"

#include "masu/base/text.h"
#include "masu/base/try.h"

#include <vector>

namespace masu::cgroups {
namespace {

constexpr std::string_view kSlice = ".slice", kScope = ".scope";

Error bad_path(std::string what) { return Error::spec("linux.cgroupsPath", std::move(what)); }

/// systemd.unit(5), "Description": what a unit's name is made of, and how long it may be.
Result<> check_name(const std::string& name) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@";
  constexpr std::size_t kLongest = 255;
  if (name.size() <= kLongest && name.find_first_not_of(kAllowed) == std::string::npos) return {};
  return fail(bad_path(cat(quote(name), " is no name of a unit")));
}

}  // namespace

Result<Unit> parse_unit(std::string_view cgroups_path, std::string_view id, bool user) {
  Unit unit{.slice = user ? "user.slice" : "system.slice", .user = user};
  std::string_view prefix = "masu", name = id;
  if (!cgroups_path.empty()) {
    const std::vector<std::string_view> parts = text::split(cgroups_path, ':');
    if (parts.size() != 3)
      return fail(
          bad_path(cat("expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups, got ",
                       quote(cgroups_path), " instead")));
    if (!parts[0].empty()) unit.slice = parts[0];
    prefix = parts[1];
    name = parts[2];
  }
  if (name.empty()) return fail(bad_path(cat(quote(cgroups_path), " has no name")));
  unit.name =
      name.ends_with(kSlice) ? std::string(name) : cat(prefix, prefix.empty() ? "" : "-", name, kScope);
  TRY(check_name(unit.name));
  TRY(check_name(unit.slice));
  TRY(expand_slice(unit.slice));
  if (unit.is_slice()) TRY(expand_slice(unit.name));
  return unit;
}

Result<std::string> expand_slice(std::string_view slice) {
  const auto invalid = [slice] { return fail(bad_path(cat("invalid slice name: ", quote(slice)))); };
  if (!slice.ends_with(kSlice) || slice.find('/') != std::string_view::npos) return invalid();
  const std::string_view stem = slice.substr(0, slice.size() - kSlice.size());
  std::string path;
  if (stem == "-") return path;
  std::string prefix;
  for (const std::string_view part : text::split(stem, '-')) {
    if (part.empty()) return invalid();
    path += cat("/", prefix, part, kSlice);
    prefix += cat(part, "-");
  }
  return path;
}

}  // namespace masu::cgroups
