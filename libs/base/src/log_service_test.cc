// SPDX-License-Identifier: Apache-2.0
#include "log_service.h"

#include "masu/base/text.h"

#include <gtest/gtest.h>

#include <unistd.h>

namespace masu::log {
namespace {

std::string field(std::string_view name, std::string_view value) {
  std::string length(8, '\0');
  length[0] = static_cast<char>(value.size());
  return cat(name, "\n", length, value, "\n");
}

TEST(LogService, AnEntryOfTheJournalHoldsAnyByte) {
  EXPECT_EQ(journal_entry("web", Level::warning, "two\nlines=\xff", {{"kind", "system"}, {"hint", ""}}),
            field("MESSAGE", "two\nlines=\xff") + field("PRIORITY", "4") + field("SYSLOG_IDENTIFIER", "web") +
                field("MASU_KIND", "system"));
}

TEST(LogService, ALineOfSyslogIsOne) {
  EXPECT_EQ(syslog_line("web", Level::error, "two\nlines", {{"errno", "EPERM"}, {"hint", ""}}),
            cat("<27>web[", getpid(), "]: \"two\\nlines\" errno=\"EPERM\""));
}

TEST(LogService, LevelsAreSeverities) {
  EXPECT_TRUE(syslog_line("x", Level::info, "", {}).starts_with("<30>"));
  EXPECT_TRUE(syslog_line("x", Level::debug, "", {}).starts_with("<31>"));
  EXPECT_TRUE(syslog_line("x", Level::trace, "", {}).starts_with("<31>"));
}

}  // namespace
}  // namespace masu::log
