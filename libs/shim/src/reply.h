// SPDX-License-Identifier: Apache-2.0
//
// Answers: {"error":{"code":"conflict","message":"…"}} for what failed.
#pragma once

#include "masu/base/error.h"
#include "masu/http/response.h"

#include <functional>
#include <string_view>

namespace masu::shim {

using Reply = std::function<void(http::Response)>;

http::Response error_response(int status, std::string_view message);
/// The status that fits the error's kind.
http::Response error_response(const Error& error);

}  // namespace masu::shim
