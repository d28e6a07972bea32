// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "behaviour/web/files_fixture.hpp"

#include <anode/error.hpp>
#include <anode/incoming_message.hpp>
#include <anode/server.hpp>
#include <anode/testing.hpp>
#include <anode/web/files.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <sys/stat.h>

namespace behaviour_web_files {

namespace http = anode::http;
namespace net = boost::asio;
namespace web = anode::web;
using namespace anode::test;

TEST_CASE("web files: a file with its headers", "[web]") {
  files_fixture f;
  response const r = f.get("/a.txt?query");
  CHECK(r.status == 200);
  CHECK(r.body == "hello world");
  CHECK(r.header("Content-Length") == "11");
  CHECK(r.header("Content-Type") == "text/plain; charset=utf-8");
  CHECK(r.header("Accept-Ranges") == "bytes");
  CHECK(r.header("X-Content-Type-Options") == "nosniff");
  CHECK(r.header("ETag").size() > 4);
  CHECK(r.header("Last-Modified").ends_with(" GMT"));
  CHECK(r.header("Cache-Control") == "-");
  CHECK(r.header("Vary") == "-");

  response const head = f.get("/a.txt", "", "HEAD");
  CHECK(head.status == 200);
  CHECK(head.body.empty());
  CHECK(head.header("Content-Length") == "11");
  CHECK(head.header("ETag") == r.header("ETag"));

  CHECK(f.get("http://other/a.txt").body == "hello world");
}

TEST_CASE("web files: other methods are refused", "[web]") {
  files_fixture f;
  for (std::string_view const method : {"POST", "PUT", "DELETE", "OPTIONS"}) {
    response const r = f.get("/a.txt", "", method);
    CHECK(r.status == 405);
    CHECK(r.header("Allow") == "GET, HEAD");
  }
}

TEST_CASE("web files: directories have an index and a slash", "[web]") {
  files_fixture f;
  CHECK(f.get("/").body == "<p>root</p>");
  CHECK(f.get("/").header("Content-Type") == "text/html; charset=utf-8");
  CHECK(f.get("/d/").body == "<p>d</p>");
  response const r = f.get("/d?a=b");
  CHECK(r.status == 301);
  CHECK(r.header("Location") == "./d/?a=b");
  CHECK(f.get("/e/").status == 404);
  CHECK(f.get("/e").status == 301);
  CHECK(f.get("/a.txt/").status == 404);
  CHECK(f.get("//d").status == 400);
  CHECK(f.get("//evil.example/%2e%2e").status == 400);

  files_fixture plain(web::files_options().index("").redirect_directories(false));
  CHECK(plain.get("/").status == 404);
  CHECK(plain.get("/d").status == 404);
  CHECK(plain.get("/d/").status == 404);
  CHECK(plain.get("/d/index.html").status == 200);
}

TEST_CASE("web files: what is not served", "[web]") {
  files_fixture f;
  f.tree.write(".env", "secret");
  f.tree.write(".well-known/x", "public");
  REQUIRE(::mkfifo((f.tree.root() / "fifo").c_str(), 0600) == 0);
  CHECK(f.get("/none").status == 404);
  CHECK(f.get("/.env").status == 404);
  CHECK(f.get("/.well-known/x").status == 404);
  CHECK(f.get("/fifo").status == 404);
  CHECK(f.get("/a.txt%00.html").status == 400);
  CHECK(f.get("/%zz").status == 400);

  files_fixture well_known(web::files_options().dots(web::dotfiles::well_known));
  well_known.tree.write(".well-known/x", "public");
  well_known.tree.write(".env", "secret");
  CHECK(well_known.get("/.well-known/x").body == "public");
  CHECK(well_known.get("/.env").status == 404);
}

TEST_CASE("web files: no spelling of a path reaches the canary", "[web]") {
  files_fixture f;
  std::filesystem::create_symlink("..", f.tree.root() / "up");
  std::filesystem::create_symlink("../canary", f.tree.root() / "link");
  for (std::string const& spelling : traversal_spellings()) {
    for (std::string const& target : {"/" + spelling, spelling}) {
      std::string const bytes =
          f.exchange("GET " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      INFO(target);
      CHECK(bytes.find(temporary_tree::canary) == std::string::npos);
      // A redirect is that of `up` itself, which is not followed.
      CHECK(bytes.substr(0, 12).find(" 4") != std::string::npos);
    }
  }
}

TEST_CASE("web files: conditions", "[web]") {
  files_fixture f(web::files_options().max_age(std::chrono::hours(1), true));
  response const first = f.get("/a.txt");
  CHECK(first.header("Cache-Control") == "max-age=3600, immutable");
  for (std::string const& field :
       {"If-None-Match: " + first.header("ETag"), "If-None-Match: W/" + first.header("ETag"),
        "If-None-Match: \"x\"\r\nIf-None-Match: " + first.header("ETag"),
        "If-Modified-Since: " + first.header("Last-Modified"), std::string("If-None-Match: *")}) {
    response const r = f.get("/a.txt", field + "\r\n");
    INFO(field);
    CHECK(r.status == 304);
    CHECK(r.body.empty());
    CHECK(r.header("ETag") == first.header("ETag"));
    CHECK(r.header("Cache-Control") == "max-age=3600, immutable");
    CHECK(r.header("Content-Type") == "-");
  }
  response const failed = f.get("/a.txt", "If-Match: \"x\"\r\n");
  CHECK(failed.status == 412);
  CHECK(failed.body.empty());

  // Another content has another tag, also within the second of the first one.
  f.tree.write("a.txt", "hello there");
  response const second = f.get("/a.txt", "If-None-Match: " + first.header("ETag") + "\r\n");
  CHECK(second.status == 200);
  CHECK(second.body == "hello there");
}

TEST_CASE("web files: ranges", "[web]") {
  files_fixture f;
  response const one = f.get("/a.txt", "Range: bytes=6-\r\n");
  CHECK(one.status == 206);
  CHECK(one.body == "world");
  CHECK(one.header("Content-Range") == "bytes 6-10/11");
  CHECK(one.header("Content-Length") == "5");

  response const two = f.get("/a.txt", "Range: bytes=0-4,-1\r\n");
  CHECK(two.status == 206);
  std::string const type = two.header("Content-Type");
  REQUIRE(type.starts_with("multipart/byteranges; boundary="));
  std::string const boundary = type.substr(type.find('=') + 1);
  CHECK(two.body == "--" + boundary +
                        "\r\nContent-Type: text/plain; charset=utf-8\r\n"
                        "Content-Range: bytes 0-4/11\r\n\r\nhello\r\n--" +
                        boundary +
                        "\r\nContent-Type: text/plain; charset=utf-8\r\n"
                        "Content-Range: bytes 10-10/11\r\n\r\nd\r\n--" +
                        boundary + "--\r\n");
  CHECK(two.header("Content-Length") == std::to_string(two.body.size()));

  response const none = f.get("/a.txt", "Range: bytes=11-\r\n");
  CHECK(none.status == 416);
  CHECK(none.body.empty());
  CHECK(none.header("Content-Range") == "bytes */11");

  std::string many = "Range: bytes=";
  for (int i = 0; i != 500; ++i) {
    many += "0-0,";
  }
  CHECK(f.get("/a.txt", many + "\r\n").status == 200);
  CHECK(f.get("/a.txt", "Range: bytes=0-1\r\nIf-Range: \"x\"\r\n").body == "hello world");
}

TEST_CASE("web files: large files pass in pieces", "[web]") {
  files_fixture f;
  std::string const data = pattern(3'000'001);
  f.tree.write("large.bin", data);
  response const whole = f.get("/large.bin");
  CHECK(whole.status == 200);
  CHECK(whole.header("Content-Length") == "3000001");
  CHECK(whole.header("Content-Type") == "application/octet-stream");
  CHECK((whole.body == data));
  response const part = f.get("/large.bin", "Range: bytes=100000-2000000\r\n");
  CHECK(part.status == 206);
  CHECK((part.body == data.substr(100'000, 1'900'001)));
  response const parts = f.get("/large.bin", "Range: bytes=0-99999,2000000-\r\n");
  CHECK(parts.status == 206);
  CHECK(parts.body.find(data.substr(0, 100'000)) != std::string::npos);
  CHECK(parts.body.find(data.substr(2'000'000)) != std::string::npos);
  CHECK(parts.header("Content-Length") == std::to_string(parts.body.size()));

  f.tree.write("empty", "");
  CHECK(f.get("/empty").header("Content-Length") == "0");
  CHECK(f.get("/empty", "Range: bytes=0-\r\n").status == 200);
  for (std::size_t const size : {65535U, 65536U, 65537U}) {
    f.tree.write("edge.bin", data.substr(0, size));
    CHECK((f.get("/edge.bin").body == data.substr(0, size)));
  }
}

TEST_CASE("web files: a connection is kept after a file", "[web]") {
  files_fixture f;
  std::string const bytes = f.exchange(
      "GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\n"
      "GET /d/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  CHECK(bytes.find("hello worldHTTP/1.1 200 OK\r\n") != std::string::npos);
  CHECK(bytes.ends_with("<p>d</p>"));
}

TEST_CASE("web files: a file that becomes shorter closes the connection", "[web]") {
  files_fixture f;
  f.tree.write("large.bin", pattern(3'000'000));
  int errors = 0;
  f.server.on_error([&errors](std::exception_ptr) { ++errors; });
  f.server.on_client_error([&errors](http::client_error const& e, anode::socket s) {
    errors += e.code == http::error::content_length_mismatch ? 1 : 0;
    s.destroy();
  });
  // The client reads little, therefore the server waits in the middle.
  anode::testing::peer peer = f.loop.connect(f.server, 100'000);
  peer.stop_listening();
  peer.send("GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n");
  std::filesystem::resize_file(f.tree.root() / "large.bin", 1000);
  peer.listen();
  std::string bytes = peer.take();
  while (!peer.ended() && f.loop.context().run_one_for(std::chrono::seconds(20)) != 0) {
    bytes += peer.take();
  }
  CHECK(peer.ended());
  CHECK(bytes.size() < 3'000'000);
  CHECK(errors == 1);
}

TEST_CASE("web files: a client that leaves in the middle is no error", "[web]") {
  files_fixture f;
  f.tree.write("large.bin", pattern(3'000'000));
  int errors = 0;
  f.server.on_error([&errors](std::exception_ptr) { ++errors; });
  {
    anode::testing::peer peer = f.loop.connect(f.server, 100'000);
    peer.stop_listening();
    peer.send("GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  f.loop.settle();
  CHECK(errors == 0);
}

TEST_CASE("web files: precompressed siblings", "[web]") {
  files_fixture f(web::files_options().precompressed());
  f.tree.write("app.js", "plain");
  f.tree.write("app.js.gz", "gzipped");
  f.tree.write("app.js.br", "brotlied");
  f.tree.write("a.png", "png");
  f.tree.write("a.png.gz", "never");
  response const best = f.get("/app.js", "Accept-Encoding: gzip, deflate, br, zstd\r\n");
  CHECK(best.body == "brotlied");
  CHECK(best.header("Content-Encoding") == "br");
  CHECK(best.header("Content-Type") == "text/javascript; charset=utf-8");
  CHECK(best.header("Vary") == "Accept-Encoding");
  response const gzip = f.get("/app.js", "Accept-Encoding: gzip, br;q=0.5\r\n");
  CHECK(gzip.body == "gzipped");
  CHECK(gzip.header("Content-Encoding") == "gzip");
  CHECK(gzip.header("ETag") != best.header("ETag"));
  response const plain = f.get("/app.js");
  CHECK(plain.body == "plain");
  CHECK(plain.header("Content-Encoding") == "-");
  CHECK(plain.header("Vary") == "Accept-Encoding");
  CHECK(f.get("/app.js", "Accept-Encoding: zstd\r\n").body == "plain");
  CHECK(f.get("/app.js", "Accept-Encoding: br;q=0, gzip;q=0\r\n").body == "plain");
  response const png = f.get("/a.png", "Accept-Encoding: gzip\r\n");
  CHECK(png.body == "png");
  CHECK(png.header("Vary") == "-");

  // A file that is older than the plain one is stale.
  auto const path = f.tree.root() / "app.js";
  std::filesystem::last_write_time(
      path, std::filesystem::last_write_time(path) + std::chrono::seconds(5));
  CHECK(f.get("/app.js", "Accept-Encoding: br\r\n").body == "plain");
  files_fixture without;
  without.tree.write("app.js", "plain");
  without.tree.write("app.js.gz", "gzipped");
  CHECK(without.get("/app.js", "Accept-Encoding: gzip\r\n").body == "plain");
}

TEST_CASE("web files: send_file sends what the program names", "[web]") {
  files_fixture f;
  auto const outside = f.tree.base() / "canary.txt";
  web::send_file_options const options = web::send_file_options()
                                             .content_type("text/x-report")
                                             .cache_control("no-store")
                                             .attachment("r\xc3\xa4port.txt");
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        int status = 0;
        if (req.url() == "/options") {
          status = co_await web::send_file(req, res, outside, options);
        } else if (req.url() == "/plain") {
          status = co_await web::send_file(req, res, outside);
        } else {
          auto const none = f.tree.base() / "none";
          status = co_await web::send_file(req, res, none);
        }
        if (status != 0) {
          res.set_status_code(status);
          co_await res.end("no file");
        }
      });
  response const r = f.get("/options");
  CHECK(r.body == temporary_tree::canary);
  CHECK(r.header("Content-Type") == "text/x-report");
  CHECK(r.header("Cache-Control") == "no-store");
  CHECK(r.header("Content-Disposition") ==
        "attachment; filename=\"r__port.txt\"; filename*=UTF-8''r%C3%A4port.txt");
  response const plain = f.get("/plain", "Range: bytes=0-6\r\n");
  CHECK(plain.status == 206);
  CHECK(plain.body == "outside");
  CHECK(plain.header("Content-Type") == "text/plain; charset=utf-8");
  response const none = f.get("/none");
  CHECK(none.status == 404);
  CHECK(none.body == "no file");
}

TEST_CASE("web files: names of attachments cannot leave their header", "[web]") {
  CHECK(web::attachment_disposition("a.txt") == "attachment; filename=\"a.txt\"");
  CHECK(web::attachment_disposition("a\"; x=y") ==
        "attachment; filename=\"a_; x=y\"; filename*=UTF-8''a%22%3B%20x%3Dy");
  CHECK(web::attachment_disposition("../a\r\nb%41") ==
        "attachment; filename=\".._a__b_41\"; filename*=UTF-8''..%2Fa%0D%0Ab%2541");
  CHECK(web::attachment_disposition("\xf0\x9f\x98\x80") ==
        "attachment; filename=\"____\"; filename*=UTF-8''%F0%9F%98%80");
  CHECK(web::attachment_disposition("it's (a*b)") == "attachment; filename=\"it's (a*b)\"");
}

}  // namespace behaviour_web_files
