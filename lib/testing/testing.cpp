// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "base/text.hpp"
#include "runtime/clock.hpp"
#include "runtime/shutdown_hook.hpp"
#include "transport/memory_stream.hpp"

#include <anode/testing.hpp>

#include <boost/asio/detached.hpp>

#include <array>
#include <deque>

namespace anode::testing {
namespace {

constexpr std::chrono::seconds first_second{784'111'777};
constexpr std::size_t shown_bytes = 400;

// Returns bytes as text for an error message, with unprintable bytes escaped.
std::string shown(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "\"";
  for (char const c : bytes.substr(0, shown_bytes)) {
    auto const u = static_cast<unsigned char>(c);
    if (c == '\r') {
      out += "\\r";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (u < 0x20 || u >= 0x7f) {
      out += {'\\', 'x', digits[u / 16U], digits[u % 16U]};
    } else {
      out += c;
    }
  }
  out += bytes.size() > shown_bytes ? "\"..." : "\"";
  return out;
}

}  // namespace

event_loop::event_loop() : event_loop(std::chrono::sys_seconds(first_second)) {}

event_loop::event_loop(std::chrono::sys_seconds now) {
  runtime::clock::of(get_executor()).set_manual(now);
}

void event_loop::settle() {
  io_.restart();
  io_.poll();
}

void event_loop::advance(std::chrono::milliseconds time) {
  settle();
  runtime::clock& clock = runtime::clock::of(get_executor());
  auto const until = clock.now() + time;
  while (clock.next_wake() <= until) {
    clock.advance_to(clock.next_wake());
    settle();
  }
  clock.advance_to(until);
  settle();
}

std::chrono::sys_seconds event_loop::now() { return runtime::clock::of(get_executor()).wall_now(); }

peer event_loop::connect(http::server& to, std::size_t capacity) {
  auto [ours, theirs] = transport::make_memory_pair(get_executor(), capacity);
  to.emit_connection(std::move(theirs));
  return {*this, anode::socket(std::move(ours))};
}

struct peer::received_input {
  std::string bytes;
  bool listening = true;
  bool reading = false;
  bool ended = false;
  bool reset = false;
  error_code error;
};

peer::peer(event_loop& loop, anode::socket connection)
    : loop_(&loop), socket_(std::move(connection)), received_(std::make_shared<received_input>()) {
  listen();
}

peer& peer::operator=(peer&& other) noexcept {
  std::swap(loop_, other.loop_);
  std::swap(socket_, other.socket_);
  std::swap(received_, other.received_);
  return *this;
}

peer::~peer() {
  if (socket_) {
    socket_.destroy();
  }
}

net::awaitable<void> peer::receive(anode::socket from, std::shared_ptr<received_input> to) {
  to->reading = true;
  try {
    std::array<char, 4096> buffer;
    while (to->listening) {
      std::size_t const n = co_await from.read(net::buffer(buffer));
      to->bytes.append(buffer.data(), n);
      if (n == 0) {
        to->ended = true;
        break;
      }
    }
  } catch (boost::system::system_error const& e) {
    to->ended = true;
    to->reset = true;
    to->error = e.code();
  }
  to->reading = false;
}

void peer::listen() {
  received_->listening = true;
  if (!received_->reading && !received_->ended) {
    net::co_spawn(loop_->get_executor(), receive(socket_, received_), net::detached);
  }
}

void peer::stop_listening() { received_->listening = false; }

void peer::send(std::string_view bytes) {
  socket_.write(bytes);
  loop_->settle();
}

void peer::end() {
  socket_.end();
  loop_->settle();
}

void peer::close() {
  socket_.destroy();
  loop_->settle();
}

void peer::reset() {
  socket_.reset();
  loop_->settle();
}

void peer::check(bool right, std::string_view what) {
  if (!right) {
    throw mismatch(base::formatted("expected {}; came {}{}", what, shown(received_->bytes),
                                   received_->reset   ? ", then a reset"
                                   : received_->ended ? ", then the end"
                                                      : ""));
  }
}

void peer::expect(std::string_view bytes) {
  loop_->settle();
  check(received_->bytes.starts_with(bytes), shown(bytes));
  received_->bytes.erase(0, bytes.size());
}

std::string peer::expect_until(std::string_view mark) {
  loop_->settle();
  std::size_t const at = received_->bytes.find(mark);
  check(at != std::string::npos, "something with " + shown(mark));
  std::string consumed = received_->bytes.substr(0, at + mark.size());
  received_->bytes.erase(0, consumed.size());
  return consumed;
}

void peer::expect_silence() {
  loop_->settle();
  check(received_->bytes.empty() && !received_->ended, "nothing");
}

void peer::expect_end() {
  loop_->settle();
  check(received_->bytes.empty() && received_->ended && !received_->reset, "the end");
}

void peer::expect_reset() {
  loop_->settle();
  check(received_->reset, "a reset");
}

std::string peer::take() {
  loop_->settle();
  return std::exchange(received_->bytes, {});
}

std::string_view peer::received() {
  loop_->settle();
  return received_->bytes;
}

bool peer::ended() {
  loop_->settle();
  return received_->ended;
}

error_code peer::error() {
  loop_->settle();
  return received_->error;
}

namespace {

// The peers of an origin. An agent may keep this object beyond its context.
class peer_list final : private runtime::shutdown_hook {
public:
  explicit peer_list(net::any_io_executor const& ex) { join(ex); }

  std::deque<peer> all;

private:
  void on_context_shutdown() override { all.clear(); }
};

}  // namespace

struct origin::state {
  explicit state(event_loop& of) : loop(&of), peers(of.get_executor()) {}

  event_loop* loop;
  std::size_t capacity = 0;
  std::function<std::unique_ptr<byte_stream>(std::unique_ptr<byte_stream>)> layer;
  peer_list peers;
  std::deque<http::connect_options> targets;
  error_code refusal;
};

origin::origin(event_loop& loop, std::size_t capacity) : origin(loop, nullptr, capacity) {}

origin::origin(event_loop& loop,
               std::function<std::unique_ptr<byte_stream>(std::unique_ptr<byte_stream>)> layer,
               std::size_t capacity)
    : state_(std::make_shared<state>(loop)) {
  state_->capacity = capacity;
  state_->layer = std::move(layer);
}

net::awaitable<std::unique_ptr<byte_stream>> origin::make(std::shared_ptr<state> self,
                                                          http::connect_options to) {
  if (self->refusal) {
    throw boost::system::system_error(self->refusal, "connect");
  }
  auto pair = transport::make_memory_pair(self->loop->get_executor(), self->capacity);
  if (self->layer) {
    pair.second = self->layer(std::move(pair.second));
  }
  self->targets.push_back(std::move(to));
  self->peers.all.emplace_back(*self->loop, anode::socket(std::move(pair.second)));
  co_return std::move(pair.first);
}

http::create_connection_function origin::connections() const {
  return [self = state_](http::connect_options const& to) { return make(self, to); };
}

std::size_t origin::size() const {
  state_->loop->settle();
  return state_->peers.all.size();
}

peer& origin::operator[](std::size_t index) const {
  if (index >= size()) {
    throw mismatch(
        base::formatted("expected connection {}; there are {}", index, state_->peers.all.size()));
  }
  return state_->peers.all[index];
}

http::connect_options const& origin::target(std::size_t index) const {
  (*this)[index];
  return state_->targets[index];
}

void origin::refuse(error_code ec) { state_->refusal = ec; }

namespace {

net::awaitable<std::unique_ptr<byte_stream>> connect_to(http::server* server,
                                                        std::size_t capacity) {
  auto pair = transport::make_memory_pair(server->get_executor(), capacity);
  server->emit_connection(std::move(pair.second));
  co_return std::move(pair.first);
}

}  // namespace

http::create_connection_function connections_to(http::server& server, std::size_t capacity) {
  return [s = &server, capacity](http::connect_options const&) { return connect_to(s, capacity); };
}

}  // namespace anode::testing
