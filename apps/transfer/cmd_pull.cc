// SPDX-License-Identifier: Apache-2.0
#include "bars.h"
#include "commands.h"
#include "globals.h"
#include "image_tables.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/user_namespace.h"
#include "masu/transfer/load.h"
#include "masu/transfer/policy.h"
#include "masu/transfer/pull.h"

#include <array>

namespace masu::manager {
namespace {

using Policy = transfer::PullOptions::Policy;

Policy parse_policy(std::string_view text) {
  if (text == "missing") return Policy::missing;
  if (text == "newer") return Policy::newer;
  return text == "never" ? Policy::never : Policy::always;
}

Result<transfer::PullOptions> pull_options(const cli::Call& call, Bars& bars) {
  transfer::PullOptions out;
  out.policy = parse_policy(call.arguments.value(kPolicy));
  out.platform = TRY(platform_of(call));
  out.registry = TRY(registry_options(call));
  out.credentials = [&call](std::string_view repository) { return credentials_for(call, repository); };
  out.registries = TRY(transfer::Registries::read(call.env));
  out.signatures = TRY(transfer::read_policy(call.env));
  out.report = bars.reporter();
  return out;
}

// What lies in a file or a folder, by the transports of containers-transports(5).
std::string_view local_path(std::string_view text) {
  constexpr std::array<std::string_view, 4> kLocal = {"oci-archive:", "docker-archive:", "oci:", "dir:"};
  for (const std::string_view transport : kLocal)
    if (text.starts_with(transport)) return text.substr(transport.size());
  return {};
}

Result<> load_local(const cli::Call& call, const store::Store& store, std::string_view path,
                    const image::Platform& platform) {
  const std::string absolute = TRY(call.env.absolute(path));
  const std::vector<transfer::Loaded> images = TRY(transfer::load(store, absolute, platform));
  for (const transfer::Loaded& loaded : images) {
    const store::Image image = TRY(store.load_image(loaded.manifest, loaded.name));
    TRY(call.env.print(image.id().text() + "\n"));
  }
  return {};
}

Result<> pull_all_tags(const cli::Call& call, const store::Store& store, std::string_view text,
                       const transfer::PullOptions& options) {
  const std::vector<image::Reference> names = TRY(options.registries.resolve(text));
  const std::vector<image::Reference> tagged = TRY(transfer::list_tags(names.front(), options));
  for (const image::Reference& name : tagged) {
    const store::Image image = TRY(transfer::pull(store, {name}, options));
    TRY(call.env.print(image.id().text() + "\n"));
  }
  return {};
}

}  // namespace

Result<int> run_pull(const cli::Call& call) {
  constexpr std::string_view kTransport = "docker://";
  const store::Store store = TRY(open_store(call));
  TRY(enter_user_namespace());
  Bars bars(call.arguments.has(kQuiet), "done");
  const transfer::PullOptions options = TRY(pull_options(call, bars));
  for (std::string_view text : call.arguments.positionals()) {
    if (const std::string_view path = local_path(text); !path.empty()) {
      TRY(load_local(call, store, path, options.platform));
      continue;
    }
    if (text.starts_with(kTransport)) text.remove_prefix(kTransport.size());
    if (call.arguments.has(kAllTags)) {
      TRY(pull_all_tags(call, store, text, options));
      continue;
    }
    const std::vector<image::Reference> names = TRY(options.registries.resolve(text));
    const store::Image image = TRY(transfer::pull(store, names, options));
    TRY(call.env.print(image.id().text() + "\n"));
  }
  return 0;
}

}  // namespace masu::manager
