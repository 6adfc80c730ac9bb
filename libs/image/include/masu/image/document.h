// SPDX-License-Identifier: Apache-2.0
//
// The documents of an image: index, manifest and configuration, of OCI (image-spec 1.1) and of Docker (schema
// 2 manifests and lists), which differ in their media types alone.
#pragma once

#include "masu/base/error.h"
#include "masu/image/digest.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace masu::image {

/// Manifests and indexes longer than this are refused (distribution-spec).
inline constexpr std::size_t kLongestManifest = std::size_t{4} << 20;

inline constexpr std::string_view kOciIndex = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view kOciManifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view kOciConfig = "application/vnd.oci.image.config.v1+json";
inline constexpr std::string_view kOciLayer = "application/vnd.oci.image.layer.v1.tar";
inline constexpr std::string_view kDockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
inline constexpr std::string_view kDockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr std::string_view kDockerConfig = "application/vnd.docker.container.image.v1+json";
inline constexpr std::string_view kDockerLayer = "application/vnd.docker.image.rootfs.diff.tar";
inline constexpr std::string_view kRefName = "org.opencontainers.image.ref.name";

struct Platform {
  std::string os, architecture, variant;
  /// "linux/arm64/v8"; Kind::usage if it is not of this form.
  static Result<Platform> parse(std::string_view text);
  static Platform host();
  std::string text() const;
};

struct Descriptor {
  std::string media_type;
  Digest digest;
  std::uint64_t size = 0;
  std::optional<Platform> platform;
  std::map<std::string, std::string> annotations;
  std::vector<std::string> urls;  ///< where it may be had besides the registry
  std::string data;  ///< the content itself, decoded; as little believed as what a registry sends

  /// Its owner does not let registries hand it on: `urls` say who does.
  bool is_nondistributable() const;
};

struct Index {
  std::vector<Descriptor> manifests;
  /// Kind::invalid_spec if it is none.
  static Result<Index> parse(std::string_view text);
  /// The entry for a platform: its architecture, and of several the best variant. Kind::not_found names what
  /// there is.
  Result<Descriptor> choose(const Platform& wanted) const;
};

struct Manifest {
  std::string media_type;
  Descriptor config;
  std::vector<Descriptor> layers;
  static Result<Manifest> parse(std::string_view text);
  std::string text() const;
};

/// A line of an image's history: a step of its making, with a layer or without.
struct Step {
  std::string created, created_by, author, comment;
  bool empty_layer = false;
};

/// How a container of the image is asked whether it is well.
struct Healthcheck {
  std::vector<std::string> test;  ///< ["CMD", …], ["CMD-SHELL", "…"], ["NONE"]
  std::int64_t interval_ns = 0, timeout_ns = 0, start_period_ns = 0, start_interval_ns = 0;  ///< 0: default
  int retries = 0;
};

/// What a container made of the image begins with.
struct Config {
  Platform platform;
  std::string created, author, comment;
  std::string user, working_dir, stop_signal;
  std::vector<std::string> env, entrypoint, cmd;
  std::map<std::string, std::string> labels;
  std::vector<std::string> volumes, exposed_ports;
  std::vector<std::string> shell, on_build;
  std::optional<Healthcheck> healthcheck;
  std::vector<Digest> diff_ids;
  std::vector<Step> history;
  static Result<Config> parse(std::string_view text);
  std::string text() const;
};

bool is_index(std::string_view media_type);
bool is_manifest(std::string_view media_type);
/// The mediaType of a document, or what its members make it, as old OCI documents do without: empty if it is
/// neither index nor manifest.
std::string media_type_of(std::string_view text);

}  // namespace masu::image
