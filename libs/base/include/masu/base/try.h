// SPDX-License-Identifier: Apache-2.0
//
// TRY(expression of Result<T>) yields the T or returns the error from the calling function. A statement
// expression, since g++ 12 has no monadic std::expected and early return reads better anyway. Private headers
// and .cc files only.
#pragma once

#include "masu/base/error.h"

#include <utility>

#define TRY(...)                                           \
  __extension__({                                          \
    auto masu_result = (__VA_ARGS__);                      \
    if (!masu_result) [[unlikely]]                         \
      return ::masu::fail(std::move(masu_result).error()); \
    ::masu::detail::take_value(std::move(masu_result));    \
  })

/// TRY with an outer frame; the frame's text is built only on failure.
#define TRY_IN(expression, frame)                                        \
  __extension__({                                                        \
    auto masu_result = (expression);                                     \
    if (!masu_result) [[unlikely]]                                       \
      return ::masu::fail(std::move(masu_result).error().within(frame)); \
    ::masu::detail::take_value(std::move(masu_result));                  \
  })

namespace masu::detail {
template <class T>
T take_value(Result<T>&& result) {
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}
}  // namespace masu::detail
