// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Stores uploaded files in a folder. Names that a client sends are only shown, never used as paths.

#include "serve_app.hpp"

#include <anode/web/middleware.hpp>
#include <anode/web/multipart.hpp>

namespace web = anode::web;
constexpr std::string_view page = R"(<form method="post" action="/greet"><input name="name">
<button>Greet</button></form><form method="post" action="/upload" enctype="multipart/form-data">
<input name="note"> <input type="file" name="file" multiple> <button>Upload</button></form>)";

int main(int argc, char** argv) {
  std::string folder;
  samples::options line{"upload", "Stores uploaded files in a folder."};
  return samples::serve_app(line.argument("FOLDER", folder), argc, argv, [&](web::router& app) {
    app.use(web::request_ids());
    app.get("/", [](web::context& c) { c.type("text/html; charset=utf-8").send(page); });
    app.post("/greet", [](web::context& c) -> web::net::awaitable<void> {
      web::form_fields const form = co_await c.form();
      c.send("Hello " + form.value("name") + "!\n");
    });
    app.post("/upload", [&folder](web::context& c) -> web::net::awaitable<void> {
      std::string report;
      web::multipart form(c.body_limit(100U << 20U));
      int n = 0;
      while (auto part = co_await form.next()) {
        if (part.is_file()) {
          auto const path = fmt::format("{}/{}-{}", folder, c.get<web::request_id>()->value, ++n);
          report += fmt::format("{}: {} bytes\n", part.file_name(), co_await part.save(path));
        } else {
          report += part.name() + " = " + co_await part.text() + "\n";
        }
      }
      c.send(std::move(report));
    });
  });
}
