// SPDX-License-Identifier: Apache-2.0
//
// Machine code on disk, by key. A container must not get to write here: who can, can make others run it.
#pragma once

#include "masu/base/error.h"
#include "masu/sys/fd.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace masu::wasm {

class Cache {
 public:
  /// The first of these folders that is ours alone or can be made so (0700); their parents too are made.
  /// Nothing if there is none: then nothing is kept.
  static std::optional<Cache> open(const std::vector<std::string>& folders);

  /// What was stored under this key; nothing if it is not there, or is not a file of ours.
  std::optional<std::string> find(const std::string& key) const;
  /// On the disk for good before it can be found. What has not been used for longest goes, once there is more
  /// than `limit` bytes.
  Result<> store(const std::string& key, std::string_view code, std::uint64_t limit = kLimit) const;

 private:
  static constexpr std::uint64_t kLimit = std::uint64_t{1} << 30;
  explicit Cache(sys::Fd folder) : folder_(std::move(folder)) {}
  void make_room(std::uint64_t limit) const;
  sys::Fd folder_;
};

}  // namespace masu::wasm
