// SPDX-License-Identifier: Apache-2.0
#include "masu/network/record.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/writer.h"
#include "masu/store/tree.h"
#include "masu/sys/fd.h"

#include <cerrno>

#include <fcntl.h>

namespace masu::network {

// Found by the types' namespace, so not in an unnamed one.
static Result<> read(json::Reader in, Joined& out) {
  TRY(in.require("network", out.network));
  TRY(in.require("interface", out.interface));
  TRY(in.optional("mac", out.mac));
  TRY(in.optional("addresses", out.addresses));
  return in.optional("aliases", out.aliases);
}

Result<> read(json::Reader in, Port& out) {
  TRY(in.optional("hostIp", out.host_ip));
  TRY(in.optional("hostPort", out.host_port));
  TRY(in.optional("hostLast", out.host_last));
  TRY(in.require("containerPort", out.container_port));
  return in.require("protocol", out.protocol);
}

void put(json::Writer& out, const std::vector<Port>& ports) {
  out.begin_array();
  for (const Port& port : ports) {
    out.begin_object().member("hostIp", port.host_ip).member("hostPort", port.host_port);
    out.member("hostLast", port.host_last).member("containerPort", port.container_port);
    out.member("protocol", port.protocol).end_object();
  }
  out.end_array();
}

std::vector<std::string> own_addresses(const Record& record) {
  std::vector<std::string> out;
  for (const Joined& joined : record.joined)
    for (const std::string& address : joined.addresses) out.push_back(address.substr(0, address.find('/')));
  if (!record.address.empty()) out.push_back(record.address);
  return out;
}

namespace {

constexpr std::string_view kSuffix = ".json";

std::string folder_of(const Folders& folders) { return folders.state + "/networks/containers"; }

void put(json::Writer& out, std::string_view key, const std::vector<std::string>& list) {
  out.key(key).begin_array();
  for (const std::string& item : list) out.value(item);
  out.end_array();
}

}  // namespace

std::string to_json(const Record& record) {
  std::string text;
  json::Writer out(text, json::Layout::spaces);
  out.begin_object().member("id", record.id).member("name", record.name).member("mode", record.mode);
  out.key("joined").begin_array();
  for (const Joined& joined : record.joined) {
    out.begin_object().key("network").raw(to_json(joined.network));
    out.member("interface", joined.interface).member("mac", joined.mac);
    put(out, "addresses", joined.addresses);
    put(out, "aliases", joined.aliases);
    out.end_object();
  }
  out.end_array().key("ports");
  put(out, record.ports);
  put(out, "dns", record.dns);
  put(out, "search", record.search);
  out.member("host", record.host)
      .member("helper", record.helper)
      .member("helperStarted", record.helper_started);
  out.end_object();
  return text + "\n";
}

Result<Record> parse_record(std::string_view text) {
  const json::Document document = TRY(json::Document::parse(text));
  const json::Reader in(document);
  Record out;
  TRY(in.require("id", out.id));
  TRY(in.optional("name", out.name));
  TRY(in.require("mode", out.mode));
  TRY(in.optional("joined", out.joined));
  TRY(in.optional("ports", out.ports));
  TRY(in.optional("dns", out.dns));
  TRY(in.optional("search", out.search));
  TRY(in.optional("host", out.host));
  TRY(in.optional("address", out.address));
  TRY(in.optional("helper", out.helper));
  TRY(in.optional("helperStarted", out.helper_started));
  return out;
}

Result<> write_record(const Folders& folders, const Record& record) {
  TRY(store::make_folders(folder_of(folders)));
  const sys::Fd folder = TRY(sys::open(folder_of(folders), O_RDONLY | O_DIRECTORY));
  return sys::replace_file_at(folder.get(), cat(record.id, kSuffix).c_str(), to_json(record), 0600);
}

Result<std::optional<Record>> read_record(const Folders& folders, const std::string& id) {
  const std::string path = cat(folder_of(folders), "/", id, kSuffix);
  const auto text = sys::read_file(path);
  if (!text && (text.error().err() == ENOENT || text.error().err() == ENOTDIR))
    return std::optional<Record>();
  if (!text) return fail(Error::sys(text.error().err(), cat("read ", quote(path))));
  return std::optional<Record>(TRY_IN(parse_record(*text), cat("the record ", quote(path), " is damaged")));
}

Result<std::vector<std::string>> recorded(const Folders& folders) {
  std::vector<std::string> out;
  auto names = store::list_folder(AT_FDCWD, folder_of(folders).c_str());
  if (!names && names.error().err() == ENOENT) return out;
  for (const std::string& name : TRY(std::move(names)))
    if (name.ends_with(kSuffix)) out.push_back(name.substr(0, name.size() - kSuffix.size()));
  return out;
}

}  // namespace masu::network
