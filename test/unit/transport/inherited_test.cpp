// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"
#include "transport/connector.hpp"
#include "transport/listener.hpp"
#include "transport/splice_pipe.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <set>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

namespace unit_transport_inherited {

namespace net = boost::asio;
using anode::error_code;
using anode::transport::listener;

#ifdef __linux__

namespace {

using names = std::set<std::string>;

// Returns the sockets and pipes of this process, by their names in /proc.
names open_here() {
  names all;
  for (auto const& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    std::string const to = std::filesystem::read_symlink(entry.path(), gone).string();
    if (to.starts_with("socket:") || to.starts_with("pipe:")) {
      all.insert(to);
    }
  }
  return all;
}

// Returns the sockets and pipes that a program started with fork and exec inherits.
names open_in_a_program() {
  names all;
  std::string text;
  FILE* const out = ::popen("ls -l /proc/self/fd", "r");
  REQUIRE(out != nullptr);
  char piece[4096];
  for (std::size_t n = 0; (n = std::fread(piece, 1, sizeof piece, out)) > 0;) {
    text.append(piece, n);
  }
  REQUIRE(::pclose(out) == 0);
  for (std::size_t at = 0; (at = text.find("-> ", at)) != std::string::npos;) {
    at += 3;
    all.insert(text.substr(at, text.find('\n', at) - at));
  }
  REQUIRE_FALSE(all.empty());
  return all;
}

struct accepting final : listener::accept_observer {
  void on_accept(std::unique_ptr<anode::byte_stream> s) override { all.push_back(std::move(s)); }
  void on_accept_error(error_code) override {}
  std::vector<std::unique_ptr<anode::byte_stream>> all;
};

}  // namespace

TEST_CASE("transport: child programs inherit no socket and no pipe") {
  names const before = open_here();
  std::size_t const inherited_before = open_in_a_program().size();
  net::io_context io;
  accepting sink;
  std::vector<anode::detail::ptr<listener>> listeners;
  std::vector<anode::transport::connect_target> targets;
  error_code ec;

  auto const listen = [&](anode::transport::listen_target const& at) {
    listeners.emplace_back(new listener(io.get_executor(), sink));
    listeners.back()->open(at, ec);
    REQUIRE_FALSE(ec);
    anode::transport::connect_target to;
    to.path = at.path;
    to.host = "127.0.0.1";
    to.port = listeners.back()->local_endpoint().port;
    targets.push_back(to);
  };
  anode::transport::listen_target tcp;
  tcp.host = "127.0.0.1";
  listen(tcp);
  anode::transport::listen_target local;
  local.path = "/tmp/anode-inherited-" + std::to_string(::getpid()) + ".sock";
  ::unlink(local.path.c_str());
  listen(local);

  // A listening socket of the user becomes close-on-exec when a server adopts it.
  std::string const other = local.path + "2";
  ::unlink(other.c_str());
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  other.copy(at.sun_path, sizeof at.sun_path - 1);
  int const descriptor = ::socket(AF_UNIX, SOCK_STREAM, 0);
  REQUIRE(::bind(descriptor, reinterpret_cast<sockaddr const*>(&at), sizeof at) == 0);
  REQUIRE(::listen(descriptor, 1) == 0);
  CHECK(open_in_a_program().size() > inherited_before);  // An inheritable descriptor is detected.
  listeners.emplace_back(new listener(io.get_executor(), sink));
  listeners.back()->open(descriptor, ec);
  REQUIRE_FALSE(ec);
  anode::transport::connect_target to;
  to.path = other;
  targets.push_back(to);

  std::vector<std::unique_ptr<anode::byte_stream>> connected;
  for (auto const& l : listeners) {
    l->start();
  }
  for (auto const& t : targets) {
    anode::transport::start_connect(io.get_executor(), t, nullptr,
                                    [&](error_code e, std::string_view, auto stream) {
                                      CHECK_FALSE(e);
                                      connected.push_back(std::move(stream));
                                    });
  }
  while (connected.size() < targets.size() || sink.all.size() < targets.size()) {
    REQUIRE(io.run_one_for(std::chrono::seconds(10)) == 1);
  }
  anode::transport::splice_pipe pipe;
  REQUIRE(pipe.open());

  names made;
  std::ranges::set_difference(open_here(), before, std::inserter(made, made.end()));
  CHECK(made.size() == 3 + 3 + 3 + 1);  // listening, accepted and connected sockets, and the pipe
  names inherited;
  std::ranges::set_intersection(made, open_in_a_program(),
                                std::inserter(inherited, inherited.end()));
  CHECK(inherited == names{});
  ::unlink(other.c_str());
  for (auto const& l : listeners) {
    l->close();
  }
}

#endif

}  // namespace unit_transport_inherited
