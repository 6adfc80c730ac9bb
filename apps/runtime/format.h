// SPDX-License-Identifier: Apache-2.0
//
// The documents that commands print. Their members and columns are runc's, which clients parse. Pure, but for
// the name of an owner.
#pragma once

#include "masu/base/error.h"
#include "masu/container/container.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace masu::runtime {

/// The `state` document, indented by two spaces.
std::string state_json(const container::State& state);
/// All of them as a JSON array on one line; `[]` if there are none.
std::string list_json(const std::vector<container::State>& states);
std::string list_table(const std::vector<container::State>& states);
/// An id a line.
std::string list_ids(const std::vector<container::State>& states);

/// [1,2,3] on one line.
std::string pids_json(const std::vector<pid_t>& pids);
/// Of the output of ps(1), the header and the rows whose PID column is one of `pids`. A row with "-" there is
/// a thread of the process above it (ps -m).
Result<std::string> filter_process_table(std::string_view table, const std::vector<pid_t>& pids);

/// The user's name in /etc/passwd, or "#<uid>".
std::string user_name(std::uint32_t uid);

}  // namespace masu::runtime
