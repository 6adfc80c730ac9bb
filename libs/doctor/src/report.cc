// SPDX-License-Identifier: Apache-2.0
#include "masu/doctor/report.h"

#include "masu/base/text.h"
#include "masu/cli/columns.h"
#include "masu/json/writer.h"

namespace masu::doctor {

std::string text_of(const std::vector<Finding>& findings) {
  cli::Columns table{"STATE", "SUBJECT", "FOUND"};
  for (const Finding& finding : findings)
    table.add({std::string(state_name(finding.state)), finding.subject, finding.detail});
  // A cure is a line of its own below its row, to be copied whole.
  const std::string rows = table.text();
  const auto lines = text::split(rows, '\n');
  std::string text = cat(lines[0], "\n");
  for (std::size_t i = 0; i < findings.size(); ++i) {
    text += cat(lines[i + 1], "\n");
    if (!findings[i].cure.empty()) text += cat("    mend: ", findings[i].cure, "\n");
  }
  return text;
}

std::string json_of(const std::vector<Finding>& findings) {
  std::string text;
  json::Writer out(text, json::Layout::spaces);
  out.begin_array();
  for (const Finding& finding : findings) {
    out.begin_object()
        .member("state", state_name(finding.state))
        .member("subject", finding.subject)
        .member("detail", finding.detail);
    if (!finding.cure.empty()) out.member("cure", finding.cure);
    out.end_object();
  }
  out.end_array();
  return text + "\n";
}

}  // namespace masu::doctor
