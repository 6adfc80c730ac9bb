// SPDX-License-Identifier: Apache-2.0
#include "masu/store/store.h"

#include "masu/store/tree.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include <fcntl.h>
#include <sys/stat.h>

namespace masu::store {
namespace {

class StoreTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string path = testing::TempDir() + "store-XXXXXX";
    ASSERT_NE(mkdtemp(path.data()), nullptr);
    root_ = path;
  }
  void TearDown() override { EXPECT_TRUE(remove_tree(AT_FDCWD, root_.c_str())); }
  Store open() const { return std::move(*Store::open(root_ + "/a/b")); }
  image::Reference name(std::string_view text) const { return *image::Reference::parse(text); }
  std::string root_;
};

TEST_F(StoreTest, NamesAreSetReadAndRemoved) {
  const Store store = open();
  const auto digest = image::Digest::sha256(std::string(64, 'a'));
  ASSERT_TRUE(store.set_ref(name("127.0.0.1:5000/a/b:v1"), digest));
  ASSERT_TRUE(store.set_ref(name("alpine"), digest));
  EXPECT_EQ(*store.find_ref(name("alpine:latest")), digest);
  EXPECT_EQ(store.refs()->size(), 2U);
  EXPECT_EQ(store.refs()->front().name, "127.0.0.1:5000/a/b:v1");
  EXPECT_TRUE(*store.remove_ref(name("alpine")));
  EXPECT_FALSE(*store.remove_ref(name("alpine")));
  EXPECT_FALSE(store.find_ref(name("alpine"))->has_value());
}

TEST_F(StoreTest, WhatLosesItsNameIsKeptWithoutOne) {
  const Store store = open();
  const auto first = image::Digest::sha256(std::string(64, 'a')),
             second = image::Digest::sha256(std::string(64, 'b'));
  ASSERT_TRUE(store.set_ref(name("alpine"), first));
  ASSERT_TRUE(store.set_ref(name("alpine"), second));
  ASSERT_EQ(store.refs()->size(), 2U);
  EXPECT_EQ(store.refs()->front().name, "");
  EXPECT_EQ(store.refs()->front().manifest, first);
  ASSERT_TRUE(store.set_ref(name("older"), first));  // named again
  EXPECT_EQ(store.refs()->size(), 2U);
  EXPECT_EQ(store.refs()->front().name, "docker.io/library/alpine:latest");
  ASSERT_TRUE(store.keep_unnamed(first));
  EXPECT_TRUE(*store.remove_ref(name("older")));
  EXPECT_EQ(store.refs()->front().manifest, first);
  EXPECT_TRUE(*store.forget_unnamed(first));
  EXPECT_FALSE(*store.forget_unnamed(first));
  EXPECT_EQ(store.refs()->size(), 1U);
}

TEST_F(StoreTest, ALayerIsSeenWhenItIsPublished) {
  const Store store = open();
  const std::string id(64, 'b');
  const auto layer = store.begin_layer(id);
  ASSERT_TRUE(layer);
  EXPECT_FALSE(store.has_layer(id));
  ASSERT_TRUE(store.publish_layer(*layer, id));
  EXPECT_TRUE(store.has_layer(id));
}

TEST_F(StoreTest, SweepTakesWhatNoNameLeadsTo) {
  const Store store = open();
  const std::string id(64, 'c');
  ASSERT_TRUE(store.publish_layer(*store.begin_layer(id), id));
  ASSERT_TRUE(store.begin_layer(id));  // and this one is cut off
  const auto swept = store.sweep({});
  ASSERT_TRUE(swept) << swept.error().message();
  EXPECT_EQ(swept->layers, 1U);
  EXPECT_EQ(swept->rests, 1U);
  EXPECT_FALSE(store.has_layer(id));
}

TEST_F(StoreTest, WhatIsNoImageIsSaidWithWhatToDo) {
  const auto found = open().find_image("nothing");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind(), Kind::not_found);
  EXPECT_NE(found.error().hint_text().find("masu pull nothing"), std::string::npos);
}

}  // namespace
}  // namespace masu::store
