// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "support/catch.hpp"
#include "unit/web/files/temporary_tree.hpp"

#include <anode/incoming_message.hpp>
#include <anode/server.hpp>
#include <anode/testing.hpp>
#include <anode/web/files.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace anode::test {

/// A response, split.
struct response {
  int status = 0;
  std::string head{};
  std::string body{};

  /// The value of a header; "-" if it is absent.
  std::string header(std::string_view name) const {
    std::size_t const at = head.find("\r\n" + std::string(name) + ": ");
    if (at == std::string::npos) {
      return "-";
    }
    std::size_t const begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
};

inline response parse(std::string_view bytes) {
  response r;
  std::size_t const end = bytes.find("\r\n\r\n");
  REQUIRE(end != std::string_view::npos);
  r.head = bytes.substr(0, end + 2);
  r.body = bytes.substr(end + 4);
  r.status = std::stoi(r.head.substr(9, 3));
  return r;
}

/// A directory and a server of its files.
class files_fixture {
public:
  temporary_tree tree;
  anode::testing::event_loop loop;
  http::server server{loop.get_executor()};

  explicit files_fixture(web::files_options const& options = {}) {
    tree.write("a.txt", "hello world");
    tree.write("index.html", "<p>root</p>");
    tree.write("d/index.html", "<p>d</p>");
    tree.write("e/x.txt", "x");
    server.on_request(web::files(tree.root(), options));
  }

  /// All bytes that the server sends until it closes. Reads of files may run on other threads.
  std::string exchange(std::string_view request) {
    anode::testing::peer peer = loop.connect(server, 1U << 20U);
    peer.send(request);
    std::string bytes = peer.take();
    while (!peer.ended() && loop.context().run_one_for(std::chrono::seconds(20)) != 0) {
      bytes += peer.take();
    }
    bytes += peer.take();
    CHECK(peer.ended());
    return bytes;
  }

  response get(std::string_view target, std::string_view fields = "",
               std::string_view method = "GET") {
    std::string request(method);
    request.append(" ").append(target).append(" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n");
    return parse(exchange(request.append(fields).append("\r\n")));
  }
};

inline std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  std::uint32_t random = 7;
  std::ranges::generate(text, [&random] {
    random = random * 1664525 + 1013904223;
    return static_cast<char>(random >> 24U);
  });
  return text;
}

}  // namespace anode::test
