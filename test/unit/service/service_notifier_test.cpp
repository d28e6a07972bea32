// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"
#include "support/tcp_client.hpp"

#include <anode/service.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <exception>
#include <filesystem>
#include <map>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace unit_service_service_notifier {

namespace net = boost::asio;
using anode::service_notifier;
using namespace std::chrono_literals;

namespace {

// A service manager: a Unix datagram socket.
class manager {
public:
  // @param name a path, or "@" and an abstract name
  explicit manager(std::string name) : name_(std::move(name)) {
    fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    REQUIRE(name_.size() <= sizeof at.sun_path);
    std::memcpy(at.sun_path, name_.data(), name_.size());
    std::size_t size = offsetof(sockaddr_un, sun_path) + name_.size();
    if (name_.front() == '@') {
      at.sun_path[0] = '\0';
    } else if (name_.size() < sizeof at.sun_path) {
      ++size;
    }
    REQUIRE(::bind(fd_, reinterpret_cast<sockaddr*>(&at), static_cast<socklen_t>(size)) == 0);
  }
  ~manager() {
    ::close(fd_);
    if (name_.front() == '/') {
      std::filesystem::remove(name_);
    }
  }
  manager(manager const&) = delete;
  manager& operator=(manager const&) = delete;

  // Returns the next datagram; "nothing" if there is none.
  std::string next() {
    char buffer[4096];
    auto const n = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
    return n < 0 ? "nothing" : std::string(buffer, static_cast<std::size_t>(n));
  }

  std::string const& name() const { return name_; }

private:
  std::string name_;
  int fd_ = -1;
};

std::string temporary(std::string const& name) {
  return (std::filesystem::temp_directory_path() / (name + std::to_string(::getpid()))).string();
}

service_notifier notifier(std::map<std::string, std::string> variables) {
  return service_notifier([&](std::string_view name) {
    auto const found = variables.find(std::string(name));
    return found == variables.end() ? std::string() : found->second;
  });
}

}  // namespace

TEST_CASE("service notifier: each notification is one datagram") {
  for (std::string const& name :
       {temporary("anode_notify_"), "@anode_notify_" + std::to_string(::getpid())}) {
    manager m(name);
    service_notifier const service = notifier({{"NOTIFY_SOCKET", name}});
    CHECK(service.active());
    CHECK(service.ready());
    CHECK(m.next() == "READY=1");
    CHECK(service.ready("serves 2 ports"));
    CHECK(m.next() == "READY=1\nSTATUS=serves 2 ports");
    CHECK(service.stopping());
    CHECK(m.next() == "STOPPING=1");
    CHECK(service.status("3 requests\nREADY=1\r"));
    CHECK(m.next() == "STATUS=3 requests READY=1 ");
    CHECK(service.status(std::string_view("a\0b", 3)));
    CHECK(m.next() == "STATUS=a b");
    CHECK(service.status(""));
    CHECK(m.next() == "STATUS=");
    CHECK(service.extend_timeout(2s));
    CHECK(m.next() == "EXTEND_TIMEOUT_USEC=2000000");
    CHECK(service.main_process(42));
    CHECK(m.next() == "MAINPID=42");
    CHECK(service.alive());
    CHECK(m.next() == "WATCHDOG=1");
    CHECK(service.notify("FDSTORE=1\nFDNAME=x"));
    CHECK(m.next() == "FDSTORE=1\nFDNAME=x");
    CHECK(m.next() == "nothing");
  }
}

TEST_CASE("service notifier: a reload has its time in the same datagram") {
  manager m("@anode_reload_" + std::to_string(::getpid()));
  service_notifier const service = notifier({{"NOTIFY_SOCKET", m.name()}});
  auto const now = [] {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  };
  auto const before = now();
  CHECK(service.reloading("again"));
  auto const after = now();
  std::string const got = m.next();
  constexpr std::string_view begin = "RELOADING=1\nMONOTONIC_USEC=";
  REQUIRE(got.starts_with(begin));
  long long time = 0;
  auto const [rest, ec] = std::from_chars(got.data() + begin.size(), got.data() + got.size(), time);
  CHECK(ec == std::errc{});
  CHECK(std::string(rest) == "\nSTATUS=again");
  CHECK(before <= time);
  CHECK(time <= after);
}

TEST_CASE("service notifier: without a service manager nothing is sent") {
  service_notifier const none = notifier({});
  CHECK_FALSE(none.active());
  CHECK_FALSE(none.ready());
  for (std::string const& name :
       {std::string("relative"), std::string("/"), std::string("@"), std::string("/no/such/socket"),
        "/" + std::string(108, 'x'), "@anode_nobody_" + std::to_string(::getpid())}) {
    CAPTURE(name);
    CHECK_FALSE(notifier({{"NOTIFY_SOCKET", name}}).ready());
  }
}

TEST_CASE("service notifier: the longest names work") {
  std::string const process = std::to_string(::getpid());
  manager abstract("@" + process + std::string(107 - process.size(), 'x'));
  CHECK(notifier({{"NOTIFY_SOCKET", abstract.name()}}).ready());
  CHECK(abstract.next() == "READY=1");
  std::string path = temporary("anode_long_");
  path.resize(108, 'x');
  manager by_path(path);
  CHECK(notifier({{"NOTIFY_SOCKET", path}}).ready());
  CHECK(by_path.next() == "READY=1");
}

TEST_CASE("service notifier: a service manager that does not read does not block") {
  manager m("@anode_full_" + std::to_string(::getpid()));
  service_notifier const service = notifier({{"NOTIFY_SOCKET", m.name()}});
  std::string const line = "STATUS=" + std::string(1000, 'x');
  bool sent = true;
  for (int i = 0; i < 100'000 && sent; ++i) {
    sent = service.notify(line);
  }
  CHECK_FALSE(sent);
  CHECK(m.next() == line);
}

TEST_CASE("service notifier: the interval of the watchdog is for this process only") {
  std::string const own = std::to_string(::getpid());
  auto const interval = [](std::map<std::string, std::string> variables) {
    return notifier(std::move(variables)).watchdog_interval().count();
  };
  CHECK(interval({}) == 0);
  CHECK(interval({{"WATCHDOG_USEC", "10000000"}}) == 10'000'000);
  CHECK(interval({{"WATCHDOG_USEC", "10"}, {"WATCHDOG_PID", own}}) == 10);
  CHECK(interval({{"WATCHDOG_USEC", "10"}, {"WATCHDOG_PID", "1"}}) == 0);
  CHECK(interval({{"WATCHDOG_USEC", "10"}, {"WATCHDOG_PID", own + "0"}}) == 0);
  for (std::string const text : {"", "-1", "+1", "1s", " 1", "0x10", "99999999999999999999"}) {
    CHECK(interval({{"WATCHDOG_USEC", text}}) == 0);
  }
}

TEST_CASE("service notifier: the watchdog is notified until it is cancelled") {
  manager m("@anode_watchdog_" + std::to_string(::getpid()));
  net::io_context io;
  net::cancellation_signal cancel;
  bool done = false;
  std::exception_ptr thrown;
  {
    service_notifier const service =
        notifier({{"NOTIFY_SOCKET", m.name()}, {"WATCHDOG_USEC", "2000"}});
    net::co_spawn(io, service.keep_watchdog(io.get_executor()),
                  net::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr e) {
                    done = true;
                    thrown = e;
                  }));
  }  // it needs the object only for the call
  int count = 0;
  support::run_until(io, [&] {
    std::string const got = m.next();
    if (got != "nothing") {
      CHECK(got == "WATCHDOG=1");
      ++count;
    }
    return count == 5;
  });
  CHECK_FALSE(done);
  cancel.emit(net::cancellation_type::terminal);
  support::run_until(io, [&] { return done; });
  CHECK_FALSE(thrown);
}

TEST_CASE("service notifier: without a watchdog the notifications end at once") {
  net::io_context io;
  bool done = false;
  manager m("@anode_none_" + std::to_string(::getpid()));
  net::co_spawn(io, notifier({{"NOTIFY_SOCKET", m.name()}}).keep_watchdog(io.get_executor()),
                [&](std::exception_ptr) { done = true; });
  support::run_until(io, [&] { return done; });
  CHECK(m.next() == "nothing");
}

TEST_CASE("service notifier: reads the environment of the process") {
  manager m("@anode_environment_" + std::to_string(::getpid()));
  ::setenv("NOTIFY_SOCKET", m.name().c_str(), 1);
  service_notifier const service;
  CHECK(service.ready());
  CHECK(m.next() == "READY=1");
  CHECK(std::string(std::getenv("NOTIFY_SOCKET")) == m.name());
  CHECK(service.ready());
  CHECK(m.next() == "READY=1");
  ::unsetenv("NOTIFY_SOCKET");
  CHECK(service.stopping());
}

}  // namespace unit_service_service_notifier
