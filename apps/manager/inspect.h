// SPDX-License-Identifier: Apache-2.0
//
// Containers and images as JSON objects, with the keys that docker inspect has for the same things.
#pragma once

#include "masu/base/error.h"
#include "masu/manager/container.h"
#include "masu/store/store.h"

#include <string>

namespace masu::manager {

/// `size`: with the bytes that it has written.
Result<std::string> describe_container(const Place& place, const Request& request, bool size = false);
Result<std::string> describe_image(const store::Store& store, const store::Image& image);

}  // namespace masu::manager
