// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "conformance/server/handlers.hpp"

#include <boost/asio/co_spawn.hpp>

namespace parity {
namespace {

// Handlers for informational responses, delays, errors and closing.

void end_after_hints(call& c, http::header_list const& hints) {
  c.res.write_early_hints(hints);
  c.res.end("after 103");
}

void early_hints_none(call& c) {
  c.res.write_early_hints({{"x", "1"}});
  c.res.write_early_hints({{"link", std::vector<std::string>()}});
  c.res.end("no 103");
}

void info_all(call& c) {
  c.res.write_continue();
  c.res.write_processing();
  c.res.write_early_hints({{"link", "</a.css>; rel=preload"}});
  c.res.write_head(200);
  c.res.end("all");
}

net::awaitable<void> delay(call& c) {
  co_await pause(c, c.number());
  c.res.end("delayed " + c.argument());
}

net::awaitable<void> delay_stream(call& c) {
  c.res.write("first");
  co_await pause(c, c.number());
  c.res.end("last");
}

net::awaitable<void> destroy_mid(call& c) {
  c.res.write_head(200);
  c.res.write("partial");
  co_await pause(c, 30);
  c.req.socket().destroy();
}

net::awaitable<void> res_destroy_mid(call& c) {
  c.res.set_header("Content-Length", 20);
  c.res.write("partial");
  co_await pause(c, 30);
  c.res.destroy();
}

void end_then_destroy(call& c) {
  c.res.end("sent");
  c.req.socket().destroy();
}

void log_errors(call const& c) {
  c.res.on_error([port = c.port, id = c.id](anode::error_code ec) {
    log_event(port, "handler.error",
              json_text().number("id", id).text("code", http::code_name(ec)));
  });
}

void end_twice(call& c) {
  log_errors(c);
  c.res.end("once");
  c.res.end("twice");
}

void write_after_end(call& c) {
  log_errors(c);
  c.res.end("done");
  c.res.write("more");
}

std::string snapshot(http::server_response const& res) {
  json_text all("[]");
  auto const truth = [&](bool b) { all.raw(b ? "true" : "false"); };
  truth(res.headers_sent());
  truth(res.writable_ended());
  truth(res.writable_finished());
  all.raw(std::to_string(res.writable_corked()));
  truth(res.destroyed());
  all.raw(std::to_string(res.status_code()));
  all.raw(res.status_message().empty() ? "null" : json_quoted(res.status_message()));
  return all.str();
}

void state(call& c) {
  json_text all;
  all.raw("start", snapshot(c.res));
  c.res.write_head(202);
  all.raw("head", snapshot(c.res));
  c.res.write("x");
  all.raw("write", snapshot(c.res));
  c.res.end(all.str());
}

void end_callback(call& c) {
  c.res.on_finish([port = c.port, id = c.id, &res = c.res] {
    json_text fields;
    fields.number("id", id).truth("writableFinished", res.writable_finished());
    log_event(port, "handler.endCallback", fields);
  });
  c.res.end("cb");
}

// Awaits the writes to which Node passes callbacks.
net::awaitable<void> write_callbacks(call& c) {
  anode::write_operation a = c.res.write("a");
  anode::write_operation b = c.res.write("b");
  anode::write_operation end = c.res.end("c");
  co_await std::move(a);
  c.log("handler.callback", json_text().number("n", 1));
  co_await std::move(b);
  c.log("handler.callback", json_text().number("n", 2));
  co_await std::move(end);
  c.log("handler.callback", json_text().number("n", 3));
}

void close_server(call const& c) {
  net::co_spawn(c.server.get_executor(), c.server.close().as_awaitable(),
                [port = c.port, id = c.id](std::exception_ptr) {
                  log_event(port, "server.closed", json_text().number("id", id));
                });
}

net::awaitable<void> server_close_late(call& c) {
  close_server(c);
  co_await pause(c, 60);
  c.res.end("closing server");
}

net::awaitable<void> close_all(call& c) {
  co_await pause(c, 30);
  c.server.close_all_connections();
}

std::chrono::milliseconds duration(call const& c) { return std::chrono::milliseconds(c.number()); }

constexpr handler interim_table[] = {
    {"continue",
     [](call& c) {
       c.res.write_continue();
       c.res.end("after 100");
     }},
    {"continue-twice",
     [](call& c) {
       c.res.write_continue();
       c.res.write_continue();
       c.res.end("after");
     }},
    {"processing",
     [](call& c) {
       c.res.write_processing();
       c.res.end("after 102");
     }},
    {"early-hints",
     [](call& c) { end_after_hints(c, {{"link", "</style.css>; rel=preload; as=style"}}); }},
    {"early-hints-array",
     [](call& c) {
       end_after_hints(c, {{"link", {"</a.css>; rel=preload", "</b.js>; rel=preload"}}});
     }},
    {"early-hints-extra",
     [](call& c) {
       end_after_hints(
           c, {{"x-trace-id", "id1"}, {"link", "</a.css>; rel=preload"}, {"X-Other", "2"}});
     }},
    {"early-hints-none", early_hints_none},
    {"info-all", info_all},
    {"info-after-head",
     [](call& c) {
       c.res.write_head(200);
       c.res.write_processing();
       c.res.end("body");
     }},
    {"info-after-flush",
     [](call& c) {
       c.res.flush_headers();
       c.res.write_processing();
       c.res.end("body");
     }},
};

constexpr handler table[] = {
    {"delay", nullptr, delay},
    {"delay-stream", nullptr, delay_stream},
    {"destroy", [](call& c) { c.req.socket().destroy(); }},
    {"req-destroy", [](call& c) { c.req.destroy(); }},
    {"res-destroy", [](call& c) { c.res.destroy(); }},
    {"destroy-mid", nullptr, destroy_mid},
    {"res-destroy-mid", nullptr, res_destroy_mid},
    {"end-then-destroy", end_then_destroy},
    {"reset", [](call& c) { c.req.socket().reset(); }},
    {"socket-end", [](call& c) { c.req.socket().end(); }},
    {"no-end", [](call&) {}},
    {"half-body",
     [](call& c) {
       c.res.write_head(200);
       c.res.write("half");
     }},
    {"end-twice", end_twice},
    {"write-after-end", write_after_end},
    {"state", state},
    {"res-timeout",
     [](call& c) { c.res.set_timeout(duration(c), [&res = c.res] { res.end("timed out"); }); }},
    {"res-timeout-default", [](call& c) { c.res.set_timeout(duration(c)); }},
    {"req-timeout",
     [](call& c) { c.req.set_timeout(duration(c), [&res = c.res] { res.end("req timed out"); }); }},
    {"end-callback", end_callback},
    {"write-callbacks", nullptr, write_callbacks},
    {"server-close",
     [](call& c) {
       close_server(c);
       c.res.end("closing server");
     }},
    {"server-close-late", nullptr, server_close_late},
    {"close-idle",
     [](call& c) {
       c.server.close_idle_connections();
       c.res.end("closed idle");
     }},
    {"close-all", nullptr, close_all},
};

}  // namespace

std::span<handler const> interim_handlers() { return interim_table; }
std::span<handler const> lifecycle_handlers() { return table; }

}  // namespace parity
