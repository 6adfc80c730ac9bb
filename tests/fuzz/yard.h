// SPDX-License-Identifier: Apache-2.0
//
// A folder to write a layer into, beside things that it must not change.
#pragma once

#include "masu/store/tree.h"
#include "masu/sys/fd.h"
#include "scratch.h"

#include <cstdlib>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace masu::fuzz {

inline void check(bool right) {
  if (!right) std::abort();
}

class Yard {
 public:
  Yard() : path_(make_scratch()) {
    check(mkdir((path_ + "/layer").c_str(), 0755) == 0 && mkdir((path_ + "/outside").c_str(), 0755) == 0);
    const auto file = sys::open(path_ + "/outside/victim", O_WRONLY | O_CREAT, 0600);
    check(file && sys::write_all(file->get(), kUntouched));
    check(stat((path_ + "/outside").c_str(), &folder_) == 0 &&
          stat((path_ + "/outside/victim").c_str(), &victim_) == 0);
  }
  Yard(const Yard&) = delete;
  Yard& operator=(const Yard&) = delete;
  /// Aborts if anything outside of the layer's folder is another, or if that cannot be removed.
  ~Yard() {
    struct stat folder{}, victim{};
    check(stat((path_ + "/outside").c_str(), &folder) == 0 &&
          stat((path_ + "/outside/victim").c_str(), &victim) == 0);
    check(is_same(folder, folder_) && is_same(victim, victim_));
    check(sys::read_file(path_ + "/outside/victim").value_or("") == kUntouched);
    check(store::list_folder(AT_FDCWD, path_.c_str()).value().size() == 2);
    check(store::remove_tree(AT_FDCWD, path_.c_str()).has_value());
  }

  sys::Fd layer() const {
    auto folder = sys::open(path_ + "/layer", O_RDONLY | O_DIRECTORY);
    check(folder.has_value());
    return *std::move(folder);
  }

 private:
  static constexpr std::string_view kUntouched = "untouched";
  // The time of the last change covers mode, owner, attributes, names and content.
  static bool is_same(const struct stat& one, const struct stat& other) {
    return one.st_ino == other.st_ino && one.st_mode == other.st_mode && one.st_nlink == other.st_nlink &&
           one.st_ctim.tv_sec == other.st_ctim.tv_sec && one.st_ctim.tv_nsec == other.st_ctim.tv_nsec;
  }

  std::string path_;
  struct stat folder_{}, victim_{};
};

}  // namespace masu::fuzz
