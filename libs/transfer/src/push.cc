// SPDX-License-Identifier: Apache-2.0
#include "masu/transfer/push.h"

#include "in_parallel.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"
#include "masu/transfer/hash.h"

#include <fcntl.h>

namespace masu::transfer {
namespace {

using Form = PushOptions::Form;

// What is sent as a layer: the store's blob, or a compressed copy.
struct Outgoing {
  image::Descriptor what;
  sys::Fd file;
};

Result<Outgoing> prepare(const store::Store& store, const image::Descriptor& layer, bool docker,
                         const PushOptions& options) {
  const auto frame = [&layer] { return cat("layer ", layer.digest.text()); };
  Outgoing out{layer, {}};
  out.file = TRY_IN(sys::open_at(store.directory(), store::Store::blob_name(layer.digest).c_str(), O_RDONLY),
                    frame());
  std::string_view compression = TRY_IN(compression_of(out.file.get()), frame());
  if (compression.empty() || options.recompress) {
    sys::Fd copy = TRY_IN(make_temporary(store), frame());
    out.what = TRY_IN(compress(out.file.get(), copy.get(), options.compression), frame());
    out.file = std::move(copy);
    compression = options.compression.form == Compression::Form::gzip ? "gzip" : "zstd";
  } else if (options.form == Form::as_it_is) {
    return out;
  }
  if (docker && compression == "zstd")
    return fail(Error::make(Kind::unsupported, "Docker's manifests have no layers of zstd")
                    .within(frame())
                    .hint("push with --format oci, or --compression-format gzip --force-compression"));
  out.what.media_type = layer_type(docker, compression);
  return out;
}

// The manifest as the store has it, to the byte, unless something in it is another.
Result<std::string> manifest_text(const store::Store& store, const store::Image& image,
                                  const image::Manifest& made) {
  bool same = made.media_type == image.manifest.media_type &&
              made.config.media_type == image.manifest.config.media_type;
  for (std::size_t i = 0; i < made.layers.size(); ++i)
    same = same && made.layers[i].digest == image.manifest.layers[i].digest &&
           made.layers[i].media_type == image.manifest.layers[i].media_type;
  if (same) return store.read_blob(image.manifest_digest, image::kLongestManifest);
  return made.text();
}

// Another repository of the registry that we know the image from: it may have the layers.
std::string neighbour(const store::Store& store, const store::Image& image, const image::Reference& to) {
  const auto refs = store.refs();
  if (!refs) return {};
  for (const store::Ref& ref : *refs) {
    const auto name = image::Reference::parse(ref.name);
    if (name && ref.manifest == image.manifest_digest && name->registry == to.registry &&
        name->path != to.path)
      return name->path;
  }
  return {};
}

}  // namespace

Result<image::Digest> push(const store::Store& store, const store::Image& image, const image::Reference& to,
                           PushOptions options) {
  const auto frame = [&to] { return cat("push ", to.text()); };
  // Nothing may be swept away while it is sent.
  const store::Lock adding = TRY(store.lock(store::Store::kAdding, store::Store::Sharing::shared));
  options.report.say(cat("Pushing ", to.text()));
  options.registry.push = true;
  Registry registry = TRY_IN(Registry::open(to, options.registry), frame());
  // Old OCI manifests name no type of their own.
  const bool was_docker = image.manifest.media_type == image::kDockerManifest;
  const bool docker = options.form == Form::as_it_is ? was_docker : options.form == Form::docker;
  image::Manifest made = image.manifest;
  const std::string from = neighbour(store, image, to);
  if (options.form != Form::as_it_is) {
    made.media_type = docker ? image::kDockerManifest : image::kOciManifest;
    made.config.media_type = docker ? image::kDockerConfig : image::kOciConfig;
  }
  const auto send_layer = [&](std::size_t i) -> Result<> {
    image::Descriptor& layer = made.layers[i];
    const Outgoing outgoing = TRY(prepare(store, layer, docker, options));
    layer = outgoing.what;
    const auto moved = [&](std::uint64_t bytes) {
      options.report.tell({Progress::Step::moving, layer, bytes});
    };
    const bool sent = TRY(registry.send(layer, outgoing.file.get(), from, moved));
    options.report.tell({sent ? Progress::Step::done : Progress::Step::already, layer, layer.size});
    return {};
  };
  TRY_IN(in_parallel(made.layers.size(), send_layer), frame());
  const sys::Fd config =
      TRY_IN(sys::open_at(store.directory(), store::Store::blob_name(made.config.digest).c_str(), O_RDONLY),
             frame());
  TRY_IN(registry.send(made.config, config.get(), {}, {}), frame());
  const std::string text = TRY_IN(manifest_text(store, image, made), frame());
  std::string type = image::media_type_of(text);
  if (type.empty()) type = image::kOciManifest;
  image::Digest digest = sha256(text);
  TRY_IN(registry.send_manifest(to.tag.empty() ? digest.text() : to.tag, text, type), frame());
  return digest;
}

}  // namespace masu::transfer
