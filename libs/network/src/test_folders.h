// SPDX-License-Identifier: Apache-2.0
//
// A root of a test's own.
#pragma once

#include "masu/network/definition.h"
#include "masu/store/tree.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include <fcntl.h>

namespace masu::network {

class InFolders : public testing::Test {
 protected:
  void SetUp() override {
    std::string path = testing::TempDir() + "masu-network-XXXXXX";
    ASSERT_NE(mkdtemp(path.data()), nullptr);
    folders = {.root = path, .state = path + "/state"};
  }
  void TearDown() override { (void)store::remove_tree(AT_FDCWD, folders.root.c_str()); }
  Folders folders;
};

}  // namespace masu::network
