// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Layers with all codings.
#include "support/catch.hpp"
#include "unit/web/middleware/coded_answer.hpp"

#include <anode/web/brotli.hpp>
#include <anode/web/compress.hpp>
#include <anode/web/event_stream.hpp>
#include <anode/web/gzip.hpp>
#include <anode/web/zstd.hpp>

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace behaviour_web_codings {

namespace net = boost::asio;
namespace web = anode::web;
using std::chrono::seconds;
using test_web::answer;
using test_web::app_fixture;

namespace {

web::codings const known{web::zstd(), web::brotli(), web::gzip(), web::deflate()};

/// Decodes the chunks of an open response.
class open_answer {
public:
  open_answer(anode::testing::peer& from, std::string_view coding)
      : from_(from), decoder_(known, coding) {}

  /// Returns what the client can decode now.
  std::string take() {
    received_ += from_.take();
    std::string text;
    while (!received_.empty()) {
      std::size_t const line = received_.find("\r\n");
      std::size_t const size = std::stoul(received_, nullptr, 16);
      std::string const chunk = received_.substr(line + 2, size);
      received_.erase(0, line + 2 + size + 2);
      decoder_.feed(chunk);
      for (auto data = decoder_.next(); !data.empty(); data = decoder_.next()) {
        text += data;
      }
    }
    return text;
  }

private:
  anode::testing::peer& from_;
  web::content_decoder decoder_;
  std::string received_;
};

/// A router with a stream of events.
struct events_app : app_fixture {
  net::steady_timer news{loop.context(), net::steady_timer::time_point::max()};
  std::function<void(web::event_stream&)> send = [](web::event_stream&) {};
  int ended = 0;

  explicit events_app(web::compress_options const& options = web::compress_options()) {
    app.use(web::compress(known, options));
    app.get("/", [this](web::context& c) -> net::awaitable<void> {
      web::event_stream events(c);
      while (events.open()) {
        send(events);
        co_await events.wait(news);
      }
      ++ended;
    });
  }
};

}  // namespace

TEST_CASE("web codings: the best coding that a client accepts", "[web]") {
  app_fixture f;
  f.app.use(web::compress(known));
  f.app.get("/", [](web::context& c) { c.send(sample_text(20'000)); });
  auto const coding_for = [&](std::string const& accept) {
    answer const a = f.ask("GET", "/", "Accept-Encoding: " + accept + "\r\n");
    CHECK(test_web::content_of(a, known) == sample_text(20'000));
    CHECK(a.header("Vary") == "Accept-Encoding");
    return a.header("Content-Encoding");
  };
  CHECK(coding_for("gzip, deflate, br, zstd") == "zstd");
  CHECK(coding_for("gzip, deflate, br") == "br");
  CHECK(coding_for("gzip, deflate") == "gzip");
  CHECK(coding_for("deflate") == "none");
  CHECK(coding_for("zstd;q=0.5, gzip;q=0.9") == "gzip");
  CHECK(coding_for("*") == "zstd");
  CHECK(coding_for("zstd;q=0, *") == "br");
  CHECK(coding_for("identity") == "none");
}

TEST_CASE("web codings: request bodies in every coding, also several", "[web]") {
  app_fixture f;
  f.app.use(web::decompress(known));
  f.app.post("/", [](web::context& c) -> net::awaitable<void> {
    std::string const text = co_await c.text();
    co_await c.send(std::to_string(text.size()));
  });
  auto const post = [&](std::string const& coding, std::string_view body) {
    return f.ask("POST", "/", "Content-Encoding: " + coding + "\r\n", body).text();
  };
  std::string const text = sample_text(30'000);
  for (web::coding const& inner : known) {
    if (!inner.can_encode()) {
      continue;
    }
    std::string const name(inner.name());
    std::string const body = encoded(inner, text);
    CHECK(post(name, body) == "200 30000");
    CHECK(post(name, body.substr(0, body.size() - 1)).starts_with("400 "));
    for (web::coding const& outer : known) {
      if (outer.can_encode()) {
        std::string const both = name + ", " + std::string(outer.name());
        CHECK(post(both, encoded(outer, body)) == "200 30000");
        CHECK(post("gzip, " + both, encoded(outer, body)).starts_with("415 "));
      }
    }
  }
}

TEST_CASE("web codings: bombs of every coding stop within the caps", "[web]") {
  app_fixture f;
  std::size_t read = 0;
  f.app.use(web::decompress(known));
  f.app.post("/", [&](web::context& c) -> net::awaitable<void> {
    while (auto const piece = co_await c.read()) {
      read += piece->size();
    }
    co_await c.send("read");
  });
  std::string const zeros(64U << 20U, '\0');
  for (web::coding const& inner : known) {
    if (!inner.can_encode()) {
      continue;
    }
    std::string const bomb = encoded(inner, zeros);
    std::string const name(inner.name());
    read = 0;
    CHECK(f.ask("POST", "/", "Content-Encoding: " + name + "\r\n", bomb).status == 413);
    CHECK(read <= (32U << 20U));
    for (web::coding const& outer : known) {
      if (outer.can_encode()) {
        read = 0;
        std::string const lines =
            "Content-Encoding: " + name + ", " + std::string(outer.name()) + "\r\n";
        CHECK(f.ask("POST", "/", lines, encoded(outer, bomb)).status == 413);
        CHECK(read <= (32U << 20U));
      }
    }
  }
  CHECK(f.errors.empty());
}

TEST_CASE("web codings: events are sent one by one in every coding", "[web]") {
  for (std::string const coding : {"gzip", "br", "zstd"}) {
    CAPTURE(coding);
    events_app f;
    auto client = f.connect();
    client.send(app_fixture::request("GET", "/", "Accept-Encoding: " + coding + "\r\n"));
    std::string const head = client.expect_until("\r\n\r\n");
    CHECK(head.find("Content-Encoding: " + coding + "\r\n") != std::string::npos);
    CHECK(head.find("Vary: Accept-Encoding\r\n") != std::string::npos);
    open_answer stream(client, coding);
    CHECK(stream.take().empty());
    f.send = [](web::event_stream& events) { events.send("one"); };
    f.news.cancel();
    CHECK(stream.take() == "data: one\n\n");
    f.send = [](web::event_stream& events) {
      events.send("two");
      events.comment("three");
    };
    f.news.cancel();
    CHECK(stream.take() == "data: two\n\n: three\n\n");
    f.send = [](web::event_stream&) {};
    f.loop.advance(seconds(15));
    CHECK(stream.take() == ":\n\n");
    client.close();
    f.loop.settle();
    CHECK(f.ended == 1);
    CHECK(f.errors.empty());
  }
}

TEST_CASE("web codings: events are not encoded if an option says so", "[web]") {
  events_app f(web::compress_options().events(false));
  f.send = [](web::event_stream& events) { events.send("one"); };
  auto client = f.connect();
  client.send(app_fixture::request("GET", "/", "Accept-Encoding: gzip\r\n"));
  std::string const head = client.expect_until("\r\n\r\n");
  CHECK(head.find("Content-Encoding") == std::string::npos);
  CHECK(head.find("Vary") == std::string::npos);
  client.expect("b\r\ndata: one\n\n\r\n");
}

TEST_CASE("web codings: a client that accepts no encoded events is cut", "[web]") {
  events_app f;
  f.send = [](web::event_stream& events) { events.send(noise(30'000)); };
  f.connect();
  auto client = f.loop.connect(*f.server, 1000);
  client.stop_listening();
  client.send(app_fixture::request("GET", "/", "Accept-Encoding: gzip\r\n"));
  f.loop.advance(seconds(59));
  CHECK(f.ended == 0);
  f.loop.advance(seconds(20));
  CHECK(f.ended == 1);
}

}  // namespace behaviour_web_codings
