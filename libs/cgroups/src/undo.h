// SPDX-License-Identifier: Apache-2.0
//
// What an update has overwritten, so that one that fails half-way leaves the container as it was.
#pragma once

#include "masu/base/error.h"
#include "masu/cgroups/root.h"
#include "masu/cgroups/settings.h"

#include <string>
#include <string_view>
#include <vector>

namespace masu::cgroups {

/// What to write to get back from `setting` to the present `content` of its file: the same content, the line
/// of the same device or interface, or for one that has no line there, the value that stands for none.
std::string undo_value(const Setting& setting, std::string_view content);

class UndoLog {
 public:
  struct Entry {
    std::string path;
    std::string value;
  };
  /// The entry for a write to `path` that is about to be made. A file that cannot be read has none to undo;
  /// that it is missing is the writer's to report.
  static Entry before(const Root& root, const std::string& path, const Setting& setting);

  void add(Entry entry) { entries_.push_back(std::move(entry)); }
  /// Writes the old values, the last change first: each state on the way back was once a valid one. What the
  /// kernel refuses now (a limit that is below what is used meanwhile) stays as it is.
  void roll_back(const Root& root) const;

 private:
  std::vector<Entry> entries_;
};

}  // namespace masu::cgroups
