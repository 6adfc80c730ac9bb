// SPDX-License-Identifier: Apache-2.0
#include "masu/transfer/pull.h"

#include "fetch.h"
#include "in_parallel.h"
#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/transfer/blob.h"
#include "masu/transfer/policy.h"
#include "masu/transfer/unpack.h"

#include <optional>

namespace masu::transfer {
namespace {

using Policy = PullOptions::Policy;

Result<Registry> open_endpoint(const Endpoint& endpoint, const PullOptions& options) {
  RegistryOptions how = options.registry;
  if (endpoint.insecure && !how.insecure_is_said) how.verify_tls = false;
  if (options.credentials) how.credentials = TRY(options.credentials(endpoint.name.repository()));
  return Registry::open(endpoint.name, std::move(how));
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

Result<store::Image> pull_from(const store::Store& store, const image::Reference& name,
                               const Endpoint& endpoint, const PullOptions& options) {
  Registry registry = TRY(open_endpoint(endpoint, options));
  const image::Digest digest = TRY(fetch_manifest(store, registry, endpoint.name, options.platform));
  const std::string text = TRY(store.read_blob(digest, image::kLongestManifest));
  const image::Manifest manifest = TRY(image::Manifest::parse(text));
  TRY(fetch_blob(store, registry, manifest.config));
  store::Image image = TRY(store.load_image(digest, name.text()));
  TRY(in_parallel(manifest.layers.size(), [&](std::size_t i) {
    return fetch_layer(store, registry, manifest.layers[i], image.config.diff_ids[i], options.report);
  }));
  TRY(unpack_above(store, image));
  TRY(store.set_ref(name, digest));
  return image;
}

// Each mirror, then the registry. What is said at the end is what the registry itself said.
Result<store::Image> pull_one(const store::Store& store, const image::Reference& name,
                              const PullOptions& options) {
  TRY(check_policy(options.signatures, "docker", &name));
  const std::vector<Endpoint> endpoints = TRY(options.registries.endpoints(name));
  for (std::size_t i = 0;; ++i) {
    auto image = pull_from(store, name, endpoints[i], options);
    if (image || i + 1 == endpoints.size()) return image;
    options.report.say(cat("Mirror ", endpoints[i].name.registry, " failed: ", image.error().message()));
  }
}

std::optional<store::Image> find_here(const store::Store& store, const image::Reference& name) {
  const auto digest = store.find_ref(name);
  if (!digest || !*digest) return std::nullopt;
  auto image = store.load_image(**digest, name.text());
  if (!image || !store.is_complete(*image)) return std::nullopt;
  return std::move(*image);
}

}  // namespace

Result<store::Image> pull(const store::Store& store, const std::vector<image::Reference>& names,
                          const PullOptions& options) {
  std::optional<store::Image> here;
  if (options.policy != Policy::always)
    for (const image::Reference& name : names)
      if (!here) here = find_here(store, name);
  if (here && options.policy != Policy::newer) return std::move(*here);
  if (options.policy == Policy::never)
    return fail(Error::make(Kind::not_found, cat("no such image: ", names.front().text()))
                    .hint("it may be pulled without --policy never"));
  const store::Lock adding = TRY(store.lock(store::Store::kAdding, store::Store::Sharing::shared));
  std::optional<Error> failure;
  for (const image::Reference& name : names) {
    options.report.say(cat("Pulling ", name.text()));
    auto image = pull_one(store, name, options);
    if (image) return image;
    if (failure) options.report.say(failure->message());
    failure = std::move(image).error().within(cat("pull ", name.text()));
  }
  if (here) {
    options.report.say(cat(failure->message(), "; the image that is here will do"));
    return std::move(*here);
  }
  return fail(std::move(*failure));
}

Result<std::vector<image::Reference>> list_tags(const image::Reference& name, const PullOptions& options) {
  const std::vector<Endpoint> endpoints = TRY(options.registries.endpoints(name));
  Registry registry = TRY_IN(open_endpoint(endpoints.back(), options), cat("pull ", name.repository()));
  std::vector<image::Reference> out;
  for (const std::string& tag : TRY_IN(registry.tags(), cat("pull ", name.repository())))
    out.push_back(TRY(image::Reference::parse(cat(name.repository(), ":", tag))));
  if (out.empty())
    return fail(Error::make(Kind::not_found, cat("repository ", name.repository(), " has no tags")));
  return out;
}

}  // namespace masu::transfer
