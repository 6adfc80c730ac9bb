// SPDX-License-Identifier: Apache-2.0
#include "run_limits.h"

#include "masu/spec/names.h"

#include <algorithm>

namespace masu::manager {
namespace {

// "1.5": microseconds of each 100 ms.
Result<std::int64_t> parse_cpus(std::string_view text) {
  const auto dot = text.find('.');
  const auto whole = text::parse_int<std::uint32_t>(dot == 0 ? "0" : text.substr(0, dot));
  std::string decimals(dot == std::string_view::npos ? "" : text.substr(dot + 1));
  decimals.resize(5, '0');
  const auto part = text::parse_int<std::uint32_t>(decimals);
  const std::int64_t quota = whole && part ? std::int64_t{*whole} * 100'000 + *part : 0;
  if (quota < 1000) return fail(wrong(kCpus, text, "expected a number, 0.01 or more"));
  return quota;
}

}  // namespace

Result<> read_limits(const cli::Call& call, const image::Config&, Request& out) {
  out.memory = TRY(read_bytes(call, kMemory));
  out.memory_swap = TRY(read_bytes(call, kMemorySwap));
  if (out.memory_swap > 0 && out.memory_swap < out.memory)
    return fail(wrong(kMemorySwap, call.arguments.value(kMemorySwap),
                      "it counts memory too, and is less than --memory"));
  if (call.arguments.has(kCpus)) out.cpu_quota = TRY(parse_cpus(call.arguments.value(kCpus)));
  TRY(read_number(call, kCpuShares, out.cpu_shares));
  out.cpuset_cpus = call.arguments.value(kCpusetCpus);
  TRY(read_number(call, kPidsLimit, out.pids_limit));
  if (call.arguments.has(kPidsLimit) && out.pids_limit == 0) out.pids_limit = -1;
  if (call.arguments.has(kOomScoreAdj)) TRY(read_number(call, kOomScoreAdj, out.oom_score_adj.emplace()));
  for (const std::string_view given : call.arguments.values(kUlimit)) {
    auto [name, rest] = split_pair(given);
    std::string full = "RLIMIT_" + name;
    std::ranges::transform(full, full.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    const auto number = [](std::string_view text) {
      return text == "unlimited" || text == "-1" ? std::optional<std::uint64_t>(UINT64_MAX)
                                                 : text::parse_int<std::uint64_t>(text);
    };
    const auto colon = rest.find(':');
    const auto soft = number(rest.substr(0, colon)),
               hard = colon == std::string::npos ? soft : number(rest.substr(colon + 1));
    if (!spec::find_value(spec::rlimits(), full) || !soft || !hard || *soft > *hard)
      return fail(wrong(kUlimit, given, "expected NAME=SOFT[:HARD], as in nofile=1024:2048"));
    out.ulimits.push_back({full, *soft, *hard});
  }
  return {};
}

}  // namespace masu::manager
