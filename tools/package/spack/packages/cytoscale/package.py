# Spack recipe, taken from the checkout that it stands in:
#   spack repo add tools/package/spack && spack install cytoscale
from pathlib import Path

from spack.package import *


class Cytoscale(CMakePackage, CudaPackage):
    """Profiles of microscope screens, at scale: images of cells in, treatments that act alike out."""

    git = f"file://{Path(__file__).resolve().parents[5]}"
    license("BSD-3-Clause")

    version("main", branch="main")

    variant("torch", default=True, description="Networks, training and GPUs, by LibTorch")
    variant("onednn", default=True, description="The encoder by oneDNN: the fast one on CPUs")

    depends_on("c", type="build")
    depends_on("cxx", type="build")
    depends_on("cmake@3.25:", type="build")
    depends_on("ninja", type="build")
    depends_on("mpi@3.1:")
    depends_on("hdf5@1.10: +mpi")
    depends_on("boost@1.74: +program_options")
    depends_on("libtiff@4.5:")
    depends_on("libpng@1.6:")
    depends_on("jpeg")
    depends_on("pugixml@1.13:")
    depends_on("eigen@3.4")
    depends_on("openblas threads=pthreads")
    depends_on("nlohmann-json@3:")
    depends_on("fmt@9:")
    depends_on("spdlog +fmt_external")
    depends_on("xxhash@0.8:")
    depends_on("libdeflate")
    depends_on("py-torch@2.6:", when="+torch")
    depends_on("py-torch +cuda", when="+torch +cuda")
    depends_on("onednn@2.6:2", when="+onednn")

    generator("ninja")

    def cmake_args(self):
        arguments = [
            self.define("CYTOSCALE_TESTS", False),
            self.define("CYTOSCALE_BENCH", False),
            self.define("CYTOSCALE_WERROR", False),
            self.define_from_variant("CYTOSCALE_TORCH", "torch"),
            self.define_from_variant("CYTOSCALE_ONEDNN", "onednn"),
            self.define_from_variant("CYTOSCALE_CUDA", "cuda"),
        ]
        if self.spec.satisfies("+torch"):
            python = self.spec["python"].package
            torch = Path(python_platlib_of(self.spec["py-torch"].prefix, python)) / "torch"
            arguments.append(self.define("CMAKE_PREFIX_PATH", str(torch)))
        return arguments


def python_platlib_of(prefix, python):
    """The folder of Python's packages in the prefix of one."""
    return prefix.join(python.platlib)
