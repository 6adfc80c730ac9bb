// SPDX-License-Identifier: Apache-2.0
//
// A user namespace of the container's own, within the manager's. It is made before the container, as that of
// the network is, which belongs to it. Layers keep the ids of their image: they are seen through mounts whose
// ids are mapped, or through fuse-overlayfs where an ordinary user may not have such mounts.
#pragma once

#include "masu/base/error.h"
#include "masu/manager/container.h"
#include "masu/sys/fd.h"
#include "masu/sys/id_maps.h"

#include <string>
#include <vector>

namespace masu::manager {

struct UserSpace {
  sys::Fd space;                            ///< none: the container has the manager's
  std::vector<sys::IdRange> users, groups;  ///< none with it
  std::string view;  ///< of <root>/layers and the container's folder with mapped ids, as "layers" and "own"

  sys::Fd image;  ///< with a view: the image's files with their own ids, for volumes

  /// Whether an id of an image is another's here.
  bool shifts() const;
};

/// As the request says; without a wish, nothing.
Result<UserSpace> make_user_space(const Place& place, const Request& request);
/// Makes it Place::user_space() in the caller's mount namespace.
Result<> mount_user_space(const Place& place, const Request& request, const UserSpace& users);
/// Attaches users.view, in the caller's mount namespace. For root of the machine.
Result<> attach_view(const Place& place, const Request& request, UserSpace& users);
/// A detached mount whose ids are mapped from now on.
Result<> map_ids(const sys::Fd& mount, const UserSpace& users);

}  // namespace masu::manager
