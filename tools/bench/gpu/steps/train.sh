# Trainings of the same number of cells each; rates are of the rows of their train_log.csv (summary.py).
crop_store() {
  [ -f "$WORK/crops.h5" ] ||
    program crop 60 1 cytoscale crop --config "$WORK/big.cfg" --output "$WORK/out" --crop-bits 8 --crops "$WORK/crops.h5"
}
train_run() { # LABEL RANKS OPTION ...
  local label=$1 ranks=$2 folder batch steps
  shift 2
  folder=$WORK/models/$(printf %02d "$trainings")
  trainings=$((trainings + 1))
  mkdir -p "$folder"
  batch=$(sed 's/.*--batch-size \([0-9]*\).*/\1/' <<<"$*")
  steps=$((CELLS_TRAINED / batch > 3 ? CELLS_TRAINED / batch : 3))
  echo "train $label" > "$folder/label"
  echo "$batch" > "$folder/batch"
  case " $* " in
    *" CROPS "*) crop_store && set -- "${@/#CROPS/$WORK/crops.h5}" ;;
    *) set -- "$@" --crops none ;;
  esac
  program "train $label" 60 "$ranks" cytoscale train --config "$WORK/big.cfg" --output "$WORK/out" --model "$folder/m" \
    --device "$DEVICE" --steps "$steps" --log-every $((steps / 12 > 0 ? steps / 12 : 1)) --validate-every 1000000 \
    --validation-cells 256 --checkpoint-every 1000000 --image-memory 32 --single-wells train "$@"
}
trainings=0
each_run "$TRAIN_RUNS" train_run
rm -f "$WORK/crops.h5"
