// SPDX-License-Identifier: Apache-2.0
#include "masu/store/layer_writer.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/store/copy.h"
#include "masu/store/tree.h"
#include "masu/sys/path.h"
#include "masu/sys/raw.h"

#include <array>
#include <cerrno>
#include <climits>
#include <optional>

#include <linux/xattr.h>
#include <sys/sysmacros.h>

namespace masu::store {
namespace {

namespace raw = sys::raw;

constexpr std::string_view kWhiteout = ".wh.";
constexpr std::string_view kOpaque = ".wh..wh..opq";
constexpr std::string_view kAufs = ".wh..wh.";  // .wh..wh.plnk and the like: a file system of old
constexpr unsigned kModeBits = 07777;

Result<> check(long result, const char* what, std::string_view path) {
  if (result < 0) return fail(Error::sys(static_cast<int>(-result), cat(what, " ", quote(path))));
  return {};
}

std::string proc_path(int fd) { return cat("/proc/self/fd/", fd); }

long set_xattr(const std::string& path, const std::string& name, std::string_view value) {
  return raw::call(SYS_setxattr, path.c_str(), name.c_str(), value.data(), value.size(), 0);
}

Error refused(std::string_view path, std::string_view why) {
  return Error::make(Kind::invalid_spec, cat("the layer's entry ", quote(path), " ", why));
}

// What the image must not set: overlayfs would take it for its own, and labels are the host's.
bool is_ours(std::string_view xattr) {
  return xattr.starts_with("trusted.") || xattr.starts_with("user.overlay.") ||
         xattr.starts_with("security.selinux") || xattr.starts_with("security.ima") ||
         xattr.starts_with("security.evm");
}

enum class Marked { no, ignored, wrong };

// A deletion is the last part of a name, and nothing can be in it; but for what aufs has left behind.
Marked is_in_a_deletion(std::string_view folder) {
  Marked out = Marked::no;
  for (const std::string_view part : text::split(folder, '/')) {
    if (part.starts_with(kAufs)) return Marked::ignored;
    if (part.starts_with(kWhiteout)) out = Marked::wrong;
  }
  return out;
}

// What a path means in the layers below, as overlayfs shows them.
struct Below {
  sys::Fd folder;
  struct stat status{};
};
enum class Look { found, missing, hidden };  // hidden: and no lower layer counts any more

Result<Look> look_into_layer(int layer, const std::string& path, Below& out) {
  bool hides = is_opaque(layer, ".");
  out.folder = TRY(sys::open_at(layer, ".", O_PATH | O_DIRECTORY));
  const auto parts = text::split(path, '/');
  for (std::size_t i = 0;; ++i) {
    const std::string name(parts[i]);
    const int found = raw::fstatat(out.folder.get(), name.c_str(), &out.status, AT_SYMLINK_NOFOLLOW);
    if (found == -ENOENT) return hides ? Look::hidden : Look::missing;
    TRY(check(found, "look at", path));
    if (is_whiteout(out.status)) return Look::hidden;
    if (i + 1 == parts.size()) return Look::found;
    if (!S_ISDIR(out.status.st_mode)) return Look::hidden;
    hides = hides || is_opaque(out.folder.get(), name);
    out.folder = TRY(sys::open_at(out.folder.get(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW));
  }
}

Result<std::optional<Below>> find_below(const std::vector<sys::Fd>& layers, const std::string& path) {
  for (const sys::Fd& layer : layers) {
    Below out;
    switch (TRY(look_into_layer(layer.get(), path, out))) {
      case Look::found:
        return out;
      case Look::hidden:
        return std::nullopt;
      case Look::missing:
        break;
    }
  }
  return std::nullopt;
}

}  // namespace

Result<std::string> clean_path(std::string_view path) {
  if (path.find('\0') != std::string_view::npos) return fail(refused(path, "has a NUL in its name"));
  std::string out;
  for (const std::string_view part : text::split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") return fail(refused(path, "has .. in its name"));
    if (part.size() > NAME_MAX) return fail(refused(path, "has a name longer than 255 bytes"));
    if (!out.empty()) out += '/';
    out += part;
  }
  if (out.size() >= PATH_MAX) return fail(refused(path, "has a path longer than 4095 bytes"));
  return out;
}

Result<int> LayerWriter::open_parent(const std::string& path) {
  if (parent_.valid() && parent_path_ == path) return parent_.get();
  const char* name = path.empty() ? "." : path.c_str();
  int opened = sys::open_in_root(folder_, name, O_PATH | O_DIRECTORY);
  if (opened == -ENOENT) opened = sys::make_in_root(folder_, name, sys::MakeKind::directory);
  if (opened == -ENOTDIR && !plain_ && TRY(undelete(path)))
    opened = sys::make_in_root(folder_, name, sys::MakeKind::directory);
  if (opened == -ENOTDIR) return fail(refused(path, "is a file, and the parent of another entry"));
  TRY(check(opened, "open", path));
  parent_ = sys::Fd(opened);
  parent_path_ = path;
  return opened;
}

// A folder that was deleted, and is the parent of another entry now, is a new one.
Result<bool> LayerWriter::undelete(const std::string& path) {
  for (auto end = path.find('/');; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    const auto slash = part.rfind('/');
    const sys::Fd parent(sys::open_in_root(
        folder_, slash == std::string::npos ? "." : part.substr(0, slash).c_str(), O_PATH | O_DIRECTORY));
    const std::string name = part.substr(slash + 1);
    struct stat status{};
    if (!parent.valid() || raw::fstatat(parent.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0)
      return false;
    if (is_whiteout(status)) {
      TRY(check(raw::unlinkat(parent.get(), name.c_str(), 0), "replace", part));
      TRY(check(raw::mkdirat(parent.get(), name.c_str(), 0755), "make", part));
      TRY(make_opaque(parent.get(), name.c_str()));
      return true;
    }
    if (end == std::string::npos) return false;
  }
}

Result<> LayerWriter::begin(const Entry& entry) {
  TRY(end_file());
  ++entries_;
  const std::string path = TRY(clean_path(entry.path));
  if (path.empty() && plain_) return {};
  if (path.empty()) {  // the root itself
    if (entry.type != Entry::Type::folder) return fail(refused(entry.path, "takes the place of the root"));
    folders_.push_back({".", entry.mtime, entry.mtime_ns});
    parent_path_ = "/";
    return set_attributes({folder_, "."}, entry);
  }
  const auto slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : path.substr(0, slash);
  const Marked marked = plain_ ? Marked::no : is_in_a_deletion(folder);
  if (marked == Marked::wrong) return fail(refused(entry.path, "is in what is deleted"));
  if (marked == Marked::ignored) return {};
  Place place{TRY(open_parent(folder)), path.substr(slash + 1)};
  if (plain_)
    TRY(check_place(place, entry));
  else if (place.name.starts_with(kWhiteout))
    return white_out(place, place.name);
  current_ = entry;
  current_.path = path;
  return make_entry(place, current_);
}

Result<> LayerWriter::check_place(const Place& place, const Entry& entry) const {
  struct stat status{};
  if (overwrite_ || raw::fstatat(place.parent, place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0)
    return {};
  const bool folder = entry.type == Entry::Type::folder;
  if (folder == S_ISDIR(status.st_mode)) return {};
  return fail(Error::make(Kind::invalid_state,
                          cat(quote(entry.path), folder ? " is a folder, and would replace what is none"
                                                        : " would replace a folder"))
                  .hint("--overwrite replaces it all the same"));
}

// Of two entries with one name the later counts. What was removed may have been, by a link, a parent that is
// held open.
template <class Make>
Result<int> LayerWriter::make_anew(const Place& place, const Entry& entry, const Make& make) {
  int made = make();
  if (made == -EEXIST) {
    TRY_IN(remove_tree(place.parent, place.name.c_str()), cat("replace ", quote(entry.path)));
    parent_path_ = "/";
    made = make();
  }
  TRY(check(made, "make", entry.path));
  return made;
}

Result<> LayerWriter::make_entry(const Place& place, const Entry& entry) {
  switch (entry.type) {
    case Entry::Type::folder:
      return make_folder(place, entry);
    case Entry::Type::hardlink:
      return make_hard_link(place, entry);
    case Entry::Type::socket:  // belongs to a process that is not there
      left_out_.push_back(entry.path);
      return {};
    default:
      break;
  }
  if (entry.type == Entry::Type::file) return make_file(place, entry);
  if (entry.type != Entry::Type::symlink) return make_node(place, entry);
  if (entry.target.empty() || entry.target.size() >= PATH_MAX || entry.target.find('\0') != std::string::npos)
    return fail(refused(entry.path, "is a symbolic link to nothing that can be"));
  TRY(make_anew(place, entry,
                [&] { return raw::symlinkat(entry.target.c_str(), place.parent, place.name.c_str()); }));
  return set_attributes(place, entry);
}

Result<> LayerWriter::make_folder(const Place& place, const Entry& entry) {
  struct stat status{};
  bool there = false, deleted = false;
  TRY(make_anew(place, entry, [&] {
    const int made = raw::mkdirat(place.parent, place.name.c_str(), 0700);
    if (made != -EEXIST || raw::fstatat(place.parent, place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0)
      return made;
    there = S_ISDIR(status.st_mode);
    deleted = is_whiteout(status);
    return there ? 0 : made;
  }));
  if (plain_ && there) return {};
  if (deleted && !plain_) TRY(make_opaque(place.parent, place.name.c_str()));
  folders_.push_back({entry.path, entry.mtime, entry.mtime_ns});
  return set_attributes(place, entry);
}

Result<> LayerWriter::make_file(const Place& place, const Entry& entry) {
  file_ = sys::Fd(TRY(make_anew(place, entry, [&] {
    return raw::openat(place.parent, place.name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
  })));
  written_ = 0;
  return {};
}

// The target is named from the archive's root; its last part is linked as it is, never followed.
Result<> LayerWriter::make_hard_link(const Place& place, const Entry& entry) {
  const std::string target = TRY(clean_path(entry.target));
  const auto slash = target.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : target.substr(0, slash);
  const std::string name = slash == std::string::npos ? target : target.substr(slash + 1);
  if (target == entry.path) return {};
  if (target.empty()) return fail(refused(entry.path, "is a link to the root"));
  const sys::Fd from(sys::open_in_root(folder_, folder.c_str(), O_PATH | O_DIRECTORY));
  struct stat status{};
  const int found =
      from.valid() ? raw::fstatat(from.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) : -ENOENT;
  if (found == -ENOENT) return copy_from_below(place, entry, target);
  TRY(check(found, "look at", entry.target));
  if (!plain_ && is_whiteout(status)) return fail(refused(entry.path, "is a link to what is deleted"));
  if (S_ISDIR(status.st_mode)) return fail(refused(entry.path, "is a link to a folder"));
  TRY(make_anew(place, entry,
                [&] { return raw::linkat(from.get(), name.c_str(), place.parent, place.name.c_str(), 0); }));
  return {};
}

// A file of another layer cannot be linked itself: its attributes are that layer's.
Result<> LayerWriter::copy_from_below(const Place& place, const Entry& entry, const std::string& target) {
  needs_below_ = !plain_ && !looks_below_;
  if (plain_ || needs_below_)
    return fail(
        refused(entry.path, cat("is a link to ", quote(entry.target), ", which the layer does not have")));
  const auto found = TRY(find_below(below_, target));
  if (!found)
    return fail(refused(entry.path, cat("is a link to ", quote(entry.target),
                                        ", which neither the layer nor those below have")));
  if (S_ISDIR(found->status.st_mode)) return fail(refused(entry.path, "is a link to a folder"));
  TRY_IN(remove_tree(place.parent, place.name.c_str()), cat("replace ", quote(entry.path)));
  parent_path_ = "/";
  const auto slash = target.rfind('/');
  TRY_IN(copy_object(found->folder.get(), target.substr(slash + 1), found->status, place.parent, place.name),
         cat("make ", quote(entry.path)));
  return {};
}

Result<> LayerWriter::make_node(const Place& place, const Entry& entry) {
  const unsigned kind = entry.type == Entry::Type::character ? S_IFCHR
                        : entry.type == Entry::Type::block   ? S_IFBLK
                                                             : S_IFIFO;
  const dev_t device = kind == S_IFIFO ? 0 : makedev(entry.major, entry.minor);
  if (kind == S_IFCHR && device == 0 && !plain_)
    return fail(refused(entry.path, "is the device 0:0, which deletes a file"));
  if (in_user_namespace_ && kind != S_IFIFO) {  // mknod(2) is for the initial one alone
    left_out_.push_back(entry.path);
    return {};
  }
  TRY(make_anew(place, entry,
                [&] { return raw::mknodat(place.parent, place.name.c_str(), kind | 0600, device); }));
  return set_attributes(place, entry);
}

Result<> LayerWriter::white_out(const Place& place, std::string_view name) {
  if (name == kOpaque) return make_opaque(place.parent, ".");
  if (name.starts_with(kAufs)) return {};
  const std::string hidden(name.substr(kWhiteout.size()));
  if (hidden.empty() || hidden == "." || hidden == "..") return fail(refused(name, "deletes nothing"));
  const int made = raw::mknodat(place.parent, hidden.c_str(), S_IFCHR, 0);
  if (made != -EEXIST) return check(made, "delete", hidden);
  struct stat status{};
  TRY(check(raw::fstatat(place.parent, hidden.c_str(), &status, AT_SYMLINK_NOFOLLOW), "look at", hidden));
  return S_ISDIR(status.st_mode) ? make_opaque(place.parent, hidden.c_str()) : Result<>();
}

Result<> LayerWriter::make_opaque(int parent, const char* name) const {
  const sys::Fd folder = TRY(sys::open_at(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  const std::string xattr = in_user_namespace_ ? "user.overlay.opaque" : "trusted.overlay.opaque";
  return check(set_xattr(proc_path(folder.get()), xattr, "y"), "make opaque", name);
}

Result<> LayerWriter::set_xattrs(const std::string& path, const Entry& entry) {
  for (const auto& [name, value] : entry.xattrs) {
    if (is_ours(name)) continue;
    const long set = set_xattr(path, name, value);
    // user.* is for files and folders alone; capabilities of a file need those of its user namespace.
    if (set == -EPERM || set == -EOPNOTSUPP) {
      left_out_.push_back(cat(entry.path, " (", name, ")"));
      continue;
    }
    TRY(check(set, "set attribute of", entry.path));
  }
  return {};
}

// A user with no id but his own has all files: the owner is one that his user namespace does not have.
Result<> LayerWriter::check_owner(long result, const Entry& entry) {
  if (result != -EINVAL || !in_user_namespace_) return check(result, "change owner of", entry.path);
  left_out_.push_back(cat(entry.path, " (owner ", entry.uid, ":", entry.gid, ")"));
  return {};
}

// The owner first: chown(2) clears the bits that chmod(2) sets, and a file's capabilities.
Result<> LayerWriter::set_attributes(const Place& place, const Entry& entry) {
  const char* name = place.name.c_str();
  const bool link = entry.type == Entry::Type::symlink;
  TRY(check_owner(raw::fchownat(place.parent, name, entry.uid, entry.gid, AT_SYMLINK_NOFOLLOW), entry));
  // By an O_PATH fd and its name in /proc, which leads to this very object.
  const sys::Fd object = TRY(sys::open_at(place.parent, name, O_PATH | O_NOFOLLOW));
  const std::string path = proc_path(object.get());
  if (!link) {
    TRY(check(raw::call(SYS_fchmodat, AT_FDCWD, path.c_str(), entry.mode & kModeBits), "change mode of",
              entry.path));
    TRY(set_xattrs(path, entry));
  }
  const std::array<timespec, 2> times = {timespec{.tv_sec = entry.mtime, .tv_nsec = entry.mtime_ns},
                                         timespec{.tv_sec = entry.mtime, .tv_nsec = entry.mtime_ns}};
  return check(raw::call(SYS_utimensat, place.parent, name, times.data(), AT_SYMLINK_NOFOLLOW),
               "set times of", entry.path);
}

Result<> LayerWriter::write(std::string_view bytes, std::uint64_t offset) {
  if (!file_.valid()) return fail(Error::make(Kind::internal, "content for what is no file"));
  while (!bytes.empty()) {
    const long written = raw::call(SYS_pwrite64, file_.get(), bytes.data(), bytes.size(), offset);
    if (written == -EINTR) continue;
    TRY(check(written, "write", current_.path));
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
    written_ = offset;
  }
  return {};
}

Result<> LayerWriter::end_file() {
  if (!file_.valid()) return {};
  const sys::Fd file = std::move(file_);
  const Entry& entry = current_;
  if (written_ < entry.size)
    TRY(check(raw::call(SYS_ftruncate, file.get(), entry.size), "extend", entry.path));
  TRY(check_owner(raw::fchown(file.get(), entry.uid, entry.gid), entry));
  TRY(check(raw::fchmod(file.get(), entry.mode & kModeBits), "change mode of", entry.path));
  if (!entry.xattrs.empty()) TRY(set_xattrs(proc_path(file.get()), entry));
  const std::array<timespec, 2> times = {timespec{.tv_sec = entry.mtime, .tv_nsec = entry.mtime_ns},
                                         timespec{.tv_sec = entry.mtime, .tv_nsec = entry.mtime_ns}};
  return check(raw::call(SYS_utimensat, file.get(), nullptr, times.data(), 0), "set times of", entry.path);
}

Result<> LayerWriter::finish() {
  TRY(end_file());
  for (auto folder = folders_.rbegin(); folder != folders_.rend(); ++folder) {
    const sys::Fd opened(
        sys::open_in_root(folder_, folder->path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    if (!opened.valid()) continue;  // a later entry took its place
    const std::array<timespec, 2> times = {timespec{.tv_sec = folder->mtime, .tv_nsec = folder->mtime_ns},
                                           timespec{.tv_sec = folder->mtime, .tv_nsec = folder->mtime_ns}};
    TRY(check(raw::call(SYS_utimensat, opened.get(), nullptr, times.data(), 0), "set times of",
              folder->path));
  }
  return {};
}

}  // namespace masu::store
