// SPDX-License-Identifier: Apache-2.0
#include "masu/http/form.h"

#include <gtest/gtest.h>

namespace masu::http {
namespace {

TEST(Form, ReadsFieldsAndEscapes) {
  const auto form = Form::parse("cmd=kill&signal=SIG%54ERM&&note=a+b%2Bc&alone&cmd=start");
  ASSERT_TRUE(form);
  EXPECT_EQ(form->value("cmd"), "start");
  EXPECT_EQ(form->value("signal"), "SIGTERM");
  EXPECT_EQ(form->value("note"), "a b+c");
  EXPECT_EQ(form->find("alone"), "");
  EXPECT_FALSE(form->find("absent"));
  EXPECT_EQ(form->value("absent", "x"), "x");
}

TEST(Form, RefusesBadEscapes) {
  for (const char* text : {"a=%", "a=%4", "a=%zz", "%G0=1", "a=%-1"}) EXPECT_FALSE(Form::parse(text)) << text;
}

TEST(Form, FlagsAreStrict) {
  const auto form = Form::parse("a&b=1&c=no&d=perhaps");
  ASSERT_TRUE(form);
  EXPECT_TRUE(*form->flag("a", false));
  EXPECT_TRUE(*form->flag("b", false));
  EXPECT_FALSE(*form->flag("c", true));
  EXPECT_TRUE(*form->flag("absent", true));
  EXPECT_FALSE(form->flag("d", true));
}

TEST(Form, APlusIsASpaceInFormsOnly) {
  EXPECT_EQ(*unescape("a+b%20c", false), "a+b c");
  EXPECT_EQ(*unescape("a+b%20c", true), "a b c");
}

}  // namespace
}  // namespace masu::http
