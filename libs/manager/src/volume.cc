// SPDX-License-Identifier: Apache-2.0
#include "masu/manager/volume.h"

#include "masu/base/scope_exit.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/json/writer.h"
#include "masu/manager/user_namespace.h"
#include "masu/store/tree.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <linux/fs.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

namespace masu::manager {
namespace {

namespace raw = sys::raw;

constexpr const char* kRecord = "volume.json";
constexpr const char* kData = "_data";
constexpr const char* kFresh = "fresh";
constexpr std::string_view kUnfinished = ".new-";
constexpr std::string_view kGone = ".gone-";

std::string volumes_folder(const Place& place) { return place.root + "/volumes"; }
std::string folder_of(const Place& place, std::string_view name) {
  return cat(volumes_folder(place), "/", name);
}

Error missing(std::string_view name) {
  return Error::make(Kind::not_found, cat("no such volume: ", name)).hint("masu volume ls lists them");
}

std::string to_json(const Volume& volume) {
  std::string text;
  json::Writer out(text, json::Layout::spaces);
  out.begin_object().member("name", volume.name).member("created", volume.created);
  out.member("anonymous", volume.anonymous);
  for (const auto& [key, map] : {std::pair{"labels", &volume.labels}, {"options", &volume.options}}) {
    out.key(key).begin_object();
    for (const auto& [name, value] : *map) out.member(name, value);
    out.end_object();
  }
  out.end_object();
  return text + "\n";
}

Result<Volume> load_volume(const Place& place, const std::string& name) {
  const std::string path = cat(folder_of(place, name), "/", kRecord);
  const auto text = sys::read_file(path);
  if (!text && text.error().err() == ENOENT) return fail(missing(name));
  if (!text) return fail(Error::sys(text.error().err(), cat("read ", quote(path))));
  const json::Document document =
      TRY_IN(json::Document::parse(*text), cat("the record of volume ", name, " is damaged"));
  const json::Reader in(document);
  Volume out;
  TRY(in.require("name", out.name));
  TRY(in.optional("created", out.created));
  TRY(in.optional("anonymous", out.anonymous));
  TRY(in.optional("labels", out.labels));
  TRY(in.optional("options", out.options));
  return out;
}

long lock_folder(int fd, int how) {
  long locked = 0;
  do locked = raw::call(SYS_flock, fd, how);
  while (locked == -EINTR);
  return locked;
}

// By a rename it is gone at once; what follows may be cut off.
Result<> take_away(const Place& place, const std::string& name) {
  TRY(enter_user_namespace());  // where what containers have written is ours to remove
  const std::string gone = folder_of(place, cat(kGone, TRY(store::random_hex(8))));
  if (const int renamed = raw::renameat(AT_FDCWD, folder_of(place, name).c_str(), AT_FDCWD, gone.c_str());
      renamed < 0)
    return fail(Error::sys(-renamed, cat("remove volume ", name)));
  return store::remove_tree(AT_FDCWD, gone.c_str());
}

bool has_volume(const Request& container, std::string_view name) {
  return std::ranges::any_of(container.mounts, [name](const Mount& mount) {
    return mount.type == "volume" && mount.source == name;
  });
}

}  // namespace

std::string volume_data(const Place& place, std::string_view name) {
  return cat(folder_of(place, name), "/", kData);
}

Result<> check_volume_name(std::string_view name) {
  if (check_name(name)) return {};
  return fail(Error::make(Kind::usage, cat("invalid volume name ", quote(name),
                                           ": letters, digits and _ . - behind the first, 128 at most"))
                  .hint("a folder of the host is given by a path that begins with / or ."));
}

Result<> check_volume_options(const std::map<std::string, std::string>& options) {
  for (const auto& [name, value] : options)
    if (name != "type" && name != "device" && name != "o")
      return fail(Error::make(Kind::usage, cat("the local driver has no option ", quote(name)))
                      .hint("it knows type, device and o, as mount(8) does: -o type=tmpfs -o device=tmpfs -o "
                            "o=size=1m"));
  const auto has = [&options](const char* name) {
    const auto found = options.find(name);
    return found != options.end() && !found->second.empty();
  };
  if (!has("device") && (has("type") || has("o")))
    return fail(Error::make(Kind::usage, "the option device is missing: what to mount"));
  return {};
}

Result<Volume> create_volume(const Place& place, Volume volume) {
  (void)umask(022);  // the modes of what containers see are no matter of the caller's mask
  if (volume.name.empty()) volume.name = TRY(store::random_hex(32));
  TRY(check_volume_name(volume.name));
  TRY(check_volume_options(volume.options));
  timespec now{};
  (void)clock_gettime(CLOCK_REALTIME, &now);
  volume.created = text::rfc3339(now.tv_sec, now.tv_nsec);
  TRY(store::make_folders(volumes_folder(place)));
  const std::string unfinished = folder_of(place, cat(kUnfinished, TRY(store::random_hex(8))));
  if (const int made = raw::mkdirat(AT_FDCWD, unfinished.c_str(), 0700); made < 0)
    return fail(Error::sys(-made, cat("make folder ", quote(unfinished))));
  ScopeExit undo([&] { (void)store::remove_tree(AT_FDCWD, unfinished.c_str()); });
  const sys::Fd folder = TRY(sys::open(unfinished, O_RDONLY | O_DIRECTORY));
  if (const int made = raw::mkdirat(folder.get(), kData, 0755); made < 0)
    return fail(Error::sys(-made, "make the folder of a volume"));
  TRY(sys::replace_file_at(folder.get(), kFresh, "", 0600));
  TRY(sys::replace_file_at(folder.get(), kRecord, to_json(volume), 0600));
  const long renamed = raw::call(SYS_renameat2, AT_FDCWD, unfinished.c_str(), AT_FDCWD,
                                 folder_of(place, volume.name).c_str(), RENAME_NOREPLACE);
  if (renamed == -EEXIST || renamed == -ENOTEMPTY)
    return fail(Error::make(Kind::exists, cat("there is a volume ", quote(volume.name), " already")));
  if (renamed < 0) return fail(Error::sys(static_cast<int>(-renamed), cat("make volume ", volume.name)));
  undo.release();
  return volume;
}

Result<Volume> find_volume(const Place& place, std::string_view name) {
  if (!check_name(name)) return fail(missing(name));
  auto exact = load_volume(place, std::string(name));
  if (exact || exact.error().kind() != Kind::not_found) return exact;
  std::vector<Volume> all = TRY(list_volumes(place));
  std::erase_if(all, [name](const Volume& volume) { return !volume.name.starts_with(name); });
  if (all.empty()) return fail(missing(name));
  if (all.size() > 1)
    return fail(Error::make(Kind::usage, cat(quote(name), " begins the name of several volumes")));
  return std::move(all.front());
}

Result<std::vector<Volume>> list_volumes(const Place& place) {
  std::vector<Volume> out;
  auto names = store::list_folder(AT_FDCWD, volumes_folder(place).c_str());
  if (!names && names.error().err() == ENOENT) return out;
  for (const std::string& name : TRY(std::move(names)))
    if (!name.starts_with('.'))
      if (auto volume = load_volume(place, name)) out.push_back(std::move(*volume));
  std::ranges::sort(out, {}, &Volume::name);
  return out;
}

Result<store::Lock> lock_volume(const Place& place, const std::string& name, store::Store::Sharing sharing) {
  const std::string path = folder_of(place, name);
  for (;;) {
    auto folder = sys::open(path, O_RDONLY | O_DIRECTORY);
    if (!folder) return fail(missing(name));
    const long locked =
        lock_folder(folder->get(), sharing == store::Store::Sharing::alone ? LOCK_EX : LOCK_SH);
    if (locked < 0) return fail(Error::sys(static_cast<int>(-locked), cat("lock volume ", name)));
    struct stat held{}, there{};
    if (raw::fstat(folder->get(), &held) < 0) return fail(missing(name));
    if (raw::fstatat(AT_FDCWD, path.c_str(), &there, 0) < 0) return fail(missing(name));
    if (held.st_ino == there.st_ino) return store::Lock(std::move(*folder));
    // Removed and made anew while we waited.
  }
}

Result<std::vector<Request>> users_of_volume(const Place& place, std::string_view name) {
  std::vector<Request> all = TRY(list(place));
  std::erase_if(all, [name](const Request& container) { return !has_volume(container, name); });
  return all;
}

Result<> remove_volume(const Place& place, const std::string& name) {
  const store::Lock alone = TRY(lock_volume(place, name, store::Store::Sharing::alone));
  const std::vector<Request> users = TRY(users_of_volume(place, name));
  if (!users.empty())
    return fail(
        Error::make(Kind::invalid_state, cat("volume ", name, " is in use by container ", users.front().name))
            .hint(cat("masu rm ", users.front().name, " removes it, masu volume rm -f both")));
  return take_away(place, name);
}

void remove_anonymous_volumes(const Place& place, const Request& request) {
  for (const Mount& mount : request.mounts) {
    if (mount.type != "volume") continue;
    const auto volume = load_volume(place, mount.source);
    if (volume && volume->anonymous) (void)remove_volume(place, mount.source);
  }
}

std::size_t mend_volumes(const Place& place) {
  constexpr std::int64_t kLongAgo = 60;  // whoever makes one has it renamed by then
  std::size_t mended = 0;
  const auto names = store::list_folder(AT_FDCWD, volumes_folder(place).c_str());
  if (!names) return mended;
  for (const std::string& name : *names) {
    if (!name.starts_with(kUnfinished) && !name.starts_with(kGone)) continue;
    struct stat status{};
    const std::string path = folder_of(place, name);
    if (raw::fstatat(AT_FDCWD, path.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0) continue;
    if (name.starts_with(kUnfinished) && time(nullptr) - status.st_ctim.tv_sec < kLongAgo) continue;
    if (store::remove_tree(AT_FDCWD, path.c_str())) ++mended;
  }
  return mended;
}

}  // namespace masu::manager
