// OpenSSL's objects as unique_ptrs.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

namespace rw::tls {

template <auto free>
struct FreeWith {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};
using X509Handle = std::unique_ptr<X509, FreeWith<X509_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using BioHandle = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;
using GeneralNamesHandle = std::unique_ptr<GENERAL_NAMES, FreeWith<GENERAL_NAMES_free>>;
using Pkcs12Handle = std::unique_ptr<PKCS12, FreeWith<PKCS12_free>>;

}  // namespace rw::tls
