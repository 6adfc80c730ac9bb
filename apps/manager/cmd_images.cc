// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "globals.h"
#include "image_filter.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cli/columns.h"
#include "masu/json/writer.h"
#include "shown.h"
#include "template.h"

#include <algorithm>
#include <set>

namespace masu::manager {
namespace {

using Takes = cli::Option::Takes;

constexpr cli::Option kAll{.name = "all", .letter = 'a', .help = "as it is: there are no images in between"};
constexpr cli::Option kQuiet{.name = "quiet", .letter = 'q', .help = "print ids alone"};
constexpr cli::Option kNoTrunc{.name = "no-trunc", .help = "print ids in full"};
constexpr cli::Option kDigests{.name = "digests", .help = "show the digests of the manifests"};
constexpr cli::Option kNoHeading{.name = "noheading", .letter = 'n', .help = "leave out the heading"};
constexpr cli::Option kFilter{
    .name = "filter",
    .letter = 'f',
    .takes = Takes::values,
    .argument = "FILTER",
    .help = "only those: dangling=BOOL, reference=PATTERN, label=KEY, before=, since=, until=, id="};
constexpr cli::Option kFormat{
    .name = "format",
    .takes = Takes::value,
    .argument = "TEMPLATE",
    .help = "json, or a template over Repository, Tag, ID, Digest, CreatedSince, Size"};
constexpr cli::Option kSort{.name = "sort",
                            .takes = Takes::value,
                            .argument = "KEY",
                            .values = {cli::Values::From::choices, "repository tag id created size"},
                            .help = "the order; by repository by default"};
constexpr const cli::Option* kOptions[] = {&kAll,    &kQuiet,  &kNoTrunc, &kDigests,
                                           &kFilter, &kFormat, &kSort,    &kNoHeading};
constexpr cli::Positional kPositionals[] = {{.name = "NAME",
                                             .count = cli::Positional::Count::optional,
                                             .help = "only images that are called so, with this tag or any"}};

constexpr std::string_view kNone = "<none>";

struct Row {
  std::string repository, tag, id, digest, created, age;
  std::uint64_t size = 0;
  std::vector<std::string> names;
};

Result<Row> row_of(const store::Image& image, bool whole) {
  Row out{.repository = std::string(kNone), .tag = std::string(kNone)};
  if (!image.name.empty()) {
    const auto name = TRY(image::Reference::parse(image.name));
    out.repository = name.repository();
    if (!name.tag.empty()) out.tag = name.tag;
    out.names.push_back(image.name);
  }
  out.id = whole ? image.id().text() : short_id(image.id().hex());
  out.digest = image.manifest_digest.text();
  out.created = image.config.created;
  out.age = shown_age(out.created);
  out.size = image.size();
  return out;
}

// With the keys of docker's templates and those of podman's JSON.
std::string json_of(const Row& row) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("Repository", row.repository).member("Tag", row.tag).member("ID", row.id);
  out.member("Id", row.id).member("Digest", row.digest).member("CreatedAt", row.created);
  out.member("Created", row.created).member("CreatedSince", row.age);
  out.member("Size", shown_size(row.size)).member("VirtualSize", row.size).key("Names").begin_array();
  for (const std::string& name : row.names) out.value(name);
  out.end_array().end_object();
  return text;
}

void sort_rows(std::vector<Row>& rows, std::string_view key) {
  if (key == "created") std::ranges::stable_sort(rows, std::ranges::greater(), &Row::created);
  if (key == "size") std::ranges::stable_sort(rows, {}, &Row::size);
  if (key == "tag") std::ranges::stable_sort(rows, {}, &Row::tag);
  if (key == "id") std::ranges::stable_sort(rows, {}, &Row::id);
  if (key == "repository") std::ranges::stable_sort(rows, {}, &Row::repository);
}

Result<std::vector<Row>> rows_of(const cli::Call& call) {
  const store::Store store = TRY(open_store(call));
  std::vector<std::string_view> filters = call.arguments.values(kFilter);
  const std::string named = cat("reference=", call.arguments.positional(0));
  if (!call.arguments.positional(0).empty()) filters.push_back(named);
  const ImageFilter filter = TRY(ImageFilter::parse(filters));
  const std::vector<store::Image> images = TRY(store.images());
  std::vector<Row> out;
  for (const store::Image& image : images)
    if (filter.takes(image, images)) out.push_back(TRY(row_of(image, call.arguments.has(kNoTrunc))));
  sort_rows(out, call.arguments.value(kSort));
  return out;
}

std::string ids_of(const std::vector<Row>& rows) {
  std::set<std::string_view> seen;
  std::string text;
  for (const Row& row : rows)
    if (seen.insert(row.id).second) text += row.id + "\n";
  return text;
}

Result<std::string> formatted(const std::vector<Row>& rows, std::string_view format) {
  std::string text;
  for (const Row& row : rows) {
    if (format == "json")
      text += cat(text.empty() ? "" : ",\n", json_of(row));
    else
      text += TRY(expand(format, json_of(row))) + "\n";
  }
  return format == "json" ? cat("[", text, "]\n") : text;
}

std::string table_of(const std::vector<Row>& rows, bool digests, bool heading) {
  cli::Columns table = digests ? cli::Columns({"REPOSITORY", "TAG", "DIGEST", "IMAGE ID", "CREATED", "SIZE"})
                               : cli::Columns({"REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE"});
  for (const Row& row : rows) {
    std::vector<std::string> cells = {row.repository, row.tag, row.id, row.age, shown_size(row.size)};
    if (digests) cells.insert(cells.begin() + 2, row.digest);
    table.add(std::move(cells));
  }
  const std::string text = table.text();
  return heading ? text : text.substr(text.find('\n') + 1);
}

Result<int> run(const cli::Call& call) {
  const std::vector<Row> rows = TRY(rows_of(call));
  if (call.arguments.has(kQuiet)) {
    TRY(call.env.print(ids_of(rows)));
    return 0;
  }
  const std::string text = call.arguments.has(kFormat) ? TRY(formatted(rows, call.arguments.value(kFormat)))
                                                       : table_of(rows, call.arguments.has(kDigests),
                                                                  !call.arguments.has(kNoHeading));
  TRY(call.env.print(text));
  return 0;
}

}  // namespace

constinit const cli::Command kImagesCommand{
    .name = "images",
    .summary = "list the images that are here",
    .description = "Sizes are those of the layers as they are transferred.",
    .options = kOptions,
    .positionals = kPositionals,
    .run = run};

}  // namespace masu::manager
