// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include "commands.h"

#include <gtest/gtest.h>

namespace masu::runtime {
namespace {

TEST(Report, AMessageIsOneLine) { EXPECT_EQ(one_line("a\nb\033[1m\x7f ü"), "a\\nb\\x1b[1m\\x7f ü"); }

TEST(Report, OnlyExecHasACodeOfItsOwn) {
  for (Kind kind : {Kind::system, Kind::invalid_spec, Kind::invalid_state, Kind::not_found, Kind::exists,
                    Kind::usage, Kind::unsupported, Kind::timeout, Kind::internal}) {
    EXPECT_EQ(exit_code(Error::make(kind, "x"), &kRunCommand), 1);
    EXPECT_EQ(exit_code(Error::make(kind, "x"), nullptr), 1);
    EXPECT_EQ(exit_code(Error::make(kind, "x"), &kExecCommand), 255);
  }
}

TEST(Report, RunAndExecHaveTheCodeOfAProcessThatWasKilled) {
  EXPECT_EQ(exit_code(Error::make(Kind::system, "x").exits(137), &kRunCommand), 137);
  EXPECT_EQ(exit_code(Error::make(Kind::system, "x").exits(137), &kExecCommand), 137);
  EXPECT_EQ(exit_code(Error::make(Kind::system, "x").exits(137), &kCreateCommand), 1);
  EXPECT_EQ(exit_code(Error::make(Kind::system, "x").exits(137).exits({}), &kExecCommand), 255);
}

}  // namespace
}  // namespace masu::runtime
