// SPDX-License-Identifier: Apache-2.0
//
// Who a container runs as, looked up in its own /etc/passwd and /etc/group: by a reader of our own, never by
// NSS, below the container's root.
#pragma once

#include "masu/base/error.h"
#include "masu/spec/config.h"

#include <string>
#include <string_view>
#include <vector>

namespace masu::manager {

struct Identity {
  spec::User user;
  std::string home = "/";
};

/// `text` is USER[:GROUP], each a name or a number; empty is root. Supplementary groups count only without
/// GROUP. `groups` are added to them.
Result<Identity> find_identity(int rootfs, std::string_view text, const std::vector<std::string>& groups);

}  // namespace masu::manager
