// SPDX-License-Identifier: Apache-2.0
//
// What is told while blobs come and go. Called from any thread.
#pragma once

#include "masu/image/document.h"

#include <cstdint>
#include <functional>
#include <string_view>

namespace masu::transfer {

struct Progress {
  enum class Step { moving, done, already };
  Step step = Step::moving;
  const image::Descriptor& what;
  std::uint64_t bytes = 0;  ///< of what.size, so far
};

struct Reporter {
  std::function<void(std::string_view)> line;     ///< what is begun; may be empty
  std::function<void(const Progress&)> progress;  ///< of a layer; may be empty

  void say(std::string_view text) const {
    if (line) line(text);
  }
  void tell(const Progress& what) const {
    if (progress) progress(what);
  }
};

}  // namespace masu::transfer
