// SPDX-License-Identifier: Apache-2.0
#include "new_container.h"

#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/life.h"
#include "run_options.h"

#include <fcntl.h>

namespace masu::manager {

Result<Request> new_container(const cli::Call& call, const Place& place) {
  sys::Fd cidfile;
  const store::Store store = TRY(open_store(call));
  // Until the container's record names the image, a prune could take it.
  const store::Lock using_images = TRY(store.lock(store::Store::kAdding, store::Store::Sharing::shared));
  const store::Image image = TRY(get_image(call, store));
  Request request = TRY(read_request(call, image));
  if (call.arguments.has(kCidFile)) {
    const std::string path = TRY(call.env.absolute(call.arguments.value(kCidFile)));
    cidfile = TRY_IN(sys::open(path, O_WRONLY | O_CREAT | O_EXCL, 0644), "--cidfile");
  }
  request = TRY(create(place, std::move(request)));
  if (cidfile.valid()) TRY_IN(sys::write_all(cidfile.get(), request.id), "--cidfile");
  return request;
}

}  // namespace masu::manager
