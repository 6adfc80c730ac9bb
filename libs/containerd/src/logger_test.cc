// SPDX-License-Identifier: Apache-2.0
#include "logger.h"

#include <gtest/gtest.h>

namespace masu::containerd {
namespace {

using Words = std::vector<std::string>;

TEST(ParseLogger, IsTheProgramAndItsParameters) {
  EXPECT_EQ(parse_logger("binary:///usr/bin/log").value(), Words{"/usr/bin/log"});
  EXPECT_EQ(parse_logger("binary:///usr/bin/log?--to=a%20b+c&-v").value(),
            (Words{"/usr/bin/log", "--to", "a b c", "-v"}));
  EXPECT_EQ(parse_logger("binary:///a%2Bb?").value(), Words{"/a+b"});
}

TEST(ParseLogger, RefusesWhatIsNoUri) {
  for (const char* uri : {"binary://log", "binary://", "binary:///a%2", "binary:///a%zz", "binary:///a%00"})
    EXPECT_FALSE(parse_logger(uri)) << uri;
}

}  // namespace
}  // namespace masu::containerd
