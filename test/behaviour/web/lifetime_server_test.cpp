// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Tests each operation of a router's context, of uploads and of event streams against each way to
// lose the client.
#include "behaviour/lifetime/scene.hpp"
#include "support/catch.hpp"
#include "unit/web/files/temporary_tree.hpp"

#include <anode/web/event_stream.hpp>
#include <anode/web/files.hpp>
#include <anode/web/multipart.hpp>
#include <anode/web/router.hpp>
#include <anode/web/testing.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace behaviour_web_lifetime_server {

namespace web = anode::web;
using namespace lifetime;
using namespace std::chrono_literals;

namespace {

// A JSON library of two functions.
struct plain_json {
  std::string dump() const { return "{}"; }
  static plain_json parse(std::string_view) { return {}; }
};

// The objects of a handler, in the frame of its coroutine.
struct handler_handles {
  web::context& c;
  net::steady_timer& timer;
  std::filesystem::path folder;
  int files = 0;
  std::optional<web::event_stream> events{};
  std::optional<web::multipart> form{};
  web::part part{};

  std::filesystem::path new_path() { return folder / std::to_string(files++); }
};

template <class F>
operation<handler_handles> r(std::string_view name, F f) {
  return row<handler_handles>(name, f);
}

operations<handler_handles> const& context_operations() {
  using handles = handler_handles;
  static operations<handles> const all{
      together<handles>({
          r("context::req", [](handles& h) { h.c.req(); }),
          r("context::res", [](handles& h) { h.c.res(); }),
          r("context::get_executor", [](handles& h) { h.c.get_executor(); }),
          r("context::method", [](handles& h) { h.c.method(); }),
          r("context::path", [](handles& h) { h.c.path(); }),
          r("context::route", [](handles& h) { h.c.route(); }),
          r("context::param", [](handles& h) { h.c.param("id"); }),
          r("context::param (a number)", [](handles& h) { return h.c.param<int>("id"); }),
          r("context::query_string", [](handles& h) { h.c.query_string(); }),
          r("context::query", [](handles& h) { h.c.query(); }),
          r("context::header", [](handles& h) { h.c.header("host"); }),
          r("context::cookie", [](handles& h) { h.c.cookie("a"); }),
          r("context::client_address", [](handles& h) { h.c.client_address(); }),
          r("context::allowed_methods", [](handles& h) { h.c.allowed_methods(); }),
          r("context::emplace", [](handles& h) { h.c.emplace<int>(1); }),
          r("context::get", [](handles& h) { h.c.get<int>(); }),
          r("context::decode_body", [](handles& h) { h.c.decode_body({}, {}); }),
          r("context::body_limit", [](handles& h) { h.c.body_limit(100); }),
          r("context::on_done",
            [](handles& h) { h.c.on_done([](web::context&, web::done_facts const&) {}); }),
      }),
      r("context::status", [](handles& h) { h.c.status(200); }),
      r("context::set", [](handles& h) { h.c.set("A", "b"); }),
      r("context::append", [](handles& h) { h.c.append("A", "b"); }),
      r("context::type", [](handles& h) { h.c.type("text/plain"); }),
      r("context::set_cookie", [](handles& h) { h.c.set_cookie(web::set_cookie("a", "b")); }),
      r("context::vary", [](handles& h) { h.c.vary("Origin"); }),
      r("context::text", [](handles& h) { return h.c.text(); }),
      r("context::read", [](handles& h) { return h.c.read(); }),
      r("context::send", [](handles& h) { return h.c.send(text()); }),
      r("context::send (a string)", [](handles& h) { return h.c.send(std::string(text())); }),
      r("context::send_json", [](handles& h) { return h.c.send_json(plain_json()); }),
      r("context::write", [](handles& h) { return h.c.write(text()); }),
      r("context::write (a string)", [](handles& h) { return h.c.write(std::string(text())); }),
      r("context::end", [](handles& h) { return h.c.end(); }),
      r("context::redirect", [](handles& h) { return h.c.redirect("/"); }),
      r("context::redirect_back", [](handles& h) { return h.c.redirect_back("/a"); }),
      r("context::fail", [](handles& h) { h.c.fail(web::http_error(404)); }),
  };
  return all;
}

operations<handler_handles> const& send_file_operations() {
  using handles = handler_handles;
  static operations<handles> const all{
      r("send_file", [](handles& h) { return web::send_file(h.c, h.folder / "large"); }),
      r("send_file (with options)",
        [](handles& h) {
          return web::send_file(h.c, h.folder / "large",
                                web::send_file_options().attachment("a.txt"));
        }),
      r("send_file (of a request)",
        [](handles& h) { return web::send_file(h.c.req(), h.c.res(), h.folder / "large"); }),
      r("send_file (of a request, with options)",
        [](handles& h) {
          return web::send_file(h.c.req(), h.c.res(), h.folder / "large",
                                web::send_file_options().content_type("text/plain"));
        }),
  };
  return all;
}

operations<handler_handles> const& files_operations() {
  using handles = handler_handles;
  static operations<handles> const all{
      r("files::operator()", [](handles& h) { return web::files(h.folder)(h.c); }),
      r("files::operator() (of a request)",
        [](handles& h) { return web::files(h.folder)(h.c.req(), h.c.res()); }),
      r("files::serve",
        [](handles& h) {
          return web::files(h.folder).serve(h.c.req(), h.c.res(), std::string("large"));
        }),
  };
  return all;
}

operations<handler_handles> const& json_operations() {
  static operations<handler_handles> const all{
      r("context::json", [](handler_handles& h) { return h.c.json<plain_json>(); }),
  };
  return all;
}

operations<handler_handles> const& form_operations() {
  static operations<handler_handles> const all{
      r("context::form", [](handler_handles& h) { return h.c.form(); }),
  };
  return all;
}

operations<handler_handles> const& upload_operations() {
  using handles = handler_handles;
  static operations<handles> const all{
      together<handles>({
          r("part::operator bool", [](handles& h) { return bool(h.part); }),
          r("part::name", [](handles& h) { h.part.name(); }),
          r("part::is_file", [](handles& h) { return h.part.is_file(); }),
          r("part::file_name", [](handles& h) { h.part.file_name(); }),
          r("part::content_type", [](handles& h) { h.part.content_type(); }),
          r("part::head", [](handles& h) { h.part.head(); }),
      }),
      r("part::read", [](handles& h) { return h.part.read(); }),
      r("part::text", [](handles& h) { return h.part.text(); }),
      r("part::save", [](handles& h) { return h.part.save(h.new_path()); }),
      r("multipart::next", [](handles& h) { return h.form->next(); }),
  };
  return all;
}

operations<handler_handles> const& event_operations() {
  using handles = handler_handles;
  static operations<handles> const all{
      r("event_stream::last_event_id", [](handles& h) { h.events->last_event_id(); }),
      r("event_stream::open", [](handles& h) { return h.events->open(); }),
      r("event_stream::send", [](handles& h) { return h.events->send(text()); }),
      r("event_stream::comment", [](handles& h) { return h.events->comment(text()); }),
      r("event_stream::wait", [](handles& h) { return h.events->wait(h.timer); }),
  };
  return all;
}

enum class request_kind { text, get, json, form, upload, events };

// A handler of a router that waits, with a request of which a part has arrived.
template <request_kind Kind>
struct router_scene : scene {
  router_scene() {
    web::router app;
    app.any("/{id}", [this](web::context& c) { return hold(*this, c); });
    http::server_options options;
    options.high_water_mark = 256;
    server = http::server(loop.get_executor(), options, app);
    client.emplace(loop.connect(server, 256));
    client->stop_listening();
    tree.write("large", text());
    tree.write("index.html", text());
    client->send((Kind == request_kind::get ? "GET" : "POST") +
                 (" /1?a=b HTTP/1.1\r\nHost: a\r\nCookie: a=b\r\n" + std::string(header())) +
                 "Content-Length: 200\r\n\r\n" + std::string(part_of_body()));
    web::testing::settle(loop);
  }

  static std::string_view header() {
    switch (Kind) {
      case request_kind::json:
        return "Content-Type: application/json\r\n";
      case request_kind::form:
        return "Content-Type: application/x-www-form-urlencoded\r\n";
      case request_kind::upload:
        return "Content-Type: multipart/form-data; boundary=x\r\n";
      default:
        return "";
    }
  }

  static std::string_view part_of_body() {
    return Kind == request_kind::upload
               ? "--x\r\nContent-Disposition: form-data; name=a; filename=b\r\n\r\nbegin"
               : "begin";
  }

  static net::awaitable<void> hold(router_scene& s, web::context& c) {
    handler_handles own{c, s.timer, s.tree.root()};
    s.all = &own;
    c.res().on_close([&s] {
      ++s.closes;
      s.in_close();
    });
    if constexpr (Kind == request_kind::upload) {
      own.form.emplace(c);
      own.part = co_await own.form->next();
    }
    if constexpr (Kind == request_kind::events) {
      own.events.emplace(c);
    }
    co_await s.last.pass();
  }

  handler_handles& handle(handler_handles*) { return *all; }

  void answer() {
    client->listen();
    std::string rest(200 - part_of_body().size(), ' ');
    if (Kind == request_kind::upload) {
      constexpr std::string_view end = "\r\n--x--\r\n";
      rest.replace(rest.size() - end.size(), end.size(), end);
    }
    client->send(rest);
    timer.cancel();
    web::testing::settle(loop);
  }

  void finish() {
    server.close_all_connections();
    other.close_all_connections();
    client->close();
    timer.cancel();
    web::testing::settle(loop);
    last.open();
    web::testing::settle(loop);
  }

  void check(matrix& m, outcome const& out) {
    m.check(out, closes == 1, "close of the response: " + std::to_string(closes) + " times");
    client->listen();
    m.check(out, client->ended(), "the connection is still open");
  }

  temporary_tree tree{};
  int closes = 0;
  handler_handles* all = nullptr;
  net::steady_timer timer{loop.context(), net::steady_timer::time_point::max()};
  gate last{loop.get_executor()};
  http::server server{loop.get_executor()};
  http::server other{loop.get_executor()};
  std::optional<anode::testing::peer> client{};
};

template <class Scene>
std::vector<loss<Scene>> router_losses() {
  return joined<Scene>({{"FIN", [](Scene& s) { s.client->end(); }},
                        {"reset", [](Scene& s) { s.client->reset(); }},
                        {"closed by the client", [](Scene& s) { s.client->close(); }},
                        {"response destroyed", [](Scene& s) { s.all->c.res().destroy(); }},
                        {"request destroyed", [](Scene& s) { s.all->c.req().destroy(); }}},
                       server_losses_without_peers<Scene>());
}

// Bytes that are no request, behind the body; in an upload they would be a part of it.
template <class Scene>
loss<Scene> garbage() {
  return {"garbage", [](Scene& s) {
            s.client->send(std::string(300, '\1'));
            s.client->close();
          }};
}

template <request_kind Kind>
void run_router(operations<handler_handles> const& all, char const* name) {
  matrix m(name);
  auto losses = router_losses<router_scene<Kind>>();
  if (Kind != request_kind::upload) {
    losses.push_back(garbage<router_scene<Kind>>());
  }
  run_scenes<router_scene<Kind>>(m, all, losses);
  CHECK(m.report() == "");
}

}  // namespace

TEST_CASE("web lifetime: every operation of a context survives the loss of the client", "[web]") {
  run_router<request_kind::text>(context_operations(), "web context");
  run_router<request_kind::json>(json_operations(), "web context, JSON");
  run_router<request_kind::form>(form_operations(), "web context, form");
}

TEST_CASE("web lifetime: every way to send a file survives the loss of the client", "[web]") {
  run_router<request_kind::text>(send_file_operations(), "web send_file");
  run_router<request_kind::get>(files_operations(), "web files");
}

TEST_CASE("web lifetime: every operation of an upload survives the loss of the client", "[web]") {
  run_router<request_kind::upload>(upload_operations(), "web upload");
}

TEST_CASE("web lifetime: every operation of an event stream survives the loss of the client",
          "[web]") {
  run_router<request_kind::events>(event_operations(), "web events");
}

}  // namespace behaviour_web_lifetime_server
