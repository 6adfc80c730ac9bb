// SPDX-License-Identifier: Apache-2.0
#include "put.h"

namespace masu::spec {

static void write(json::Writer& out, const DeviceRule& rule) {
  std::string access;
  if (rule.read) access += 'r';
  if (rule.write) access += 'w';
  if (rule.mknod) access += 'm';
  out.begin_object().member("allow", rule.allow);
  if (rule.type != 'a') out.member("type", std::string_view(&rule.type, 1));
  put(out, "major", rule.major);
  put(out, "minor", rule.minor);
  out.member("access", access).end_object();
}

static void write(json::Writer& out, const Memory& memory) {
  out.begin_object();
  put(out, "limit", memory.limit);
  put(out, "reservation", memory.reservation);
  put(out, "swap", memory.swap);
  put(out, "kernel", memory.kernel);
  put(out, "kernelTCP", memory.kernel_tcp);
  put(out, "swappiness", memory.swappiness);
  put(out, "disableOOMKiller", memory.disable_oom_killer);
  put(out, "useHierarchy", memory.use_hierarchy);
  put(out, "checkBeforeUpdate", memory.check_before_update);
  out.end_object();
}

static void write(json::Writer& out, const Cpu& cpu) {
  out.begin_object();
  put(out, "shares", cpu.shares);
  put(out, "quota", cpu.quota);
  put(out, "burst", cpu.burst);
  put(out, "period", cpu.period);
  put(out, "realtimeRuntime", cpu.realtime_runtime);
  put(out, "realtimePeriod", cpu.realtime_period);
  put(out, "cpus", cpu.cpus);
  put(out, "mems", cpu.mems);
  put(out, "idle", cpu.idle);
  out.end_object();
}

static void write(json::Writer& out, const WeightDevice& device) {
  out.begin_object().member("major", device.major).member("minor", device.minor);
  put(out, "weight", device.weight);
  put(out, "leafWeight", device.leaf_weight);
  out.end_object();
}

static void write(json::Writer& out, const ThrottleDevice& device) {
  out.begin_object().member("major", device.major).member("minor", device.minor).member("rate", device.rate);
  out.end_object();
}

static void write(json::Writer& out, const BlockIo& io) {
  out.begin_object();
  put(out, "weight", io.weight);
  put(out, "leafWeight", io.leaf_weight);
  put(out, "weightDevice", io.weight_device);
  put(out, "throttleReadBpsDevice", io.throttle_read_bps_device);
  put(out, "throttleWriteBpsDevice", io.throttle_write_bps_device);
  put(out, "throttleReadIOPSDevice", io.throttle_read_iops_device);
  put(out, "throttleWriteIOPSDevice", io.throttle_write_iops_device);
  out.end_object();
}

static void write(json::Writer& out, const HugepageLimit& limit) {
  out.begin_object().member("pageSize", limit.page_size).member("limit", limit.limit).end_object();
}

static void write(json::Writer& out, const InterfacePriority& priority) {
  out.begin_object().member("name", priority.name).member("priority", priority.priority).end_object();
}

static void write(json::Writer& out, const NetworkResources& network) {
  out.begin_object();
  put(out, "classID", network.class_id);
  put(out, "priorities", network.priorities);
  out.end_object();
}

static void write(json::Writer& out, const Rdma& rdma) {
  out.begin_object();
  put(out, "hcaHandles", rdma.hca_handles);
  put(out, "hcaObjects", rdma.hca_objects);
  out.end_object();
}

void write(json::Writer& out, const Resources& resources) {
  out.begin_object();
  put(out, "devices", resources.devices);
  put(out, "memory", resources.memory);
  put(out, "cpu", resources.cpu);
  if (resources.pids_limit)
    out.key("pids").begin_object().member("limit", *resources.pids_limit).end_object();
  put(out, "blockIO", resources.block_io);
  put(out, "hugepageLimits", resources.hugepage_limits);
  put(out, "network", resources.network);
  put(out, "rdma", resources.rdma);
  put(out, "unified", resources.unified);
  out.end_object();
}

}  // namespace masu::spec
