// SPDX-License-Identifier: Apache-2.0
#include "masu/shim/event_log.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"

#include <array>
#include <cerrno>

#include <sys/file.h>
#include <sys/inotify.h>

namespace masu::shim {
namespace {

namespace raw = sys::raw;

constexpr off_t kLargest = off_t{2} << 20;  // of a file; so much and as much again is kept
constexpr const char* kNow = "log";
constexpr const char* kBefore = "log.1";

bool has_name(int folder, int file) {
  struct stat ours{}, named{};
  return raw::fstat(file, &ours) == 0 && raw::fstatat(folder, kNow, &named, 0) == 0 &&
         ours.st_ino == named.st_ino;
}

// Writers share the file's lock, so none of them waits for another; who renames it has it alone for that
// instant, so that nothing is written to a file that readers may have left. Of several that want to rename,
// one does: for the others the name is another file's by then.
void rotate(int folder, int file) {
  if (raw::call(SYS_flock, file, LOCK_EX | LOCK_NB) == 0 && has_name(folder, file))
    (void)raw::renameat(folder, kNow, folder, kBefore);
}

Result<sys::Fd> open_log(int folder) {
  for (;;) {
    sys::Fd file = TRY(sys::open_at(folder, kNow, O_WRONLY | O_APPEND | O_CREAT, 0600));
    if (raw::call(SYS_flock, file.get(), LOCK_SH) < 0 || has_name(folder, file.get())) return file;
  }
}

std::uint64_t inode_of(int file) {
  struct stat status{};
  return raw::fstat(file, &status) < 0 ? 0 : status.st_ino;
}

Result<sys::Fd> open_folder(const std::string& path) {
  auto folder = sys::open(path, O_RDONLY | O_DIRECTORY);
  if (folder || folder.error().err() != ENOENT) return folder;
  const int made = raw::mkdirat(AT_FDCWD, path.c_str(), 0700);
  if (made < 0 && made != -EEXIST) return fail(Error::sys(-made, cat("make folder ", quote(path))));
  return sys::open(path, O_RDONLY | O_DIRECTORY);
}

}  // namespace

Result<> append_event(const std::string& folder, std::string_view line) {
  const sys::Fd directory = TRY(open_folder(folder));
  const sys::Fd file = TRY(open_log(directory.get()));
  TRY_IN(sys::write_once(file.get(), cat(line, "\n")), "write the event");
  struct stat status{};
  if (raw::fstat(file.get(), &status) == 0 && status.st_size > kLargest) rotate(directory.get(), file.get());
  return {};
}

Result<EventReader> EventReader::open(std::string folder) {
  const sys::Fd made = TRY(open_folder(folder));  // there has to be something to watch
  sys::Fd watch(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!watch.valid() ||
      inotify_add_watch(watch.get(), folder.c_str(), IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0)
    return fail(Error::sys(errno, cat("watch ", quote(folder))));
  return EventReader(std::move(folder), std::move(watch));
}

// The older file first; later the one that has the name now, if it is another than ours.
bool EventReader::open_next() {
  if (pending_.valid()) {
    file_ = std::move(pending_);
    inode_ = inode_of(file_.get());
    return true;
  }
  auto now = sys::open(cat(folder_, "/", kNow), O_RDONLY);
  if (!file_.valid())  // the first: opened in this order, so that none is missed that is renamed in between
    if (auto before = sys::open(cat(folder_, "/", kBefore), O_RDONLY)) {
      if (now && inode_of(now->get()) != inode_of(before->get())) pending_ = std::move(*now);
      file_ = std::move(*before);
      inode_ = inode_of(file_.get());
      return true;
    }
  if (!now || inode_of(now->get()) == inode_) return false;
  file_ = std::move(*now);
  inode_ = inode_of(file_.get());
  return true;
}

// The file that we read is not the one that is written any more.
bool EventReader::is_left() const {
  struct stat named{};
  return inode_ == 0 || raw::fstatat(AT_FDCWD, cat(folder_, "/", kNow).c_str(), &named, 0) < 0 ||
         named.st_ino != inode_;
}

bool EventReader::fill() {
  std::array<char, 16384> bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init): read(2) fills it
  const long got = file_.valid() ? raw::read(file_.get(), bytes.data(), bytes.size()) : 0;
  if (got > 0) buffer_.append(bytes.data(), static_cast<std::size_t>(got));
  return got > 0;
}

Result<bool> EventReader::next(std::string& line) {
  for (;;) {
    if (const auto end = buffer_.find('\n'); end != std::string::npos) {
      line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return true;
    }
    const bool left = is_left();
    if (fill()) continue;  // after the look at the name: nothing is added to a file that has lost it
    if (!left || !open_next()) return false;
    buffer_.clear();
  }
}

void EventReader::wait(std::int64_t deadline_ns) const {
  pollfd watched{.fd = watch_.get(), .events = POLLIN, .revents = 0};
  if (raw::poll_until(&watched, 1, deadline_ns) <= 0) return;
  std::array<char, 4096> events{};
  while (raw::read(watch_.get(), events.data(), events.size()) > 0) {
  }
}

}  // namespace masu::shim
