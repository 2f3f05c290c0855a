#include "daemon/detect/compile.h"

#include <utility>

#include "daemon/detect/bind.h"
#include "daemon/detect/spl/expand.h"
#include "daemon/detect/spl/parser.h"

namespace rw::detect {

core::Result<std::shared_ptr<const Search>> compile_spl(std::string_view text, const Knowledge& knowledge) {
  // Comments are gone and macros expanded; places still lead back to `text`.
  RW_TRY(const spl::ExpandedText expanded, spl::expand(text, knowledge.macros));
  // A tree of commands; only functions are resolved.
  RW_TRY(const spl::Pipeline pipeline, spl::parse(expanded, knowledge.lookups));
  // Fields are CIM fields; every command is a step with its own plan where it has a subsearch.
  RW_TRY(Plan plan, bind(pipeline, expanded));
  return make_search(std::move(plan));
}

}  // namespace rw::detect
