// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// A server with handlers fixed by a contract. Its bytes are compared with those of other servers
// with the same contract.
//   parity_server --mode NAME
// Writes {"port":N} to stdout and events to stderr. It ends when stdin is closed.

#include "conformance/server/handlers.hpp"
#include "conformance/server/modes.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <deque>
#include <iostream>
#include <map>
#include <unistd.h>

namespace parity {
namespace {

/// The server of one mode with all its settings.
class oracle {
public:
  oracle(net::any_io_executor ex, mode const& m);

  std::uint16_t listen() { return server_.listen(0, "127.0.0.1").address().port; }

private:
  void watch(anode::socket s);
  void watch(call const& c);
  void install();

  void log_timeout(std::uint16_t port);

  net::awaitable<void> request(http::incoming_message& req, http::server_response& res,
                               std::string_view event, std::string_view forced);
  net::awaitable<void> check_continue(http::incoming_message& req, http::server_response& res);
  net::awaitable<void> check_expectation(http::incoming_message& req, http::server_response& res);
  net::awaitable<void> dispatch(call& c, std::string_view forced);

  call begin(http::incoming_message& req, http::server_response& res, std::string_view event);

  mode const& mode_;
  http::server server_;
  std::map<std::uint16_t, unsigned> requests_;  // number of requests, by client port
  std::map<std::uint16_t, std::deque<unsigned>> unanswered_;
  struct latest {
    unsigned id = 0;
    http::incoming_message const* req = nullptr;  // null once it is closed
  };
  std::map<std::uint16_t, latest> latest_;  // latest request, by client port
};

// Returns the port of the client. The connection may be closed, because `watch` has asked for it
// before.
std::uint16_t port_of(anode::socket const& s) { return s.remote_endpoint().port; }

// Logs an exception outside of a handler call.
void log_uncaught(http::exception const& e) {
  log_event(0, "uncaught", json_text().text("code", e.code_name()).text("message", e.what()));
}

http::server_options options_of(mode const& m) {
  http::server_options options;
  m.set(options);
  return options;
}

bool begins_with(http::incoming_message const& req, std::string_view prefix) {
  return req.url().starts_with(prefix);
}

oracle::oracle(net::any_io_executor ex, mode const& m)
    : mode_(m), server_(std::move(ex), options_of(m)) {
  server_.on_connection([this](anode::socket s) { watch(std::move(s)); });
  server_.on_request([this](http::incoming_message& req, http::server_response& res) {
    return request(req, res, "request", mode_.force);
  });
  http::server_trace trace;
  trace.client_error = [](http::client_error const& e, anode::socket const& s) {
    json_text fields;
    fields.text("code", http::code_name(e.code)).text("message", e.message);
    fields.number("bytesParsed", static_cast<std::int64_t>(e.bytes_parsed));
    fields.number("rawPacket", static_cast<std::int64_t>(e.raw_packet.size()));
    log_event(port_of(s), "clientError", fields);
  };
  trace.timeout = [this](anode::socket const& s) { log_timeout(port_of(s)); };
  trace.drop_request = [](http::incoming_message const& req, anode::socket const& s) {
    json_text fields;
    fields.text("method", req.method()).text("url", req.url());
    log_event(port_of(s), "dropRequest", fields);
  };
  server_.set_trace(std::move(trace));
  install();
}

// Logs the events of a connection.
void oracle::watch(anode::socket s) {
  std::uint16_t const port = port_of(s);
  requests_[port] = 0;
  unanswered_[port].clear();
  log_event(port, "connection");
  auto const failed = std::make_shared<bool>(false);
  s.on_end([port] { log_event(port, "socket.end"); });
  s.on_error([port, failed](anode::error_code ec) {
    *failed = true;
    log_event(port, "socket.error",
              json_text().text("code", http::code_name(ec)).text("message", ec.message()));
  });
  s.on_close(
      [port, failed] { log_event(port, "socket.close", json_text().truth("hadError", *failed)); });
}

// Logs which listeners get a timeout: the connection, the request that is being received, the
// current response, the server.
void oracle::log_timeout(std::uint16_t port) {
  log_event(port, "socket.timeout");
  if (latest const l = latest_[port]; l.req != nullptr && !l.req->complete()) {
    log_event(port, "req.timeout", json_text().number("id", l.id));
  }
  if (!unanswered_[port].empty()) {
    log_event(port, "res.timeout", json_text().number("id", unanswered_[port].front()));
  }
  log_event(port, "server.timeout");
}

// Logs the events of a request and its response.
void oracle::watch(call const& c) {
  auto const log = [port = c.port, id = c.id](std::string_view event) {
    return [=] { log_event(port, event, json_text().number("id", id)); };
  };
  auto const log_error = [port = c.port, id = c.id](std::string_view event) {
    return [=](anode::error_code ec) {
      json_text fields;
      fields.number("id", id).text("code", http::code_name(ec)).text("message", ec.message());
      log_event(port, event, fields);
    };
  };
  latest_[c.port] = {c.id, &c.req};
  c.req.on_close([this, port = c.port, id = c.id] {
    if (latest_[port].id == id) {
      latest_[port] = {};
    }
  });
  c.req.on_end(log("req.end")).on_aborted(log("req.aborted")).on_close(log("req.close"));
  c.res.on_finish([this, port = c.port, id = c.id] { std::erase(unanswered_[port], id); });
  c.res.on_finish(log("res.finish")).on_close(log("res.close")).on_error(log_error("res.error"));
}

call oracle::begin(http::incoming_message& req, http::server_response& res,
                   std::string_view event) {
  std::uint16_t const port = port_of(req.socket());
  call c{server_, req, res, port, ++requests_[port], {}, false};
  watch(c);
  unanswered_[port].push_back(c.id);
  json_text fields;
  fields.text("method", req.method()).text("url", req.url()).text("version", req.http_version());
  c.log(event, fields);
  return c;
}

net::awaitable<void> oracle::request(http::incoming_message& req, http::server_response& res,
                                     std::string_view event, std::string_view forced) {
  call c = begin(req, res, event);
  co_await dispatch(c, forced);
}

// Finds the handler that a request names and runs it.
net::awaitable<void> oracle::dispatch(call& c, std::string_view forced) {
  std::string_view name = forced;
  if (name.empty() && c.req.url().starts_with('/')) {
    std::string_view path = c.req.url();
    path = path.substr(1, path.find_first_of("?#") - 1);
    name = path.empty() ? "(root)" : path.substr(0, path.find('/'));
    while (path.find('/') != std::string_view::npos) {
      path.remove_prefix(path.find('/') + 1);
      c.arguments.emplace_back(path.substr(0, path.find('/')));
    }
  }
  handler const* const found = find_handler(name);
  handler const& h = found != nullptr ? *found : *find_handler("inspect");
  try {
    if (h.wait != nullptr) {
      co_await h.wait(c);
      co_return;
    }
    h.run(c);
  } catch (http::exception const& e) {
    if (!c.waited) {
      c.log_throw(e);
      c.req.socket().destroy();
    } else {
      log_uncaught(e);  // After the handler call, therefore nothing is answered.
    }
  }
  // A handler that answers later or never has returned. Returning from here would end the response.
  if (!c.res.writable_ended()) {
    co_await c.res.finished();
  }
}

net::awaitable<void> oracle::check_continue(http::incoming_message& req,
                                            http::server_response& res) {
  call c = begin(req, res, "checkContinue");
  if (begins_with(req, "/reject")) {
    res.write_head(413);
    res.end("too big");
  } else if (begins_with(req, "/silent")) {
    co_await dispatch(c, "echo");
  } else {
    res.write_continue();
    co_await dispatch(c, "");
  }
}

net::awaitable<void> oracle::check_expectation(http::incoming_message& req,
                                               http::server_response& res) {
  call c = begin(req, res, "checkExpectation");
  if (begins_with(req, "/accept")) {
    co_await dispatch(c, "inspect");
  } else {
    res.write_head(417, "Nope");
    res.end("expectation: " + std::string(req.headers().get("expect").value_or("undefined")));
  }
}

// Echoes the received bytes, beginning with those received with the request.
net::awaitable<void> echo(anode::socket s) {
  while (auto const chunk = co_await s.read()) {
    co_await s.write(*chunk);
  }
  s.end();
  co_await s.closed();
}

void log_leaving(std::string_view event, http::incoming_message const& req,
                 anode::socket const& s) {
  json_text fields;
  fields.text("method", req.method()).text("url", req.url()).text("head", s.buffered());
  log_event(s.remote_endpoint().port, event, fields);
}

net::awaitable<void> upgrade(http::incoming_message& req, anode::socket s) {
  log_leaving("upgrade", req, s);
  if (begins_with(req, "/upgrade-reject")) {
    s.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    co_return;
  }
  if (begins_with(req, "/upgrade-destroy")) {
    s.destroy();
    co_return;
  }
  s.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: " +
          std::string(req.headers().get("upgrade").value_or("undefined")) +
          "\r\nX-Head: " + std::to_string(s.buffered().size()) + "\r\n\r\n");
  co_await echo(s);
}

net::awaitable<void> connect(http::incoming_message& req, anode::socket s) {
  log_leaving("connect", req, s);
  if (begins_with(req, "reject")) {
    s.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    co_return;
  }
  s.write("HTTP/1.1 200 Connection Established\r\nX-Target: " + std::string(req.url()) +
          "\r\n\r\n");
  co_await echo(s);
}

void reply_to_error(http::client_error const& e, anode::socket s) {
  if (!s.writable() || http::code_name(e.code) == "ECONNRESET") {
    s.destroy();
  } else {
    s.end("HTTP/1.1 400 Custom\r\nX-Code: " + std::string(http::code_name(e.code)) +
          "\r\nConnection: close\r\n\r\n");
  }
}

void oracle::install() {
  using request_type = http::incoming_message;
  using response_type = http::server_response;
  if (mode_.has("checkContinue")) {
    server_.on_check_continue(
        [this](request_type& req, response_type& res) { return check_continue(req, res); });
  }
  if (mode_.has("checkExpectation")) {
    server_.on_check_expectation(
        [this](request_type& req, response_type& res) { return check_expectation(req, res); });
  }
  if (mode_.has("upgrade")) {
    server_.on_upgrade(upgrade);
  }
  if (mode_.has("connect")) {
    server_.on_connect(connect);
  }
  if (mode_.has("clientErrorReply")) {
    server_.on_client_error(reply_to_error);
  }
  if (mode_.has("clientErrorDestroy")) {
    server_.on_client_error([](http::client_error const&, anode::socket s) { s.destroy(); });
  }
  if (mode_.has("clientErrorIgnore")) {
    server_.on_client_error([](http::client_error const&, anode::socket const&) {});
  }
  if (mode_.has("dropRequest")) {
    server_.on_drop_request([](request_type const&, anode::socket const&) {});
  }
  if (mode_.has("timeout")) {
    server_.on_timeout(
        [](anode::socket s) { s.end("HTTP/1.1 503 Timeout\r\nConnection: close\r\n\r\n"); });
  }
}

// Reads until the end of input, which throws.
net::awaitable<void> wait_closed(net::posix::stream_descriptor& input) {
  for (char ignored[256];;) {
    co_await input.async_read_some(net::buffer(ignored), net::use_awaitable);
  }
}

int run(mode const& m) {
  net::io_context io{1};
  net::posix::stream_descriptor input(io, ::dup(STDIN_FILENO));
  net::signal_set signals(io, SIGTERM);
  signals.async_wait([&](anode::error_code, int) { io.stop(); });
  net::co_spawn(io, wait_closed(input), [&](std::exception_ptr) { io.stop(); });
  oracle server(io.get_executor(), m);
  std::cout << json_text().number("port", server.listen()).str() << std::endl;
  for (bool again = true; again;) {
    again = false;
    try {
      io.run();
    } catch (http::exception const& e) {  // of a callback
      log_uncaught(e);
      again = true;
    }
  }
  return 0;
}

}  // namespace
}  // namespace parity

int main(int count, char** arguments) {
  std::string_view const name =
      count == 3 && std::string_view(arguments[1]) == "--mode" ? arguments[2] : "";
  parity::mode const* const m = parity::find_mode(name);
  if (m == nullptr) {
    std::cerr << "usage: parity_server --mode NAME\n";
    return 2;
  }
  return parity::run(*m);
}
