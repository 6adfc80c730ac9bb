// SPDX-License-Identifier: Apache-2.0
// `masu healthcheck run`.
#include "commands.h"
#include "each_container.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/manager/life.h"

namespace masu::manager {
namespace {

// The result of the check itself, whatever the state that several make.
Result<int> last_code(std::string_view answer) {
  const json::Document document = TRY(json::Document::parse(answer));
  const json::Reader in(document);
  int code = 0;
  if (const auto log = in.find("log"); log && log->value().is(json::Type::array))
    for (const json::Value each : log->value().elements()) TRY(log->at(each).optional("exitCode", code));
  return code;
}

Result<int> run(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  const Request request = TRY(find(place, call.arguments.positional(0)));
  if (request.health_test.empty())
    return fail(Error::make(Kind::invalid_state, cat("container ", request.name, " has no health check"))
                    .hint("masu run --health-cmd gives it one"));
  if (read_state(place, request).phase != Phase::running)
    return fail(Error::make(Kind::invalid_state, cat("container ", request.name, " is not running"))
                    .hint(cat("masu start ", request.name)));
  const std::string answer = TRY(ShimClient(place.shim_folder(request.id)).get("POST", "/health"));
  if (TRY(last_code(answer)) == 0) return 0;
  TRY(call.env.print("unhealthy\n"));
  return 1;
}

constexpr cli::Positional kOne[] = {
    {.name = "CONTAINER", .values = kContainers[0].values, .help = "the container to check"}};

}  // namespace

constinit const cli::Command kHealthcheckRunCommand{
    .name = "healthcheck run",
    .summary = "check a container's health now",
    .description = "The exit code is 0 if the check succeeds, 1 if it fails; it counts as one that was due.",
    .positionals = kOne,
    .run = run};

}  // namespace masu::manager
