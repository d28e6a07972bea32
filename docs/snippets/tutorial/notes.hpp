// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#pragma once

#include <anode/http.hpp>
#include <anode/web/router.hpp>

#include <map>
#include <string>

namespace http = anode::http;
namespace net = boost::asio;
namespace web = anode::web;

// Notes in memory, and their HTTP interface.
class notes {
public:
  explicit notes(http::agent wiki) : wiki_(std::move(wiki)) {}

  void add_routes(web::router& app);

private:
  void show(web::context& c);
  net::awaitable<void> add(web::context& c);
  net::awaitable<void> list(web::context& c);
  net::awaitable<void> publish(web::context& c);
  std::string const& find(int id) const;

  std::map<int, std::string> all_;
  int next_ = 1;
  http::agent wiki_;
};
