# The chain of one output as Slurm jobs: its frozen config, what is left of it, and the commands that submit it. Sourced by
# slurm/submit and its neighbours, after cluster.sh. Bash.

# What lies in OUTPUT/state/slurm: config.cfg (the config with its overrides, as submitted), plan.json (of check), jobs.tsv (time, job, Slurm's id),
# and from run.sbatch NAME.tsv (time, id, restart, event, detail).
records_of() { printf '%s/state/slurm' "$1"; }

# Stages of `cytoscale run`, in the jobs that they belong to. A chain holds some of them.
declare -A stages_of=([prepare]='illuminate segment crop' [train]='train' [embed]='embed embed-untrained'
  [evaluate]='reduce reduce-untrained evaluate')

# CONFIG with `key=value` words in place of its own lines; line numbers stay. ${CONFIG_FOLDER} is that of CONFIG, wherever the copy goes.
merged_config() {  # CONFIG [KEY=VALUE ...]
  local config=$1 word keys='' extra=()
  shift
  for word in "$@"; do
    [[ $word =~ ^(--)?([a-z][a-z0-9-]*)=(.*)$ ]] || fail "'$word' is not of the form key=value" 'the command line' 'See --help'
    keys+=" ${BASH_REMATCH[2]} "
    extra+=("${BASH_REMATCH[2]} = ${BASH_REMATCH[3]}")
  done
  awk -v keys="$keys" -v folder="$(cd "$(dirname "$config")" && pwd)" '{
    gsub(/\$\{CONFIG_FOLDER\}/, folder)
    key = $0; sub(/=.*/, "", key); gsub(/[ \t]/, "", key)
    if (key != "" && index(keys, " " key " ")) print "# replaced below: " $0; else print }' "$config"
  [ ${#extra[@]} = 0 ] || printf '%s\n' "${extra[@]}"
}

# What the program says of each stage, computing nothing. Ends with its exit code.
explain() {  # CONFIG OUTPUT
  run_here prepare run --config "$1" --output "$2" --explain 2>&1
}

# From those words: `left`, the jobs that have work, in order; `last_stage` of each.
declare -A last_stage=()
left=()
read_explanation() {  # WORDS
  local job stage
  left=()
  for job in "${chain_jobs[@]}"; do
    last_stage[$job]=''
    for stage in ${stages_of[$job]}; do
      grep -qE "(^|[] ])$stage: " <<<"$1" || continue
      last_stage[$job]=$stage
      # What is done anew may change what later stages read: from the first on, all jobs are left.
      grep -qE "(^|[] ])$stage: complete[,;]" <<<"$1" && [ ${#left[@]} = 0 ] && continue
      [[ " ${left[*]-} " == *" $job "* ]] || left+=("$job")
    done
  done
}

# Where what a stage holds of the screen does not fit the memory that its job asks for. PLAN: of check, a key on a line.
warn_of_memory() {  # JOB PLAN
  local stage memory held tasks
  memory=$(setting "$1" mem) tasks=$(setting "$1" tasks-per-node)
  [[ $memory =~ ^[1-9][0-9]*[KMGTkmgt]?$ ]] || return 0
  [[ $memory =~ [0-9]$ ]] && memory+=M
  memory=$(numfmt --from=iec "${memory^^}")
  for stage in ${stages_of[$1]}; do
    held=$(awk -v stage="\"$stage\"," '$1 == "\"stage\":" { here = $2 == stage }
      here && $1 == "\"held_bytes_per_rank\":" { print $2 + 0 }' "$2")
    [ "${held:-0}" -gt 0 ] && [ $((held * tasks)) -gt "$memory" ] || continue
    printf '%s: warning: %s holds up to %s of the images on each rank, %s on a node, and mem is %s\n' "$(basename "$0")" "$stage" \
      "$(numfmt --to=iec "$held")" "$tasks" "$(numfmt --to=iec "$memory")" >&2
  done
}

# An output's jobs in Slurm's queue, one a line: id, state, reason. Returns 1 where Slurm cannot be asked.
queued() {  # OUTPUT
  local ids answer
  ids=$(cut -f 3 "$(records_of "$1")/jobs.tsv" 2>/dev/null | sort -u | paste -sd ,)
  [ -n "$ids" ] || return 0
  if ! answer=$(squeue --noheader --array --jobs="$ids" --format='%i %T %r' 2>&1); then
    [[ $answer == *'Invalid job id'* ]] && return 0  # Slurm has forgotten them
    printf '%s\n' "$answer" >&2
    return 1
  fi
  [ -z "$answer" ] || printf '%s\n' "$answer"
}

refuse_if_queued() {  # OUTPUT
  local jobs
  jobs=$(queued "$1") || fail 'Slurm does not tell which jobs are in the queue' "$1" 'Try again when squeue works'
  [ -z "$jobs" ] || fail "jobs of this output are in the queue: $(cut -d ' ' -f 1,2 <<<"$jobs" | paste -sd ,)" "$1" \
    "Wait for them, or end them: scancel $(cut -d ' ' -f 1 <<<"$jobs" | paste -sd ' ')"
}

# Puts the command that submits one job into the array `command`. LOG is a pattern of sbatch; words before `--` go to sbatch, those
# after it to run.sbatch.
submit_command() {  # JOB DEPENDENCY LOG [WORD ...] -- [WORD ...]
  local job=$1 dependency=$2 log=$3 value settings=()
  shift 3
  resources_of "$job"
  command=(sbatch --parsable "--job-name=cytoscale-$job" "${resources[@]}" "--signal=B:USR1@$(setting "$job" signal-lead)"
    --requeue --open-mode=append "--output=$log" --export=ALL)
  [ -z "$dependency" ] || command+=("--dependency=$dependency" --kill-on-invalid-dep=yes)
  while [ "$1" != -- ]; do
    command+=("$1")
    shift
  done
  shift
  settings=(--name "$job" --program "$(program_of "$job")" --launch "$(launch_of "$job")")
  value=$(setup_of "$job")
  [ -z "$value" ] || settings+=(--setup "$value")
  value=$(container_of "$job")
  [ -z "$value" ] || settings+=(--container "$value")
  command+=("$slurm_folder/run.sbatch" "${settings[@]}" "$@")
}

# A command as it could be typed.
print_command() {
  local word line=''
  for word in "${command[@]}"; do
    if [[ $word =~ ^[A-Za-z0-9_/.,:=@%+-]+$ ]]; then line+=" $word"; else line+=" '${word//\'/\'\\\'\'}'"; fi
  done
  printf '%s\n' "${line# }"
}

# Runs `command` and leaves Slurm's id of the job in `submitted`. On failure cancels the jobs of `submitted_all`: half a chain is none.
submitted_all=()
submit_job() {
  if ! submitted=$("${command[@]}" 2>&1); then
    [ ${#submitted_all[@]} = 0 ] || scancel "${submitted_all[@]}"
    fail "${submitted#sbatch: error: }" "$(print_command)" 'Nothing was submitted. Correct the cluster file'
  fi
  submitted=$(tail -n 1 <<<"$submitted") submitted=${submitted%%;*}
  submitted_all+=("$submitted")
}

note_job() {  # OUTPUT JOB ID
  printf '%s\t%s\t%s\n' "$(date +%s)" "$2" "$3" >>"$(records_of "$1")/jobs.tsv"
}
