// SPDX-License-Identifier: Apache-2.0
#include "hooks.h"

#include "annotations.h"
#include "hook_runner.h"
#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/writer.h"

#include <cerrno>

namespace masu::container {

HookStateText hook_state_text(const Record& record) {
  HookStateText text;
  json::Writer head(text.head);
  head.begin_object().member("ociVersion", record.oci_version).member("id", record.id);
  text.head += ",\"status\":\"";
  std::string rest;
  json::Writer tail(rest);
  tail.begin_object().member("bundle", record.bundle);
  tail.key("annotations").begin_object();
  for (const auto& [key, value] : record.annotations) tail.member(key, value);
  tail.end_object().end_object();
  text.tail = "," + rest.substr(1);
  return text;
}

Result<> run_hooks(const std::vector<spec::Hook>& hooks, std::string_view kind, std::string_view status,
                   pid_t pid, const Record& record) {
  if (hooks.empty()) return {};
  const HookStateText text = hook_state_text(record);
  const HookState state{text.head, status, pid, text.tail};
  const auto output = TRY(annotations::open_hook_output(record.annotations, record.bundle));
  for (std::size_t i = 0; i < hooks.size(); ++i) {
    MASU_DEBUG(cat("run ", kind, " hook ", quote(hooks[i].path)));
    HookPlan plan = build_hook_plan(hooks[i]);
    plan.stdout_fd = output.out.get();
    plan.stderr_fd = output.err.get();
    char detail[1024];
    const int result = run_hook(plan, state, nullptr, record.bundle.c_str(), detail, sizeof detail);
    if (result == 0) continue;
    std::string what = cat("error running ", kind, " hook #", i);
    if (detail[0] != '\0') {
      const std::string said = quote(detail);
      what += cat(": ", std::string_view(said).substr(1, said.size() - 2));
    }
    const bool told = detail[0] != '\0';
    Error error = told ? Error::make(Kind::system, std::move(what))
                       : Error::sys(-result, cat(what, ": ", hooks[i].path));
    return fail(std::move(error).at(cat("hooks.", kind, "[", i, "]")));
  }
  return {};
}

void run_poststop_hooks(const spec::Config& config, const Record& record) {
  for (const auto& hook : config.hooks.poststop)
    if (auto result = run_hooks({hook}, "poststop", "stopped", 0, record); !result)
      log::write(log::Level::warning, result.error().message());
}

}  // namespace masu::container
