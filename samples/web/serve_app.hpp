// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Serves the routes of a sample: command line, server and errors in one call.
#pragma once

#include "../serve.hpp"

#include <anode/web/router.hpp>

#include <exception>
#include <functional>

namespace samples {

/// Parses the command line, adds the routes, and serves them until a signal.
/// @param line the options of the sample; those of `serve_options` are added.
/// @param add_routes called after the command line is parsed.
/// @return the exit code of the program.
inline int serve_app(options& line, int argc, char const* const* argv,
                     std::function<void(anode::web::router&)> const& add_routes) {
  serve_options at;
  line.add(at).parse(argc, argv);
  try {
    boost::asio::io_context io{1};
    anode::web::router app;
    add_routes(app);
    anode::http::server server{io.get_executor(), app};
    serve(io, server, at);
    return EXIT_SUCCESS;
  } catch (std::exception const& e) {
    fmt::print(stderr, "{}: {}\n", line.name(), e.what());
    return EXIT_FAILURE;
  }
}

}  // namespace samples
