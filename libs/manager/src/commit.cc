// SPDX-License-Identifier: Apache-2.0
#include "masu/manager/commit.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/image/changes.h"

#include <algorithm>

namespace masu::manager {
namespace {

// Of the words the record does not say which were the entrypoint; an image's own is known again.
void set_words(image::Config& out, const std::vector<std::string>& args) {
  const auto& own = out.entrypoint;
  const bool begins_with_own = own.size() <= args.size() && std::equal(own.begin(), own.end(), args.begin());
  if (!begins_with_own) out.entrypoint.clear();
  out.cmd.assign(args.begin() + static_cast<std::ptrdiff_t>(out.entrypoint.size()), args.end());
}

bool is_at_or_below(std::string_view path, std::string_view point) {
  while (point.starts_with('/')) point.remove_prefix(1);
  while (point.ends_with('/')) point.remove_suffix(1);
  return path.starts_with(point) && (path.size() == point.size() || path[point.size()] == '/');
}

}  // namespace

Result<image::Config> committed_config(image::Config base, const Request& request,
                                       const CommitOptions& options) {
  image::Config out = std::move(base);
  out.created = options.created;
  if (!options.author.empty()) out.author = options.author;
  set_words(out, request.args);
  out.env = request.env;
  out.user = request.user;
  out.working_dir = request.cwd;
  out.labels = request.labels;
  out.stop_signal = request.stop_signal;
  out.exposed_ports = request.exposed;
  for (const std::string& change : options.changes) TRY_IN(image::apply_change(out, change), "--change");
  out.history.push_back({.created = options.created,
                         .created_by = text::join(request.args, " "),
                         .author = options.author,
                         .comment = options.message,
                         .empty_layer = true});
  return out;
}

bool is_mounted_over(const Request& request, std::string_view path) {
  for (const std::string_view point :
       {"/etc/hostname", "/etc/resolv.conf", "/run/.containerenv", "/dev", "/proc", "/sys"})
    if (is_at_or_below(path, point)) return true;
  if (!request.no_hosts && is_at_or_below(path, "/etc/hosts")) return true;
  return std::ranges::any_of(request.mounts,
                             [path](const Mount& mount) { return is_at_or_below(path, mount.destination); });
}

}  // namespace masu::manager
