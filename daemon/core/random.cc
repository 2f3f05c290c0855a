#include "daemon/core/random.h"

#include <openssl/rand.h>

#include "daemon/core/base64.h"
#include "daemon/core/result.h"

namespace rw::core {

std::string random_text(std::size_t bytes) {
  std::string drawn(bytes, '\0');
  // It fails where the system has no randomness at all; a secret that can be guessed would be worse than none.
  RW_ASSERT(RAND_bytes(reinterpret_cast<unsigned char*>(drawn.data()), static_cast<int>(bytes)) == 1);
  std::string text = encode_base64(drawn);
  while (text.ends_with('=')) text.pop_back();
  for (char& c : text) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  return text;
}

}  // namespace rw::core
