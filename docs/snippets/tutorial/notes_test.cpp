// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "notes.hpp"

#include "support/catch.hpp"

#include <anode/testing.hpp>

namespace testing = anode::testing;

namespace {

// [fixture]
struct notes_service {
  testing::event_loop loop;
  testing::origin wiki{loop};
  notes all{http::agent{loop.get_executor(), {.create_connection = wiki.connections()}}};
  http::server server{loop.get_executor()};
  testing::peer client = [this] {
    web::router app;
    all.add_routes(app);
    server.on_request(app);
    return loop.connect(server);
  }();

  void request(std::string_view line, std::string_view body = {}) {
    client.send(std::string(line) + " HTTP/1.1\r\nHost: a\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
  }
};
// [fixture]

}  // namespace

// [test]
TEST_CASE("tutorial: a note is stored and shown") {
  notes_service f;
  f.request("POST /notes", "buy tea");
  f.client.expect("HTTP/1.1 201 Created\r\nLocation: /notes/1\r\n");
  f.client.expect_until("\r\n\r\n1\n");
  f.request("GET /notes/1");
  f.client.expect_until("\r\n\r\nbuy tea");
  f.request("GET /notes/2");
  f.client.expect("HTTP/1.1 404 Not Found\r\n");
}

TEST_CASE("tutorial: a wiki that does not answer") {
  notes_service f;
  f.request("POST /notes", "buy tea");
  f.client.take();
  f.request("POST /notes/1/publish");
  f.wiki[0].expect("PUT /pages/1 HTTP/1.1\r\n");
  f.client.expect_silence();
  f.loop.advance(std::chrono::seconds(5));  // the deadline of the request; no real time passes
  f.client.expect("HTTP/1.1 502 Bad Gateway\r\n");
  f.client.expect_until("ETIMEDOUT");
}
// [test]

TEST_CASE("tutorial: notes are listed and published") {
  notes_service f;
  f.request("POST /notes", "one");
  f.request("POST /notes", "two");
  f.client.take();
  f.request("GET /notes");
  CHECK(f.client.take().find("1: one\n") != std::string::npos);
  f.request("POST /notes/2/publish");
  f.wiki[0].expect_until("\r\n\r\ntwo");
  f.wiki[0].send("HTTP/1.1 204 No Content\r\n\r\n");
  f.client.expect_until("the wiki says 204\n");
}
