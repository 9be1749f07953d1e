# The screen that is embedded and learned from, and its stages on the CPU, while PyTorch measures the GPU by itself.
config() { # NAME MOAS COMPOUNDS FIELD PER_FIELD FIELDS_PER_WELL
  cat > "$WORK/$1.cfg" <<CFG
manifest = $WORK/$1/screen.csv
seed = 1
moas = $2
compounds-per-moa = $3
concentrations = 2
batches = 6
replicates = 3
plates-per-batch = 1
controls-per-plate = 8
fields-per-well = $6
field-size = $4
nucleus-radius = $RADIUS
cells-per-field = $5
channels = $CHANNELS
treatment = Metadata_Compound,Metadata_Concentration
compound = Metadata_Compound
class = Metadata_MOA
batch = Metadata_Batch
control = Metadata_Control=negcon
crop-size = $PX
shard-size = 16
CFG
}
config big "$MOAS" "$COMPOUNDS" "$FIELD" "$PER_FIELD" "$FIELDS_PER_WELL"
config small 2 2 "$SMALL_FIELD" "$SMALL_PER_FIELD" 1
. "$here/steps/peer.sh"
STEP_LOG=$WORK/peer_gpu.log peer gpu 80 &
peer_gpu=$!
program simulate 100 $((CORES > 4 ? CORES - 2 : CORES)) cytoscale simulate --config "$WORK/big.cfg" --output "$WORK/big"
du -sh "$WORK/big" | tee -a "$LOG"
program illuminate 60 1 cytoscale illuminate --config "$WORK/big.cfg" --output "$WORK/out"
program segment 60 1 cytoscale segment --config "$WORK/big.cfg" --output "$WORK/out"
wait $peer_gpu
cat "$WORK/peer_gpu.log" >> "$LOG"
