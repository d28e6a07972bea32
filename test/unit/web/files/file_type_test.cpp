// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"

#include <anode/web/file_type.hpp>

namespace unit_web_files_file_type {

namespace web = anode::web;

TEST_CASE("web file type: the extension decides", "[web]") {
  struct row {
    std::string_view name;
    std::string_view type;
  };
  for (row const& r : {
           row{"index.html", "text/html"},
           row{"a/b.c/index.HTM", "text/html"},
           row{"style.css", "text/css"},
           row{"app.js", "text/javascript"},
           row{"app.mjs", "text/javascript"},
           row{"app.js.map", "application/json"},
           row{"data.json", "application/json"},
           row{"data.jsonld", "application/ld+json"},
           row{"site.webmanifest", "application/manifest+json"},
           row{"a.svg", "image/svg+xml"},
           row{"favicon.ico", "image/vnd.microsoft.icon"},
           row{"a.PNG", "image/png"},
           row{"a.jpeg", "image/jpeg"},
           row{"a.webp", "image/webp"},
           row{"a.avif", "image/avif"},
           row{"a.woff2", "font/woff2"},
           row{"a.wasm", "application/wasm"},
           row{"a.mp4", "video/mp4"},
           row{"a.mp3", "audio/mpeg"},
           row{"a.pdf", "application/pdf"},
           row{"a.tar.gz", "application/gzip"},
           row{"a.7z", "application/x-7z-compressed"},
           row{"a.zst", "application/zstd"},
           row{".x.txt", "text/plain"},
           row{"", ""},
           row{"html", ""},
           row{".html", ""},
           row{"d/.html", ""},
           row{"d.html/a", ""},
           row{"a.", ""},
           row{"a.unheard", ""},
           row{"a.htmlhtmlhtmlhtml", ""},
           row{std::string_view("a.htm\0l", 7), ""},
       }) {
    INFO(r.name);
    CHECK(web::media_type_of(r.name) == r.type);
  }
}

TEST_CASE("web file type: texts are UTF-8, and unknown files are octets", "[web]") {
  CHECK(web::content_type_of("a.html") == "text/html; charset=utf-8");
  CHECK(web::content_type_of("a.js") == "text/javascript; charset=utf-8");
  CHECK(web::content_type_of("a.json") == "application/json");
  CHECK(web::content_type_of("a.png") == "image/png");
  CHECK(web::content_type_of("a") == "application/octet-stream");
  CHECK(web::content_type_of("a.bin") == "application/octet-stream");
}

TEST_CASE("web file type: what compresses well", "[web]") {
  for (std::string_view const type :
       {"text/html", "text/html; charset=utf-8", "TEXT/CSS", "application/json",
        "Application/JSON ; x", "application/problem+json", "image/svg+xml", "application/atom+xml",
        "application/wasm", "font/ttf", "image/bmp", "text/javascript"}) {
    INFO(type);
    CHECK(web::is_compressible(type));
  }
  for (std::string_view const type :
       {"", "text", "image/png", "image/jpeg", "video/mp4", "application/zip", "font/woff2",
        "application/octet-stream", "text/event-stream", "application/json5x", "xtext/html"}) {
    INFO(type);
    CHECK_FALSE(web::is_compressible(type));
  }
}

}  // namespace unit_web_files_file_type
