// SPDX-License-Identifier: Apache-2.0
//
// Documents made from a program's tables: the manual page and the reference chapter of the book.
#pragma once

#include "masu/cli/command.h"

#include <string>

namespace masu::cli {

/// The manual page in mdoc(7).
std::string man_page(const Program& program);
/// The command reference in Markdown.
std::string markdown(const Program& program);

}  // namespace masu::cli
