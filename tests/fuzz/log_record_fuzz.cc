// SPDX-License-Identifier: Apache-2.0
//
// The log's records: whatever a container writes comes back, and whatever stands in a log file is read or
// refused.
#include "masu/shim/log_record.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace masu::shim;

void round_trip(LogFormat format, std::string_view bytes) {
  std::string records, back;
  append_records(records, format, Stream::err, bytes, 1'795'343'260'123'456'789);
  for (std::string_view rest = records; !rest.empty();) {
    const auto end = rest.find('\n');
    if (end == std::string_view::npos) std::abort();
    const auto record = parse_record(format, rest.substr(0, end));
    if (!record || record->stream != Stream::err || !parse_time(record->time)) std::abort();
    append_message(back, format, *record);
    rest.remove_prefix(end + 1);
  }
  if (back != bytes) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const LogFormat format : {LogFormat::json, LogFormat::cri, LogFormat::docker}) {
    round_trip(format, bytes);
    std::string message;
    if (const auto record = parse_record(format, bytes)) append_message(message, format, *record);
  }
  (void)parse_time(bytes);
  return 0;
}
