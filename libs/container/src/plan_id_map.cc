// SPDX-License-Identifier: Apache-2.0
//
// The id map of a mount: its own maps, the option "idmap" or "ridmap" alone for the container's, or crun's
// text form.
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "plan.h"

#include <algorithm>

namespace masu::container {
namespace {

using Maps = std::vector<spec::IdMapping>;

bool has_user_namespace(const spec::Linux& container) {
  return std::ranges::any_of(container.namespaces,
                             [](const auto& entry) { return entry.type == CLONE_NEWUSER; });
}

Error malformed(std::string_view text) {
  return Error::spec("", cat("idmap=", text, ": expected uids=C-H-N[#C-H-N…];gids=…"));
}

// "@C-H-N": H is an id of the container, to be looked up in the container's map.
std::optional<spec::IdMapping> relative_to(const Maps& container, spec::IdMapping map) {
  for (const auto& outer : container) {
    const std::uint64_t offset = std::uint64_t{map.host_id} - outer.container_id;
    if (map.host_id < outer.container_id || offset + map.size > outer.size) continue;
    map.host_id = outer.host_id + static_cast<std::uint32_t>(offset);
    return map;
  }
  return std::nullopt;
}

Result<spec::IdMapping> parse_map(std::string_view text, const Maps& container) {
  const bool relative = text.starts_with('@');
  const auto numbers = text::split(text.substr(relative ? 1 : 0), '-');
  if (numbers.size() != 3) return fail(malformed(text));
  const auto inside = text::parse_int<std::uint32_t>(numbers[0]);
  const auto outside = text::parse_int<std::uint32_t>(numbers[1]);
  const auto size = text::parse_int<std::uint32_t>(numbers[2]);
  if (!inside || !outside || !size || *size == 0) return fail(malformed(text));
  const spec::IdMapping map{*inside, *outside, *size};
  if (!relative) return map;
  const auto found = relative_to(container, map);
  if (!found) return fail(Error::spec("", cat("idmap=…", text, ": the container has no map for these ids")));
  return *found;
}

Result<> parse_maps(std::string_view text, const spec::Linux& container, IdMapPlan& planned) {
  for (const auto part : text::split(text, ';')) {
    const bool uids = part.starts_with("uids=");
    if (!uids && !part.starts_with("gids=")) return fail(malformed(text));
    Maps& maps = uids ? planned.uids : planned.gids;
    for (const auto item : text::split(part.substr(5), '#'))
      maps.push_back(TRY(parse_map(item, uids ? container.uid_mappings : container.gid_mappings)));
  }
  return {};
}

}  // namespace

Result<std::optional<IdMapPlan>> plan_id_map(const spec::Mount& mount, const MountOptions& options,
                                             const spec::Linux& container) {
  const bool own = !mount.uid_mappings.empty() || !mount.gid_mappings.empty();
  if (!own && !options.id_mapped) return std::nullopt;
  IdMapPlan planned{
      .uids = mount.uid_mappings, .gids = mount.gid_mappings, .recursive = options.id_mapped_recursive};
  if (!own && !options.id_map.empty()) TRY(parse_maps(options.id_map, container, planned));
  planned.of_container = planned.uids.empty() && planned.gids.empty();
  if (planned.of_container && !has_user_namespace(container))
    return fail(
        Error::spec("", "an id-mapped mount without maps takes the container's, which has no user namespace")
            .hint("give the mount uidMappings and gidMappings"));
  if (!planned.of_container && (planned.uids.empty() || planned.gids.empty()))
    return fail(malformed(options.id_map));
  return planned;
}

}  // namespace masu::container
