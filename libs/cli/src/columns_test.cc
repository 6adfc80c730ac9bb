// SPDX-License-Identifier: Apache-2.0
#include "masu/cli/columns.h"

#include <gtest/gtest.h>

namespace masu::cli {
namespace {

TEST(Columns, AreAsWideAsTheirWidestCell) {
  Columns table{"ID", "PID", "BUNDLE"};
  table.add({"web", "1234567", "/b"});
  table.add({"a-long-name", "0", "/bundles/x"});
  EXPECT_EQ(table.text(),
            "ID            PID       BUNDLE\n"
            "web           1234567   /b\n"
            "a-long-name   0         /bundles/x\n");
}

TEST(Columns, LinesDoNotEndInSpaces) {
  Columns table{"ID", "OWNER"};
  table.add({"web", ""});
  EXPECT_EQ(table.text(), "ID    OWNER\nweb\n");
}

TEST(Columns, CountCharactersAndHideControls) {
  Columns table{"A", "B"};
  table.add({"枡", "\033[2J"});
  EXPECT_EQ(table.text(), "A   B\n枡   ?[2J\n");
}

}  // namespace
}  // namespace masu::cli
