// SPDX-License-Identifier: Apache-2.0
#include "kernel_log.h"

#include <gtest/gtest.h>

namespace masu::container {
namespace {

TEST(KernelLogTest, DenialsOfAppArmorAndSelinux) {
  EXPECT_EQ(denial_in("5,812,99,-;audit: type=1400 audit(1.2:3): apparmor=\"DENIED\" operation=\"exec\" "
                      "name=\"/x\"\n K=v\n"),
            "audit: type=1400 audit(1.2:3): apparmor=\"DENIED\" operation=\"exec\" name=\"/x\"");
  EXPECT_EQ(denial_in("5,1,2,-;audit: type=1400 audit(1.2:3): avc:  denied  { execute } for  pid=1"),
            "audit: type=1400 audit(1.2:3): avc:  denied  { execute } for  pid=1");
}

TEST(KernelLogTest, OtherRecordsAreNone) {
  for (const char* record : {"", "6,1,2,-", "6,1,2,-;eth0: link up\n",
                             "6,1,2,-;apparmor=\"ALLOWED\" denied=1", "6,1,2,-;avc: granted"})
    EXPECT_EQ(denial_in(record), "") << record;
}

}  // namespace
}  // namespace masu::container
