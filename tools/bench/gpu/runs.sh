# Sourced: sizes, which can be set from outside, and the lists of what is run. A line is LABEL|RANKS|OPTIONS; a new option is tried
# by adding a line.
DEVICE=${DEVICE:-cuda} CORES=${CORES:-$(nproc)}
TOTAL=${TOTAL:-420}      # seconds for all
PATIENCE=${PATIENCE:-1}  # times the seconds that each step may take
STEPS=${STEPS:-start data embed network peer_host train checks peer_compile fields}

# The screen.
PX=${PX:-128} CHANNELS=${CHANNELS:-DNA,RNA,ER,AGP,Mito} FIELD=${FIELD:-1024} RADIUS=${RADIUS:-12} PER_FIELD=${PER_FIELD:-160}
MOAS=${MOAS:-8} COMPOUNDS=${COMPOUNDS:-4} FIELDS_PER_WELL=${FIELDS_PER_WELL:-1}
# The one on which the CPU and the GPU are compared, and the fields of simulate-shapes.
SMALL_FIELD=${SMALL_FIELD:-512} SMALL_PER_FIELD=${SMALL_PER_FIELD:-20} SHAPES=${SHAPES:-30} SHAPE_STEPS=${SHAPE_STEPS:-20}
# PyTorch alone.
PEER_SECONDS=${PEER_SECONDS:-0.4} PEER_BATCHES=${PEER_BATCHES:-64,256,1024} PEER_POOL=${PEER_POOL:-4096}
YARDSTICK_FIELDS=${YARDSTICK_FIELDS:-240} YARDSTICK_TILES=${YARDSTICK_TILES:-256,1024}

CELLS_TRAINED=${CELLS_TRAINED:-16384}  # of each training
TEST_FILTER=${TEST_FILTER:-*}

tf32=fp32 && [ "$DEVICE" = cuda ] && tf32=tf32  # processors have none
few=$((CORES / 4 > 0 ? CORES / 4 : 1))
EMBED_RUNS=${EMBED_RUNS:-"
conv4a bf16|1|--precision bf16
conv4a bf16, crops cut on the host|1|--precision bf16 --pixels host
conv4a fp32|1|--precision fp32
conv4a tf32|1|--precision $tf32
pool5 bf16|1|--precision bf16 --layers pool5
conv4a bf16, 2 ranks|2|--precision bf16
conv4a bf16, 4 ranks|4|--precision bf16
conv4a bf16, $few threads|1|--precision bf16 --threads $few
"}
# --batch-size must be there. CROPS stands for a crop store of 8 bits, which is made when it is first asked for.
TRAIN_RUNS=${TRAIN_RUNS:-"
bf16 64|1|--precision bf16 --batch-size 64
bf16 256|1|--precision bf16 --batch-size 256
bf16 64, shards of 16|1|--precision bf16 --batch-size 64 --shard-size 16
bf16 256, shards of 16|1|--precision bf16 --batch-size 256 --shard-size 16
bf16 64, on the host|1|--precision bf16 --batch-size 64 --pixels host
fp32 256|1|--precision fp32 --batch-size 256
tf32 256|1|--precision $tf32 --batch-size 256
bf16 256, crop store of 8 bits|1|--precision bf16 --batch-size 256 --crops CROPS
fp32 64|1|--precision fp32 --batch-size 64
bf16 256, 2 ranks|2|--precision bf16 --batch-size 256
"}
NETWORK_RUNS=${NETWORK_RUNS:-"
conv4a bf16|1|--precision bf16 --layer conv4a --cells 4096
pool5 bf16|1|--precision bf16 --layer pool5 --cells 4096
conv4a fp32|1|--precision fp32 --layer conv4a --cells 4096
conv4a tf32|1|--precision $tf32 --layer conv4a --cells 4096
"}
