// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>
#include <anode/detail/export.hpp>
#include <anode/headers.hpp>
#include <anode/scheduling.hpp>
#include <anode/socket.hpp>
#include <anode/tls_context.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace anode::http {

struct client_trace;

/// Flags for the system's resolver; combine them with `|`.
///
/// **Node**: the flags of `dns.lookup`: ADDRCONFIG, V4MAPPED, ALL.
enum class lookup_hints : std::uint8_t {
  none = 0,        ///< no flag
  addrconfig = 1,  ///< only address families in which this machine has an address
  v4mapped = 2,    ///< with family 6: IPv4-mapped addresses if there are no IPv6 addresses
  all = 4,         ///< with `v4mapped`: IPv4-mapped addresses in addition to IPv6 addresses
};

/// Returns the union of two sets of flags.
constexpr lookup_hints operator|(lookup_hints a, lookup_hints b) noexcept {
  return static_cast<lookup_hints>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}

/// The destination of a connection, passed to `create_connection_function`. If the request uses a
/// proxy, the destination is the proxy.
struct connect_options {
  std::string host;                         ///< name or IP address
  std::uint16_t port = 80;                  ///< ignored for a Unix socket
  std::string socket_path;                  ///< path of a Unix socket; empty: TCP
  int family = 0;                           ///< 4 or 6: only such addresses; 0: both
  lookup_hints hints = lookup_hints::none;  ///< flags for the resolver
  std::string local_address;                ///< local IP address; empty: any
  std::uint16_t local_port = 0;             ///< local port; 0: any
};

/// Makes the connections of an agent, in place of the system's sockets. Runs on the executor of the
/// agent. An exception fails the request; a null pointer fails it with `ECONNRESET`.
///
/// **Node**: `agent.createConnection()`.
using create_connection_function =
    std::function<net::awaitable<std::unique_ptr<byte_stream>>(connect_options const&)>;

/// One address of a host name.
struct lookup_address {
  std::string address;  ///< an IP address
  int family = 4;       ///< 4 or 6
};

/// Resolves a host name, in place of the system's resolver. The function must call `done` once, on
/// the executor of the agent. An exception fails the look-up.
///
/// **Node**: the option `lookup`.
using lookup_function = std::function<void(
    std::string_view host, std::function<void(error_code, std::vector<lookup_address>)> done)>;

/// Returns the value of an environment variable; empty if it is not set.
using environment_function = std::function<std::string(std::string_view name)>;

/// Returns the value of a variable of the process environment; empty if it is not set.
/// **Node**: `process.env`.
ANODE_EXPORT std::string process_environment(std::string_view name);

/// The options of an `agent`.
///
/// **Node**: the options of `new http.Agent`.
struct agent_options {
  /// Means an unlimited number of connections.
  static constexpr std::size_t no_limit = std::numeric_limits<std::uint32_t>::max();

  /// Keeps idle connections open for later requests.
  bool keep_alive = false;
  /// Idle time before the first TCP keep-alive probe on kept connections, in whole seconds.
  std::chrono::milliseconds keep_alive_msecs{1000};
  /// Maximum number of connections to one origin; 0: no limit. Further requests wait.
  std::size_t max_sockets = no_limit;
  /// Maximum number of connections to all origins; at least 1. Further requests wait.
  std::size_t max_total_sockets = no_limit;
  /// Maximum number of idle connections to one origin; 0: 256.
  std::size_t max_free_sockets = 256;
  /// Selects the idle connection that a request reuses.
  http::scheduling scheduling = http::scheduling::lifo;
  /// Inactivity timeout of connections; 0: none. When it expires, a request in progress emits
  /// `on_timeout` and an idle connection is closed.
  std::chrono::milliseconds timeout{0};
  /// Maximum time to connect, including look-up and proxy tunnel; 0: no limit. After it the request
  /// fails with `error::timed_out`.
  std::chrono::milliseconds connect_timeout{0};
  /// Safety margin: an idle connection is closed this much earlier than the server's
  /// `Keep-Alive: timeout` allows.
  std::chrono::milliseconds keep_alive_timeout_buffer{1000};
  /// Maximum number of retries of a request if the server closed the reused connection before any
  /// byte of a response arrived; 0: never. The retry uses a new connection and queues behind
  /// waiting requests.
  ///
  /// A request is retried only if it is idempotent or none of it was sent, and only if all written
  /// data fits in 64 KiB. Events emitted before, such as `on_finish`, are not emitted again, except
  /// `on_socket`.
  /// **Node**: never retries.
  unsigned retry = 0;
  /// Maximum size of the bodies that `text` and `bytes` of a response collect, in bytes, unless the
  /// call has an argument.
  std::size_t max_text_size = 1024 * 1024;
  /// The port of requests that name none; their Host header omits it. 0: 80, or 443 for "https:".
  /// **Node**: `agent.defaultPort`.
  std::uint16_t default_port = 0;
  /// The protocol of requests that name none, "http:" or "https:"; empty: "http:", or "https:" for
  /// an `https::agent`.
  ///
  /// An `http::agent` accepts requests with this protocol only. "https:" means that
  /// `create_connection`, which is then required, makes encrypted connections; it excludes proxies.
  /// An `https::agent` accepts "http:" only with `https::agent_options::allow_http`. Any other
  /// value throws `error::invalid_protocol`.
  /// **Node**: `agent.protocol`.
  std::string protocol{};
  /// URL of a proxy for all requests, "http://user:password@host:port"; empty: none.
  ///
  /// With "socks5://" and "socks5h://" (default port 1080) all requests use the SOCKS5 proxy (RFC
  /// 1928, RFC 1929), as tunnels. "socks5" resolves the host of a request here and tries up to 6 of
  /// its addresses in turn; "socks5h" sends the name to the proxy, which resolves it. User name and
  /// password have 1 to 255 bytes each, and are sent unencrypted. A refusal of the proxy fails the
  /// request with `error::proxy_tunnel` in `request_phase::tunnel`; its `cause()` is the system's
  /// error that the reply describes, for example `EHOSTUNREACH`.
  /// **Node**: no SOCKS.
  std::string proxy{};
  /// Bytes that are sent first on each new connection to a server, before TLS: a PROXY header, see
  /// `write_proxy_header`. Through a tunnel they are sent inside of it; a proxy that is reached
  /// without a tunnel gets them itself. Requests with different headers share no connection.
  /// **Node**: none.
  std::string proxy_header{};
  /// Uses CONNECT tunnels also for http origins, instead of sending absolute URLs to the proxy.
  /// Requests with an Upgrade header always use a tunnel (RFC 6455 section 4.1).
  bool proxy_tunnel = false;
  /// Hosts that are reached without the proxy, in the syntax of the variable NO_PROXY: names,
  /// ".example.com", addresses, blocks "10.0.0.0/8", each but a block with or without ":port"; "*"
  /// is all hosts.
  std::string no_proxy{};
  /// Selects the proxy of each request from an environment, for example `process_environment`.
  /// Unset: no variable is read. Ignored if `proxy` is set. The variables `http_proxy`,
  /// `https_proxy` and `no_proxy`, or their upper-case names, are read when the agent is made and
  /// by `set_options`. The option `no_proxy` overrides the variable.
  environment_function proxy_env{};
  /// Makes connections in place of the system's sockets.
  create_connection_function create_connection{};
  /// Resolves host names in place of the system's resolver.
  lookup_function lookup{};
  /// Decides which addresses the agent connects to; unset: all. Use it to keep URLs of others away
  /// from internal addresses (SSRF).
  ///
  /// Called for each address immediately before the connection attempt: IP addresses in URLs, each
  /// result of a look-up, and paths of Unix sockets (family "Unix"). An IPv4-mapped IPv6 address is
  /// passed as the IPv4 address that it means. Refused addresses are skipped;
  /// if none remains, the request fails in the phase `connect` with `error::address_refused`. An
  /// exception refuses the address, and is the cause of that failure. A reused connection is not
  /// asked about again; `agent::set_options` with another function closes idle connections that it
  /// refuses, and those in use after their request.
  ///
  /// Not called for the address of a configured proxy, which is the operator's choice. What the
  /// proxy connects to is the proxy's decision. Not called for connections of `create_connection`.
  /// **Node**: the option `blockList` of `net.connect`.
  std::function<bool(endpoint const&)> allow_address{};
  /// Called for each connection that is about to become idle; if it returns false, the connection
  /// is closed.
  /// **Node**: `agent.keepSocketAlive()`.
  std::function<bool(anode::socket)> keep_socket_alive{};
  /// Called for each idle connection that a request reuses.
  /// **Node**: `agent.reuseSocket()`.
  std::function<void(anode::socket)> reuse_socket{};
};

/// The options of a request. They are a class and not an aggregate, therefore they may be used
/// inside `co_await` expressions with g++ 12.
///
/// **Node**: the options of `http.request`.
class ANODE_EXPORT request_options {
public:
  /// Makes the default options.
  request_options() {}  // not defaulted, because the class must not be an aggregate

  /// The method. Lower-case letters are converted to upper case.
  std::string method = "GET";
  std::string protocol;    ///< "http:" or "https:"; empty: that of the agent
  std::string host;        ///< name or IP address, Node's `hostname`; empty: "localhost"
  std::uint16_t port = 0;  ///< 0: `default_port`
  /// The port omitted from the Host header; 0: as `agent_options::default_port`. For a request
  /// without an agent (see `create_connection`), 0 means none: its Host header then names port 80
  /// too, as in Node.
  std::uint16_t default_port = 0;
  /// Path with query; empty: "/". For CONNECT it is the authority; a leading slash is removed. Sent
  /// to a proxy, it must begin with a slash or be an absolute URL of the request's own host.
  std::string path;
  std::string auth;  ///< "user:password" for Basic authentication
  /// The headers. A flat list fixes the head: Host and Authorization are not added, and headers
  /// cannot change later.
  header_list headers;
  /// The whole body, sent by `get` and `send` with its Content-Length. `request` throws
  /// `error::invalid_arg_value` if it is set, because the program writes the body of its result.
  std::optional<std::string> body;
  /// Path of a Unix socket to connect to instead of `host` and `port`; empty: TCP.
  std::string socket_path;
  /// Local IP address to connect from; empty: any.
  std::string local_address;
  /// Local port to connect from; 0: any.
  std::uint16_t local_port = 0;
  /// 4 or 6: connects only to such addresses; 0: to both (RFC 8305).
  int family = 0;
  /// Flags for the system's resolver.
  lookup_hints hints = lookup_hints::none;
  /// Inactivity timeout of the connection, after which `on_timeout` is emitted; 0: none. Unset: as
  /// `agent_options::timeout`.
  std::optional<std::chrono::milliseconds> timeout;
  /// Maximum time for the whole exchange, queueing and retries included; 0: no limit. After it the
  /// request fails with `error::timed_out`.
  std::chrono::milliseconds deadline{0};
  /// Maximum time to connect; unset: as `agent_options::connect_timeout`.
  std::optional<std::chrono::milliseconds> connect_timeout;
  /// Maximum time from the moment when the request is passed to the system to the head of the
  /// response, informational responses not counted; 0: no limit. After it the request fails with
  /// `error::timed_out` in the phase `head`. A retry begins anew.
  std::chrono::milliseconds head_timeout{0};
  /// Maximum time without a byte in either direction; 0: no limit. After it the request fails with
  /// `error::timed_out` in its phase.
  ///
  /// The time counts while a connection is assigned and the peer is due: unsent output exists, the
  /// request is ended or awaits 100 Continue, or the response has begun and its reader is not
  /// behind. While the program neither writes nor reads, nothing expires. `timeout` differs: it
  /// only notifies.
  std::chrono::milliseconds idle_timeout{0};
  /// Maximum size of the response head in bytes; 0: 16384.
  std::size_t max_header_size = 16384;
  /// Maximum number of field lines in the response head; 0: unlimited.
  std::size_t max_headers_count = 2000;
  /// Maximum number of informational responses (1xx); 0: none is accepted. Their fields together
  /// may have at most `max_header_size` bytes. If a limit is exceeded, the request fails with
  /// `error::header_overflow`.
  /// **Node**: no limit.
  std::size_t max_interim_responses = 100;
  /// Number of bytes that the request, and its response, buffer before writes report back-pressure
  /// and reading stops.
  std::size_t high_water_mark = 65536;
  /// Maximum size of a body that `text` and `bytes` of the response collect; unset: as
  /// `agent_options::max_text_size`.
  std::optional<std::size_t> max_text_size;
  /// How strictly responses, and the headers and trailers of the request, are validated.
  /// **Node**: `httpValidation` of later versions.
  http::http_validation http_validation = http::http_validation::strict;
  /// Accepts responses that violate HTTP; see docs/deviations.md. Dangerous. The same as
  /// `http_validation::insecure`; an error with `relaxed`.
  bool insecure_http_parser = false;
  /// Joins repeated response headers that would otherwise keep only their first value.
  bool join_duplicate_headers = false;
  /// Adds a Host header; unset: as `set_default_headers`.
  std::optional<bool> set_host;
  /// Adds the headers Host, Connection, Content-Length and Transfer-Encoding.
  bool set_default_headers = true;
  /// Request headers whose list values are joined with "; " into one line.
  std::vector<std::string> unique_headers;
  /// Maximum number of retries; unset: as `agent_options::retry`.
  std::optional<unsigned> retry;
  /// Whether the request may be sent twice without further effect, for `retry`. Unset: depends on
  /// the method (RFC 9110 section 9.2.2).
  std::optional<bool> idempotent;
  /// Emitting this signal aborts the request with `error::aborted`. The signal must exist until the
  /// request has emitted `on_close`.
  /// **Node**: an AbortSignal.
  net::cancellation_slot signal;
  /// Hooks that observe this request, besides those of `agent::set_trace`; may be null.
  std::shared_ptr<client_trace const> trace;
  /// Uses a new connection, closed after the response, instead of the global agent. Only for the
  /// free function `http::request`.
  /// **Node**: `agent: false`.
  bool one_shot = false;
  /// Makes the connection of a request without an agent. Only for the free function
  /// `http::request`; for an agent set `agent_options::create_connection`.
  create_connection_function create_connection;
  /// Resolves `host`, in place of the agent's function and the system's resolver.
  lookup_function lookup;
  /// The PROXY header of the connection, see `agent_options::proxy_header`; unset: that of the
  /// agent, "": none. A proxy that announces its client sets it for each request.
  std::optional<std::string> proxy_header;
  /// Trust and client certificate of an https request; empty: those of the agent.
  tls::context secure;
  /// The server name (SNI) of an https request; "": none. Unset: the host of the Host header. The
  /// certificate is checked against this name, or against `host` if it is "" or an IP address.
  /// **Node**: the option `servername`.
  std::optional<std::string> servername;

  /// Sets protocol, host, port, path and auth from a URL.
  /// @throws exception with `error::invalid_url_argument` ("Invalid URL: " and the URL without its
  ///   userinfo) or `error::invalid_protocol`.
  request_options& set_url(std::string_view url);
};

}  // namespace anode::http
