// SPDX-License-Identifier: Apache-2.0
#include "file_commands.h"
#include "file_tables.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/events.h"
#include "masu/manager/root.h"
#include "masu/manager/user_namespace.h"
#include "masu/sys/raw.h"
#include "masu/transfer/archive.h"

#include <unistd.h>

namespace masu::manager {
namespace {

Result<> write_all_files(int root, int file) {
  auto writer = TRY(
      transfer::ArchiveWriter::open([file](std::string_view bytes) { return sys::write_all(file, bytes); }));
  const sys::Fd folder = TRY(sys::open_at(root, ".", O_RDONLY | O_DIRECTORY));
  TRY(store::read_tree(folder.get(), {.one_file_system = true}, writer.sink()));
  return writer.finish();
}

}  // namespace

Result<int> run_export(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  const Request request = TRY(find(place, call.arguments.positional(0)));
  if (!call.arguments.has(files::kExportOutput)) {
    if (isatty(STDOUT_FILENO) != 0)
      return fail(Error::make(Kind::usage, "stdout is a terminal: an archive is no text")
                      .hint("-o FILE writes it there"));
    const OpenRoot root = TRY(open_root(place, request));
    TRY(enter_user_namespace());
    TRY_IN(write_all_files(root.folder.get(), STDOUT_FILENO), "export");
  } else {
    // Under another name until it is whole; the place is opened before our mounts are others.
    const std::string path = TRY(call.env.absolute(call.arguments.value(files::kExportOutput)));
    const std::string partial = path + ".part";
    const sys::Fd file = TRY_IN(sys::open(partial, O_WRONLY | O_CREAT | O_TRUNC, 0600), "--output");
    auto root = open_root(place, request);
    if (root) TRY(enter_user_namespace());
    auto written = root ? write_all_files(root->folder.get(), file.get()) : fail(std::move(root).error());
    if (!written) {
      (void)sys::raw::unlinkat(AT_FDCWD, partial.c_str(), 0);
      return fail(std::move(written).error());
    }
    if (const int moved = sys::raw::renameat(AT_FDCWD, partial.c_str(), AT_FDCWD, path.c_str()); moved < 0)
      return fail(Error::sys(-moved, cat("--output ", quote(path))));
  }
  record_event(place, request, "export");
  return 0;
}

}  // namespace masu::manager
