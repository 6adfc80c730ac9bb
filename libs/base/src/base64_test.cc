// SPDX-License-Identifier: Apache-2.0
#include "masu/base/base64.h"

#include <gtest/gtest.h>

namespace masu {
namespace {

TEST(Base64Test, VectorsOfRfc4648) {
  EXPECT_EQ(decode_base64(""), "");
  EXPECT_EQ(decode_base64("Zg=="), "f");
  EXPECT_EQ(decode_base64("Zm8="), "fo");
  EXPECT_EQ(decode_base64("Zm9v"), "foo");
  EXPECT_EQ(decode_base64("Zm9vYmFy"), "foobar");
}

TEST(Base64Test, EveryByte) {
  EXPECT_EQ(decode_base64("AAEC/f7/"), std::string("\x00\x01\x02\xfd\xfe\xff", 6));
  EXPECT_EQ(decode_base64("++//"), "\xfb\xef\xff");
}

TEST(Base64Test, WhatIsNone) {
  for (const char* text :
       {"Z", "Zg", "Zg=", "Zg===", "=", "====", "Zg==Zg==", "Zm9v\n", "Z m9", "Zm9-", "Zh=="})
    EXPECT_FALSE(decode_base64(text)) << text;
}

}  // namespace
}  // namespace masu
