# cytoscale_add_test(NAME SOURCES a.cpp ... LIBS targets... [RANKS 1 2 4] [LABELS unit mpi ...] [TIMEOUT s])
# Builds test_NAME once and registers it under ctest for each rank count, each in a working directory of its own.
find_package(GTest REQUIRED)
set(CYTOSCALE_TEST_DATA "$ENV{CYTOSCALE_TEST_DATA}" CACHE PATH "Real images for the real-data tests; empty: they skip")

set(CYTOSCALE_TEST_PYTHON "$ENV{CYTOSCALE_TEST_PYTHON}" CACHE STRING
    "Python interpreters with scanpy, pycytominer, copairs, torch (: between them) for the tests of exports; without them they skip")

set(cytoscale_mpirun ${MPIEXEC_EXECUTABLE} --oversubscribe --bind-to none)
set(cytoscale_test_environment
    "OMPI_ALLOW_RUN_AS_ROOT=1" "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1" "OMPI_MCA_mpi_yield_when_idle=1"
    "OMPI_MCA_btl_vader_single_copy_mechanism=none" "OMP_NUM_THREADS=1"
    "CYTOSCALE_SOURCE_DIR=${CMAKE_SOURCE_DIR}"
    "CYTOSCALE_TEST_DATA=${CYTOSCALE_TEST_DATA}"
    "CYTOSCALE_TEST_PYTHON=${CYTOSCALE_TEST_PYTHON}"
    "CYTOSCALE_MPIRUN=${MPIEXEC_EXECUTABLE} --oversubscribe --bind-to none")
if(TARGET cytoscale)  # not with CYTOSCALE_TORCH=OFF: tests that run the program are left out then
  list(APPEND cytoscale_test_environment "CYTOSCALE_PROGRAM=$<TARGET_FILE:cytoscale>")
endif()
if(CYTOSCALE_SANITIZE)
  # Open MPI keeps what it allocates until the process ends: leaks tell nothing.
  list(APPEND cytoscale_test_environment "CYTOSCALE_TEST_PATIENCE=8" "ASAN_OPTIONS=detect_leaks=0:protect_shadow_gap=0"
       "UBSAN_OPTIONS=print_stacktrace=1" "TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/tsan.supp:die_after_fork=0")
endif()

add_library(cytoscale_test_main STATIC ${CMAKE_SOURCE_DIR}/tests/test_main.cpp ${CMAKE_SOURCE_DIR}/tests/test_support.cpp)
target_link_libraries(cytoscale_test_main PUBLIC GTest::gtest GTest::gmock MPI::MPI_CXX cytoscale_mpi cytoscale_core)
target_include_directories(cytoscale_test_main PUBLIC ${CMAKE_SOURCE_DIR}/tests)
cytoscale_warnings(cytoscale_test_main)

# Those that read files of others, label `input`: what .ci/run builds and runs under AddressSanitizer.
add_custom_target(input_tests)

# 120 s where none is given; longer under a sanitizer, which takes several times as long.
macro(cytoscale_timeout seconds)
  if(NOT ${seconds})
    set(${seconds} 120)
  endif()
  if(CYTOSCALE_SANITIZE)
    math(EXPR ${seconds} "8 * ${${seconds}}")
  endif()
endmacro()

function(cytoscale_add_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;LIBS;RANKS;LABELS" ${ARGN})
  if(NOT arg_RANKS)
    set(arg_RANKS 1)
  endif()
  cytoscale_timeout(arg_TIMEOUT)
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  add_executable(test_${name} ${arg_SOURCES})
  target_compile_options(test_${name} PRIVATE $<$<CONFIG:Release>:-O1>)  # half the compiler's time
  target_link_libraries(test_${name} PRIVATE ${arg_LIBS} cytoscale_test_main)
  cytoscale_warnings(test_${name})
  if(input IN_LIST arg_LABELS)
    add_dependencies(input_tests test_${name})
  endif()
  foreach(ranks ${arg_RANKS})
    set(test ${name}.ranks${ranks})
    set(directory ${CMAKE_BINARY_DIR}/test_work/${test})
    file(MAKE_DIRECTORY ${directory})
    add_test(NAME ${test} COMMAND ${cytoscale_mpirun} -n ${ranks} $<TARGET_FILE:test_${name}>
             WORKING_DIRECTORY ${directory})
    set_tests_properties(${test} PROPERTIES PROCESSORS ${ranks} TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}"
                         ENVIRONMENT "${cytoscale_test_environment}" SKIP_RETURN_CODE 77)
  endforeach()
endfunction()

# cytoscale_add_python_test(NAME script.py [LABELS ...] [TIMEOUT s]): a python3 script that judges the program's files.
function(cytoscale_add_python_test name script)
  cmake_parse_arguments(arg "" "TIMEOUT;PROCESSORS" "LABELS;ARGS" ${ARGN})
  cytoscale_timeout(arg_TIMEOUT)
  if(NOT arg_PROCESSORS)
    set(arg_PROCESSORS 1)
  endif()
  set(directory ${CMAKE_BINARY_DIR}/test_work/${name})
  file(MAKE_DIRECTORY ${directory})
  add_test(NAME ${name} COMMAND /usr/bin/python3 ${script} ${arg_ARGS} WORKING_DIRECTORY ${directory})
  set_tests_properties(${name} PROPERTIES PROCESSORS ${arg_PROCESSORS} TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}"
                       ENVIRONMENT "${cytoscale_test_environment}" SKIP_RETURN_CODE 77)
endfunction()
