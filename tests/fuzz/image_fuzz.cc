// SPDX-License-Identifier: Apache-2.0
//
// Names and documents of images, as registries and archives send them. What is a name is one again when it is
// written.
#include "masu/image/document.h"
#include "masu/image/reference.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace masu;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  if (const auto name = image::Reference::parse(text)) {
    const auto again = image::Reference::parse(name->text());
    if (!again || again->text() != name->text()) std::abort();
    // A tag may have dots at its end; no part between slashes may be "..".
    const std::string path = "/" + name->text() + "/";
    if (path.find("/../") != std::string::npos || path.find('%') != std::string::npos) std::abort();
  }
  if (const auto index = image::Index::parse(text)) (void)index->choose(image::Platform::host());
  (void)image::Manifest::parse(text);
  (void)image::Config::parse(text);
  (void)image::media_type_of(text);
  return 0;
}
