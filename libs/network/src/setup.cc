// SPDX-License-Identifier: Apache-2.0
#include "masu/network/setup.h"

#include "helper.h"
#include "lease.h"
#include "masu/base/log.h"
#include "masu/base/scope_exit.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"

#include <algorithm>

namespace masu::network {

Result<> read(json::Reader in, Join& out) {
  std::vector<std::string> addresses;
  TRY(in.require("network", out.network));
  TRY(in.optional("interface", out.interface));
  TRY(in.optional("addresses", addresses));
  for (const std::string& text : addresses) {
    const auto address = Address::parse(text);
    if (!address) return fail(in.error("addresses", cat(quote(text), " is no address")));
    out.addresses.push_back(*address);
  }
  TRY(in.optional("mac", out.mac));
  return in.optional("aliases", out.aliases);
}

void put(json::Writer& out, const std::vector<Join>& joins) {
  out.begin_array();
  for (const Join& join : joins) {
    out.begin_object()
        .member("network", join.network)
        .member("interface", join.interface)
        .key("addresses")
        .begin_array();
    for (const Address& address : join.addresses) out.value(address.text());
    out.end_array().member("mac", join.mac).key("aliases").begin_array();
    for (const std::string& alias : join.aliases) out.value(alias);
    out.end_array().end_object();
  }
  out.end_array();
}

namespace {

std::vector<std::string> names_of(const Record& record) {
  std::vector<std::string> out;
  for (const Joined& joined : record.joined) out.push_back(joined.network.name);
  return out;
}

std::string free_interface(const Record& record) {
  for (unsigned number = 0;; ++number) {
    std::string name = cat("eth", number);
    if (std::ranges::none_of(record.joined, [&](const Joined& joined) { return joined.interface == name; }))
      return name;
  }
}

// The place without its addresses, which are taken when the record says where they are to be given back.
Result<> add_place(const Folders& folders, Record& record, const Join& join) {
  Joined joined;
  joined.network = TRY(find(folders, join.network));
  const std::string& name = joined.network.name;
  if (std::ranges::any_of(record.joined, [&](const Joined& other) { return other.network.name == name; }))
    return fail(Error::make(Kind::exists, cat("the container is in network ", name, " already")));
  joined.interface = join.interface.empty() ? free_interface(record) : join.interface;
  joined.mac = join.mac;
  joined.aliases = join.aliases;
  record.joined.push_back(std::move(joined));
  return {};
}

Result<> take_place(const Folders& folders, Record& record, Joined& joined, const Join& join) {
  const auto addresses = TRY(take_addresses(folders, joined.network, record.id, join.addresses));
  for (std::size_t i = 0; i < addresses.size(); ++i)
    joined.addresses.push_back(cat(addresses[i].text(), "/", joined.network.segments[i].subnet.prefix));
  return {};
}

void set_host(Record& record) {
  for (const Joined& joined : record.joined)
    for (const Segment& segment : joined.network.segments)
      if (record.host.empty() && segment.gateway && !joined.network.internal &&
          joined.network.driver == "bridge")
        record.host = segment.gateway->text();
}

// netavark takes down by what is in the namespace; of one that is gone a stand-in has its interfaces.
Result<> take_down_places(const Folders& folders, const Record& record, const std::vector<std::string>& names,
                          int space) {
  auto done = space >= 0 ? netavark_tear_down(folders, record, names, space)
                         : fail(Error::make(Kind::not_found, "the namespace is gone"));
  if (!done) {
    std::vector<std::string> interfaces;
    for (const Joined& joined : record.joined)
      if (std::ranges::find(names, joined.network.name) != names.end())
        interfaces.push_back(joined.interface);
    const sys::Fd stand_in = TRY(make_stand_in(interfaces));
    done = netavark_tear_down(folders, record, names, stand_in.get());
  }
  return done;
}

Result<> furnish(const Folders& folders, const Wish& wish, Ready& ready) {
  Record& record = ready.record;
  for (std::size_t i = 0; i < record.joined.size(); ++i)
    TRY(take_place(folders, record, record.joined[i], wish.joins[i]));
  ready.held = TRY(reserve(record.ports));
  TRY(write_record(folders, record));
  ready.space = TRY(make_space(wish.user_space));
  if (wish.mode == "bridge") {
    TRY(netavark_set_up(folders, record, names_of(record), ready.space.get(), wish.dns));
    set_host(record);
  } else {
    ready.held.clear();  // these bind the ports themselves
    TRY(wish.mode == "pasta" ? pasta_set_up(folders, record, ready.space.get())
                             : slirp_set_up(folders, record, ready.space.get(), ready.held));
  }
  return write_record(folders, record);
}

}  // namespace

Result<Ready> set_up(const Folders& folders, const Wish& wish) {
  TRY_IN(tear_down(folders, wish.id, -1), "take down the network of the time before");
  Ready ready;
  ready.record = {.id = wish.id, .name = wish.name, .mode = wish.mode, .ports = wish.ports};
  for (const Join& join : wish.joins) TRY(add_place(folders, ready.record, join));
  TRY(write_record(folders, ready.record));
  auto done = furnish(folders, wish, ready);
  if (done) return ready;
  if (auto undone = tear_down(folders, wish.id, ready.space.get()); !undone)
    MASU_DEBUG(undone.error().message());
  return fail(std::move(done).error());
}

Result<> tear_down(const Folders& folders, const std::string& id, int space) {
  const auto record = TRY(read_record(folders, id));
  if (!record) return {};
  TRY(end_helper(folders, *record));
  // What cannot be taken down must not keep the container from being removed: rules without a container do no
  // harm, and the next set-up of the same network makes its own.
  if (!record->joined.empty())
    if (auto down = take_down_places(folders, *record, names_of(*record), space); !down)
      MASU_DEBUG(down.error().message());
  for (const Joined& joined : record->joined) TRY(give_back(folders, joined.network.name, id));
  (void)sys::raw::unlinkat(AT_FDCWD, cat(folders.state, "/networks/containers/", id, ".json").c_str(), 0);
  (void)sys::raw::unlinkat(
      AT_FDCWD, cat(folders.state, "/networks/containers/", id.substr(0, 12), ".slirp").c_str(), 0);
  return {};
}

Result<Record> connect(const Folders& folders, Record record, const Join& join, int space) {
  TRY(add_place(folders, record, join));
  TRY(write_record(folders, record));
  Joined& joined = record.joined.back();
  const std::vector<std::string> names = {joined.network.name};
  auto done = take_place(folders, record, joined, join);
  if (done) done = write_record(folders, record);
  if (done) done = netavark_set_up(folders, record, names, space, {});
  if (!done) {
    (void)disconnect(folders, std::move(record), names.front(), space);
    return fail(std::move(done).error());
  }
  TRY(write_record(folders, record));
  return record;
}

Result<Record> disconnect(const Folders& folders, Record record, const std::string& network, int space) {
  const auto place = std::ranges::find_if(
      record.joined, [&](const Joined& joined) { return joined.network.name == network; });
  if (place == record.joined.end())
    return fail(Error::make(Kind::not_found, cat("the container is not in network ", network)));
  if (auto down = take_down_places(folders, record, {network}, space); !down)
    MASU_DEBUG(down.error().message());
  TRY(give_back(folders, network, record.id));
  record.joined.erase(place);
  TRY(write_record(folders, record));
  return record;
}

}  // namespace masu::network
