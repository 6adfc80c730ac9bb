// SPDX-License-Identifier: Apache-2.0
#include "masu/sys/fd.h"

#include "masu/base/scope_exit.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <cerrno>

namespace masu::sys {

void Fd::reset(int fd) {
  if (fd_ >= 0) (void)raw::close(fd_);
  fd_ = fd;
}

void close_all(std::vector<Fd> fds) {
  std::vector<int> numbers;
  for (Fd& fd : fds)
    if (fd.valid()) numbers.push_back(fd.take());
  std::ranges::sort(numbers);
  for (std::size_t first = 0; first < numbers.size();) {
    std::size_t last = first;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    (void)raw::close_range(static_cast<unsigned>(numbers[first]), static_cast<unsigned>(numbers[last]), 0);
    first = last + 1;
  }
}

Result<Fd> open_at(int dir, const char* path, int flags, unsigned mode) {
  int fd = -EINTR;
  while (fd == -EINTR) fd = raw::openat(dir, path, flags, mode);
  if (fd < 0) return fail(Error::sys(-fd, cat("open ", quote(path))));
  return Fd(fd);
}

Result<Fd> open(const std::string& path, int flags, unsigned mode) {
  return open_at(AT_FDCWD, path.c_str(), flags, mode);
}

Result<Fd> duplicate(int fd) {
  const int copy = raw::fcntl(fd, F_DUPFD_CLOEXEC, 3);
  if (copy < 0) return fail(Error::sys(-copy, cat("duplicate fd ", fd)));
  return Fd(copy);
}

Result<std::string> read_all(int fd, std::size_t limit) {
  std::string out;
  std::size_t size = 0;
  std::size_t room = 4096;
  for (;;) {
    out.resize(room < limit ? room : limit + 1);
    const long got = raw::read(fd, out.data() + size, out.size() - size);
    if (got == -EINTR) continue;
    if (got < 0) return fail(Error::sys(static_cast<int>(-got), "read"));
    size += static_cast<std::size_t>(got);
    if (size > limit) return fail(Error::sys(EFBIG, cat("read: more than ", limit, " bytes")));
    if (got == 0) break;
    if (size < out.size()) continue;
    // One byte more than the file says, so that its end is seen without another buffer. /proc and pipes say
    // 0.
    struct stat info;
    const bool sized = raw::fstat(fd, &info) == 0 && static_cast<std::size_t>(info.st_size) >= size;
    room = sized ? static_cast<std::size_t>(info.st_size) + 1 : 2 * size;
  }
  out.resize(size);
  return out;
}

Result<std::string> read_file_at(int dir, const char* path, std::size_t limit) {
  Fd fd = TRY(open_at(dir, path, O_RDONLY));
  return TRY_IN(read_all(fd.get(), limit), cat("file ", quote(path)));
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  return read_file_at(AT_FDCWD, path.c_str(), limit);
}

Result<std::string> read_kernel_file(const std::string& path) {
  Fd fd = TRY(open(path, O_RDONLY));
  char buffer[4096];
  long got = -EINTR;
  while (got == -EINTR) got = raw::read(fd.get(), buffer, sizeof buffer);
  if (got < 0) return fail(Error::sys(static_cast<int>(-got), cat("read file ", quote(path))));
  std::string text(buffer, static_cast<std::size_t>(got));
  if (text.size() == sizeof buffer) text += TRY_IN(read_all(fd.get()), cat("file ", quote(path)));
  return text;
}

Result<> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const long put = raw::write(fd, bytes.data(), bytes.size());
    if (put == -EINTR) continue;
    if (put < 0) return fail(Error::sys(static_cast<int>(-put), "write"));
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Result<> write_once(int fd, std::string_view text) {
  long put = -EINTR;
  while (put == -EINTR) put = raw::write(fd, text.data(), text.size());
  if (put >= 0 && static_cast<std::size_t>(put) < text.size())
    put = -EIO;  // taken in part: an act of the kernel's is not
  if (put < 0) return fail(Error::sys(static_cast<int>(-put), cat("write ", quote(text::trim(text)))));
  return {};
}

Result<> write_file_at(int dir, const char* path, std::string_view text) {
  Fd fd = TRY(open_at(dir, path, O_WRONLY));
  TRY_IN(write_once(fd.get(), text), cat("file ", quote(path)));
  return {};
}

Result<> place_file_at(int dir, const char* name, std::string_view content, unsigned mode) {
  auto fd = open_at(dir, ".", O_WRONLY | O_TMPFILE, mode);
  if (!fd && fd.error().err() == EOPNOTSUPP) return replace_file_at(dir, name, content, mode);
  if (!fd) return fail(std::move(fd).error());
  TRY_IN(write_all(fd->get(), content), cat("file ", quote(name)));
  const std::string source = cat("/proc/self/fd/", fd->get());
  const auto link = [&] { return raw::linkat(AT_FDCWD, source.c_str(), dir, name, AT_SYMLINK_FOLLOW); };
  int linked = link();
  if (linked == -EEXIST) {
    (void)raw::unlinkat(dir, name, 0);
    linked = link();
  }
  if (linked < 0) return fail(Error::sys(-linked, cat("link a new file as ", quote(name))));
  return {};
}

Result<> replace_file_at(int dir, const char* name, std::string_view content, unsigned mode) {
  const std::string temporary = cat(".", name, ".new");
  // O_EXCL: what lies there already may be somebody else's (a pid file may be asked for in /tmp), or a dead
  // writer's.
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
  auto fd = open_at(dir, temporary.c_str(), kFlags, mode);
  if (!fd && fd.error().err() == EEXIST) {
    (void)raw::unlinkat(dir, temporary.c_str(), 0);
    fd = open_at(dir, temporary.c_str(), kFlags, mode);
  }
  if (!fd) return fail(std::move(fd).error());
  ScopeExit remove([&] { (void)raw::unlinkat(dir, temporary.c_str(), 0); });
  TRY_IN(write_all(fd->get(), content), cat("file ", quote(temporary)));
  const int renamed = raw::renameat(dir, temporary.c_str(), dir, name);
  if (renamed < 0) return fail(Error::sys(-renamed, cat("rename to ", quote(name))));
  remove.release();
  return {};
}

}  // namespace masu::sys
