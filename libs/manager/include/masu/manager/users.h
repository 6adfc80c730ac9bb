// SPDX-License-Identifier: Apache-2.0
//
// Which ids a container has in a user namespace of its own: --userns and its kin.
#pragma once

#include "masu/base/error.h"
#include "masu/manager/container.h"
#include "masu/sys/id_maps.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace masu::manager {

struct UsersWish {
  std::string mode;  ///< "auto", "keep-id", "nomap", "container:NAME"; "private": has maps or names
  std::optional<std::uint32_t> size, uid, gid;   ///< of "auto" and "keep-id"
  std::vector<sys::IdRange> uid_maps, gid_maps;  ///< of "private"
  std::string subuid_name, subgid_name;          ///< whose ranges of subuid(5), subgid(5) it has
};

/// Sets the request's maps, and with keep-id its user unless `has_user`. The ids of "auto" are no other
/// container's; whoever asks for them holds a lock until the container is on record.
Result<> choose_ids(const Place& place, const UsersWish& wish, bool has_user, Request& request);

/// The lowest `count` ids of these ranges that are in none of `taken`; `outside` of the ranges counts.
std::optional<std::uint32_t> find_free_ids(const std::vector<sys::IdRange>& ranges,
                                           std::vector<sys::IdRange> taken, std::uint32_t count);

/// Of ids 0 to count: 0 seen as `own`, the others in their order before and behind it.
std::vector<sys::IdRange> keep_id(std::uint32_t own, std::uint32_t count);

}  // namespace masu::manager
