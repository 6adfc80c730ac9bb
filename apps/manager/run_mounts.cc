// SPDX-License-Identifier: Apache-2.0
#include "run_mounts.h"

#include "masu/manager/volume.h"
#include "mount_options.h"
#include "secrets.h"

#include <algorithm>

namespace masu::manager {
namespace {

bool has_destination(const std::vector<Mount>& mounts, std::string_view destination) {
  return std::ranges::any_of(mounts, [&](const Mount& mount) { return mount.destination == destination; });
}

// The places of the image's configuration, where nothing else is asked for.
Result<> add_image_volumes(const cli::Call& call, const image::Config& image, Request& out) {
  const std::string_view how = call.arguments.value(kImageVolume, "anonymous");
  if (how == "ignore") return {};
  for (const std::string& path : image.volumes) {
    const auto destination = clean_destination(path);
    if (!destination || has_destination(out.mounts, *destination)) continue;
    out.mounts.push_back(
        TRY(how == "tmpfs" ? parse_tmpfs(*destination + ":exec") : parse_volume(*destination, call.env)));
  }
  return {};
}

// "CONTAINER[:ro,…]"
Result<> take_over(const Place& place, std::string_view text, Request& request) {
  const auto colon = text.find(':');
  const std::string_view options = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  const Request other = TRY(find(place, text.substr(0, colon)));
  for (const std::string_view option : text::split(options, ','))
    if (!option.empty() && option != "ro" && option != "rw" && option != "z")
      return fail(wrong(kVolumesFrom, text, cat("unknown option ", quote(option))));
  for (const Mount& mount : other.mounts) {
    if ((mount.type != "volume" && mount.type != "bind") ||
        has_destination(request.mounts, mount.destination))
      continue;
    request.mounts.push_back(mount);
    if (!options.empty()) request.mounts.back().options.emplace_back(options.starts_with("ro") ? "ro" : "rw");
  }
  return {};
}

Result<store::Lock> get_volume(const Place& place, Mount& mount) {
  const bool anonymous = mount.source.empty();
  if (!anonymous)  // those that are there are the most
    if (auto held = lock_volume(place, mount.source, store::Store::Sharing::shared)) return held;
  if (mount.no_create)
    return fail(Error::make(Kind::not_found, cat("no such volume: ", mount.source))
                    .hint("nocreate asks that it is there"));
  auto made = create_volume(place, {.name = mount.source,
                                    .labels = mount.volume_labels,
                                    .options = mount.volume_options,
                                    .anonymous = anonymous});
  if (made) mount.source = made->name;
  if (!made && made.error().kind() != Kind::exists) return fail(std::move(made).error());
  return lock_volume(place, mount.source, store::Store::Sharing::shared);
}

Result<> get_image_mount(const store::Store& store, Mount& mount) {
  const store::Image image = TRY(store.find_image(mount.source));
  mount.manifest = image.manifest_digest.text();
  mount.layers = store.layers_of(image);
  return {};
}

Result<> read_secrets(const cli::Call& call, const Place& place, Request& request) {
  for (const std::string_view text : call.arguments.values(kSecret)) {
    SecretUse use = TRY_IN(parse_secret_use(place, text), cat("--secret ", quote(text)));
    const auto same = [&use](const SecretUse& other) {
      return other.is_variable == use.is_variable && other.target == use.target;
    };
    if (std::ranges::any_of(request.secrets, same) ||
        (!use.is_variable && has_destination(request.mounts, use.target)))
      return fail(wrong(kSecret, text, cat("something else has the target ", quote(use.target))));
    request.secrets.push_back(std::move(use));
  }
  return {};
}

}  // namespace

Result<> read_mounts(const cli::Call& call, const image::Config&, Request& out) {
  const cli::Arguments& given = call.arguments;
  out.read_only = given.has(kReadOnly);
  out.read_only_tmpfs = given.flag(kReadOnlyTmpfs).value_or(true);
  if (const auto shm = TRY(read_bytes(call, kShmSize)); shm > 0)
    out.shm_size = static_cast<std::uint64_t>(shm);
  for (const std::string_view text : given.values(kVolume))
    out.mounts.push_back(TRY_IN(parse_volume(text, call.env), cat("--volume ", quote(text))));
  for (const std::string_view text : given.values(kMount))
    for (Mount& mount : TRY_IN(parse_mount(text, call.env), cat("--mount ", quote(text))))
      out.mounts.push_back(std::move(mount));
  for (const std::string_view text : given.values(kTmpfs))
    out.mounts.push_back(TRY_IN(parse_tmpfs(text), cat("--tmpfs ", quote(text))));
  for (std::size_t i = 0; i < out.mounts.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (out.mounts[i].destination == out.mounts[j].destination)
        return fail(
            Error::make(Kind::usage, cat("two mounts are asked for at ", quote(out.mounts[i].destination))));
  return {};
}

Result<std::vector<store::Lock>> resolve_mounts(const cli::Call& call, const Place& place,
                                                const store::Store& store, const image::Config& image,
                                                Request& request) {
  std::vector<store::Lock> out;
  for (const std::string_view text : call.arguments.values(kVolumesFrom))
    TRY_IN(take_over(place, text, request), "--volumes-from");
  TRY_IN(add_image_volumes(call, image, request), "a volume of the image");
  TRY(read_secrets(call, place, request));
  for (Mount& mount : request.mounts) {
    if (mount.type == "volume") out.push_back(TRY(get_volume(place, mount)));
    if (mount.type == "image") TRY_IN(get_image_mount(store, mount), cat("mount on ", mount.destination));
  }
  return out;
}

}  // namespace masu::manager
