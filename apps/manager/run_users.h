// SPDX-License-Identifier: Apache-2.0
//
// Options of run and create: the user namespace, and what its ids are outside.
#pragma once

#include "masu/manager/users.h"
#include "masu/store/store.h"
#include "option.h"

#include <array>
#include <optional>

namespace masu::manager {

inline constexpr cli::Option kUserns =
    value("userns", "MODE",
          "ids: host (the default), auto[:size=N], keep-id[:uid=N,gid=N,size=N], nomap or container:NAME");
inline constexpr cli::Option kUidMap = values(
    "uidmap", "CONTAINER:HOST:COUNT", "so many user ids, from these on, in a user namespace of its own");
inline constexpr cli::Option kGidMap =
    values("gidmap", "CONTAINER:HOST:COUNT", "the same of groups; as --uidmap by default");
inline constexpr cli::Option kSubuidName = value("subuidname", "NAME", "the ids of this name in /etc/subuid");
inline constexpr cli::Option kSubgidName = value("subgidname", "NAME", "the ids of this name in /etc/subgid");
inline constexpr std::array kUsersOptions = {&kUserns, &kUidMap, &kGidMap, &kSubuidName, &kSubgidName};

/// What they ask for; an empty mode: nothing.
Result<UsersWish> read_users(const cli::Call& call);
/// Sets the request's ids. The lock is to be held until the container is on record.
Result<std::optional<store::Lock>> set_users(const cli::Call& call, const Place& place,
                                             const store::Store& store, Request& request);

}  // namespace masu::manager
