// SPDX-License-Identifier: Apache-2.0
#include "masu/base/errno_name.h"

#include "masu/base/text.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>

namespace masu {
namespace {

TEST(ErrnoName, NamesAndSaysInLowerCase) {
  EXPECT_EQ(errno_name(EPERM), "EPERM");
  EXPECT_EQ(errno_text(EPERM), "operation not permitted");
  EXPECT_EQ(errno_text(ENOENT), "no such file or directory");
  EXPECT_EQ(errno_name(0), "");
  EXPECT_EQ(errno_name(-1), "");
  EXPECT_EQ(errno_name(100000), "");
  EXPECT_EQ(errno_text(100000), "unknown error");
}

#ifdef __GLIBC__
TEST(ErrnoName, AgreesWithGlibcOnEveryNumber) {
  for (int number = 1; number < 200; ++number) {
    const char* name = strerrorname_np(number);
    EXPECT_EQ(errno_name(number), name != nullptr ? name : "") << number;
    if (name != nullptr) {
      EXPECT_TRUE(text::equals_ignore_case(errno_text(number), strerrordesc_np(number))) << number;
    }
  }
}
#endif

}  // namespace
}  // namespace masu
