// SPDX-License-Identifier: Apache-2.0
#include "masu/transfer/pull.h"

#include "in_parallel.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/transfer/unpack.h"

namespace masu::transfer {
namespace {

Result<> fetch(const store::Store& store, Registry& registry, const image::Descriptor& what) {
  const store::Lock held = TRY(lock_blob(store, what.digest));
  if (store.has_blob(what.digest)) return {};  // from before, or from a pull beside us
  NewBlob blob = TRY(NewBlob::open(store, what));
  if (blob.offset() < what.size) TRY(registry.blob(what, blob));
  return blob.finish();
}

// The manifest for the platform, by way of an index if there is one.
Result<image::Digest> fetch_manifest(const store::Store& store, Registry& registry,
                                     const image::Reference& name, const image::Platform& platform) {
  Registry::Document document = TRY(registry.manifest(name.digest.empty() ? name.tag : name.digest.text()));
  if (image::is_index(document.media_type)) {
    const image::Index index = TRY(image::Index::parse(document.text));
    const image::Descriptor entry = TRY(index.choose(platform));
    document = TRY(registry.manifest(entry.digest.text()));
  }
  TRY(image::Manifest::parse(document.text));
  return add_blob(store, document.text);
}

}  // namespace

Result<store::Image> pull(const store::Store& store, const image::Reference& name,
                          const PullOptions& options) {
  const auto frame = [&name] { return cat("pull ", name.text()); };
  const auto say = [&options](const std::string& line) {
    if (options.progress) options.progress(line);
  };
  say(cat("Pulling ", name.text()));
  const store::Lock adding = TRY(store.lock(store::Store::kAdding, store::Store::Sharing::shared));
  Registry registry = TRY_IN(Registry::open(name, options.registry), frame());
  const image::Digest digest = TRY_IN(fetch_manifest(store, registry, name, options.platform), frame());
  const std::string text = TRY_IN(store.read_blob(digest, image::kLongestManifest), frame());
  const image::Manifest manifest = TRY_IN(image::Manifest::parse(text), frame());
  TRY_IN(fetch(store, registry, manifest.config), frame());
  store::Image image = TRY_IN(store.load_image(digest, name.text()), frame());
  const auto take_layer = [&](std::size_t i) -> Result<> {
    const image::Descriptor& layer = manifest.layers[i];
    const bool here = store.has_layer(image.config.diff_ids[i]) && store.has_blob(layer.digest);
    TRY(fetch(store, registry, layer));
    TRY(unpack_layer(store, layer.digest, image.config.diff_ids[i]));
    say(cat(layer.digest.hex().substr(0, 12), here ? ": already here" : ": done"));
    return {};
  };
  TRY_IN(in_parallel(manifest.layers.size(), take_layer), frame());
  TRY_IN(store.set_ref(name, digest), frame());
  return image;
}

}  // namespace masu::transfer
