// SPDX-License-Identifier: Apache-2.0
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/store/store.h"
#include "masu/store/tree.h"
#include "masu/sys/raw.h"

#include <set>

namespace masu::store {
namespace {

namespace raw = sys::raw;

struct Marked {
  std::set<std::string, std::less<>> blobs, layers;  // names of their files and folders
};

Result<> mark(const Store& store, const image::Digest& manifest, Marked& marked) {
  marked.blobs.emplace(manifest.hex());
  const auto image = store.load_image(manifest, "");
  if (!image) return {};  // damaged: its manifest is kept, so that it can be told
  marked.blobs.emplace(image->manifest.config.digest.hex());
  for (const image::Descriptor& layer : image->manifest.layers) marked.blobs.emplace(layer.digest.hex());
  for (const image::Digest& id : image->config.diff_ids) {
    marked.layers.insert(Store::shared_layer(id));
    marked.layers.insert(Store::own_layer(id, image->id()));
  }
  return {};
}

std::uint64_t size_of(int dir, const std::string& name) {
  struct stat status{};
  return raw::fstatat(dir, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0
             ? static_cast<std::uint64_t>(status.st_size)
             : 0;
}

}  // namespace

Result<Store::Swept> Store::sweep(const std::vector<image::Digest>& kept) const {
  const Lock alone = TRY(lock(kAdding));
  Marked marked;
  const std::vector<Ref> named = TRY(refs());
  for (const Ref& ref : named) TRY(mark(*this, ref.manifest, marked));
  for (const image::Digest& manifest : kept) TRY(mark(*this, manifest, marked));
  Swept out;
  for (const char* folder : {"blobs/sha256", "blobs/sha512"}) {
    const std::vector<std::string> names = TRY(list_folder(directory_.get(), folder));
    for (const std::string& name : names) {
      if (marked.blobs.contains(name)) continue;
      const std::string path = cat(folder, "/", name);
      out.bytes += size_of(directory_.get(), path);
      TRY(remove_tree(directory_.get(), path.c_str()));
      ++out.blobs;
    }
  }
  const std::vector<std::string> layers = TRY(list_folder(directory_.get(), "layers"));
  for (const std::string& name : layers) {
    if (marked.layers.contains(name)) continue;
    TRY(remove_tree(directory_.get(), cat("layers/", name).c_str()));
    ++(name.starts_with('.') ? out.rests : out.layers);
  }
  for (const char* folder : {"ingest", "refs"}) {
    const std::vector<std::string> names = TRY(list_folder(directory_.get(), folder));
    for (const std::string& name : names) {
      if (std::string_view(folder) == "refs" && !name.starts_with('.')) continue;
      out.bytes += size_of(directory_.get(), cat(folder, "/", name));
      TRY(remove_tree(directory_.get(), cat(folder, "/", name).c_str()));
      ++out.rests;
    }
  }
  return out;
}

}  // namespace masu::store
