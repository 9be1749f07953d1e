# Sourced: programs of the bundle find its libraries, LibTorch's and Open MPI's parts. PYTHON: one with the PyTorch that the bundle was
# built against.
BUNDLE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PAYLOAD=$BUNDLE/payload
PYTHON=${PYTHON:-python3}
TORCH_LIB=${TORCH_LIB:-$("$PYTHON" -c 'import os, torch; print(os.path.join(os.path.dirname(torch.__file__), "lib"))')}
BUNDLE_LIBRARIES=$PAYLOAD/lib:$PAYLOAD/ompi/lib:$TORCH_LIB
for folder in "$TORCH_LIB"/../../nvidia/*/lib; do BUNDLE_LIBRARIES=$BUNDLE_LIBRARIES:$folder; done
export BUNDLE PAYLOAD PYTHON TORCH_LIB BUNDLE_LIBRARIES

ompi=$PAYLOAD/ompi
export OPAL_PREFIX=$ompi OPAL_LIBDIR=$ompi/lib OPAL_PKGLIBDIR=$ompi/lib/openmpi3 OPAL_PKGDATADIR=$ompi/share/openmpi \
  OPAL_SYSCONFDIR=$ompi/etc OPAL_BINDIR=$ompi/bin OPAL_DATADIR=$ompi/share
export OMPI_MCA_mca_base_component_path=$OPAL_PKGLIBDIR PMIX_INSTALL_PREFIX=$ompi PMIX_MCA_gds=hash \
  OMPI_MCA_plm=isolated OMPI_MCA_btl=self,vader OMPI_MCA_pml=ob1 OMPI_MCA_btl_vader_single_copy_mechanism=none \
  OMPI_MCA_btl_base_warn_component_unused=0 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 \
  OMPI_MCA_mpi_yield_when_idle=1 PMIX_MCA_pcompress_base_silence_warning=1
export PATH=$PAYLOAD/bin:$ompi/bin:$PATH
