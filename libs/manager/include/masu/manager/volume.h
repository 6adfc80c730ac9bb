// SPDX-License-Identifier: Apache-2.0
//
// Volumes: folders that outlive containers.
//
//     <root>/volumes/<name>/volume.json   how it was asked for
//     <root>/volumes/<name>/_data         what is in it
//     <root>/volumes/<name>/fresh         nothing has been put into it yet: it may be filled from an image
//
// A volume is taken by a rename, so none is seen half made; its lock is flock(2) on its folder.
#pragma once

#include "masu/base/error.h"
#include "masu/manager/container.h"
#include "masu/manager/place.h"
#include "masu/store/store.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace masu::manager {

struct Volume {
  std::string name;
  std::string created;  ///< RFC 3339
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> options;  ///< of the local driver: type, device, o
  bool anonymous = false;                      ///< made for one container, and removed with it
};

/// Letters, digits, "_", "." and "-", not at its beginning.
Result<> check_volume_name(std::string_view name);
/// What -o may say: type, device and o, as mount(8) has them.
Result<> check_volume_options(const std::map<std::string, std::string>& options);

/// Makes it, by a random name if it has none. Kind::exists if there is one of that name.
Result<Volume> create_volume(const Place& place, Volume volume);
/// By its name, or by the beginning of one. Kind::not_found if there is none.
Result<Volume> find_volume(const Place& place, std::string_view name);
/// All, by name.
Result<std::vector<Volume>> list_volumes(const Place& place);

/// Shared by those who put it to use, until their container is on record; taken alone by who removes it.
/// Kind::not_found if it is gone.
Result<store::Lock> lock_volume(const Place& place, const std::string& name, store::Store::Sharing sharing);

/// The containers that have it, running or not.
Result<std::vector<Request>> users_of_volume(const Place& place, std::string_view name);
/// Kind::invalid_state if a container has it.
Result<> remove_volume(const Place& place, const std::string& name);
/// The anonymous volumes of a container that is no more, as far as no other has them.
void remove_anonymous_volumes(const Place& place, const Request& request);
/// Removes what is left of volumes whose making or removal was cut off: how many.
std::size_t mend_volumes(const Place& place);

/// Its _data, absolute.
std::string volume_data(const Place& place, std::string_view name);

}  // namespace masu::manager
