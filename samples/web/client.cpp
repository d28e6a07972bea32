// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Fetches a URL: follows redirects, keeps cookies in a file, shows progress, sends JSON or text.

#include "run_client.hpp"

#include <fstream>
#include <iterator>

namespace net = boost::asio;
namespace web = anode::web;
using namespace std::chrono_literals;

int main(int argc, char** argv) {
  std::string url, file, json, text;
  samples::options line{"client", "Fetches a URL, with redirects, cookies and progress."};
  line.argument("URL", url)
      .add("--cookies", "FILE", file, "read cookies from this file, and store them there")
      .add("--json", "TEXT", json, "POST this JSON")
      .add("--text", "TEXT", text, "POST this text");
  auto const work = [&](anode::http::agent agent) -> net::awaitable<void> {
    auto const now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    web::cookie_jar jar;
    std::ifstream stored(file);
    jar.load(std::string(std::istreambuf_iterator<char>(stored), {}), now);
    web::client client{agent, web::client_options{}.timeouts(5s, 60s).retry(2).cookies(jar)};
    web::fetch_options options;
    if (!json.empty() || !text.empty()) {
      options.body(json.empty() ? text : json, json.empty() ? "text/plain" : "application/json");
    }
    web::fetch_response res = co_await client.fetch(url, options);
    res.raise_for_status().on_progress(samples::progress_bar());
    while (auto const piece = co_await res.read()) {
      std::fwrite(piece->data(), 1, piece->size(), stdout);
    }
    if (!file.empty()) {
      std::ofstream(file) << jar.save(now);
    }
  };
  return samples::run_client(line, argc, argv, work);
}
