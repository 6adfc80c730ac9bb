// SPDX-License-Identifier: Apache-2.0
#include "bars.h"
#include "commands.h"
#include "globals.h"
#include "image_tables.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/fd.h"
#include "masu/transfer/push.h"

#include <fcntl.h>
#include <unistd.h>

namespace masu::manager {
namespace {

constexpr std::string_view kTransport = "docker://";

Result<transfer::PushOptions> push_options(const cli::Call& call, Bars& bars) {
  using Form = transfer::PushOptions::Form;
  transfer::PushOptions out;
  const auto& given = call.arguments;
  out.registry = TRY(registry_options(call));
  if (given.has(kPushFormat)) out.form = given.value(kPushFormat) == "oci" ? Form::oci : Form::docker;
  if (given.value(kCompressionFormat) == "zstd") out.compression.form = transfer::Compression::Form::zstd;
  out.recompress = given.has(kForceCompression);
  if (given.has(kCompressionLevel)) {
    const int most = out.compression.form == transfer::Compression::Form::zstd ? 20 : 9;
    const auto level = text::parse_int<int>(given.value(kCompressionLevel));
    if (!level || *level < 1 || *level > most)
      return fail(Error::make(Kind::usage, cat("--compression-level: expected a number from 1 to ", most)));
    out.compression.level = *level;
  }
  out.report = bars.reporter();
  return out;
}

}  // namespace

Result<int> run_push(const cli::Call& call) {
  Bars bars(call.arguments.has(kQuiet), "sent");
  transfer::PushOptions options = TRY(push_options(call, bars));
  const store::Store store = TRY(open_store(call));
  const store::Image image = TRY(store.find_image(call.arguments.positional(0)));
  std::string_view where = call.arguments.positional(1, image.name);
  if (where.starts_with(kTransport)) where.remove_prefix(kTransport.size());
  if (where.empty())
    return fail(Error::make(Kind::usage, "the image has no name: where is it to go?")
                    .hint("masu push IMAGE REGISTRY/NAME:TAG"));
  const auto to = TRY(image::Reference::parse(where));
  options.registry.credentials = TRY(credentials_for(call, to.repository()));
  const image::Digest digest = TRY(transfer::push(store, image, to, std::move(options)));
  if (call.arguments.has(kDigestFile)) {
    const std::string path = TRY(call.env.absolute(call.arguments.value(kDigestFile)));
    const sys::Fd file = TRY_IN(sys::open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644), "--digestfile");
    TRY_IN(sys::write_all(file.get(), digest.text()), "--digestfile");
  }
  return 0;
}

}  // namespace masu::manager
