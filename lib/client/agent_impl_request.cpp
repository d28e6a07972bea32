// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "client/agent_impl.hpp"
#include "http1/head_writer.hpp"
#include "policy/default_headers.hpp"
#include "policy/origin_key.hpp"
#include "transport/endpoint.hpp"

#include <anode/error.hpp>
#include <anode/status.hpp>

#include <algorithm>
#include <utility>

namespace anode::client {

using http::error;

namespace {

// The most exchanges that are kept for reuse.
constexpr std::size_t spare_client_exchanges = 64;

// The longest URL that an exchange remembers for its next request.
constexpr std::size_t longest_remembered_url = 512;

[[noreturn]] void refuse_protocol(http::request_options const& o, std::string_view expected) {
  throw http::exception(
      error::invalid_protocol,
      "Protocol \"" + o.protocol + "\" not supported. Expected \"" + std::string(expected) + "\"");
}

}  // namespace

// Decides whether the request is encrypted.
void agent_impl::complete_protocol(http::request_options& o) const {
  if (!secure_) {
    if (o.protocol.empty()) {
      if (!options_.protocol.empty()) {
        o.protocol = options_.protocol;
      }
    } else if (o.protocol != own_protocol()) {
      refuse_protocol(o, own_protocol());
    }
    return;
  }
  if (o.protocol.empty()) {
    o.protocol = own_protocol();
  }
  if (o.protocol != "https:") {
    if (o.protocol != "http:" || !secure_->allows_http()) {
      refuse_protocol(o, "https:");
    }
    return;
  }
  secure_->check(o);
}

// Validates the options of a request and sets the defaults.
void agent_impl::complete_options(http::request_options& o) const {
  complete_protocol(o);
  if (o.insecure_http_parser) {
    message::validation_of(o.http_validation, true);  // may throw
  }
  if (o.method.empty()) {
    o.method = "GET";
  }
  if (o.method != "GET") {
    message::validate_method(o.method);
    std::transform(o.method.begin(), o.method.end(), o.method.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
  }
  if (o.path.empty()) {
    o.path.assign(1, '/');
  }
  bool const connect = o.method == "CONNECT";
  if (connect && o.path.size() > 1 && o.path.front() == '/') {
    o.path.erase(0, 1);  // the path of a CONNECT URL is an authority
  }
  if (o.host.empty()) {
    o.host = "localhost";
  }
  if (o.port == 0) {
    o.port = default_port(o);
  }
  if (o.timeout && o.timeout->count() < 0) {
    throw http::exception(error::out_of_range,
                          "The value of \"timeout\" is out of range. It must not be negative");
  }
  http::header_list::entry const* const host = o.headers.find("host");
  if (host != nullptr && host->value.is_list()) {
    throw http::exception(error::invalid_arg_value, "The header 'Host' has to be one text");
  }
  message::validate_request_target(o.path);
  if (!o.local_address.empty() && !transport::is_ip_address(o.local_address)) {
    throw http::exception(error::invalid_ip_address, "Invalid IP address: " + o.local_address);
  }
  if (o.body) {
    throw http::exception(error::invalid_arg_value,
                          "The option 'body' is sent by get and send. A request is written by its "
                          "write and end");
  }
  if (o.max_header_size == 0) {
    o.max_header_size = http::max_header_size();
  }
}

std::string agent_impl::name_of(http::request_options options) const {
  if (options.protocol.empty()) {
    options.protocol = own_protocol();
  }
  http::header_list::entry const* const host = options.headers.find("host");
  std::string name;
  write_key(options, host != nullptr ? host->value.text() : std::string(), name);
  return name;
}

// Returns the Host header that names the server. That of a CONNECT request names the target of the
// tunnel, unless the program has set it.
std::string agent_impl::host_header_of(client_exchange const& x) {
  if (x.options.method == "CONNECT" && x.options.headers.find("host") == nullptr) {
    return {};
  }
  return std::string(x.request.headers.text("Host").value_or(std::string_view()));
}

void agent_impl::write_key(http::request_options const& o, std::string_view host_header,
                           std::string& key) const {
  policy::origin_key_options k;
  // All requests to a proxy without a tunnel share the connections to the proxy.
  k.to = through_proxy(o) && !tunnels(o)
             ? proxy_of(o)->at()
             : policy::origin{o.host, o.port != 0 ? o.port : o.default_port};
  k.local_address = o.local_address;
  k.family = o.family;
  k.socket_path = o.socket_path;
  policy::origin_key(k, key);
  if (is_secure(o)) {
    secure_->append_key(o, host_header, key);
  }
  // A proxy must not link its clients by sessions that they have from elsewhere.
  if (through_proxy(o) && (is_secure(o) || proxy_of(o)->socks)) {
    key.append(":via:").append(key_of(*proxy_of(o)));
  }
  if (std::string const& preface = preface_of(o); !preface.empty()) {
    key.append(":proxy-header:").append(preface);
  }
}

bool agent_impl::is_last_origin(policy::request_origin const& o) const noexcept {
  return last_origin_.port == o.to.port && last_origin_.default_port == o.default_port &&
         last_origin_.host == o.to.host;
}

void agent_impl::note_origin(policy::request_origin const& o) {
  last_origin_.host_value = policy::host_header(o.to, o.default_port);
  last_origin_.host = o.to.host;
  last_origin_.port = o.to.port;
  last_origin_.default_port = o.default_port;
  policy::origin_key_options k;
  k.to = o.to;
  policy::origin_key(k, last_origin_.key);
}

// Returns an exchange for the next request. Its `url` is empty, unless it is the argument and the
// options of the exchange are valid for it.
std::unique_ptr<client_exchange> agent_impl::acquire_exchange(std::string_view url) {
  if (spare_exchanges_.empty()) {
    spare_exchanges_.reserve(spare_client_exchanges);
    return std::make_unique<client_exchange>(executor_);
  }
  std::unique_ptr<client_exchange> x = std::move(spare_exchanges_.back());
  spare_exchanges_.pop_back();
  if (x->url != url || x->options_generation != options_generation_) {
    x->url.clear();
  }
  return x;
}

void agent_impl::recycle(client_exchange& x) noexcept {
  if (handles_ > 0 && spare_exchanges_.size() < spare_client_exchanges) {
    spare_exchanges_.emplace_back(&x);
  } else {
    delete &x;
  }
}

detail::ptr<client_exchange> agent_impl::request(std::string_view url) {
  std::unique_ptr<client_exchange> x = acquire_exchange(url);
  if (x->url.empty()) {
    x->options = {};
    x->options.set_url(url);
    complete_options(x->options);
    if (url.size() <= longest_remembered_url && !secure_) {
      x->url = url;
      x->options_generation = options_generation_;
    }
  } else {
    x->options.max_header_size = http::max_header_size();  // it can be set at any time
  }
  return start_complete(std::move(x), true);
}

detail::ptr<client_exchange> agent_impl::request(http::request_options&& options, bool has_agent) {
  std::unique_ptr<client_exchange> x = acquire_exchange();
  x->options = std::move(options);
  return start(std::move(x), has_agent);
}

detail::ptr<client_exchange> agent_impl::request(http::request_options const& like,
                                                 std::string_view method, std::string_view path) {
  std::unique_ptr<client_exchange> x = acquire_exchange();
  x->options = like;
  x->options.method = method;
  x->options.path = path;
  return start(std::move(x), true);
}

detail::ptr<client_exchange> agent_impl::start(std::unique_ptr<client_exchange> made,
                                               bool has_agent) {
  complete_options(made->options);
  return start_complete(std::move(made), has_agent);
}

// Starts a request whose options are complete.
detail::ptr<client_exchange> agent_impl::start_complete(std::unique_ptr<client_exchange> made,
                                                        bool has_agent) {
  detail::ptr<client_exchange> const x(made.release());
  x->begin(*this);
  x->request.has_agent = has_agent;
  x->request.should_keep_alive = should_keep_alive_;
  write_headers(*x);
  bool const watched = trace_ || x->options.trace || x->options.head_timeout.count() > 0 ||
                       x->options.idle_timeout.count() > 0;
  if (watched && !x->begin_watch(trace_)) {
    return x;  // a hook has destroyed it
  }
  if (x->options.headers.is_flat() || x->request.headers.contains("Expect")) {
    fix_head(*x);
  }
  choose_key(*x);
  close_stale(x->name);
  x->id = pool_.request(x->name);
  slot(exchanges_, x->id) = x;
  run_actions();
  return x;
}

// Copies the user's headers and adds the default headers.
void agent_impl::write_headers(client_exchange& x) {
  http::request_options const& options = x.options;
  if (options.headers.is_flat()) {
    x.request.headers.merge(options.headers);
  } else {
    for (http::header_list::entry const& h : options.headers) {
      x.request.headers.set(h.name, h.value);
    }
  }
  policy::request_origin origin;
  origin.to = origin_of(options);
  origin.default_port = x.request.has_agent ? default_port(options) : options.default_port;
  origin.auth = options.auth;
  origin.set_host = options.set_host.value_or(options.set_default_headers);
  if (!options.set_default_headers) {
    for (auto const field : {message::field_id::connection, message::field_id::content_length,
                             message::field_id::transfer_encoding}) {
      x.request.headers.mark_removed(field);
    }
  }
  if (!is_last_origin(origin)) {
    note_origin(origin);
  }
  if (!options.headers.is_flat()) {
    bool const by_path = options.method == "CONNECT" && options.path != "/";
    origin.host_value = by_path ? std::string_view(options.path) : last_origin_.host_value;
    policy::add_default_headers(x.request.headers, origin);
  }
  if (through_proxy(options) && !tunnels(options)) {
    address_proxy(x, origin.default_port);
  }
}

void agent_impl::fix_head(client_exchange& x) {
  try {
    x.request.fix_head();
  } catch (...) {
    if (x.watched()) {
      x.watch_failed_head(std::current_exception());
    }
    throw;
  }
}

// Writes the target and the credentials of a request to a proxy without a tunnel.
void agent_impl::address_proxy(client_exchange& x, std::uint16_t default_port) {
  http::request_options const& options = x.options;
  if (options.method != "CONNECT") {
    x.request.proxied_authority = policy::host_header(origin_of(options), default_port);
    x.request.target =
        policy::absolute_target(options.method, options.path, x.request.proxied_authority);
    x.request.check_host();
  }
  if (!proxy_->authorization.empty() && !x.request.headers.contains("Proxy-Authorization")) {
    x.request.headers.set("Proxy-Authorization", proxy_->authorization);
  }
}

// Chooses the pool key: requests with the same key share connections.
void agent_impl::choose_key(client_exchange& x) const {
  http::request_options const& options = x.options;
  bool const plain_name = !proxy_ && options.local_address.empty() && options.family == 0 &&
                          options.socket_path.empty() && !is_secure(options) &&
                          preface_of(options).empty();
  if (plain_name) {
    x.name = last_origin_.key;
  } else if (is_secure(options)) {
    write_key(options, host_header_of(x), x.name);
  } else {
    write_key(options, {}, x.name);
  }
}

void agent_impl::request_again(client_exchange& x, bool fresh) {
  x.id = pool_.request(x.name, fresh);
  slot(exchanges_, x.id) = &x;
  run_actions();
}

// The server may have closed a free connection while its end of input is still unread.
void agent_impl::close_stale(std::string_view name) {
  while (policy::socket_id const id = pool_.next_free(name)) {
    detail::ptr<http1_client_connection> const c(find(id));
    if (!c || !c->stale()) {
      return;
    }
    abandon(*c);
  }
}

}  // namespace anode::client
