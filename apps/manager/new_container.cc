// SPDX-License-Identifier: Apache-2.0
#include "new_container.h"

#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/life.h"
#include "masu/manager/volume.h"
#include "run_options.h"

#include <optional>

#include <fcntl.h>

namespace masu::manager {
namespace {

// --replace: whoever has the name goes.
Result<> make_room(const Place& place, const std::string& name) {
  const auto other = find(place, name);
  if (!other || other->name != name) return {};
  const store::Lock held = TRY(lock(place, other->id));
  return remove(place, *other);
}

}  // namespace

Result<Request> new_container(const cli::Call& call, const Place& place) {
  sys::Fd cidfile;
  const store::Store store = TRY(open_store(call));
  // Until the container's record names the image, a prune could take it.
  const store::Lock using_images = TRY(store.lock(store::Store::kAdding, store::Store::Sharing::shared));
  const store::Image image = call.arguments.has(kRootfs) ? store::Image{} : TRY(get_image(call, store));
  Request request = TRY(read_request(call, store, image));
  if (call.arguments.has(kCidFile)) {
    const std::string path = TRY(call.env.absolute(call.arguments.value(kCidFile)));
    cidfile = TRY_IN(sys::open(path, O_WRONLY | O_CREAT | O_EXCL, 0644), "--cidfile");
  }
  std::vector<store::Lock> volumes = TRY(resolve_mounts(call, place, store, image.config, request));
  if (call.arguments.has(kReplace)) TRY(make_room(place, request.name));
  const std::optional<store::Lock> ids = TRY(set_users(call, place, store, request));
  auto created = create(place, request);
  volumes.clear();
  if (!created) {
    remove_anonymous_volumes(place, request);
    return fail(std::move(created).error());
  }
  request = std::move(*created);
  if (cidfile.valid()) TRY_IN(sys::write_all(cidfile.get(), request.id), "--cidfile");
  return request;
}

}  // namespace masu::manager
