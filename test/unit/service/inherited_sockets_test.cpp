// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "service/inherited_sockets.hpp"

#include "support/catch.hpp"
#include "support/tcp_client.hpp"
#include "support/thrown.hpp"

#include <anode/server.hpp>
#include <anode/service.hpp>

#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <fcntl.h>
#include <map>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace unit_service_inherited_sockets {

namespace http = anode::http;
namespace net = boost::asio;
using anode::inherited_listener;
using anode::service::acquire_inherited;

namespace {

// The first of the descriptors that the tests inherit.
constexpr int first = 200;

std::string const own_pid = std::to_string(::getpid());

int make_listener() {
  int const fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0);
  REQUIRE(::listen(fd, 10) == 0);
  return fd;
}

// Moves a descriptor to a number.
void place(int from, int to) {
  REQUIRE(::dup2(from, to) == to);
  ::close(from);
}

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) != -1; }
bool is_close_on_exec(int fd) { return (::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0; }

std::vector<inherited_listener> acquire(std::map<std::string, std::string> const& variables) {
  return acquire_inherited(first, [&](std::string_view name) {
    auto const found = variables.find(std::string(name));
    return found == variables.end() ? std::string() : found->second;
  });
}

std::string names(std::vector<inherited_listener> const& all) {
  std::string text;
  for (inherited_listener const& l : all) {
    text += l.name() + "|";
  }
  return text;
}

struct placed {
  explicit placed(int count) : count_(count) {
    for (int i = 0; i < count; ++i) {
      place(make_listener(), first + i);
    }
  }
  ~placed() {
    for (int i = 0; i < count_; ++i) {
      ::close(first + i);
    }
  }
  placed(placed const&) = delete;
  placed& operator=(placed const&) = delete;

private:
  int count_;
};

}  // namespace

TEST_CASE("inherited sockets: in their order, with their names") {
  placed const sockets(3);
  CHECK_FALSE(is_close_on_exec(first));
  std::vector<inherited_listener> const all = acquire(
      {{"LISTEN_PID", own_pid}, {"LISTEN_FDS", "3"}, {"LISTEN_FDNAMES", "http:https:http"}});
  CHECK(names(all) == "http|https|http|");
  for (int i = 0; i < 3; ++i) {
    auto const index = static_cast<std::size_t>(i);
    CHECK(all[index].native_handle() == first + i);
    CHECK(is_close_on_exec(first + i));
    CHECK(all[index].address().address == "127.0.0.1");
    CHECK(all[index].address().port != 0);
  }
}

TEST_CASE("inherited sockets: without names each is unknown, and a name may be empty") {
  placed const sockets(2);
  CHECK(names(acquire({{"LISTEN_PID", own_pid}, {"LISTEN_FDS", "2"}})) == "unknown|unknown|");
  placed const again(2);
  CHECK(names(acquire({{"LISTEN_PID", own_pid}, {"LISTEN_FDS", "2"}, {"LISTEN_FDNAMES", "a:"}})) ==
        "a||");
}

TEST_CASE("inherited sockets: those of another process are not ours") {
  placed const sockets(1);
  for (std::string const& pid : {std::string("1"), own_pid + "0", "0" + own_pid, " " + own_pid,
                                 std::string(), std::string("x")}) {
    CHECK(acquire({{"LISTEN_PID", pid}, {"LISTEN_FDS", "1"}}).empty());
  }
  CHECK(acquire({{"LISTEN_PID", own_pid}}).empty());
  CHECK(acquire({}).empty());
  CHECK(acquire({{"LISTEN_PID", own_pid}, {"LISTEN_FDS", "0"}, {"LISTEN_FDNAMES", ""}}).empty());
  CHECK(is_open(first));
  CHECK_FALSE(is_close_on_exec(first));
}

TEST_CASE("inherited sockets: variables that contradict each other are an error") {
  placed const sockets(2);
  for (std::string const count : {"-1", "x", "2x", " 2", "99999999999999999999", "4097"}) {
    CAPTURE(count);
    CHECK(support::thrown([&] { acquire({{"LISTEN_PID", own_pid}, {"LISTEN_FDS", count}}); }) ==
          "ERR_INVALID_ARG_VALUE: LISTEN_FDS is not a number of sockets: '" + count + "'");
  }
  CHECK(support::thrown([&] {
          acquire({{"LISTEN_PID", own_pid}, {"LISTEN_FDS", "2"}, {"LISTEN_FDNAMES", "a"}});
        }) == "ERR_INVALID_ARG_VALUE: LISTEN_FDNAMES has 1 names, LISTEN_FDS is 2");
  CHECK(is_open(first));
}

TEST_CASE("inherited sockets: a descriptor that is no listening stream socket is an error") {
  auto const with_second = [](int fd) {
    placed const good(1);
    if (fd >= 0) {
      place(fd, first + 1);
    }
    std::string const thrown = support::thrown([&] {
      acquire({{"LISTEN_PID", own_pid}, {"LISTEN_FDS", "2"}, {"LISTEN_FDNAMES", "a:b"}});
    });
    CHECK(is_open(first));  // nothing is closed
    CHECK(is_open(first + 1) == (fd >= 0));
    ::close(first + 1);
    return thrown;
  };
  std::string const text = ": The descriptor 201 (b) is not a listening stream socket";
  CHECK(with_second(::socket(AF_INET, SOCK_STREAM, 0)) == "EINVAL" + text);
  CHECK(with_second(::socket(AF_INET, SOCK_DGRAM, 0)) == "EINVAL" + text);
  CHECK(with_second(-1) == "EBADF" + text);
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  CHECK(with_second(ends[0]).ends_with(text));
  ::close(ends[1]);
}

TEST_CASE("inherited sockets: the object owns the descriptor until it is released") {
  int const one = make_listener();
  int const two = make_listener();
  {
    inherited_listener a(one, "a");
    inherited_listener b(two, "b");
    inherited_listener moved(std::move(a));
    CHECK(moved.native_handle() == one);
    CHECK(moved.name() == "a");
    CHECK(a.native_handle() == anode::no_native_handle);  // NOLINT(bugprone-use-after-move)
    CHECK(a.address().address == "");
    b = std::move(moved);
    CHECK(b.native_handle() == one);
    CHECK(b.release() == one);
    CHECK(b.release() == anode::no_native_handle);
  }
  CHECK(is_open(one));
  CHECK_FALSE(is_open(two));
  ::close(one);
}

TEST_CASE("inherited sockets: a server listens on one") {
  net::io_context io;
  http::server server(io.get_executor(), [](http::incoming_message&, http::server_response& res) {
    res.end("inherited");
  });
  inherited_listener socket(make_listener(), "web");
  std::uint16_t const port = socket.address().port;
  server.listen(std::move(socket));
  CHECK(server.address().port == port);
  support::tcp_client client(io, port);
  client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  CHECK(client.wait_for_end().ends_with("inherited"));
}

TEST_CASE("inherited sockets: a started process takes them from its environment once") {
  int const listener = make_listener();
  pid_t const child = ::fork();
  if (child == 0) {
    // The exit code is the first expectation that does not hold.
    int const third = ::dup2(listener, 3);
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDS", "1", 1);
    ::setenv("LISTEN_FDNAMES", "web", 1);
    std::vector<inherited_listener> const all = anode::inherited_listeners();
    int failed = 0;
    int number = 0;
    for (bool const holds :
         {third == 3, all.size() == 1, !all.empty() && all[0].name() == "web",
          !all.empty() && all[0].native_handle() == 3, is_close_on_exec(3),
          std::getenv("LISTEN_PID") == nullptr, std::getenv("LISTEN_FDS") == nullptr,
          std::getenv("LISTEN_FDNAMES") == nullptr, anode::inherited_listeners().empty()}) {
      ++number;
      if (!holds && failed == 0) {
        failed = number;
      }
    }
    ::_exit(failed);
  }
  REQUIRE(child > 0);
  ::close(listener);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

}  // namespace unit_service_inherited_sockets
