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

TEST(Base64, EncodesWhatItDecodes) {
  EXPECT_EQ(encode_base64(""), "");
  EXPECT_EQ(encode_base64("f"), "Zg==");
  EXPECT_EQ(encode_base64("fo"), "Zm8=");
  EXPECT_EQ(encode_base64("foo"), "Zm9v");
  const std::string bytes("\xff\x00\x7f\x80 :", 6);
  EXPECT_EQ(decode_base64(encode_base64(bytes)), bytes);
}

}  // namespace
}  // namespace masu
