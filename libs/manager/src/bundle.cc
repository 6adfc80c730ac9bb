// SPDX-License-Identifier: Apache-2.0
#include "bundle.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/spec/write.h"
#include "masu/sys/fd.h"

#include <fcntl.h>

namespace masu::manager {
namespace {

// An address of the host's loopback leads nowhere in a network of the container's own.
bool is_loopback(std::string_view line) {
  return line.find(" 127.") != std::string_view::npos || line.ends_with(" ::1");
}

std::string resolv_conf(const Request& request) {
  std::string out;
  if (request.dns.empty()) {
    const std::string host = sys::read_file("/etc/resolv.conf").value_or("");
    for (const std::string_view line : text::split(host, '\n'))
      if (!line.empty() && (request.network == "host" || !is_loopback(line))) out += cat(line, "\n");
  }
  for (const std::string& server : request.dns) out += cat("nameserver ", server, "\n");
  return out;
}

std::string hosts(const Request& request) {
  std::string out;
  if (request.network == "host") out = sys::read_file("/etc/hosts").value_or("");
  if (out.empty()) out = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n";
  if (!out.ends_with('\n')) out += '\n';
  if (request.network != "host") out += cat("127.0.1.1\t", request.hostname, " ", request.name, "\n");
  for (const std::string& entry : request.extra_hosts) {
    const auto colon = entry.find(':');
    out +=
        cat(std::string_view(entry).substr(colon + 1), "\t", std::string_view(entry).substr(0, colon), "\n");
  }
  return out;
}

}  // namespace

Result<> write_bundle(const Place& place, const Request& request, const Facts& facts) {
  const sys::Fd folder = TRY(sys::open(place.folder(request.id), O_RDONLY | O_DIRECTORY));
  const sys::Fd rootfs = TRY(sys::open(place.rootfs(request.id), O_PATH | O_DIRECTORY));
  TRY(sys::replace_file_at(folder.get(), "hosts", hosts(request), 0644));
  TRY(sys::replace_file_at(folder.get(), "hostname", request.hostname + "\n", 0644));
  TRY(sys::replace_file_at(folder.get(), "resolv.conf", resolv_conf(request), 0644));
  const spec::Config config = TRY(make_config(place, request, facts, rootfs.get()));
  const sys::Fd bundle = TRY(sys::open_at(folder.get(), "bundle", O_RDONLY | O_DIRECTORY));
  return sys::replace_file_at(bundle.get(), "config.json", spec::to_json(config) + "\n", 0600);
}

}  // namespace masu::manager
