# Embeds etc/detections/*.yml as texts: sets RW_BUILTIN_SOURCE, the path of the generated source. Runs when CMake
# configures, which a new or changed detection makes happen again.
file(GLOB rw_builtin_paths CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/etc/detections/*.yml)
list(SORT rw_builtin_paths)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${rw_builtin_paths})
set(RW_BUILTIN_FILES "")
foreach(path ${rw_builtin_paths})
  get_filename_component(name ${path} NAME)
  file(READ ${path} text)
  string(APPEND RW_BUILTIN_FILES "      {\"${name}\", R\"rw_yaml(${text})rw_yaml\"},\n")
endforeach()
set(RW_BUILTIN_SOURCE ${CMAKE_CURRENT_BINARY_DIR}/builtin.cc)
configure_file(${CMAKE_CURRENT_LIST_DIR}/builtin.cc.in ${RW_BUILTIN_SOURCE} @ONLY)
