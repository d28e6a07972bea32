// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"
#include "unit/web/files/temporary_tree.hpp"

#include <anode/incoming_message.hpp>
#include <anode/server.hpp>
#include <anode/testing.hpp>
#include <anode/web/multipart.hpp>

#include <chrono>
#include <fstream>
#include <iterator>
#include <string>

namespace behaviour_web_multipart {

namespace http = anode::http;
namespace net = boost::asio;
namespace web = anode::web;

namespace {

std::string read_file(std::filesystem::path const& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A server that responds with the parts of a body; files are saved in `tree`.
class upload_fixture {
public:
  temporary_tree tree;
  anode::testing::event_loop loop;
  http::server server{loop.get_executor()};
  web::multipart_limits limits{};
  int saved = 0;

  upload_fixture() {
    server.on_request(
        [this](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
          std::string out;
          int status = 200;
          try {
            web::multipart form(req, limits);
            while (auto part = co_await form.next()) {
              out += part.name();
              if (part.name() == "skip") {
                out += " skipped\n";
              } else if (part.is_file()) {
                std::uint64_t const size =
                    co_await part.save(tree.root() / ("upload" + std::to_string(saved++)));
                out += " " + part.file_name() + " " + part.content_type() + " " +
                       std::to_string(size) + "\n";
              } else {
                out += " = " + co_await part.text() + "\n";
              }
            }
          } catch (web::http_error const& e) {
            status = e.status();
            out = e.detail();
          }
          res.set_status_code(status);
          co_await res.end(out);
        });
  }

  // The status and body of the response to an upload. Writes of files run on other threads.
  std::string post(std::string_view body, std::string_view content_type,
                   std::string_view fields = "") {
    std::string request = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: " +
                          std::to_string(body.size()) + "\r\n";
    if (!content_type.empty()) {
      request.append("Content-Type: ").append(content_type).append("\r\n");
    }
    request.append(fields).append("\r\n").append(body);
    return exchange(request);
  }

  std::string exchange(std::string_view request, bool ends = false) {
    anode::testing::peer peer = loop.connect(server, 1U << 20U);
    peer.send(request);
    if (ends) {
      peer.end();
    }
    std::string bytes = peer.take();
    while (!peer.ended() && loop.context().run_one_for(std::chrono::seconds(20)) != 0) {
      bytes += peer.take();
    }
    bytes += peer.take();
    CHECK(peer.ended());
    if (bytes.size() < 12) {
      return bytes;
    }
    return bytes.substr(9, 4) + bytes.substr(bytes.find("\r\n\r\n") + 4);
  }

  std::ptrdiff_t files() const {
    return std::distance(std::filesystem::directory_iterator(tree.root()), {}) - 1;  // "d"
  }
};

}  // namespace

TEST_CASE("web upload: fields and files", "[web]") {
  upload_fixture f;
  std::string const large(1'000'000, 'z');
  web::multipart_form form;
  form.field("a", "1")
      .file("f", "../a.txt", "content", "text/plain")
      .file("skip", "b", large, "")
      .file("g", "c.bin", large, "")
      .file("h", "", "", "")
      .field("b", "2");
  CHECK(f.post(form.body(), form.content_type()) ==
        "200 a = 1\nf a.txt text/plain 7\nskip skipped\n"
        "g c.bin application/octet-stream 1000000\nh  application/octet-stream 0\nb = 2\n");
  CHECK(read_file(f.tree.root() / "upload0") == "content");
  CHECK((read_file(f.tree.root() / "upload1") == large));
  CHECK(read_file(f.tree.root() / "upload2").empty());
  CHECK(f.files() == 3);
}

TEST_CASE("web upload: other types are refused", "[web]") {
  upload_fixture f;
  CHECK(f.post("a=b", "application/x-www-form-urlencoded") ==
        "415 the body must be multipart/form-data");
  CHECK(f.post("", "") == "415 the body must be multipart/form-data");
  CHECK(f.post("", "multipart/mixed; boundary=x").starts_with("415 "));
  CHECK(f.post("", "multipart/form-data").starts_with("400 "));
  CHECK(f.post("", "multipart/form-data; boundary=x", "Content-Encoding: gzip\r\n")
            .starts_with("415 "));
  CHECK(f.post("--x--", "multipart/form-data; boundary=x", "Content-Encoding: identity\r\n") ==
        "200 ");
}

TEST_CASE("web upload: malformed bodies and limits", "[web]") {
  upload_fixture f;
  constexpr std::string_view type = "multipart/form-data; boundary=x";
  CHECK(f.post("", type) == "400 multipart body without its end");
  CHECK(f.post("--x\r\n\r\n1\r\n--x--", type) == "400 malformed multipart body");
  CHECK(f.post("--x\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--x--", type) ==
        "400 malformed multipart body");
  CHECK(f.post("--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1", type) ==
        "400 multipart body without its end");
  f.limits.parts = 1;
  f.limits.file_size = 10;
  web::multipart_form two;
  two.field("a", "1").field("b", "2");
  CHECK(f.post(two.body(), two.content_type()) == "413 too many parts");
  web::multipart_form large;
  large.file("a", "f", "0123456789x", "");
  CHECK(f.post(large.body(), large.content_type()) == "413 a file is too large");
  CHECK(f.files() == 0);
  web::multipart_form field;
  field.field("a", std::string(70'000, 'x'));
  CHECK(f.post(field.body(), field.content_type()) == "413 a field is too large");
}

TEST_CASE("web upload: a client that leaves leaves no file", "[web]") {
  upload_fixture f;
  std::string const start =
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n"
      "Content-Type: multipart/form-data; boundary=x\r\n\r\n"
      "--x\r\nContent-Disposition: form-data; name=a; filename=f\r\n\r\n" +
      std::string(300'000, 'x');
  f.exchange(start, true);
  // The end of the handler removes the temporary file. A write may be running on another thread.
  for (int i = 0; i != 2000 && f.files() != 0; ++i) {
    f.loop.context().run_one_for(std::chrono::milliseconds(10));
  }
  CHECK(f.files() == 0);
}

TEST_CASE("web upload: an existing file is not replaced", "[web]") {
  upload_fixture f;
  f.tree.write("upload0", "old");
  int errors = 0;
  f.server.on_error([&](std::exception_ptr e) {
    ++errors;
    CHECK_THROWS_AS(std::rethrow_exception(e), std::system_error);
  });
  web::multipart_form form;
  form.file("a", "f", "new", "");
  CHECK(f.post(form.body(), form.content_type()).starts_with("500 "));
  CHECK(errors == 1);
  CHECK(read_file(f.tree.root() / "upload0") == "old");
  CHECK(f.files() == 1);
}

TEST_CASE("web upload: a part of the past is empty", "[web]") {
  upload_fixture f;
  std::string seen;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        web::multipart form(req);
        auto first = co_await form.next();
        auto second = co_await form.next();
        seen += "[" + co_await first.text() + "]";
        seen += "[" + co_await second.text() + "]";
        seen += "[" + co_await second.text() + "]";
        auto const end = co_await form.next();
        seen += end ? "part" : "end";
        auto const again = co_await form.next();
        seen += again ? "part" : "end";
        co_await res.end();
      });
  web::multipart_form form;
  form.field("a", "1").field("b", "2");
  f.post(form.body(), form.content_type());
  CHECK(seen == "[][2][]endend");
}

}  // namespace behaviour_web_multipart
