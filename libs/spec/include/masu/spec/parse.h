// SPDX-License-Identifier: Apache-2.0
//
// JSON text to the structs of config.h. All of the runtime-spec 1.3 for Linux is read and checked: types,
// ranges, required members, names, and the rules between members (runtime-spec config.md, config-linux.md).
// Members that the spec does not have are ignored, and null counts as absent. What depends on the host (a
// kernel without a namespace, a missing path) is not judged here.
//
// Every refusal is an Error of Kind::invalid_spec with the JSON path of the value; text that is no JSON names
// its line and column instead.
#pragma once

#include "masu/base/error.h"
#include "masu/spec/config.h"

#include <string_view>
#include <vector>

namespace masu::spec {

/// A bundle's config.json.
Result<Config> parse_config(std::string_view text);
/// A `process` object alone (exec --process); paths in messages start below it ("args[0]").
Result<Process> parse_process(std::string_view text);
/// A list like `mounts` alone; paths in messages start with the index ("[0].destination").
Result<std::vector<Mount>> parse_mounts(std::string_view text);
/// A `linux.resources` object alone (update --resources).
Result<Resources> parse_resources(std::string_view text);
/// A `linux.seccomp` object alone.
Result<Seccomp> parse_seccomp(std::string_view text);

}  // namespace masu::spec
