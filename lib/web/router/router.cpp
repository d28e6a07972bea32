// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/router/dispatcher.hpp"
#include "web/router/router_state.hpp"
#include "web/vocabulary/invalid.hpp"
#include "web/vocabulary/tokens.hpp"

#include <anode/web/router.hpp>

namespace anode::web {

router::router() : state_(std::make_shared<detail::router_state>()) {}

router& router::add_route(std::string_view method, std::string_view text, std::vector<layer> layers,
                          handler h) {
  state_->require_open();
  if (!method.empty() && !is_token(method)) {
    throw_invalid("Invalid method of a route: \"" + std::string(method) + "\"");
  }
  detail::router_state::own_route made;
  made.method = method;
  made.parsed = parse_pattern(text);
  if (!h) {
    throw_invalid("The route \"" + made.parsed.text + "\" has no handler");
  }
  for (layer& l : layers) {
    made.layers.push_back(std::make_shared<layer const>(std::move(l)));
  }
  made.last = std::make_shared<handler const>(std::move(h));
  auto const id = static_cast<route_id>(state_->routes.size());
  if (route_id const other = state_->shapes.add(made.parsed, method, id); other != no_route) {
    throw_invalid("The routes \"" + state_->routes[other].parsed.text + "\" and \"" +
                  made.parsed.text + "\" of " + (method.empty() ? "any method" : made.method) +
                  " are the same");
  }
  state_->routes.push_back(std::move(made));
  return *this;
}

router& router::use(layer l) {
  state_->require_open();
  if (!l) {
    throw_invalid("A layer is empty");
  }
  state_->layers.push_back(std::make_shared<layer const>(std::move(l)));
  return *this;
}

router& router::mount(std::string_view prefix, router const& below) {
  state_->require_open();
  join_patterns(prefix, "/");  // throws for an invalid prefix
  if (below.state_->contains(*state_)) {
    throw_invalid("A router cannot be mounted below itself");
  }
  state_->mounted.emplace_back(prefix, below.state_);
  return *this;
}

router& router::host(std::string_view name, router const& other) {
  state_->require_open();
  if (other.state_->contains(*state_)) {
    throw_invalid("A router cannot be mounted below itself");
  }
  auto const number = static_cast<std::uint32_t>(state_->hosts.size() + 1);
  if (!state_->host_names.add(name, number)) {
    throw_invalid("The host \"" + std::string(name) + "\" has a router already");
  }
  state_->hosts.emplace_back(name, other.state_);
  return *this;
}

router& router::not_found(handler h) {
  state_->require_open();
  state_->settings.not_found = std::move(h);
  return *this;
}

router& router::redirect_slash(bool on) {
  state_->require_open();
  state_->settings.redirect_slash = on;
  return *this;
}

router& router::trust(trusted_proxies proxies) {
  state_->require_open();
  state_->settings.proxies = std::move(proxies);
  return *this;
}

router& router::error_page(std::function<std::string(context&, http_error const&)> page) {
  state_->require_open();
  state_->settings.error_page = std::move(page);
  return *this;
}

router& router::on_error(std::function<void(context&, std::exception_ptr)> f) {
  state_->require_open();
  state_->settings.error_listeners.push_back(std::move(f));
  return *this;
}

std::vector<route_info> router::routes() const {
  std::vector<route_info> out;
  auto const table = state_->build();
  for (detail::site const& s : table->sites) {
    for (detail::route const& r : s.routes) {
      out.push_back({r.method, s.host, r.pattern, r.layers.size()});
    }
  }
  return out;
}

net::awaitable<void> router::operator()(http::incoming_message& req,
                                        http::server_response& res) const {
  return detail::dispatcher::run(req, res, state_->get_table());
}

net::awaitable<void> router::start(http::incoming_message& req, http::server_response& res) const {
  return detail::dispatcher::start(req, res, state_->get_table());
}

void router::answer_exception(http::incoming_message& req, http::server_response& res,
                              std::exception_ptr const& error) const {
  detail::dispatcher::answer_exception(req, res, state_->get_table(), error);
}

}  // namespace anode::web
