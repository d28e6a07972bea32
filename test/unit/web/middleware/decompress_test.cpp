// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "support/catch.hpp"
#include "unit/web/middleware/coded_answer.hpp"

#include <anode/error.hpp>
#include <anode/web/compress.hpp>
#include <anode/web/gzip.hpp>
#include <anode/web/limits.hpp>
#include <anode/web/multipart.hpp>

#include <map>

namespace unit_web_middleware_decompress {

namespace net = boost::asio;
namespace web = anode::web;
using test_web::answer;
using test_web::app_fixture;

namespace {

web::codings const known{web::gzip(), web::deflate()};

/// A router behind `decompress`, with a route for each way to read a body.
struct decoding_fixture : app_fixture {
  std::size_t read = 0;

  explicit decoding_fixture(web::decoding_limits const& limits = {}) {
    app.use(web::decompress(known, limits));
    app.post("/text", [](web::context& c) -> net::awaitable<void> {
      std::string const text = co_await c.text();
      co_await c.send(text);
    });
    app.post("/form", [](web::context& c) -> net::awaitable<void> {
      web::form_fields const form = co_await c.form();
      co_await c.send(form.value("a"));
    });
    app.post("/read", [this](web::context& c) -> net::awaitable<void> {
      while (auto const piece = co_await c.read()) {
        read += piece->size();
      }
      co_await c.send(std::to_string(read));
    });
    app.post("/ignored", [](web::context& c) { c.send("ignored"); });
  }

  answer post(std::string_view target, std::string_view body, std::string const& coding = "gzip",
              std::string const& lines = {}) {
    return ask("POST", target, "Content-Encoding: " + coding + "\r\n" + lines, body);
  }
};

/// A bomb: megabytes of zeros.
std::string bomb(std::size_t megabytes) {
  return encoded(web::gzip(9), std::string(megabytes << 20U, '\0'));
}

}  // namespace

TEST_CASE("decompress: coded bodies are read decoded", "[web][decompress]") {
  decoding_fixture f;
  std::string const text = sample_text(20'000);
  CHECK(f.post("/text", encoded(web::gzip(), text)).body == text);
  CHECK(f.post("/text", encoded(web::gzip(), text), "X-GZIP").body == text);
  CHECK(f.post("/text", encoded(web::gzip(), encoded(web::gzip(), text)), "gzip, gzip").body ==
        text);
  CHECK(f.post("/text", text, "identity").body == text);
  CHECK(f.ask("POST", "/text", "", text).body == text);
  CHECK(f.post("/form", encoded(web::gzip(), "a=%20b"), "gzip",
               "Content-Type: application/x-www-form-urlencoded\r\n")
            .body == " b");
  CHECK(f.post("/read", encoded(web::gzip(), text)).body == "20000");
  CHECK(f.post("/ignored", encoded(web::gzip(), text)).body == "ignored");
}

TEST_CASE("decompress: a body may come byte by byte", "[web][decompress]") {
  decoding_fixture f;
  std::string const body = encoded(web::gzip(), "hello hello hello");
  auto client = f.connect();
  client.send(app_fixture::request(
      "POST", "/text",
      "Content-Encoding: gzip\r\nContent-Length: " + std::to_string(body.size()) + "\r\n"));
  for (char const c : body) {
    client.send(std::string_view(&c, 1));
  }
  CHECK(app_fixture::parse(client.take()).text() == "200 hello hello hello");
}

TEST_CASE("decompress: a multipart body is read decoded", "[web][decompress]") {
  decoding_fixture f;
  std::map<std::string, std::string> fields;
  f.app.post("/multipart", [&](web::context& c) -> net::awaitable<void> {
    web::multipart form(c);
    while (auto part = co_await form.next()) {
      fields[std::string(part.name())] = co_await part.text();
    }
    c.status(204).end();
  });
  std::string const body =
      "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n"
      "--x\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\ntwo\r\n--x--\r\n";
  CHECK(f.post("/multipart", encoded(web::gzip(), body), "gzip",
               "Content-Type: multipart/form-data; boundary=x\r\n")
            .status == 204);
  CHECK(fields == std::map<std::string, std::string>{{"a", "one"}, {"b", "two"}});
}

TEST_CASE("decompress: an unknown coding, and too many, get 415", "[web][decompress]") {
  decoding_fixture f;
  for (std::string const coding : {"br", "gzip, br", "gzip, gzip, gzip", "compress", "gzip;q=1"}) {
    CAPTURE(coding);
    answer const a = f.post("/text", "x", coding);
    CHECK(a.status == 415);
    CHECK(a.header("Accept-Encoding") == "gzip, deflate");
    // Before the handler runs.
    CHECK(f.post("/ignored", "x", coding).status == 415);
  }
  app_fixture nothing;
  nothing.app.use(web::decompress(web::codings()));
  nothing.app.post("/", [](web::context& c) { c.send("x"); });
  answer const a = nothing.ask("POST", "/", "Content-Encoding: gzip\r\n", "x");
  CHECK(a.status == 415);
  CHECK(a.header("Accept-Encoding") == "identity");
}

TEST_CASE("decompress: a cut or malformed coding gets 400", "[web][decompress]") {
  decoding_fixture f;
  std::string const body = encoded(web::gzip(), sample_text(1024));
  for (std::size_t size = 1; size < body.size(); size += 13) {
    CAPTURE(size);
    CHECK(f.post("/text", body.substr(0, size)).status == 400);
  }
  for (std::string_view const target : {"/text", "/read"}) {
    answer const cut = f.post(target, body.substr(0, body.size() - 1));
    CHECK(cut.status == 400);
    CHECK(cut.body.find("ends in the middle") != std::string::npos);
    CHECK(f.post(target, "not coded at all").status == 400);
    CHECK(f.post(target, body + "x").status == 400);
  }
  // Nothing was read of a body without bytes: that is cut too.
  CHECK(f.ask("POST", "/text", "Content-Encoding: gzip\r\nContent-Length: 0\r\n").status == 400);
  CHECK(f.errors.empty());
}

TEST_CASE("decompress: a body over the caps gets 413", "[web][decompress]") {
  decoding_fixture f;
  std::string const one = bomb(48);
  CHECK(one.size() < 60'000);
  answer const a = f.post("/read", one);
  CHECK(a.status == 413);
  CHECK(a.body.find("too large") != std::string::npos);
  // The ratio stops it long before the cap on the output.
  CHECK(f.read <= 200 * one.size() + 128 * 1024);
  f.read = 0;
  std::string const nested = encoded(web::gzip(9), one);
  CHECK(nested.size() < 5000);
  CHECK(f.post("/read", nested, "gzip, gzip").status == 413);
  CHECK(f.read < 2'000'000);
  // The limits of the functions count decoded bytes.
  CHECK(f.post("/text", encoded(web::gzip(), noise((1U << 20U) + 1))).status == 413);
  CHECK(f.post("/text", encoded(web::gzip(), noise(1U << 20U))).status == 200);

  web::decoding_limits limits;
  limits.output = 1000;
  limits.codings = 1;
  decoding_fixture g(limits);
  CHECK(g.post("/read", encoded(web::gzip(), noise(1000))).status == 200);
  CHECK(g.post("/read", encoded(web::gzip(), noise(1001))).status == 413);
  CHECK(g.post("/read", encoded(web::gzip(), encoded(web::gzip(), "a")), "gzip, gzip").status ==
        415);
  CHECK(f.errors.empty());
}

TEST_CASE("decompress: the limit of a layer counts decoded bytes", "[web][decompress]") {
  decoding_fixture f;
  f.app.use(web::body_limit(5000));
  std::string const zeros(5001, '0');
  CHECK(f.post("/read", encoded(web::gzip(), zeros)).status == 413);
  CHECK(f.post("/text", encoded(web::gzip(), zeros)).status == 413);
  f.read = 0;
  CHECK(f.post("/read", encoded(web::gzip(), zeros.substr(1))).text() == "200 5000");
  CHECK(f.post("/text", encoded(web::gzip(), zeros.substr(1))).body == zeros.substr(1));
}

TEST_CASE("decompress: failures repeat, and a body is read once", "[web][decompress]") {
  app_fixture f;
  std::string log;
  f.app.use(web::decompress(known));
  f.app.post("/", [&](web::context& c) -> net::awaitable<void> {
    for (int i = 0; i != 2; ++i) {
      try {
        std::string const text = co_await c.text();
        log += text + ";";
      } catch (web::http_error const& e) {
        log += std::to_string(e.status()) + ";";
      } catch (anode::http::exception const& e) {
        log += std::string(e.code_name()) + ";";
      }
    }
    try {
      c.decode_body(known, {});
    } catch (anode::http::exception const& e) {
      log += e.code_name();
    }
    c.status(204).end();
  });
  CHECK(f.ask("POST", "/", "Content-Encoding: gzip\r\n", "xxxxxxxxxxx").status == 204);
  CHECK(log == "400;400;ERR_INVALID_STATE");
  log.clear();
  CHECK(f.ask("POST", "/", "Content-Encoding: gzip\r\n", encoded(web::gzip(), "abc")).status ==
        204);
  CHECK(log == "abc;ERR_INVALID_STATE;ERR_INVALID_STATE");
}

TEST_CASE("decompress: an inner layer replaces the limits of an outer one", "[web][decompress]") {
  decoding_fixture f;
  web::decoding_limits limits;
  limits.output = 100;
  web::layer const strict = web::decompress(known, limits);
  f.app.post("/strict", strict, [](web::context& c) -> net::awaitable<void> {
    std::string const text = co_await c.text();
    co_await c.send(text);
  });
  CHECK(f.post("/strict", encoded(web::gzip(), std::string(100, 'a'))).status == 200);
  CHECK(f.post("/strict", encoded(web::gzip(), std::string(101, 'a'))).status == 413);
  CHECK(f.post("/text", encoded(web::gzip(), std::string(101, 'a'))).status == 200);
}

TEST_CASE("decompress: a client that leaves in the middle of a body", "[web][decompress]") {
  app_fixture f;
  int failed = 0;
  f.app.use(web::decompress(known));
  f.app.post("/", [&](web::context& c) -> net::awaitable<void> {
    try {
      while (auto const piece = co_await c.read()) {
      }
    } catch (boost::system::system_error const&) {
      ++failed;
      throw;
    }
  });
  std::string const body = encoded(web::gzip(), sample_text(3000));
  {
    auto client = f.connect();
    client.send(
        app_fixture::request("POST", "/", "Content-Encoding: gzip\r\nContent-Length: 9999\r\n"));
    client.send(body.substr(0, 100));
    client.reset();
  }
  f.loop.settle();
  CHECK(failed == 1);
  CHECK(f.errors.empty());
}

TEST_CASE("decompress: limits must not be 0", "[web][decompress]") {
  for (int i = 0; i != 3; ++i) {
    web::decoding_limits limits;
    limits.output = i == 0 ? 0 : limits.output;
    limits.ratio = i == 1 ? 0 : limits.ratio;
    limits.codings = i == 2 ? 0 : limits.codings;
    CHECK_THROWS_AS(web::decompress(known, limits), anode::http::exception);
  }
}

}  // namespace unit_web_middleware_decompress
