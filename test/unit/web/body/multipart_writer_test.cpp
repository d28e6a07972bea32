// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"
#include "web/body/disposition_reader.hpp"
#include "web/body/multipart_reader.hpp"

#include <anode/web/multipart_form.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

namespace unit_web_body_multipart_writer {

namespace web = anode::web;

TEST_CASE("web multipart form: fields and files in memory", "[web]") {
  web::multipart_form form("xyz");
  CHECK(form.body() == "--xyz--\r\n");
  CHECK(form.length() == 9);
  form.field("a", "1").file("f", "a.txt", "data", "").file("g", "b", "", "image/x");
  CHECK(form.content_type() == "multipart/form-data; boundary=xyz");
  CHECK(form.body() ==
        "--xyz\r\n"
        "Content-Disposition: form-data; name=\"a\"\r\n"
        "\r\n"
        "1\r\n"
        "--xyz\r\n"
        "Content-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "\r\n"
        "data\r\n"
        "--xyz\r\n"
        "Content-Disposition: form-data; name=\"g\"; filename=\"b\"\r\n"
        "Content-Type: image/x\r\n"
        "\r\n"
        "\r\n"
        "--xyz--\r\n");
  CHECK(form.length() == form.body().size());
  CHECK(form.pieces().size() == 1);
}

TEST_CASE("web multipart form: names cannot end their line", "[web]") {
  web::multipart_form form("xyz");
  form.file("a\"; x=\"y", "b\r\nX: y\t\x01", "", "text/plain");
  CHECK(form.body() ==
        "--xyz\r\n"
        "Content-Disposition: form-data; name=\"a%22; x=%22y\"; filename=\"b%0D%0AX: y__\"\r\n"
        "Content-Type: text/plain\r\n"
        "\r\n"
        "\r\n"
        "--xyz--\r\n");
}

TEST_CASE("web multipart form: what is written is read again", "[web]") {
  web::multipart_form form;
  web::multipart_form const other;
  CHECK(form.content_type() != other.content_type());
  std::string const value = "1\r\n--" + other.content_type() + "\r\n";
  form.field("n\xc3\xa4me", value);
  auto const boundary = web::boundary_of(form.content_type(), "form-data");
  REQUIRE(boundary);
  std::string const body = form.body();
  web::multipart_reader reader(*boundary, {});
  reader.feed(body);
  std::string read;
  REQUIRE(reader.next() == web::multipart_reader::event::part);
  CHECK(reader.head().name == "n\xc3\xa4me");
  while (reader.next() == web::multipart_reader::event::data) {
    read += reader.data();
  }
  CHECK(read == value);
  CHECK(reader.next() == web::multipart_reader::event::end);
}

TEST_CASE("web multipart form: boundaries", "[web]") {
  CHECK(web::multipart_form("a b").content_type() == "multipart/form-data; boundary=\"a b\"");
  CHECK_THROWS_AS(web::multipart_form(""), std::invalid_argument);
  CHECK_THROWS_AS(web::multipart_form("a\r\nb"), std::invalid_argument);
  CHECK_THROWS_AS(web::multipart_form(std::string(71, 'a')), std::invalid_argument);
}

TEST_CASE("web multipart form: a file of the file system is a piece of its own", "[web]") {
  std::filesystem::path const path =
      std::filesystem::temp_directory_path() /
      ("anode-web-form-" + web::multipart_form().content_type().substr(41));
  std::ofstream(path) << "content";
  web::multipart_form form("xyz");
  form.file("f", path).field("a", "1");
  CHECK(form.pieces().size() == 3);
  CHECK(form.pieces()[1].file == path);
  CHECK(form.pieces()[1].size == 7);
  std::uint64_t total = 0;
  for (auto const& piece : form.pieces()) {
    total += piece.size;
    CHECK((piece.file.empty() ? piece.text.size() : 7) == piece.size);
  }
  CHECK(total == form.length());
  CHECK_THROWS_AS(form.body(), std::logic_error);
  std::filesystem::remove(path);
  CHECK_THROWS_AS(form.file("f", path), std::filesystem::filesystem_error);
  CHECK_THROWS_AS(form.file("f", std::filesystem::temp_directory_path()),
                  std::filesystem::filesystem_error);
}

}  // namespace unit_web_body_multipart_writer
