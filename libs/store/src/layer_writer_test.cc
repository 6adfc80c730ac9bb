// SPDX-License-Identifier: Apache-2.0
//
// A case for each hazard of a layer's archive: whatever the tar says, nothing is made, changed or read
// outside.
#include "masu/store/layer_writer.h"

#include "masu/store/copy.h"
#include "masu/store/tree.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace masu::store {
namespace {

using Type = Entry::Type;

class LayerWriterTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string path = testing::TempDir() + "layer-XXXXXX";
    ASSERT_NE(mkdtemp(path.data()), nullptr);
    top_ = path;
    ASSERT_EQ(mkdir((top_ + "/layer").c_str(), 0755), 0);
    ASSERT_EQ(mkdir((top_ + "/outside").c_str(), 0755), 0);
    put("outside/victim", "untouched");
    folder_ = sys::Fd(open((top_ + "/layer").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    writer_ = std::make_unique<LayerWriter>(folder_.get(), false);
  }
  void TearDown() override {
    EXPECT_EQ(get("outside/victim"), "untouched");
    EXPECT_EQ(list_folder(AT_FDCWD, (top_ + "/outside").c_str())->size(), 1U);
    EXPECT_TRUE(remove_tree(AT_FDCWD, top_.c_str()));
  }

  void put(const std::string& name, std::string_view text) const {
    const sys::Fd file(open((top_ + "/" + name).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    ASSERT_EQ(write(file.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  std::string get(const std::string& name) const {
    return sys::read_file(top_ + "/" + name).value_or("(none)");
  }

  Result<> add(const std::string& path, Type type, const std::string& target = {}) {
    Entry entry;
    entry.path = path;
    entry.type = type;
    entry.target = target;
    entry.mode = type == Type::folder ? 0755 : 0644;
    entry.uid = geteuid();
    entry.gid = getegid();
    entry.mtime = 1'000'000'000;
    return writer_->begin(entry);
  }
  Result<> add_file(const std::string& path, std::string_view text) {
    if (auto begun = add(path, Type::file); !begun) return begun;
    if (auto written = writer_->write(text, 0); !written) return written;
    return writer_->end_file();
  }
  struct stat status(const std::string& name) const {
    struct stat out{};
    (void)lstat((top_ + "/layer/" + name).c_str(), &out);
    return out;
  }

  std::string top_;
  sys::Fd folder_;
  std::unique_ptr<LayerWriter> writer_;
};

TEST_F(LayerWriterTest, FilesFoldersLinks) {
  ASSERT_TRUE(add("./", Type::folder));
  ASSERT_TRUE(add("a/", Type::folder));
  ASSERT_TRUE(add_file("a/file", "text"));
  ASSERT_TRUE(add("a/link", Type::symlink, "/no/where"));
  ASSERT_TRUE(add("a/hard", Type::hardlink, "a/file"));
  ASSERT_TRUE(add_file("deep/er/file", "deep"));
  ASSERT_TRUE(writer_->finish());
  EXPECT_EQ(get("layer/a/file"), "text");
  EXPECT_EQ(status("a/file").st_nlink, 2U);
  EXPECT_EQ(status("a/file").st_mtime, 1'000'000'000);
  EXPECT_EQ(status("a").st_mtime, 1'000'000'000);
  EXPECT_TRUE(S_ISLNK(status("a/link").st_mode));
  EXPECT_EQ(get("layer/deep/er/file"), "deep");
}

TEST_F(LayerWriterTest, DotsAreRefused) {
  for (const char* path : {"../outside/victim", "a/../../outside/victim", "..", "a/.."})
    EXPECT_FALSE(add_file(path, "x")) << path;
}

TEST_F(LayerWriterTest, AnAbsoluteNameIsBelow) {
  ASSERT_TRUE(add_file(top_ + "/outside/victim", "inside"));
  EXPECT_EQ(get("layer" + top_ + "/outside/victim"), "inside");
}

TEST_F(LayerWriterTest, ALinkThatLeadsOutsideEndsInside) {
  ASSERT_TRUE(add("up", Type::symlink, "../outside"));
  ASSERT_TRUE(add("absolute", Type::symlink, top_ + "/outside"));
  (void)add_file("up/victim", "x");
  (void)add_file("absolute/victim", "x");
  (void)add("up/.wh.victim", Type::file);
}

TEST_F(LayerWriterTest, AFileTakesTheLinksPlaceAndIsNotWrittenThroughIt) {
  ASSERT_TRUE(add("victim", Type::symlink, "../outside/victim"));
  ASSERT_TRUE(add_file("victim", "x"));
  EXPECT_EQ(get("layer/victim"), "x");
}

TEST_F(LayerWriterTest, AHardLinkToOutsideIsNone) {
  EXPECT_FALSE(add("hard", Type::hardlink, "../outside/victim"));
  EXPECT_FALSE(add("hard", Type::hardlink, top_ + "/outside/victim"));
  ASSERT_TRUE(add("up", Type::symlink, "../outside"));
  EXPECT_FALSE(add("hard", Type::hardlink, "up/victim"));
  // Of a link that leads out, a hard link is that link, and writing to it replaces it.
  ASSERT_TRUE(add("link", Type::symlink, "../outside/victim"));
  ASSERT_TRUE(add("hard", Type::hardlink, "link"));
  ASSERT_TRUE(add_file("hard", "x"));
}

TEST_F(LayerWriterTest, AFolderThatBecomesALinkIsNotWrittenThrough) {
  ASSERT_TRUE(add("d/", Type::folder));
  ASSERT_TRUE(add_file("d/one", "1"));
  ASSERT_TRUE(add("d", Type::symlink, "../outside"));
  (void)add_file("d/two", "2");
  // And back: the cached parent must be the new folder.
  ASSERT_TRUE(add("d/", Type::folder));
  ASSERT_TRUE(add_file("d/three", "3"));
  EXPECT_EQ(get("layer/d/three"), "3");
}

TEST_F(LayerWriterTest, WhiteoutsAreWhatOverlayKnows) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  ASSERT_TRUE(add("d/", Type::folder));
  ASSERT_TRUE(add("d/.wh.gone", Type::file));
  ASSERT_TRUE(add_file("d/stays", "here"));
  ASSERT_TRUE(add("d/.wh.stays", Type::file));
  ASSERT_TRUE(add("d/.wh..wh..opq", Type::file));
  ASSERT_TRUE(add("d/.wh..wh.plnk", Type::file));
  EXPECT_TRUE(S_ISCHR(status("d/gone").st_mode));
  EXPECT_EQ(status("d/gone").st_rdev, makedev(0, 0));
  EXPECT_EQ(get("layer/d/stays"), "here");
  char value = 0;
  EXPECT_EQ(getxattr((top_ + "/layer/d").c_str(), "trusted.overlay.opaque", &value, 1), 1);
  EXPECT_EQ(list_folder(AT_FDCWD, (top_ + "/layer/d").c_str())->size(), 2U);
  EXPECT_FALSE(add(".wh.", Type::file));
  EXPECT_FALSE(add(".wh...", Type::file));
}

TEST_F(LayerWriterTest, AFolderThatIsDeletedAndMadeAnewIsOpaque) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  const auto is_new = [this](const char* name) { return is_opaque(folder_.get(), name); };
  ASSERT_TRUE(add(".wh.before", Type::file));
  ASSERT_TRUE(add("before/", Type::folder));
  ASSERT_TRUE(add("after/", Type::folder));
  ASSERT_TRUE(add(".wh.after", Type::file));
  ASSERT_TRUE(add(".wh.implied", Type::file));
  ASSERT_TRUE(add_file("implied/by/this", "x"));
  ASSERT_TRUE(add("merged/", Type::folder));
  for (const char* name : {"before", "after", "implied"}) EXPECT_TRUE(is_new(name)) << name;
  for (const char* name : {"merged", "implied/by", "."}) EXPECT_FALSE(is_new(name)) << name;
  ASSERT_TRUE(add(".wh..wh..opq", Type::file));
  EXPECT_TRUE(is_new("."));
}

TEST_F(LayerWriterTest, NothingIsInADeletion) {
  EXPECT_FALSE(add_file(".wh.d/file", "x"));
  EXPECT_FALSE(add("d/.wh.e/f/", Type::folder));
  ASSERT_TRUE(add(".wh..wh.plnk/12.34", Type::file));  // of aufs
  EXPECT_FALSE(writer_->takes_content());
  EXPECT_TRUE(list_folder(AT_FDCWD, (top_ + "/layer").c_str())->empty());
}

TEST_F(LayerWriterTest, AHardLinkToWhatIsDeletedIsNone) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  ASSERT_TRUE(add(".wh.gone", Type::file));
  EXPECT_FALSE(add("hard", Type::hardlink, "gone"));
  EXPECT_FALSE(add("hard", Type::hardlink, ".wh.gone"));
}

// Two layers below: "top" hides some of what "bottom" has.
TEST_F(LayerWriterTest, AHardLinkToALowerLayersFileIsACopyOfIt) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  ASSERT_FALSE(add("hard", Type::hardlink, "d/file"));
  EXPECT_TRUE(writer_->needs_below());
  ASSERT_EQ(std::system(("cd " + top_ +
                         " && mkdir -p top/opaque top/gone bottom/d bottom/opaque bottom/gone"
                         " && printf below >bottom/d/file && chmod 4711 bottom/d/file"
                         " && touch -d 2001-09-09 bottom/d/file bottom/opaque/file bottom/gone/file"
                         " && mknod top/gone/file c 0 0 && ln -s ../outside bottom/up"
                         " && ln -s ../outside/victim bottom/link")
                            .c_str()),
            0);
  ASSERT_EQ(setxattr((top_ + "/top/opaque").c_str(), "trusted.overlay.opaque", "y", 1, 0), 0);
  std::vector<sys::Fd> below;
  for (const char* name : {"/top", "/bottom"})
    below.emplace_back(open((top_ + name).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  writer_->look_into(std::move(below));
  ASSERT_TRUE(add_file("hard", "replaced"));
  ASSERT_TRUE(add("hard", Type::hardlink, "./d/file"));
  EXPECT_EQ(get("layer/hard"), "below");
  EXPECT_EQ(status("hard").st_mode & 07777, 04711U);
  EXPECT_EQ(status("hard").st_nlink, 1U);
  ASSERT_TRUE(add("link", Type::hardlink, "link"));  // no link to itself, as there is none yet
  for (const char* target : {"opaque/file", "gone/file", "up/victim", "d", "none", "link/victim"})
    EXPECT_FALSE(add("hard", Type::hardlink, target)) << target;
  ASSERT_TRUE(add("symlink", Type::hardlink, "link"));
  EXPECT_TRUE(S_ISLNK(status("symlink").st_mode));
}

TEST_F(LayerWriterTest, TheDeviceThatDeletesIsNotForImages) { EXPECT_FALSE(add("null", Type::character)); }

TEST_F(LayerWriterTest, OverlaysOwnAttributesAreNotForImages) {
  Entry entry;
  entry.path = "d";
  entry.type = Type::folder;
  entry.mode = 0755;
  entry.uid = geteuid();
  entry.gid = getegid();
  entry.xattrs = {{"trusted.overlay.opaque", "y"}, {"user.overlay.opaque", "y"}, {"user.mine", "yes"}};
  ASSERT_TRUE(writer_->begin(entry));
  char value[8];
  const std::string path = top_ + "/layer/d";
  EXPECT_LT(getxattr(path.c_str(), "trusted.overlay.opaque", value, sizeof value), 0);
  EXPECT_LT(getxattr(path.c_str(), "user.overlay.opaque", value, sizeof value), 0);
  EXPECT_EQ(getxattr(path.c_str(), "user.mine", value, sizeof value), 3);
}

TEST_F(LayerWriterTest, NamesThatLinuxHasNot) {
  EXPECT_FALSE(add_file(std::string("a\0b", 3), "x"));
  EXPECT_FALSE(add_file(std::string(256, 'n'), "x"));
  std::string deep;
  for (int i = 0; i < 3000; ++i) deep += "d/";
  EXPECT_FALSE(add_file(deep + "file", "x"));
  EXPECT_FALSE(add("", Type::file));
  EXPECT_FALSE(add(".", Type::symlink, "x"));
}

TEST_F(LayerWriterTest, AFileIsNoParent) {
  ASSERT_TRUE(add_file("file", "x"));
  EXPECT_FALSE(add_file("file/below", "x"));
}

TEST_F(LayerWriterTest, TheModeIsSetAfterTheOwner) {
  Entry entry;
  entry.path = "su";
  entry.mode = 04755;
  entry.uid = geteuid();
  entry.gid = getegid();
  entry.size = 100;
  ASSERT_TRUE(writer_->begin(entry));
  ASSERT_TRUE(writer_->write("x", 10));
  ASSERT_TRUE(writer_->end_file());
  EXPECT_EQ(status("su").st_mode & 07777, 04755U);
  EXPECT_EQ(status("su").st_size, 100);  // a hole at the end
}

// An ordinary process may have 1024 files open.
TEST_F(LayerWriterTest, ADeepTreeIsRemoved) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit few{128, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  std::string path = "d";
  ASSERT_TRUE(add(path, Type::folder));
  for (int i = 0; i < 1500; ++i) ASSERT_TRUE(add(path += "/d", Type::folder));
  ASSERT_TRUE(add_file("d", "a file in its place"));
  EXPECT_EQ(get("layer/d"), "a file in its place");
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
}

}  // namespace
}  // namespace masu::store
