// SPDX-License-Identifier: Apache-2.0
#include "masu/image/document.h"

#include "masu/base/base64.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/json/writer.h"

#include <array>

#include <sys/utsname.h>

namespace masu::image {
namespace {

constexpr std::size_t kMostLayers = 500;  // as overlay takes them

Result<> read(json::Reader in, Digest& out) {
  std::string text;
  TRY(read(in, text));
  auto digest = Digest::parse(text);
  if (!digest) return fail(in.error(digest.error().message()));
  out = std::move(*digest);
  return {};
}

Result<> read(json::Reader in, Platform& out) {
  TRY(in.optional("os", out.os));
  TRY(in.optional("architecture", out.architecture));
  return in.optional("variant", out.variant);
}

Result<> read(json::Reader in, Descriptor& out) {
  TRY(in.optional("mediaType", out.media_type));
  TRY(in.require("digest", out.digest, [](json::Reader inner, Digest& item) { return read(inner, item); }));
  TRY(in.require("size", out.size));
  TRY(in.optional("annotations", out.annotations));
  TRY(in.optional("urls", out.urls));
  std::string data;
  TRY(in.optional("data", data));
  auto decoded = decode_base64(data);
  if (!decoded) return fail(in.error("data", "is no base64"));
  out.data = std::move(*decoded);
  if (const auto platform = in.find("platform")) TRY(read(*platform, out.platform.emplace()));
  return {};
}

Result<> read(json::Reader in, std::vector<Descriptor>& out) {
  TRY(in.expect(json::Type::array));
  for (const json::Value element : in.value().elements()) TRY(read(in.at(element), out.emplace_back()));
  return {};
}

Result<> require_list(json::Reader in, std::string_view key, std::vector<Descriptor>& out) {
  return in.require(key, out,
                    [](json::Reader inner, std::vector<Descriptor>& list) { return read(inner, list); });
}

void write(json::Writer& out, const Descriptor& what) {
  out.begin_object()
      .member("mediaType", what.media_type)
      .member("digest", what.digest.text())
      .member("size", what.size);
  if (!what.annotations.empty()) {
    out.key("annotations").begin_object();
    for (const auto& [name, value] : what.annotations) out.member(name, value);
    out.end_object();
  }
  if (!what.urls.empty()) {
    out.key("urls").begin_array();
    for (const std::string& url : what.urls) out.value(url);
    out.end_array();
  }
  out.end_object();
}

Result<> check_version(json::Reader in) {
  int version = 2;
  TRY(in.optional("schemaVersion", version));
  if (version == 2) return {};
  return fail(Error::make(Kind::unsupported, cat("a manifest of schema ", version, " is not supported"))
                  .hint("push the image again with a current tool: schema 1 was given up in 2019"));
}

// Which of two variants of an architecture fits better; 0: not at all. An arm machine runs lower versions
// too.
int fitness(const Platform& wanted, const Platform& offered) {
  if (offered.os != wanted.os || offered.architecture != wanted.architecture) return 0;
  if (offered.variant == wanted.variant) return 1000;
  if (offered.variant.empty()) return 900;
  if (wanted.variant.empty()) return wanted.architecture == "arm64" && offered.variant == "v8" ? 1000 : 1;
  return offered.variant < wanted.variant ? 10 + offered.variant.back() - '0' : 0;
}

}  // namespace

bool Descriptor::is_nondistributable() const {
  return media_type.find(".nondistributable.") != std::string::npos ||
         media_type.find(".foreign.") != std::string::npos;
}

Result<Platform> Platform::parse(std::string_view text) {
  const auto parts = text::split(text, '/');
  if (parts.size() < 2 || parts.size() > 3 || parts[0].empty() || parts[1].empty())
    return fail(
        Error::make(Kind::usage, cat(quote(text), " is no platform: expected OS/ARCHITECTURE[/VARIANT]")));
  return Platform{std::string(parts[0]), std::string(parts[1]),
                  std::string(parts.size() == 3 ? parts[2] : "")};
}

// The names of Go, by those of uname(2).
Platform Platform::host() {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kNames = {
      {{"x86_64", "amd64"}, {"aarch64", "arm64"}, {"i686", "386"}, {"loongarch64", "loong64"}}};
  utsname names{};
  (void)uname(&names);
  const std::string_view machine = names.machine;
  Platform out{.os = "linux", .architecture = std::string(machine), .variant = {}};
  for (const auto& [ours, theirs] : kNames)
    if (machine == ours) out.architecture = theirs;
  return out;
}

std::string Platform::text() const {
  return variant.empty() ? cat(os, "/", architecture) : cat(os, "/", architecture, "/", variant);
}

Result<Index> Index::parse(std::string_view text) {
  const json::Document document = TRY_IN(json::Document::parse(text), "image index");
  const json::Reader in(document);
  Index out;
  TRY(check_version(in));
  TRY_IN(require_list(in, "manifests", out.manifests), "image index");
  return out;
}

Result<Descriptor> Index::choose(const Platform& wanted) const {
  const Descriptor* best = nullptr;
  int most = 0;
  std::string offered;
  for (const Descriptor& entry : manifests) {
    const Platform platform = entry.platform.value_or(wanted);  // an index of one image often names none
    if (platform.os == "unknown") continue;                     // attestations
    if (const int fits = fitness(wanted, platform); fits > most) {
      most = fits;
      best = &entry;
    }
    offered += cat(offered.empty() ? "" : ", ", platform.text());
  }
  if (best != nullptr) return *best;
  return fail(Error::make(Kind::not_found, cat("the image is not made for ", wanted.text(), ", but for ",
                                               offered.empty() ? "nothing" : offered))
                  .hint("choose one of them by --platform"));
}

Result<Manifest> Manifest::parse(std::string_view text) {
  const json::Document document = TRY_IN(json::Document::parse(text), "image manifest");
  const json::Reader in(document);
  Manifest out;
  TRY(check_version(in));
  TRY(in.optional("mediaType", out.media_type));
  TRY_IN(in.require("config", out.config,
                    [](json::Reader inner, Descriptor& item) { return read(inner, item); }),
         "image manifest");
  TRY_IN(require_list(in, "layers", out.layers), "image manifest");
  if (out.layers.size() > kMostLayers)
    return fail(Error::make(
        Kind::unsupported, cat("the image has ", out.layers.size(), " layers; overlay takes ", kMostLayers)));
  return out;
}

std::string Manifest::text() const {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("schemaVersion", 2).member("mediaType", media_type).key("config");
  write(writer, config);
  writer.key("layers").begin_array();
  for (const Descriptor& layer : layers) write(writer, layer);
  writer.end_array().end_object();
  return out;
}

bool is_index(std::string_view media_type) { return media_type == kOciIndex || media_type == kDockerList; }
bool is_manifest(std::string_view media_type) {
  return media_type == kOciManifest || media_type == kDockerManifest;
}

std::string media_type_of(std::string_view text) {
  const auto document = json::Document::parse(text);
  if (!document || !document->root().is(json::Type::object)) return {};
  if (const auto type = document->root().find("mediaType"); type && type->is(json::Type::string))
    return std::string(type->text());
  if (document->root().find("manifests")) return std::string(kOciIndex);
  return std::string(document->root().find("layers") ? kOciManifest : "");
}

}  // namespace masu::image
