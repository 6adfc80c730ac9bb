// SPDX-License-Identifier: Apache-2.0
#include "file_commands.h"
#include "file_tables.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/commit.h"
#include "masu/manager/events.h"
#include "masu/manager/life.h"
#include "masu/manager/user_namespace.h"
#include "masu/sys/raw.h"
#include "masu/transfer/archive.h"
#include "masu/transfer/commit.h"

#include <csignal>
#include <optional>
#include <utility>

#include <time.h>

namespace masu::manager {
namespace {

std::string now() {
  timespec time{};
  (void)clock_gettime(CLOCK_REALTIME, &time);
  return text::rfc3339(time.tv_sec, time.tv_nsec);
}

// A container whose processes stand still as long as this lives; signals that would end us wait until then.
class Stillness {
 public:
  static Result<Stillness> begin(const Place& place, const Request& request) {
    Stillness out;
    sigset_t ending;
    sigemptyset(&ending);
    for (const int signal : {SIGHUP, SIGINT, SIGTERM}) sigaddset(&ending, signal);
    (void)pthread_sigmask(SIG_BLOCK, &ending, &out.before_);
    out.place_ = &place;
    out.request_ = &request;
    if (auto paused = pause(place, request); !paused) {
      out.request_ = nullptr;
      (void)pthread_sigmask(SIG_SETMASK, &out.before_, nullptr);
      return fail(std::move(paused).error().hint("--pause=false does without"));
    }
    return out;
  }
  Stillness(Stillness&& other) noexcept
      : place_(other.place_), request_(std::exchange(other.request_, nullptr)), before_(other.before_) {}
  Stillness(const Stillness&) = delete;
  Stillness& operator=(const Stillness&) = delete;
  Stillness& operator=(Stillness&&) = delete;
  ~Stillness() { (void)end(); }

  /// Fine if the container has ended meanwhile.
  Result<> end() {
    if (request_ == nullptr) return {};
    const Request& request = *std::exchange(request_, nullptr);
    auto resumed = unpause(*place_, request);
    (void)pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    if (!resumed && is_running(read_state(*place_, request).phase)) return resumed;
    return {};
  }

 private:
  Stillness() = default;
  const Place* place_ = nullptr;
  const Request* request_ = nullptr;
  sigset_t before_{};
};

// A container whose root is a copy of its layers (vfs) has no layer of its own: all its files are one.
struct Files {
  sys::Fd folder;
  bool whole = false;
};

Result<Files> open_files(const Place& place, const Request& request) {
  const std::string folder = place.folder(request.id);
  struct stat status{};
  const bool copied =
      sys::raw::fstatat(AT_FDCWD, (folder + "/copied").c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
  return Files{TRY(sys::open(copied ? place.rootfs(request.id) : folder + "/upper", O_RDONLY | O_DIRECTORY)),
               copied};
}

// Nothing if the container has changed nothing.
Result<std::optional<transfer::NewLayer>> write_layer(const store::Store& store, const Request& request,
                                                      const Files& files) {
  transfer::NewLayer out{.what = {}, .file = TRY(transfer::make_temporary(store))};
  auto layer = TRY(transfer::LayerFile::open(out.file.get()));
  auto writer =
      TRY(transfer::ArchiveWriter::open([&layer](std::string_view bytes) { return layer.write(bytes); }));
  bool any = false;
  store::EntrySink sink = writer.sink();
  sink.begin = [&writer, &any](const store::Entry& entry) {
    any = true;
    return writer.begin(entry);
  };
  const store::ReadOptions options{
      .one_file_system = true, .as_layer = !files.whole, .left_out = [&request](const std::string& path) {
        return is_mounted_over(request, path);
      }};
  TRY(store::read_tree(files.folder.get(), options, sink));
  TRY(writer.finish());
  if (!any) return std::nullopt;
  out.what = TRY(layer.finish());
  return out;
}

// It is neither started nor removed meanwhile.
Result<std::optional<transfer::NewLayer>> read_container(const cli::Call& call, const Place& place,
                                                         const store::Store& store, const Request& request,
                                                         bool& whole) {
  const store::Lock held = TRY(lock(place, request.id));
  std::optional<Stillness> still;
  if (call.arguments.flag(files::kPause).value_or(true) && read_state(place, request).phase == Phase::running)
    still.emplace(TRY(Stillness::begin(place, request)));
  TRY(enter_user_namespace());
  const Files files = TRY(open_files(place, request));
  whole = files.whole;
  auto layer = TRY(write_layer(store, request, files));
  if (still) TRY(still->end());
  return layer;
}

Result<std::optional<image::Reference>> parse_name(std::string_view text) {
  if (text.empty()) return std::nullopt;
  image::Reference name = TRY(image::Reference::parse(text));
  if (!name.digest.empty())
    return fail(Error::make(Kind::usage, cat(quote(text), ": a new image's digest cannot be chosen")));
  return name;
}

Result<store::Image> commit(const cli::Call& call, const Place& place, const Request& request) {
  const cli::Arguments& given = call.arguments;
  const auto name = TRY(parse_name(given.positional(1)));
  CommitOptions options{.created = now(),
                        .author = std::string(given.value(files::kAuthor)),
                        .message = std::string(given.value(files::kCommitMessage)),
                        .changes = {}};
  for (const std::string_view change : given.values(files::kCommitChange))
    options.changes.emplace_back(change);
  const store::Store store = TRY(open_store(call));
  const store::Lock adding = TRY(store.lock(store::Store::kAdding, store::Store::Sharing::shared));
  const image::Digest manifest = TRY(image::Digest::parse(request.manifest));
  const store::Image base =
      TRY_IN(store.load_image(manifest, ""), cat("the image of container ", request.name));
  transfer::NewImage made{.config = TRY(committed_config(base.config, request, options)),
                          .layers = base.manifest.layers,
                          .layer = {},
                          .docker = given.value(files::kCommitFormat) == "docker"};
  bool whole = false;
  made.layer = TRY(read_container(call, place, store, request, whole));
  if (whole) {
    made.layers.clear();
    made.config.diff_ids.clear();
    made.config.history.erase(made.config.history.begin(), made.config.history.end() - 1);
  }
  return transfer::add_image(store, std::move(made), name ? &*name : nullptr);
}

}  // namespace

Result<int> run_commit(const cli::Call& call) {
  const Place place = TRY(make_place(call));
  const Request request = TRY(find(place, call.arguments.positional(0)));
  // Tried before there is an image, so that none is made in vain.
  sys::Fd folder;
  std::string id_file;
  if (call.arguments.has(files::kIidFile)) {
    const std::string path = TRY(call.env.absolute(call.arguments.value(files::kIidFile)));
    const auto slash = path.rfind('/');
    id_file = path.substr(slash + 1);
    folder = TRY_IN(sys::open(path.substr(0, slash + 1), O_RDONLY | O_DIRECTORY), "--iidfile");
  }
  const store::Image image = TRY_IN(commit(call, place, request), cat("commit ", request.name));
  if (folder.valid()) {
    const sys::Fd file =
        TRY_IN(sys::open_at(folder.get(), id_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644), "--iidfile");
    TRY_IN(sys::write_all(file.get(), image.id().text()), "--iidfile");
  }
  record_event(place, request, "commit",
               {{"comment", std::string(call.arguments.value(files::kCommitMessage))}});
  TRY(call.env.print(image.id().text() + "\n"));
  return 0;
}

}  // namespace masu::manager
