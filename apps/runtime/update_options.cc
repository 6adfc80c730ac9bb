// SPDX-License-Identifier: Apache-2.0
#include "update_options.h"

#include "globals.h"
#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/spec/parse.h"
#include "masu/spec/write.h"
#include "masu/sys/fd.h"
#include "quantities.h"

namespace masu::runtime {
namespace {

Error invalid(const cli::Option& option, std::string_view given, std::string_view expected) {
  return Error::make(Kind::usage,
                     cat("invalid value for ", option.name, ": ", quote(given), " is not ", expected));
}

template <class T>
Result<> read_number(const cli::Arguments& arguments, const cli::Option& option, std::optional<T>& out) {
  const std::string_view given = arguments.value(option);
  if (given.empty()) return {};
  out = text::parse_int<T>(given);
  if (!out) return fail(invalid(option, given, "a number"));
  return {};
}

Result<> read_size(const cli::Arguments& arguments, const cli::Option& option,
                   std::optional<std::int64_t>& out) {
  const std::string_view given = arguments.value(option);
  if (given.empty()) return {};
  out = given == "-1" ? -1 : parse_size(given);
  if (!out) return fail(invalid(option, given, "a size such as 64M, or -1"));
  return {};
}

Result<spec::Memory> read_memory(const cli::Arguments& arguments) {
  spec::Memory memory;
  TRY(read_size(arguments, kMemory, memory.limit));
  TRY(read_size(arguments, kMemoryReservation, memory.reservation));
  TRY(read_size(arguments, kMemorySwap, memory.swap));
  for (const cli::Option* ignored : {&kKernelMemory, &kKernelMemoryTcp})
    if (!arguments.value(*ignored).empty())
      MASU_LOG(log::Level::warning, cat("--", ignored->name, " is ignored"));
  return memory;
}

Result<spec::Cpu> read_cpu(const cli::Arguments& arguments) {
  spec::Cpu cpu;
  TRY(read_number(arguments, kCpuShare, cpu.shares));
  TRY(read_number(arguments, kCpuQuota, cpu.quota));
  TRY(read_number(arguments, kCpuPeriod, cpu.period));
  TRY(read_number(arguments, kCpuBurst, cpu.burst));
  TRY(read_number(arguments, kCpuRtPeriod, cpu.realtime_period));
  TRY(read_number(arguments, kCpuRtRuntime, cpu.realtime_runtime));
  TRY(read_number(arguments, kCpuIdle, cpu.idle));
  cpu.cpus = arguments.value(kCpusetCpus);
  cpu.mems = arguments.value(kCpusetMems);
  return cpu;
}

Result<spec::Resources> read_options(const cli::Arguments& arguments) {
  spec::Resources resources;
  if (auto memory = TRY(read_memory(arguments)); memory != spec::Memory{}) resources.memory = memory;
  if (auto cpu = TRY(read_cpu(arguments)); cpu != spec::Cpu{}) resources.cpu = std::move(cpu);
  TRY(read_number(arguments, kPidsLimit, resources.pids_limit));
  spec::BlockIo block;
  TRY(read_number(arguments, kBlkioWeight, block.weight));
  if (block.weight) resources.block_io = std::move(block);
  // What a document must keep to binds options too; so they become one.
  return spec::parse_resources(spec::to_json(resources));
}

}  // namespace

Result<spec::Resources> update_resources(const cli::Arguments& arguments, int in) {
  const std::string_view file = arguments.value(kResources);
  if (file.empty()) return read_options(arguments);
  const std::string document =
      TRY_IN(file == "-" ? sys::read_all(in) : sys::read_file(std::string(file)), "--resources");
  return TRY_IN(spec::parse_resources(document), cat("--resources ", quote(file)));
}

}  // namespace masu::runtime
