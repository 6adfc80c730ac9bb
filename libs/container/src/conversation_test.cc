// SPDX-License-Identifier: Apache-2.0
//
// Both sides of protocol.h over a real socket pair: the parent's Conversation against the child's say() and
// hear().
#include "conversation.h"

#include "child.h"
#include "masu/sys/raw.h"
#include "masu/sys/socket.h"
#include "test_support.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <type_traits>

#include <sys/socket.h>
#include <unistd.h>

namespace masu::container {
namespace {

static_assert(sizeof(Message) == 256 && std::is_trivially_copyable_v<Message>);
static_assert(sizeof(Progress) <= 4096, "one page");
static_assert(static_cast<unsigned>(Step::last) < UINT16_MAX);

class ConversationTest : public testing::Test {
 protected:
  ConversationTest() {
    auto [parent, child] = std::move(*sys::socket_pair());
    talk_ = Conversation(std::move(parent), nullptr, progress_.get());
    child_end_ = std::move(child);
    child_.sync = child_end_.get();
  }
  std::optional<Message> next(sys::Fd* fd = nullptr) {
    auto message = talk_.next(fd);
    EXPECT_TRUE(message) << message.error().message();
    return message ? *message : std::nullopt;
  }
  ProcessPlan process_;
  ProgressPage progress_ = std::move(*ProgressPage::make());
  Child child_{process_, *progress_.get()};
  sys::Fd child_end_;
  Conversation talk_;
};

TEST_F(ConversationTest, TheChildSpeaks) {
  child_.at(Step::sysctl, 7);
  child_.explain("words");
  ASSERT_EQ(say(child_, Word::failure, EPERM), 0);
  const auto message = next();
  ASSERT_TRUE(message);
  EXPECT_EQ(message->word, Word::failure);
  EXPECT_EQ(message->step, Step::sysctl);
  EXPECT_EQ(message->index, 7);
  EXPECT_EQ(message->value, EPERM);
  EXPECT_STREQ(message->detail, "words");
}

TEST_F(ConversationTest, ANewStepForgetsTheDetailAndKeepsTheFirstTime) {
  child_.at(Step::mount, 0);
  child_.explain("of the first");
  const auto first = progress_.get()->reached[static_cast<unsigned>(Step::mount)];
  child_.at(Step::mount, 1);
  EXPECT_STREQ(child_.detail, "");
  EXPECT_EQ(progress_.get()->index, 1);
  EXPECT_EQ(progress_.get()->step, static_cast<unsigned>(Step::mount));
  EXPECT_GT(first, 0);
  EXPECT_EQ(progress_.get()->reached[static_cast<unsigned>(Step::mount)], first);
}

TEST_F(ConversationTest, TheChildHears) {
  ASSERT_TRUE(talk_.say(Word::maps_written));
  EXPECT_EQ(hear(child_, Word::maps_written), 0);
  ASSERT_TRUE(talk_.say(Word::wait));
  EXPECT_EQ(hear(child_, Word::proceed), -EPROTO);
  ASSERT_TRUE(talk_.say(Word::wait));
  Word heard = Word::failure;
  EXPECT_EQ(hear(child_, Word::proceed, &heard), 0);
  EXPECT_EQ(heard, Word::wait);
  talk_ = Conversation();
  EXPECT_EQ(hear(child_, Word::proceed), -EPIPE);  // the parent is gone
}

TEST_F(ConversationTest, EndOfFileIsNoMessage) {
  ASSERT_EQ(say(child_, Word::ready), 0);
  child_end_.reset();
  EXPECT_EQ(next()->word, Word::ready);
  EXPECT_FALSE(next());
  EXPECT_TRUE(talk_.say(Word::proceed));  // not an error: next() says what has become of the child
}

// The child has gone with our word unread: the kernel tells that first, and its own last words after it.
TEST_F(ConversationTest, LastWordsAreHeardAfterAReset) {
  ASSERT_TRUE(talk_.say(Word::cgroups));
  ASSERT_EQ(say(child_, Word::failure, ENOMEM), 0);
  child_end_.reset();
  const auto message = next();
  ASSERT_TRUE(message);
  EXPECT_EQ(message->value, ENOMEM);
  EXPECT_FALSE(next());
}

// … and so it is for one whom we tell something that it does not live to hear.
TEST_F(ConversationTest, LastWordsAreHeardAfterWeSpokeToTheDead) {
  ASSERT_TRUE(talk_.say(Word::cgroups));
  ASSERT_EQ(say(child_, Word::failure, ENOMEM), 0);
  child_end_.reset();
  EXPECT_TRUE(talk_.say(Word::wait));
  EXPECT_TRUE(talk_.say(Word::wait));
  const auto message = next();
  ASSERT_TRUE(message);
  EXPECT_EQ(message->value, ENOMEM);
  EXPECT_FALSE(next());
}

TEST_F(ConversationTest, ATornMessageIsAnError) {
  ASSERT_EQ(send(child_end_.get(), "short", 5, 0), 5);
  const auto message = talk_.next();
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().kind(), Kind::internal);
}

TEST_F(ConversationTest, ATornWordIsAnErrorToTheChild) {
  auto [ours, theirs] = std::move(*sys::socket_pair());
  child_.sync = theirs.get();
  ASSERT_EQ(send(ours.get(), "short", 5, 0), 5);
  EXPECT_EQ(hear(child_, Word::proceed), -EPROTO);
}

TEST_F(ConversationTest, TheDetailAlwaysEnds) {
  Message message;
  message.word = Word::failure;
  memset(message.detail, 'x', sizeof message.detail);
  ASSERT_EQ(send(child_end_.get(), &message, sizeof message, 0), static_cast<ssize_t>(sizeof message));
  EXPECT_EQ(strlen(next()->detail), sizeof message.detail - 1);
}

TEST_F(ConversationTest, WarningsAreLoggedAndSkipped) {
  child_.at(Step::loopback);
  warn(child_, -EAFNOSUPPORT);
  ASSERT_EQ(say(child_, Word::ready), 0);
  EXPECT_EQ(next()->word, Word::ready);
}

TEST_F(ConversationTest, FdsGoBothWays) {
  int pipe[2];
  ASSERT_EQ(pipe2(pipe, O_CLOEXEC), 0);
  ASSERT_EQ(say(child_, Word::console, 0, pipe[1]), 0);
  close(pipe[1]);
  sys::Fd fd;
  EXPECT_EQ(next(&fd)->word, Word::console);
  ASSERT_TRUE(fd.valid());
  EXPECT_TRUE(fcntl(fd.get(), F_GETFD) & FD_CLOEXEC);
  EXPECT_EQ(write(fd.get(), "x", 1), 1);
  fd.reset();
  close(pipe[0]);

  std::vector<int> many(kMaxCgroupFds, child_end_.get());
  ASSERT_TRUE(talk_.say(Word::cgroups, many));
  Message message;
  int received[kMaxCgroupFds];
  std::size_t count = 0;
  EXPECT_EQ(sys::receive_with_fds(child_end_.get(), &message, sizeof message, received, &count), 256);
  EXPECT_EQ(count, many.size());
  for (std::size_t i = 0; i < count; ++i) close(received[i]);
  many.push_back(child_end_.get());
  EXPECT_FALSE(talk_.say(Word::cgroups, many));
}

TEST_F(ConversationTest, AnUnwantedFdIsClosed) {
  int pipe[2];
  ASSERT_EQ(pipe2(pipe, O_CLOEXEC), 0);
  ASSERT_EQ(say(child_, Word::console, 0, pipe[1]), 0);
  close(pipe[1]);
  EXPECT_EQ(next()->word, Word::console);
  char byte;
  EXPECT_EQ(read(pipe[0], &byte, 1), 0);  // nobody has the other end any more
  close(pipe[0]);
}

// die(): the last word, and the end of the process.
TEST_F(ConversationTest, AFailureEndsTheChild) {
  const pid_t pid = fork();
  if (pid == 0) {
    child_.at(Step::hostname);
    check(child_, 0);
    check(child_, 5);
    check(child_, -EPERM);
    _exit(0);
  }
  child_end_.reset();
  int status = 0;
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 1);
  const auto message = next();
  ASSERT_TRUE(message);
  EXPECT_EQ(message->step, Step::hostname);
  EXPECT_EQ(message->value, EPERM);
  EXPECT_FALSE(next());
}

// close_foreign_fds() in a process of its own: what is left of a few fds, as a bit mask.
int left_after_closing(unsigned preserved, int sync, int listener,
                       std::array<int, 2> hook_output = {-1, -1}) {
  const pid_t pid = fork();
  if (pid == 0) {
    for (int fd = 3; fd < 10; ++fd) dup2(0, fd);
    sys::raw::close_range(10, ~0u, 0);
    ProcessPlan process;
    process.preserved_fds = preserved;
    Progress progress;
    Child child{process, progress};
    child.sync = sync;
    child.listener = listener;
    child.hook_output = hook_output;
    close_foreign_fds(child);
    int mask = 0;
    for (int fd = 3; fd < 10; ++fd) mask |= (fcntl(fd, F_GETFD) >= 0) << (fd - 3);
    _exit(mask);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return WEXITSTATUS(status);
}

TEST(CloseForeignFds, KeepsThePreservedTheSocketsAndWhatHooksPrintTo) {
  EXPECT_EQ(left_after_closing(0, 4, -1), 0b0000010);
  EXPECT_EQ(left_after_closing(0, 3, 9), 0b1000001);
  EXPECT_EQ(left_after_closing(0, 9, 3), 0b1000001);
  EXPECT_EQ(left_after_closing(0, 5, 6), 0b0001100);
  EXPECT_EQ(left_after_closing(2, 8, 6), 0b0101011);
  EXPECT_EQ(left_after_closing(4, 7, -1), 0b0011111);
  EXPECT_EQ(left_after_closing(0, 9, 5, {7, 3}), 0b1010101);
  EXPECT_EQ(left_after_closing(1, 5, -1, {-1, 8}), 0b0100101);
}

}  // namespace
}  // namespace masu::container
