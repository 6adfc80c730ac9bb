// SPDX-License-Identifier: Apache-2.0
#include "masu/base/text.h"
#include "masu/cgroups/files.h"
#include "masu/cgroups/unit_properties.h"

#include <algorithm>

namespace masu::cgroups {
namespace {

using dbus::Value;

constexpr std::uint64_t kDefaultPeriod = 100'000;  // of the kernel, in microseconds

// What came when.
constexpr int kHasQuotaPeriod = 242, kHasAllowedCpus = 244, kHasIdle = 252, kHasScopeOomPolicy = 253;

/// Files whose one number is a property of the same meaning.
struct Same {
  std::string_view file;
  std::string_view property;
};
constexpr Same kSame[] = {
    {"memory.max", "MemoryMax"},          {"memory.high", "MemoryHigh"},
    {"memory.low", "MemoryLow"},          {"memory.min", "MemoryMin"},
    {"memory.swap.max", "MemorySwapMax"}, {"pids.max", "TasksMax"},
    {"cpu.weight", "CPUWeight"},          {"memory.limit_in_bytes", "MemoryLimit"},
    {"cpu.shares", "CPUShares"},          {"blkio.weight", "BlockIOWeight"},
};

/// Files whose lines are "major:minor number".
constexpr Same kPerDevice[] = {
    {"blkio.weight_device", "BlockIODeviceWeight"},
    {"blkio.throttle.read_bps_device", "BlockIOReadBandwidth"},
    {"blkio.throttle.write_bps_device", "BlockIOWriteBandwidth"},
};
/// Keys of io.max.
constexpr Same kIoMax[] = {
    {"rbps", "IOReadBandwidthMax"},
    {"wbps", "IOWriteBandwidthMax"},
    {"riops", "IOReadIOPSMax"},
    {"wiops", "IOWriteIOPSMax"},
};

template <std::size_t N>
std::optional<std::string_view> property_of(const Same (&table)[N], std::string_view file) {
  const auto* found = std::ranges::find(table, file, &Same::file);
  return found == std::end(table) ? std::nullopt : std::optional(found->property);
}

/// "4096", "max", and v1's "-1".
std::optional<std::uint64_t> number_of(std::string_view text) {
  if (text == "max" || text == "-1") return kInfinity;
  return text::parse_int<std::uint64_t>(text);
}

class Collector {
 public:
  explicit Collector(int version) : version_(version) {}
  void add(const Setting& setting);
  Properties take();

 private:
  void put(std::string_view name, Value value);
  void put_for_device(std::string_view name, std::string_view device, std::uint64_t value);
  void add_number(std::string_view property, std::string_view value);
  void add_bandwidth(std::string_view value);
  void add_mask(const char* property, std::string_view list);
  void add_io_weight(const Setting& setting);
  void add_io_max(std::string_view value);

  int version_;
  bool idle_ = false;
  std::optional<std::uint64_t> quota_;  ///< microseconds a period
  std::optional<std::uint64_t> period_;
  Properties properties_;
};

void Collector::put(std::string_view name, Value value) {
  const auto found = std::ranges::find(properties_, name, &Property::name);
  if (found != properties_.end())
    found->value = std::move(value);
  else
    properties_.push_back({std::string(name), std::move(value)});
}

void Collector::put_for_device(std::string_view name, std::string_view device, std::uint64_t value) {
  if (!parse_device_number(device)) return;
  // A link that udev makes; systemd looks up the number behind it.
  Value entry = Value::structure({Value::string(cat("/dev/block/", device)), Value::uint64(value)});
  const auto found = std::ranges::find(properties_, name, &Property::name);
  Value::Items items = found == properties_.end() ? Value::Items() : found->value.items();
  items.push_back(std::move(entry));
  put(name, Value::array("(st)", std::move(items)));
}

void Collector::add_number(std::string_view property, std::string_view value) {
  if (const auto number = number_of(value)) put(property, Value::uint64(*number));
}

/// cpu.max: "max", "20000", "20000 100000".
void Collector::add_bandwidth(std::string_view value) {
  const std::size_t space = value.find(' ');
  quota_ = number_of(value.substr(0, space));
  if (space != std::string_view::npos) period_ = text::parse_int<std::uint64_t>(value.substr(space + 1));
}

void Collector::add_mask(const char* property, std::string_view list) {
  auto mask = cpu_mask(list);
  // An empty list stands for all, which systemd has no mask for.
  if (mask && !mask->empty() && version_ >= kHasAllowedCpus) put(property, Value::bytes(std::move(*mask)));
}

/// "200", "default 200", "8:16 200". Of BFQ's own file the other value is taken, which has the scale of
/// io.weight.
void Collector::add_io_weight(const Setting& setting) {
  const bool has_scale = setting.file == "io.weight" || !setting.other_value.empty();
  std::string_view value = setting.other_value.empty() ? setting.value : setting.other_value;
  constexpr std::string_view kDefault = "default ";
  if (value.starts_with(kDefault)) value.remove_prefix(kDefault.size());
  const std::size_t space = value.find(' ');
  const auto weight =
      text::parse_int<std::uint64_t>(value.substr(space == std::string_view::npos ? 0 : space + 1));
  if (!weight) return;
  if (space != std::string_view::npos)
    put_for_device("IODeviceWeight", value.substr(0, space),
                   has_scale ? *weight : io_weight_of_blkio(*weight));
  else if (has_scale)
    put("IOWeight", Value::uint64(*weight));
}

void Collector::add_io_max(std::string_view value) {
  const auto lines = parse_nested_keyed(value);
  if (!lines) return;
  for (const NestedLine& line : *lines)
    for (const auto& [key, limit] : line.values)
      if (const auto property = property_of(kIoMax, key))
        if (const auto number = number_of(limit)) put_for_device(*property, line.key, *number);
}

void Collector::add(const Setting& setting) {
  const std::string_view file = setting.file, value = text::trim(setting.value);
  if (const auto property = property_of(kSame, file)) return add_number(*property, value);
  if (file == "cpu.max") return add_bandwidth(value);
  if (file == "cpu.cfs_quota_us") quota_ = number_of(value);
  if (file == "cpu.cfs_period_us") period_ = text::parse_int<std::uint64_t>(value);
  if (file == "cpu.idle") idle_ = value == "1";
  // Of v1 too, where systemd takes note and leaves the files alone.
  if (file == "cpuset.cpus") return add_mask("AllowedCPUs", value);
  if (file == "cpuset.mems") return add_mask("AllowedMemoryNodes", value);
  if (file == "io.weight" || file == "io.bfq.weight") return add_io_weight(setting);
  if (file == "io.max") return add_io_max(value);
  if (const auto property = property_of(kPerDevice, file)) {
    const std::size_t space = value.find(' ');
    if (space == std::string_view::npos) return;
    if (const auto number = number_of(value.substr(space + 1)))
      put_for_device(*property, value.substr(0, space), *number);
  }
}

/// systemd keeps microseconds per second of CPU, in whole percents: rounded up, or a child cgroup could not
/// have what the container was promised. The exact value is in the file.
std::uint64_t per_second(std::uint64_t quota, std::uint64_t period) {
  constexpr std::uint64_t kSecond = 1'000'000, kPercent = 10'000;
  if (quota > kInfinity / kSecond || period == 0) return kInfinity;
  const std::uint64_t exact = quota * kSecond / period;
  return (exact + kPercent - 1) / kPercent * kPercent;
}

Properties Collector::take() {
  if (period_ && version_ >= kHasQuotaPeriod) put("CPUQuotaPeriodUSec", Value::uint64(*period_));
  if (quota_ || period_)
    put("CPUQuotaPerSecUSec",
        Value::uint64(per_second(quota_.value_or(kInfinity), period_.value_or(kDefaultPeriod))));
  // The weight 0 is systemd's word for idle, beside which there is no other weight.
  if (idle_ && version_ >= kHasIdle) put("CPUWeight", Value::uint64(0));
  return std::move(properties_);
}

}  // namespace

Properties limit_properties(std::span<const Setting> settings, int version) {
  Collector collector(version);
  for (const Setting& setting : settings) collector.add(setting);
  return collector.take();
}

bool depends_on_version(std::span<const Setting> settings) {
  constexpr std::string_view kFiles[] = {"cpu.max",     "cpu.cfs_period_us", "cpuset.cpus",
                                         "cpuset.mems", "cpu.idle",          "memory.oom.group"};
  return std::ranges::any_of(settings, [&](const Setting& setting) {
    return std::ranges::find(kFiles, setting.file) != std::end(kFiles);
  });
}

std::optional<Property> oom_policy(std::span<const Setting> settings, int version) {
  const auto found = std::ranges::find(settings, "memory.oom.group", &Setting::file);
  if (found == settings.end() || version < kHasScopeOomPolicy) return std::nullopt;
  const std::string_view value = text::trim(found->value);
  if (value != "0" && value != "1") return std::nullopt;
  return Property{"OOMPolicy", Value::string(value == "1" ? "kill" : "continue")};
}

Properties device_properties(const DevicePolicy& policy) {
  Value::Items allowed;
  for (const DeviceException& entry : policy.exceptions) {
    if (policy.allow_by_default) break;
    std::string node;
    const char* group = entry.type == 'b' ? "block" : "char";
    if (entry.major >= 0 && entry.minor >= 0)
      node = cat("/dev/", group, "/", entry.major, ":", entry.minor);
    else if (entry.minor >= 0)
      continue;  // "any major, this minor" cannot be said
    else
      node = entry.major >= 0 ? cat(group, "-", entry.major) : cat(group, "-*");
    std::string access;
    if ((entry.access & kRead) != 0) access += 'r';
    if ((entry.access & kWrite) != 0) access += 'w';
    if ((entry.access & kMknod) != 0) access += 'm';
    allowed.push_back(Value::structure({Value::string(node), Value::string(access)}));
  }
  // The empty list first: what follows is added to what the unit has.
  Properties properties{{"DevicePolicy", Value::string(policy.allow_by_default ? "auto" : "strict")},
                        {"DeviceAllow", Value::array("(ss)", {})}};
  if (!allowed.empty()) properties.push_back({"DeviceAllow", Value::array("(ss)", std::move(allowed))});
  return properties;
}

std::optional<std::string> cpu_mask(std::string_view list) {
  constexpr std::uint32_t kMost = 8191;  // of the kernel's CONFIG_NR_CPUS
  std::string mask;
  for (const std::string_view part : text::split(list, ',')) {
    if (text::trim(part).empty()) continue;
    const std::string_view range = text::trim(part);
    const std::size_t dash = range.find('-');
    const auto first = text::parse_int<std::uint32_t>(range.substr(0, dash));
    const auto last =
        dash == std::string_view::npos ? first : text::parse_int<std::uint32_t>(range.substr(dash + 1));
    if (!first || !last || *first > *last || *last > kMost) return std::nullopt;
    if (mask.size() <= *last / 8) mask.resize(*last / 8 + 1, '\0');
    for (std::uint32_t cpu = *first; cpu <= *last; ++cpu)
      mask[cpu / 8] = static_cast<char>(static_cast<unsigned char>(mask[cpu / 8]) | 1u << cpu % 8);
  }
  return mask;
}

int parse_systemd_version(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
  return text::parse_int<int>(text.substr(0, end)).value_or(0);
}

}  // namespace masu::cgroups
