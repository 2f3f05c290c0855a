# Writes OUT, the source file that holds the commit, anew where it has changed: run by every build, it compiles one
# small file and links after a commit, and nothing else. SOURCE: the root of the project.
set(commit "unknown")
file(READ ${SOURCE}/daemon/about/archive.txt archive)
if(archive MATCHES "^([0-9a-f]+)")
  set(commit ${CMAKE_MATCH_1})
else()
  find_program(GIT git)
  if(GIT)
    # Another user's clone is still the one that is built. A tree without .git of its own that lies in some clone has
    # no commit.
    set(git ${GIT} -c safe.directory=* -C ${SOURCE})
    execute_process(COMMAND ${git} rev-parse --show-prefix HEAD OUTPUT_VARIABLE told ERROR_QUIET
      RESULT_VARIABLE failed OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(NOT failed AND told MATCHES "^\n([0-9a-f]+)$")
      set(commit ${CMAKE_MATCH_1})
      execute_process(COMMAND ${git} --no-optional-locks status --porcelain --untracked-files=no
        OUTPUT_VARIABLE changes ERROR_QUIET)
    endif()
  endif()
endif()
string(SUBSTRING ${commit} 0 12 commit)  # not git's own abbreviation, which grows with the clone
if(changes)
  string(APPEND commit "+")
endif()
set(text "#include \"daemon/about/about.h\"\n\nstd::string_view rw::about::commit() { return \"${commit}\"; }\n")
if(EXISTS ${OUT})
  file(READ ${OUT} before)
endif()
if(NOT "${before}" STREQUAL "${text}")
  file(WRITE ${OUT} "${text}")
endif()
