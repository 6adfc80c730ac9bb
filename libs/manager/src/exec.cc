// SPDX-License-Identifier: Apache-2.0
#include "masu/manager/exec.h"

#include "capabilities.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/reader.h"
#include "masu/manager/life.h"
#include "masu/spec/parse.h"
#include "masu/spec/write.h"
#include "passwd.h"

#include <fcntl.h>

namespace masu::manager {

Result<std::string> make_exec(const Place& place, const Request& request, const ExecOptions& options) {
  const State state = read_live_state(place, request);
  if (state.phase != Phase::running)
    return fail(Error::make(Kind::invalid_state, cat("container ", request.name, " is not running")));
  const std::string text = TRY(sys::read_file(place.folder(request.id) + "/bundle/config.json"));
  const spec::Config config = TRY(spec::parse_config(text));
  spec::Process process = *config.process;
  process.args = options.args;
  process.terminal = options.tty;
  for (const std::string& entry : options.env) set_variable(process.env, entry);
  if (!options.cwd.empty()) process.cwd = options.cwd;
  if (options.user) {
    const sys::Fd root = TRY(sys::open(cat("/proc/", state.pid, "/root"), O_PATH | O_DIRECTORY));
    process.user = TRY(find_identity(root.get(), *options.user, {})).user;
  }
  if (options.user || options.privileged) {
    Request asked = request;
    asked.privileged |= options.privileged;
    process.capabilities = TRY(choose_capabilities(asked, read_facts(), process.user.uid == 0));
  }
  std::string body;
  json::Writer out(body);
  out.begin_object().member("terminal", options.tty).member("stdin", options.input).key("process");
  spec::write(out, process);
  out.end_object();
  const std::string answer = TRY(ShimClient(place.shim_folder(request.id)).get("POST", "/exec", {}, body));
  const json::Document document = TRY(json::Document::parse(answer));
  std::string id;
  TRY(json::Reader(document).require("id", id));
  return cat("/exec/", id);
}

}  // namespace masu::manager
