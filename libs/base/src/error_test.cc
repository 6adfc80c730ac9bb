// SPDX-License-Identifier: Apache-2.0
#include "masu/base/error.h"

#include "masu/base/try.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>

namespace masu {
namespace {

static_assert(sizeof(Error) == sizeof(void*));

TEST(Error, PrintsFramesOutermostFirstThenCauseAndPath) {
  const Error error =
      Error::sys(EPERM, "mount proc on /proc").at("mounts[0]").within("set up mounts").within("create 'web'");
  EXPECT_EQ(error.message(),
            "create 'web': set up mounts: mount proc on /proc: operation not permitted (EPERM) [mounts[0]]");
  EXPECT_EQ(error.err(), EPERM);
  EXPECT_EQ(error.kind(), Kind::system);
}

TEST(Error, PutsThePathOfARefusedValueFirst) {
  const Error error =
      Error::spec("linux.resources.memory.limit", "-5 is neither -1 nor >= 0").within("create 'web'");
  EXPECT_EQ(error.message(), "create 'web': linux.resources.memory.limit: -5 is neither -1 nor >= 0");
  EXPECT_EQ(Error::spec("", "not an object").message(), "not an object");
}

TEST(Error, KeepsTheInnermostHintAndPath) {
  const Error error = Error::make(Kind::usage, "no").hint("inner").hint("outer").at("a").at("b");
  EXPECT_EQ(error.hint_text(), "inner");
  EXPECT_EQ(error.path(), "a");
  EXPECT_EQ(error.message(), "no [a]");  // without the hint
}

TEST(Error, SaysAnUnknownNumberWithoutName) {
  EXPECT_EQ(Error::sys(4095, "open").message(), "open: unknown error");
}

TEST(Error, ChangesKindAndKeepsErrno) {
  const Error error = Error::sys(ENOENT, "open").as(Kind::not_found);
  EXPECT_EQ(error.kind(), Kind::not_found);
  EXPECT_EQ(error.err(), ENOENT);
  EXPECT_EQ(kind_name(error.kind()), "not_found");
}

Result<std::unique_ptr<int>> make(bool good) {
  if (!good) return fail(Error::make(Kind::internal, "bad"));
  return std::make_unique<int>(3);
}
Result<> check(bool good) {
  if (!good) return fail(Error::make(Kind::internal, "bad"));
  return {};
}
Result<int> use(bool first, bool second, int* frames) {
  const auto value = TRY(make(first));
  TRY_IN(check(second), (++*frames, "frame"));
  return *value;
}

TEST(Try, YieldsValuesAndReturnsErrors) {
  int frames = 0;
  EXPECT_EQ(use(true, true, &frames).value(), 3);
  EXPECT_EQ(use(false, true, &frames).error().message(), "bad");
  EXPECT_EQ(frames, 0);  // the frame's text is built only on failure
  EXPECT_EQ(use(true, false, &frames).error().message(), "frame: bad");
  EXPECT_EQ(frames, 1);
}

}  // namespace
}  // namespace masu
