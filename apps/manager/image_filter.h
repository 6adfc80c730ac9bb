// SPDX-License-Identifier: Apache-2.0
//
// --filter of images and image prune.
#pragma once

#include "masu/base/error.h"
#include "masu/manager/filter.h"
#include "masu/store/store.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace masu::manager {

class ImageFilter {
 public:
  /// dangling=BOOL, reference=PATTERN, before=IMAGE, since=IMAGE, until=TIME, label=KEY[=VALUE], label!=…,
  /// id=ID. Kind::usage for another.
  static Result<ImageFilter> parse(const std::vector<std::string_view>& texts);
  /// `all`: where before and since find their images.
  bool takes(const store::Image& image, const std::vector<store::Image>& all) const;

 private:
  Filters filters_;
  std::optional<std::int64_t> until_;  // nanoseconds since the epoch
};

}  // namespace masu::manager
