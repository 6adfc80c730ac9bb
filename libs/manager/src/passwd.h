// SPDX-License-Identifier: Apache-2.0
//
// Who a container runs as, looked up in its own /etc/passwd and /etc/group: by a reader of our own, never by
// NSS, below the container's root.
#pragma once

#include "masu/base/error.h"
#include "masu/manager/container.h"
#include "masu/spec/config.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace masu::manager {

struct Identity {
  spec::User user;
  std::string home = "/";
  bool known = false;        ///< has an entry in /etc/passwd
  bool group_known = false;  ///< in /etc/group
};

/// `text` is USER[:GROUP], each a name or a number; empty is root. Supplementary groups count only without
/// GROUP. `groups` are added to them.
Result<Identity> find_identity(int rootfs, std::string_view text, const std::vector<std::string>& groups);

/// The container's /etc/passwd and /etc/group with an entry for a user who has none, where the image has such
/// files; nothing where there is no need. `request.passwd_entry` may have $USERNAME $UID $GID $NAME $HOME.
struct AccountFiles {
  std::optional<std::string> passwd, group;
};
AccountFiles add_accounts(int rootfs, const Request& request, const Identity& identity);

}  // namespace masu::manager
