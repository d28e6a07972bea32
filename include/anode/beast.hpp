// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// WebSocket connections: an upgrade of a server or a client becomes a
/// `boost::beast::websocket::stream`. Not part of `anode/http.hpp`. The header is slow to compile:
/// include it only where WebSockets are used.
///
/// ```cpp
/// server.on_upgrade([](http::incoming_message& req, anode::socket s) -> net::awaitable<void> {
///   auto const ws = co_await anode::accept_websocket(req, s);
///   beast::flat_buffer message;
///   while (ws->is_open()) {
///     co_await ws->async_read(message, net::use_awaitable);
///     ws->text(ws->got_text());
///     co_await ws->async_write(message.data(), net::use_awaitable);
///     message.clear();
///   }
/// });
///
/// auto const ws = co_await anode::connect_websocket(agent, "ws://127.0.0.1:8000/chat");
/// ```

#include <anode/agent.hpp>
#include <anode/incoming_message.hpp>
#include <anode/server_response.hpp>
#include <anode/socket.hpp>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/error.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace anode {

/// Beast's WebSocket stream over an anode connection.
using websocket_stream = boost::beast::websocket::stream<socket>;

/// Owns a WebSocket stream. Destroying it closes the connection.
using websocket_ptr = std::unique_ptr<websocket_stream>;

/// The options of a WebSocket connection. They are a class and not an aggregate, therefore they may
/// be used inside `co_await` expressions with g++ 12.
class websocket_options {
public:
  /// Makes the default options.
  websocket_options() {}  // not defaulted, because the class must not be an aggregate

  /// Maximum size of a received message in bytes, decompressed. A larger message fails the
  /// connection with `websocket::error::message_too_big`.
  std::size_t max_message_size = std::size_t{16} * 1024 * 1024;
  /// Additional headers of a server's 101 response, for example the selected
  /// Sec-WebSocket-Protocol.
  http::header_list headers;
  /// Called before the handshake. The function can set any option of Beast, for example compression
  /// (`permessage_deflate`) or time limits other than Beast's suggested ones.
  std::function<void(websocket_stream&)> configure;
  /// Called in a client with the 101 response.
  std::function<void(http::incoming_message const&)> on_answer;
};

namespace detail {

/// Makes a stream with the options that apply to both sides.
inline websocket_ptr make_websocket(socket s, boost::beast::role_type role,
                                    websocket_options const& options) {
  namespace websocket = boost::beast::websocket;
  auto ws = std::make_unique<websocket_stream>(std::move(s));
  ws->set_option(websocket::stream_base::timeout::suggested(role));
  ws->read_message_max(options.max_message_size);
  if (options.configure) {
    options.configure(*ws);
  }
  return ws;
}

using upgrade_request = boost::beast::http::request<boost::beast::http::empty_body>;

inline net::awaitable<websocket_ptr> run_accept(upgrade_request request, websocket_ptr ws) {
  try {
    co_await ws->async_accept(request, net::use_awaitable);
  } catch (boost::system::system_error const&) {
    ws->next_layer().end();  // sends the error response that Beast wrote, then half-closes
    throw;
  }
  co_return std::move(ws);
}

/// The handshake of a client. Beast performs its handshake over a connection in memory, and a
/// request of an agent sends the same fields to the server. Then the real connection replaces the
/// connection in memory.
struct websocket_handshake {
  http::agent agent;
  http::request_options request;
  websocket_options options;
  socket connection;
  std::exception_ptr failure;
  net::cancellation_signal cancel;

  websocket_handshake(http::agent a, http::request_options r, websocket_options o)
      : agent(std::move(a)), request(std::move(r)), options(std::move(o)) {}

  /// Adds the fields of Beast's request to the request.
  void take_fields(std::string_view head) {
    http::header_list all;  // pairs, even if the caller's list is flat: Host is added to pairs only
    for (http::header_list::entry const& h : request.headers) {
      all.append(h.name, h.value);
    }
    std::size_t line = head.find("\r\n") + 2;
    while (line < head.size()) {
      std::size_t const end = head.find("\r\n", line);
      std::string_view const field = head.substr(line, end - line);
      std::size_t const colon = field.find(": ");
      if (colon != std::string_view::npos && field.substr(0, colon) != "Host") {
        all.append(field.substr(0, colon), field.substr(colon + 2));
      }
      line = end + 2;
    }
    request.headers = std::move(all);
  }

  static net::awaitable<void> carry(std::shared_ptr<websocket_handshake> self, socket beast) {
    try {
      std::string head;
      while (!head.ends_with("\r\n\r\n")) {
        auto const piece = co_await beast.read();
        if (!piece) {
          co_return;
        }
        head += *piece;
      }
      self->take_fields(head);
      http::client_request request = self->agent.request(self->request);
      request.end();
      http::upgrade_result answer = co_await request.upgraded();
      if (!answer) {
        throw boost::system::system_error(
            boost::beast::websocket::error::upgrade_declined,
            "the server answered " + std::to_string(answer.response().status_code()) + " " +
                std::string(answer.response().status_message()));
      }
      if (self->options.on_answer) {
        self->options.on_answer(answer.response());
      }
      std::string reply = "HTTP/1.1 101 Switching Protocols\r\n";
      for (http::field_line const field : answer.response().raw_headers()) {
        reply.append(field.name).append(": ").append(field.value).append("\r\n");
      }
      reply += "\r\n";
      self->connection = answer.socket();
      co_await beast.write(reply);
    } catch (...) {
      self->failure = std::current_exception();
      beast.destroy();
    }
  }
};

inline net::awaitable<websocket_ptr> run_connect_websocket(
    std::shared_ptr<websocket_handshake> handshake) {
  net::any_io_executor const ex = handshake->agent.get_executor();
  std::pair<socket, socket> memory = socket_pair(ex);
  websocket_ptr ws =
      make_websocket(memory.first, boost::beast::role_type::client, handshake->options);
  net::co_spawn(ex, websocket_handshake::carry(handshake, memory.second),
                net::bind_cancellation_slot(handshake->cancel.slot(), net::detached));
  try {
    co_await ws->async_handshake("anode", "/", net::use_awaitable);
  } catch (boost::system::system_error const&) {
    handshake->cancel.emit(net::cancellation_type::terminal);
    if (handshake->failure) {
      std::rethrow_exception(handshake->failure);
    }
    throw;
  }
  ws->next_layer() = std::move(handshake->connection);
  co_return std::move(ws);
}

inline net::awaitable<void> tear_down(boost::beast::role_type role, socket s) {
  constexpr std::size_t most = std::size_t{1024} * 1024;
  if (role == boost::beast::role_type::server) {
    s.end();
  }
  try {
    std::size_t read = 0;
    while (auto const piece = co_await s.read()) {
      if ((read += piece->size()) > most) {
        break;
      }
    }
  } catch (boost::system::system_error const&) {
  }
  s.destroy();
}

}  // namespace detail

/// Turns a request from a server's `on_upgrade` into a WebSocket. Responds with 101 to a valid
/// handshake, and with 400 or 426 otherwise (RFC 6455 section 4.2.2).
///
/// Bytes that the client sent after its request are the first bytes of the stream. Ping, idle and
/// handshake time limits are Beast's suggested ones. If only some pages may connect, the caller
/// must check the header Origin before the call.
/// @param req the request, which is not used after this function has returned the awaitable.
/// @param s the connection.
/// @return the open stream.
/// @throws boost::system::system_error with a code of `beast::websocket::error` if the request is
///   not a valid handshake. In that case the error response is sent and the connection is closed.
/// **Cancellation**: closes the connection.
/// **Node**: none; packages such as ws do the same from event 'upgrade'.
inline net::awaitable<websocket_ptr> accept_websocket(http::incoming_message const& req, socket s,
                                                      websocket_options options = {}) {
  detail::upgrade_request request;
  request.method_string(boost::beast::string_view(req.method().data(), req.method().size()));
  request.target(boost::beast::string_view(req.url().data(), req.url().size()));
  request.version(static_cast<unsigned>(req.http_version_major() * 10 + req.http_version_minor()));
  for (http::field_line const field : req.raw_headers()) {
    request.insert(boost::beast::string_view(field.name.data(), field.name.size()),
                   boost::beast::string_view(field.value.data(), field.value.size()));
  }
  websocket_ptr ws = detail::make_websocket(std::move(s), boost::beast::role_type::server, options);
  if (!options.headers.empty()) {
    ws->set_option(boost::beast::websocket::stream_base::decorator(
        [headers = options.headers](boost::beast::websocket::response_type& answer) {
          for (http::header_list::entry const& h : headers) {
            for (std::size_t i = 0; i < h.value.size(); ++i) {
              std::string_view const value = h.value[i];
              answer.insert(boost::beast::string_view(h.name.data(), h.name.size()),
                            boost::beast::string_view(value.data(), value.size()));
            }
          }
        }));
  }
  return detail::run_accept(std::move(request), std::move(ws));
}

/// Turns a request in an ordinary request handler into a WebSocket, with the option
/// `server_options::upgrade_requests`. Otherwise as the overload for `on_upgrade`.
///
/// ```cpp
/// server.on_request([](http::incoming_message& req, http::server_response& res)
///                       -> net::awaitable<void> {
///   if (req.url() != "/chat") {
///     co_await res.set_status_code(404).end("not here");
///     co_return;
///   }
///   auto const ws = co_await anode::accept_websocket(req, res);
///   ...
/// ```
/// @param res its connection leaves HTTP in the call (`detach_socket`). The headers set so far,
///   other than those of connection and framing, are part of the response.
/// @throws http::exception from the call itself, as `server_response::detach_socket`, and with
///   `error::stream_destroyed` if the connection is lost.
inline net::awaitable<websocket_ptr> accept_websocket(http::incoming_message const& req,
                                                      http::server_response& res,
                                                      websocket_options options = {}) {
  http::header_list headers = res.get_headers();
  for (std::string_view const name : {"connection", "upgrade", "keep-alive", "content-length",
                                      "transfer-encoding", "trailer", "sec-websocket-accept"}) {
    headers.erase(name);
  }
  for (http::header_list::entry const& own : options.headers) {
    headers.erase(own.name);
  }
  for (http::header_list::entry const& h : headers) {
    options.headers.append(h.name, h.value);
  }
  socket s = res.detach_socket();
  if (!s) {
    throw http::exception(http::error::stream_destroyed, "The connection is lost");
  }
  return accept_websocket(req, std::move(s), std::move(options));
}

/// Opens a WebSocket with a request of an agent. Proxies, the connect timeout and
/// `create_connection` are options of the agent.
/// @param request the destination and additional headers (Origin, Sec-WebSocket-Protocol). The
///   headers of the handshake are added.
/// @return the open stream. Bytes that the server sent after its 101 response come first.
/// @throws http::request_error if there is no response; boost::system::system_error with
///   `beast::websocket::error::upgrade_declined` if the response is not 101, and with other codes
///   of that category if the 101 response is invalid.
/// **Cancellation**: aborts the request.
/// **Node**: `new WebSocket(url)`, and event 'open'.
inline net::awaitable<websocket_ptr> connect_websocket(http::agent agent,
                                                       http::request_options request,
                                                       websocket_options options = {}) {
  return detail::run_connect_websocket(std::make_shared<detail::websocket_handshake>(
      std::move(agent), std::move(request), std::move(options)));
}

/// Opens a WebSocket to a URL, for example "ws://127.0.0.1:8000/chat". A "wss:" URL needs an
/// `https::agent`.
/// @throws http::exception for an invalid URL or another scheme; other exceptions as for a request.
inline net::awaitable<websocket_ptr> connect_websocket(http::agent agent, std::string_view url,
                                                       websocket_options options = {}) {
  http::request_options request;
  bool const websocket = url.starts_with("ws") || url.starts_with("WS");  // ws: or wss:
  request.set_url(websocket ? "http" + std::string(url.substr(2)) : std::string(url));
  return connect_websocket(std::move(agent), std::move(request), std::move(options));
}

/// Opens a WebSocket to a URL through the global agent.
inline net::awaitable<websocket_ptr> connect_websocket(net::any_io_executor const& ex,
                                                       std::string_view url,
                                                       websocket_options options = {}) {
  return connect_websocket(http::global_agent(ex), url, std::move(options));
}

/// Ends a connection after the closing handshake. Boost.Beast finds this function by
/// argument-dependent lookup. A server closes its direction first; both sides then discard at most
/// 1 MiB of input until the end of the other direction.
template <class Handler>
void async_teardown(boost::beast::role_type role, socket& s, Handler&& handler) {
  auto const ex = net::get_associated_executor(handler, s.get_executor());
  net::co_spawn(
      s.get_executor(), detail::tear_down(role, s),
      net::bind_executor(ex, [h = std::forward<Handler>(handler)](std::exception_ptr) mutable {
        std::move(h)(error_code());
      }));
}

}  // namespace anode
