// SPDX-License-Identifier: Apache-2.0
#include "masu/manager/changes.h"

#include "masu/store/tree.h"
#include "masu/sys/fd.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

namespace masu::manager {
namespace {

TEST(ChangesTest, AddedChangedDeletedAndOpaque) {
  if (geteuid() != 0) GTEST_SKIP() << "whiteouts are devices, which need root";
  std::string root = testing::TempDir() + "changes-XXXXXX";
  ASSERT_NE(mkdtemp(root.data()), nullptr);
  const std::string script = "cd " + root + R"( && mkdir -p low/etc low/old/x top/etc up/etc up/new up/old mid
    touch low/etc/a low/etc/b low/etc/gone low/old/f low/z
    mknod top/etc/gone c 0 0
    touch up/etc/a up/etc/c up/new/file
    mknod up/etc/b c 0 0; mknod up/etc/gone c 0 0; mknod up/z c 0 0
    setfattr -n trusted.overlay.opaque -v y up/old 2>/dev/null || python3 -c 'import os; os.setxattr("up/old", "trusted.overlay.opaque", b"y")'
    touch up/old/mine)";
  ASSERT_EQ(std::system(script.c_str()), 0);
  const sys::Fd upper = *sys::open(root + "/up", O_RDONLY | O_DIRECTORY),
                top = *sys::open(root + "/top", O_RDONLY | O_DIRECTORY),
                low = *sys::open(root + "/low", O_RDONLY | O_DIRECTORY);
  const auto changes = compare_layers(upper.get(), {top.get(), low.get()});
  ASSERT_TRUE(changes) << changes.error().message();
  std::string text;
  for (const Change& change : *changes)
    text += std::string(1, change_letter(change.kind)) + change.path + " ";
  EXPECT_EQ(text, "C/etc C/etc/a D/etc/b A/etc/c A/new A/new/file C/old D/old/f A/old/mine D/old/x D/z ");
  EXPECT_TRUE(store::remove_tree(AT_FDCWD, root.c_str()));
}

}  // namespace
}  // namespace masu::manager
