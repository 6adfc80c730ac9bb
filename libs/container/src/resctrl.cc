// SPDX-License-Identifier: Apache-2.0
#include "resctrl.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/fd.h"
#include "masu/sys/raw.h"
#include "mount_table.h"

#include <algorithm>
#include <cerrno>
#include <vector>

namespace masu::container {
namespace {

bool is_directory(const std::string& path) {
  struct stat info;
  return sys::raw::fstatat(AT_FDCWD, path.c_str(), &info, 0) == 0 && S_ISDIR(info.st_mode);
}

// The order of runtime-spec config-linux.md.
std::vector<std::string> lines_of(const spec::IntelRdt& wanted) {
  std::vector<std::string> lines;
  for (const auto& text : {wanted.l3_cache_schema, wanted.mem_bw_schema})
    for (const auto line : text::split(text, '\n'))
      if (!text::trim(line).empty()) lines.emplace_back(text::trim(line));
  lines.insert(lines.end(), wanted.schemata.begin(), wanted.schemata.end());
  return lines;
}

// "L3:0=f;1=0ff" → "L3:0=f;1=ff": spaces and leading zeros say nothing.
std::string normal_form(std::string_view line) {
  std::string text;
  bool leading = false;
  for (const char c : text::trim(line)) {
    if (c == ' ' || c == '\t' || (leading && c == '0')) continue;
    if (leading && (c == ';')) text += '0';
    leading = c == '=';
    text += c;
  }
  if (leading) text += '0';
  return text;
}

// The kernel tells the reason of a refusal in a file of its own.
Error explain(Error error, const std::string& directory) {
  std::string root = directory;
  while (!is_directory(cat(root, "/info")) && root.size() > 1)
    root.resize(std::max<std::size_t>(root.rfind('/'), 1));
  const auto status = sys::read_file(cat(root, "/info/last_cmd_status"));
  if (!status || text::trim(*status).empty() || text::trim(*status) == "ok") return error;
  return std::move(error).hint(cat("resctrl says: ", text::trim(*status)));
}

Result<> write_group(const std::string& directory, const char* file, const std::string& text) {
  const std::string path = cat(directory, "/", file);
  auto written = sys::write_file_at(AT_FDCWD, path.c_str(), text);
  if (!written) return fail(explain(std::move(written).error(), directory));
  return {};
}

Result<> check_shares(const ResctrlGroup& group, const std::vector<std::string>& wanted) {
  const std::string text = TRY(sys::read_file(cat(group.directory, "/schemata")));
  std::vector<std::string> present;
  for (const auto line : text::split(text, '\n')) present.push_back(normal_form(line));
  for (const auto& line : wanted)
    if (std::ranges::find(present, normal_form(line)) == present.end())
      return fail(Error::make(Kind::exists, cat("resctrl group ", quote(group.directory),
                                                " is there with other shares than ", quote(line)))
                      .hint("use its shares, or another closID"));
  return {};
}

Result<> make_group(const std::string& directory) {
  const int made = sys::raw::mkdirat(AT_FDCWD, directory.c_str(), 0755);
  if (made == 0 || made == -EEXIST) return {};
  Error error = Error::sys(-made, cat("make the resctrl group ", quote(directory)));
  if (made == -ENOSPC)
    return fail(std::move(error).hint("the machine has no more classes of service (closid)"));
  return fail(explain(std::move(error), directory.substr(0, directory.rfind('/'))));
}

Result<> remove_group(const std::string& directory) {
  const int removed = sys::raw::unlinkat(AT_FDCWD, directory.c_str(), AT_REMOVEDIR);
  if (removed == 0 || removed == -ENOENT) return {};
  return fail(Error::sys(-removed, cat("remove the resctrl group ", quote(directory))));
}

}  // namespace

Result<std::string> resctrl_root() {
  const auto mounts = TRY(mount_points_of_types({"resctrl"}));
  if (!mounts.empty()) return mounts.back();
  return fail(Error::make(Kind::unsupported, "Intel RDT: resctrl is not mounted")
                  .at("linux.intelRdt")
                  .hint("on a CPU that has it: mount -t resctrl resctrl /sys/fs/resctrl"));
}

Result<ResctrlGroup> plan_resctrl(const spec::IntelRdt& wanted, const std::string& id,
                                  const std::string& root) {
  ResctrlGroup group;
  const std::string& name = wanted.clos_id.empty() ? id : wanted.clos_id;
  group.directory = name == "/" ? root : cat(root, "/", name);
  group.owned = !is_directory(group.directory);
  if (group.owned && !wanted.clos_id.empty() && lines_of(wanted).empty())
    return fail(Error::make(Kind::not_found, cat("resctrl group ", quote(group.directory), " does not exist"))
                    .at("linux.intelRdt.closID")
                    .hint("a closID without schemata names a group that is there already"));
  if (wanted.enable_monitoring) group.monitoring = cat(group.directory, "/mon_groups/", id);
  return group;
}

Result<> enter_resctrl(const ResctrlGroup& group, const spec::IntelRdt& wanted, pid_t pid) {
  const auto lines = lines_of(wanted);
  if (group.owned) TRY(make_group(group.directory));
  if (!group.owned && !wanted.clos_id.empty())
    TRY(check_shares(group, lines));
  else if (!lines.empty())
    TRY(write_group(group.directory, "schemata", text::join(lines, "\n") + "\n"));
  TRY(write_group(group.directory, "tasks", std::to_string(pid)));
  if (group.monitoring.empty()) return {};
  TRY(make_group(group.monitoring));
  return write_group(group.monitoring, "tasks", std::to_string(pid));
}

Result<> update_resctrl(const ResctrlGroup& group, std::string_view l3_cache_schema,
                        std::string_view mem_bw_schema) {
  if (l3_cache_schema.empty() && mem_bw_schema.empty()) return {};
  if (group.directory.empty())
    return fail(Error::make(Kind::unsupported, l3_cache_schema.empty()
                                                   ? "Intel RDT/MBA: memory bandwidth schema is not enabled"
                                                   : "Intel RDT/CAT: l3 cache schema is not enabled")
                    .hint("the container was made without linux.intelRdt"));
  std::string text;
  for (const auto schema : {l3_cache_schema, mem_bw_schema})
    if (!schema.empty()) text += cat(schema, "\n");
  return write_group(group.directory, "schemata", text);
}

Result<> leave_resctrl(const ResctrlGroup& group) {
  if (!group.monitoring.empty()) TRY(remove_group(group.monitoring));
  return group.owned ? remove_group(group.directory) : Result<>{};
}

}  // namespace masu::container
