// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "tls/connection/engine_list.hpp"
#include "tls/connection/idle_memory.hpp"
#include "tls/context/context_impl.hpp"

#include <anode/byte_stream.hpp>

#include <openssl/ssl.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace anode::tls {

class engine;

struct ssl_deleter {
  void operator()(SSL* s) const noexcept { SSL_free(s); }
};

/// What one side decides during and after a handshake. The connection keeps it alive.
class engine_rules {
public:
  virtual ~engine_rules() = default;

  /// Checks the peer after a complete handshake. Sets `authorized` and `authorization_error`.
  /// @param message set to Node's message if the result is a failure
  /// @return the failure that closes the connection, if any
  virtual error_code check_peer(engine& of, secure_info& info, std::string& message) = 0;

  /// Chooses the context for the name that a client has sent. Null: the present one.
  virtual std::shared_ptr<context_impl const> choose_context(std::string_view) { return nullptr; }

  /// Keeps a session that the server has offered for resumption.
  virtual void keep_session(session_ptr) {}

  /// Encrypts or decrypts a ticket; see SSL_CTX_set_tlsext_ticket_key_evp_cb.
  virtual int ticket_key(unsigned char*, unsigned char*, EVP_CIPHER_CTX*, EVP_MAC_CTX*, int) {
    return 0;
  }

  /// Returns whether plain HTTP on a server's connection gets an answer in plain text.
  virtual bool answers_plain_http() const { return false; }
};

/// One TLS connection: OpenSSL's state between a stream of records below and bytes above.
///
/// OpenSSL reads from and writes to this object through a BIO. It never waits inside OpenSSL: input
/// that is not there makes OpenSSL return, and output is collected and sent once for each call from
/// above. Operations below keep the engine alive, therefore `tls_stream` can be destroyed at any
/// time.
class engine final : public detail::counted {
public:
  /// @param idle  the memory of idle connections of the same server or agent
  /// @throws std::bad_alloc
  engine(std::shared_ptr<context_impl const> context, std::unique_ptr<byte_stream> lower,
         std::unique_ptr<engine_rules> rules, detail::ptr<idle_memory> idle);
  ~engine() override;

  SSL* native() const noexcept { return ssl_; }
  byte_stream& lower() noexcept { return *lower_; }
  context_impl const& context() const noexcept { return *context_; }
  engine_rules& rules() noexcept { return *rules_; }
  bool established() const noexcept { return info_.has_value(); }

  /// Returns the name that the client has sent; empty: none.
  std::string const& servername() const noexcept { return servername_; }

  /// Returns whether the context of a server was chosen by that name, and is not the default one.
  bool chosen_by_name() const noexcept { return chosen_by_name_; }

  secure_info const* info() const noexcept { return info_ ? &*info_ : nullptr; }

  /// Returns the message of the failure that ended the connection.
  std::string const& failure_message() const noexcept { return failure_message_; }

  // For `idle_memory`.

  std::size_t place() const noexcept { return place_; }
  void set_place(std::size_t place) noexcept { place_ = place; }

  /// Returns whether bytes were moved since the last call.
  bool used_lately() noexcept { return std::exchange(used_, false); }

  /// Releases the buffers that hold nothing. They are made again when they are needed.
  /// @return whether all of them are released
  bool release_memory();

  /// Returns the engine of a callback of OpenSSL.
  static engine& of(SSL const* ssl) noexcept;

  /// Performs the handshake. A server performs it with its first read instead.
  void async_handshake(io_callback done);

  // The functions of `tls_stream`.

  void async_read(net::mutable_buffer into, io_callback done);
  std::size_t try_read(net::mutable_buffer into, error_code& ec);
  std::size_t try_write(std::span<net::const_buffer const> buffers, bool last, error_code& ec);
  void async_wait_writable(io_callback done);
  std::size_t unsent() const noexcept { return out_.size() - out_done_; }
  void async_shutdown(io_callback done);
  void close(bool reset);
  bool is_open() const noexcept { return !closed_; }
  bool has_input();

  /// Releases all operations without completing them.
  void context_shut_down();

  // For the BIO.

  int take(char* to, int size);
  int put(char const* from, int size);

  // For the callbacks of OpenSSL.

  /// Stores the name that the client has sent, and uses the context for it.
  /// @throws std::bad_alloc
  void set_servername(std::string_view name);

  /// Sends a server name, and checks nothing with it.
  /// @throws std::bad_alloc
  void send_servername(std::string const& name);

private:
  // The result of a call of OpenSSL.
  enum class step : std::uint8_t { done, wants_input, failed };

  static constexpr std::size_t arrival_size = 1024;
  // The most plain bytes that one write encrypts.
  static constexpr std::size_t most_at_once = 65536;
  // Ciphertext above this stops reading, because input can produce output.
  static constexpr std::size_t most_unsent = 256 * 1024;
  // The most memory for output that an active connection keeps.
  static constexpr std::size_t most_kept = 256 * 1024;
  // The most bytes of ciphertext without application data in a row.
  static constexpr std::size_t most_without_data = 1024 * 1024;

  static void on_read(detail::counted& self, error_code ec, std::size_t bytes);
  static void on_writable(detail::counted& self, error_code ec, std::size_t);

  void advance();
  step handshake();
  void complete_handshake();
  step read_into(net::mutable_buffer into, std::size_t& got);
  step classify(int result);
  /// Returns whether the input has ended, with or without close_notify; output is still possible.
  bool ended() const noexcept;
  void fail(error_code ec, std::string message = {});
  void fail_at_end();
  void note_use() noexcept;
  void answer_plain_http();
  void request_input();
  void flush();
  void flushed();
  void finish_shutdown();
  std::size_t encrypt(std::string_view bytes);
  void post(io_callback& waiting, error_code ec, std::size_t bytes);

  std::shared_ptr<context_impl const> context_;
  std::unique_ptr<byte_stream> lower_;
  std::unique_ptr<engine_rules> rules_;
  engine_list* list_;  // null after the context has shut down
  detail::ptr<idle_memory> idle_;
  std::size_t place_ = idle_memory::nowhere;
  std::unique_ptr<SSL, ssl_deleter> owned_;
  SSL* ssl_;
  std::optional<secure_info> info_;  // set when the handshake is complete
  std::string servername_;

  // Ciphertext that has arrived.
  std::unique_ptr<std::array<char, arrival_size>> arrived_;
  std::size_t arrived_begin_ = 0;
  std::size_t arrived_end_ = 0;
  error_code input_end_;  // why the lower stream has no more input
  std::size_t without_data_ = 0;

  // Ciphertext that is not passed to the lower stream.
  std::string out_;
  std::size_t out_done_ = 0;
  error_code output_failure_;

  // Operations from above.
  net::mutable_buffer into_;
  io_callback reader_;
  io_callback writer_;
  io_callback handshaker_;
  io_callback shutter_;

  error_code failure_;  // of the connection: reported by each read
  std::string failure_message_;
  bool lower_reading_ = false;
  bool lower_waiting_ = false;  // for writability
  bool drained_ = true;         // the lower stream has given less than was asked for
  bool no_input_ = false;       // OpenSSL must not read now
  bool hold_output_ = false;    // the end of the output follows
  bool shutting_down_ = false;
  bool lower_shut_down_ = false;
  bool announce_ = false;    // a server's next read reports the end of the handshake
  bool delivering_ = false;  // a completion with input is on its way
  bool closed_ = false;
  bool used_ = false;  // since the last look of `idle_memory`
  bool chosen_by_name_ = false;
};

}  // namespace anode::tls
