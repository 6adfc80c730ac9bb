// SPDX-License-Identifier: Apache-2.0
#include "decoder.h"

#include "masu/transfer/hash.h"

#include <gtest/gtest.h>

#include <string>

#include <zlib.h>
#include <zstd.h>

namespace masu::transfer {
namespace {

// Yields `text` in pieces, as a slow source does.
Decoder::Source source(std::string text, std::size_t piece) {
  return [text = std::move(text), piece, at = std::size_t{0}]() mutable -> Result<std::string_view> {
    const std::string_view out = std::string_view(text).substr(at, piece);
    at += out.size();
    return out;
  };
}

std::string decode(const std::string& text, std::size_t piece = 7) {
  Decoder decoder(source(text, piece));
  std::string out;
  for (;;) {
    const auto bytes = decoder.next();
    if (!bytes) return "refused";
    if (bytes->empty()) return out;
    out += *bytes;
  }
}

std::string gzip(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(text.size() + 100, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  (void)deflateEnd(&stream);
  return out;
}

std::string zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

const std::string kText = std::string(100000, 'x') + "end";

TEST(Decoder, EachFormIsKnownByItsFirstBytes) {
  for (const std::size_t piece : {1U, 7U, 100000U}) {
    EXPECT_EQ(decode(kText, piece), kText);
    EXPECT_EQ(decode(gzip(kText), piece), kText);
    EXPECT_EQ(decode(zstd(kText), piece), kText);
  }
  EXPECT_EQ(decode(""), "");
  EXPECT_EQ(decode("a"), "a");
}

TEST(Decoder, MembersAndFramesFollowEachOther) {
  EXPECT_EQ(decode(gzip("one") + gzip("two")), "onetwo");
  EXPECT_EQ(decode(gzip("one") + std::string(512, '\0')), "one");
  EXPECT_EQ(decode(zstd("one") + zstd("two")), "onetwo");
}

// zstd:chunked has its table of contents in such a frame.
TEST(Decoder, FramesToBeSkippedAreSkipped) {
  const std::string frame = std::string("\x50\x2a\x4d\x18\x05\0\0\0", 8) + "12345";
  for (const std::size_t piece : {1U, 1000U}) {
    EXPECT_EQ(decode(zstd("one") + frame, piece), "one");
    EXPECT_EQ(decode(frame + zstd("one"), piece), "one");
    EXPECT_EQ(decode(zstd("one") + frame + zstd("two") + frame, piece), "onetwo");
  }
}

// What is decoded fills buffers to the last byte, and comes from a handful of bytes.
TEST(Decoder, MuchComesOfLittle) {
  for (const std::size_t size :
       {std::size_t{262143}, std::size_t{262144}, std::size_t{262145}, std::size_t{5} << 20}) {
    const std::string text(size, 'x');
    for (const std::size_t piece : {1U, 100000U}) {
      EXPECT_EQ(decode(gzip(text), piece).size(), size);
      EXPECT_EQ(decode(gzip(text) + gzip(text), piece).size(), 2 * size);
      EXPECT_EQ(decode(zstd(text), piece).size(), size);
    }
  }
}

TEST(Decoder, TheChecksumOfAMemberIsChecked) {
  std::string wrong = gzip(kText);
  wrong[wrong.size() - 6] ^= 1;
  EXPECT_EQ(decode(wrong), "refused");
  EXPECT_EQ(decode(wrong, 1), "refused");
}

TEST(Decoder, WhatIsCutOffOrDamagedIsRefused) {
  for (const std::string& whole : {gzip(kText), zstd(kText)}) {
    EXPECT_EQ(decode(whole.substr(0, whole.size() - 3)), "refused");
    EXPECT_EQ(decode(whole.substr(0, 12)), "refused");
    std::string damaged = whole;
    damaged[damaged.size() / 2] ^= 0x55;
    EXPECT_NE(decode(damaged), kText);
  }
}

TEST(Hash, OfTheStandard) {
  EXPECT_EQ(sha256("abc").hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_FALSE(Hash::make("md5"));
}

}  // namespace
}  // namespace masu::transfer
