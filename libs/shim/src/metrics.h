// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "supervisor.h"

#include <string>

namespace masu::shim {

/// The text of GET /metrics: Prometheus' exposition format 0.0.4.
std::string metrics_text(Supervisor& supervisor);

}  // namespace masu::shim
