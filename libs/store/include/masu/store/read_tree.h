// SPDX-License-Identifier: Apache-2.0
//
// The opposite of LayerWriter: folders as the entries of an archive.
#pragma once

#include "masu/base/error.h"
#include "masu/store/layer_writer.h"

#include <functional>
#include <string>
#include <string_view>

namespace masu::store {

/// Takes entries, and after each file its bytes; holes are left out.
struct EntrySink {
  std::function<Result<>(const Entry& entry)> begin;
  std::function<Result<>(std::string_view bytes, std::uint64_t offset)> write;
};

struct ReadOptions {
  std::string prefix;            ///< before each path: "folder/"
  bool one_file_system = false;  ///< of what is mounted in it, the mount points alone, empty
  bool as_layer = false;         ///< the folder is an upper one of overlayfs: deletions become ".wh." entries
  std::function<bool(const std::string& path)> left_out;  ///< paths that are not read; null: none
};

/// All that is below the folder, in the order of names. Sockets are left out; of a file with several names
/// the others are hard links.
Result<> read_tree(int folder, const ReadOptions& options, const EntrySink& sink);

/// One object, called `path`: a folder without what is in it.
Result<> read_object(int parent, const char* name, const std::string& path, const EntrySink& sink);

/// A file that is open for reading.
Result<> read_opened(int file, const std::string& path, const EntrySink& sink);

}  // namespace masu::store
