// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "behaviour/web/fetch_fixture.hpp"
#include "support/thrown.hpp"
#include "unit/web/files/temporary_tree.hpp"

#include <anode/error.hpp>

#include <fstream>
#include <iterator>

namespace behaviour_web_fetch {

namespace {

using namespace test_fetch;
using web::fetch_options;

// A JSON library of two functions.
struct tiny_json {
  std::string text{};
  std::string dump() const { return text; }
  static tiny_json parse(std::string_view from) { return {std::string(from)}; }
};

}  // namespace

TEST_CASE("web fetch: a response has its head and its body once", "[web]") {
  fetch_fixture f;
  f.on("/a?b", reply(201, "hello").with("X-A", "1"));
  std::string failure;
  f.loop.run([](fetch_fixture& self, std::string& error) -> net::awaitable<void> {
    web::fetch_response res = co_await self.client.fetch("http://Test:80/a?b#frag");
    CHECK(res.status() == 201);
    CHECK(res.status_message() == "Created");
    CHECK(res.ok());
    CHECK(res.url() == "http://test/a?b#frag");
    CHECK(res.redirects() == 0);
    CHECK(res.attempts() == 1);
    CHECK(res.header("x-a") == "1");
    CHECK_FALSE(res.header("x-b"));
    CHECK(res.length() == 5);
    CHECK(&res.raise_for_status() == &res);
    std::string const text = co_await res.text();
    CHECK(text == "hello");
    try {
      co_await res.text();
    } catch (http::exception const& e) {
      error = e.what();
    }
    auto const more = co_await res.read();
    CHECK_FALSE(more);
  }(f, failure));
  CHECK(failure == "The body was read already");
  CHECK(f.lines() == "GET test/a?b");
}

TEST_CASE("web fetch: a status is an error only if the program wants it", "[web]") {
  fetch_fixture f;
  std::string said;
  f.loop.run([](fetch_fixture& self, std::string& out) -> net::awaitable<void> {
    web::fetch_response res = co_await self.client.fetch("http://u:p@test/x");
    CHECK_FALSE(res.ok());
    try {
      res.raise_for_status();
    } catch (web::fetch_error const& e) {
      CHECK(e.status() == 404);
      CHECK(e.kind() == web::fetch_failure::status);
      out = e.what();
    }
    // The body of an error can still be read.
    std::string const text = co_await res.text();
    CHECK(text == "missing");
  }(f, said));
  CHECK(said == "404 Not Found: http://test/x");
}

TEST_CASE("web fetch: invalid arguments throw when awaited", "[web]") {
  fetch_fixture f;
  auto const failure = [&](std::string url, fetch_options options = fetch_options()) {
    return support::thrown([&] { f.get(url, options); }).substr(0, 24);
  };
  CHECK(failure("/relative") == "ERR_INVALID_URL: Invalid");
  CHECK(failure("ftp://a/") == "ERR_INVALID_PROTOCOL: Pr");
  CHECK(failure("https://a/") == "ERR_INVALID_PROTOCOL: Pr");
  CHECK(failure("http://a/", fetch_options().method("A B")).starts_with("ERR_INVALID_HTTP_TOKEN"));
  CHECK(failure("http://a/", fetch_options().header("a b", "c"))
            .starts_with("ERR_INVALID_HTTP_TOKEN"));
  CHECK(failure("http://a/", fetch_options().header("a", "b\r\nc: d"))
            .starts_with("ERR_INVALID_CHAR"));
  CHECK(
      failure("http://a/", fetch_options().method("connect")).starts_with("ERR_INVALID_ARG_VALUE"));
  CHECK(f.seen.empty());
  CHECK(support::thrown([] { fetch_options().redirects(21); }).starts_with("ERR_OUT_OF_RANGE"));
  CHECK(support::thrown([] { fetch_options().stream({}, ""); }).starts_with("ERR_INVALID_ARG"));
  CHECK(support::thrown([] { fetch_options().basic_auth("a:b", ""); }).starts_with("ERR_INVALID"));
}

TEST_CASE("web fetch: empty handles throw", "[web]") {
  fetch_fixture f;
  web::fetch_response none;
  CHECK_FALSE(none);
  for (auto const& call : std::initializer_list<std::function<void()>>{
           [&] { none.status(); }, [&] { none.url(); }, [&] { none.headers(); },
           [&] { none.length(); }, [&] { none.message(); }, [&] { none.raise_for_status(); },
           [&] { none.on_progress({}); }, [&] { static_cast<void>(none.read()); },
           [&] { static_cast<void>(none.text()); }, [&] { static_cast<void>(none.save("x")); }}) {
    CHECK(support::thrown(call).starts_with("ERR_INVALID_THIS"));
  }
  web::client moved = std::move(f.client);
  CHECK(support::thrown([&] {
          static_cast<void>(f.client.fetch("http://a/"));
        }).starts_with("ERR_INVALID_THIS"));
  CHECK(support::thrown([&] { f.client.defaults(); }).starts_with("ERR_INVALID_THIS"));
  f.client = moved;
  CHECK(f.get("http://test/") == "404 missing");
}

TEST_CASE("web fetch: bodies", "[web]") {
  fetch_fixture f;
  f.on("/", reply(200, "ok"));
  auto const sent = [&](fetch_options options) {
    CHECK(f.get("http://test/", std::move(options)) == "200 ok");
    seen_request const r = f.seen.back();
    return r.line.substr(0, r.line.find(' ')) + "|" + r.header("content-type") + "|" +
           r.header("content-length") + "|" + r.body;
  };
  CHECK(sent(fetch_options()) == "GET|-|-|");
  CHECK(sent(fetch_options().body("text")) == "POST|text/plain;charset=UTF-8|4|text");
  CHECK(sent(fetch_options().body("", "")) == "POST|-|0|");
  CHECK(sent(fetch_options().method("put").body("x", "a/b").header("content-type", "c/d")) ==
        "PUT|c/d|1|x");
  web::form_fields form;
  form.append("a", "1 2").append("b", "&");
  CHECK(sent(fetch_options().form(form)) ==
        "POST|application/x-www-form-urlencoded;charset=UTF-8|11|a=1+2&b=%26");
  CHECK(sent(fetch_options().json(tiny_json{"{}"})) == "POST|application/json|2|{}");
  web::multipart_form parts("x");
  parts.field("a", "1");
  CHECK(sent(fetch_options().multipart(parts)) == "POST|multipart/form-data; boundary=x|" +
                                                      std::to_string(parts.length()) + "|" +
                                                      parts.body());
  // The last one counts.
  CHECK(sent(fetch_options().form(form).body("z", "")) == "POST|-|1|z");
  auto const write = [](http::client_request& req) -> net::awaitable<void> {
    co_await req.write("one ");
    co_await req.write("two");
  };
  CHECK(sent(fetch_options().stream(write, "a/b")) == "POST|a/b|-|one two");
  CHECK(f.seen.back().header("transfer-encoding") == "chunked");
  CHECK(sent(fetch_options().stream(write, "", 7)) == "POST|-|7|one two");
}

TEST_CASE("web fetch: files are sent and saved", "[web]") {
  fetch_fixture f;
  temporary_tree tree;
  std::string const large(700'000, 'z');
  tree.write("a.txt", large);
  f.on("/", reply(200, "ok"));
  CHECK(f.get_waiting("http://test/", fetch_options().file(tree.root() / "a.txt")) == "200 ok");
  CHECK((f.seen.back().body == large));
  CHECK(f.seen.back().header("content-length") == "700000");
  CHECK(f.seen.back().header("content-type").starts_with("text/plain"));
  web::multipart_form form("x");
  form.field("a", "1").file("f", tree.root() / "a.txt");
  CHECK(f.get_waiting("http://test/", fetch_options().multipart(form)) == "200 ok");
  CHECK(f.seen.back().header("content-length") == std::to_string(form.length()));
  CHECK(f.seen.back().body.size() == form.length());
  // No file, no request.
  f.seen.clear();
  CHECK_THROWS_AS(f.get_waiting("http://test/", fetch_options().file(tree.root() / "none")),
                  std::system_error);
  CHECK_THROWS_AS(f.get_waiting("http://test/", fetch_options().file(tree.root() / "d")),
                  std::system_error);
  CHECK(f.seen.empty());

  f.on("/file", reply(200, large));
  std::uint64_t size = 0;
  std::filesystem::path const to = tree.root() / "saved";
  auto const save = [](fetch_fixture& self, std::filesystem::path path,
                       std::uint64_t& out) -> net::awaitable<void> {
    web::fetch_response res = co_await self.client.fetch("http://test/file");
    out = co_await res.save(path);
  };
  support::run(f.loop.context(), save(f, to, size));
  CHECK(size == large.size());
  std::ifstream in(to, std::ios::binary);
  CHECK((std::string(std::istreambuf_iterator<char>(in), {}) == large));
  // An existing file stays, and no temporary one remains.
  CHECK_THROWS_AS(support::run(f.loop.context(), save(f, to, size)), std::system_error);
  CHECK(std::distance(std::filesystem::directory_iterator(tree.root()), {}) == 3);
}

TEST_CASE("web fetch: a body that fails aborts the request", "[web]") {
  fetch_fixture f;
  auto const fails = [](http::client_request& req) -> net::awaitable<void> {
    co_await req.write("a part");
    throw std::runtime_error("no more");
  };
  CHECK_THROWS_WITH(f.get("http://test/", fetch_options().stream(fails, "")), "no more");
  CHECK(f.seen.empty());  // the body was cut
  auto const progress = [](std::uint64_t, std::optional<std::uint64_t>) {
    throw std::runtime_error("stop");
  };
  CHECK_THROWS_WITH(f.get("http://test/", fetch_options().body("x").upload_progress(progress)),
                    "stop");
}

TEST_CASE("web fetch: options that are not set are those of the client", "[web]") {
  fetch_fixture f(web::client_options().user_agent("x/1"));
  f.on("/", reply(200, "ok"));
  f.client.defaults().header("X-A", "1").basic_auth("user", "secret");
  CHECK(f.get("http://test/") == "200 ok");
  CHECK(f.seen.back().header("user-agent") == "x/1");
  CHECK(f.seen.back().header("x-a") == "1");
  CHECK(f.seen.back().header("authorization") == "Basic dXNlcjpzZWNyZXQ=");
  CHECK(f.get("http://test/", fetch_options().header("x-A", "2").bearer("t")) == "200 ok");
  CHECK(f.seen.back().header("x-a") == "2");
  CHECK(f.seen.back().header("authorization") == "Bearer t");
  CHECK(f.seen.back().header("user-agent") == "x/1");
  // Method and body of the defaults are not used, but can be copied.
  f.client.defaults().method("PUT").body("x");
  CHECK(f.get("http://test/") == "200 ok");
  CHECK(f.seen.back().line == "GET test/");
  CHECK(f.get("http://test/", f.client.defaults()) == "200 ok");
  CHECK(f.seen.back().line == "PUT test/");
}

TEST_CASE("web fetch: the user name and password of a URL are sent", "[web]") {
  fetch_fixture f;
  f.on("/", reply(200, "ok"));
  CHECK(f.get("http://user:secret@test/") == "200 ok");
  CHECK(f.seen.back().header("authorization") == "Basic dXNlcjpzZWNyZXQ=");
  CHECK(f.url == "http://test/");
  CHECK(f.get("http://user:secret@test/", fetch_options().bearer("t")) == "200 ok");
  CHECK(f.seen.back().header("authorization") == "Bearer t");
}

TEST_CASE("web fetch: text and JSON have a limit", "[web]") {
  fetch_fixture f;
  f.on("/", reply(200, std::string(100, '1')));
  std::string failure;
  f.loop.run([](fetch_fixture& self, std::string& error) -> net::awaitable<void> {
    web::fetch_response res = co_await self.client.fetch("http://test/");
    tiny_json const json = co_await res.json<tiny_json>(100);
    CHECK(json.text.size() == 100);
    web::fetch_response again = co_await self.client.fetch("http://test/");
    try {
      co_await again.text(99);
    } catch (http::exception const& e) {
      error = std::string(e.code_name()) + ": " + e.what();
    }
  }(f, failure));
  CHECK(failure.starts_with("ERR_BODY_TOO_LARGE: "));
  CHECK(failure.find("99") != std::string::npos);
}

TEST_CASE("web fetch: progress", "[web]") {
  fetch_fixture f;
  f.on("/", reply(200, std::string(100'000, 'x')));
  std::string log;
  web::progress_function const note = [&log](std::uint64_t done,
                                             std::optional<std::uint64_t> total) {
    log += std::to_string(done) + "/" + (total ? std::to_string(*total) : "?") + " ";
  };
  CHECK(f.get("http://test/",
              fetch_options().body(std::string(150'000, 'y')).upload_progress(note)) ==
        "200 " + std::string(100'000, 'x'));
  CHECK(log == "65536/150000 131072/150000 150000/150000 ");
  CHECK(f.seen.back().body.size() == 150'000);
  log.clear();
  f.loop.run([](fetch_fixture& self, web::progress_function report) -> net::awaitable<void> {
    web::fetch_response res = co_await self.client.fetch("http://test/");
    res.on_progress(report);
    while (auto const piece = co_await res.read()) {
    }
  }(f, note));
  CHECK(log.ends_with("100000/100000 "));
}

}  // namespace behaviour_web_fetch
