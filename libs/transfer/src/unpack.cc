// SPDX-License-Identifier: Apache-2.0
#include "masu/transfer/unpack.h"

#include "decoder.h"
#include "in_parallel.h"
#include "masu/base/log.h"
#include "masu/base/scope_exit.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/store/layer_writer.h"
#include "masu/store/tree.h"
#include "masu/sys/id_maps.h"
#include "masu/sys/raw.h"
#include "masu/transfer/hash.h"
#include "tar.h"
#include "unpacking.h"

namespace masu::transfer {
namespace {

// A layer beyond these is an attack or a mistake.
constexpr std::uint64_t kMostEntries = 20'000'000;
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 40;

Result<> write_entries(TarReader& tar, store::LayerWriter& writer) {
  std::uint64_t bytes = 0;
  while (const auto entry = TRY(tar.next())) {
    if (writer.entries() >= kMostEntries)
      return fail(Error::make(Kind::unsupported, "the layer has more than 20 million entries"));
    TRY(writer.begin(*entry));
    if (entry->type != store::Entry::Type::file || entry->path.find("/.wh.") != std::string::npos ||
        entry->path.starts_with(".wh."))
      continue;
    while (const auto block = TRY(tar.next_block())) {
      bytes += block->bytes.size();
      if (bytes > kMostBytes) return fail(Error::make(Kind::unsupported, "the layer has more than 1 TiB"));
      TRY(writer.write(block->bytes, block->offset));
    }
  }
  return writer.finish();
}

Result<> unpack_into(Decoder::Source source, const store::Store::NewLayer& layer,
                     const image::Digest& diff_id) {
  Decoder decoder(std::move(source));
  Hash hash = TRY(Hash::make(diff_id.algorithm()));
  const auto hashed = [&]() -> Result<std::string_view> {
    const std::string_view bytes = TRY(decoder.next());
    hash.update(bytes);
    return bytes;
  };
  TarReader tar = TRY(TarReader::open(hashed));
  store::LayerWriter writer(layer.folder.get(), sys::in_user_namespace());
  TRY(write_entries(tar, writer));
  while (!TRY(hashed()).empty()) continue;  // the padding at the end counts
  for (const std::string& path : writer.left_out()) MASU_DEBUG(cat("left out: ", path));
  const image::Digest found = hash.finish();
  if (found == diff_id) return {};
  return fail(Error::make(Kind::invalid_spec, cat("the layer's content has the digest ", found.text(),
                                                  ", and the image's configuration says ", diff_id.text())));
}

}  // namespace

Result<store::Lock> lock_layer(const store::Store& store, const image::Digest& diff_id) {
  return store.lock(cat("layer-", diff_id.hex()));
}

Result<> unpack_from(const store::Store& store, Decoder::Source source, const image::Digest& blob,
                     const image::Digest& diff_id) {
  const auto frame = [&blob] { return cat("unpack layer ", blob.text()); };
  const store::Store::NewLayer layer = TRY_IN(store.begin_layer(diff_id), frame());
  ScopeExit discard([&] { (void)store::remove_tree(store.directory(), layer.name.c_str()); });
  TRY_IN(unpack_into(std::move(source), layer, diff_id), frame());
  TRY_IN(store.publish_layer(layer, diff_id), frame());
  discard.release();
  return {};
}

Result<> unpack_layer(const store::Store& store, const image::Digest& blob, const image::Digest& diff_id) {
  if (store.has_layer(diff_id)) return {};
  const store::Lock held = TRY(lock_layer(store, diff_id));
  if (store.has_layer(diff_id)) return {};
  const sys::Fd file = TRY_IN(
      sys::open_at(store.directory(), store::Store::blob_name(blob).c_str(), O_RDONLY), "unpack layer");
  return unpack_from(store, read_from(file.get()), blob, diff_id);
}

Result<> finish_image(const store::Store& store, const image::Reference* name,
                      const image::Digest& manifest) {
  const store::Image image = TRY(store.load_image(manifest, name != nullptr ? name->text() : ""));
  TRY(in_parallel(image.manifest.layers.size(), [&](std::size_t i) {
    return unpack_layer(store, image.manifest.layers[i].digest, image.config.diff_ids[i]);
  }));
  return name != nullptr ? store.set_ref(*name, manifest) : store.keep_unnamed(manifest);
}

}  // namespace masu::transfer
