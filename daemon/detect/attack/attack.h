// MITRE ATT&CK for Enterprise: which name and which tactics a technique has. The techniques stand in techniques.csv,
// the tactics here. Thread-safe.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rw::detect::attack {

struct Tactic {
  std::string_view id;    // TA0005
  std::string_view name;  // as in ATT&CK's own data: defense-evasion
  // Of Lockheed Martin's chain, as contentctl maps it: Exploitation.
  std::string_view kill_chain_phase;
};

struct Technique {
  std::string_view id;                 // T1562, T1562.001
  std::string_view name;               // of a sub-technique its own alone: Disable or Modify Tools
  std::vector<const Tactic*> tactics;  // in the order of the matrix
};

// In the order of the matrix.
std::span<const Tactic> tactics();
// Sorted by id.
std::span<const Technique> techniques();

// nullptr: not known. In any case; a tactic also with blanks or underscores ("Defense Evasion", "defense_evasion").
const Technique* find_technique(std::string_view id);
const Tactic* find_tactic(std::string_view name);

// "T1562" of "T1562.001"; the id itself where it has no parent.
std::string_view parent_of(std::string_view technique_id);

// Of these techniques, in any order, and besides of these tactics (any form that find_tactic knows; another is kept as
// a name): the tactics in the order of the matrix, each once.
struct Coverage {
  std::vector<std::string> technique_ids;  // as given
  std::vector<std::string> techniques;     // names of those that are known
  std::vector<std::string> tactics;        // defense-evasion
  std::vector<std::string> tactic_ids;     // TA0005
  std::vector<std::string> kill_chain_phases;
};
Coverage coverage_of(const std::vector<std::string>& technique_ids, const std::vector<std::string>& more_tactics = {});

}  // namespace rw::detect::attack
