// SPDX-License-Identifier: Apache-2.0
//
// Manager: reading what the container uses. One open, one read and one close a file; a file that is not there
// is a number that the kernel does not keep.
#include "masu/cgroups/stats.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cgroups/hugepages.h"
#include "masu/cgroups/manager.h"
#include "masu/sys/raw.h"
#include "tree.h"

#include <cerrno>

namespace masu::cgroups {
namespace {

namespace raw = sys::raw;

/// USER_HZ, the unit of cpuacct.stat: part of the ABI, 100 on every architecture that is built for.
constexpr std::uint64_t kNsPerTick = 10'000'000;
constexpr std::uint64_t kNsPerUs = 1000;

/// The files of one cgroup, or of none.
class Files {
 public:
  Files() = default;
  Files(sys::Fd dir, const Directory& directory) : dir_(std::move(dir)), directory_(&directory) {}

  bool there() const { return dir_.valid(); }
  bool is_v2() const { return directory_ != nullptr && directory_->is_v2(); }

  /// The content of a file; nothing if it, the cgroup, or what it counts is not there. The view lives until
  /// the next call.
  Result<std::optional<std::string_view>> read(const std::string& name) {
    std::optional<std::string_view> none;
    if (!there()) return none;
    const int fd = raw::openat(dir_.get(), name.c_str(), O_RDONLY);
    if (is_absent(fd)) return none;
    if (fd < 0) return fail(Error::sys(-fd, cat("open ", quote(path_of(name)))));
    const sys::Fd file(fd);
    // The kernel writes such a file into a buffer of its own, and gives as much of it as is asked for.
    std::size_t size = 0;
    for (buffer_.resize(std::max(buffer_.size(), kBuffer));; buffer_.resize(2 * buffer_.size())) {
      const long got = raw::read(file.get(), buffer_.data() + size, buffer_.size() - size);
      if (is_absent(got)) return none;
      if (got < 0) return fail(Error::sys(static_cast<int>(-got), cat("read ", quote(path_of(name)))));
      size += static_cast<std::size_t>(got);
      if (size < buffer_.size()) return std::string_view(buffer_).substr(0, size);
    }
  }

  /// The number in a file, or 0.
  Result<std::uint64_t> number(const std::string& name) {
    const auto text = TRY(read(name));
    return text ? parse_single_value(*text) : 0;
  }

  /// The value of `parse` for a file's content, or an empty one.
  template <class Parse>
  auto parsed(const std::string& name, Parse parse) -> decltype(parse(std::string_view())) {
    const auto text = TRY(read(name));
    if (!text) return {};
    auto value = parse(*text);
    if (!value) return fail(std::move(value).error().within(cat("read ", quote(path_of(name)))));
    return value;
  }

  Result<std::optional<Pressure>> pressure(const std::string& name) {
    const auto text = TRY(read(name));
    if (!text || text->empty()) return std::nullopt;
    return TRY_IN(parse_pressure(*text), cat("read ", quote(path_of(name))));
  }

 private:
  static constexpr std::size_t kBuffer = 16384;

  /// ENODEV: the cgroup was removed while open. EOPNOTSUPP: no pressure is kept (psi=0), or not in a threaded
  /// cgroup.
  static bool is_absent(long result) { return is_gone(static_cast<int>(-result)) || result == -EOPNOTSUPP; }
  std::string path_of(const std::string& name) const { return cat(directory_->path, "/", name); }

  sys::Fd dir_;
  const Directory* directory_ = nullptr;
  std::string buffer_;
};

// v1

Result<> read_cpuacct_v1(Files& files, CpuStats& out) {
  out.total = TRY(files.number("cpuacct.usage"));
  if (const auto stat = TRY(files.read("cpuacct.stat"))) {
    out.user = find_flat(*stat, "user").value_or(0) * kNsPerTick;
    out.kernel = find_flat(*stat, "system").value_or(0) * kNsPerTick;
  }
  if (const auto list = TRY(files.read("cpuacct.usage_percpu")))
    for (const std::string_view value : text::split(text::trim(*list), ' '))
      if (const auto ns = text::parse_int<std::uint64_t>(value)) out.percpu.push_back(*ns);
  const auto all = TRY(files.read("cpuacct.usage_all"));  // "cpu user system", then a line a CPU
  if (!all) return {};
  for (const std::string_view line : text::split(*all, '\n')) {
    const auto fields = text::split(line, ' ');
    if (fields.size() != 3 || fields[0] == "cpu") continue;
    out.percpu_user.push_back(text::parse_int<std::uint64_t>(fields[1]).value_or(0));
    out.percpu_kernel.push_back(text::parse_int<std::uint64_t>(fields[2]).value_or(0));
  }
  return {};
}

Result<> read_cpu_v1(Files& files, CpuStats& out) {
  const auto stat = TRY(files.read("cpu.stat"));
  if (!stat) return {};
  out.periods = find_flat(*stat, "nr_periods").value_or(0);
  out.throttled_periods = find_flat(*stat, "nr_throttled").value_or(0);
  out.throttled = find_flat(*stat, "throttled_time").value_or(0);
  out.burst_periods = find_flat(*stat, "nr_bursts").value_or(0);
  out.burst = find_flat(*stat, "burst_time").value_or(0);
  return {};
}

Result<> read_cpuset_v1(Files& files, CpusetStats& out) {
  out.cpus = TRY(files.parsed("cpuset.cpus", parse_number_list));
  out.mems = TRY(files.parsed("cpuset.mems", parse_number_list));
  out.cpu_exclusive = TRY(files.number("cpuset.cpu_exclusive"));
  out.mem_hardwall = TRY(files.number("cpuset.mem_hardwall"));
  out.mem_exclusive = TRY(files.number("cpuset.mem_exclusive"));
  out.memory_migrate = TRY(files.number("cpuset.memory_migrate"));
  out.memory_spread_page = TRY(files.number("cpuset.memory_spread_page"));
  out.memory_spread_slab = TRY(files.number("cpuset.memory_spread_slab"));
  out.memory_pressure = TRY(files.number("cpuset.memory_pressure"));
  out.sched_load_balance = TRY(files.number("cpuset.sched_load_balance"));
  if (const auto level = TRY(files.read("cpuset.sched_relax_domain_level")))  // -1 is the system's default
    out.sched_relax_domain_level = text::parse_int<std::int64_t>(text::trim(*level)).value_or(0);
  return {};
}

/// The four files of one v1 counter: "memory", "memory.memsw", "hugetlb.2MB".
Result<MemoryCounter> read_counter_v1(Files& files, const std::string& prefix) {
  MemoryCounter out;
  if (const auto usage = TRY(files.read(prefix + ".usage_in_bytes")))
    out.usage = TRY(parse_single_value(*usage));
  else
    return out;
  out.limit = TRY(files.number(prefix + ".limit_in_bytes"));
  out.max = TRY(files.number(prefix + ".max_usage_in_bytes"));
  out.failures = TRY(files.number(prefix + ".failcnt"));
  return out;
}

Result<> read_raw_memory(Files& files, MemoryStats& out) {
  const auto stat = TRY(files.read("memory.stat"));
  if (!stat) return {};
  for (const auto& [key, value] : TRY(parse_flat_keyed(*stat))) out.raw.emplace(key, value);
  const auto cache = out.raw.find(files.is_v2() ? "file" : "cache");
  if (cache != out.raw.end()) out.cache = cache->second;
  return {};
}

Result<> read_memory_v1(Files& files, MemoryStats& out) {
  TRY(read_raw_memory(files, out));
  out.memory = TRY(read_counter_v1(files, "memory"));
  out.swap = TRY(read_counter_v1(files, "memory.memsw"));
  out.kernel = TRY(read_counter_v1(files, "memory.kmem"));
  out.kernel_tcp = TRY(read_counter_v1(files, "memory.kmem.tcp"));
  return {};
}

Result<> read_block_v1(Files& files, BlockStats& out) {
  struct Source {
    const char* file;
    std::vector<BlockEntry> BlockStats::* list;
  };
  static constexpr Source kFiles[] = {
      {"io_service_bytes_recursive", &BlockStats::service_bytes},
      {"io_serviced_recursive", &BlockStats::serviced},
      {"io_queued_recursive", &BlockStats::queued},
      {"io_service_time_recursive", &BlockStats::service_time},
      {"io_wait_time_recursive", &BlockStats::wait_time},
      {"io_merged_recursive", &BlockStats::merged},
      {"time_recursive", &BlockStats::time},
      {"sectors_recursive", &BlockStats::sectors},
  };
  // BFQ counts only what it has scheduled itself; where another scheduler is at work its files are empty.
  for (const char* prefix : {"blkio.bfq.", "blkio.", "blkio.throttle."}) {
    for (const auto& [file, list] : kFiles) {
      const auto text = TRY(files.read(cat(prefix, file)));
      if (text) out.*list = TRY(parse_block_entries(*text));
      if (!text && list == &BlockStats::service_bytes) break;
    }
    if (!out.service_bytes.empty()) return {};
  }
  return {};
}

// v2

Result<> read_cpu_v2(Files& files, CpuStats& out) {
  const auto stat = TRY(files.read("cpu.stat"));
  if (!stat) return {};
  const auto find = [&stat](std::string_view key) { return find_flat(*stat, key).value_or(0); };
  out.total = find("usage_usec") * kNsPerUs;
  out.user = find("user_usec") * kNsPerUs;
  out.kernel = find("system_usec") * kNsPerUs;
  out.periods = find("nr_periods");
  out.throttled_periods = find("nr_throttled");
  out.throttled = find("throttled_usec") * kNsPerUs;
  out.burst_periods = find("nr_bursts");
  out.burst = find("burst_usec") * kNsPerUs;
  return {};
}

Result<> read_cpuset_v2(Files& files, CpusetStats& out) {
  out.cpus = TRY(files.parsed("cpuset.cpus.effective", parse_number_list));
  out.mems = TRY(files.parsed("cpuset.mems.effective", parse_number_list));
  return {};
}

Result<> read_memory_v2(Files& files, MemoryStats& out) {
  TRY(read_raw_memory(files, out));
  const auto usage = TRY(files.read("memory.current"));
  if (!usage) return {};  // the controller is not enabled here
  out.memory.usage = TRY(parse_single_value(*usage));
  out.memory.limit = TRY(files.number("memory.max"));
  out.memory.max = TRY(files.number("memory.peak"));
  if (const auto events = TRY(files.read("memory.events"))) {
    const auto find = [&events](std::string_view key) { return find_flat(*events, key).value_or(0); };
    out.events = {.low = find("low"),
                  .high = find("high"),
                  .max = find("max"),
                  .oom = find("oom"),
                  .oom_kill = find("oom_kill"),
                  .oom_group_kill = find("oom_group_kill")};
    out.memory.failures = out.events->max;
  }
  const auto swap = TRY(files.read("memory.swap.current"));
  if (!swap) return {};  // swap is not accounted for
  out.swap.usage = TRY(parse_single_value(*swap)) + out.memory.usage;
  out.swap.limit = TRY(files.number("memory.swap.max"));
  if (out.swap.limit != kMax) {
    const bool unlimited = out.memory.limit > kMax - out.swap.limit;
    out.swap.limit = unlimited ? kMax : out.swap.limit + out.memory.limit;
  }
  return {};
}

Result<> read_block_v2(Files& files, BlockStats& out) {
  const auto stat = TRY(files.read("io.stat"));
  if (!stat) return {};
  for (const NestedLine& line : TRY(parse_nested_keyed(*stat))) {
    const auto device = parse_device_number(line.key);
    if (!device) continue;  // a device that is gone is "(unknown)" in some kernels
    const auto put = [&](const char* key, const char* operation, std::vector<BlockEntry>& list) {
      if (const auto value = line.find(key))
        list.push_back({device->major, device->minor, operation, *value});
    };
    put("rbytes", "Read", out.service_bytes);
    put("wbytes", "Write", out.service_bytes);
    put("dbytes", "Discard", out.service_bytes);
    put("rios", "Read", out.serviced);
    put("wios", "Write", out.serviced);
    put("dios", "Discard", out.serviced);
  }
  return {};
}

// the same files in both, or nearly

Result<> read_pids(Files& files, PidsStats& out) {
  out.current = TRY(files.number("pids.current"));
  const std::uint64_t limit = TRY(files.number("pids.max"));
  out.limit = limit == kMax ? 0 : limit;
  return {};
}

/// `prefix`: "hugetlb.2MB" or "hugetlb.2MB.rsvd".
Result<MemoryCounter> read_hugepages_v2(Files& files, const std::string& prefix) {
  MemoryCounter out;
  out.usage = TRY(files.number(prefix + ".current"));
  out.limit = TRY(files.number(prefix + ".max"));
  return out;
}

Result<> read_hugepages(Files& files, std::map<std::string, HugepageStats>& out) {
  if (!files.there()) return {};
  const std::string probe = files.is_v2() ? ".current" : ".usage_in_bytes";
  for (const std::string& size : TRY(hugepage_sizes())) {
    const std::string prefix = cat("hugetlb.", size), reserved = prefix + ".rsvd";
    if (!TRY(files.read(prefix + probe))) continue;
    const auto read = files.is_v2() ? read_hugepages_v2 : read_counter_v1;
    HugepageStats stats{.used = TRY(read(files, prefix)), .reserved = {}};
    if (TRY(files.read(reserved + probe))) stats.reserved = TRY(read(files, reserved));
    if (const auto events = TRY(files.read(prefix + ".events")))
      stats.used.failures = find_flat(*events, "max").value_or(0);
    out.emplace(size, stats);
  }
  return {};
}

Result<std::vector<RdmaEntry>> parse_rdma(std::string_view text) {
  std::vector<RdmaEntry> entries;
  for (const NestedLine& line : TRY(parse_nested_keyed(text)))
    entries.push_back(
        {std::string(line.key), line.find("hca_handle").value_or(0), line.find("hca_object").value_or(0)});
  return entries;
}

Result<> read_rdma(Files& files, RdmaStats& out) {
  out.current = TRY(files.parsed("rdma.current", parse_rdma));
  out.limit = TRY(files.parsed("rdma.max", parse_rdma));
  return {};
}

Result<> read_misc(Files& files, std::map<std::string, MiscStats>& out) {
  if (const auto usage = TRY(files.read("misc.current")))
    for (const auto& [name, value] : TRY(parse_flat_keyed(*usage))) out[std::string(name)].usage = value;
  if (out.empty()) return {};
  if (const auto limit = TRY(files.read("misc.max")))
    for (const auto& [name, value] : TRY(parse_flat_keyed(*limit))) out[std::string(name)].limit = value;
  const auto events = TRY(files.read("misc.events"));
  for (auto& [name, stats] : out)
    if (events) stats.events = find_flat(*events, name + ".max").value_or(0);
  return {};
}

/// The cgroups by what they count: v1's hierarchy of a controller, or else the v2 tree.
class Cgroups {
 public:
  static Result<Cgroups> open(const Root& root, const std::vector<Directory>& directories) {
    Cgroups out;
    bool any = false;
    for (const Directory& directory : directories) {
      auto dir = root.open_file(directory.path, O_PATH | O_DIRECTORY);
      if (!dir && !is_gone(dir.error())) return fail(std::move(dir).error());
      any = any || dir;
      out.files_.push_back(dir ? Files(std::move(*dir), directory) : Files());
    }
    if (!any && !directories.empty())
      return fail(Error::make(Kind::not_found, "the container's cgroups are gone"));
    out.directories_ = &directories;
    return out;
  }

  Files& of(std::string_view controller) {
    for (std::size_t i = 0; i < files_.size(); ++i)
      if ((*directories_)[i].has(controller)) return files_[i];
    return unified();
  }
  Files& unified() {
    for (Files& files : files_)
      if (files.is_v2()) return files;
    return none_;
  }

 private:
  const std::vector<Directory>* directories_ = nullptr;
  std::vector<Files> files_;
  Files none_;
};

/// Calls the reader of the version that counts `controller`.
template <class Out>
Result<> read_either(Cgroups& cgroups, std::string_view controller, Result<> (*v1)(Files&, Out&),
                     Result<> (*v2)(Files&, Out&), Out& out) {
  Files& files = cgroups.of(controller);
  return files.is_v2() ? v2(files, out) : v1(files, out);
}

}  // namespace

Result<Stats> Manager::stats() const {
  Cgroups cgroups = TRY(Cgroups::open(root_, saved_.directories));
  Stats out;
  TRY(read_either(cgroups, "cpuacct", read_cpuacct_v1, read_cpu_v2, out.cpu));
  if (!cgroups.of("cpu").is_v2()) TRY(read_cpu_v1(cgroups.of("cpu"), out.cpu));
  TRY(read_either(cgroups, "cpuset", read_cpuset_v1, read_cpuset_v2, out.cpuset));
  TRY(read_either(cgroups, "memory", read_memory_v1, read_memory_v2, out.memory));
  TRY(read_either(cgroups, "blkio", read_block_v1, read_block_v2, out.block));
  TRY(read_pids(cgroups.of("pids"), out.pids));
  TRY(read_hugepages(cgroups.of("hugetlb"), out.hugepages));
  TRY(read_rdma(cgroups.of("rdma"), out.rdma));
  TRY(read_misc(cgroups.of("misc"), out.misc));
  out.cpu.pressure = TRY(cgroups.unified().pressure("cpu.pressure"));
  out.memory.pressure = TRY(cgroups.unified().pressure("memory.pressure"));
  out.block.pressure = TRY(cgroups.unified().pressure("io.pressure"));
  return out;
}

}  // namespace masu::cgroups
