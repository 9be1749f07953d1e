# What tools/setup, tools/quickstart and tools/test share; sourced by them, run by nobody. Bash.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
script_name=$(basename "$0")

# Prints one step with the time since the outermost script began.
export CYTOSCALE_STARTED_AT=${CYTOSCALE_STARTED_AT:-$(date +%s)}
step() {
  local elapsed_s=$(($(date +%s) - CYTOSCALE_STARTED_AT))
  printf '\n[%2d:%02d] %s: %s\n' $((elapsed_s / 60)) $((elapsed_s % 60)) "$script_name" "$*"
}

fail() {
  printf '%s: error: %s\n' "$script_name" "$*" >&2
  exit 1
}

# One build job per core, but no more than memory allows: a file that includes LibTorch takes up to 1.5 GB.
build_jobs() {
  local cores memory_kib
  cores=$(nproc)
  memory_kib=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
  local by_memory=$((memory_kib / 1572864))
  ((by_memory < 1)) && by_memory=1
  echo $((cores < by_memory ? cores : by_memory))
}

# configure_and_build [TARGET...]: preset release in build/release; configures again only when needed.
configure_and_build() {
  cd "$repository"
  step "configuring (cmake --preset release)"
  cmake --preset release "${cmake_arguments[@]}"
  step "building on $(build_jobs) cores (a clean build takes several minutes; ninja shows done/total)"
  cmake --build --preset release --parallel "$(build_jobs)" ${1:+--target "$@"}
}
cmake_arguments=()

# Open MPI refuses to run as root unless told, and its same-node copies need a permission that containers withhold. Idle ranks
# give up the core: two ranks and their threads share few cores here.
prepare_mpi_environment() {
  if [ "$(id -u)" = 0 ]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  fi
  export OMPI_MCA_btl_vader_single_copy_mechanism=none OMPI_MCA_mpi_yield_when_idle=1
}
