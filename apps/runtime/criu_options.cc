// SPDX-License-Identifier: Apache-2.0
#include "criu_options.h"

#include "create_options.h"
#include "masu/base/try.h"
#include "masu/criu/session.h"

namespace masu::runtime {
namespace {

criu::CgroupMode cgroup_mode(std::string_view name) {
  if (name == "soft") return criu::CgroupMode::soft;
  if (name == "full") return criu::CgroupMode::full;
  if (name == "strict") return criu::CgroupMode::strict;
  return name == "ignore" ? criu::CgroupMode::ignore : criu::CgroupMode::standard;
}

criu::NetworkLock network_lock(std::string_view name) {
  if (name == "iptables") return criu::NetworkLock::iptables;
  if (name == "nftables") return criu::NetworkLock::nftables;
  return name == "skip" ? criu::NetworkLock::skip : criu::NetworkLock::standard;
}

}  // namespace

Result<container::CriuOptions> criu_options(const cli::Call& call) {
  const cli::Arguments& arguments = call.arguments;
  container::CriuOptions options;
  options.images = TRY(call.env.absolute(arguments.value(kImagePath, "checkpoint")));
  options.work = TRY(path_value(call, kWorkPath));
  options.tcp_established = arguments.has(kTcpEstablished);
  options.ext_unix_sockets = arguments.has(kExtUnixSk);
  options.shell_job = arguments.has(kShellJob);
  options.file_locks = arguments.has(kFileLocks);
  options.auto_dedup = arguments.has(kAutoDedup);
  options.lazy_pages = arguments.has(kLazyPages);
  options.cgroup_mode = cgroup_mode(arguments.value(kManageCgroupsMode));
  options.network_lock = network_lock(arguments.value(kNetworkLock));
  options.empty_network = !arguments.value(kEmptyNs).empty();
  options.program = TRY(criu::find_program(call.globals.value(kCriu), call.env.variable("PATH")));
  return options;
}

}  // namespace masu::runtime
