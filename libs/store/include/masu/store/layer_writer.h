// SPDX-License-Identifier: Apache-2.0
//
// Writes the entries of a layer's archive below a folder, as a layer of overlayfs. The archive is not
// trusted: a name is resolved with the folder as its root (openat2(2), RESOLVE_IN_ROOT |
// RESOLVE_NO_MAGICLINKS), its last part is never followed, and whatever stands in its place is removed first.
// Deletions become what overlayfs knows: a character device 0:0 for ".wh.NAME", an attribute for
// ".wh..wh..opq" (image-spec, layer.md). They are of lower layers alone, wherever they stand in the archive:
// what this layer has under the name stays, a folder as an opaque one.
#pragma once

#include "masu/base/error.h"
#include "masu/sys/fd.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace masu::store {

struct Entry {
  enum class Type : std::uint8_t { file, folder, symlink, hardlink, character, block, fifo, socket };
  std::string path;  ///< as it stands in the archive
  Type type = Type::file;
  unsigned mode = 0644;
  std::uint32_t uid = 0, gid = 0;
  std::int64_t mtime = 0;
  std::int64_t mtime_ns = 0;
  std::uint64_t size = 0;  ///< of a file; what is not written is a hole
  std::string target;      ///< of links
  std::uint32_t major = 0, minor = 0;
  std::vector<std::pair<std::string, std::string>> xattrs;
};

class LayerWriter {
 public:
  /// `in_user_namespace`: overlayfs is mounted in a user namespace and reads user.overlay.* (overlayfs.rst,
  /// "userxattr"); what the kernel refuses there, devices, file capabilities and owners that the namespace
  /// does not have, is left out.
  LayerWriter(int folder, bool in_user_namespace) : folder_(folder), in_user_namespace_(in_user_namespace) {}

  /// For a folder that is no layer, but in use: ".wh." means nothing, a folder that is there stays as it is,
  /// and none takes a file's place, nor a file a folder's, unless `overwrite`.
  struct Plain {
    bool overwrite = false;
  };
  LayerWriter(int folder, Plain plain)
      : folder_(folder), in_user_namespace_(false), plain_(true), overwrite_(plain.overwrite) {}

  /// The layers below, the next one first: a hard link to a file that is there becomes a copy of it.
  void look_into(std::vector<sys::Fd> below) {
    below_ = std::move(below);
    looks_below_ = true;
  }

  /// Makes the entry. What follows for a file that takes content are write() and end_file().
  Result<> begin(const Entry& entry);
  bool takes_content() const { return file_.valid(); }
  Result<> write(std::string_view bytes, std::uint64_t offset);
  Result<> end_file();
  /// After the last entry: folders get their times, which their content has changed.
  Result<> finish();

  std::uint64_t entries() const { return entries_; }
  /// Whether begin() failed because the layers below were not given.
  bool needs_below() const { return needs_below_; }
  const std::vector<std::string>& left_out() const { return left_out_; }

 private:
  struct Place {
    int parent = -1;
    std::string name;
  };
  Result<int> open_parent(const std::string& path);
  Result<bool> undelete(const std::string& path);
  template <class Make>
  Result<int> make_anew(const Place& place, const Entry& entry, const Make& make);
  Result<> check_place(const Place& place, const Entry& entry) const;
  Result<> make_entry(const Place& place, const Entry& entry);
  Result<> make_folder(const Place& place, const Entry& entry);
  Result<> make_file(const Place& place, const Entry& entry);
  Result<> make_hard_link(const Place& place, const Entry& entry);
  Result<> copy_from_below(const Place& place, const Entry& entry, const std::string& target);
  Result<> make_node(const Place& place, const Entry& entry);
  Result<> white_out(const Place& place, std::string_view name);
  Result<> make_opaque(int parent, const char* name) const;
  Result<> set_attributes(const Place& place, const Entry& entry);
  Result<> check_owner(long result, const Entry& entry);
  Result<> set_xattrs(const std::string& proc_path, const Entry& entry);

  int folder_;
  bool in_user_namespace_;
  bool plain_ = false, overwrite_ = false;
  std::string parent_path_ = "/";  // of parent_: archives are sorted, so it is mostly the one before
  sys::Fd parent_;
  sys::Fd file_;
  std::uint64_t written_ = 0;
  Entry current_;
  std::uint64_t entries_ = 0;
  struct Folder {
    std::string path;
    std::int64_t mtime, mtime_ns;
  };
  std::vector<Folder> folders_;
  std::vector<std::string> left_out_;
  std::vector<sys::Fd> below_;
  bool looks_below_ = false, needs_below_ = false;
};

/// The path without leading slashes, single dots and double slashes; Kind::invalid_spec for "..", NUL, and
/// what is too long for Linux. "" is the folder itself.
Result<std::string> clean_path(std::string_view path);

}  // namespace masu::store
