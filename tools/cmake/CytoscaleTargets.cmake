find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

function(cytoscale_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(${target} PRIVATE -Wno-restrict)  # false alarms on "text" + std::string (GCC bug 105651)
  endif()
  if(CYTOSCALE_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(CYTOSCALE_SANITIZE)
    # Undefined behavior ends the program as a bad address does: a message alone would pass every test.
    target_compile_options(${target} PRIVATE -fsanitize=${CYTOSCALE_SANITIZE} -fno-sanitize-recover=all
                           -fno-omit-frame-pointer)
    if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
      # Lines are enough for a report. GCC 12 sees uninitialized values in the standard headers once they are instrumented.
      target_compile_options(${target} PRIVATE -g1 -Wno-maybe-uninitialized)
    else()
      target_compile_options(${target} PRIVATE -g)
    endif()
    target_link_options(${target} PUBLIC -fsanitize=${CYTOSCALE_SANITIZE})
  endif()
endfunction()

# cytoscale_library(NAME SOURCES a.cpp ... [PUBLIC targets...] [PRIVATE targets...])
# One static library per folder of src/, named cytoscale_NAME, with headers included as "NAME/header.hpp". The program holds all
# of each and exports it, for the module below.
function(cytoscale_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(cytoscale_${name} STATIC ${arg_SOURCES})
  target_include_directories(cytoscale_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(cytoscale_${name} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
  cytoscale_warnings(cytoscale_${name})
  set_property(GLOBAL APPEND PROPERTY CYTOSCALE_LIBRARIES cytoscale_${name})
endfunction()

# cytoscale_torch_library(NAME SOURCES a.cpp ... [PRIVATE targets...])
# What a folder has that needs LibTorch, beside its library. All of it makes one module, libcytoscale_torch.so, which the program
# loads when it first needs it (core/system/module_function.hpp), and cytoscale_with_torch, for programs that have it from the
# start.
add_library(cytoscale_with_torch INTERFACE)
function(cytoscale_torch_library name)
  if(NOT CYTOSCALE_TORCH)
    return()
  endif()
  cmake_parse_arguments(arg "" "" "SOURCES;PRIVATE" ${ARGN})
  add_library(cytoscale_${name}_torch OBJECT ${arg_SOURCES})
  target_link_libraries(cytoscale_${name}_torch PRIVATE cytoscale_${name} cytoscale_torch ${arg_PRIVATE})
  cytoscale_warnings(cytoscale_${name}_torch)
  target_sources(cytoscale_with_torch INTERFACE $<TARGET_OBJECTS:cytoscale_${name}_torch>)
  target_link_libraries(cytoscale_with_torch INTERFACE cytoscale_${name} cytoscale_torch ${arg_PRIVATE})
  set_property(GLOBAL APPEND PROPERTY CYTOSCALE_TORCH_PARTS cytoscale_${name}_torch)
  set_property(GLOBAL APPEND PROPERTY CYTOSCALE_TORCH_NEEDS ${arg_PRIVATE})
endfunction()

# The module, of what cytoscale_torch_library() was told of before.
function(cytoscale_torch_module)
  get_property(parts GLOBAL PROPERTY CYTOSCALE_TORCH_PARTS)
  get_property(needs GLOBAL PROPERTY CYTOSCALE_TORCH_NEEDS)
  list(TRANSFORM parts REPLACE "(.+)" "$<TARGET_OBJECTS:\\1>")
  add_library(cytoscale_torch_module MODULE ${parts})
  set_target_properties(cytoscale_torch_module PROPERTIES OUTPUT_NAME cytoscale_torch
                        LIBRARY_OUTPUT_DIRECTORY ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
  target_link_libraries(cytoscale_torch_module PRIVATE cytoscale_torch ${needs})
  cytoscale_warnings(cytoscale_torch_module)
endfunction()
