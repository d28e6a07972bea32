// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Moved-from and empty handles. Queries return the values of a finished object, end() has no
// effect, and other calls throw an error with the name of the handle.
#include "support/client_fixture.hpp"

#include <anode/error.hpp>
#include <anode/server.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace behaviour_message_empty_handles {

namespace http = anode::http;
namespace net = boost::asio;
using support::client_fixture;

namespace {

using acts = std::vector<std::function<void()>>;

// Checks that each act throws an error with the name of the handle.
void check_refused(std::string const& name, acts const& all) {
  for (std::size_t i = 0; i != all.size(); ++i) {
    INFO(name << ", act " << i);
    std::string refused;
    try {
      all[i]();
    } catch (http::exception const& e) {
      CHECK(e.code() == http::error::invalid_this);
      refused = e.what();
    }
    CHECK(refused == "The " + name + " refers to nothing");
  }
}

}  // namespace

TEST_CASE("empty handles: a moved-from request is finished and rejects other calls") {
  client_fixture f;
  auto r = f.request("GET");
  http::client_request const moved = std::move(r);
  CHECK(moved);
  CHECK_FALSE(r);
  CHECK(r.destroyed());
  CHECK(r.closed());
  CHECK_FALSE(r.headers_sent());
  CHECK_FALSE(r.writable_ended());
  CHECK_FALSE(r.writable_finished());
  CHECK_FALSE(r.writable_need_drain());
  CHECK_FALSE(r.strict_content_length());
  CHECK_FALSE(r.has_header("a"));
  CHECK_FALSE(r.errored());
  CHECK(r.writable_length() + r.writable_corked() + r.writable_high_water_mark() == 0);
  CHECK(r.method().empty());
  CHECK(r.path().empty());
  CHECK(r.host().empty());
  CHECK_FALSE(r.reused_socket());
  CHECK_FALSE(r.aborted());
  CHECK(r.retries() + r.max_headers_count() == 0);
  CHECK_FALSE(r.socket());
  r.set_strict_content_length(true);
  r.destroy();
  check_refused("client_request", {[&] { r.get_executor(); },
                                   [&] { r.set_header("a", "b"); },
                                   [&] { r.append_header("a", "b"); },
                                   [&] { r.set_headers({{"a", "b"}}); },
                                   [&] { r.remove_header("a"); },
                                   [&] { r.get_header("a"); },
                                   [&] { r.get_headers(); },
                                   [&] { r.get_header_names(); },
                                   [&] { r.get_raw_header_names(); },
                                   [&] { r.add_trailers({{"a", "b"}}); },
                                   [&] { r.write("x"); },
                                   [&] { r.end(); },
                                   [&] { r.end("x"); },
                                   [&] { r.flush_headers(); },
                                   [&] { r.cork(); },
                                   [&] { r.uncork(); },
                                   [&] { (void)r.drained(); },
                                   [&] { (void)r.finished(); },
                                   [&] { r.on_head([](auto) {}); },
                                   [&] { r.set_body_filter(nullptr); },
                                   [&] { r.flush(); },
                                   [&] { r.write_file(0, 0, 1); },
                                   [&] { r.on_finish([] {}); },
                                   [&] { r.on_prefinish([] {}); },
                                   [&] { r.on_drain([] {}); },
                                   [&] { r.on_error([](auto) {}); },
                                   [&] { r.on_close([] {}); },
                                   [&] { (void)r.response(); },
                                   [&] { (void)r.upgraded(); },
                                   [&] { (void)r.continued(); },
                                   [&] { r.set_timeout(std::chrono::seconds(1)); },
                                   [&] { r.set_no_delay(); },
                                   [&] { r.set_socket_keep_alive(); },
                                   [&] { r.set_max_headers_count(1); },
                                   [&] { r.on_response([](auto) {}); },
                                   [&] { r.on_upgrade([](auto, auto) {}); },
                                   [&] { r.on_connect([](auto, auto) {}); },
                                   [&] { r.on_information([](auto const&) {}); },
                                   [&] { r.on_continue([] {}); },
                                   [&] { r.on_socket([](auto) {}); },
                                   [&] { r.on_timeout([] {}); },
                                   [&] { r.on_abort([] {}); },
                                   [&] { r.on_request_error([](auto const&) {}); }});
}

TEST_CASE("empty handles: a moved-from incoming message is finished and rejects other calls") {
  client_fixture f;
  auto r = f.request("GET");
  r.end();
  f.settle();
  f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
  http::incoming_message m = std::move(f.response);
  CHECK(m.status_code() == 200);
  http::incoming_message& none = f.response;
  CHECK_FALSE(none);
  CHECK(none.method().empty());
  CHECK(none.url().empty());
  CHECK(none.status_code() == 0);
  CHECK(none.status_message().empty());
  CHECK(none.http_version_major() + none.http_version_minor() == 0);
  CHECK(none.raw_headers().size() == 0);
  CHECK(none.raw_trailers().size() == 0);
  CHECK_FALSE(none.complete());
  CHECK_FALSE(none.aborted());
  CHECK_FALSE(none.readable_ended());
  CHECK(none.destroyed());
  CHECK(none.closed());
  CHECK_FALSE(none.errored());
  CHECK_FALSE(none.socket());
  none.dump();
  none.destroy();
  char byte = 0;
  check_refused("incoming_message",
                {[&] { none.get_executor(); }, [&] { none.headers(); }, [&] { none.trailers(); },
                 [&] { (void)none.read(); }, [&] { (void)none.read(net::buffer(&byte, 1)); },
                 [&] { (void)none.text(); }, [&] { (void)none.bytes(); },
                 [&] { none.set_timeout(std::chrono::seconds(1)); }, [&] { none.on_end([] {}); },
                 [&] { none.on_aborted([] {}); }, [&] { none.on_error([](auto) {}); },
                 [&] { none.on_timeout([] {}); }, [&] { none.on_close([] {}); }});
}

TEST_CASE("empty handles: a moved-from agent has no connections and rejects requests") {
  net::io_context io;
  http::agent first(io.get_executor());
  http::agent const second = std::move(first);
  CHECK(first.totals().sockets == 0);
  CHECK_FALSE(first.options().keep_alive);
  CHECK_FALSE(first.remove(anode::socket()));
  first.destroy();
  first.close_free();
  check_refused(
      "agent",
      {[&] { first.get_executor(); }, [&] { first.request(http::request_options()); },
       [&] { first.request("GET", "http://a/"); },
       [&] { first.request("http://a/", http::request_options()); },
       [&] { (void)first.get("http://a/"); }, [&] { (void)first.get("http://a/", {}); },
       [&] { (void)first.get(http::request_options()); },
       [&] { (void)first.send(http::request_options()); },
       [&] { (void)first.send("PUT", "http://a/", "b"); }, [&] { first.set_options({}); },
       [&] { first.set_trace({}); }, [&] { first.by_name(); }, [&] { first.get_name({}); }});
}

TEST_CASE("empty handles: a moved-from server does not listen and rejects other calls") {
  net::io_context io;
  http::server first(io.get_executor());
  http::server const second = std::move(first);
  CHECK_FALSE(first.listening());
  CHECK(first.connection_count() == 0);
  CHECK(first.options().max_header_size == http::server_options().max_header_size);
  first.close();
  first.close_idle_connections();
  first.close_all_connections();
  auto const nothing = [](auto&&...) {};
  check_refused(
      "server",
      {[&] { first.get_executor(); }, [&] { first.listen(0); }, [&] { first.listen_descriptor(0); },
       [&] { first.address(); }, [&] { first.emit_connection(nullptr); },
       [&] { (void)first.drain(std::chrono::seconds(1)); }, [&] { first.connections(); },
       [&] { first.set_options({}); }, [&] { first.set_timeout(std::chrono::seconds(1)); },
       [&] { first.on_client_error(nothing); }, [&] { first.on_drop_request(nothing); },
       [&] { first.on_timeout(nothing); }, [&] { first.on_connection(nothing); },
       [&] { first.on_listening(nothing); }, [&] { first.on_close(nothing); },
       [&] { first.on_error(nothing); }, [&] { first.set_trace({}); }});
}

}  // namespace behaviour_message_empty_handles
