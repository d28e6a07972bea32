// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The measured server of bench/web/nginx: the files of a folder, and /json with 64 KiB of JSON,
// compressed by gzip for clients that accept it.
//
// usage: bench_web_serve PORT FOLDER

#include "sample_json.hpp"

#include <anode/web/compress.hpp>
#include <anode/web/files.hpp>
#include <anode/web/gzip.hpp>
#include <anode/web/router.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace net = boost::asio;
namespace web = anode::web;

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: bench_web_serve PORT FOLDER\n", stderr);
    return 2;
  }
  net::io_context io{1};
  web::router app;
  app.get("/json", web::compress(web::codings{web::gzip()}),
          [](web::context& c) { c.type("application/json").send(bench::sample_json()); });
  app.get("/{path...}", web::files(argv[2]));
  anode::http::server server{io.get_executor(), app};
  server.listen(static_cast<std::uint16_t>(std::atoi(argv[1])), "127.0.0.1", 4096);
  net::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&io](auto, auto) { io.stop(); });
  io.run();
}
