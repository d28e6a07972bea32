// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "behaviour/web/fetch_fixture.hpp"
#include "unit/web/coding/coded.hpp"

#include <anode/web/gzip.hpp>

namespace behaviour_web_fetch_decoding {

namespace {

using namespace test_fetch;
using web::fetch_options;

web::client_options gzip_client() {
  return web::client_options().codings(web::codings{web::gzip(), web::deflate()});
}

reply gzip_reply(std::string body) {
  return reply(200, std::move(body)).with("Content-Encoding", "gzip");
}

}  // namespace

TEST_CASE("web fetch: coded bodies are decoded", "[web]") {
  fetch_fixture f(gzip_client());
  std::string const text = sample_text(200'000);
  f.on("/", gzip_reply(encoded(web::gzip(), text)));
  CHECK((f.get("http://test/") == "200 " + text));
  CHECK(f.seen[0].header("accept-encoding") == "gzip, deflate");
  f.on("/plain", reply(200, "x"))
      .on("/identity", reply(200, "x").with("Content-Encoding", "identity"));
  CHECK(f.get("http://test/plain") == "200 x");
  CHECK(f.get("http://test/identity") == "200 x");
  f.loop.run([](fetch_fixture& self) -> net::awaitable<void> {
    web::fetch_response res = co_await self.client.fetch("http://test/");
    CHECK_FALSE(res.length());
    std::uint64_t done = 0;
    std::optional<std::uint64_t> total;
    web::progress_function const note = [&](std::uint64_t n, std::optional<std::uint64_t> of) {
      done = n;
      total = of;
    };
    std::size_t size = 0;
    res.on_progress(note);
    while (auto const piece = co_await res.read()) {
      CHECK(piece->size() <= web::content_decoder::piece_size);
      size += piece->size();
    }
    CHECK(size == 200'000);
    // Progress counts what is received.
    REQUIRE(total);
    CHECK(done == *total);
    CHECK(done < 100'000);
  }(f));
}

TEST_CASE("web fetch: bodies are not decoded unasked", "[web]") {
  std::string const coded = encoded(web::gzip(), "text");
  fetch_fixture none;
  none.on("/", gzip_reply(coded));
  CHECK((none.get("http://test/") == "200 " + coded));
  CHECK(none.seen[0].header("accept-encoding") == "-");
  fetch_fixture f(gzip_client());
  f.on("/", gzip_reply(coded));
  CHECK((f.get("http://test/", fetch_options().decode(false)) == "200 " + coded));
  CHECK(f.seen[0].header("accept-encoding") == "-");
  CHECK(
      (f.get("http://test/", fetch_options().header("Accept-Encoding", "gzip")) == "200 " + coded));
  CHECK(f.get("http://test/") == "200 text");
}

TEST_CASE("web fetch: a cut coded body is an error", "[web]") {
  std::string const coded = encoded(web::gzip(), sample_text(300));
  fetch_fixture f(gzip_client());
  for (std::size_t size = 1; size != coded.size(); ++size) {
    std::string const target = "/" + std::to_string(size);
    f.on(target, gzip_reply(coded.substr(0, size)));
    CHECK(f.get("http://test" + target) == "decoding");
    CHECK(f.status == 200);
  }
  f.on("/empty", gzip_reply(""));
  CHECK(f.get("http://test/empty") == "200 ");
}

TEST_CASE("web fetch: malformed and unknown codings are errors", "[web]") {
  fetch_fixture f(gzip_client());
  f.on("/a", gzip_reply("no gzip"));
  f.on("/b", reply(200, "x").with("Content-Encoding", "br"));
  std::string const once = encoded(web::gzip(), "text");
  std::string const twice = encoded(web::gzip(), once);
  f.on("/c", reply(200, twice).with("Content-Encoding", "gzip, gzip"));
  f.on("/d", reply(200, encoded(web::gzip(), twice)).with("Content-Encoding", "gzip, gzip, gzip"));
  CHECK(f.get("http://test/a") == "decoding");
  CHECK(f.what.starts_with("The response cannot be decoded: "));
  CHECK(f.get("http://test/b") == "decoding");
  CHECK(f.get("http://test/c") == "200 text");
  CHECK(f.get("http://test/d") == "decoding");
}

TEST_CASE("web fetch: a bomb stops at the caps", "[web]") {
  fetch_fixture f(gzip_client());
  std::string const bomb = encoded(web::gzip(9), std::string(50'000'000, '\0'));
  f.on("/", gzip_reply(bomb));
  CHECK(f.get("http://test/") == "decoding");
  web::decoding_limits limits;
  limits.ratio = 100'000;
  limits.output = 1'000'000;
  CHECK(f.get("http://test/", fetch_options().decoding(limits)) == "decoding");
  // The decoder emits pieces; the program's limit is that of the text.
  limits.output = 100'000'000;
  CHECK_THROWS_AS(f.get("http://test/", fetch_options().decoding(limits)), http::exception);
}

TEST_CASE("web fetch: responses without a body are not decoded", "[web]") {
  fetch_fixture f(gzip_client());
  f.on("/", gzip_reply(encoded(web::gzip(), "text")));
  f.on("/204", reply(204).with("Content-Encoding", "gzip"));
  f.on("/304", reply(304).with("Content-Encoding", "gzip"));
  CHECK(f.get("http://test/", fetch_options().method("HEAD")) == "200 ");
  CHECK(f.get("http://test/204") == "204 ");
  CHECK(f.get("http://test/304") == "304 ");
}

}  // namespace behaviour_web_fetch_decoding
