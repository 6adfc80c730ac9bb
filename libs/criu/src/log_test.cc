// SPDX-License-Identifier: Apache-2.0
#include "masu/criu/log.h"

#include <gtest/gtest.h>

namespace masu::criu {
namespace {

TEST(FirstError, IsTheLineWithoutTimeAndPid) {
  EXPECT_EQ(first_error("(00.000120) Version: 3.17.1 (gitid 0)\n"
                        "(00.016514)     218: Error (criu/files-reg.c:1831): Can't lookup mount=24\n"
                        "(00.016600) Error (criu/cr-dump.c:1788): Dumping FAILED.\n"),
            "Error (criu/files-reg.c:1831): Can't lookup mount=24");
  EXPECT_EQ(first_error("Error (criu/vdso.c:381): vdso: Unexpected rt vDSO area bounds\n"),
            "Error (criu/vdso.c:381): vdso: Unexpected rt vDSO area bounds");
}

TEST(FirstError, IsNotWhatALineOnlyQuotes) {
  EXPECT_EQ(first_error("(00.1) Dumping task cmdline 'Error (x)'\n(00.2)  7: Error (a.c:1): b"),
            "Error (a.c:1): b");
}

TEST(FirstError, IsEmptyWithoutOne) {
  EXPECT_EQ(first_error(""), "");
  EXPECT_EQ(first_error("(00.000120) Version: 3.17.1\nWarn  (criu/kerndat.c:1103): no luck\n"), "");
}

}  // namespace
}  // namespace masu::criu
