// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Follows redirects: at most 20, to http only, and without the credentials if the origin changes.

#include "options.hpp"

#include <anode/http.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>

#include <exception>
#include <stdexcept>

namespace http = anode::http;
namespace net = boost::asio;
namespace urls = boost::urls;

namespace {

// Returns the target of a redirect: Location may be relative to the URL of the request.
urls::url target_of(urls::url const& from, http::incoming_message const& res) {
  std::string_view const location = res.headers().get("location").value_or("");
  auto const reference = urls::parse_uri_reference({location.data(), location.size()});
  urls::url to;
  if (location.empty() || !reference || !urls::resolve(from, *reference, to)) {
    throw std::runtime_error("the redirect has no valid Location");
  }
  if (to.scheme() != "http") {
    throw std::runtime_error("the redirect leads to another protocol");
  }
  return to.remove_userinfo();
}

net::awaitable<void> get(http::agent agent, urls::url url, http::request_options options) {
  for (int hops = 0; hops <= 20; ++hops) {
    auto res = co_await agent.get(std::string_view(url.buffer()), options);
    int const status = res.status_code();
    if (status != 301 && status != 302 && status != 303 && status != 307 && status != 308) {
      fmt::print("{} {}\n", status, std::string_view(url.buffer()));
      while (auto const chunk = co_await res.read()) {
        std::fwrite(chunk->data(), 1, chunk->size(), stdout);
      }
      co_return;
    }
    res.dump();  // the connection is free for the next request
    urls::url const to = target_of(url, res);
    if (to.encoded_authority() != url.encoded_host_and_port()) {
      options.auth.clear();
      options.headers.erase("Authorization");
      options.headers.erase("Cookie");
    }
    url = to;
  }
  throw std::runtime_error("more than 20 redirects");
}

}  // namespace

int main(int argc, char** argv) try {
  std::string url;
  http::request_options request;
  samples::options{"redirects", "Fetches a URL and follows redirects."}
      .add("--user", "USER:PASSWORD", request.auth, "credentials for the first origin")
      .argument("URL", url)
      .parse(argc, argv);
  net::io_context io{1};
  http::agent agent{io.get_executor(), {.keep_alive = true}};
  std::exception_ptr failure;
  net::co_spawn(io, get(agent, urls::url(url), request), [&](std::exception_ptr e) {
    failure = e;
    agent.destroy();
  });
  io.run();
  if (failure) {
    std::rethrow_exception(failure);
  }
} catch (std::exception const& e) {
  fmt::print(stderr, "redirects: {}\n", e.what());
  return EXIT_FAILURE;
}
