// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Downloads a file with a progress bar. A second run continues a download that was cut.

#include "run_client.hpp"

namespace net = boost::asio;
namespace web = anode::web;
using namespace std::chrono_literals;

int main(int argc, char** argv) {
  std::string url, file;
  unsigned retries = 5;
  samples::options line{"download", "Downloads a file, or the rest of one that was cut."};
  line.argument("URL", url)
      .add("-o", "FILE", file, "store it as FILE (the last part of the path, or index.html)")
      .add("--retries", "NUMBER", retries, "continue it that often (5)");
  auto const work = [&](anode::http::agent agent) -> net::awaitable<void> {
    if (file.empty()) {
      file = url.substr(0, url.find_first_of("?#"));
      file = file.substr(file.find_last_of("/\\") + 1);  // npos + 1 is 0
      file = file.empty() || file.front() == '.' ? "index.html" : file;
    }
    web::client client{agent, web::client_options{}.retry(retries)};
    client.defaults().connect_timeout(10s).idle_timeout(30s);
    auto const size = co_await client.download(url, file, samples::progress_bar());
    fmt::print("{}: {} bytes\n", file, size);
  };
  return samples::run_client(line, argc, argv, work);
}
