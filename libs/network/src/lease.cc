// SPDX-License-Identifier: Apache-2.0
#include "lease.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/json/writer.h"
#include "masu/store/tree.h"
#include "masu/sys/fd.h"
#include "masu/sys/raw.h"
#include "names.h"

#include <algorithm>
#include <cerrno>

#include <sys/file.h>

namespace masu::network {
namespace {

class Table {
 public:
  /// Locked until it goes.
  static Result<Table> open(const Folders& folders, const std::string& network) {
    const std::string path = folders.state + "/networks/leases";
    TRY(store::make_folders(path));
    Table out(network);
    out.folder_ = TRY(sys::open(path, O_RDONLY | O_DIRECTORY));
    out.lock_ = TRY(sys::open_at(out.folder_.get(), cat(network, ".lock").c_str(), O_RDWR | O_CREAT, 0600));
    TRY(lock_file(out.lock_.get(), cat("the addresses of network ", network)));
    TRY(out.load());
    return out;
  }
  Result<> save() const {
    std::string text;
    json::Writer out(text, json::Layout::spaces);
    out.begin_object();
    for (const auto& [key, map] : {std::pair{"leases", &leases.holders}, {"last", &leases.last}}) {
      out.key(key).begin_object();
      for (const auto& [name, value] : *map) out.member(name, value);
      out.end_object();
    }
    out.end_object();
    return sys::replace_file_at(folder_.get(), file_.c_str(), text + "\n", 0600);
  }

  Leases leases;

 private:
  explicit Table(const std::string& network) : file_(network + ".json") {}
  Result<> load() {
    auto text = sys::read_file_at(folder_.get(), file_.c_str());
    if (!text && text.error().err() == ENOENT) return {};
    if (!text) return fail(std::move(text).error());
    const auto document = TRY_IN(json::Document::parse(*text), cat("the leases ", quote(file_)));
    const json::Reader in(document);
    TRY(in.optional("leases", leases.holders));
    return in.optional("last", leases.last);
  }
  sys::Fd folder_, lock_;
  std::string file_;
};

bool may_be_given(const Segment& segment, const Address& address) {
  if (address == segment.subnet.base || (!address.v6 && address == segment.subnet.last())) return false;
  return address != segment.gateway;
}

Result<Address> take_one(Leases& leases, const Network& network, const Segment& segment,
                         const std::string& id, const std::vector<Address>& wanted) {
  const auto asked =
      std::ranges::find_if(wanted, [&](const Address& a) { return segment.subnet.contains(a); });
  if (asked == wanted.end()) {
    const auto chosen = choose_address(segment, leases);
    if (!chosen)
      return fail(Error::make(Kind::exists, cat("network ", network.name, ": every address of ",
                                                segment.subnet.text(), " is in use")));
    leases.last[segment.subnet.text()] = chosen->text();
    return *chosen;
  }
  const auto holder = leases.holders.find(asked->text());
  if (holder != leases.holders.end() && holder->second != id)
    return fail(Error::make(Kind::exists, cat("network ", network.name, ": the address ", asked->text(),
                                              " is that of container ", holder->second.substr(0, 12))));
  if (!may_be_given(segment, *asked))
    return fail(Error::make(Kind::usage, cat("network ", network.name, ": the address ", asked->text(),
                                             " is that of the gateway or of the network itself")));
  return *asked;
}

}  // namespace

Result<> lock_file(int fd, std::string_view what) {
  long locked = -EINTR;
  while (locked == -EINTR) locked = sys::raw::call(SYS_flock, fd, LOCK_EX);
  if (locked < 0) return fail(Error::sys(static_cast<int>(-locked), cat("lock ", what)));
  return {};
}

std::optional<Address> choose_address(const Segment& segment, const Leases& leases) {
  const Address first = segment.first.value_or(segment.subnet.base),
                last = segment.last.value_or(segment.subnet.last());
  Address at = first;
  if (const auto before = leases.last.find(segment.subnet.text()); before != leases.last.end())
    if (const auto address = Address::parse(before->second); address && *address >= first && *address < last)
      at = address->next();
  // As many steps as there are leases lead past all of them; the bounds and the gateway are passed too.
  for (std::size_t step = 0; step < leases.holders.size() + 4; ++step) {
    if (may_be_given(segment, at) && !leases.holders.contains(at.text())) return at;
    at = at == last ? first : at.next();
  }
  return std::nullopt;
}

Result<std::vector<Address>> take_addresses(const Folders& folders, const Network& network,
                                            const std::string& id, const std::vector<Address>& wanted) {
  for (const Address& address : wanted)
    if (std::ranges::none_of(network.segments, [&](const Segment& s) { return s.subnet.contains(address); }))
      return fail(Error::make(Kind::usage, cat("network ", network.name, ": the address ", address.text(),
                                               " is in none of its subnets")));
  Table table = TRY(Table::open(folders, network.name));
  std::vector<Address> out;
  for (const Segment& segment : network.segments)
    out.push_back(TRY(take_one(table.leases, network, segment, id, wanted)));
  for (const Address& address : out) table.leases.holders[address.text()] = id;
  TRY(table.save());
  return out;
}

Result<> give_back(const Folders& folders, const std::string& network, const std::string& id) {
  Table table = TRY(Table::open(folders, network));
  std::erase_if(table.leases.holders, [&id](const auto& lease) { return lease.second == id; });
  return table.save();
}

}  // namespace masu::network
