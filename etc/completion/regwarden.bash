# bash completion for regwarden. What there is to complete is read from --help, which knows it.
_regwarden() {
  local cur prev words cword
  if declare -F _init_completion >/dev/null; then
    _init_completion || return
  else
    cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
  fi

  # The commands before the word at the cursor: "db backup".
  local program=${words[0]} path=() index help
  help=$("$program" --help 2>/dev/null)
  for ((index = 1; index < cword; index++)); do
    if [[ $(_regwarden_commands <<<"$help") == *" ${words[index]} "* ]]; then
      path+=("${words[index]}")
      help=$("$program" "${path[@]}" --help 2>/dev/null)
    fi
  done

  # The values of the option before it.
  local line
  line=$(grep -E -- "(^|[ ,])$prev[ ,]" <<<"$(grep -E '^ +-' <<<"$help")" | head -n 1)
  if [[ $prev == -* && -n $line ]]; then
    if [[ $line =~ \{([^}]*)\} ]]; then
      mapfile -t COMPREPLY < <(compgen -W "${BASH_REMATCH[1]//,/ }" -- "$cur")
      return
    elif [[ $line == *" FORMAT"* ]]; then
      mapfile -t COMPREPLY < <(compgen -W "table json csv" -- "$cur")
      return
    elif [[ $prev == --scope ]]; then
      mapfile -t COMPREPLY < <(compgen -W "ingest read write admin" -- "$cur")
      return
    elif [[ $line =~ " "(FILE|DIR|TEXT|PATTERN|DIR:DIR)" " ]]; then
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      return
    fi
  fi

  local candidates
  if [[ $cur == -* ]]; then
    candidates=$(grep -E '^ +-' <<<"$help" | grep -oE -- '(^ +| |,)--?[a-z][a-z-]*' | tr -d ' ,')
  else
    candidates=$(_regwarden_commands <<<"$help")
  fi
  mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$cur")
  if [[ ${#COMPREPLY[@]} -eq 0 && $cur != -* ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
  fi
}

# The names below "Subcommands:" of a help text, in one line with blanks around each.
_regwarden_commands() {
  awk '/^Subcommands:/ {inside = 1; next} /^[^ ]/ {inside = 0}
    inside && /^  [a-z]/ {printf " %s", $1} END {print " "}'
}

complete -F _regwarden regwarden
