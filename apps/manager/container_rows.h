// SPDX-License-Identifier: Apache-2.0
//
// Containers in lists: which of them, and what is shown of each.
#pragma once

#include "masu/base/error.h"
#include "masu/manager/container.h"
#include "masu/manager/filter.h"
#include "masu/manager/life.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace masu::manager {

struct Listed {
  State state;
  Request request;
  std::uint64_t size = 0;  ///< bytes that it has written, if asked for
};

/// --filter of containers.
class ContainerFilter {
 public:
  static constexpr std::string_view kKeys =
      "id name label status exited ancestor before since volume network health until";
  /// Kind::not_found for a container of before and since that is not there.
  static Result<ContainerFilter> make(const Place& place, const std::vector<std::string_view>& texts);

  bool empty() const { return filters_.empty(); }
  bool asks_for_state() const;
  bool matches(const Listed& item) const;

 private:
  ContainerFilter(const Place& place, Filters filters) : place_(&place), filters_(std::move(filters)) {}
  bool matches_state(const Listed& item) const;

  const Place* place_;
  Filters filters_;
  std::string before_, since_;  // when those containers were made
  std::optional<std::int64_t> until_;
};

/// "starting", "healthy", "unhealthy"; empty for one without checks. Asks the shim.
std::string health_of(const Place& place, const Request& request);

/// "Up 3 minutes (healthy)", "Exited (1) 2 hours ago".
std::string status_text(const Place& place, const Listed& item);

/// Bytes of the files that it has written, below its layers.
std::uint64_t written_bytes(const Place& place, const Request& request);

/// The row with the fields of docker's; `whole`: nothing is cut.
std::string container_row(const Place& place, const Listed& item, bool whole, bool size);

}  // namespace masu::manager
