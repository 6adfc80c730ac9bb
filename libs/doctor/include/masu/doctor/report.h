// SPDX-License-Identifier: Apache-2.0
//
// Findings as programs print them.
#pragma once

#include "masu/doctor/doctor.h"

#include <string>
#include <vector>

namespace masu::doctor {

/// A row each, and below it its cure, on a line of its own to be copied whole.
std::string text_of(const std::vector<Finding>& findings);
/// An array of objects: state, subject, detail, cure.
std::string json_of(const std::vector<Finding>& findings);

}  // namespace masu::doctor
