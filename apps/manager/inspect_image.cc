// SPDX-License-Identifier: Apache-2.0
#include "inspect.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/json/writer.h"

#include <algorithm>

namespace masu::manager {
namespace {

constexpr std::size_t kLongestConfig = std::size_t{16} << 20;

// Names, and the repositories with the digest of the manifest, as docker lists both.
Result<> put_names(json::Writer& out, const store::Store& store, const store::Image& image) {
  std::vector<std::string> tags, digests;
  for (const store::Ref& ref : TRY(store.refs())) {
    if (ref.name.empty() || ref.manifest != image.manifest_digest) continue;
    const auto name = TRY(image::Reference::parse(ref.name));
    if (!name.tag.empty()) tags.push_back(ref.name);
    std::string digest = cat(name.repository(), "@", image.manifest_digest.text());
    if (std::ranges::find(digests, digest) == digests.end()) digests.push_back(std::move(digest));
  }
  for (const auto& [key, list] : {std::pair("RepoTags", &tags), std::pair("RepoDigests", &digests)}) {
    out.key(key).begin_array();
    for (const std::string& item : *list) out.value(item);
    out.end_array();
  }
  return {};
}

// The configuration's own words: those of a container's process have Docker's keys already.
Result<> put_config(json::Writer& out, const std::string& text) {
  const json::Document document = TRY(json::Document::parse(text));
  const auto config = json::Reader(document).find("config");
  if (config)
    out.key("Config").copy(config->value());
  else
    out.key("Config").begin_object().end_object();
  return {};
}

// What overlayfs would be told, without an upper folder.
void put_driver(json::Writer& out, const store::Store& store, const store::Image& image) {
  std::string lower;
  for (const std::string& layer : store.layers_of(image))
    lower = cat(store.layer_path(layer), lower.empty() ? "" : ":", lower);
  out.key("GraphDriver").begin_object().member("Name", "overlay").key("Data").begin_object();
  out.member("LowerDir", lower).end_object().end_object();
}

void put_history(json::Writer& out, const std::vector<image::Step>& steps) {
  out.key("History").begin_array();
  for (const image::Step& step : steps) {
    out.begin_object().member("created", step.created).member("created_by", step.created_by);
    if (!step.comment.empty()) out.member("comment", step.comment);
    if (step.empty_layer) out.member("empty_layer", true);
    out.end_object();
  }
  out.end_array();
}

}  // namespace

Result<std::string> describe_image(const store::Store& store, const store::Image& image) {
  std::string text;
  json::Writer out(text, json::Layout::spaces);
  const image::Config& config = image.config;
  const std::string written = TRY(store.read_blob(image.id(), kLongestConfig));
  out.begin_object().member("Id", image.id().text()).member("Digest", image.manifest_digest.text());
  TRY(put_names(out, store, image));
  const std::string& comment =
      !config.comment.empty() || config.history.empty() ? config.comment : config.history.back().comment;
  out.member("Parent", "").member("Comment", comment).member("Created", config.created);
  out.member("Author", config.author).member("Architecture", config.platform.architecture);
  if (!config.platform.variant.empty()) out.member("Variant", config.platform.variant);
  out.member("Os", config.platform.os).member("Size", image.size()).member("VirtualSize", image.size());
  TRY(put_config(out, written));
  put_driver(out, store, image);
  out.key("RootFS").begin_object().member("Type", "layers").key("Layers").begin_array();
  for (const image::Digest& id : config.diff_ids) out.value(id.text());
  out.end_array().end_object();
  put_history(out, config.history);
  const std::string& type = image.manifest.media_type;
  out.member("ManifestType", type.empty() ? image::kOciManifest : std::string_view(type)).end_object();
  return text;
}

}  // namespace masu::manager
