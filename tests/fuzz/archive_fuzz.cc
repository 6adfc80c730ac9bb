// SPDX-License-Identifier: Apache-2.0
//
// Layers as tar archives, of any form, whole or not: unpacked as a pull does it, nothing outside of the
// layer's folder may change. The checksum of each header is mended first, so that what is in it counts.
#include "unpacking.h"
#include "yard.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace {

using namespace masu;

constexpr std::size_t kBlock = 512, kSizeAt = 124, kSizeLength = 12, kSumAt = 148, kSumLength = 8;

std::size_t octal(std::string_view text) {
  std::size_t out = 0;
  for (const char c : text) {
    if (c == ' ' && out == 0) continue;
    if (c < '0' || c > '7') break;
    out = out * 8 + static_cast<std::size_t>(c - '0');
  }
  return out;
}

void mend_checksums(std::string& tar) {
  for (std::size_t at = 0; at + kBlock <= tar.size();) {
    const std::string_view header = std::string_view(tar).substr(at, kBlock);
    if (header.find_first_not_of('\0') == std::string_view::npos) return;
    const std::size_t content = octal(header.substr(kSizeAt, kSizeLength));
    std::fill_n(tar.begin() + static_cast<std::ptrdiff_t>(at + kSumAt), kSumLength, ' ');
    unsigned sum = 0;
    for (const char c : header) sum += static_cast<unsigned char>(c);
    char text[kSumLength + 1];
    (void)std::snprintf(text, sizeof text, "%06o", sum);
    tar.replace(at + kSumAt, kSumLength - 1, text, kSumLength - 1);
    if (content > tar.size()) return;
    at += kBlock + (content + kBlock - 1) / kBlock * kBlock;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string tar(reinterpret_cast<const char*>(bytes), size);
  mend_checksums(tar);
  const fuzz::Yard yard;
  const sys::Fd folder = yard.layer();
  store::LayerWriter writer(folder.get(), true);  // which makes no devices
  std::string_view left = tar;
  const auto source = [&left]() -> Result<std::string_view> {
    return std::exchange(left, std::string_view());
  };
  (void)transfer::write_layer(source, writer, "sha256");
  return 0;
}
