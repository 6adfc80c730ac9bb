// SPDX-License-Identifier: Apache-2.0
#include "masu/store/read_tree.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/store/walk.h"
#include "masu/sys/raw.h"

#include <array>
#include <cerrno>
#include <climits>
#include <map>
#include <optional>
#include <utility>

#include <sys/sysmacros.h>
#include <unistd.h>

namespace masu::store {
namespace {

namespace raw = sys::raw;

constexpr std::size_t kPiece = 65536;
constexpr unsigned kModeBits = 07777;

// Labels are the host's, ACLs are in the mode or not at all, and overlayfs has marks of its own.
bool is_read(std::string_view name) {
  return (name.starts_with("user.") && !name.starts_with("user.overlay.")) || name == "security.capability";
}

std::optional<std::string> get_xattr(const std::string& path, const char* name) {
  std::array<char, kPiece> value;  // NOLINT(cppcoreguidelines-pro-type-member-init): getxattr(2) fills it
  const long size = raw::call(SYS_getxattr, path.c_str(), name, value.data(), value.size());
  if (size < 0) return std::nullopt;
  return std::string(value.data(), static_cast<std::size_t>(size));
}

void read_xattrs(const std::string& path, Entry& out) {
  std::array<char, kPiece> names;  // NOLINT(cppcoreguidelines-pro-type-member-init): listxattr(2) fills it
  const long size = raw::call(SYS_listxattr, path.c_str(), names.data(), names.size());
  if (size <= 0) return;
  for (const std::string_view name :
       text::split(std::string_view(names.data(), static_cast<std::size_t>(size)), '\0'))
    if (!name.empty() && is_read(name))
      if (auto value = get_xattr(path, std::string(name).c_str()))
        out.xattrs.emplace_back(name, *std::move(value));
}

std::optional<Entry::Type> type_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return Entry::Type::file;
    case S_IFDIR:
      return Entry::Type::folder;
    case S_IFLNK:
      return Entry::Type::symlink;
    case S_IFCHR:
      return Entry::Type::character;
    case S_IFBLK:
      return Entry::Type::block;
    case S_IFIFO:
      return Entry::Type::fifo;
    default:
      return std::nullopt;
  }
}

Entry describe(const struct stat& status, std::string path, Entry::Type type) {
  Entry out;
  out.path = std::move(path);
  out.type = type;
  out.mode = status.st_mode & kModeBits;
  out.uid = status.st_uid;
  out.gid = status.st_gid;
  out.mtime = status.st_mtim.tv_sec;
  out.mtime_ns = status.st_mtim.tv_nsec;
  if (type == Entry::Type::file) out.size = static_cast<std::uint64_t>(status.st_size);
  out.major = major(status.st_rdev);
  out.minor = minor(status.st_rdev);
  return out;
}

// As much as was said that there is; a file that has become shorter meanwhile ends in zeros.
Result<> send_content(int file, std::uint64_t size, const EntrySink& sink) {
  std::array<char, kPiece> bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init): pread(2) fills it
  for (std::uint64_t at = 0; at < size;) {
    const long data = raw::call(SYS_lseek, file, at, SEEK_DATA);
    if (data == -ENXIO) return {};  // a hole to the end
    if (data > 0) at = static_cast<std::uint64_t>(data);
    if (at >= size) return {};
    const long got =
        raw::call(SYS_pread64, file, bytes.data(), std::min<std::uint64_t>(bytes.size(), size - at), at);
    if (got == -EINTR) continue;
    if (got < 0) return fail(Error::sys(static_cast<int>(-got), "read"));
    if (got == 0) return {};
    TRY(sink.write({bytes.data(), static_cast<std::size_t>(got)}, at));
    at += static_cast<std::uint64_t>(got);
  }
  return {};
}

Result<> send_object(int parent, const char* name, Entry entry, const EntrySink& sink) {
  if (entry.type == Entry::Type::symlink) {
    std::array<char, PATH_MAX> target{};
    const long size = raw::readlinkat(parent, name, target.data(), target.size());
    if (size < 0) return fail(Error::sys(static_cast<int>(-size), cat("read the link ", quote(entry.path))));
    entry.target.assign(target.data(), static_cast<std::size_t>(size));
    return sink.begin(entry);
  }
  const bool file = entry.type == Entry::Type::file;
  const sys::Fd object =
      TRY(sys::open_at(parent, name, (file ? O_RDONLY | O_NONBLOCK : O_PATH) | O_NOFOLLOW));
  read_xattrs(cat("/proc/self/fd/", object.get()), entry);
  TRY(sink.begin(entry));
  return file ? send_content(object.get(), entry.size, sink) : Result<>();
}

class TreeReader {
 public:
  TreeReader(const ReadOptions& options, const EntrySink& sink) : options_(options), sink_(sink) {}

  Result<> run(int folder) {
    (void)raw::mount_id(folder, &mount_);
    struct stat status{};
    if (raw::fstat(folder, &status) == 0) device_ = status.st_dev;
    return walk(folder, options_.one_file_system, [this](const Found& found) { return visit(found); });
  }

 private:
  Result<Walk> visit(const Found& found) {
    if (options_.left_out && options_.left_out(found.path)) return Walk::past;
    const std::string path = options_.prefix + found.path;
    if (options_.as_layer && is_whiteout(found)) {
      TRY(sink_.begin(white_out(path, found.status)));
      return Walk::past;
    }
    const auto type = type_of(found.status.st_mode);
    if (!type) return Walk::past;  // a socket belongs to a process
    if (options_.as_layer && (has_mark(found, "redirect") || has_mark(found, "metacopy")))
      return fail(Error::make(Kind::unsupported,
                              cat(quote(path),
                                  " has its content elsewhere, by overlayfs's redirect_dir or metacopy, "
                                  "and so is no part of a layer"))
                      .hint("copy it within the container, and remove this one"));
    Entry entry = describe(found.status, path, *type);
    if (is_mounted(found)) {
      entry.size = 0;
      TRY(sink_.begin(entry));
      return Walk::past;
    }
    if (*type != Entry::Type::folder && found.status.st_nlink > 1) {
      const auto [first, fresh] = links_.try_emplace({found.status.st_dev, found.status.st_ino}, path);
      if (!fresh) {
        entry.type = Entry::Type::hardlink;
        entry.size = 0;
        entry.target = first->second;
        TRY(sink_.begin(entry));
        return Walk::on;
      }
    }
    auto sent = send_object(found.parent, found.name, std::move(entry), sink_);
    if (!sent && sent.error().err() == ENOENT) return Walk::past;  // it has gone meanwhile
    TRY(std::move(sent));
    if (options_.as_layer && *type == Entry::Type::folder && is_opaque(found))
      TRY(sink_.begin(white_out(path + "/.wh..wh..opq", found.status, true)));
    return Walk::on;
  }

  // Another device is not enough: overlayfs may show that of the file below.
  bool is_mounted(const Found& found) const {
    if (!options_.one_file_system || found.status.st_dev == device_) return false;
    const sys::Fd object(raw::openat(found.parent, found.name, O_PATH | O_NOFOLLOW));
    std::uint64_t mount = 0;
    return object.valid() && raw::mount_id(object.get(), &mount) == 0 && mount != mount_;
  }

  static bool has_mark(const Found& found, const char* mark) {
    const sys::Fd object(raw::openat(found.parent, found.name, O_PATH | O_NOFOLLOW));
    const std::string path = cat("/proc/self/fd/", object.get());
    return object.valid() && (get_xattr(path, cat("trusted.overlay.", mark).c_str()) ||
                              get_xattr(path, cat("user.overlay.", mark).c_str()));
  }
  static bool is_whiteout(const Found& found) {
    if (S_ISCHR(found.status.st_mode)) return found.status.st_rdev == makedev(0, 0);
    return S_ISREG(found.status.st_mode) && found.status.st_size == 0 && has_mark(found, "whiteout");
  }
  static bool is_opaque(const Found& found) { return has_mark(found, "opaque"); }

  static Entry white_out(const std::string& path, const struct stat& status, bool whole = false) {
    Entry out = describe(status, path, Entry::Type::file);
    const auto slash = path.rfind('/') + 1;  // npos + 1 is 0
    if (!whole) out.path = cat(path.substr(0, slash), ".wh.", path.substr(slash));
    out.mode = 0;
    out.size = 0;
    return out;
  }

  const ReadOptions& options_;
  const EntrySink& sink_;
  std::uint64_t mount_ = 0;
  dev_t device_ = 0;
  std::map<std::pair<dev_t, ino_t>, std::string> links_;
};

}  // namespace

Result<> read_tree(int folder, const ReadOptions& options, const EntrySink& sink) {
  return TreeReader(options, sink).run(folder);
}

Result<> read_object(int parent, const char* name, const std::string& path, const EntrySink& sink) {
  struct stat status{};
  if (const int failed = raw::fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW); failed < 0)
    return fail(Error::sys(-failed, cat("look at ", quote(path))));
  const auto type = type_of(status.st_mode);
  if (!type)
    return fail(Error::make(Kind::invalid_state, cat(quote(path), " is a socket, which cannot be copied")));
  return send_object(parent, name, describe(status, path, *type), sink);
}

Result<> read_opened(int file, const std::string& path, const EntrySink& sink) {
  struct stat status{};
  if (const int failed = raw::fstat(file, &status); failed < 0)
    return fail(Error::sys(-failed, cat("look at ", quote(path))));
  if (!S_ISREG(status.st_mode))
    return fail(Error::make(Kind::invalid_state, cat(quote(path), " is no file")));
  Entry entry = describe(status, path, Entry::Type::file);
  read_xattrs(cat("/proc/self/fd/", file), entry);
  TRY(sink.begin(entry));
  return send_content(file, entry.size, sink);
}

}  // namespace masu::store
