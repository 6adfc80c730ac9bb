// SPDX-License-Identifier: Apache-2.0
//
// Entries of a layer, in any order and with any names: nothing outside of the layer's folder may change.
#include "masu/store/layer_writer.h"
#include "masu/store/tree.h"
#include "masu/sys/fd.h"
#include "scratch.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using namespace masu;

constexpr std::string_view kUntouched = "untouched";

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

void check(bool right) {
  if (!right) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  Input in{bytes, size};
  const std::string path = masu::fuzz::make_scratch();
  check(mkdir((path + "/layer").c_str(), 0755) == 0 && mkdir((path + "/outside").c_str(), 0755) == 0);
  const std::string victim = path + "/outside/victim";
  {
    auto file = sys::open(victim, O_WRONLY | O_CREAT, 0600);
    check(file && sys::write_all(file->get(), kUntouched));
    auto folder = sys::open(path + "/layer", O_RDONLY | O_DIRECTORY);
    check(folder.has_value());
    store::LayerWriter writer(folder->get(), geteuid() != 0);
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
      if (writer.begin(entry) && entry.type == store::Entry::Type::file) (void)writer.write("x", 0);
    }
    (void)writer.finish();
  }
  check(sys::read_file(victim).value_or("") == kUntouched);
  check(store::list_folder(AT_FDCWD, (path + "/outside").c_str()).value().size() == 1);
  check(store::list_folder(AT_FDCWD, path.c_str()).value().size() == 2);
  struct stat status{};
  check(stat(victim.c_str(), &status) == 0 && status.st_nlink == 1 && (status.st_mode & 07777) == 0600);
  check(store::remove_tree(AT_FDCWD, path.c_str()).has_value());
  return 0;
}
