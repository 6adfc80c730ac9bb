// SPDX-License-Identifier: Apache-2.0
#include "masu/transfer/load.h"

#include "decoder.h"
#include "masu/base/scope_exit.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/store/layer_writer.h"
#include "masu/store/tree.h"
#include "masu/sys/path.h"
#include "masu/sys/raw.h"
#include "masu/transfer/blob.h"
#include "masu/transfer/unpack.h"
#include "tar.h"

#include <unistd.h>

namespace masu::transfer {
namespace {

constexpr std::size_t kLongestConfig = std::size_t{16} << 20;

// A file of the folder, which may be hostile: its links end in it.
Result<sys::Fd> open_in(int folder, const std::string& name) {
  const int opened = sys::open_in_root(folder, name.c_str(), O_RDONLY | O_NONBLOCK);
  if (opened < 0) return fail(Error::sys(-opened, cat("open ", quote(name), " of the image")));
  sys::Fd file(opened);
  struct stat status{};
  if (sys::raw::fstat(file.get(), &status) < 0 || !S_ISREG(status.st_mode))
    return fail(Error::make(Kind::invalid_spec, cat(quote(name), " of the image is no file")));
  return file;
}

Result<std::string> read_in(int folder, const std::string& name, std::size_t limit) {
  const sys::Fd file = TRY(open_in(folder, name));
  return sys::read_all(file.get(), limit);
}

Result<> copy_in(const store::Store& store, int folder, const image::Descriptor& what) {
  const sys::Fd file = TRY(open_in(folder, store::Store::blob_name(what.digest)));
  return copy_blob(store, file.get(), what);
}

// ---- OCI layout

Result<image::Digest> copy_image(const store::Store& store, int folder, image::Descriptor entry,
                                 const image::Platform& platform) {
  std::string text = TRY(read_in(folder, store::Store::blob_name(entry.digest), image::kLongestManifest));
  if (image::is_index(image::media_type_of(text))) {
    const image::Index index = TRY(image::Index::parse(text));
    entry = TRY(index.choose(platform));
    text = TRY(read_in(folder, store::Store::blob_name(entry.digest), image::kLongestManifest));
  }
  const image::Manifest manifest = TRY(image::Manifest::parse(text));
  for (const image::Descriptor& layer : manifest.layers) TRY(copy_in(store, folder, layer));
  TRY(copy_in(store, folder, manifest.config));
  TRY(copy_in(store, folder, entry));
  return entry.digest;
}

// "v1" alone is a tag of a layout that somebody made for himself; it becomes the name of an image all the
// same.
std::string name_of(const image::Descriptor& entry) {
  for (const std::string_view key : {std::string_view("io.containerd.image.name"), image::kRefName}) {
    const auto found = entry.annotations.find(std::string(key));
    if (found == entry.annotations.end()) continue;
    if (const auto name = image::Reference::parse(found->second)) return name->text();
  }
  return {};
}

Result<std::vector<Loaded>> load_layout(const store::Store& store, int folder,
                                        const image::Platform& platform) {
  const std::string text = TRY(read_in(folder, "index.json", image::kLongestManifest));
  const image::Index index = TRY(image::Index::parse(text));
  std::vector<Loaded> out;
  for (const image::Descriptor& entry : index.manifests) {
    if (entry.platform && entry.platform->os == "unknown") continue;
    out.push_back({name_of(entry), TRY(copy_image(store, folder, entry, platform))});
  }
  if (out.empty()) return fail(Error::make(Kind::not_found, "the layout has no image"));
  return out;
}

// ---- docker-archive

struct DockerImage {
  std::string config;
  std::vector<std::string> tags, layers;
};

Result<> read(json::Reader in, DockerImage& out) {
  TRY(in.require("Config", out.config));
  TRY(in.optional("RepoTags", out.tags));
  return in.require("Layers", out.layers);
}

Result<image::Descriptor> describe_file(int folder, const std::string& name) {
  const sys::Fd file = TRY(open_in(folder, name));
  Hash hash = TRY(Hash::make("sha256"));
  image::Descriptor out;
  const auto source = read_from(file.get());
  for (;;) {
    const std::string_view bytes = TRY(source());
    if (bytes.empty()) break;
    hash.update(bytes);
    out.size += bytes.size();
  }
  out.digest = hash.finish();
  return out;
}

Result<std::vector<Loaded>> load_docker(const store::Store& store, int folder) {
  const std::string text = TRY(read_in(folder, "manifest.json", image::kLongestManifest));
  const json::Document document = TRY_IN(json::Document::parse(text), "manifest.json");
  std::vector<DockerImage> images;
  TRY_IN(read(json::Reader(document), images), "manifest.json");
  std::vector<Loaded> out;
  for (const DockerImage& image : images) {
    std::vector<image::Descriptor> layers;
    for (const std::string& name : image.layers) {
      layers.push_back(TRY(describe_file(folder, name)));
      layers.back().media_type = image::kOciLayer;
      const sys::Fd file = TRY(open_in(folder, name));
      TRY(copy_blob(store, file.get(), layers.back()));
    }
    const std::string config = TRY(read_in(folder, image.config, kLongestConfig));
    image::Descriptor described;
    described.digest = TRY(add_blob(store, config));
    described.size = config.size();
    described.media_type = image::kOciConfig;
    const image::Manifest made{
        .media_type = std::string(image::kOciManifest), .config = described, .layers = std::move(layers)};
    const image::Digest manifest = TRY(add_blob(store, made.text()));
    if (image.tags.empty()) out.push_back({"", manifest});
    for (const std::string& tag : image.tags)
      out.push_back({TRY(image::Reference::parse(tag)).text(), manifest});
  }
  return out;
}

// ---- dir:, as skopeo writes it

Result<std::vector<Loaded>> load_dir(const store::Store& store, int folder) {
  const std::string text = TRY(read_in(folder, "manifest.json", image::kLongestManifest));
  const image::Manifest manifest = TRY(image::Manifest::parse(text));
  std::vector<image::Descriptor> blobs = manifest.layers;
  blobs.push_back(manifest.config);
  for (const image::Descriptor& blob : blobs) {
    const sys::Fd file = TRY(open_in(folder, std::string(blob.digest.hex())));
    TRY(copy_blob(store, file.get(), blob));
  }
  Loaded out{{}, TRY(add_blob(store, text))};
  return std::vector{std::move(out)};
}

// ---- archives

// An archive is written to a folder first: it may stand in any order, and come from a pipe.
Result<> unpack_archive(int file, int folder) {
  Decoder decoder(read_from(file));
  TarReader tar = TRY(TarReader::open([&decoder] { return decoder.next(); }));
  store::LayerWriter writer(folder, true);
  while (auto entry = TRY(tar.next())) {
    entry->uid = geteuid();
    entry->gid = getegid();
    entry->mode |= S_IRUSR | S_IWUSR | (entry->type == store::Entry::Type::folder ? S_IXUSR : 0U);
    entry->xattrs.clear();
    TRY(writer.begin(*entry));
    if (entry->type != store::Entry::Type::file) continue;
    while (const auto block = TRY(tar.next_block())) TRY(writer.write(block->bytes, block->offset));
  }
  return writer.finish();
}

bool has(int folder, const char* name) {
  const sys::Fd file(sys::open_in_root(folder, name, O_PATH));
  return file.valid();
}

Result<std::vector<Loaded>> load_folder(const store::Store& store, int folder,
                                        const image::Platform& platform) {
  if (has(folder, "version") && has(folder, "manifest.json")) return load_dir(store, folder);
  if (has(folder, "manifest.json")) return load_docker(store, folder);  // Docker's new archives are both
  if (has(folder, "index.json")) return load_layout(store, folder, platform);
  return fail(
      Error::make(Kind::invalid_spec, "it has neither index.json nor manifest.json")
          .hint("what can be loaded are OCI image layouts, oci-archive, docker-archive and docker-dir"));
}

Result<std::vector<Loaded>> load_blobs(const store::Store& store, int file, const image::Platform& platform) {
  struct stat status{};
  if (sys::raw::fstat(file, &status) == 0 && S_ISDIR(status.st_mode))
    return load_folder(store, file, platform);
  const std::string name = cat("ingest/load-", TRY(store::random_hex(8)));
  if (const int made = sys::raw::mkdirat(store.directory(), name.c_str(), 0700); made < 0)
    return fail(Error::sys(-made, cat("make folder ", quote(name))));
  const ScopeExit clean([&] { (void)store::remove_tree(store.directory(), name.c_str()); });
  const sys::Fd folder = TRY(sys::open_at(store.directory(), name.c_str(), O_RDONLY | O_DIRECTORY));
  TRY(unpack_archive(file, folder.get()));
  return load_folder(store, folder.get(), platform);
}

}  // namespace

Result<std::vector<Loaded>> load(const store::Store& store, const std::string& path,
                                 const image::Platform& platform) {
  const auto frame = [&path] { return cat("load ", path == "-" ? "stdin" : quote(path)); };
  sys::Fd opened;
  if (path != "-") opened = TRY_IN(sys::open(path, O_RDONLY), frame());
  const store::Lock adding = TRY(store.lock(store::Store::kAdding, store::Store::Sharing::shared));
  std::vector<Loaded> images =
      TRY_IN(load_blobs(store, path == "-" ? STDIN_FILENO : opened.get(), platform), frame());
  for (const Loaded& image : images) {
    if (image.name.empty()) {
      TRY_IN(finish_image(store, nullptr, image.manifest), frame());
      continue;
    }
    const auto name = TRY(image::Reference::parse(image.name));
    TRY_IN(finish_image(store, &name, image.manifest), frame());
  }
  return images;
}

}  // namespace masu::transfer
