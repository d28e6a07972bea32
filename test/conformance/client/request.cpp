// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Starts the requests of a scenario and reports their events.
#include "conformance/client/scenario.hpp"
#include "transport/socket_stream.hpp"

#include <anode/error.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace parity {
namespace {

bool lists(json::value const& list, std::string_view name) {
  return list.is_array() &&
         std::any_of(list.as_array().begin(), list.as_array().end(), [&](json::value const& v) {
           return v.is_string() && std::string_view(v.as_string()) == name;
         });
}

json::object head_fields(http::incoming_message const& m) {
  return {{"status", m.status_code()},
          {"message", latin1(m.status_message())},
          {"version", latin1(m.http_version())},
          {"headers", pairs_of(m.headers())},
          {"rawHeaders", flat_of(m.raw_headers())}};
}

// Connects a request with its own connector to an address and a port.
net::awaitable<std::unique_ptr<anode::byte_stream>> connect_plainly(http::connect_options const& to,
                                                                    net::any_io_executor ex) {
  net::generic::stream_protocol::socket socket(ex);
  net::ip::tcp::endpoint const at(net::ip::make_address(to.host), to.port);
  co_await socket.async_connect(at, net::use_awaitable);
  co_return std::make_unique<anode::transport::socket_stream>(std::move(socket));
}

// Reads a response as a listener of its data event would.
net::awaitable<void> read_response(std::shared_ptr<scenario> s,
                                   std::shared_ptr<running_request> r) {
  try {
    while (auto const chunk = co_await r->response.read()) {
      s->event(r->id, "data", from_bytes(*chunk));
    }
  } catch (std::exception const&) {
    // The listeners of the response report the error.
  }
}

net::awaitable<void> read_tunnel(std::shared_ptr<scenario> s, std::shared_ptr<running_request> r) {
  anode::socket tunnel = r->tunnel;
  try {
    while (auto const chunk = co_await tunnel.read()) {
      s->event(r->id, "tunnel.data", from_bytes(*chunk));
    }
    if (!tunnel.destroyed()) {
      s->event(r->id, "tunnel.end");
      // A stream of Node's net module also ends its own direction.
      tunnel.end();
      co_await tunnel.drained();
      tunnel.destroy();
    }
  } catch (std::exception const&) {
  }
}

}  // namespace

void scenario::start(json::object const& what) {
  auto const r = std::make_shared<running_request>();
  r->id = get_text(what, "id", "a");
  requests_[r->id] = r;
  try {
    r->request = make(what, *r);
    r->made = true;
    watch(r, what);
    if (get_text(what, "abort_signal") == "before") {
      r->signal.emit(net::cancellation_type::terminal);
    }
  } catch (http::exception const& e) {
    // Node reports the URL beside its message, as `input`.
    bool const of_url = e.code() == http::error::invalid_url_argument;
    event(r->id, "throw", error_fields(e.code(), of_url ? "Invalid URL" : e.what()));
    r->closed = true;
  } catch (argument_error const& e) {
    event(r->id, "throw", json::object{{"code", e.code()}, {"message", e.what()}});
    r->closed = true;
  }
}

http::client_request scenario::make(json::object const& what, running_request& r) {
  json::value const& given = get(what, "options");
  json::object const options = given.is_object() ? given.as_object() : json::object();
  http::request_options o = request_options_of(options, ports_);
  json::value const& url = get(what, "url");
  if (url.is_string() && get(options, "hostname").is_null()) {
    o.host.clear();  // The host of a URL takes precedence over the option.
  }
  if (url.is_null()) {
    if (get(options, "host").is_null() && o.host.empty()) {
      o.host = "127.0.0.1";
    }
    if (!options.contains("port") && o.socket_path.empty()) {
      json::value const& server = get(what, "server");
      o.port = ports_.at(server.is_number() ? server.to_number<std::size_t>() : 0);
    }
  }
  if (!get(what, "abort_signal").is_null()) {
    o.signal = r.signal.slot();
  }
  if (get(what, "create_connection") == true) {
    o.create_connection = [ex = executor_](http::connect_options const& to)
        -> net::awaitable<std::unique_ptr<anode::byte_stream>> { return connect_plainly(to, ex); };
  }
  json::value const& which = get(options, "agent");
  if (which.is_string() || which.is_object()) {
    http::agent& a = agent(which);
    return url.is_string() ? a.request(fill_ports(url.as_string(), ports_), std::move(o))
                           : a.request(std::move(o));
  }
  return url.is_string()
             ? http::request(executor_, fill_ports(url.as_string(), ports_), std::move(o))
             : http::request(executor_, std::move(o));
}

void scenario::watch(record const& r, json::object const& what) {
  auto const self = shared_from_this();
  http::client_request& request = r->request;
  std::string const& id = r->id;
  json::value const& without = get(what, "without");
  json::value const& with = get(what, "with");
  if (json::value const& props = get(what, "props"); props.is_object()) {
    for (auto const& member : props.as_object()) {
      if (member.key() == "strictContentLength") {
        request.set_strict_content_length(member.value() == true);
      } else if (member.key() == "maxHeadersCount" && member.value().is_number()) {
        request.set_max_headers_count(member.value().to_number<std::size_t>());
      }
    }
  }
  if (!lists(without, "socket")) {
    request.on_socket([self, r](anode::socket) {
      self->event(r->id, "socket", json::object{{"reused", r->request.reused_socket()}});
    });
  }
  if (!lists(without, "response")) {
    bool const read = get_text(what, "read", "flow") == "flow";
    request.on_response([self, r, read](http::incoming_message m) {
      r->read = read;
      self->watch_response(r, std::move(m));
    });
  }
  request.on_information([self, id](http::information const& i) {
    self->event(id, "information",
                json::object{{"status", i.status_code},
                             {"message", latin1(i.status_message)},
                             {"version", latin1(i.http_version())},
                             {"headers", pairs_of(i.headers())},
                             {"rawHeaders", flat_of(i.raw_headers)}});
  });
  request.on_continue([self, id] { self->event(id, "continue"); });
  request.on_timeout([self, id] { self->event(id, "timeout"); });
  request.on_abort([self, id] { self->event(id, "abort"); });
  request.on_finish([self, id] { self->event(id, "finish"); });
  request.on_drain([self, id] { self->event(id, "drain"); });
  request.on_error(
      [self, id](boost::system::error_code ec) { self->event(id, "error", error_fields(ec)); });
  request.on_close([self, r] {
    r->closed = true;
    self->event(r->id, "close");
  });
  if (lists(with, "upgrade")) {
    request.on_upgrade([self, r](http::incoming_message m, anode::socket s) {
      self->watch_tunnel(r, "upgrade", std::move(m), std::move(s));
    });
  }
  if (lists(with, "connect")) {
    request.on_connect([self, r](http::incoming_message m, anode::socket s) {
      self->watch_tunnel(r, "connect", std::move(m), std::move(s));
    });
  }
}

void scenario::watch_response(record const& r, http::incoming_message response) {
  auto const self = shared_from_this();
  std::string const& id = r->id;
  r->response = std::move(response);
  http::incoming_message& m = r->response;
  event(id, "response", head_fields(m));
  m.on_aborted([self, id] { self->event(id, "res.aborted"); });
  m.on_error([self, id](boost::system::error_code ec) {
    self->event(id, "res.error", error_fields(ec, "aborted"));
  });
  m.on_timeout([self, id] { self->event(id, "res.timeout"); });
  m.on_end([self, r] {
    if (!r->response) {
      return;  // cleaned up
    }
    self->event(r->id, "res.end",
                json::object{{"complete", r->response.complete()},
                             {"trailers", pairs_of(r->response.trailers())},
                             {"rawTrailers", flat_of(r->response.raw_trailers())}});
  });
  m.on_close([self, r] {
    if (!r->response) {
      return;
    }
    self->event(
        r->id, "res.close",
        json::object{{"complete", r->response.complete()}, {"aborted", r->response.aborted()}});
  });
  if (r->read) {
    net::co_spawn(executor_, read_response(self, r), net::detached);
  }
}

void scenario::watch_tunnel(record const& r, std::string_view name, http::incoming_message response,
                            anode::socket socket) {
  auto const self = shared_from_this();
  std::string const& id = r->id;
  // Bytes behind the head are Node's third argument and no data of the socket.
  std::string const head(socket.buffered());
  json::object fields = head_fields(response);
  fields.erase("version");
  fields.erase("rawHeaders");
  fields["head"] = from_bytes(head);
  event(id, name, fields);
  r->response = std::move(response);
  r->tunnel = socket;
  socket.on_close([self, id] { self->event(id, "tunnel.close"); });
  socket.on_error([self, id](boost::system::error_code ec) {
    self->event(id, "tunnel.error", error_fields(ec));
  });
  net::co_spawn(
      executor_,
      [](std::shared_ptr<scenario> s, record of, std::size_t size) -> net::awaitable<void> {
        std::string skipped(size, '\0');
        for (std::size_t n = 0; n < size;) {
          n += co_await of->tunnel.read(net::buffer(skipped.data() + n, size - n));
        }
        co_await read_tunnel(s, of);
      }(self, r, head.size()),
      net::detached);
}

}  // namespace parity
