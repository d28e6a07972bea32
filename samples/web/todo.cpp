// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "todo.hpp"

#include "serve_app.hpp"

#include <boost/json/src.hpp>

int main(int argc, char** argv) {
  samples::todo_list list;
  samples::options line{"todo", "A to-do list with a JSON interface."};
  return samples::serve_app(line, argc, argv, [&](auto& app) { list.add_routes(app); });
}
