// SPDX-License-Identifier: Apache-2.0
#include "state_store.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/spec/parse.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <cerrno>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>

namespace masu::container {
namespace {

Result<std::vector<std::string>> names_in(int dir) {
  sys::Fd copy = TRY(sys::open_at(dir, ".", O_RDONLY | O_DIRECTORY));
  DIR* stream = fdopendir(copy.get());
  if (stream == nullptr) return fail(Error::sys(errno, "list a state directory"));
  (void)copy.take();  // closedir's now
  std::vector<std::string> names;
  errno = 0;  // readdir(3): what tells the end from an error
  while (const dirent* entry = readdir(stream)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
    errno = 0;
  }
  const int error = errno;
  (void)closedir(stream);
  if (error != 0) return fail(Error::sys(error, "list a state directory"));
  return names;
}

// A file, or a directory of files: that of the notify socket.
Result<> remove_entry(int dir, const char* name) {
  if (sys::raw::unlinkat(dir, name, 0) != -EISDIR) return {};
  const sys::Fd below = TRY(sys::open_at(dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW));
  for (const auto& file : TRY(names_in(below.get()))) (void)sys::raw::unlinkat(below.get(), file.c_str(), 0);
  (void)sys::raw::unlinkat(dir, name, AT_REMOVEDIR);
  return {};
}

}  // namespace

Error does_not_exist(const std::string& id) {
  return Error::make(Kind::not_found, cat("container ", quote(id), ": container does not exist"));
}

Result<> check_id(const std::string& id) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-.";
  constexpr std::size_t kLongest = 255;  // NAME_MAX
  if (!id.empty() && id.size() <= kLongest && id.front() != '.' &&
      id.find_first_not_of(kAllowed) == std::string::npos)
    return {};
  return fail(Error::make(Kind::usage, cat("invalid container ID format: ", quote(id)))
                  .hint("an id has letters, digits and _ + - . only, and does not start with a dot"));
}

Result<Record> Entry::read() const {
  auto text = sys::read_file_at(dir(), kStateFile);
  if (!text && text.error().err() == ENOENT) return fail(does_not_exist(id_));
  if (!text) return fail(std::move(text).error());
  return TRY_IN(parse_record(*text), cat("read the state of container ", quote(id_)));
}

Result<> Entry::write(const Record& record) const {
  TRY_IN(sys::replace_file_at(dir(), kStateFile, to_json(record), 0600), "write the container's state");
  return {};
}

Result<> Entry::write_config(std::string_view text) const {
  // Written once, before the state that gives it a meaning: no rename needed.
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
  const sys::Fd file = TRY_IN(sys::open_at(dir(), kConfigFile, kFlags, 0600), "keep a copy of config.json");
  TRY_IN(sys::write_all(file.get(), text), "keep a copy of config.json");
  return {};
}

Result<spec::Config> Entry::read_config() const {
  const std::string text = TRY_IN(sys::read_file_at(dir(), kConfigFile), "read the kept config.json");
  return spec::parse_config(text);
}

Result<sys::Fd> Entry::lock() const {
  const std::string what = cat("lock container ", quote(id_));
  sys::Fd dir = TRY_IN(sys::open_at(dir_.get(), ".", O_RDONLY | O_DIRECTORY), what);
  constexpr long kPauseNs = 5'000'000;
  constexpr int kTries = 2000;
  for (int i = 0; i < kTries; ++i) {
    const long got = sys::raw::call(SYS_flock, dir.get(), LOCK_EX | LOCK_NB);
    if (got >= 0) return dir;
    if (got != -EWOULDBLOCK && got != -EINTR) return fail(Error::sys(static_cast<int>(-got), what));
    const timespec pause{.tv_sec = 0, .tv_nsec = kPauseNs};
    (void)nanosleep(&pause, nullptr);
  }
  return fail(Error::make(Kind::timeout, cat(what, ": another command has held it for 10 s")));
}

bool Entry::has(const char* name) const {
  struct stat info;
  return sys::raw::fstatat(dir(), name, &info, AT_SYMLINK_NOFOLLOW) == 0;
}

Result<StateStore> StateStore::open(const std::string& root, bool create) {
  auto opened = sys::open(root, O_PATH | O_DIRECTORY);
  if (!opened && opened.error().err() == ENOENT) {
    if (!create)
      return fail(Error::make(Kind::not_found, cat("state directory ", quote(root), " does not exist")));
    for (auto slash = root.find('/', 1);; slash = root.find('/', slash + 1)) {
      const bool last = slash == std::string::npos;
      const int made = sys::raw::mkdirat(AT_FDCWD, root.substr(0, slash).c_str(), last ? 0700 : 0755);
      if (made < 0 && made != -EEXIST && last)
        return fail(Error::sys(-made, cat("make state directory ", quote(root))));
      if (last) break;
    }
    opened = sys::open(root, O_PATH | O_DIRECTORY);
  }
  if (!opened) return fail(std::move(opened).error().within("state directory"));
  return StateStore(std::move(*opened));
}

Result<Entry> StateStore::create(const std::string& id) const {
  TRY(check_id(id));
  const int made = sys::raw::mkdirat(root_.get(), id.c_str(), 0711);
  if (made == -EEXIST)
    return fail(Error::make(Kind::exists, cat("container with given ID already exists: ", quote(id)))
                    .hint("choose another id, or remove that container with delete"));
  if (made < 0) return fail(Error::sys(-made, cat("make the state directory of ", quote(id))));
  return Entry(id, TRY(sys::open_at(root_.get(), id.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW)));
}

Result<Entry> StateStore::find(const std::string& id) const {
  TRY(check_id(id));
  auto dir = sys::open_at(root_.get(), id.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW);
  if (!dir && (dir.error().err() == ENOENT || dir.error().err() == ENOTDIR)) return fail(does_not_exist(id));
  if (!dir) return fail(std::move(dir).error());
  return Entry(id, std::move(*dir));
}

Result<> StateStore::remove(const std::string& id) const {
  const int dir = sys::raw::openat(root_.get(), id.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW);
  if (dir == -ENOENT) return {};
  if (dir < 0) return fail(Error::sys(-dir, cat("open the state directory of ", quote(id))));
  return remove(Entry(id, sys::Fd(dir)));
}

Result<> StateStore::remove(const Entry& entry) const {
  const std::string& id = entry.id();
  const int dir = entry.dir();
  for (const char* name : {kConfigFile, kStateFile}) (void)sys::raw::unlinkat(dir, name, 0);
  // What else may be there: the socket of a container that was never started, and what a killed writer left.
  // Another delete may be at it too: what is gone is gone.
  constexpr int kRounds = 8;
  int removed = sys::raw::unlinkat(root_.get(), id.c_str(), AT_REMOVEDIR);
  for (int round = 0; round < kRounds && removed == -ENOTEMPTY; ++round) {
    for (const auto& name : TRY(names_in(dir))) TRY(remove_entry(dir, name.c_str()));
    removed = sys::raw::unlinkat(root_.get(), id.c_str(), AT_REMOVEDIR);
  }
  if (removed == 0 || removed == -ENOENT) return {};
  return fail(Error::sys(-removed, cat("remove the state directory of ", quote(id))));
}

Result<std::vector<std::string>> StateStore::ids() const {
  auto ids = TRY(names_in(root_.get()));
  std::erase_if(ids, [](const std::string& id) { return !check_id(id); });
  std::ranges::sort(ids);
  return ids;
}

}  // namespace masu::container
