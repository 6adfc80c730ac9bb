// SPDX-License-Identifier: Apache-2.0
#include "run_mounts.h"

#include "mount_options.h"

namespace masu::manager {

Result<> read_mounts(const cli::Call& call, const image::Config&, Request& out) {
  out.read_only = call.arguments.has(kReadOnly);
  if (const auto shm = TRY(read_bytes(call, kShmSize)); shm > 0)
    out.shm_size = static_cast<std::uint64_t>(shm);
  for (const std::string_view text : call.arguments.values(kVolume))
    out.mounts.push_back(TRY_IN(parse_volume(text, call.env), cat("--volume ", quote(text))));
  for (const std::string_view text : call.arguments.values(kMount))
    out.mounts.push_back(TRY_IN(parse_mount(text, call.env), cat("--mount ", quote(text))));
  for (const std::string_view text : call.arguments.values(kTmpfs))
    out.mounts.push_back(TRY_IN(parse_tmpfs(text), cat("--tmpfs ", quote(text))));
  for (std::size_t i = 0; i < out.mounts.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (out.mounts[i].destination == out.mounts[j].destination)
        return fail(
            Error::make(Kind::usage, cat("two mounts are asked for at ", quote(out.mounts[i].destination))));
  return {};
}

}  // namespace masu::manager
