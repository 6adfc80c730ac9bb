// SPDX-License-Identifier: Apache-2.0
#include "masu/container/mount_options.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

#include <sys/mount.h>

namespace masu::container {
namespace {

using Words = std::vector<std::string>;

MountOptions parse(const Words& words) { return parse_mount_options(words); }

struct Pair {
  const char* on;
  const char* off;
  unsigned long flag;
};
void PrintTo(const Pair& pair, std::ostream* out) { *out << pair.on << " and " << pair.off; }

class BothWays : public testing::TestWithParam<Pair> {};

TEST_P(BothWays, OfThisMount) {
  const auto& [on, off, flag] = GetParam();
  EXPECT_EQ(parse({on}).attributes.set, flag);
  EXPECT_EQ(parse({on}).attributes.clear, 0u);
  EXPECT_EQ(parse({off}).attributes.set, 0u);
  EXPECT_EQ(parse({off}).attributes.clear, flag);
  EXPECT_TRUE(parse({on}).recursive.empty());
}

TEST_P(BothWays, TheLaterWins) {
  const auto& [on, off, flag] = GetParam();
  EXPECT_EQ(parse({on, off}).attributes.set, 0u);
  EXPECT_EQ(parse({on, off}).attributes.clear, flag);
  EXPECT_EQ(parse({off, on}).attributes.set, flag);
  EXPECT_EQ(parse({off, on}).attributes.clear, 0u);
}

TEST_P(BothWays, OfAllMountsBelow) {
  const auto& [on, off, flag] = GetParam();
  const std::string recursive_on = std::string("r") + on;
  const std::string recursive_off = std::string("r") + off;
  EXPECT_EQ(parse({recursive_on}).recursive.set, flag);
  EXPECT_EQ(parse({recursive_off}).recursive.clear, flag);
  EXPECT_EQ(parse({recursive_on, recursive_off}).recursive.set, 0u);
  EXPECT_TRUE(parse({recursive_on}).attributes.empty());
}

INSTANTIATE_TEST_SUITE_P(MountOptions, BothWays,
                         testing::Values(Pair{"ro", "rw", MOUNT_ATTR_RDONLY},
                                         Pair{"nosuid", "suid", MOUNT_ATTR_NOSUID},
                                         Pair{"nodev", "dev", MOUNT_ATTR_NODEV},
                                         Pair{"noexec", "exec", MOUNT_ATTR_NOEXEC},
                                         Pair{"nodiratime", "diratime", MOUNT_ATTR_NODIRATIME},
                                         Pair{"nosymfollow", "symfollow", 0x00200000}));

struct Atime {
  const char* name;
  unsigned long kind;
};
void PrintTo(const Atime& atime, std::ostream* out) { *out << atime.name; }

class AtimeField : public testing::TestWithParam<Atime> {};

// mount_setattr(2): EINVAL unless the whole field is cleared together with a new kind.
TEST_P(AtimeField, IsClearedWhole) {
  const auto& [name, kind] = GetParam();
  const auto of_mount = parse({name}).attributes;
  EXPECT_EQ(of_mount.set, kind);
  EXPECT_EQ(of_mount.clear, static_cast<unsigned long>(MOUNT_ATTR__ATIME));
  const auto below = parse({std::string("r") + name}).recursive;
  EXPECT_EQ(below.set, kind);
  EXPECT_EQ(below.clear, static_cast<unsigned long>(MOUNT_ATTR__ATIME));
}

INSTANTIATE_TEST_SUITE_P(MountOptions, AtimeField,
                         testing::Values(Atime{"atime", MOUNT_ATTR_RELATIME},
                                         Atime{"noatime", MOUNT_ATTR_NOATIME},
                                         Atime{"relatime", MOUNT_ATTR_RELATIME},
                                         Atime{"norelatime", MOUNT_ATTR_RELATIME},
                                         Atime{"strictatime", MOUNT_ATTR_STRICTATIME},
                                         Atime{"nostrictatime", MOUNT_ATTR_RELATIME}));

TEST(MountOptions, AtimeKindsReplaceEachOther) {
  EXPECT_EQ(parse({"noatime", "strictatime"}).attributes.set, MOUNT_ATTR_STRICTATIME);
  EXPECT_EQ(parse({"strictatime", "noatime", "nodev"}).attributes.set, MOUNT_ATTR_NOATIME | MOUNT_ATTR_NODEV);
  EXPECT_EQ(parse({"noatime", "atime"}).attributes.set, 0u);
}

// mount_setattr(2) takes that for the atime field alone, and there it wants all or nothing of it.
TEST(MountOptions, NoTwoOptionsClearAndSetTheSameFlag) {
  constexpr unsigned long kAtime = MOUNT_ATTR__ATIME;
  const auto is_sound = [](const sys::MountAttributes& attributes) {
    const auto cleared = attributes.clear & kAtime;
    return (attributes.set & attributes.clear & ~kAtime) == 0 && (cleared == 0 || cleared == kAtime);
  };
  for (auto first : mount_option_names()) {
    for (auto second : mount_option_names()) {
      const auto parsed = parse({std::string(first), std::string(second)});
      EXPECT_TRUE(is_sound(parsed.attributes)) << first << "," << second;
      EXPECT_TRUE(is_sound(parsed.recursive)) << first << "," << second;
    }
  }
}

TEST(MountOptions, ReadOnlyIsTheLastWord) {
  EXPECT_TRUE(parse({"ro"}).read_only);
  EXPECT_FALSE(parse({"ro", "rw"}).read_only);
  EXPECT_TRUE(parse({"rw", "ro"}).read_only);
  EXPECT_FALSE(parse({"rro"}).read_only);
}

TEST(MountOptions, Propagation) {
  const std::pair<const char*, unsigned long> kinds[] = {
      {"private", MS_PRIVATE}, {"slave", MS_SLAVE}, {"shared", MS_SHARED}, {"unbindable", MS_UNBINDABLE}};
  for (const auto& [name, flag] : kinds) {
    EXPECT_EQ(parse({name}).propagation, flag);
    EXPECT_FALSE(parse({name}).propagation_recursive);
    EXPECT_EQ(parse({std::string("r") + name}).propagation, flag);
    EXPECT_TRUE(parse({std::string("r") + name}).propagation_recursive);
    EXPECT_FALSE(parse({std::string("r") + name, name}).propagation_recursive);
  }
}

TEST(MountOptions, Kinds) {
  EXPECT_FALSE(parse({}).bind);
  EXPECT_TRUE(parse({"bind"}).bind);
  EXPECT_FALSE(parse({"bind"}).recursive_bind);
  EXPECT_TRUE(parse({"rbind"}).bind);
  EXPECT_TRUE(parse({"rbind"}).recursive_bind);
  EXPECT_TRUE(parse({"rbind", "bind"}).recursive_bind);
  EXPECT_TRUE(parse({"remount"}).remount);
  EXPECT_TRUE(parse({"tmpcopyup"}).copy_up);
}

TEST(MountOptions, Links) {
  EXPECT_TRUE(parse({"copy-symlink"}).copy_symlink);
  EXPECT_TRUE(parse({"src-nofollow"}).source_nofollow);
  EXPECT_TRUE(parse({"dest-nofollow"}).destination_nofollow);
  const MountOptions none = parse({"bind"});
  EXPECT_FALSE(none.copy_symlink || none.source_nofollow || none.destination_nofollow);
}

TEST(MountOptions, FlagsOfTheFileSystemAreNoData) {
  for (const char* flag : {"sync", "async", "dirsync", "lazytime", "nolazytime", "mand", "nomand"})
    EXPECT_TRUE(is_file_system_flag(flag)) << flag;
  for (const char* other : {"ro", "bind", "size=1k", "nosuch", "rsync"})
    EXPECT_FALSE(is_file_system_flag(other)) << other;
  EXPECT_EQ(parse({"rsync", "rdirsync", "rmand"}).file_system, (Words{"sync", "dirsync", "mand"}));
}

TEST(MountOptions, IdMaps) {
  EXPECT_FALSE(parse({"bind"}).id_mapped);
  EXPECT_TRUE(parse({"idmap"}).id_mapped);
  EXPECT_FALSE(parse({"idmap"}).id_mapped_recursive);
  EXPECT_TRUE(parse({"ridmap"}).id_mapped_recursive);
  EXPECT_EQ(parse({"idmap=uids=0-1-2;gids=0-1-2"}).id_map, "uids=0-1-2;gids=0-1-2");
  EXPECT_EQ(parse({"ro=1"}).file_system, Words{"ro=1"});
}

TEST(MountOptions, TheRestIsForTheFileSystemInOrder) {
  EXPECT_EQ(parse({"size=64k", "ro", "sync", "mode=755", "", "unknown"}).file_system,
            (Words{"size=64k", "sync", "mode=755", "unknown"}));
  EXPECT_TRUE(parse({"defaults", "silent", "loud"}).file_system.empty());
  EXPECT_EQ(parse({"RO"}).file_system, Words{"RO"});
}

TEST(MountOptions, NamesAreSortedAndOnce) {
  const auto names = mount_option_names();
  EXPECT_TRUE(std::ranges::is_sorted(names));
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
  EXPECT_TRUE(std::ranges::binary_search(names, "rro"));
}

}  // namespace
}  // namespace masu::container
