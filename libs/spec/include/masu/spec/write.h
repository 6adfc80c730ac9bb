// SPDX-License-Identifier: Apache-2.0
//
// The structs of config.h as JSON, in the order of the runtime-spec's own Go structs. Absent and empty
// members are left out; reading the text again gives an equal struct. Unknown capabilities are written into
// the bounding set.
#pragma once

#include "masu/json/writer.h"
#include "masu/spec/config.h"

#include <string>

namespace masu::spec {

/// These write one JSON object where the writer stands, so that other documents can hold it.
void write(json::Writer& out, const Config& config);
void write(json::Writer& out, const Process& process);
void write(json::Writer& out, const Resources& resources);
void write(json::Writer& out, const Seccomp& seccomp);

/// One of the above as a text of its own, without a line break at the end.
template <class T>
std::string to_json(const T& item, json::Layout layout = json::Layout::compact) {
  std::string text;
  json::Writer out(text, layout);
  write(out, item);
  return text;
}

}  // namespace masu::spec
