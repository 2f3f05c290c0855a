// What an OTLP AnyValue becomes: plain JSON, as if the sender had written the value without its wrapping
// ({"intValue":"13"} → 13). Integers and finite doubles become numbers, bytes base64 text, an unset value null; a
// double that is none becomes the text "NaN", "Infinity" or "-Infinity" (as in proto3 JSON). Text that is no UTF-8 is
// repaired.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>

namespace rw::ingest {

// Deeper values are at fault: no Windows event is nested more than a few levels.
inline constexpr int kMaxOtlpDepth = 64;

void append_otlp_int(std::string& out, std::int64_t value);
void append_otlp_double(std::string& out, double value);
void append_otlp_bool(std::string& out, bool value);
void append_otlp_bytes(std::string& out, std::string_view bytes);

// The object that a record becomes: the members of its body, then those of its attributes that the body lacks.
class OtlpObjectText {
 public:
  void begin();
  // Begins a member: its value is to be appended to text(). False: the key was there before, its value is to be left
  // out. The key's view must live until the next begin().
  bool member(std::string_view key);
  bool empty() const { return keys_.empty(); }
  std::string& text() { return text_; }
  // The finished object; lives until the next begin().
  std::string_view finish();

 private:
  std::string text_;
  std::unordered_set<std::string_view> keys_;
};

}  // namespace rw::ingest
