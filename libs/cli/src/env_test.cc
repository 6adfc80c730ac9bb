// SPDX-License-Identifier: Apache-2.0
#include "masu/cli/env.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include <unistd.h>

namespace masu::cli {
namespace {

TEST(Env, VariablesAreFoundByTheirWholeName) {
  const char* const variables[] = {"PATHS=/no", "PATH=/bin", "EMPTY=", nullptr};
  const Env env{.variables = variables};
  EXPECT_EQ(env.variable("PATH"), "/bin");
  EXPECT_EQ(env.variable("EMPTY"), "");
  EXPECT_EQ(env.variable("PAT"), "");
  EXPECT_EQ(Env{}.variable("PATH"), "");
}

TEST(Env, TheNameCalledHasNoFolder) {
  const std::array words = {"/usr/bin/runc"};
  EXPECT_EQ(Env{.words = words}.called_as(), "runc");
  const std::array plain = {"runc"};
  EXPECT_EQ(Env{.words = plain}.called_as(), "runc");
  EXPECT_EQ(Env{}.called_as(), "");
}

TEST(Env, PathsAreMadeAbsolute) {
  const Env env;
  char cwd[4096];
  ASSERT_NE(::getcwd(cwd, sizeof cwd), nullptr);
  EXPECT_EQ(env.absolute("a/./b//c").value(), std::string(cwd) + "/a/b/c");
  EXPECT_EQ(env.absolute(".").value(), cwd);
  EXPECT_EQ(env.absolute("/a/../b/").value(), "/a/../b");
  for (const char* root : {"/", "//", "/.", "/..", "/../."})
    EXPECT_EQ(env.absolute(root).value(), "/") << root;
  EXPECT_EQ(env.absolute("").error().kind(), Kind::usage);
}

TEST(Env, PrintWritesAllAndReportsFailure) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  EXPECT_TRUE((Env{.out = ends[1]}.print("hello")));
  char read[16];
  EXPECT_EQ(::read(ends[0], read, sizeof read), 5);
  EXPECT_EQ((Env{.out = ends[0]}.print("hello").error().err()), EBADF);  // not open for writing
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace masu::cli
