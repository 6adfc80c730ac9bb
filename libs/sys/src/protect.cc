// SPDX-License-Identifier: Apache-2.0
//
#include "masu/sys/protect.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/fd.h"
#include "masu/sys/mount.h"
#include "masu/sys/raw.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace masu::sys {
namespace {

constexpr std::string_view kMark = "_MASU_PROTECTED=";  // its value: when the first instance began
constexpr char kSelf[] = "/proc/self/exe";
constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

std::optional<std::int64_t> find_mark(char* const* envp) {
  for (; *envp != nullptr; ++envp) {
    const std::string_view entry = *envp;
    if (entry.starts_with(kMark)) return text::parse_int<std::int64_t>(entry.substr(kMark.size()));
  }
  return std::nullopt;
}

// The mark alone proves nothing: anyone can set a variable. What we run from has to be sealed or read-only as
// well.
Result<bool> runs_from_copy() {
  struct statfs info;
  if (const long got = raw::call(SYS_statfs, kSelf, &info); got < 0)
    return fail(Error::sys(static_cast<int>(-got), cat("stat ", quote(kSelf))));
  constexpr unsigned long kReadOnly = 1;  // ST_RDONLY of statfs(2), of the mount that it was executed from
  if ((static_cast<unsigned long>(info.f_flags) & kReadOnly) != 0) return true;
  Fd self = TRY(open(kSelf, O_RDONLY));
  const int seals = raw::fcntl(self.get(), F_GET_SEALS);
  return seals >= 0 && (seals & kSeals) == kSeals;
}

// A clone of the mount below our executable, of that one file, read-only. Needs CAP_SYS_ADMIN.
int read_only_clone() {
  const int tree = clone_mount(AT_FDCWD, kSelf, false);
  if (tree < 0) return tree;
  const int changed =
      set_mount_attributes(tree, {.set = MOUNT_ATTR_RDONLY, .clear = 0, .propagation = MS_PRIVATE}, false);
  if (changed < 0) {
    raw::close(tree);
    return changed;
  }
  return tree;
}

// A memfd may be refused (vm.memfd_noexec); the error then says so.
Result<Fd> sealed_copy() {
  Fd self = TRY(open(kSelf, O_RDONLY));
  constexpr unsigned kExec = 0x10;  // MFD_EXEC, Linux 6.3; older kernels refuse it and need none
  long fd = raw::call(SYS_memfd_create, "masu-runtime", MFD_CLOEXEC | MFD_ALLOW_SEALING | kExec);
  if (fd == -EINVAL) fd = raw::call(SYS_memfd_create, "masu-runtime", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) return fail(Error::sys(static_cast<int>(-fd), "make a memfd"));
  Fd copy(static_cast<int>(fd));
  for (;;) {
    const long sent = raw::call(SYS_sendfile, copy.get(), self.get(), nullptr, 1u << 30);
    if (sent == -EINTR) continue;
    if (sent < 0) return fail(Error::sys(static_cast<int>(-sent), "copy the executable into a memfd"));
    if (sent == 0) break;
  }
  if (const int sealed = raw::fcntl(copy.get(), F_ADD_SEALS, kSeals); sealed < 0)
    return fail(Error::sys(-sealed, "seal the memfd"));
  return copy;
}

}  // namespace

// The mode alone would do, if no file system showed modes that it does not mean: so we ask for the right,
// too.
bool executable_is_out_of_reach() {
  constexpr int kWrite = 2;  // W_OK
  struct stat info;
  if (::geteuid() == 0 || raw::fstatat(AT_FDCWD, kSelf, &info, 0) < 0) return false;
  const long allowed = raw::call(SYS_faccessat2, AT_FDCWD, kSelf, kWrite, AT_EACCESS);
  return info.st_uid == 0 && (info.st_mode & (S_IWGRP | S_IWOTH)) == 0 &&
         (allowed == -EACCES || allowed == -EROFS);
}

Result<std::int64_t> protect_executable(char* const* argv, char* const* envp, std::int64_t started_ns) {
  if (executable_is_out_of_reach()) return started_ns;
  if (const auto first = find_mark(envp); first && TRY(runs_from_copy())) return *first;
  std::string mark = cat(kMark, started_ns);
  std::vector<char*> environment;
  for (char* const* entry = envp; *entry != nullptr; ++entry) environment.push_back(*entry);
  environment.push_back(mark.data());
  environment.push_back(nullptr);
  const int tree = read_only_clone();
  Fd copy(tree >= 0 ? tree : -1);
  if (!copy.valid()) copy = TRY(sealed_copy());
  const int executed = raw::execveat(copy.get(), "", argv, environment.data(), AT_EMPTY_PATH);
  return fail(Error::sys(-executed, "execute the protected copy of this program")
                  .hint("is the runtime on a noexec mount, or vm.memfd_noexec set?"));
}

}  // namespace masu::sys
