// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "container_rows.h"
#include "globals.h"
#include "listing.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cli/columns.h"
#include "masu/json/writer.h"
#include "masu/store/tree.h"
#include "masu/store/walk.h"
#include "shown.h"

#include <map>
#include <set>

#include <fcntl.h>

namespace masu::manager {
namespace {

constexpr cli::Option kVerbose{.name = "verbose", .letter = 'v', .help = "each image, container and volume"};
constexpr const cli::Option* kOptions[] = {&kVerbose, &kListFormat};
constexpr Column kColumns[] = {{"TYPE", "Type"},
                               {"TOTAL", "TotalCount"},
                               {"ACTIVE", "Active"},
                               {"SIZE", "Size"},
                               {"RECLAIMABLE", "Reclaimable"}};

struct Kinds {
  std::size_t total = 0, active = 0;
  std::uint64_t size = 0, reclaimable = 0;
};

std::string row(std::string_view type, const Kinds& kinds) {
  std::string text;
  json::Writer out(text);
  const std::uint64_t share = kinds.size == 0 ? 0 : kinds.reclaimable * 100 / kinds.size;
  out.begin_object().member("Type", type).member("TotalCount", kinds.total).member("Active", kinds.active);
  out.member("Size", shown_size(kinds.size))
      .member("Reclaimable", cat(shown_size(kinds.reclaimable), " (", share, "%)"));
  out.end_object();
  return text;
}

// What layers take, unpacked: each once, whatever images have it.
class Layers {
 public:
  explicit Layers(const store::Store& store) : store_(store) {}
  std::vector<std::string> of(const store::Image& image) const { return store_.layers_of(image); }
  std::uint64_t size(const std::string& layer) {
    const auto [found, fresh] = sizes_.try_emplace(layer, 0);
    if (fresh) found->second = store::tree_size(AT_FDCWD, store_.layer_path(layer).c_str());
    return found->second;
  }

 private:
  const store::Store& store_;
  std::map<std::string, std::uint64_t> sizes_;
};

struct Usage {
  std::vector<store::Image> images;
  std::vector<Listed> containers;
  std::map<std::string, std::size_t> users;  // containers by manifest
};

Result<Usage> read_usage(const Place& place, const store::Store& store) {
  Usage out{.images = TRY(store.images()), .containers = {}, .users = {}};
  std::vector<Request> all = TRY(list(place));
  for (Request& request : all) {
    ++out.users[request.manifest];
    Listed item{.state = read_state(place, request), .request = std::move(request), .size = 0};
    item.size = written_bytes(place, item.request);
    out.containers.push_back(std::move(item));
  }
  return out;
}

Kinds sum_images(const Usage& usage, Layers& layers) {
  Kinds out;
  std::set<std::string> ids, layers_seen, used;
  for (const store::Image& image : usage.images) {
    const bool active = usage.users.contains(image.manifest_digest.text());
    if (ids.insert(image.id().text()).second) {
      ++out.total;
      if (active) ++out.active;
    }
    for (const std::string& layer : layers.of(image)) {
      layers_seen.insert(layer);
      if (active) used.insert(layer);
    }
  }
  for (const std::string& layer : layers_seen) {
    out.size += layers.size(layer);
    if (!used.contains(layer)) out.reclaimable += layers.size(layer);
  }
  return out;
}

Kinds sum_containers(const Usage& usage) {
  Kinds out;
  for (const Listed& item : usage.containers) {
    ++out.total;
    out.size += item.size;
    if (is_running(item.state.phase))
      ++out.active;
    else
      out.reclaimable += item.size;
  }
  return out;
}

// Named volumes are folders below <root>/volumes; one is active if a container has it.
std::map<std::string, std::uint64_t> read_volumes(const Place& place) {
  std::map<std::string, std::uint64_t> out;
  const std::string folder = place.root + "/volumes";
  for (const std::string& name :
       store::list_folder(AT_FDCWD, folder.c_str()).value_or(std::vector<std::string>()))
    if (!name.starts_with('.'))
      out[name] = store::tree_size(AT_FDCWD, cat(folder, "/", name, "/_data").c_str());
  return out;
}

std::size_t links_to(const Usage& usage, const std::string& volume) {
  std::size_t out = 0;
  for (const Listed& item : usage.containers)
    for (const Mount& mount : item.request.mounts)
      if (mount.type == "volume" && mount.source == volume) ++out;
  return out;
}

Kinds sum_volumes(const Usage& usage, const std::map<std::string, std::uint64_t>& volumes) {
  Kinds out;
  for (const auto& [name, size] : volumes) {
    ++out.total;
    out.size += size;
    if (links_to(usage, name) > 0)
      ++out.active;
    else
      out.reclaimable += size;
  }
  return out;
}

std::string details(const Place& place, const Usage& usage, Layers& layers,
                    const std::map<std::string, std::uint64_t>& volumes) {
  cli::Columns images({"REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE", "CONTAINERS"});
  for (const store::Image& image : usage.images) {
    const auto name = image::Reference::parse(image.name);
    std::uint64_t size = 0;
    for (const std::string& layer : layers.of(image)) size += layers.size(layer);
    const auto users = usage.users.find(image.manifest_digest.text());
    images.add({name ? name->repository() : "<none>", name && !name->tag.empty() ? name->tag : "<none>",
                short_id(image.id().hex()), shown_age(image.config.created), shown_size(size),
                cat(users == usage.users.end() ? 0 : users->second)});
  }
  cli::Columns containers({"CONTAINER ID", "IMAGE", "COMMAND", "SIZE", "CREATED", "STATUS", "NAMES"});
  for (const Listed& item : usage.containers)
    containers.add({short_id(item.request.id), item.request.image, item.request.command,
                    shown_size(item.size), shown_age(item.request.created), status_text(place, item),
                    item.request.name});
  cli::Columns named({"VOLUME NAME", "LINKS", "SIZE"});
  for (const auto& [name, size] : volumes) named.add({name, cat(links_to(usage, name)), shown_size(size)});
  return cat("Images space usage:\n\n", images.text(), "\nContainers space usage:\n\n", containers.text(),
             "\nLocal Volumes space usage:\n\n", named.text());
}

Result<int> run(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  const store::Store store = TRY(open_store(call));
  const Usage usage = TRY(read_usage(place, store));
  const auto volumes = read_volumes(place);
  Layers layers(store);
  if (call.arguments.has(kVerbose)) {
    if (call.arguments.has(kListFormat))
      return fail(Error::make(Kind::usage, "--verbose and --format exclude each other"));
    TRY(call.env.print(details(place, usage, layers, volumes)));
    return 0;
  }
  TRY(print_rows(call, kColumns,
                 {row("Images", sum_images(usage, layers)), row("Containers", sum_containers(usage)),
                  row("Local Volumes", sum_volumes(usage, volumes))},
                 {.format = call.arguments.value(kListFormat)}));
  return 0;
}

}  // namespace

constinit const cli::Command kSystemDfCommand{.name = "system df",
                                              .summary = "show what images, containers and volumes take",
                                              .options = kOptions,
                                              .run = run};

}  // namespace masu::manager
