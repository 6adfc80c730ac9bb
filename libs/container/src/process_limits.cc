// SPDX-License-Identifier: Apache-2.0
#include "process_limits.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/spec/names.h"
#include "masu/sys/raw.h"

#include <cerrno>

namespace masu::container {
namespace {

struct Limit64 {  // struct rlimit64 of prlimit64(2)
  std::uint64_t soft;
  std::uint64_t hard;
};

}  // namespace

Error describe_rlimit(int err, const spec::Rlimit& wanted, std::size_t index) {
  const auto name = spec::find_name(spec::rlimits(), wanted.resource);
  Error error = Error::sys(err, cat("set ", name, " to soft ", wanted.soft, ", hard ", wanted.hard))
                    .at(cat("process.rlimits[", index, "]"));
  Limit64 present{};  // ours, which the child has inherited
  if (err == EPERM && sys::raw::call(SYS_prlimit64, 0, wanted.resource, nullptr, &present) >= 0)
    return std::move(error).hint(
        cat("the caller's hard limit is ", present.hard, ", and raising it needs CAP_SYS_RESOURCE"));
  return error;
}

Result<> set_rlimits(pid_t pid, const std::vector<spec::Rlimit>& limits) {
  for (std::size_t i = 0; i < limits.size(); ++i) {
    const Limit64 wanted{limits[i].soft, limits[i].hard};
    const long set = sys::raw::call(SYS_prlimit64, pid, limits[i].resource, &wanted, nullptr);
    if (set < 0) return fail(describe_rlimit(static_cast<int>(-set), limits[i], i));
  }
  return {};
}

Error describe_oom_score(int err) {
  return Error::sys(err, "write oom_score_adj")
      .at("process.oomScoreAdj")
      .hint("lowering it needs CAP_SYS_RESOURCE");
}

Result<> set_oom_score(const sys::Procfs& procfs, pid_t pid, std::optional<std::int32_t> score) {
  if (!score) return {};
  auto written = procfs.write(cat(pid, "/oom_score_adj").c_str(), std::to_string(*score));
  if (!written)
    return fail(
        std::move(written).error().at("process.oomScoreAdj").hint("lowering it needs CAP_SYS_RESOURCE"));
  return {};
}

}  // namespace masu::container
