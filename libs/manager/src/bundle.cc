// SPDX-License-Identifier: Apache-2.0
#include "bundle.h"

#include "masu/base/try.h"
#include "masu/spec/write.h"
#include "masu/sys/fd.h"

#include <fcntl.h>

namespace masu::manager {
Result<> write_bundle(const Place& place, const Request& request, const Facts& facts,
                      const NetworkSpace& network) {
  const sys::Fd folder = TRY(sys::open(place.folder(request.id), O_RDONLY | O_DIRECTORY));
  const sys::Fd rootfs = TRY(sys::open(place.rootfs(request.id), O_PATH | O_DIRECTORY));
  TRY(write_network_files(place, request, network.record));
  const spec::Config config = TRY(make_config(place, request, facts, rootfs.get(), network));
  const sys::Fd bundle = TRY(sys::open_at(folder.get(), "bundle", O_RDONLY | O_DIRECTORY));
  return sys::replace_file_at(bundle.get(), "config.json", spec::to_json(config) + "\n", 0600);
}

}  // namespace masu::manager
