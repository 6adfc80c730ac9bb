// SPDX-License-Identifier: Apache-2.0
#include "masu/http/response.h"

#include <gtest/gtest.h>

namespace masu::http {
namespace {

TEST(Response, CountsItsBody) {
  EXPECT_EQ(
      to_text({.body = "BYE\n", .type = "text/plain"}, false),
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nBYE\n");
  EXPECT_EQ(to_text({.status = 404, .body = "x", .type = "text/plain"}, true, true),
            "HTTP/1.1 404 Not Found\r\nConnection: keep-alive\r\nContent-Type: text/plain\r\nContent-Length: "
            "1\r\n\r\n");
  EXPECT_EQ(to_text({.status = 204}, true), "HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\n");
}

TEST(Response, ChunksAreHexadecimalAndNeverEmpty) {
  std::string out;
  append_chunk(out, std::string(26, 'z'));
  append_chunk(out, "");
  EXPECT_EQ(out, "1a\r\n" + std::string(26, 'z') + "\r\n");
}

}  // namespace
}  // namespace masu::http
