// SPDX-License-Identifier: Apache-2.0
//
// Programs that furnish a network namespace.
#pragma once

#include "masu/network/record.h"
#include "masu/network/setup.h"
#include "masu/sys/fd.h"

#include <string>
#include <string_view>
#include <vector>

namespace masu::network {

struct Ran {
  int code = 0;
  std::string out, err;
};
/// Runs it to its end. Its output goes to files, since what it leaves running could keep a pipe open.
Result<Ran> run(const std::vector<std::string>& words, std::string_view input);

struct Started {
  int pid = 0;
  std::uint64_t started = 0;
  sys::Fd pidfd, output;
};
/// Starts it in a session of its own; `passed` become its fds 3, 4 …; output: what it says.
Result<Started> start(const std::vector<std::string>& words, const std::vector<int>& passed);

/// The path of an fd of ours, as another process sees it.
std::string path_of(int fd);

/// A new network namespace with its loopback up, and ports below 1024 free for everybody in it; of that user
/// namespace, -1: of the caller's.
Result<sys::Fd> make_space(int user_space = -1);
/// One that has interfaces of these names, to be taken down in place of one that is gone.
Result<sys::Fd> make_stand_in(const std::vector<std::string>& interfaces);

/// By netavark: fills in what it has made of `record.joined`, of which `names` are set up or taken down.
Result<> netavark_set_up(const Folders& folders, Record& record, const std::vector<std::string>& names,
                         int space, const std::vector<std::string>& dns);
Result<> netavark_tear_down(const Folders& folders, const Record& record,
                            const std::vector<std::string>& names, int space);
/// Its input.
std::string netavark_request(const Record& record, const std::vector<std::string>& names,
                             const std::vector<std::string>& dns);

Result<> pasta_set_up(const Folders& folders, Record& record, int space);
/// The other end of what ends it is put behind `held`.
Result<> slirp_set_up(const Folders& folders, Record& record, int space, std::vector<sys::Fd>& held);
/// Ends pasta or slirp4netns, if it runs.
Result<> end_helper(const Folders& folders, const Record& record);

}  // namespace masu::network
