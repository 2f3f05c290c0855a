// Text among the tags of a markup language: XML, and what took its escapes over.
#pragma once

#include <string>
#include <string_view>

namespace rw::core {

// & < > as &amp; &lt; &gt;. Not for the values of attributes: quotes stay.
std::string escape_markup(std::string_view text);

}  // namespace rw::core
