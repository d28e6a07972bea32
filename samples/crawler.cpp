// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Visits the pages of one site and prints the status of each. Several pages are requested at a
// time; the agent reuses the connections and limits their number.

#include "options.hpp"

#include <anode/http.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>

#include <chrono>
#include <deque>
#include <exception>
#include <set>

namespace http = anode::http;
namespace net = boost::asio;
namespace urls = boost::urls;

namespace {

class crawler {
public:
  crawler(http::agent agent, std::string const& start, std::size_t limit)
      : agent_(std::move(agent)), site_(start), limit_(limit) {
    add(site_);
  }

  /// Visits pages until none is left.
  net::awaitable<void> run() {
    while (!queue_.empty()) {
      std::string const page = std::move(queue_.front());
      queue_.pop_front();
      ++running_;
      co_await visit(page);
      --running_;
      start_more();
    }
  }

  /// Starts a coroutine for each queued page, up to eight.
  void start_more() {
    for (std::size_t i = running_; i < std::min<std::size_t>(8, queue_.size() + running_); ++i) {
      net::co_spawn(agent_.get_executor(), run(), net::detached);
    }
  }

private:
  net::awaitable<void> visit(std::string const& page) {
    http::request_options options;
    options.headers.append("Accept", "text/html");
    options.headers.append("User-Agent", "anode-crawler");
    options.deadline = std::chrono::seconds(10);
    try {
      auto res = co_await agent_.get(page, options);
      fmt::print("{} {}\n", res.status_code(), page);
      if (res.status_code() / 100 == 3) {
        add_link(page, res.headers().get("location").value_or(""));
      } else if (res.headers().get("content-type").value_or("").starts_with("text/html")) {
        find_links(page, co_await res.text());
      } else {
        res.dump();
      }
    } catch (http::exception const& e) {
      fmt::print("--- {} ({})\n", page, e.what());
    }
  }

  void find_links(std::string const& page, std::string_view html) {
    constexpr std::string_view mark = "href=\"";
    for (std::size_t at = html.find(mark); at != std::string_view::npos; at = html.find(mark, at)) {
      at += mark.size();
      add_link(page, html.substr(at, html.find('"', at) - at));
    }
  }

  void add_link(std::string const& page, std::string_view link) {
    auto const base = urls::parse_uri({page.data(), page.size()});
    auto const reference = urls::parse_uri_reference({link.data(), link.size()});
    urls::url target;
    if (base && reference && urls::resolve(*base, *reference, target)) {
      add(target);
    }
  }

  void add(urls::url target) {
    target.remove_fragment();
    target.normalize();
    bool const same_site = target.scheme() == site_.scheme() &&
                           target.encoded_authority() == site_.encoded_authority();
    if (same_site && seen_.size() < limit_ && seen_.emplace(target.buffer()).second) {
      queue_.emplace_back(target.buffer());
    }
  }

  http::agent agent_;
  urls::url site_;
  std::size_t limit_;
  std::size_t running_ = 0;
  std::set<std::string> seen_;
  std::deque<std::string> queue_;
};

}  // namespace

int main(int argc, char** argv) try {
  std::string start;
  std::size_t limit = 1000;
  samples::options{"crawler", "Visits the pages of one site."}
      .add("--limit", "N", limit, "number of pages (1000)")
      .argument("URL", start)
      .parse(argc, argv);
  net::io_context io{1};
  http::agent agent{io.get_executor(), {.keep_alive = true, .max_sockets = 4}};
  crawler c{agent, start, limit};
  c.start_more();
  io.run();
} catch (std::exception const& e) {
  fmt::print(stderr, "crawler: {}\n", e.what());
  return EXIT_FAILURE;
}
