// SPDX-License-Identifier: Apache-2.0
#include "module.h"

#include <gtest/gtest.h>

namespace masu::wasm {
namespace {

using namespace std::string_view_literals;

TEST(Module, Binary) {
  EXPECT_EQ(form_of("\0asm\1\0\0\0"sv), Form::module);
  EXPECT_EQ(form_of("\0asm\1\0\0\0\1\2\3"sv), Form::module);
  EXPECT_EQ(form_of("\0asm\x0d\0\1\0"sv), Form::component);
  EXPECT_EQ(form_of("\0asm\2\0\0\0"sv), Form::other);
  EXPECT_EQ(form_of("\0asm"sv), Form::other);
  EXPECT_EQ(form_of("\0as"sv), Form::other);
}

TEST(Module, Text) {
  EXPECT_EQ(form_of("(module)"), Form::text);
  EXPECT_EQ(form_of(" \t\r\n;; a comment (\n(; one (; in another ;) ;)\n(module)"), Form::text);
  EXPECT_EQ(form_of("(; only a comment ;)"), Form::other);
  EXPECT_EQ(form_of("(; without an end (module)"), Form::other);
  EXPECT_EQ(form_of(";; (module)"), Form::other);
}

TEST(Module, Others) {
  EXPECT_EQ(form_of(""), Form::other);
  EXPECT_EQ(form_of("\x7f"
                    "ELF"),
            Form::other);
  EXPECT_EQ(form_of("#!/bin/sh\n"), Form::other);
}

}  // namespace
}  // namespace masu::wasm
