// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "notes.hpp"

// [routes]
void notes::add_routes(web::router& app) {
  app.get("/notes", [this](web::context& c) { return list(c); });
  app.post("/notes", [this](web::context& c) { return add(c); });
  app.get("/notes/{id}", [this](web::context& c) { show(c); });
  app.post("/notes/{id}/publish", [this](web::context& c) { return publish(c); });
}

void notes::show(web::context& c) {
  c.send(find(c.param<int>("id")));  // /notes/x is 404: "x" is no number
}

std::string const& notes::find(int id) const {
  auto const found = all_.find(id);
  if (found == all_.end()) {
    throw web::http_error(404, "no such note");
  }
  return found->second;
}
// [routes]

// [body]
net::awaitable<void> notes::add(web::context& c) {
  std::string text = co_await c.text(16 * 1024);  // larger: 413
  int const id = next_++;
  all_[id] = std::move(text);
  c.status(201).set("Location", "/notes/" + std::to_string(id));
  co_await c.send(std::to_string(id) + "\n");
}
// [body]

// [stream]
net::awaitable<void> notes::list(web::context& c) {
  c.type("text/plain; charset=utf-8");
  for (int id = 0;;) {
    auto const note = all_.upper_bound(id);  // looked up again: a note may go while we wait
    if (note == all_.end()) {
      break;
    }
    id = note->first;
    co_await c.write(std::to_string(id) + ": " + note->second + "\n");
  }
  co_await c.end();
}
// [stream]

// [client]
net::awaitable<void> notes::publish(web::context& c) {
  http::request_options put;
  put.set_url("http://wiki.test/pages/" + std::to_string(c.param<int>("id")));
  put.method = "PUT";
  put.body = find(c.param<int>("id"));
  put.deadline = std::chrono::seconds(5);
  int status = 0;
  try {
    http::incoming_message answer = co_await wiki_.send(std::move(put));
    status = answer.status_code();
  } catch (http::request_error const& e) {
    throw web::http_error(502, "the wiki failed: " + std::string(e.code_name()));
  }
  co_await c.send("the wiki says " + std::to_string(status) + "\n");
}
// [client]
