// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "support/catch.hpp"
#include "unit/web/files/temporary_tree.hpp"
#include "unit/web/middleware/coded_answer.hpp"

#include <anode/web/compress.hpp>
#include <anode/web/files.hpp>
#include <anode/web/gzip.hpp>
#include <anode/web/security.hpp>

#include <chrono>
#include <functional>
#include <new>

namespace unit_web_middleware_compress {

namespace http = anode::http;
namespace net = boost::asio;
namespace web = anode::web;
using test_web::answer;
using test_web::app_fixture;
using test_web::content_of;

namespace {

constexpr std::string_view accepts = "Accept-Encoding: gzip\r\n";
web::codings const known{web::gzip()};

/// A router behind `compress`, whose route "/" calls `send`.
struct coded_fixture : app_fixture {
  std::function<void(web::context&)> send = [](web::context& c) { c.send(sample_text(5000)); };

  explicit coded_fixture(web::compress_options const& options = web::compress_options()) {
    app.use(web::compress(known, options));
    app.get("/", [this](web::context& c) { send(c); });
  }

  answer ask_coded(std::string_view method = "GET") { return ask(method, "/", accepts); }
};

/// Asks for "/a.txt". The file can be read on another thread.
answer ask_file(app_fixture& f, std::string const& lines) {
  auto client = f.connect();
  client.send(app_fixture::request("GET", "/a.txt", lines + "Connection: close\r\n"));
  std::string bytes = client.take();
  while (!client.ended() && f.loop.context().run_one_for(std::chrono::seconds(20)) != 0) {
    bytes += client.take();
  }
  return app_fixture::parse(bytes + client.take());
}

}  // namespace

TEST_CASE("compress: a body is encoded for clients that accept it", "[web][compress]") {
  coded_fixture f;
  answer const coded = f.ask_coded();
  CHECK(coded.status == 200);
  CHECK(coded.header("Content-Encoding") == "gzip");
  CHECK(coded.header("Vary") == "Accept-Encoding");
  CHECK(coded.header("Content-Type") == "text/plain; charset=utf-8");
  // A body that is passed whole has the length of the output.
  CHECK(coded.header("Content-Length") == std::to_string(coded.body.size()));
  CHECK(coded.body.size() < 2500);
  CHECK(content_of(coded, known) == sample_text(5000));

  for (std::string_view const other :
       {"", "Accept-Encoding: br\r\n", "Accept-Encoding: identity, gzip;q=0.5\r\n",
        "Accept-Encoding: gzip;q=0\r\n"}) {
    CAPTURE(other);
    answer const plain = f.ask("GET", "/", other);
    CHECK(plain.header("Content-Encoding") == "none");
    CHECK(plain.header("Vary") == "Accept-Encoding");
    CHECK(plain.body == sample_text(5000));
  }
}

TEST_CASE("compress: bodies of unknown length are encoded in pieces", "[web][compress]") {
  app_fixture f;
  f.app.use(web::compress(known));
  f.app.get("/", [](web::context& c) -> net::awaitable<void> {
    c.type("application/json");
    for (int i = 0; i != 50; ++i) {
      co_await c.write(sample_text(3000));
    }
  });
  f.app.get(
      "/core", [](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
        http::header_list const headers{"Content-Type", "text/html", "Content-Length", "3000"};
        res.write_head(200, headers);
        co_await res.write(sample_text(1000));
        co_await res.end(sample_text(2000));
      });
  answer const pieces = f.ask("GET", "/", accepts);
  CHECK(pieces.header("Transfer-Encoding") == "chunked");
  std::string expected;
  for (int i = 0; i != 50; ++i) {
    expected += sample_text(3000);
  }
  CHECK(content_of(pieces, known) == expected);
  // A handler of http::server, which knows nothing of the layer.
  answer const core = f.ask("GET", "/core", accepts);
  CHECK(core.header("Content-Encoding") == "gzip");
  CHECK(core.header("Content-Length") == "none");
  CHECK(content_of(core, known) == sample_text(1000) + sample_text(2000));
}

TEST_CASE("compress: what is not encoded", "[web][compress]") {
  coded_fixture f;
  auto const plain = [&](std::function<void(web::context&)> send, std::string_view vary) {
    f.send = std::move(send);
    answer const a = f.ask_coded();
    CHECK(a.header("Vary") == vary);
    CHECK(a.header("ETag") != "W/\"x\"");
    return a;
  };
  std::string const text = sample_text(4000);
  auto const is_plain = [&](answer const& a) {
    return a.header("Content-Encoding") == "none" && a.body == text;
  };
  CHECK(plain([](web::context& c) { c.send(std::string(1023, 'a')); }, "none")
            .header("Content-Encoding") == "none");
  CHECK(is_plain(plain([&](web::context& c) { c.type("image/png").send(text); }, "none")));
  CHECK(is_plain(
      plain([&](web::context& c) { c.set("Cache-Control", "public, No-Transform").send(text); },
            "none")));
  CHECK(is_plain(
      plain([&](web::context& c) { c.set("Repr-Digest", "sha-256=:x:").send(text); }, "none")));
  CHECK(is_plain(plain(
      [&](web::context& c) {
        web::no_compress(c);
        c.send(text);
      },
      "none")));
  answer const coded = plain(
      [&](web::context& c) { c.set("Content-Encoding", "br").set("ETag", "\"x\"").send(text); },
      "none");
  CHECK(coded.header("Content-Encoding") == "br");
  CHECK(coded.body == text);
  CHECK(plain([](web::context& c) { c.status(204).end(); }, "none").status == 204);
  CHECK(is_plain(plain(
      [&](web::context& c) {
        c.status(206).set("Content-Range", "bytes 0-3999/9000").set("ETag", "\"x\"").send(text);
      },
      "Accept-Encoding")));
}

TEST_CASE("compress: a response to HEAD has the headers of GET, without a length",
          "[web][compress]") {
  coded_fixture f;
  f.send = [](web::context& c) { c.set("ETag", "\"x\"").send(sample_text(5000)); };
  answer const head = f.ask_coded("HEAD");
  CHECK(head.status == 200);
  CHECK(head.body.empty());
  CHECK(head.header("Content-Encoding") == "none");
  CHECK(head.header("Content-Length") == "none");
  CHECK(head.header("Vary") == "Accept-Encoding");
  CHECK(head.header("ETag") == "W/\"x\"");
  answer const plain = f.ask("HEAD", "/");
  CHECK(plain.header("Content-Length") == "5000");
  CHECK(plain.header("Vary") == "Accept-Encoding");
  CHECK(plain.header("ETag") == "\"x\"");
}

TEST_CASE("compress: the entity tag of an encoded body is weak, also in 304", "[web][compress]") {
  temporary_tree tree;
  tree.write("a.txt", sample_text(300'000));
  app_fixture f;
  f.app.use(web::cors(web::cors_options()));
  f.app.use(web::compress(known));
  f.app.get("/{path...}", web::files(tree.root()));
  answer const plain = ask_file(f, "");
  std::string const tag = plain.header("ETag");
  CHECK(plain.header("Content-Length") == "300000");
  CHECK(plain.header("Accept-Ranges") == "bytes");
  CHECK(plain.body == sample_text(300'000));

  std::string const lines(accepts);
  answer const coded = ask_file(f, lines);
  CHECK(coded.header("ETag") == "W/" + tag);
  CHECK(coded.header("Accept-Ranges") == "none");
  CHECK(coded.header("Content-Length") == "none");
  CHECK(coded.header("Vary") == "Origin, Accept-Encoding");
  CHECK(content_of(coded, known) == sample_text(300'000));

  answer const weak = ask_file(f, lines + "If-None-Match: W/" + tag + "\r\n");
  CHECK(weak.status == 304);
  CHECK(weak.header("ETag") == "W/" + tag);
  CHECK(weak.header("Vary") == "Origin, Accept-Encoding");
  CHECK(weak.header("Content-Encoding") == "none");
  answer const strong = ask_file(f, lines + "If-None-Match: " + tag + "\r\n");
  CHECK(strong.status == 304);
  CHECK(strong.header("ETag") == tag);

  answer const part = ask_file(f, lines + "Range: bytes=10-19\r\n");
  CHECK(part.status == 206);
  CHECK(part.header("ETag") == tag);
  CHECK(part.header("Vary") == "Origin, Accept-Encoding");
  CHECK(part.body == sample_text(300'000).substr(10, 10));
  // A part of the encoded body does not exist.
  answer const whole =
      ask_file(f, lines + "Range: bytes=10-19\r\nIf-Range: " + coded.header("ETag") + "\r\n");
  CHECK(whole.status == 200);
  CHECK(content_of(whole, known) == sample_text(300'000));
}

TEST_CASE("compress: a layer in front sees the encoded head and its facts", "[web][compress]") {
  app_fixture f;
  std::string seen;
  std::uint64_t bytes = 0;
  f.app.use([&](web::context& c, web::next next) -> net::awaitable<void> {
    c.res().on_head([&, self = &c](std::optional<std::uint64_t>) {
      for (std::string_view const name : {"Content-Encoding", "Vary", "ETag"}) {
        auto const value = self->res().get_header(name);
        seen += (value ? value->text() : "none") + ";";
      }
    });
    c.on_done([&](web::context&, web::done_facts const& facts) { bytes = facts.body_bytes; });
    return next();
  });
  f.app.use(web::compress(known));
  f.app.get("/",
            [](web::context& c) { c.set("ETag", "\"x\"").vary("Cookie").send(sample_text(9000)); });
  answer const a = f.ask("GET", "/", accepts);
  CHECK(seen == "gzip;Cookie, Accept-Encoding;W/\"x\";");
  CHECK(bytes == a.body.size());
  CHECK(content_of(a, known) == sample_text(9000));
}

TEST_CASE("compress: two layers encode once", "[web][compress]") {
  coded_fixture f;
  f.app.use(web::compress(known));
  answer const a = f.ask_coded();
  CHECK(a.header("Content-Encoding") == "gzip");
  CHECK(a.header("Vary") == "Accept-Encoding");
  CHECK(content_of(a, known) == sample_text(5000));
}

TEST_CASE("compress: errors behind the layer are encoded as other responses", "[web][compress]") {
  coded_fixture f;
  f.send = [](web::context& c) {
    c.set("Content-Encoding", "x").set("ETag", "\"x\"");
    throw web::http_error(404, std::string(3000, 'a'));
  };
  answer const a = f.ask_coded();
  CHECK(a.status == 404);
  CHECK(a.header("Content-Encoding") == "gzip");
  CHECK(content_of(a, known).find(std::string(3000, 'a')) != std::string::npos);
  f.send = [](web::context&) { throw std::runtime_error("x"); };
  answer const small = f.ask_coded();
  CHECK(small.status == 500);
  CHECK(small.header("Content-Encoding") == "none");
  CHECK(f.errors.size() == 1);
}

TEST_CASE("compress: flush sends what is written so far", "[web][compress]") {
  app_fixture f;
  f.app.use(web::compress(known));
  web::context* open = nullptr;
  f.app.get("/", [&](web::context& c) {
    c.type("text/plain");
    open = &c;
    c.write("first");
  });
  auto client = f.connect();
  client.send(app_fixture::request("GET", "/", accepts));
  std::string const head = client.expect_until("\r\n\r\n");
  CHECK(head.find("Content-Encoding: gzip\r\n") != std::string::npos);
  std::string received = client.take();
  REQUIRE(open != nullptr);
  web::content_decoder decoder(known, "gzip");
  std::string text;
  auto const receive = [&] {
    received += client.take();
    std::string body;
    while (!received.empty()) {
      std::size_t const line = received.find("\r\n");
      std::size_t const size = std::stoul(received, nullptr, 16);
      body += received.substr(line + 2, size);
      received.erase(0, line + 2 + size + 2);
    }
    decoder.feed(body);
    for (auto data = decoder.next(); !data.empty(); data = decoder.next()) {
      text += data;
    }
  };
  receive();
  CHECK(text.empty());
  open->res().flush();
  receive();
  CHECK(text == "first");
  // Nothing was written since.
  open->res().flush();
  open->res().flush();
  client.expect_silence();
  open->write(" second");
  open->res().flush();
  receive();
  CHECK(text == "first second");
  open->end();
  receive();
  decoder.finish();
}

TEST_CASE("compress: the options choose sizes and types", "[web][compress]") {
  coded_fixture f(web::compress_options().smallest(10).types(
      [](std::string_view type) { return type == "x/y"; }));
  f.send = [](web::context& c) { c.type("x/y").send("aaaaaaaaaa"); };
  CHECK(f.ask_coded().header("Content-Encoding") == "gzip");
  f.send = [](web::context& c) { c.type("x/y").send("aaaaaaaaa"); };
  CHECK(f.ask_coded().header("Content-Encoding") == "none");
  f.send = [](web::context& c) { c.send(sample_text(3000)); };
  CHECK(f.ask_coded().header("Content-Encoding") == "none");
}

TEST_CASE("compress: without a coding that can encode, nothing changes", "[web][compress]") {
  for (web::codings const& none : {web::codings(), web::codings{web::deflate()}}) {
    app_fixture f;
    f.app.use(web::compress(none));
    f.app.get("/", [](web::context& c) { c.send(sample_text(5000)); });
    answer const a = f.ask("GET", "/", "Accept-Encoding: gzip, deflate\r\n");
    CHECK(a.header("Vary") == "none");
    CHECK(a.body == sample_text(5000));
  }
}

TEST_CASE("compress: an encoder that fails closes the connection and is reported",
          "[web][compress]") {
  struct failing_encoder final : web::encoder {
    void encode(std::string_view, mode, std::string&) override { throw std::bad_alloc(); }
  };
  web::coding const failing(
      "gzip", 0, 1, 1,
      [](int) -> std::unique_ptr<web::encoder> { return std::make_unique<failing_encoder>(); },
      nullptr);
  app_fixture f;
  f.app.use(web::compress(web::codings{failing}));
  f.app.get("/",
            [](web::context& c) -> net::awaitable<void> { co_await c.send(sample_text(5000)); });
  auto client = f.connect();
  client.send(app_fixture::request("GET", "/", accepts));
  CHECK(client.take().empty());
  CHECK(client.ended());
  CHECK(f.errors == std::vector<std::string>{std::bad_alloc().what()});
}

TEST_CASE("compress: a client that leaves in the middle frees the encoder", "[web][compress]") {
  app_fixture f;
  f.app.use(web::compress(known));
  int ended = 0;
  f.app.get("/", [&](web::context& c) -> net::awaitable<void> {
    c.on_done([&](web::context&, web::done_facts const& facts) { ended += facts.aborted ? 1 : 0; });
    c.type("text/plain");
    while (true) {
      co_await c.write(noise(50'000));
    }
  });
  {
    auto client = f.connect();
    client.stop_listening();
    client.send(app_fixture::request("GET", "/", accepts));
    client.reset();
  }
  f.loop.settle();
  CHECK(ended == 1);
  CHECK(f.errors.empty());
}

}  // namespace unit_web_middleware_compress
