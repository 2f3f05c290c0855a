#include "daemon/ingest/decode/xml_reader.h"

#include <catch2/catch.hpp>
#include <string>

#include "daemon/ingest/decode/xml_references.h"

namespace rw::ingest {
namespace {

// "a(x=1)[b c[d]]": every element with its attribute x and the elements in it.
std::string shown(XmlReader& reader, std::size_t depth) {
  std::string text;
  while (reader.next_child(depth)) {
    if (!text.empty()) text += ' ';
    text += reader.name();
    const std::string_view x = reader.attribute("x");
    if (!x.empty()) text += "(x=" + std::string(x) + ")";
    const std::string children = shown(reader, depth + 1);
    if (!children.empty()) text += "[" + children + "]";
  }
  return text;
}

std::string shown(const XmlReader::Fault& fault) {
  return std::to_string(fault.offset) + ": " + std::string(fault.what);
}

std::string elements(const std::string& xml) {
  core::Arena arena;
  XmlReader reader(xml, arena);
  const std::string text = shown(reader, 0);
  return reader.fault() ? shown(*reader.fault()) : text;
}

// The text of each child of the outermost element, in brackets.
std::string texts(const std::string& xml) {
  core::Arena arena;
  XmlReader reader(xml, arena);
  reader.next_child(0);
  std::string text;
  while (reader.next_child(1)) text += "[" + std::string(reader.text()) + "]";
  return reader.fault() ? shown(*reader.fault()) : text;
}

struct XmlCase {
  const char* xml;
  const char* expected;
};

}  // namespace

TEST_CASE("elements and attributes") {
  const XmlCase cases[] = {
      {"<a/>", "a"},
      {"<a></a>", "a"},
      {"<a ></a\r\n>", "a"},
      {"<a><b/><c><d/></c ><e/></a>", "a[b c[d] e]"},
      {"<p:a xmlns:p='u'><p:b/><q.r-1:_c></q.r-1:_c></p:a>", "a[b _c]"},
      {"<\xc3\xa9l\xc3\xa9ment/>", "\xc3\xa9l\xc3\xa9ment"},
      {"<a x='1'><b y=\"2\" x = \"3\"/></a>", "a(x=1)[b(x=3)]"},
      {"<a x='1' x='2'/>", "a(x=1)"},
      {"<a p:x='1'/>", "a(x=1)"},
      {"<a x='&lt;\"&#39;\n<b>'/>", "a(x=<\"'\n<b>)"},
      {"<a>text<b/> <!-- <c/> --><?c <c/> ?><![CDATA[<c/>]]></a>", "a[b]"},
  };
  for (const auto& [xml, expected] : cases) {
    INFO(xml);
    CHECK(elements(xml) == expected);
  }
}

TEST_CASE("texts") {
  const XmlCase cases[] = {
      {"<a><b/><b></b><b>x</b></a>", "[][][x]"},
      {"<a> <b> </b>\r\n<b>\r\n x</b> </a>", "[ ][\r\n x]"},
      {"<a><b> <c/> </b><b> <!-- --> </b><b><c/> x <c/> </b></a>", "[][ ][ x ]"},
      {"<a><b>1<c>2</c>3<!-- 4 -->5<![CDATA[6&lt;]]>7<?p 8?>9</b></a>", "[12356&lt;79]"},
      {"<a><b><![CDATA[]]> </b><b><![CDATA[ ]]></b></a>", "[][ ]"},
      {"<a><b>1 &lt; 2 &amp;&amp; &quot;&apos;&gt;</b></a>", "[1 < 2 && \"'>]"},
      {"<a><b>]]></b></a>", "[]]>]"},
  };
  for (const auto& [xml, expected] : cases) {
    INFO(xml);
    CHECK(texts(xml) == expected);
  }
}

TEST_CASE("what is not one well-formed element") {
  const XmlCase cases[] = {
      {"", "0: Start-end tags mismatch"},
      {"<a>", "3: Start-end tags mismatch"},
      {"<a>text", "7: Start-end tags mismatch"},
      {"<a></b>", "5: Start-end tags mismatch"},
      {"<a></ab>", "5: Start-end tags mismatch"},
      {"<ab></a>", "6: Start-end tags mismatch"},
      {"<a><b></a></b>", "8: Start-end tags mismatch"},
      {"</a>", "2: Start-end tags mismatch"},
      {"<a/><a/>", "4: Start-end tags mismatch"},
      {"<a></a x>", "7: Error parsing end element tag"},
      {"<a", "2: Error parsing start element tag"},
      {"<a/ >", "3: Error parsing start element tag"},
      {"<a\"/>", "2: Error parsing start element tag"},
      {"<a <b/></a>", "3: Error parsing start element tag"},
      {"<a x/>", "4: Error parsing element attribute"},
      {"<a x=1/>", "5: Error parsing element attribute"},
      {"<a x='1/>", "6: Error parsing element attribute"},
      {"<a x='1'y='2'/>", "8: Error parsing element attribute"},
      {"<a>< b/></a>", "4: Could not determine tag type"},
      {"<a><1/></a>", "4: Could not determine tag type"},
      {"<a><!DOCTYPE b></a>", "4: Could not determine tag type"},
      {"<a><", "4: Could not determine tag type"},
      {"<a><!-- </a>", "3: Error parsing comment"},
      {"<a><!--></a>", "3: Error parsing comment"},
      {"<a><!-></a>", "3: Error parsing comment"},
      {"<a><![CDATA[</a>", "3: Error parsing CDATA section"},
      {"<a><![cdata[]]></a>", "3: Error parsing CDATA section"},
      {"<a><?p</a>", "3: Error parsing document declaration/processing instruction"},
      {"<a><? p?></a>", "3: Error parsing document declaration/processing instruction"},
  };
  for (const auto& [xml, expected] : cases) {
    INFO(xml);
    CHECK(elements(xml) == expected);
  }
  // And so is each cut of what is one.
  const std::string whole = "<a x='1' y=\"2\"><b>1&lt;<![CDATA[2]]><!-- 3 --></b><?p 4?><c /></a>";
  CHECK(elements(whole) == "a(x=1)[b c]");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO(whole.substr(0, size));
    CHECK(elements(whole.substr(0, size)).find(": ") != std::string::npos);
  }
}

TEST_CASE("after a fault there is nothing") {
  core::Arena arena;
  XmlReader reader("<a><b>1</b><c>2</d></a>", arena);
  CHECK(reader.next_child(0));
  CHECK(reader.next_child(1));
  CHECK(reader.text() == "1");
  CHECK(reader.next_child(1));
  CHECK_FALSE(reader.fault());
  CHECK(reader.text().empty());
  CHECK(reader.fault());
  CHECK_FALSE(reader.next_child(1));
  CHECK_FALSE(reader.next_child(0));
}

TEST_CASE("references") {
  const XmlCase cases[] = {
      {"", ""},
      {"plain", "plain"},
      {"&amp;lt;", "&lt;"},
      {"a&lt;b&gt;&quot;&apos;", "a<b>\"'"},
      {"&#65;&#x42;&#xe9;&#xE9;&#8364;&#x1F600;", "AB\xc3\xa9\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
      {"&#9;&#10;&#13;", "\t\n\r"},
      {"&#0;", "\xef\xbf\xbd"},
      {"&#x1f;", "\xef\xbf\xbd"},
      {"&#xd800;", "\xef\xbf\xbd"},
      {"&#xfffe;", "\xef\xbf\xbd"},
      {"&#x110000;", "\xef\xbf\xbd"},
      {"&#4294967361;", "\xef\xbf\xbd"},
      {"& &; &unknown; &AMP; &amp &#; &#x; &#X41; &#-1; &#65", "& &; &unknown; &AMP; &amp &#; &#x; &#X41; &#-1; &#65"},
      {"&&&amp;&", "&&&&"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    core::Arena arena;
    CHECK(without_references(text, arena) == expected);
  }
}

}  // namespace rw::ingest
