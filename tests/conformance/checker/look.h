// SPDX-License-Identifier: Apache-2.0
//
// What the checker reads of the container: files of procfs, the mount table. A file that cannot be read is
// empty, and the comparison that needed it fails.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace masu::conformance {

std::string read_file(const char* path);
/// To its end, however long that takes.
std::string read_all(int fd);
std::string read_link(const char* path);
/// The value of "Name:\tvalue" in /proc/self/status.
std::string status_field(std::string_view name);
/// Words joined by single spaces, whatever was between them.
std::string squeeze(std::string_view text);

/// A line of /proc/self/mountinfo (proc_pid_mountinfo(5)).
struct MountEntry {
  std::string target;                      // unescaped
  std::vector<std::string_view> options;   // of the mount
  std::vector<std::string_view> optional;  // shared:N, master:N, unbindable
  std::string_view type;
  std::vector<std::string_view> super_options;

  bool has(std::string_view option) const;
  bool has_super(std::string_view option) const;
  bool has_peers(std::string_view kind) const;  // "shared", "master", "unbindable"
};

class MountTable {
 public:
  MountTable();
  MountTable(const MountTable&) = delete;  // the entries point into text_
  MountTable& operator=(const MountTable&) = delete;

  const std::vector<MountEntry>& entries() const { return entries_; }
  /// The uppermost mount on `target`; null if there is none.
  const MountEntry* on(std::string_view target) const;

 private:
  std::string text_;
  std::vector<MountEntry> entries_;
};

}  // namespace masu::conformance
