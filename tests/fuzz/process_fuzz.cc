// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes what exec --process reads, and the plan that is made of it: nothing may crash them, what is accepted
// comes back equal from the writer, and a plan's program and environment are as long as the process asked
// for.
#include "masu/spec/parse.h"
#include "masu/spec/write.h"
#include "plan.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace masu;

void check(bool holds) {
  if (!holds) std::abort();
}

void check_plan(const spec::Process& process) {
  const auto plan = container::build_process_plan(process, {}, {.last_capability = 40, .privileged = true});
  if (!plan) {
    check(!plan.error().message().empty());
    return;
  }
  check(plan->argv.size() == process.args.size() + 1 && plan->argv.back() == nullptr);
  check(plan->envp.size() <= process.env.size() + 2 && plan->envp.back() == nullptr);
  check(plan->cwd.starts_with('/'));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto process = spec::parse_process({reinterpret_cast<const char*>(data), size});
  if (!process) {
    check(!process.error().message().empty());
    return 0;
  }
  const auto again = spec::parse_process(spec::to_json(*process));
  check(again && *again == *process);
  check_plan(*process);
  return 0;
}
