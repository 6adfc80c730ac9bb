// SPDX-License-Identifier: Apache-2.0
//
// Entries of a layer, in any order and with any names: nothing outside of the layer's folder may change.
#include "masu/store/layer_writer.h"
#include "yard.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace {

using namespace masu;

struct Input {
  const std::uint8_t* bytes;
  std::size_t size;
  std::uint8_t byte() { return size == 0 ? 0 : (--size, *bytes++); }
  // Few characters, so that names meet: a/b, .., .wh., links through each other.
  std::string name() {
    constexpr std::string_view kParts[] = {"a",       "b", "/",     "..", ".", ".wh.", ".wh..wh..opq",
                                           "outside", "/", "victim"};
    std::string out;
    for (int i = byte() % 8; i > 0; --i) out += kParts[byte() % std::size(kParts)];
    return out;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  Input in{bytes, size};
  const fuzz::Yard yard;
  const sys::Fd folder = yard.layer();
  store::LayerWriter writer(folder.get(), geteuid() != 0);
  while (in.size > 0) {
    store::Entry entry;
    // Character and block devices are left out: the fuzzer makes none on the machine that it runs on.
    constexpr store::Entry::Type kTypes[] = {store::Entry::Type::file, store::Entry::Type::folder,
                                             store::Entry::Type::symlink, store::Entry::Type::hardlink,
                                             store::Entry::Type::fifo};
    entry.type = kTypes[in.byte() % std::size(kTypes)];
    entry.path = in.name();
    entry.target = in.name();
    entry.uid = geteuid();
    entry.gid = getegid();
    if (writer.begin(entry) && writer.takes_content()) (void)writer.write("x", 0);
  }
  (void)writer.finish();
  return 0;
}
