// SPDX-License-Identifier: Apache-2.0
#include "tree.h"

#include "masu/base/text.h"
#include "masu/sys/raw.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <dirent.h>

namespace masu::cgroups {

namespace raw = sys::raw;

bool is_gone(int err) { return err == ENOENT || err == ENODEV; }
bool is_gone(const Error& error) { return is_gone(error.err()); }

Result<std::string> read_value(const sys::Fd& file, std::string_view path) {
  std::array<char, 4096> buffer;
  const long got = raw::read(file.get(), buffer.data(), buffer.size());
  if (got < 0) return fail(Error::sys(static_cast<int>(-got), cat("read ", quote(path))));
  return std::string(buffer.data(), static_cast<std::size_t>(got));
}

Result<> write_value(const sys::Fd& file, std::string_view value, std::string_view path) {
  long put = -EINTR;
  while (put == -EINTR) put = raw::write(file.get(), value.data(), value.size());
  if (put >= 0) return {};
  return fail(
      Error::sys(static_cast<int>(-put), cat("write ", quote(text::trim(value)), " to ", quote(path))));
}

Result<std::vector<std::string>> list_children(int dir) {
  // The kernel's record, which musl and glibc call struct dirent (glibc with 64-bit offsets: dirent64).
  struct Record {
    std::uint64_t inode;
    std::int64_t offset;
    std::uint16_t size;
    unsigned char type;
    char name[1];
  };
  // An fd of its own: the caller's may be O_PATH, and must not have its position moved.
  const sys::Fd list = TRY(sys::open_at(dir, ".", O_RDONLY | O_DIRECTORY));
  std::vector<std::string> names;
  alignas(Record) std::array<char, 8192> buffer;
  for (;;) {
    const long got = raw::call(SYS_getdents64, list.get(), buffer.data(), buffer.size());
    if (got == -ENOENT) return names;  // removed since it was opened
    if (got < 0) return fail(Error::sys(static_cast<int>(-got), "list child cgroups"));
    if (got == 0) return names;
    for (long at = 0; at < got;) {
      const char* record = buffer.data() + at;
      std::uint16_t size = 0;
      std::memcpy(&size, record + offsetof(Record, size), sizeof size);
      const char* name = record + offsetof(Record, name);
      if (record[offsetof(Record, type)] == DT_DIR && std::strcmp(name, ".") != 0 &&
          std::strcmp(name, "..") != 0)
        names.emplace_back(name);
      at += size;
    }
  }
}

Result<sys::Fd> open_child(int dir, const char* name) {
  return sys::open_at(dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW);
}

Result<> remove_below(const sys::Fd& dir) {
  std::vector<std::string> way;  // names from `dir` down to `current`
  sys::Fd current = TRY(sys::duplicate(dir.get()));
  for (;;) {
    std::string busy;  // a child that has children, or processes
    for (std::string& name : TRY(list_children(current.get()))) {
      const int result = raw::unlinkat(current.get(), name.c_str(), AT_REMOVEDIR);
      if (result < 0 && !is_gone(-result)) busy = std::move(name);
    }
    if (!busy.empty()) {
      auto child = open_child(current.get(), busy.c_str());
      if (!child && is_gone(child.error())) continue;
      current = TRY(std::move(child));
      way.push_back(std::move(busy));
      continue;
    }
    if (way.empty()) return {};
    current = TRY(open_child(current.get(), ".."));
    const int result = raw::unlinkat(current.get(), way.back().c_str(), AT_REMOVEDIR);
    if (result < 0 && !is_gone(-result))
      return fail(Error::sys(-result, cat("remove child cgroup ", quote(text::join(way, "/")))));
    way.pop_back();
  }
}

}  // namespace masu::cgroups
