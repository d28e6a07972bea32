// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The routes of a to-do list: GET and POST /items, GET, PUT and DELETE /items/ID.
#pragma once

#include <anode/web/router.hpp>

#include <boost/json.hpp>

#include <map>
#include <ranges>

template <>
struct anode::web::json_traits<boost::json::object> {
  static std::string write(boost::json::object const& o) { return serialize(o); }
  static boost::json::object read(std::string_view s) { return boost::json::parse(s).as_object(); }
};

namespace samples {

namespace json = boost::json;
namespace web = anode::web;

class todo_list {
public:
  void add_routes(web::router& app) {
    app.get("/items", [this](web::context& c) {
      auto const all = items_ | std::views::values;
      c.send_json(json::object{{"items", json::array(all.begin(), all.end())}});
    });
    app.post("/items", [this](web::context& c) -> web::net::awaitable<void> {
      json::object item = co_await c.json<json::object>(16 * 1024);
      if (items_.size() == 1000) {
        throw web::http_error(507, "The list is full");
      }
      c.status(201).set("Location", "/items/" + std::to_string(next_));
      item["id"] = next_;
      c.send_json(items_[next_++] = std::move(item));
    });
    app.get("/items/{id}", [this](web::context& c) { c.send_json(find(c)->second); });
    app.put("/items/{id}", [this](web::context& c) -> web::net::awaitable<void> {
      json::object item = co_await c.json<json::object>(16 * 1024);
      item["id"] = c.param<int>("id");
      c.send_json(find(c)->second = std::move(item));
    });
    app.del("/items/{id}", [this](web::context& c) {
      items_.erase(find(c));
      c.status(204).end();
    });
  }

private:
  std::map<int, json::object>::iterator find(web::context& c) {
    auto const at = items_.find(c.param<int>("id"));
    return at != items_.end() ? at : throw web::http_error(404, "There is no such item");
  }

  std::map<int, json::object> items_;
  int next_ = 1;
};

}  // namespace samples
