#include "daemon/detect/attack/attack.h"

#include <algorithm>

#include "daemon/core/result.h"
#include "daemon/core/text.h"
#include "daemon/detect/attack/techniques_csv.h"

namespace rw::detect::attack {
namespace {

constexpr Tactic kTactics[] = {
    {"TA0043", "reconnaissance", "Reconnaissance"},
    {"TA0042", "resource-development", "Weaponization"},
    {"TA0001", "initial-access", "Delivery"},
    {"TA0002", "execution", "Installation"},
    {"TA0003", "persistence", "Installation"},
    {"TA0004", "privilege-escalation", "Exploitation"},
    {"TA0005", "defense-evasion", "Exploitation"},
    {"TA0006", "credential-access", "Exploitation"},
    {"TA0007", "discovery", "Exploitation"},
    {"TA0008", "lateral-movement", "Exploitation"},
    {"TA0009", "collection", "Exploitation"},
    {"TA0011", "command-and-control", "Command and Control"},
    {"TA0010", "exfiltration", "Actions on Objectives"},
    {"TA0040", "impact", "Actions on Objectives"},
};

// The text up to the mark, which goes too.
std::string_view cut(std::string_view& text, char mark) {
  const std::size_t end = std::min(text.find(mark), text.size());
  const std::string_view piece = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return piece;
}

std::vector<Technique> parse(std::string_view csv) {
  std::vector<Technique> techniques;
  while (!csv.empty()) {
    std::string_view line = cut(csv, '\n');
    if (line.empty() || line.front() == '#') continue;
    Technique& technique = techniques.emplace_back();
    technique.id = cut(line, ',');
    technique.name = cut(line, ',');
    while (!line.empty()) {
      const Tactic* tactic = find_tactic(cut(line, '|'));
      RW_ASSERT(tactic != nullptr);
      technique.tactics.push_back(tactic);
    }
  }
  RW_ASSERT(std::ranges::is_sorted(techniques, {}, &Technique::id));
  return techniques;
}

std::string dashed(std::string_view tactic) {
  std::string name = core::fold(tactic);
  std::ranges::replace_if(
      name, [](char c) { return c == '_' || c == ' '; }, '-');
  return name;
}

void add_new(std::vector<std::string>& texts, std::string_view text) {
  if (std::ranges::find(texts, text) == texts.end()) texts.emplace_back(text);
}

}  // namespace

std::span<const Tactic> tactics() { return kTactics; }

std::span<const Technique> techniques() {
  static const std::vector<Technique> kTechniques = parse(kTechniquesCsv);
  return kTechniques;
}

const Technique* find_technique(std::string_view id) {
  const auto all = techniques();
  const std::string wanted = id.starts_with('t') ? "T" + std::string(id.substr(1)) : std::string(id);
  const auto found = std::ranges::lower_bound(all, std::string_view(wanted), {}, &Technique::id);
  return found != all.end() && found->id == wanted ? &*found : nullptr;
}

const Tactic* find_tactic(std::string_view name) {
  const std::string wanted = dashed(name);
  const auto* const found = std::ranges::find(kTactics, std::string_view(wanted), &Tactic::name);
  return found == std::end(kTactics) ? nullptr : found;
}

std::string_view parent_of(std::string_view technique_id) { return technique_id.substr(0, technique_id.find('.')); }

Coverage coverage_of(const std::vector<std::string>& technique_ids, const std::vector<std::string>& more_tactics) {
  Coverage coverage;
  std::vector<const Tactic*> seen;
  for (const std::string& id : technique_ids) {
    add_new(coverage.technique_ids, id);
    const Technique* technique = find_technique(id);
    if (technique == nullptr) continue;
    add_new(coverage.techniques, technique->name);
    seen.insert(seen.end(), technique->tactics.begin(), technique->tactics.end());
  }
  std::vector<std::string> unknown;
  for (const std::string& name : more_tactics) {
    if (const Tactic* tactic = find_tactic(name)) {
      seen.push_back(tactic);
    } else {
      unknown.push_back(dashed(name));
    }
  }
  for (const Tactic& tactic : kTactics) {
    if (std::ranges::find(seen, &tactic) == seen.end()) continue;
    coverage.tactics.emplace_back(tactic.name);
    coverage.tactic_ids.emplace_back(tactic.id);
    add_new(coverage.kill_chain_phases, tactic.kill_chain_phase);
  }
  for (const std::string& name : unknown) add_new(coverage.tactics, name);
  return coverage;
}

}  // namespace rw::detect::attack
