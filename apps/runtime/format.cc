// SPDX-License-Identifier: Apache-2.0
#include "format.h"

#include "masu/base/text.h"
#include "masu/cli/columns.h"
#include "masu/json/writer.h"
#include "masu/sys/fd.h"

#include <algorithm>
#include <ranges>

namespace masu::runtime {
namespace {

void write_state(json::Writer& out, const container::State& state) {
  out.begin_object()
      .member("ociVersion", state.oci_version)
      .member("id", state.id)
      .member("pid", state.pid)
      .member("status", container::status_name(state.status))
      .member("bundle", state.bundle)
      .member("rootfs", state.rootfs)
      .member("created", state.created);
  if (!state.annotations.empty()) {
    out.key("annotations").begin_object();
    for (const auto& [name, value] : state.annotations) out.member(name, value);
    out.end_object();
  }
  out.member("owner", user_name(state.owner_uid)).end_object();
}

// Words between spaces, however many.
std::vector<std::string_view> fields(std::string_view line) {
  std::vector<std::string_view> out;
  for (std::string_view word : text::split(line, ' '))
    if (!word.empty()) out.push_back(word);
  return out;
}

}  // namespace

std::string state_json(const container::State& state) {
  std::string text;
  json::Writer out(text, json::Layout::spaces);
  write_state(out, state);
  return text + "\n";
}

std::string list_json(const std::vector<container::State>& states) {
  std::string text;
  json::Writer out(text);
  out.begin_array();
  for (const container::State& state : states) write_state(out, state);
  out.end_array();
  return text + "\n";
}

std::string list_table(const std::vector<container::State>& states) {
  cli::Columns table{"ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"};
  for (const container::State& state : states)
    table.add({state.id, cat(state.pid), std::string(container::status_name(state.status)), state.bundle,
               state.created, user_name(state.owner_uid)});
  return table.text();
}

std::string list_ids(const std::vector<container::State>& states) {
  std::string text;
  for (const container::State& state : states) text += cat(state.id, "\n");
  return text;
}

std::string pids_json(const std::vector<pid_t>& pids) {
  std::string text;
  json::Writer out(text);
  out.begin_array();
  for (pid_t pid : pids) out.value(pid);
  out.end_array();
  return text + "\n";
}

Result<std::string> filter_process_table(std::string_view table, const std::vector<pid_t>& pids) {
  const auto lines = text::split(table, '\n');
  const auto header = fields(lines.front());
  const auto column = static_cast<std::size_t>(std::ranges::find(header, "PID") - header.begin());
  if (column == header.size())
    return fail(Error::make(Kind::usage, "the output of ps has no column PID")
                    .hint("leave it in, as in -o pid,args"));
  std::string out = cat(lines.front(), "\n");
  bool ours = false;
  for (std::string_view line : lines | std::views::drop(1)) {
    const auto row = fields(line);
    if (row.size() <= column) continue;
    if (row[column] != "-") {
      const auto pid = text::parse_int<pid_t>(row[column]);
      ours = pid && std::ranges::find(pids, *pid) != pids.end();
    }
    if (ours) out += cat(line, "\n");
  }
  return out;
}

// Not getpwuid(3): it asks the name service switch, which a static program does not have.
std::string user_name(std::uint32_t uid) {
  const auto passwd = sys::read_file("/etc/passwd");
  const std::string number = cat(uid);
  if (passwd)
    for (std::string_view line : text::split(*passwd, '\n'))
      if (const auto entry = text::split(line, ':'); entry.size() > 2 && entry[2] == number)
        return std::string(entry[0]);
  return cat("#", number);
}

}  // namespace masu::runtime
