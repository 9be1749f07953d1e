# What machine this is, and whether the bundle starts on it, alone and under mpirun.
{
  nvidia-smi --query-gpu=name,memory.total,driver_version,clocks.max.sm,pcie.link.gen.max,pcie.link.width.max --format=csv,noheader ||
    echo "no nvidia-smi"
  grep -m1 'model name' /proc/cpuinfo
  echo "$(uname -r), $(nproc) processors; torch in $TORCH_LIB, the screen in $WORK; commit $(cat "$here/commit")"
  free -g | sed -n 2p
} 2>&1 | tee -a "$LOG"
for file in cytoscale libcytoscale_torch.so libcytoscale_onednn.so; do
  "$here/in_bundle" ldd "$PAYLOAD/bin/$file" | grep 'not found' | sed "s/^/$file:/" | tee -a "$LOG"
done
program "start --help" 120 1 cytoscale --help || { tail -n 5 "$LOG"; note "the program does not start"; }
program "start again" 60 1 cytoscale --help
program "start, 2 ranks" 60 2 cytoscale --help
