# Embeds techniques.csv as a text: sets RW_ATTACK_SOURCE, the path of the generated source.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/techniques.csv)
file(READ ${CMAKE_CURRENT_LIST_DIR}/techniques.csv RW_ATTACK_TECHNIQUES)
set(RW_ATTACK_SOURCE ${CMAKE_CURRENT_BINARY_DIR}/attack_techniques.cc)
configure_file(${CMAKE_CURRENT_LIST_DIR}/techniques.cc.in ${RW_ATTACK_SOURCE} @ONLY)
