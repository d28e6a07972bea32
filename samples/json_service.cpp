// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// A to-do list as a JSON service: GET and POST /items, GET, PUT and DELETE /items/ID. The handlers
// throw; one function turns each exception into a JSON answer with the right status.

#include "serve.hpp"

#include <boost/json/src.hpp>

#include <charconv>
#include <exception>
#include <map>
#include <optional>
#include <stdexcept>

namespace http = anode::http;
namespace json = boost::json;
namespace net = boost::asio;

namespace {

struct failure : std::runtime_error {
  failure(int s, char const* why) : std::runtime_error(why), status(s) {}
  int status;
};

void send(http::server_response& res, int status, json::value const& body) {
  res.set_status_code(status).set_header("Content-Type", "application/json");
  res.end(json::serialize(body) + '\n');
}

net::awaitable<json::object> read_object(http::incoming_message& req) {
  std::string const body = co_await req.text();
  boost::system::error_code ec;
  json::value const value = json::parse(body, ec);
  if (ec || !value.is_object()) {
    throw failure(400, "the body is not a JSON object");
  }
  co_return value.as_object();
}

class todo_list {
public:
  net::awaitable<void> operator()(http::incoming_message& req, http::server_response& res) {
    std::string_view const path = req.path();
    std::string_view const method = req.method();
    if (path == "/items" && method == "GET") {
      json::array all;
      for (auto const& [id, item] : items_) {
        all.emplace_back(item);
      }
      send(res, 200, std::move(all));
    } else if (path == "/items" && method == "POST") {
      json::object item = co_await read_object(req);
      item["id"] = next_;
      res.set_header("Location", fmt::format("/items/{}", next_));
      send(res, 201, items_[next_++] = std::move(item));
    } else if (!path.starts_with("/items/")) {
      throw failure(404, "no such page");
    } else if (method == "GET") {
      send(res, 200, find(path)->second);
    } else if (method == "PUT") {
      json::object item = co_await read_object(req);
      auto const at = find(path);
      item["id"] = at->first;
      send(res, 200, at->second = std::move(item));
    } else if (method == "DELETE") {
      items_.erase(find(path));
      res.set_status_code(204).end();
    } else {
      res.set_header("Allow", "GET, PUT, DELETE");
      throw failure(405, "no such method");
    }
  }

private:
  std::map<int, json::object>::iterator find(std::string_view path) {
    std::string_view const text = path.substr(path.rfind('/') + 1);
    int id = 0;
    auto const [rest, ec] = std::from_chars(text.data(), text.data() + text.size(), id);
    bool const whole = ec == std::errc{} && rest == text.data() + text.size();
    auto const at = whole ? items_.find(id) : items_.end();
    return at != items_.end() ? at : throw failure(404, "no such item");
  }

  std::map<int, json::object> items_;
  int next_ = 1;
};

// Keeps the headers that the handler has set, for example Allow.
bool answer_failure(http::incoming_message&, http::server_response& res, std::exception_ptr e) {
  try {
    std::rethrow_exception(e);
  } catch (failure const& f) {
    send(res, f.status, {{"error", f.what()}});
    return true;
  } catch (...) {
    return false;  // the server answers with 413 or 500
  }
}

}  // namespace

int main(int argc, char** argv) try {
  samples::serve_options at;
  samples::options{"json_service", "A to-do list with a JSON interface."}.add(at).parse(argc, argv);
  todo_list list;
  net::io_context io{1};
  http::server server{
      io.get_executor(),
      [&](http::incoming_message& req, http::server_response& res) { return list(req, res); }};
  server.on_handler_error(answer_failure);
  samples::serve(io, server, at);
} catch (std::exception const& e) {
  fmt::print(stderr, "json_service: {}\n", e.what());
  return EXIT_FAILURE;
}
