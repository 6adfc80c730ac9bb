// SPDX-License-Identifier: Apache-2.0
#include "masu/transfer/save.h"

#include "masu/base/scope_exit.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/writer.h"
#include "masu/store/tree.h"
#include "masu/sys/raw.h"
#include "masu/transfer/encoder.h"
#include "tar_writer.h"

#include <array>
#include <cerrno>
#include <map>
#include <optional>
#include <set>

#include <unistd.h>

namespace masu::transfer {
namespace {

constexpr std::string_view kLayout = R"({"imageLayoutVersion":"1.0.0"})";
constexpr std::string_view kDirectoryVersion = "Directory Transport Version: 1.1\n";
constexpr std::size_t kLongestConfig = std::size_t{16} << 20;

Result<sys::Fd> open_blob(const store::Store& store, const image::Digest& digest) {
  return TRY_IN(sys::open_at(store.directory(), store::Store::blob_name(digest).c_str(), O_RDONLY),
                cat("blob ", digest.text()));
}

std::vector<image::Digest> blobs_of(const store::Image& image) {
  std::vector<image::Digest> out = {image.manifest_digest, image.manifest.config.digest};
  for (const image::Descriptor& layer : image.manifest.layers) out.push_back(layer.digest);
  return out;
}

Result<> put_in(int folder, const std::string& name, std::string_view content) {
  const sys::Fd file = TRY(sys::open_at(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0644));
  return sys::write_all(file.get(), content);
}

Result<> copy_to(const store::Store& store, const image::Digest& digest, int folder,
                 const std::string& name) {
  const sys::Fd from = TRY(open_blob(store, digest));
  const sys::Fd to = TRY(sys::open_at(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0644));
  for (;;) {
    const long copied =
        sys::raw::call(SYS_copy_file_range, from.get(), nullptr, to.get(), nullptr, std::size_t{1} << 30, 0);
    if (copied == 0) return {};
    if (copied < 0 && (copied == -EXDEV || copied == -EINVAL || copied == -EOPNOTSUPP)) break;
    if (copied < 0) return fail(Error::sys(static_cast<int>(-copied), cat("write ", quote(name))));
  }
  std::vector<char> buffer(std::size_t{256} * 1024);
  for (;;) {
    const long got = sys::raw::read(from.get(), buffer.data(), buffer.size());
    if (got < 0) return fail(Error::sys(static_cast<int>(-got), cat("read blob ", digest.text())));
    if (got == 0) return {};
    TRY_IN(sys::write_all(to.get(), {buffer.data(), static_cast<std::size_t>(got)}),
           cat("write ", quote(name)));
  }
}

// ---- OCI

Result<std::string> index_text(const store::Store& store, const std::vector<Saved>& images) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("schemaVersion", 2).member("mediaType", image::kOciIndex);
  out.key("manifests").begin_array();
  for (const Saved& saved : images) {
    const std::string manifest = TRY(store.read_blob(saved.image.manifest_digest, image::kLongestManifest));
    const auto entry = [&](const std::string* name) {
      out.begin_object().member("mediaType", image::media_type_of(manifest));
      out.member("digest", saved.image.manifest_digest.text()).member("size", manifest.size());
      if (name != nullptr) out.key("annotations").begin_object().member(image::kRefName, *name).end_object();
      out.end_object();
    };
    if (saved.names.empty()) entry(nullptr);
    for (const std::string& name : saved.names) entry(&name);
  }
  out.end_array().end_object();
  return text;
}

std::set<image::Digest> all_blobs(const std::vector<Saved>& images) {
  std::set<image::Digest> out;
  for (const Saved& saved : images)
    for (image::Digest& digest : blobs_of(saved.image)) out.insert(std::move(digest));
  return out;
}

Result<> write_oci_archive(const store::Store& store, const std::vector<Saved>& images, int file) {
  TarWriter tar = TRY(TarWriter::open(file));
  TRY(tar.folder("blobs/"));
  TRY(tar.folder("blobs/sha256/"));
  for (const image::Digest& digest : all_blobs(images)) {
    const sys::Fd blob = TRY(open_blob(store, digest));
    struct stat status{};
    if (const int bad = sys::raw::fstat(blob.get(), &status); bad < 0) return fail(Error::sys(-bad, "stat"));
    TRY(tar.copy(store::Store::blob_name(digest), blob.get(), static_cast<std::uint64_t>(status.st_size)));
  }
  const std::string index = TRY(index_text(store, images));
  TRY(tar.file("index.json", index));
  TRY(tar.file("oci-layout", kLayout));
  return tar.finish();
}

Result<> write_oci_dir(const store::Store& store, const std::vector<Saved>& images, int folder) {
  for (const char* name : {"blobs", "blobs/sha256", "blobs/sha512"})
    if (const int made = sys::raw::mkdirat(folder, name, 0755); made < 0)
      return fail(Error::sys(-made, cat("make folder ", quote(name))));
  for (const image::Digest& digest : all_blobs(images))
    TRY(copy_to(store, digest, folder, store::Store::blob_name(digest)));
  (void)sys::raw::unlinkat(folder, "blobs/sha512", AT_REMOVEDIR);  // mostly there is none
  const std::string index = TRY(index_text(store, images));
  TRY(put_in(folder, "index.json", index));
  return put_in(folder, "oci-layout", kLayout);
}

// ---- Docker's

// Layers by the digest of their content, which is also their name in the archive: what two images share is
// there once.
Result<> write_layers(const store::Store& store, const std::vector<Saved>& images, TarWriter& tar) {
  std::map<image::Digest, image::Digest> layers;
  for (const Saved& saved : images)
    for (std::size_t i = 0; i < saved.image.manifest.layers.size(); ++i)
      layers.emplace(saved.image.config.diff_ids[i], saved.image.manifest.layers[i].digest);
  for (const auto& [id, digest] : layers) {
    const sys::Fd blob = TRY(open_blob(store, digest));
    const sys::Fd plain = TRY(make_temporary(store));
    const image::Descriptor made = TRY_IN(decompress(blob.get(), plain.get()), cat("layer ", digest.text()));
    if (made.digest != id)
      return fail(Error::make(Kind::invalid_spec, cat("layer ", digest.text(), " is damaged"))
                      .hint("pull or load the image again"));
    TRY(tar.copy(cat(id.hex(), ".tar"), plain.get(), made.size));
  }
  return {};
}

Result<> write_docker_archive(const store::Store& store, const std::vector<Saved>& images, int file) {
  TarWriter tar = TRY(TarWriter::open(file));
  TRY(write_layers(store, images, tar));
  std::set<image::Digest> configs;
  std::string text;
  json::Writer out(text);
  out.begin_array();
  for (const Saved& saved : images) {
    const image::Digest& id = saved.image.id();
    const std::string config = cat(id.hex(), ".json");
    if (configs.insert(id).second) {
      const std::string content = TRY(store.read_blob(id, kLongestConfig));
      TRY(tar.file(config, content));
    }
    out.begin_object().member("Config", config).key("RepoTags").begin_array();
    for (const std::string& name : saved.names) out.value(name);
    out.end_array().key("Layers").begin_array();
    for (const image::Digest& layer : saved.image.config.diff_ids) out.value(cat(layer.hex(), ".tar"));
    out.end_array().end_object();
  }
  out.end_array();
  TRY(tar.file("manifest.json", text));
  return tar.finish();
}

Result<> write_docker_dir(const store::Store& store, const std::vector<Saved>& images, int folder) {
  const store::Image& image = images.front().image;
  const std::string manifest = TRY(store.read_blob(image.manifest_digest, image::kLongestManifest));
  std::set<image::Digest> done;
  for (const image::Digest& digest : blobs_of(image))
    if (digest != image.manifest_digest && done.insert(digest).second)
      TRY(copy_to(store, digest, folder, std::string(digest.hex())));
  TRY(put_in(folder, "manifest.json", manifest));
  return put_in(folder, "version", kDirectoryVersion);
}

Result<> save_folder(const store::Store& store, const std::vector<Saved>& images, SaveForm form,
                     const std::string& path) {
  if (const int made = sys::raw::mkdirat(AT_FDCWD, path.c_str(), 0755); made < 0)
    return fail(Error::sys(-made, cat("make folder ", quote(path))));
  ScopeExit discard([&path] { (void)store::remove_tree(AT_FDCWD, path.c_str()); });
  const sys::Fd folder = TRY(sys::open(path, O_RDONLY | O_DIRECTORY));
  TRY(form == SaveForm::oci_dir ? write_oci_dir(store, images, folder.get())
                                : write_docker_dir(store, images, folder.get()));
  discard.release();
  return {};
}

Result<> write_archive(const store::Store& store, const std::vector<Saved>& images, SaveForm form, int file) {
  return form == SaveForm::oci_archive ? write_oci_archive(store, images, file)
                                       : write_docker_archive(store, images, file);
}

// A file is replaced when the new one is whole; what is no file (a pipe, /dev/stdout) is written to.
Result<> save_archive(const store::Store& store, const std::vector<Saved>& images, SaveForm form,
                      const std::string& path) {
  if (path == "-") return write_archive(store, images, form, STDOUT_FILENO);
  struct stat status{};
  if (sys::raw::fstatat(AT_FDCWD, path.c_str(), &status, 0) == 0 && !S_ISREG(status.st_mode)) {
    const sys::Fd file = TRY(sys::open(path, O_WRONLY));
    return write_archive(store, images, form, file.get());
  }
  const std::string fresh = cat(path, ".", TRY(store::random_hex(4)));
  const sys::Fd file = TRY(sys::open(fresh, O_WRONLY | O_CREAT | O_EXCL, 0644));
  ScopeExit discard([&fresh] { (void)sys::raw::unlinkat(AT_FDCWD, fresh.c_str(), 0); });
  TRY(write_archive(store, images, form, file.get()));
  const int moved = sys::raw::renameat(AT_FDCWD, fresh.c_str(), AT_FDCWD, path.c_str());
  if (moved < 0) return fail(Error::sys(-moved, cat("rename to ", quote(path))));
  discard.release();
  return {};
}

}  // namespace

Result<SaveForm> parse_save_form(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, SaveForm>, 4> kForms = {
      {{"docker-archive", SaveForm::docker_archive},
       {"oci-archive", SaveForm::oci_archive},
       {"oci-dir", SaveForm::oci_dir},
       {"docker-dir", SaveForm::docker_dir}}};
  for (const auto& [name, form] : kForms)
    if (text == name) return form;
  return fail(Error::make(Kind::usage, cat("--format: ", quote(text),
                                           " is none of docker-archive, oci-archive, oci-dir, docker-dir")));
}

Result<> save(const store::Store& store, const std::vector<Saved>& images, SaveForm form,
              const std::string& path) {
  const auto frame = [&path] { return cat("save to ", path == "-" ? "stdout" : quote(path)); };
  const bool folder = form == SaveForm::oci_dir || form == SaveForm::docker_dir;
  if (form == SaveForm::docker_dir && images.size() != 1)
    return fail(Error::make(Kind::usage, "a docker-dir holds one image").within(frame()));
  if (folder && path == "-")
    return fail(Error::make(Kind::usage, "a folder is no stream").within(frame()).hint("give it by -o"));
  const store::Lock adding = TRY(store.lock(store::Store::kAdding, store::Store::Sharing::shared));
  TRY_IN(folder ? save_folder(store, images, form, path) : save_archive(store, images, form, path), frame());
  return {};
}

}  // namespace masu::transfer
