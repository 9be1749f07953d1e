# LibTorch as one target, cytoscale_torch, from Debian's package, a PyPI wheel or a LibTorch archive; and cytoscale_nccl,
# which is empty unless CYTOSCALE_CUDA is on and NCCL is found (then it defines CYTOSCALE_HAS_NCCL). CYTOSCALE_CUDA defines
# CYTOSCALE_HAS_CUDA for what uses LibTorch.
#
# A CUDA build of LibTorch is not taken through its own CMake files: these want nvcc, an architecture list and the very toolkit
# it was built with even to link a program that has no device code, and would mix that toolkit's libraries with those LibTorch
# brings along. Here it is linked directly, with the libraries beside it, and CYTOSCALE_CUDA=OFF then needs no toolkit at all.
option(CYTOSCALE_CUDA "Run networks on GPUs: needs a CUDA build of LibTorch (CMAKE_PREFIX_PATH)" OFF)

add_library(cytoscale_torch INTERFACE)
add_library(cytoscale_nccl INTERFACE)

find_file(CYTOSCALE_TORCH_CONFIG TorchConfig.cmake
          HINTS ${Torch_DIR} ${CMAKE_PREFIX_PATH} ENV CMAKE_PREFIX_PATH
          PATH_SUFFIXES share/cmake/Torch cmake/Torch Torch lib/cmake/Torch NO_DEFAULT_PATH NO_CACHE)
if(CYTOSCALE_TORCH_CONFIG)
  get_filename_component(cytoscale_torch_prefix ${CYTOSCALE_TORCH_CONFIG}/../../../.. REALPATH)
  file(STRINGS ${CYTOSCALE_TORCH_CONFIG} cytoscale_torch_old_abi REGEX "_GLIBCXX_USE_CXX11_ABI=0")
  if(cytoscale_torch_old_abi)
    message(FATAL_ERROR "LibTorch in ${cytoscale_torch_prefix} was built with the pre-2015 C++ ABI, which this system's "
            "other libraries do not have. Take a wheel of torch 2.6 or later (tools/setup --torch2).")
  endif()
endif()

function(cytoscale_torch_cuda_parts)
  # What came with LibTorch: libraries in its lib folder or, as headers, in the nvidia wheels beside it.
  file(GLOB libraries ${cytoscale_torch_prefix}/lib ${cytoscale_torch_prefix}/../nvidia/*/lib)
  file(GLOB headers ${cytoscale_torch_prefix}/../nvidia/*/include)
  find_library(cudart NAMES libcudart.so.13 libcudart.so.12 cudart PATHS ${libraries} NO_DEFAULT_PATH NO_CACHE)
  find_path(cuda_include cuda_runtime_api.h PATHS ${headers} NO_DEFAULT_PATH NO_CACHE)
  if(NOT cudart OR NOT cuda_include)  # an archive brings no headers: take the toolkit's
    find_package(CUDAToolkit REQUIRED)
    set(cudart ${CUDA_cudart_LIBRARY})
    set(cuda_include ${CUDAToolkit_INCLUDE_DIRS})
  endif()
  target_include_directories(cytoscale_torch SYSTEM INTERFACE ${cuda_include})
  # torch_cuda registers its kernels when it is loaded; nothing of ours names a symbol of it.
  target_link_libraries(cytoscale_torch INTERFACE
    -Wl,--no-as-needed ${cytoscale_torch_prefix}/lib/libtorch_cuda.so -Wl,--as-needed
    ${cytoscale_torch_prefix}/lib/libc10_cuda.so ${cudart})
  target_compile_definitions(cytoscale_torch INTERFACE CYTOSCALE_HAS_CUDA)

  find_library(nccl NAMES libnccl.so.2 nccl HINTS ${libraries} NO_CACHE)
  find_path(nccl_include nccl.h HINTS ${headers} ${cuda_include} NO_CACHE)
  if(nccl AND nccl_include)
    target_include_directories(cytoscale_nccl SYSTEM INTERFACE ${nccl_include} ${cuda_include})
    target_link_libraries(cytoscale_nccl INTERFACE ${nccl} ${cudart})
    target_compile_definitions(cytoscale_nccl INTERFACE CYTOSCALE_HAS_NCCL)
    message(STATUS "NCCL: ${nccl}")
  else()
    message(STATUS "NCCL: not found; gradients are averaged by MPI")
  endif()
endfunction()

if(CYTOSCALE_TORCH_CONFIG AND EXISTS ${cytoscale_torch_prefix}/lib/libtorch_cuda.so)
  target_include_directories(cytoscale_torch SYSTEM INTERFACE
    ${cytoscale_torch_prefix}/include ${cytoscale_torch_prefix}/include/torch/csrc/api/include)
  target_link_libraries(cytoscale_torch INTERFACE
    ${cytoscale_torch_prefix}/lib/libtorch_cpu.so ${cytoscale_torch_prefix}/lib/libc10.so)
  if(CYTOSCALE_CUDA)
    cytoscale_torch_cuda_parts()
  endif()
else()
  find_package(Torch REQUIRED HINTS ${cytoscale_torch_prefix})
  if(CYTOSCALE_CUDA AND NOT TARGET torch_cuda)
    message(FATAL_ERROR "CYTOSCALE_CUDA is on, but LibTorch (${TORCH_LIBRARY}) has no CUDA. "
            "`tools/setup --torch2` fetches one and prints the CMake line to use.")
  endif()
  target_link_libraries(cytoscale_torch INTERFACE ${TORCH_LIBRARIES})
  target_include_directories(cytoscale_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
  # The ABI flag must hold for every translation unit that exchanges std::string with LibTorch: all of ours.
  separate_arguments(cytoscale_torch_flags NATIVE_COMMAND "${TORCH_CXX_FLAGS}")
  add_compile_options(${cytoscale_torch_flags})
endif()
if(NOT TORCH_LIBRARY)
  set(TORCH_LIBRARY ${cytoscale_torch_prefix}/lib/libtorch_cpu.so)
endif()
set(cytoscale_torch_headers "")
foreach(folder ${TORCH_INCLUDE_DIRS} ${cytoscale_torch_prefix}/include)
  list(APPEND cytoscale_torch_headers ${folder}/torch/headeronly/version.h ${folder}/torch/version.h
       ${folder}/torch/csrc/api/include/torch/version.h)
endforeach()
cytoscale_header_version(CYTOSCALE_TORCH_VERSION TORCH_VERSION ${cytoscale_torch_headers})
message(STATUS "LibTorch ${CYTOSCALE_TORCH_VERSION}: ${TORCH_LIBRARY} (CUDA: ${CYTOSCALE_CUDA})")
