// SPDX-License-Identifier: Apache-2.0
#include "masu/dbus/signature.h"

#include <gtest/gtest.h>

#include <string>

namespace masu::dbus {
namespace {

TEST(Signature, FirstType) {
  EXPECT_EQ(first_type("a{sv}u"), 5u);
  EXPECT_EQ(first_type("ay"), 2u);
  EXPECT_EQ(first_type("(i(ss)as)x"), 9u);
  EXPECT_EQ(first_type("v"), 1u);
  EXPECT_EQ(first_type(""), 0u);
}

TEST(Signature, Valid) {
  for (const char* good : {"", "s", "sssa(sv)a(sa(sv))", "a{s(iu)}", "aaai", "a{oa{sv}}"})
    EXPECT_TRUE(is_signature(good)) << good;
}

TEST(Signature, Invalid) {
  for (const char* bad :
       {"a", "()", "(", ")", "(s", "{sv}", "a{s}", "a{vs}", "a{svs}", "a{(s)s}", "z", "m", "a{sv", "s)"})
    EXPECT_FALSE(is_signature(bad)) << bad;
  EXPECT_FALSE(is_signature(std::string_view("s\0", 2)));
}

TEST(Signature, Limits) {
  EXPECT_TRUE(is_signature(std::string(32, 'a') + "s"));
  EXPECT_FALSE(is_signature(std::string(33, 'a') + "s"));
  EXPECT_TRUE(is_signature(std::string(32, '(') + "s" + std::string(32, ')')));
  EXPECT_FALSE(is_signature(std::string(33, '(') + "s" + std::string(33, ')')));
  EXPECT_TRUE(is_signature(std::string(255, 's')));
  EXPECT_FALSE(is_signature(std::string(256, 's')));
  EXPECT_FALSE(is_signature(std::string(100'000, '(')));
}

TEST(Signature, SingleType) {
  EXPECT_TRUE(is_single_type("a{sv}"));
  EXPECT_FALSE(is_single_type("ss"));
  EXPECT_FALSE(is_single_type(""));
}

TEST(Signature, ObjectPath) {
  for (const char* good : {"/", "/org/freedesktop/systemd1", "/a_B/9"})
    EXPECT_TRUE(is_object_path(good)) << good;
  for (const char* bad : {"", "org", "/a/", "//", "/a//b", "/a-b", "/ä"})
    EXPECT_FALSE(is_object_path(bad)) << bad;
}

TEST(Signature, Text) {
  for (const char* good : {"", "plain", "grün", "升", "🦀", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(is_text(good)) << good;
  // A stray continuation, a cut character, overlong forms, a surrogate, beyond U+10FFFF.
  for (const char* bad : {"\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xf0\x80\x80\x80", "\xed\xa0\x80",
                          "\xf4\x90\x80\x80", "\xff"})
    EXPECT_FALSE(is_text(bad)) << bad;
  EXPECT_FALSE(is_text(std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace masu::dbus
