// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "globals.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cli/columns.h"
#include "masu/json/writer.h"
#include "shown.h"
#include "template.h"

#include <algorithm>

namespace masu::manager {
namespace {

using Takes = cli::Option::Takes;

constexpr cli::Option kQuiet{.name = "quiet", .letter = 'q', .help = "print ids alone"};
constexpr cli::Option kNoTrunc{.name = "no-trunc", .help = "print ids and steps in full"};
constexpr cli::Option kHuman{
    .name = "human", .letter = 'H', .help = "print sizes and times for people; the default"};
constexpr cli::Option kFormat{.name = "format",
                              .takes = Takes::value,
                              .argument = "TEMPLATE",
                              .help = "json, or a template over ID, Created, CreatedBy, Size, Comment"};
constexpr const cli::Option* kOptions[] = {&kQuiet, &kNoTrunc, &kHuman, &kFormat};
constexpr cli::Positional kPositionals[] = {
    {.name = "IMAGE", .values = {cli::Values::From::output, "images -q"}, .help = "a name or an id"}};

constexpr std::size_t kShownStep = 45;

struct Row {
  std::string id;  // of the image, for the step that came last
  image::Step step;
  std::uint64_t size = 0;
};

// The last step first, as docker has it. A step with a layer takes the next of them.
std::vector<Row> rows_of(const store::Image& image) {
  std::vector<Row> out;
  std::size_t layer = 0;
  std::vector<image::Step> steps = image.config.history;
  if (steps.empty()) steps.resize(image.manifest.layers.size());  // nobody wrote it down
  for (image::Step& step : steps) {
    Row row{.id = {}, .step = std::move(step)};
    if (!row.step.empty_layer && layer < image.manifest.layers.size())
      row.size = image.manifest.layers[layer++].size;
    out.push_back(std::move(row));
  }
  if (!out.empty()) out.back().id = image.id().text();
  std::ranges::reverse(out);
  return out;
}

std::string json_of(const Row& row) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("id", row.id.empty() ? "<missing>" : row.id).member("created", row.step.created);
  out.member("CreatedBy", row.step.created_by).member("size", row.size).member("comment", row.step.comment);
  // What templates ask for.
  out.member("ID", row.id.empty() ? "<missing>" : row.id).member("Created", row.step.created);
  out.member("CreatedAt", row.step.created).member("CreatedSince", shown_age(row.step.created));
  out.member("Size", shown_size(row.size)).member("Comment", row.step.comment);
  out.member("Author", row.step.author).member("emptyLayer", row.step.empty_layer).end_object();
  return text;
}

Result<> print_formatted(const cli::Call& call, const std::vector<Row>& rows) {
  const std::string_view format = call.arguments.value(kFormat);
  std::string text;
  for (const Row& row : rows) {
    if (format == "json")
      text += cat(text.empty() ? "" : ",\n", json_of(row));
    else
      text += TRY(expand(format, json_of(row))) + "\n";
  }
  return call.env.print(format == "json" ? cat("[", text, "]\n") : text);
}

Result<int> run(const cli::Call& call) {
  const store::Store store = TRY(open_store(call));
  const store::Image image = TRY(store.find_image(call.arguments.positional(0)));
  const std::vector<Row> rows = rows_of(image);
  if (call.arguments.has(kFormat)) {
    TRY(print_formatted(call, rows));
    return 0;
  }
  const bool whole = call.arguments.has(kNoTrunc), people = call.arguments.flag(kHuman).value_or(true);
  const auto id_of = [whole](const Row& row) {
    if (row.id.empty()) return std::string("<missing>");
    return whole ? row.id : short_id(row.id.substr(row.id.find(':') + 1));
  };
  cli::Columns table({"ID", "CREATED", "CREATED BY", "SIZE", "COMMENT"});
  std::string ids;
  for (const Row& row : rows) {
    ids += id_of(row) + "\n";
    std::string step = row.step.created_by;
    if (!whole && step.size() > kShownStep) step = step.substr(0, kShownStep - 3) + "...";
    table.add({id_of(row), people ? shown_age(row.step.created) : row.step.created, step,
               people ? shown_size(row.size) : cat(row.size), row.step.comment});
  }
  TRY(call.env.print(call.arguments.has(kQuiet) ? ids : table.text()));
  return 0;
}

}  // namespace

constinit const cli::Command kHistoryCommand{
    .name = "history",
    .summary = "show the steps that an image was made by",
    .description = "The last first. Sizes are those of the layers as they are transferred.",
    .options = kOptions,
    .positionals = kPositionals,
    .run = run};

}  // namespace masu::manager
