// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Tests each operation of a client and of its responses against each way to lose the server.
#include "behaviour/lifetime/scene.hpp"
#include "support/catch.hpp"
#include "unit/web/files/temporary_tree.hpp"

#include <anode/web/fetch.hpp>
#include <anode/web/testing.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace behaviour_web_lifetime_client {

namespace web = anode::web;
using namespace lifetime;
using namespace std::chrono_literals;

namespace {

// A JSON library of two functions.
struct plain_json {
  std::string dump() const { return {}; }
  static plain_json parse(std::string_view) { return {}; }
};

struct client_handles {
  std::optional<web::client> client{};
  web::fetch_response response{};
  std::filesystem::path folder{};
  int files = 0;

  std::filesystem::path new_path() { return folder / std::to_string(files++); }
};

operations<client_handles> const& client_operations() {
  constexpr auto r = [](std::string_view name, auto f) { return row<client_handles>(name, f); };
  static constexpr std::string_view url = "http://test/other";
  static operations<client_handles> const all{
      together<client_handles>({
          r("client::client",
            [](client_handles& h) { web::client{web::client(*h.client).agent()}; }),
          r("client::operator= (copy)",
            [](client_handles& h) {
              web::client c(*h.client);
              c = *h.client;
            }),
          r("client::operator= (move)",
            [](client_handles& h) {
              web::client c(*h.client);
              *h.client = std::move(c);
            }),
          r("client::get_executor", [](client_handles& h) { h.client->get_executor(); }),
          r("client::defaults", [](client_handles& h) { h.client->defaults().retry(0); }),
          r("client::agent", [](client_handles& h) { h.client->agent(); }),
          r("fetch_response::fetch_response", [](client_handles&) { web::fetch_response none; }),
          r("fetch_response::fetch_response (moved)",
            [](client_handles& h) {
              web::fetch_response moved(std::move(h.response));
              h.response = std::move(moved);
            }),
          r("fetch_response::operator=",
            [](client_handles& h) { h.response = std::exchange(h.response, {}); }),
          r("fetch_response::operator bool", [](client_handles& h) { return bool(h.response); }),
          r("fetch_response::status", [](client_handles& h) { h.response.status(); }),
          r("fetch_response::status_message",
            [](client_handles& h) { h.response.status_message(); }),
          r("fetch_response::ok", [](client_handles& h) { return h.response.ok(); }),
          r("fetch_response::raise_for_status",
            [](client_handles& h) { h.response.raise_for_status(); }),
          r("fetch_response::url", [](client_handles& h) { h.response.url(); }),
          r("fetch_response::redirects", [](client_handles& h) { h.response.redirects(); }),
          r("fetch_response::attempts", [](client_handles& h) { h.response.attempts(); }),
          r("fetch_response::headers", [](client_handles& h) { h.response.headers(); }),
          r("fetch_response::header", [](client_handles& h) { h.response.header("a"); }),
          r("fetch_response::length", [](client_handles& h) { h.response.length(); }),
          r("fetch_response::message", [](client_handles& h) { h.response.message(); }),
          r("fetch_response::on_progress",
            [](client_handles& h) {
              h.response.on_progress([](std::uint64_t, std::optional<std::uint64_t>) {});
            }),
      }),
      r("client::fetch", [](client_handles& h) { return h.client->fetch(url); }),
      r("client::fetch (a body, retries)",
        [](client_handles& h) {
          return h.client->fetch(url, web::fetch_options().body("text").retry(2).idempotent());
        }),
      r("client::download",
        [](client_handles& h) { return h.client->download(url, h.new_path()); }),
      r("client::download (observed)",
        [](client_handles& h) {
          return h.client->download(url, h.new_path(),
                                    [](std::uint64_t, std::optional<std::uint64_t>) {});
        }),
      r("client::download (retries)",
        [](client_handles& h) {
          return h.client->download(url, h.new_path(), web::fetch_options().retry(2));
        }),
      r("fetch_response::read", [](client_handles& h) { return h.response.read(); }),
      r("fetch_response::text", [](client_handles& h) { return h.response.text(); }),
      r("fetch_response::json", [](client_handles& h) { return h.response.json<plain_json>(); }),
      r("fetch_response::save", [](client_handles& h) { return h.response.save(h.new_path()); }),
      r("fetch_response::save (observed)",
        [](client_handles& h) {
          return h.response.save(h.new_path(), [](std::uint64_t, std::optional<std::uint64_t>) {});
        }),
  };
  return all;
}

// A client with a response of which a part has arrived. Further requests use further connections.
struct client_scene : scene {
  client_scene() {
    all.folder = tree.root();
    http::agent_options options;
    options.create_connection = origin.connections();
    agent.emplace(loop.get_executor(), options);
    all.client.emplace(*agent, web::client_options().clock(clock));
    net::co_spawn(loop.context(), fetch(*this), net::detached);
    loop.settle();
    origin[0].send(head());
    origin[0].send("begin");
    loop.settle();
  }

  static std::string head() {
    return "HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: 10\r\n\r\n";
  }

  static net::awaitable<void> fetch(client_scene& s) {
    s.all.response = co_await s.all.client->fetch("http://test/");
  }

  client_handles& handle(client_handles*) { return all; }

  void answer() {
    origin[0].send("whole");
    for (std::size_t i = 1; i < origin.size(); ++i) {
      origin[i].send(head() + "beginwhole");
    }
    web::testing::settle(loop);
  }

  void finish() {
    agent->destroy();
    web::testing::settle(loop);
    // What a retry or the second attempt has connected.
    for (std::size_t i = 0; i < origin.size(); ++i) {
      origin[i].close();
    }
    web::testing::settle(loop);
    agent->destroy();
    web::testing::settle(loop);
  }

  void check(matrix& m, outcome const& out) {
    all.response = web::fetch_response();
    loop.settle();
    m.check(out, agent->totals().sockets == 0, "the agent counts a socket");
  }

  temporary_tree tree{};
  std::shared_ptr<web::testing::manual_clock> clock =
      std::make_shared<web::testing::manual_clock>();
  anode::testing::origin origin{loop};
  std::optional<http::agent> agent{};
  client_handles all{};
};

std::vector<loss<client_scene>> const client_losses{
    {"FIN", [](client_scene& s) { s.origin[0].end(); }},
    {"reset", [](client_scene& s) { s.origin[0].reset(); }},
    {"garbage", [](client_scene& s) { s.origin[0].send(std::string(4000, '\1')); }},
    {"all connections lost",
     [](client_scene& s) {
       s.origin.refuse(net::error::connection_refused);
       for (std::size_t i = 0; i < s.origin.size(); ++i) {
         s.origin[i].reset();
       }
     }},
    {"agent destroyed", [](client_scene& s) { s.agent->destroy(); }},
    {"response destroyed",
     [](client_scene& s) {
       if (s.all.response) {
         s.all.response.message().destroy();
       }
     }},
    {"response dropped", [](client_scene& s) { s.all.response = web::fetch_response(); }},
    {"client dropped",
     [](client_scene& s) { s.all.client.emplace(*s.agent, web::client_options().clock(s.clock)); }},
    {"cancelled", [](client_scene& s) { s.cancel.emit(net::cancellation_type::terminal); }},
    {"context destroyed", [](client_scene& s) { s.context_destroyed = true; }},
};

}  // namespace

TEST_CASE("web lifetime: every operation of a client survives the loss of the server", "[web]") {
  matrix m("web client");
  run_scenes<client_scene>(m, client_operations(), client_losses);
  CHECK(m.report() == "");
}

}  // namespace behaviour_web_lifetime_client
