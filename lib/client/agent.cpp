// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "base/access.hpp"
#include "base/require_handle.hpp"
#include "base/text.hpp"
#include "client/agent_impl.hpp"
#include "client/awaited_connector.hpp"
#include "message/url.hpp"
#include "policy/default_headers.hpp"
#include "policy/proxy_selection.hpp"
#include "stream/socket_handle.hpp"
#include "transport/connector.hpp"

#include <anode/agent.hpp>
#include <anode/error.hpp>

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

namespace anode::http {

using anode::client::agent_impl;
using anode::client::client_exchange;

namespace {

agent::counts public_counts(policy::connection_pool::counts const& c) {
  agent::counts out;
  out.sockets = c.sockets;
  out.free_sockets = c.free_sockets;
  out.requests = c.requests;
  return out;
}

client_request handle_to(anode::detail::ptr<client_exchange> const& exchange) {
  return anode::detail::access::make<client_request>(*exchange);
}

// Ends a request with the body, if there is one, and waits for its response.
net::awaitable<incoming_message> answer_to(client_request request,
                                           std::optional<std::string> body) {
  anode::detail::ptr<client_exchange> const exchange(anode::detail::access::exchange(request));
  return body ? client_exchange::send(exchange, std::move(request), std::move(*body))
              : client_exchange::get(exchange, std::move(request));
}

net::awaitable<incoming_message> answer_to(agent_impl& agent, request_options&& options) {
  std::optional<std::string> body = std::exchange(options.body, std::nullopt);
  return answer_to(handle_to(agent.request(std::move(options))), std::move(body));
}

// Returns the options. Unset options are set from the parts of the URL.
request_options with_url(request_options options, std::string_view url) {
  request_options from;
  from.set_url(url);
  if (options.protocol.empty()) {
    options.protocol = std::move(from.protocol);
  }
  if (options.host.empty()) {
    options.host = std::move(from.host);
  }
  if (options.port == 0) {
    options.port = from.port;
  }
  if (options.path.empty()) {
    options.path = std::move(from.path);
  }
  if (options.auth.empty()) {
    options.auth = std::move(from.auth);
  }
  return options;
}

}  // namespace

namespace {

// Returns a URL for an error text: without credentials, printable, and at most `longest` bytes
// long.
std::string shown(std::string_view url) {
  constexpr std::size_t longest = 256;
  std::string text = policy::redact_userinfo(url);
  if (text.size() > longest) {
    text.resize(longest);
    text += "...";
  }
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      c = '?';
    }
  }
  return text;
}

}  // namespace

request_options& request_options::set_url(std::string_view url) {
  if (message::fast_path_url plain; message::split_fast_path_url(url, plain)) {
    protocol = "http:";
    host = plain.host;
    port = plain.port;
    path = plain.path;
    return *this;
  }
  message::url_parts parts;
  if (!message::parse_url(url, parts)) {
    throw exception(error::invalid_url_argument, "Invalid URL: " + shown(url));
  }
  if (parts.protocol != "http:" && parts.protocol != "https:") {
    throw exception(
        error::invalid_protocol,
        base::formatted("Protocol \"{}\" not supported. Expected \"http:\"", parts.protocol));
  }
  protocol = std::move(parts.protocol);
  host = std::move(parts.host);
  port = parts.port;
  path = std::move(parts.path);
  if (!parts.auth.empty()) {
    auth = std::move(parts.auth);
  }
  return *this;
}

agent::agent(executor_type ex) : agent(std::move(ex), agent_options{}) {}

agent::agent(executor_type ex, agent_options options)
    : agent(std::move(ex), std::move(options), nullptr) {}

agent::agent(executor_type ex, agent_options options,
             anode::detail::ptr<anode::detail::secure_client> secure)
    : core_(new agent_impl(std::move(ex), std::move(options), std::move(secure))) {
  core_->add_handle();
}

agent::agent(agent const& other) noexcept : core_(other.core_) {
  if (core_) {
    core_->add_handle();
  }
}

agent::agent(agent&&) noexcept = default;

agent& agent::operator=(agent other) & noexcept {
  std::swap(core_, other.core_);
  return *this;
}

agent::~agent() {
  if (core_) {
    core_->drop_handle();
  }
}

agent::executor_type agent::get_executor() const {
  return base::require_handle(core_, "agent").executor();
}

client_request agent::request(request_options options) {
  return handle_to(base::require_handle(core_, "agent").request(std::move(options)));
}

client_request agent::request(std::string_view method, std::string_view url, header_list headers) {
  request_options options;
  options.method = method;
  options.set_url(url);
  options.headers = std::move(headers);
  return handle_to(base::require_handle(core_, "agent").request(std::move(options)));
}

client_request agent::request(request_options const& like, std::string_view method,
                              std::string_view path) {
  return handle_to(base::require_handle(core_, "agent").request(like, method, path));
}

client_request agent::request(std::string_view url, request_options options) {
  return request(with_url(std::move(options), url));
}

net::awaitable<incoming_message> agent::get(std::string_view url) {
  auto const exchange = base::require_handle(core_, "agent").request(url);
  return client_exchange::get(exchange, handle_to(exchange));
}

net::awaitable<incoming_message> agent::get(std::string_view url, request_options options) {
  return get(with_url(std::move(options), url));
}

net::awaitable<incoming_message> agent::get(request_options options) {
  return answer_to(base::require_handle(core_, "agent"), std::move(options));
}

net::awaitable<incoming_message> agent::send(request_options options) {
  return answer_to(base::require_handle(core_, "agent"), std::move(options));
}

net::awaitable<incoming_message> agent::send(std::string_view url, request_options options) {
  return get(url, std::move(options));
}

net::awaitable<incoming_message> agent::send(std::string_view method, std::string_view url,
                                             std::string body, header_list headers) {
  return answer_to(request(method, url, std::move(headers)), std::move(body));
}

agent& agent::destroy() {
  if (core_) {
    core_->destroy();
  }
  return *this;
}

void agent::close_free() {
  if (core_) {
    core_->close_free();
  }
}

bool agent::remove(anode::socket const& connection) {
  return connection && core_ && core_->remove(*stream::core_of(connection));
}

agent_options const& agent::options() const noexcept {
  static agent_options const none;
  return core_ ? core_->options() : none;
}
void agent::set_options(agent_options options) {
  base::require_handle(core_, "agent").set_options(std::move(options));
}

agent& agent::set_trace(client_trace trace) {
  base::require_handle(core_, "agent").set_trace(std::move(trace));
  return *this;
}

agent::counts agent::totals() const noexcept {
  return core_ ? public_counts(core_->pool().totals()) : counts();
}

std::map<std::string, agent::counts> agent::by_name() const {
  std::map<std::string, counts> all;
  base::require_handle(core_, "agent")
      .pool()
      .for_each_name([&](std::string_view name, auto const& c) {
        all.emplace(std::string(name), public_counts(c));
      });
  return all;
}

std::string agent::get_name(request_options const& options) const {
  return base::require_handle(core_, "agent").name_of(options);
}

std::string process_environment(std::string_view name) {
  char const* const value = std::getenv(std::string(name).c_str());
  return value != nullptr ? std::string(value) : std::string();
}

client_request request(net::any_io_executor const& ex, request_options options) {
  if (options.create_connection) {
    agent_options own;
    own.create_connection = std::move(options.create_connection);
    anode::detail::ptr<agent_impl> const core(new agent_impl(ex, std::move(own)));
    return handle_to(core->request(std::move(options), false));
  }
  if (options.one_shot) {
    return agent(ex).request(std::move(options));
  }
  return global_agent(ex).request(std::move(options));
}

client_request request(net::any_io_executor const& ex, std::string_view url,
                       request_options options) {
  return request(ex, with_url(std::move(options), url));
}

client_request request(net::any_io_executor const& ex, std::string_view method,
                       std::string_view url, header_list headers) {
  return global_agent(ex).request(method, url, std::move(headers));
}

net::awaitable<incoming_message> get(net::any_io_executor const& ex, std::string_view url) {
  return global_agent(ex).get(url);
}

net::awaitable<incoming_message> get(net::any_io_executor const& ex, request_options options) {
  std::optional<std::string> body = std::exchange(options.body, std::nullopt);
  return answer_to(request(ex, std::move(options)), std::move(body));
}

net::awaitable<incoming_message> get(net::any_io_executor const& ex, std::string_view url,
                                     request_options options) {
  return get(ex, with_url(std::move(options), url));
}

net::awaitable<incoming_message> send(net::any_io_executor const& ex, request_options options) {
  return get(ex, std::move(options));
}

net::awaitable<incoming_message> send(net::any_io_executor const& ex, std::string_view url,
                                      request_options options) {
  return get(ex, url, std::move(options));
}

net::awaitable<incoming_message> send(net::any_io_executor const& ex, std::string_view method,
                                      std::string_view url, std::string body, header_list headers) {
  return global_agent(ex).send(method, url, std::move(body), std::move(headers));
}

}  // namespace anode::http

namespace anode {
namespace {

struct waiting_connect final : client::awaited_connector {
  using awaited_connector::awaited_connector;
  std::unique_ptr<byte_stream> stream;
  std::string phase;
};

net::awaitable<socket> run_connect(net::any_io_executor ex, transport::connect_target target,
                                   transport::lookup_function lookup = {}) {
  detail::ptr<waiting_connect> const w(new waiting_connect(ex));
  std::string const where = policy::host_header({target.host, target.port}, 0);
  detail::ptr<transport::connector> const attempt = transport::start_connect(
      ex, std::move(target), lookup,
      [w, ex](error_code ec, std::string_view phase, std::unique_ptr<byte_stream> stream) {
        runtime::tick const t(ex);
        w->phase = phase;
        w->stream = std::move(stream);
        w->complete(ec);
      });
  co_await w->wait(attempt);
  w->check(w->phase, where);
  w->stream->set_no_delay(true);
  co_return socket(std::move(w->stream));
}

}  // namespace

net::awaitable<socket> detail::connect_function::operator()(net::any_io_executor ex,
                                                            std::string_view authority) const {
  transport::connect_target target;
  if (!message::parse_authority(authority, target.host, target.port)) {
    throw http::exception(http::error::invalid_arg_value,
                          "The authority must be a host and a port, \"example.org:80\"");
  }
  return run_connect(std::move(ex), std::move(target));
}

net::awaitable<socket> detail::connect_function::operator()(net::any_io_executor ex,
                                                            std::string_view authority,
                                                            http::lookup_function lookup) const {
  transport::connect_target target;
  if (!message::parse_authority(authority, target.host, target.port)) {
    throw http::exception(http::error::invalid_arg_value,
                          "The authority must be a host and a port, \"example.org:80\"");
  }
  return run_connect(std::move(ex), std::move(target), client::addresses_by(std::move(lookup)));
}

}  // namespace anode
