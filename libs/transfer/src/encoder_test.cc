// SPDX-License-Identifier: Apache-2.0
#include "masu/transfer/encoder.h"

#include "decoder.h"
#include "masu/sys/raw.h"
#include "masu/transfer/hash.h"

#include <gtest/gtest.h>

#include <string>

#include <sys/mman.h>
#include <unistd.h>

namespace masu::transfer {
namespace {

TEST(EncoderTest, ALayerIsHashedOnBothSides) {
  const sys::Fd file(memfd_create("layer", MFD_CLOEXEC));
  auto layer = LayerFile::open(file.get());
  ASSERT_TRUE(layer);
  std::string content;
  for (int i = 0; i < 100000; ++i) content += std::to_string(i * 7919L);
  for (std::size_t at = 0; at < content.size(); at += 65536)
    ASSERT_TRUE(layer->write(std::string_view(content).substr(at, 65536)));
  const auto written = layer->finish();
  ASSERT_TRUE(written);
  EXPECT_EQ(written->diff_id, sha256(content));
  EXPECT_EQ(written->blob.media_type, "application/vnd.oci.image.layer.v1.tar+gzip");

  ASSERT_EQ(lseek(file.get(), 0, SEEK_SET), 0);
  const std::string bytes = *sys::read_all(file.get());
  EXPECT_EQ(written->blob.size, bytes.size());
  EXPECT_EQ(written->blob.digest, sha256(bytes));
  EXPECT_LT(bytes.size(), content.size());

  ASSERT_EQ(lseek(file.get(), 0, SEEK_SET), 0);
  Decoder decoder(read_from(file.get()));
  std::string again;
  for (;;) {
    const auto piece = decoder.next();
    ASSERT_TRUE(piece);
    if (piece->empty()) break;
    again += *piece;
  }
  EXPECT_TRUE(again == content);
}

TEST(EncoderTest, AnEmptyLayerIsAnArchiveToo) {
  const sys::Fd file(memfd_create("layer", MFD_CLOEXEC));
  auto layer = LayerFile::open(file.get());
  ASSERT_TRUE(layer);
  const auto written = layer->finish();
  ASSERT_TRUE(written);
  EXPECT_EQ(written->diff_id, sha256(""));
  EXPECT_GT(written->blob.size, 0U);
}

TEST(EncoderTest, MediaTypes) {
  EXPECT_EQ(layer_type(false, ""), "application/vnd.oci.image.layer.v1.tar");
  EXPECT_EQ(layer_type(false, "zstd"), "application/vnd.oci.image.layer.v1.tar+zstd");
  EXPECT_EQ(layer_type(true, "gzip"), "application/vnd.docker.image.rootfs.diff.tar.gzip");
}

}  // namespace
}  // namespace masu::transfer
