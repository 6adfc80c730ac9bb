// SPDX-License-Identifier: Apache-2.0
//
// A file for one test case. Its name holds the pid, since ctest runs the cases side by side.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>

#include <unistd.h>

namespace masu::cli {

class ScratchFile {
 public:
  ScratchFile(std::string_view name, std::string_view text)
      : path_(testing::TempDir() + "masu-cli-" + std::to_string(::getpid()) + "-" + std::string(name)) {
    std::ofstream(path_) << text;
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  ~ScratchFile() { (void)std::remove(path_.c_str()); }

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace masu::cli
