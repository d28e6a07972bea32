// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "support/catch.hpp"

#include <anode/cluster.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <exception>
#include <future>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace support {

namespace http = anode::http;
namespace net = boost::asio;
using net::ip::tcp;

/// A blocking client connection with one server.
class blocking_client {
public:
  explicit blocking_client(std::uint16_t port) : socket_(io_) {
    socket_.connect({net::ip::address_v4::loopback(), port});
  }

  void send(std::string_view bytes) { net::write(socket_, net::buffer(bytes)); }

  /// Sends a GET request and returns the body of the response, which has a Content-Length.
  std::string get(std::string_view path) {
    send("GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n");
    return response();
  }

  /// Reads a response and returns its body.
  std::string response() {
    std::size_t const head = net::read_until(socket_, net::dynamic_buffer(text_), "\r\n\r\n");
    std::string_view const name = "Content-Length: ";
    std::size_t const at = text_.find(name);
    REQUIRE(at < head);
    std::size_t const size = std::stoul(text_.substr(at + name.size()));
    if (text_.size() < head + size) {
      net::read(socket_, net::dynamic_buffer(text_),
                net::transfer_exactly(head + size - text_.size()));
    }
    std::string body = text_.substr(head, size);
    text_.erase(0, head + size);
    return body;
  }

  /// Waits until the server has closed the connection. Returns the bytes received before.
  std::string rest() {
    boost::system::error_code ec;
    net::read(socket_, net::dynamic_buffer(text_), ec);
    return std::exchange(text_, {});
  }

private:
  net::io_context io_;
  tcp::socket socket_;
  std::string text_;
};

/// Returns whether a server accepts connections at a port.
inline bool accepts(std::uint16_t port) {
  net::io_context io;
  tcp::socket s(io);
  boost::system::error_code ec;
  s.connect({net::ip::address_v4::loopback(), port}, ec);
  return !ec;
}

/// Runs a cluster in a thread of its own. Closes it at the end of the scope.
class running_cluster {
public:
  explicit running_cluster(http::cluster& c)
      : cluster_(c), result_(std::async(std::launch::async, [&c] { return c.run(); })) {}
  running_cluster(running_cluster const&) = delete;
  running_cluster& operator=(running_cluster const&) = delete;

  ~running_cluster() {
    if (result_.valid()) {
      cluster_.close();
      result_.wait();
    }
  }

  /// Waits for the end of `run`. Returns its result, or throws its exception.
  http::drain_result wait() { return result_.get(); }

private:
  http::cluster& cluster_;
  std::future<http::drain_result> result_;
};

/// A condition that one thread sets and another one waits for, for up to 30 s.
class flag {
public:
  void set() {
    if (std::lock_guard const lock(mutex_); !std::exchange(set_, true)) {
      promise_.set_value();
    }
  }
  bool wait() { return future_.wait_for(std::chrono::seconds(30)) == std::future_status::ready; }

private:
  std::mutex mutex_;
  bool set_ = false;
  std::promise<void> promise_;
  std::future<void> future_ = promise_.get_future();
};

}  // namespace support
