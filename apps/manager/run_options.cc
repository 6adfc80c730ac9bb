// SPDX-License-Identifier: Apache-2.0
#include "run_options.h"

#include "hand_over.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/fd.h"

#include <fcntl.h>

namespace masu::manager {

using From = cli::Values::From;

constinit const std::array<cli::Positional, 2> kRunPositionals = {
    {{.name = "IMAGE", .values = {From::output, "images -q"}, .help = "the name or the id of an image"},
     {.name = "COMMAND",
      .count = cli::Positional::Count::any,
      .help = "what to run in it; what the image says by default"}}};

namespace {

// "FOLDER[:O]"
Result<> read_rootfs(const cli::Call& call, Request& out) {
  std::string_view given = call.arguments.positional(0);
  out.rootfs_overlay = given.ends_with(":O");
  if (out.rootfs_overlay) given.remove_suffix(2);
  out.rootfs = TRY(call.env.absolute(given));
  const sys::Fd folder = TRY_IN(sys::open(out.rootfs, O_PATH | O_DIRECTORY), "--rootfs");
  out.image = out.rootfs;
  return {};
}

}  // namespace

Result<Request> read_request(const cli::Call& call, const store::Store& store, const store::Image& image) {
  Request out;
  if (call.arguments.has(kRootfs)) {
    TRY(read_rootfs(call, out));
  } else {
    out.image = image.name.empty() ? image.id().text() : image.name;
    out.image_id = image.id().text();
    out.manifest = image.manifest_digest.text();
  }
  out.layers = store.layers_of(image);
  out.labels = image.config.labels;
  for (const auto read : {read_policies, read_process, read_mounts, read_network, read_security, read_limits})
    TRY(read(call, image.config, out));
  return out;
}

namespace {

// Of a name that is known for another platform the one that is wanted may be had.
Result<bool> is_for_platform(const cli::Call& call, const store::Image& image) {
  if (!call.arguments.has(kRunPlatform)) return true;
  const auto wanted = TRY_IN(image::Platform::parse(call.arguments.value(kRunPlatform)), "--platform");
  const image::Platform& has = image.config.platform;
  return has.os == wanted.os && has.architecture == wanted.architecture &&
         (wanted.variant.empty() || has.variant.empty() || has.variant == wanted.variant);
}

}  // namespace

Result<store::Image> get_image(const cli::Call& call, const store::Store& store) {
  const std::string_view name = call.arguments.positional(0);
  std::string_view when = call.arguments.value(kPull, "missing");
  if (when != "always" && when != "newer") {
    auto found = store.find_image(name);
    if (found && !TRY(is_for_platform(call, *found))) {
      if (when == "never")
        return fail(Error::make(Kind::not_found, cat("the image ", quote(name), " is here for ",
                                                     found->config.platform.text(), " alone")));
      when = "always";
    } else if (found && store.is_complete(*found)) {
      return found;
    }
    if (!found && (found.error().kind() != Kind::not_found || when == "never")) return found;
    if (when == "never")
      return fail(Error::make(Kind::invalid_state, cat("the image ", quote(name), " is damaged"))
                      .hint(cat("masu pull ", name, " mends it")));
  }
  TRY(image::Reference::parse(name));
  // An alias of registries.conf may be here under another name, which masu-image knows.
  std::vector<std::string> words = {"pull", "--policy", std::string(when), std::string(name)};
  if (call.arguments.has(kRunPlatform))
    words.insert(words.end(), {"--platform", std::string(call.arguments.value(kRunPlatform))});
  if (call.arguments.has(kPullQuiet)) words.emplace_back("--quiet");
  const auto printed = TRY(run_image_program(call, words));
  if (!printed)
    return fail(Error::make(Kind::system, cat("the image ", quote(name), " could not be pulled")));
  const std::string_view id = text::trim(*printed);
  if (auto found = store.find_image(name); found && found->id().text() == id) return found;
  return store.find_image(id);
}

}  // namespace masu::manager
