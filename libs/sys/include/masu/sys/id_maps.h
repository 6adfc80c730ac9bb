// SPDX-License-Identifier: Apache-2.0
//
// Ids in a user namespace (user_namespaces(7)), and those beyond one's own that subuid(5) and subgid(5) give.
#pragma once

#include "masu/base/error.h"
#include "masu/sys/fd.h"
#include "masu/sys/procfs.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace masu::sys {

struct IdRange {
  std::uint32_t inside = 0, outside = 0, count = 0;
  bool operator==(const IdRange&) const = default;
};

/// As uid_map and gid_map take it.
std::string map_text(std::span<const IdRange> ranges);
/// What /proc/PID/uid_map says.
std::vector<IdRange> parse_map(std::string_view text);

/// "newuidmap" or "newgidmap": its path. They are set-user-ID, so they are looked up in fixed folders and not
/// in the caller's PATH. Kind::unsupported if it is not there.
Result<std::string> find_map_helper(const char* name);
/// Its words: name, pid, and three numbers a range.
std::vector<std::string> map_helper_words(const char* name, pid_t pid, std::span<const IdRange> ranges);
/// When it has ended with `code`.
Error map_helper_failed(std::string_view path, int code);

/// The ranges that a file in the form of subuid(5) gives to the user, known by name or number, in its order.
/// `inside` is 0 in each. Lines that are none are left out.
std::vector<IdRange> parse_subordinate_ids(std::string_view text, uid_t uid, std::string_view name);

/// The user's name in the text of a passwd(5); empty if there is none. NSS is not asked: a static program has
/// none.
std::string find_user_name(std::string_view passwd, uid_t uid);

/// A user namespace with these maps, of which nothing is left when the fd is closed. For root of our own.
Result<Fd> make_user_namespace(const Procfs& procfs, std::span<const IdRange> users,
                               std::span<const IdRange> groups);
/// The user namespace of a process.
Result<Fd> open_user_namespace(const Procfs& procfs, pid_t pid);
/// What a user namespace calls N is N on disk below this mount from now on, a detached one. -errno.
int set_mount_ids(int mount, int user_namespace, bool recursive) noexcept;

/// Who we are where our user namespace was made; in the initial one, as geteuid(2) has it.
uid_t outer_user();

/// Whether we are in another than the initial user namespace.
bool in_user_namespace();

}  // namespace masu::sys
