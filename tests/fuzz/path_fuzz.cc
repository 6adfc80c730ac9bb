// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes the resolution of paths below a hostile root, in a tree full of links: no path leads out of it, and
// the walk without openat2(2) finds the same object or the same errno as the kernel. The same bytes as a
// container's id: what is accepted is the name of one file.
#include "masu/sys/path.h"
#include "scratch.h"
#include "state_store.h"

#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using namespace masu;

const std::string top = fuzz::make_scratch();

void check(bool holds) {
  if (!holds) std::abort();
}

int remove_one(const char* path, const struct stat*, int, struct FTW*) { return remove(path); }
void remove_tree() { (void)nftw(top.c_str(), remove_one, 16, FTW_DEPTH | FTW_PHYS); }

// <top>/root with links inside of it, up, to /proc, to themselves; <top>/secret beside it. Without chdir(2),
// since the corpus may be named by a relative path.
int make_tree() {
  check(atexit(remove_tree) == 0);
  const int dir = open(top.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  check(dir >= 0);
  for (const char* name : {"secret", "root", "root/a", "root/a/b", "root/a/b/c", "root/tmp"})
    check(mkdirat(dir, name, 0700) == 0);
  const int root = openat(dir, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
  check(root >= 0 && close(dir) == 0);
  check(close(openat(root, "a/f", O_CREAT | O_WRONLY | O_CLOEXEC, 0600)) == 0);
  const char* const links[][2] = {{"..", "a/u"},
                                  {"../../../../..", "a/b/o"},
                                  {"/", "r"},
                                  {"/a/b", "l"},
                                  {"loop", "loop"},
                                  {"/proc/self/fd/0", "p"},
                                  {"a/../a/./b/", "d"},
                                  {"missing", "m"},
                                  {"/proc/self/root", "a/q"},
                                  {top.c_str(), "s"},
                                  {"f", "a/g"},
                                  {"../secret", "x"}};
  for (const auto& link : links) check(symlinkat(link[0], root, link[1]) == 0);
  return root;
}

void check_inside(int fd) {
  char path[PATH_MAX] = "";
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  check(readlink(link.c_str(), path, sizeof path - 1) > 0);
  const std::string root = top + "/root";
  check(path == root || std::string_view(path).starts_with(root + "/"));
}

bool same_object(int one, int other) {
  struct stat a{};
  struct stat b{};
  check(fstat(one, &a) == 0 && fstat(other, &b) == 0);
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// When something elsewhere on the machine makes the kernel begin a lookup again (unmounts, dropped caches),
// it goes on counting the links of the first attempt: one that has more than half of what is allowed may then
// be ELOOP.
int ask_kernel(int root, const char* path, int flags, int expected) {
  constexpr int kTries = 100;
  int fd = -ELOOP;
  for (int i = 0; i < kTries && fd == -ELOOP; ++i) {
    fd = sys::open_in_root(root, path, flags);
    if (expected == -ELOOP) break;
  }
  return fd;
}

void check_path(int root, const char* path) {
  for (const int flags : {O_PATH, O_PATH | O_DIRECTORY, O_PATH | O_NOFOLLOW}) {
    const int by_walk = sys::walk_in_root(root, path, flags);
    const int by_kernel = ask_kernel(root, path, flags, by_walk);
    if (by_kernel >= 0) {
      check_inside(by_kernel);
      check(by_walk >= 0 && same_object(by_kernel, by_walk));
      close(by_kernel);
      close(by_walk);
    } else {
      check(by_walk == by_kernel);
    }
  }
  const int plain = sys::open_without_links(root, path, O_PATH);
  if (plain >= 0) {
    check_inside(plain);
    close(plain);
  }
}

void check_id(const std::string& id) {
  if (!container::check_id(id)) return;
  check(!id.empty() && id.size() <= NAME_MAX && id.front() != '.');
  for (const char c : id) check(c != '/' && c > ' ' && c != 127);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int root = make_tree();
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_id(text);
  check_path(root, text.c_str());
  return 0;
}
