// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/connection/bio.hpp"

#include "tls/connection/engine.hpp"

#include <new>

namespace anode::tls {
namespace {

// Exceptions must not pass through OpenSSL: the callbacks below only fail by lack of memory.
int read(BIO* bio, char* to, int size) noexcept {
  BIO_clear_retry_flags(bio);
  return static_cast<engine*>(BIO_get_data(bio))->take(to, size);
}

int write(BIO* bio, char const* from, int size) noexcept {
  BIO_clear_retry_flags(bio);
  return static_cast<engine*>(BIO_get_data(bio))->put(from, size);
}

long control(BIO*, int command, long, void*) noexcept { return command == BIO_CTRL_FLUSH ? 1 : 0; }

BIO_METHOD* make_method() {
  BIO_METHOD* const method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "anode");
  if (method == nullptr) {
    throw std::bad_alloc();
  }
  BIO_meth_set_read(method, &read);
  BIO_meth_set_write(method, &write);
  BIO_meth_set_ctrl(method, &control);
  return method;
}

}  // namespace

BIO* make_bio(engine& of) {
  static BIO_METHOD* const method = make_method();  // never freed, as OpenSSL's own methods
  BIO* const bio = BIO_new(method);
  if (bio == nullptr) {
    throw std::bad_alloc();
  }
  BIO_set_data(bio, &of);
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace anode::tls
