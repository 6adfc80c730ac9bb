// SPDX-License-Identifier: Apache-2.0
#include "processes.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/fd.h"
#include "masu/sys/path.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

namespace masu::manager {
namespace {

struct Process {
  pid_t pid = 0, inner_pid = 0, parent = 0;
  std::uint32_t uid = 0, gid = 0, inner_uid = 0, inner_gid = 0;
  std::string name, command, user, group;
  char state = '?';
  int nice = 0, tty = 0, pgid = 0, sid = 0;
  std::int64_t cpu_ticks = 0, start_ticks = 0;
  std::uint64_t virtual_bytes = 0, resident_pages = 0;
};

// "NSpid:\t10\t1" -> "10\t1".
std::string_view status_field(std::string_view status, std::string_view name) {
  for (const std::string_view line : text::split(status, '\n'))
    if (line.starts_with(name) && line.substr(name.size()).starts_with(':'))
      return text::trim(line.substr(name.size() + 1));
  return {};
}

template <class T>
T number(std::string_view text) {
  return text::parse_int<T>(text).value_or(0);
}

// The name that the container's own file gives the id; the number if it has none.
std::string name_in(pid_t pid, const char* file, std::uint32_t id) {
  constexpr std::size_t kLongest = std::size_t{1} << 20;
  const auto root = sys::open(cat("/proc/", pid, "/root"), O_PATH | O_DIRECTORY);
  const sys::Fd opened(root ? sys::open_in_root(root->get(), file, O_RDONLY | O_NONBLOCK) : -1);
  const std::string text = opened.valid() ? sys::read_all(opened.get(), kLongest).value_or("") : "";
  for (const std::string_view line : text::split(text, '\n')) {
    const auto fields = text::split(line, ':');
    if (fields.size() > 2 && fields[2] == cat(id)) return std::string(fields[0]);
  }
  return cat(id);
}

bool read_stat(Process& out) {
  const auto text = sys::read_kernel_file(cat("/proc/", out.pid, "/stat"));
  const auto close = text ? text->rfind(')') : std::string::npos;  // a name may have anything in it
  if (close == std::string::npos) return false;
  const auto fields = text::split(text::trim(std::string_view(*text).substr(close + 1)), ' ');
  constexpr std::size_t kFields = 22;  // proc_pid_stat(5), counted from the state
  if (fields.size() < kFields) return false;
  out.state = fields[0].front();
  out.parent = number<pid_t>(fields[1]);
  out.pgid = number<int>(fields[2]);
  out.sid = number<int>(fields[3]);
  out.tty = number<int>(fields[4]);
  out.cpu_ticks = number<std::int64_t>(fields[11]) + number<std::int64_t>(fields[12]);
  out.nice = number<int>(fields[16]);
  out.start_ticks = number<std::int64_t>(fields[19]);
  out.virtual_bytes = number<std::uint64_t>(fields[20]);
  out.resident_pages = number<std::uint64_t>(fields[21]);
  return true;
}

std::optional<Process> read_process(pid_t pid) {
  constexpr std::size_t kLongestCommand = 4096;
  Process out{.pid = pid};
  const auto status = sys::read_file(cat("/proc/", pid, "/status"));
  if (!status || !read_stat(out)) return std::nullopt;
  out.name = status_field(*status, "Name");
  const auto pids = text::split(status_field(*status, "NSpid"), '\t');
  out.inner_pid = number<pid_t>(pids.back());
  out.uid = number<std::uint32_t>(text::split(status_field(*status, "Uid"), '\t').front());
  out.gid = number<std::uint32_t>(text::split(status_field(*status, "Gid"), '\t').front());
  out.inner_uid = id_within(sys::read_file(cat("/proc/", pid, "/uid_map")).value_or(""), out.uid);
  out.inner_gid = id_within(sys::read_file(cat("/proc/", pid, "/gid_map")).value_or(""), out.gid);
  out.command = sys::read_file(cat("/proc/", pid, "/cmdline"), kLongestCommand).value_or("");
  while (out.command.ends_with('\0')) out.command.pop_back();
  std::ranges::replace(out.command, '\0', ' ');
  if (out.command.empty()) out.command = cat("[", out.name, "]");
  return out;
}

std::int64_t milliseconds(std::int64_t ticks) { return ticks * 1000 / sysconf(_SC_CLK_TCK); }

std::int64_t age_ms(const Process& process) {
  timespec now{};
  (void)clock_gettime(CLOCK_BOOTTIME, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1'000'000 - milliseconds(process.start_ticks);
}

std::string share(const Process& process) {
  const std::int64_t age = std::max<std::int64_t>(age_ms(process), 1);
  const std::int64_t thousandths = milliseconds(process.cpu_ticks) * 100'000 / age;
  return cat(thousandths / 1000, ".", cat(1000 + thousandths % 1000).substr(1));
}

// Minor and major number of the controlling terminal (proc_pid_stat(5)).
std::string tty_name(int device) {
  const unsigned number = static_cast<unsigned>(device);
  const unsigned major = (number >> 8U) & 0xfffU, minor = (number & 0xffU) | ((number >> 12U) & 0xfff00U);
  if (number == 0) return "?";
  if (major >= 136 && major <= 143) return cat("pts/", (major - 136) * 256 + minor);
  return major == 4 ? cat("tty", minor) : cat(major, ":", minor);
}

struct Descriptor {
  std::string_view name, heading;
  std::string (*show)(const Process&);
};
constexpr Descriptor kDescriptors[] = {
    {"user", "USER", [](const Process& p) { return name_in(p.pid, "etc/passwd", p.inner_uid); }},
    {"uid", "UID", [](const Process& p) { return cat(p.inner_uid); }},
    {"huser", "HUSER", [](const Process& p) { return cat(p.uid); }},
    {"group", "GROUP", [](const Process& p) { return name_in(p.pid, "etc/group", p.inner_gid); }},
    {"gid", "GID", [](const Process& p) { return cat(p.inner_gid); }},
    {"hgroup", "HGROUP", [](const Process& p) { return cat(p.gid); }},
    {"pid", "PID", [](const Process& p) { return cat(p.inner_pid); }},
    {"hpid", "HPID", [](const Process& p) { return cat(p.pid); }},
    {"ppid", "PPID", [](const Process& p) { return cat(p.parent); }},
    {"pgid", "PGID", [](const Process& p) { return cat(p.pgid); }},
    {"sid", "SID", [](const Process& p) { return cat(p.sid); }},
    {"pcpu", "%CPU", share},
    {"etime", "ELAPSED", [](const Process& p) { return go_span(age_ms(p)); }},
    {"time", "TIME", [](const Process& p) { return go_span(milliseconds(p.cpu_ticks)); }},
    {"tty", "TTY", [](const Process& p) { return tty_name(p.tty); }},
    {"comm", "COMMAND", [](const Process& p) { return p.name; }},
    {"args", "COMMAND", [](const Process& p) { return p.command; }},
    {"state", "STATE", [](const Process& p) { return std::string(1, p.state); }},
    {"stat", "STAT", [](const Process& p) { return std::string(1, p.state); }},
    {"nice", "NI", [](const Process& p) { return cat(p.nice); }},
    {"vsz", "VSZ", [](const Process& p) { return cat(p.virtual_bytes / 1024); }},
    {"rss", "RSS", [](const Process& p) {
       return cat(p.resident_pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) / 1024);
     }}};

}  // namespace

std::uint32_t id_within(std::string_view id_map, std::uint32_t id) {
  for (const std::string_view line : text::split(id_map, '\n')) {
    std::vector<std::string_view> words;
    for (const std::string_view word : text::split(line, ' '))
      if (!word.empty()) words.push_back(word);
    if (words.size() != 3) continue;
    const auto inside = number<std::uint64_t>(words[0]), outside = number<std::uint64_t>(words[1]);
    if (id >= outside && id - outside < number<std::uint64_t>(words[2]))
      return static_cast<std::uint32_t>(inside + (id - outside));
  }
  constexpr std::uint32_t kNobody = 65534;
  return id_map.empty() ? id : kNobody;
}

std::string go_span(std::int64_t milliseconds) {
  const std::int64_t seconds = milliseconds / 1000;
  std::string out;
  if (seconds >= 3600) out += cat(seconds / 3600, "h");
  if (seconds >= 60) out += cat(seconds / 60 % 60, "m");
  std::string fraction = cat(1000 + milliseconds % 1000).substr(1);
  while (fraction.ends_with('0')) fraction.pop_back();
  return out + cat(seconds % 60, fraction.empty() ? "" : ".", fraction, "s");
}

Result<Processes> describe_processes(const std::vector<pid_t>& pids, std::string_view descriptors) {
  std::vector<const Descriptor*> columns;
  Processes out;
  for (const std::string_view name : text::split(descriptors, ',')) {
    const std::string_view plain = name == "command"                ? "args"
                                   : name == "%cpu" || name == "%C" ? "pcpu"
                                                                    : name;
    const auto* found = std::ranges::find(kDescriptors, plain, &Descriptor::name);
    if (found == std::end(kDescriptors)) {
      std::string known;
      for (const Descriptor& each : kDescriptors) known += cat(known.empty() ? "" : " ", each.name);
      return fail(
          Error::make(Kind::usage, cat("unknown descriptor ", quote(name))).hint(cat("known are: ", known)));
    }
    columns.push_back(found);
    out.headings.emplace_back(found->heading);
  }
  std::vector<Process> processes;
  std::map<pid_t, pid_t> inner;
  for (const pid_t pid : pids)
    if (auto process = read_process(pid)) {
      inner[pid] = process->inner_pid;
      processes.push_back(std::move(*process));
    }
  for (Process& process : processes) {
    const auto parent = inner.find(process.parent);
    process.parent = parent == inner.end() ? 0 : parent->second;  // one from outside is not seen in there
    std::vector<std::string> row;
    for (const Descriptor* column : columns) row.push_back(column->show(process));
    out.rows.push_back(std::move(row));
  }
  return out;
}

}  // namespace masu::manager
