// SPDX-License-Identifier: Apache-2.0
#include "cache.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <cerrno>

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

namespace masu::wasm {
namespace {

// Of a container that shares our uid too, all but the owner are kept out by the mode alone; so it is checked.
bool is_ours_alone(int fd) {
  struct stat info;
  return sys::raw::fstat(fd, &info) == 0 && info.st_uid == geteuid() && (info.st_mode & 077) == 0;
}

void make_folders(const std::string& path) {
  for (auto slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1))
    (void)sys::raw::mkdirat(AT_FDCWD, path.substr(0, slash).c_str(), 0755);
  (void)sys::raw::mkdirat(AT_FDCWD, path.c_str(), 0700);
}

struct Stored {
  std::string name;
  std::uint64_t size;
  std::int64_t used;
};

std::vector<Stored> list(int folder) {
  std::vector<Stored> files;
  auto again = sys::open_at(folder, ".", O_RDONLY | O_DIRECTORY);
  if (!again) return files;
  DIR* stream = fdopendir(again->get());
  if (stream == nullptr) return files;
  (void)again->take();
  while (const dirent* entry = readdir(stream)) {
    struct stat info;
    if (sys::raw::fstatat(folder, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(info.st_mode))
      files.push_back({entry->d_name, static_cast<std::uint64_t>(info.st_size), info.st_mtim.tv_sec});
  }
  closedir(stream);
  return files;
}

}  // namespace

std::optional<Cache> Cache::open(const std::vector<std::string>& folders) {
  for (const auto& path : folders) {
    const auto opened = [&] { return sys::open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW); };
    auto folder = opened();
    if (!folder && folder.error().err() == ENOENT) {
      make_folders(path);
      folder = opened();
    }
    if (folder && is_ours_alone(folder->get())) return Cache(std::move(*folder));
  }
  return std::nullopt;
}

std::optional<std::string> Cache::find(const std::string& key) const {
  const auto file = sys::open_at(folder_.get(), key.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  struct stat info;
  if (!file || !is_ours_alone(file->get()) || sys::raw::fstat(file->get(), &info) < 0 ||
      !S_ISREG(info.st_mode))
    return std::nullopt;
  auto code = sys::read_all(file->get(), std::size_t{1} << 31);
  if (!code || code->empty()) return std::nullopt;
  (void)futimens(file->get(), nullptr);  // its time is that of its last use
  return std::move(*code);
}

Result<> Cache::store(const std::string& key, std::string_view code, std::uint64_t limit) const {
  if (code.size() > limit) return {};
  make_room(limit - code.size());
  auto file = TRY(sys::open_at(folder_.get(), ".", O_WRONLY | O_TMPFILE, 0400));
  TRY(sys::write_all(file.get(), code));
  // A name that led to a file whose bytes a power cut has taken would be of no use for good.
  if (fdatasync(file.get()) < 0) return fail(Error::sys(errno, "write the machine code"));
  const std::string source = cat("/proc/self/fd/", file.get());
  const int linked =
      sys::raw::linkat(AT_FDCWD, source.c_str(), folder_.get(), key.c_str(), AT_SYMLINK_FOLLOW);
  if (linked < 0 && linked != -EEXIST) return fail(Error::sys(-linked, "keep the machine code"));
  return {};
}

void Cache::make_room(std::uint64_t limit) const {
  auto files = list(folder_.get());
  std::uint64_t total = 0;
  for (const auto& file : files) total += file.size;
  if (total <= limit) return;
  std::ranges::sort(files, {}, &Stored::used);
  for (const auto& file : files) {
    if (total <= limit) return;
    if (sys::raw::unlinkat(folder_.get(), file.name.c_str(), 0) == 0) total -= file.size;
  }
}

}  // namespace masu::wasm
