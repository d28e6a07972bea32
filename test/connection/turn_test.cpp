// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "connection/turn.hpp"

#include "support/catch.hpp"

#include <boost/asio/io_context.hpp>

#include <string>
#include <vector>

using anode::connection::turn;
using anode::connection::turn_member;
namespace net = boost::asio;
namespace detail = anode::detail;

namespace {

struct member final : turn_member {
  member(std::vector<std::string>& l, std::string n) : log(l), name(std::move(n)) {}
  void end_turn() override {
    log.push_back(name);
    if (again > 0) {
      --again;
      turn::enlist(*this, ex);
    }
  }
  std::vector<std::string>& log;
  std::string name;
  int again = 0;
  net::any_io_executor ex;
};

}  // namespace

TEST_CASE("turn: members are called once, in order, at the end") {
  net::io_context io;
  net::any_io_executor const ex = io.get_executor();
  std::vector<std::string> log;
  detail::ptr<member> const a(new member(log, "a"));
  detail::ptr<member> const b(new member(log, "b"));
  {
    turn const t(ex);
    CHECK(turn::on(ex));
    turn::enlist(*a, ex);
    {
      turn const inner(ex);
      turn::enlist(*b, ex);
      turn::enlist(*a, ex);
    }
    CHECK(log.empty());
  }
  CHECK_FALSE(turn::on(ex));
  CHECK(log == std::vector<std::string>{"a", "b"});
}

TEST_CASE("turn: a member may enlist itself again") {
  net::io_context io;
  net::any_io_executor const ex = io.get_executor();
  std::vector<std::string> log;
  detail::ptr<member> const a(new member(log, "a"));
  a->again = 2;
  a->ex = ex;
  {
    turn const t(ex);
    turn::enlist(*a, ex);
  }
  CHECK(log.size() == 3);
}

TEST_CASE("turn: outside of a turn, members get one of their own from the scheduler") {
  net::io_context io;
  net::any_io_executor const ex = io.get_executor();
  std::vector<std::string> log;
  {
    detail::ptr<member> const a(new member(log, "a"));
    turn::enlist(*a, ex);
    turn::enlist(*a, ex);
  }
  CHECK(log.empty());
  io.run();
  CHECK(log == std::vector<std::string>{"a"});
}

TEST_CASE("turn: a turn of one executor does not run the members of another") {
  net::io_context one;
  net::io_context two;
  net::any_io_executor const ex1 = one.get_executor();
  net::any_io_executor const ex2 = two.get_executor();
  std::vector<std::string> log;
  detail::ptr<member> const a(new member(log, "a"));
  {
    turn const t(ex1);
    CHECK_FALSE(turn::on(ex2));
    turn::enlist(*a, ex2);
  }
  CHECK(log.empty());
  two.run();
  CHECK(log.size() == 1);
}
