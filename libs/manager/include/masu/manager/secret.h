// SPDX-License-Identifier: Apache-2.0
//
// Secrets: small pieces of data that containers are given without their being in an image, a command line or
// a record.
//
//     <root>/secrets/<name>                   the secret and what is known of it, readable for its owner
//     alone <root>/containers/<id>/secrets/<n>      a container's copy, from its making on
//
// A container keeps what it was made with: to replace or remove the secret later is nothing to it.
#pragma once

#include "masu/base/error.h"
#include "masu/manager/container.h"
#include "masu/manager/place.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace masu::manager {

struct Secret {
  std::string id, name;
  std::string created, updated;  ///< RFC 3339
  std::map<std::string, std::string> labels;
  std::string data;
};

/// As that of a container.
Result<> check_secret_name(std::string_view name);

/// Kind::exists if there is one of that name, unless it is to be replaced; Kind::usage for data of no or too
/// much size.
Result<Secret> create_secret(const Place& place, Secret secret, bool replace);
/// By its name, its id or the beginning of its id. Kind::not_found if there is none.
Result<Secret> find_secret(const Place& place, std::string_view text);
/// All, by name.
Result<std::vector<Secret>> list_secrets(const Place& place);
Result<> remove_secret(const Place& place, const std::string& name);

/// Gives a container that is being made its copies.
Result<> keep_secrets(int folder, const std::vector<SecretUse>& uses);

}  // namespace masu::manager
