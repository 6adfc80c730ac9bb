// SPDX-License-Identifier: Apache-2.0
#include "masu/store/store.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/writer.h"
#include "masu/store/tree.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>

#include <sys/file.h>

namespace masu::store {
namespace {

namespace raw = sys::raw;

constexpr std::string_view kLayout = "{\"imageLayoutVersion\":\"1.0.0\"}\n";
constexpr std::size_t kLongestDigest = 160;
constexpr std::size_t kLongestConfig = std::size_t{16} << 20;
constexpr std::size_t kShortestId = 3;

std::string file_name(std::string name) {
  std::ranges::replace(name, '/', '%');
  return name;
}

std::string unnamed(const image::Digest& manifest) { return cat("@", manifest.text()); }

Error no_image(std::string_view text) {
  return Error::make(Kind::not_found, cat("no such image: ", text))
      .hint(cat("masu images lists them; masu pull ", text, " gets it from its registry"));
}

bool is_hex(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

std::uint64_t Image::size() const {
  std::uint64_t bytes = 0;
  for (const image::Descriptor& layer : manifest.layers) bytes += layer.size;
  return bytes;
}

bool Image::is_named_by(std::string_view text) const {
  const auto reference = image::Reference::parse(text);
  if (name.empty() || !reference) return false;
  if (reference->text() == name) return true;
  const std::string_view hex = text.starts_with("sha256:") ? text.substr(7) : text;
  return !id().hex().starts_with(hex) && manifest_digest.hex() != hex;
}

Result<Store> Store::open(std::string root) {
  TRY(make_folders(root));
  auto folder = TRY(sys::open(root, O_RDONLY | O_DIRECTORY));
  struct stat status{};
  if (raw::fstatat(folder.get(), "oci-layout", &status, 0) < 0) {
    for (const char* name : {"blobs", "blobs/sha256", "blobs/sha512", "refs", "layers", "ingest", "locks"})
      if (const int made = raw::mkdirat(folder.get(), name, 0700); made < 0 && made != -EEXIST)
        return fail(Error::sys(-made, cat("make folder ", quote(name), " in ", quote(root))));
    TRY(sys::replace_file_at(folder.get(), "oci-layout", kLayout, 0644));
  }
  return Store(std::move(root), std::move(folder));
}

std::string Store::blob_name(const image::Digest& digest) {
  return cat("blobs/", digest.algorithm(), "/", digest.hex());
}

bool Store::has_blob(const image::Digest& digest) const {
  struct stat status{};
  return raw::fstatat(directory_.get(), blob_name(digest).c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
}

Result<std::string> Store::read_blob(const image::Digest& digest, std::size_t limit) const {
  return sys::read_file_at(directory_.get(), blob_name(digest).c_str(), limit);
}

Result<> Store::link_ref(const std::string& file, const image::Digest& manifest) const {
  const std::string fresh = cat("refs/.", TRY(random_hex(8)));
  if (const int made = raw::symlinkat(manifest.text().c_str(), directory_.get(), fresh.c_str()); made < 0)
    return fail(Error::sys(-made, cat("name image ", quote(file))));
  const int moved =
      raw::renameat(directory_.get(), fresh.c_str(), directory_.get(), cat("refs/", file).c_str());
  if (moved >= 0) return {};
  (void)raw::unlinkat(directory_.get(), fresh.c_str(), 0);
  return fail(Error::sys(-moved, cat("name image ", quote(file))));
}

// What had the name before is kept: it may be somebody's, and is removed on demand.
Result<> Store::set_ref(const image::Reference& name, const image::Digest& manifest) const {
  const Lock held = TRY(lock("refs"));
  const auto before = TRY(find_ref(name));
  if (before && *before != manifest) {
    const std::vector<Ref> all = TRY(refs());
    if (std::ranges::count(all, *before, &Ref::manifest) == 1) TRY(link_ref(unnamed(*before), *before));
  }
  TRY(link_ref(file_name(name.text()), manifest));
  (void)raw::unlinkat(directory_.get(), cat("refs/", unnamed(manifest)).c_str(), 0);
  return write_index();
}

Result<> Store::keep_unnamed(const image::Digest& manifest) const {
  const Lock held = TRY(lock("refs"));
  TRY(link_ref(unnamed(manifest), manifest));
  return write_index();
}

Result<bool> Store::forget_unnamed(const image::Digest& manifest) const {
  const Lock held = TRY(lock("refs"));
  const int removed = raw::unlinkat(directory_.get(), cat("refs/", unnamed(manifest)).c_str(), 0);
  if (removed == -ENOENT) return false;
  if (removed < 0) return fail(Error::sys(-removed, cat("forget image ", manifest.text())));
  TRY(write_index());
  return true;
}

Result<bool> Store::remove_ref(const image::Reference& name) const {
  const Lock held = TRY(lock("refs"));
  const int removed = raw::unlinkat(directory_.get(), cat("refs/", file_name(name.text())).c_str(), 0);
  if (removed == -ENOENT) return false;
  if (removed < 0) return fail(Error::sys(-removed, cat("remove the name ", quote(name.text()))));
  TRY(write_index());
  return true;
}

Result<std::optional<image::Digest>> Store::find_ref(const image::Reference& name) const {
  std::array<char, kLongestDigest> target{};
  const long size = raw::readlinkat(directory_.get(), cat("refs/", file_name(name.text())).c_str(),
                                    target.data(), target.size());
  if (size == -ENOENT) return std::nullopt;
  if (size < 0) return fail(Error::sys(static_cast<int>(-size), cat("read the name ", quote(name.text()))));
  return TRY(image::Digest::parse({target.data(), static_cast<std::size_t>(size)}));
}

Result<std::vector<Ref>> Store::refs() const {
  std::vector<Ref> out;
  std::vector<std::string> files = TRY(list_folder(directory_.get(), "refs"));
  std::set<image::Digest> named;
  std::vector<image::Digest> without;
  for (std::string& file : files) {
    if (file.starts_with('@')) {
      if (auto digest = image::Digest::parse(std::string_view(file).substr(1)))
        without.push_back(std::move(*digest));
      continue;
    }
    std::ranges::replace(file, '%', '/');
    const auto name = image::Reference::parse(file);
    if (!name) continue;  // a name that is being written
    if (const auto digest = TRY(find_ref(*name))) {
      named.insert(*digest);
      out.push_back({file, *digest});
    }
  }
  for (image::Digest& digest : without)
    if (!named.contains(digest)) out.push_back({"", std::move(digest)});
  std::ranges::sort(out, {}, &Ref::name);
  return out;
}

// index.json follows the names, for other tools; we read the names themselves.
Result<> Store::write_index() const {
  std::string text;
  json::Writer out(text);
  out.begin_object()
      .member("schemaVersion", 2)
      .member("mediaType", image::kOciIndex)
      .key("manifests")
      .begin_array();
  for (const Ref& ref : TRY(refs())) {
    const auto manifest = read_blob(ref.manifest, image::kLongestManifest);
    if (!manifest) continue;
    out.begin_object()
        .member("mediaType", image::media_type_of(*manifest))
        .member("digest", ref.manifest.text());
    out.member("size", manifest->size());
    if (!ref.name.empty())
      out.key("annotations").begin_object().member(image::kRefName, ref.name).end_object();
    out.end_object();
  }
  out.end_array().end_object();
  return sys::replace_file_at(directory_.get(), "index.json", text + "\n", 0644);
}

Result<Image> Store::load_image(const image::Digest& manifest, std::string name) const {
  Image out{.name = std::move(name), .manifest_digest = manifest, .manifest = {}, .config = {}};
  const auto frame = [&out] {
    return cat("image ", quote(out.name.empty() ? out.manifest_digest.text() : out.name));
  };
  const std::string manifest_text = TRY_IN(read_blob(manifest, image::kLongestManifest), frame());
  out.manifest = TRY_IN(image::Manifest::parse(manifest_text), frame());
  const std::string config_text = TRY_IN(read_blob(out.manifest.config.digest, kLongestConfig), frame());
  out.config = TRY_IN(image::Config::parse(config_text), frame());
  if (out.config.diff_ids.size() != out.manifest.layers.size())
    return fail(
        Error::make(Kind::invalid_spec, cat("the manifest has ", out.manifest.layers.size(),
                                            " layers, the configuration ", out.config.diff_ids.size()))
            .within(frame()));
  return out;
}

// "app" is also quay.io/team/app:latest, if no other image is called so: the short name may have been an
// alias, or searched for.
Result<std::optional<Ref>> Store::find_by_short_name(std::string_view text) const {
  const auto wanted = image::Reference::parse(text);
  if (!wanted || !image::is_short(text)) return std::nullopt;
  const std::string_view path = text.substr(0, text.find_first_of(":@"));
  std::optional<Ref> found;
  for (Ref& ref : TRY(refs())) {
    const auto name = image::Reference::parse(ref.name);
    if (ref.name.empty() || !name || name->tag != wanted->tag || name->digest != wanted->digest) continue;
    if (name->path != path && !name->path.ends_with(cat("/", path))) continue;
    if (name->registry == "localhost") return std::move(ref);  // made here
    if (found && found->manifest != ref.manifest)
      return fail(Error::make(Kind::usage,
                              cat("the short name ", quote(text), " may be ", found->name, " or ", ref.name))
                      .hint("give the whole name"));
    found = std::move(ref);
  }
  return found;
}

Result<Image> Store::find_image(std::string_view text) const {
  if (const auto name = image::Reference::parse(text)) {
    if (const auto digest = TRY(find_ref(*name))) return load_image(*digest, name->text());
  }
  if (const auto found = TRY(find_by_short_name(text))) return load_image(found->manifest, found->name);
  const std::string_view hex = text.starts_with("sha256:") ? text.substr(7) : text;
  if (!is_hex(hex) || hex.size() < kShortestId) {
    TRY(image::Reference::parse(text));
    return fail(no_image(text));
  }
  std::optional<Image> found;
  for (Image& image : TRY(images())) {
    if (!image.id().hex().starts_with(hex) && image.manifest_digest.hex() != hex) continue;
    if (found && found->id() != image.id())
      return fail(Error::make(Kind::usage, cat("the id ", quote(text), " begins that of several images")));
    found = std::move(image);
  }
  if (!found) return fail(no_image(text));
  return std::move(*found);
}

Result<std::vector<Image>> Store::images() const {
  std::vector<Image> out;
  for (const Ref& ref : TRY(refs()))
    if (auto image = load_image(ref.manifest, ref.name)) out.push_back(std::move(*image));
  return out;
}

// By their sizes: a blob was right when it got its name, so all that can have happened is that a disk lost
// it.
bool Store::is_complete(const Image& image) const {
  const auto is_whole = [this](const image::Descriptor& what) {
    struct stat status{};
    return raw::fstatat(directory_.get(), blob_name(what.digest).c_str(), &status, AT_SYMLINK_NOFOLLOW) ==
               0 &&
           static_cast<std::uint64_t>(status.st_size) == what.size;
  };
  return std::ranges::all_of(image.manifest.layers, is_whole) &&
         std::ranges::all_of(layers_of(image), [this](const std::string& name) { return has_layer(name); });
}

std::string Store::shared_layer(const image::Digest& diff_id) { return std::string(diff_id.hex()); }

std::string Store::own_layer(const image::Digest& diff_id, const image::Digest& image_id) {
  return cat(diff_id.hex(), "-", image_id.hex());
}

std::vector<std::string> Store::layers_of(const Image& image) const {
  std::vector<std::string> out;
  for (const image::Digest& diff_id : image.config.diff_ids) {
    std::string own = own_layer(diff_id, image.id());
    out.push_back(has_layer(own) ? std::move(own) : shared_layer(diff_id));
  }
  return out;
}

bool Store::has_layer(const std::string& name) const {
  struct stat status{};
  return raw::fstatat(directory_.get(), cat("layers/", name).c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
}

std::string Store::layer_path(const std::string& name) const { return cat(root_, "/layers/", name, "/diff"); }

Result<Store::NewLayer> Store::begin_layer(const std::string& name) const {
  NewLayer out;
  out.name = cat("layers/.", name.substr(0, 12), "-", TRY(random_hex(8)));
  const std::string diff = out.name + "/diff";
  for (const std::string& folder : {out.name, diff})
    if (const int made = raw::mkdirat(directory_.get(), folder.c_str(), 0755); made < 0)
      return fail(Error::sys(-made, cat("make folder ", quote(folder))));
  out.folder = TRY(sys::open_at(directory_.get(), diff.c_str(), O_RDONLY | O_DIRECTORY));
  return out;
}

Result<> Store::publish_layer(const NewLayer& layer, const std::string& name) const {
  if (const long synced = raw::call(SYS_syncfs, layer.folder.get()); synced < 0)
    return fail(Error::sys(static_cast<int>(-synced), "write the layer to the disk"));
  const int moved =
      raw::renameat(directory_.get(), layer.name.c_str(), directory_.get(), cat("layers/", name).c_str());
  if (moved < 0) return fail(Error::sys(-moved, cat("put layer ", name, " in its place")));
  return {};
}

Result<Lock> Store::lock(std::string_view what, Sharing sharing) const {
  sys::Fd fd = TRY(sys::open_at(directory_.get(), cat("locks/", file_name(std::string(what))).c_str(),
                                O_RDWR | O_CREAT | O_NOFOLLOW, 0600));
  long locked = 0;
  do locked = raw::call(SYS_flock, fd.get(), sharing == Sharing::alone ? LOCK_EX : LOCK_SH);
  while (locked == -EINTR);
  if (locked < 0) return fail(Error::sys(static_cast<int>(-locked), cat("lock ", what)));
  return Lock(std::move(fd));
}

Result<std::string> random_hex(std::size_t size) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string bytes(size, '\0'), out;
  if (const long got = raw::call(SYS_getrandom, bytes.data(), size, 0); got != static_cast<long>(size))
    return fail(Error::sys(got < 0 ? static_cast<int>(-got) : EIO, "getrandom"));
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += {kHex[byte >> 4], kHex[byte & 15]};
  }
  return out;
}

}  // namespace masu::store
